"""Trace: one number of a layer, from the codes that go in to the code that comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qviz.evaluation.element import ElementChoice, ElementTrace, Operand
from qviz.evaluation.element.results import with_minus
from qviz.evaluation.element.text import (
    TERM_COLUMNS,
    headline,
    lines,
    operand_text,
    place_text,
    result_text,
    step_rows,
    term_rows,
)
from qviz.ui.plots import Plot
from qviz.ui.tables import Cell, Table
from qviz.ui.theme import Theme
from qviz.ui.views.trace_plot import DifferencePlot
from qviz.ui.views.trace_steps import StepChain
from qviz.ui.views.trace_terms import TermsPanel
from qviz.ui.wording import kind_title, tr

if TYPE_CHECKING:
    from qviz.jobs.tracing import TracedElement

_MOST_DIMENSIONS = 5
_TERMS_WIDTH, _STEPS_WIDTH = 300, 280
_MOST_SAMPLES = 1_000_000_000
_COPIED_TERMS = 1 << 20


class TraceView(QWidget):
    """Choice of the element, its terms, the steps to its code, and the difference to float.

    Signals
    -------
    asked ()
        Another element is wanted: :attr:`choice` of sample :attr:`sample_number`.
    followed (layer)
        An element of another layer is wanted, that this one reads or that was shown before.
    model_asked ()
        The button of the empty state was pressed.
    """

    asked = Signal()
    followed = Signal(str)
    model_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.data: TracedElement | None = None
        self._layer = ""
        self._at: tuple[int, ...] | None = None
        self._rank = 0
        self._operator: int | None = None
        self._before: list[ElementChoice] = []
        self._table_is_stale = True
        self._make_controls()
        self._make_parts()
        self._lay_out()
        self.setAccessibleName(self.tr("Trace"))
        self.show_nothing()

    # -- what it shows -----------------------------------------------------------------------

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

    def set_busy(self, text: str) -> None:
        """Say that the element is being traced."""
        self.status.setText(text)

    def set_data(self, found: TracedElement, title: str) -> None:
        """Show a trace.

        Parameters
        ----------
        found : TracedElement
        title : str
            What the network is: scheme, data, rounding.
        """
        self.data, trace = found, found.trace
        self._at, self._rank = trace.at, trace.rank or 0
        self._table_is_stale = True
        self.status.setText(title)
        self._fill_controls(found)
        self.headline.setText(headline(trace))
        self.result.setText(result_text(trace).capitalize() + ".")
        self.operands.setText("\n".join(f"{o.role}: {operand_text(o)}" for o in trace.operands))
        self.note.setText(trace.note)
        self.note.setVisible(bool(trace.note))
        self.chain.setVisible(bool(trace.steps))
        self.chain.set_data(trace)
        self.chain.verticalScrollBar().setValue(0)
        self.terms.setVisible(trace.terms is not None)
        self.terms.set_data(trace)
        self.difference.setVisible(bool(trace.contributions))
        if trace.contributions:
            self.difference.set_data(trace.contributions, self._difference_title(trace))
        self._offer_sources()
        if self.as_table.isChecked():
            self._fill_table()
        self.setAccessibleDescription(f"{headline(trace)}: {result_text(trace)}")
        self._pages.setCurrentWidget(self._drawn)

    def show_nothing(self, message: str = "") -> None:
        """Say what will be here, or why it cannot be."""
        self.data = None
        self.message.setText(
            message
            or self.tr(
                "Here one number of a quantized layer is taken apart: the codes that go in, every "
                "product, the accumulator, and each step of scaling and rounding to its code, "
                "beside the same number in float."
            )
        )
        self.button.setVisible(not message)
        self._pages.setCurrentWidget(self._empty)

    def plots(self) -> tuple[Plot, ...]:
        """The plots that are shown."""
        if self.data is None:
            return ()
        shown = (self.terms.plot, self.difference)
        has = (self.data.trace.terms is not None, bool(self.data.trace.contributions))
        return tuple(plot for plot, there in zip(shown, has, strict=True) if there)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.terms.set_theme(theme)
        self.chain.set_theme(theme)
        self.difference.set_theme(theme)

    def reset_zoom(self) -> None:
        """Show all terms."""
        for plot in self.plots():
            plot.reset_zoom()

    def copy(self) -> None:
        """Put the whole trace on the clipboard, as text."""
        if self.data is not None:
            text = "\n".join(lines(self.data.trace, _COPIED_TERMS))
            QApplication.clipboard().setText(text + "\n")

    # -- building ----------------------------------------------------------------------------

    def _make_controls(self) -> None:
        self.operator = QComboBox()
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
            box.setAccessibleName(self.tr("Dimension {0} of the element").format(i))
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
        self.copy_button = QPushButton(self.tr("Copy"))
        self.copy_button.setToolTip(
            self.tr("Copy everything as text (Ctrl+C); Ctrl+E writes a picture or a CSV file")
        )
        self.copy_button.clicked.connect(self.copy)
        self.as_table = QCheckBox(self.tr("As table"))
        self.as_table.setToolTip(self.tr("Show the terms and the steps as tables"))
        self.as_table.toggled.connect(self._on_as_table)

    def _make_parts(self) -> None:
        self.headline, self.result, self.status = QLabel(), QLabel(), QLabel()
        self.headline.setObjectName("title")
        self.status.setObjectName("muted")
        self.operands, self.note, self.message = QLabel(), QLabel(), QLabel()
        self.operands.setObjectName("muted")
        for label in (self.headline, self.result, self.operands, self.note, self.message):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.button = QPushButton(self.tr("Try the digits sample"))
        self.button.setObjectName("primary")
        self.button.clicked.connect(self.model_asked)
        self.terms = TermsPanel()
        self.terms.moved.connect(self._offer_sources)
        self.chain = StepChain()
        self.difference = DifferencePlot()
        self.term_table = Table(self.tr("Terms"))
        self.step_table = Table(self.tr("Steps"))

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
        # In a row of their own: a window of 1280 pixels has no room for them beside five numbers.
        jumps = QHBoxLayout()
        jumps.setSpacing(4)
        for button in (self.largest, self.next, *self.sources, self.back):
            jumps.addWidget(button)
        jumps.addStretch(1)
        top = QHBoxLayout()
        top.addWidget(self.headline, 1)
        top.addWidget(self.operator)
        top.addWidget(self.as_table)
        top.addWidget(self.copy_button)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.chain, 1)
        column.addWidget(self.difference)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.terms)
        self.splitter.addWidget(right)
        self.splitter.setStretchFactor(0, 5)
        self.splitter.setStretchFactor(1, 4)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setSizes([420, 320])
        self.terms.setMinimumWidth(_TERMS_WIDTH)
        right.setMinimumWidth(_STEPS_WIDTH)
        self.tables = QSplitter(Qt.Orientation.Vertical)
        self.tables.addWidget(self.term_table)
        self.tables.addWidget(self.step_table)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.splitter)
        self._stack.addWidget(self.tables)
        self._drawn = QWidget()
        drawn = QVBoxLayout(self._drawn)
        drawn.setContentsMargins(0, 0, 0, 0)
        drawn.setSpacing(5)
        drawn.addLayout(top)
        drawn.addLayout(where)
        drawn.addLayout(jumps)
        for label in (self.result, self.operands, self.note):
            drawn.addWidget(label)
        drawn.addWidget(self._stack, 1)
        drawn.addWidget(self.status)
        self._empty = QWidget()
        empty = QVBoxLayout(self._empty)
        empty.setContentsMargins(24, 0, 24, 0)
        empty.setSpacing(12)
        empty.addStretch(2)
        empty.addWidget(self.message)
        empty.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        empty.addStretch(3)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._drawn)
        self._pages.addWidget(self._empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self._pages)

    # -- filling -----------------------------------------------------------------------------

    def _fill_controls(self, found: TracedElement) -> None:
        trace = found.trace
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
        self.largest.setEnabled(trace.rank is not None)
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

    def _difference_title(self, trace: ElementTrace) -> str:
        if trace.difference is None:
            return self.tr("Beside the exact result of these codes")
        return self.tr("Difference to float: {0}").format(with_minus(f"{trace.difference:+.4g}"))

    def _fill_table(self) -> None:
        if not self._table_is_stale or self.data is None:
            return
        self._table_is_stale = False
        trace = self.data.trace
        rows = [] if trace.terms is None else term_rows(trace.terms)
        numeric = set(range(len(TERM_COLUMNS))) - {TERM_COLUMNS.index("place")}
        self.term_table.source.set_rows(
            TERM_COLUMNS,
            range(len(rows)),
            [[_cell(text, i in numeric) for i, text in enumerate(row)] for row in rows],
        )
        self.term_table.setVisible(bool(rows))
        steps = step_rows(trace)
        self.step_table.source.set_rows(
            (
                self.tr("Step"),
                self.tr("Formula"),
                self.tr("Value"),
                self.tr("Unit"),
                self.tr("Why"),
            ),
            range(len(steps)),
            [[_cell(text, i == 2) for i, text in enumerate(row)] for row in steps],
        )
        for table in (self.term_table, self.step_table):
            table.resizeColumnsToContents()

    # -- events ------------------------------------------------------------------------------

    def _on_place(self) -> None:
        if self.data is None:
            return
        rank = len(self.data.trace.output_shape)
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

    # -- following a number ------------------------------------------------------------------

    def _readable(self) -> list[tuple[Operand, tuple[int, ...] | None]]:
        """Operands that a layer makes, with the element of each that is read now."""
        if self.data is None:
            return []
        *inputs, _output = self.data.trace.operands
        made = [o for o in inputs if o.operator is not None]
        single = self.terms.place if self.data.trace.terms is not None else None
        return [(o, single if o.at is None else o.at) for o in made]

    def _offer_sources(self) -> None:
        """Name what can be followed to: the element that the current term reads."""
        found = self._readable()
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

    def _follow(self, index: int) -> None:
        found = self._readable()
        if index >= len(found) or found[index][1] is None:
            return
        operand, at = found[index]
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

    def _on_as_table(self, on: bool) -> None:
        self._fill_table()
        self._stack.setCurrentIndex(int(on))


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


def _cell(text: str, is_number: bool) -> Cell:
    if not is_number:
        return Cell(text, tip=text)
    try:
        return Cell(text, float(text.replace(",", "")))
    except ValueError:
        return Cell(text, float("nan"))
