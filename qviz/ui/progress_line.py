"""How far a job is, and the button that stops it, in one line of a dialog or a view."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from qviz.ui.wording import format_clock

_BAR_WIDTH = 180


class ProgressLine(QWidget):
    """Stop, a bar and a sentence; the sentence stays when the job is over.

    Parameters
    ----------
    lead : QWidget, optional
        Stands first, such as the button that starts the job.

    Signals
    -------
    stop_asked ()
    """

    stop_asked = Signal()

    def __init__(self, lead: QWidget | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stop = QPushButton(self.tr("Stop"))
        self.stop.setAutoDefault(False)
        self.stop.clicked.connect(self.stop_asked)
        self.bar = QProgressBar()
        self.bar.setFixedWidth(_BAR_WIDTH)
        self.bar.setAccessibleName(self.tr("Progress"))
        self.stage = QLabel()
        self.stage.setWordWrap(True)
        self.stage.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        if lead is not None:
            line.addWidget(lead)
        line.addWidget(self.stop)
        line.addWidget(self.bar)
        line.addWidget(self.stage, 1)
        self._show_running(False)

    def begin(self, sentence: str) -> None:
        """A job began."""
        self._show_running(True)
        self.show_step(sentence, 0, 0)

    def show_step(self, message: str, done: int, total: int, left: float | None = None) -> None:
        """It came further; `total` is 0 where it is unknown, `left` are seconds."""
        text = self.tr(", about {0} left").format(format_clock(left)) if left else ""
        self.stage.setText(message + text)
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    def end(self, sentence: str = "") -> None:
        """It ended, with a sentence on how."""
        self._show_running(False)
        self.stage.setText(sentence)

    def _show_running(self, running: bool) -> None:
        self.stop.setVisible(running)
        self.bar.setVisible(running)
