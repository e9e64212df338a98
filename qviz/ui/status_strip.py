"""Progress at the foot of the window: stage, share done, time left, Stop."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from qviz.ui.wording import format_clock
from qviz.ui.workers import Stage

_COUNTED = 500
# The last steps are the slowest (eightbit, layer errors): less than this is not worth a promise.
_FINISHING_SECONDS = 2.0


class StatusStrip(QWidget):
    """One line that tells what runs and how long it will take.

    Signals
    -------
    stop_asked (), log_asked (), compare_asked ()
    """

    stop_asked = Signal()
    compare_asked = Signal()
    log_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.message = QLabel(self.tr("Ready"))
        self.bar = QProgressBar()
        self.bar.setFixedWidth(200)
        self.bar.setAccessibleName(self.tr("Progress"))
        self.time = QLabel()
        self.time.setObjectName("muted")
        self.stop = QPushButton(self.tr("Stop"))
        self.stop.setToolTip(self.tr("Stop at once; what is finished is kept (Esc)"))
        self.stop.clicked.connect(self.stop_asked)
        self.details = QPushButton(self.tr("Log"))
        self.details.setToolTip(self.tr("What happened in this session"))
        self.details.clicked.connect(self.log_asked)
        self.result = QLabel()
        self.result.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.result.linkActivated.connect(self.compare_asked)
        self.result.hide()
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 2, 8, 2)
        line.setSpacing(10)
        line.addWidget(self.message)
        line.addWidget(self.result)
        line.addStretch(1)
        for widget in (self.bar, self.time, self.stop, self.details):
            line.addWidget(widget)
        self._elapsed = 0.0
        self._left: float | None = None
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self._on_tick)
        self._show_running(False)

    def begin(self, title: str) -> None:
        """A job began."""
        self.result.hide()
        self.message.setText(title)
        self.bar.setRange(0, 0)
        self._elapsed, self._left = 0.0, None
        self._show_time()
        self._show_running(True)
        self._tick.start()

    def show_stage(self, stage: Stage) -> None:
        """A job came further."""
        text = stage.message
        if stage.total > 0:
            # A count of thousands says no more than the bar does.
            if stage.total <= _COUNTED:
                text += f"  {stage.done}/{stage.total}"
            self.bar.setRange(0, stage.total)
            self.bar.setValue(min(stage.done, stage.total))
        else:
            self.bar.setRange(0, 0)
        self.message.setText(text)
        self._elapsed, self._left = stage.elapsed, stage.left
        self._show_time()

    def end(self, sentence: str) -> None:
        """A job ended."""
        self._tick.stop()
        self.message.setText(sentence or self.tr("Ready"))
        self._show_running(False)

    def show_result(self, text: str) -> None:
        """Say what a run gave, with a link to the comparison."""
        compare = escape(self.tr("Compare"))
        link = f'<a href="compare">{compare}</a>'
        self.result.setText(f"<b>{escape(text)}</b> &nbsp; {link}")
        self.result.show()

    def _on_tick(self) -> None:
        self._elapsed += 1
        if self._left is not None:
            self._left = max(0.0, self._left - 1)
        self._show_time()

    def _show_time(self) -> None:
        text = format_clock(self._elapsed)
        if self._left is not None and self._left < _FINISHING_SECONDS:
            text += self.tr(", finishing")
        elif self._left is not None:
            text += self.tr(", about {0} left").format(format_clock(self._left))
        self.time.setText(text)

    def _show_running(self, running: bool) -> None:
        for widget in (self.bar, self.time, self.stop):
            widget.setVisible(running)
