"""What a newcomer sees: where to drop a model, and the sample that needs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

_SHOWN = 5
_TEXT_WIDTH, _MARGIN = 448, 36


class StartPage(QWidget):
    """The card in the middle of an empty window.

    Signals
    -------
    open_asked (), sample_asked (), sine_asked ()
    demo_asked (name)
    recent_chosen (path), recent_removed (path)
    """

    open_asked = Signal()
    sample_asked = Signal()
    sine_asked = Signal()
    demo_asked = Signal(str)
    recent_chosen = Signal(str)
    recent_removed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        card = QFrame()
        card.setObjectName("card")
        card.setFixedWidth(_TEXT_WIDTH + 2 * _MARGIN)
        inside = QVBoxLayout(card)
        inside.setSizeConstraint(QVBoxLayout.SizeConstraint.SetMinimumSize)
        inside.setContentsMargins(_MARGIN, 30, _MARGIN, 30)
        inside.setSpacing(14)
        headline = QLabel(self.tr("See what quantization does"))
        headline.setObjectName("headline")
        text = QLabel(
            self.tr(
                "Drop a <b>.keras</b>, <b>.h5</b> or <b>.tflite</b> file here. qviz shows its "
                "weights at once; with data it runs every scheme and tells what each one costs."
            )
        )
        text.setWordWrap(True)
        # A wrapped label asks for too little height as long as its width is not known.
        text.setFixedWidth(_TEXT_WIDTH)
        text.setMinimumHeight(text.heightForWidth(_TEXT_WIDTH) + 2)
        self.sample = QPushButton(self.tr("Try the digits sample"))
        self.sample.setObjectName("primary")
        self.sample.setToolTip(self.tr("Opens a small trained network and compares all schemes"))
        self.sample.clicked.connect(self.sample_asked)
        self.open = QPushButton(self.tr("Open…"))
        self.open.setToolTip(self.tr("Open a model file (Ctrl+O)"))
        self.open.clicked.connect(self.open_asked)
        self.sine = QPushButton(self.tr("Only the sine curve"))
        self.sine.setToolTip(self.tr("See how codes stand for numbers; needs no model"))
        self.sine.clicked.connect(self.sine_asked)
        line = QHBoxLayout()
        line.addWidget(self.sample)
        line.addWidget(self.open)
        line.addWidget(self.sine)
        line.addStretch(1)
        self.demos: dict[str, QToolButton] = {}
        demos_title = QLabel(self.tr("Demos of TensorFlow.js, on their whole test sets"))
        demos_title.setObjectName("title")
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        inside.addWidget(headline)
        inside.addWidget(text)
        inside.addLayout(line)
        inside.addWidget(demos_title)
        inside.addLayout(self._make_demos())
        inside.addLayout(self._recent)
        outside = QVBoxLayout(self)
        outside.addStretch(2)
        outside.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        outside.addStretch(3)
        self.setAccessibleName(self.tr("Start page"))

    def _make_demos(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(6)
        for name, title, about, tip in (
            (
                "housing",
                self.tr("Housing"),
                self.tr("prices, MLP"),
                self.tr("Prices in California; published MAE 0.312, 16 bit 0.312, 8 bit 0.313"),
            ),
            (
                "mnist",
                "MNIST",
                self.tr("digits, CNN"),
                self.tr("Handwritten digits; published accuracy 99.52%, the same at 8 bit"),
            ),
            (
                "fashion-mnist",
                "Fashion-MNIST",
                self.tr("clothes, CNN"),
                self.tr("Pieces of clothing; published accuracy 92.2%, 8 bit 92.11%"),
            ),
            (
                "mobilenetv2",
                "MobileNetV2",
                self.tr("your photographs"),
                self.tr("ImageNet; published accuracy 61.8%, 16 bit 62.4%, 8 bit 28.0%"),
            ),
        ):
            button = QToolButton()
            button.setObjectName("demo")
            button.setText(f"{title}\n{about}")
            button.setToolTip(tip)
            button.setAccessibleName(title)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _=False, n=name: self.demo_asked.emit(n))
            self.demos[name] = button
            line.addWidget(button)
        return line

    def set_recent(self, paths: Sequence[str]) -> None:
        """List files opened before; missing ones are greyed and can be removed."""
        while (item := self._recent.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        if not paths:
            return
        title = QLabel(self.tr("Recent files"))
        title.setObjectName("title")
        self._recent.addWidget(title)
        for path in paths[:_SHOWN]:
            self._recent.addWidget(self._row(path))

    def _row(self, path: str) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        there = Path(path).exists()
        button = QToolButton()
        button.setAutoRaise(True)
        button.setText(Path(path).name if there else self.tr("{0} (missing)").format(path))
        button.setToolTip(path)
        button.setEnabled(there)
        button.clicked.connect(lambda: self.recent_chosen.emit(path))
        line.addWidget(button)
        if there:
            folder = QLabel(str(Path(path).parent))
            folder.setObjectName("muted")
            line.addWidget(folder)
        else:
            remove = QToolButton()
            remove.setAutoRaise(True)
            remove.setText(self.tr("Remove"))
            remove.clicked.connect(lambda: self.recent_removed.emit(path))
            line.addWidget(remove)
        line.addStretch(1)
        return row
