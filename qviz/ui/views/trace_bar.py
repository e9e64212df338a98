"""Which element is traced: operator, sample, coordinates, and the ways to others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qviz.evaluation.element import ElementChoice, ElementTrace, Operand
from qviz.evaluation.element.text import place_text
from qviz.ui.wording import kind_title, tr

if TYPE_CHECKING:
    from qviz.jobs.tracing import TracedElement

# An operand that a layer makes, and the element of it that is read; None if that is none.
Source = tuple[Operand, tuple[int, ...] | None]

_MOST_DIMENSIONS = 5
_MOST_SAMPLES = 1_000_000_000


class ElementBar(QWidget):
    """Choice of the element: boxes for its coordinates, buttons for errors and for its inputs.

    Signals
    -------
    asked ()
        Another element is wanted: :attr:`choice` of sample :attr:`sample_number`.
    followed (layer)
        An element of another layer is wanted, that this one reads or that was shown before.
    """

    asked = Signal()
    followed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trace: ElementTrace | None = None
        self._layer = ""
        self._at: tuple[int, ...] | None = None
        self._rank = 0
        self._operator: int | None = None
        self._before: list[ElementChoice] = []
        self._found: Sequence[Source] = ()
        self._make_controls()
        self._lay_out()

    # -- what is wanted ----------------------------------------------------------------------

    @property
    def choice(self) -> ElementChoice:
        """The element that is wanted."""
        return ElementChoice(self._layer, self._at, self._rank, self._operator)

    @property
    def sample_number(self) -> int:
        """The sample that is wanted."""
        return self.sample.value()

    def choose_layer(self, layer: str) -> None:
        """Want another layer: its element with the largest error."""
        if layer != self._layer:
            self._before.clear()
            self._layer, self._at, self._rank, self._operator = layer, None, 0, None

    def choose_any(self) -> None:
        """Want the largest error again: the model or its scheme is another one."""
        self._before.clear()
        self._at, self._rank, self._operator = None, 0, None

    def first_sample(self) -> None:
        """Want the first sample: the data are others."""
        with QSignalBlocker(self.sample):
            self.sample.setValue(0)

    def set_data(self, found: TracedElement) -> None:
        """Name the element that is shown."""
        trace = self._trace = found.trace
        self._at, self._rank = trace.at, trace.rank or 0
        with QSignalBlocker(self.sample):
            self.sample.setMaximum(found.samples - 1 if found.samples else _MOST_SAMPLES)
            self.sample.setValue(found.sample)
        with QSignalBlocker(self.operator):
            self.operator.clear()
            for choice in trace.operators:
                self.operator.addItem(kind_title(choice.kind), choice.index)
            self.operator.setCurrentIndex(self.operator.findData(trace.operator.index))
        self.operator.setVisible(len(trace.operators) > 1)
        names = _dimension_names(len(trace.output_shape))
        for i, box in enumerate(self.places):
            there = i < len(trace.output_shape)
            # The first dimension counts samples; there is one.
            box.setVisible(there and (i > 0 or trace.output_shape[0] > 1))
            if there:
                size = trace.output_shape[i]
                with QSignalBlocker(box):
                    box.setRange(0, size - 1)
                    box.setValue(trace.at[i])
                text = self.tr("{0} of the element, 0 to {1}").format(names[i], size - 1)
                box.setAccessibleName(text)
                box.setToolTip(text)
        # Without a float network no element is further from it than another.
        for button in (self.largest, self.next):
            button.setVisible(trace.rank is not None)
        size = 1
        for n in trace.output_shape:
            size *= n
        self.next.setEnabled(trace.rank is not None and trace.rank + 1 < size)
        if trace.rank is not None:
            self.largest.setToolTip(
                self.tr(
                    "The element that is furthest from the float network in this sample; this one "
                    "is number {0} of {1}"
                ).format(trace.rank + 1, size)
            )

    def offer_sources(self, found: Sequence[Source]) -> None:
        """Name what can be followed to: operands that layers make, with the element read now."""
        self._found = found
        for i, button in enumerate(self.sources):
            button.setVisible(i < len(found))
            if i >= len(found):
                continue
            operand, at = found[i]
            button.setText(
                self.tr("Its input") if len(found) == 1 else self.tr("Input {0}").format(i + 1)
            )
            button.setEnabled(at is not None)
            button.setToolTip(
                self.tr("Trace element [{0}] of {1}, which is read here").format(
                    place_text(at or ()), operand.layer
                )
            )
        self.back.setVisible(bool(self._before))

    # -- building ----------------------------------------------------------------------------

    def _make_controls(self) -> None:
        self.operator = QComboBox()
        # By default Qt keeps the width of the first operator that was shown.
        self.operator.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.operator.setAccessibleName(self.tr("Operator of the layer"))
        self.operator.setToolTip(self.tr("Which of the layer's operators to trace"))
        self.operator.activated.connect(self._on_operator)
        self.sample = QSpinBox()
        self.sample.setAccessibleName(self.tr("Sample"))
        self.sample.setToolTip(self.tr("Which sample of the data runs, counted from 0"))
        self.sample.setRange(0, _MOST_SAMPLES)
        self.sample.setKeyboardTracking(False)
        self.sample.valueChanged.connect(self._on_sample)
        self.places: list[QSpinBox] = []
        for i in range(_MOST_DIMENSIONS):
            box = QSpinBox()
            box.setAccessibleName(tr("Dimension {0}").format(i))
            box.hide()
            box.setKeyboardTracking(False)
            box.setWrapping(True)
            box.valueChanged.connect(self._on_place)
            self.places.append(box)
        self.largest = QPushButton(self.tr("Largest error"))
        self.largest.setToolTip(
            self.tr("The element that is furthest from the float network in this sample")
        )
        self.largest.clicked.connect(lambda: self._ask_rank(0))
        self.next = _chip(self.tr("Next"))
        self.next.setToolTip(self.tr("The element with the next smaller error"))
        self.next.clicked.connect(lambda: self._ask_rank(self._rank + 1))
        self.sources = (_chip(), _chip())
        for i, button in enumerate(self.sources):
            button.clicked.connect(lambda _=False, i=i: self._follow(i))
        self.back = _chip(self.tr("Back"))
        # Until there is something to go to: the row has little room.
        for chip in (*self.sources, self.back):
            chip.hide()
        self.back.setToolTip(self.tr("The element that was shown before"))
        self.back.clicked.connect(self._on_back)

    def _lay_out(self) -> None:
        where = QHBoxLayout()
        where.setSpacing(4)
        for text, box in ((self.tr("sample"), self.sample), (self.tr("element"), self.places[0])):
            label = QLabel(text)
            label.setBuddy(box)
            where.addWidget(label)
            where.addWidget(box)
        for box in self.places[1:]:
            where.addWidget(box)
        where.addStretch(1)
        where.addWidget(self.operator)
        # In a row of their own: a window of 1280 pixels has no room for them beside five numbers.
        jumps = QHBoxLayout()
        jumps.setSpacing(4)
        for button in (self.largest, self.next, *self.sources, self.back):
            jumps.addWidget(button)
        jumps.addStretch(1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        rows.addLayout(where)
        rows.addLayout(jumps)

    # -- events ------------------------------------------------------------------------------

    def _on_place(self) -> None:
        if self._trace is None:
            return
        rank = len(self._trace.output_shape)
        self._at = tuple(box.value() for box in self.places[:rank])
        self.asked.emit()

    def _on_sample(self) -> None:
        self.asked.emit()

    def _on_operator(self, _index: int) -> None:
        self._operator = int(self.operator.currentData())
        self._at, self._rank = None, 0
        self.asked.emit()

    def _ask_rank(self, rank: int) -> None:
        self._at, self._rank = None, rank
        self.asked.emit()

    def _follow(self, index: int) -> None:
        operand, at = self._found[index]
        if at is None:
            return
        self._before.append(self.choice)
        self._layer, self._at, self._rank = operand.layer, at, 0
        self._operator = operand.operator
        self.followed.emit(operand.layer)

    def _on_back(self) -> None:
        if self._before:
            before = self._before.pop()
            self._layer, self._at, self._rank = before.layer, before.at, before.rank
            self._operator = before.operator
            self.followed.emit(before.layer)


def _dimension_names(rank: int) -> tuple[str, ...]:
    if rank == 4:
        return (tr("Number"), tr("Row"), tr("Column"), tr("Channel"))
    return tuple(tr("Dimension {0}").format(i) for i in range(rank))


def _chip(text: str = "") -> QToolButton:
    """A button that is as narrow as its text."""
    button = QToolButton()
    button.setObjectName("chip")
    button.setText(text)
    return button
