"""The table of the document on 8-bit quantization: codes between a minimum and a maximum."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QHeaderView,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from qviz.quantization.eightbit import CodeTable, code_table
from qviz.ui.tables import Cell, Table
from qviz.ui.wording import format_value

#: How a code stands for a real value, by TensorFlow's names; the document's first.
MODES = ("MIN_COMBINED", "MIN_FIRST")
_LOW, _HIGH = -10.0, 30.0


class CodesPanel(QScrollArea):
    """Minimum, maximum and mode; four codes with their values; why they are what they are."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.low = _end_box(_LOW, self.tr("Minimum: the real value of code 0"))
        self.high = _end_box(_HIGH, self.tr("Maximum: the real value of code 255"))
        self.mode = QComboBox()
        self.mode.addItems(MODES)
        self.mode.setAccessibleName(self.tr("Mode"))
        self.mode.setToolTip(self.tr("MIN_COMBINED keeps both ends exact, MIN_FIRST keeps 0 exact"))
        self.table = Table(self.tr("Codes and their values"))
        self.table.setSortingEnabled(False)
        self.table.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.explanation = QLabel()
        self.explanation.setWordWrap(True)
        self.explanation.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._lay_out()
        self.low.valueChanged.connect(self._show)
        self.high.valueChanged.connect(self._show)
        self.mode.currentIndexChanged.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        title = QLabel(self.tr("Codes of a range"))
        title.setObjectName("title")
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow(self.tr("Min"), self.low)
        form.addRow(self.tr("Max"), self.high)
        form.addRow(self.tr("Mode"), self.mode)
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(4, 0, 4, 4)
        layout.setSpacing(6)
        layout.addWidget(title)
        layout.addLayout(form)
        layout.addWidget(self.table)
        layout.addWidget(self.explanation)
        layout.addStretch(1)
        self.setWidget(inside)

    # -- what it shows -----------------------------------------------------------------------

    @property
    def codes(self) -> CodeTable | None:
        """Codes of the range, widened to hold 0 as TensorFlow does; None if it is a point."""
        low, high = min(0.0, self.low.value()), max(0.0, self.high.value())
        is_range = self.low.value() < self.high.value()
        return code_table(low, high) if is_range else None

    def copy(self) -> None:
        """Put the table on the clipboard."""
        self.table.copy()

    def _show(self) -> None:
        codes = self.codes
        self.table.setVisible(codes is not None)
        if codes is None:
            self.explanation.setText(
                self.tr("The range must rise: the minimum has to be below the maximum.")
            )
            return
        self._fill(codes)
        other = MODES[1 - self.mode.currentIndex()]
        sentences = [s for s in codes.explanation if not s.startswith(other)]
        if (codes.low, codes.high) != (self.low.value(), self.high.value()):
            sentences.insert(
                0,
                self.tr("A range has to hold 0, so TensorFlow widens this one: {0} to {1}.").format(
                    format_value(codes.low), format_value(codes.high)
                ),
            )
        self.explanation.setText("\n\n".join(sentences))

    def _fill(self, codes: CodeTable) -> None:
        first = self.mode.currentText() == "MIN_FIRST"
        documented = any(row.documented is not None for row in codes.rows)
        rows = []
        for row in codes.rows:
            value = row.first if first else row.combined
            cells = [Cell(str(row.code), float(row.code)), Cell(f"{value:.6g}", value)]
            if documented:
                text = "" if row.documented is None else f"{row.documented:.1f}"
                cells.append(Cell(text, float("nan") if not text else float(text)))
            rows.append(cells)
        header = [self.tr("Code"), self.tr("Value")]
        if documented:
            header.append(self.tr("Document"))
        tips = ("", self.tr("The real value of the code"), self.tr("What TensorFlow's page says"))
        self.table.source.set_rows(header, [row.code for row in codes.rows], rows, tips)
        bar = self.table.horizontalHeader()
        bar.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for narrow in (0, 2)[: 2 if documented else 1]:
            bar.setSectionResizeMode(narrow, QHeaderView.ResizeMode.ResizeToContents)
        height = self.table.verticalHeader().defaultSectionSize() * len(rows)
        self.table.setFixedHeight(height + bar.sizeHint().height() + 2 * self.table.frameWidth())
        spoken = "; ".join(f"{cells[0].text} = {cells[1].text}" for cells in rows)
        self.table.setAccessibleDescription(f"{self.mode.currentText()}: {spoken}")


def _end_box(value: float, name: str) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(-1e6, 1e6)
    box.setDecimals(3)
    box.setValue(value)
    box.setAccessibleName(name)
    box.setToolTip(name)
    return box
