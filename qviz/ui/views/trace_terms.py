"""The products of an element one after the other: three heat maps, the accumulator, a slider."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QVBoxLayout, QWidget

from qviz.evaluation.element import ElementTrace, Terms
from qviz.evaluation.element.results import real_text, with_minus
from qviz.evaluation.element.text import left_out_text, place_text
from qviz.ui.theme import Theme
from qviz.ui.views.trace_grid import CodeGrid, GridCell
from qviz.ui.views.trace_plot import AccumulatorPlot
from qviz.ui.wording import tr

# Channels that are shown at once where the window has a single pixel; in the least width of the
# panel three numbers have room beside each other.
_COLUMNS, _PAGE = 3, 12
_LARGEST_GRID = 24
_TALLEST = 300
_TICK_MS = 130
# A whole play takes no longer than so many ticks.
_MOST_TICKS = 160


class TermsPanel(QWidget):
    """Walks through the terms of a trace.

    Signals
    -------
    moved ()
        Another term is the current one.
    """

    moved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._terms: Terms | None = None
        self._page: list[list[int]] = []
        self._zero_points = (0, 0)
        self._limits: dict[str, tuple[float, float]] = {}
        self.inputs = CodeGrid(self.tr("Input"))
        self.weights = CodeGrid(self.tr("Weight"))
        self.products = CodeGrid(self.tr("Product"))
        for grid in (self.inputs, self.weights, self.products):
            grid.setToolTip(self.tr("Click a cell to go to its term"))
            grid.clicked.connect(self._on_cell)
        self.plot = AccumulatorPlot()
        self.plot.setMinimumHeight(120)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(self.tr("Terms added up"))
        self.slider.setToolTip(self.tr("Left and right keys go from term to term, Space plays"))
        self.slider.valueChanged.connect(self._on_moved)
        self.back = self._button("−", self.tr("One term back"), -1)
        self.forth = self._button("+", self.tr("One term on"), 1)
        self.play = QToolButton()
        self.play.setObjectName("chip")
        self.play.setCheckable(True)
        self.play.setText(self.tr("Play"))
        self.play.setToolTip(self.tr("Add up the terms one after the other (Space)"))
        self.play.toggled.connect(self._on_play)
        self._clock = QTimer(self)
        self._clock.setInterval(_TICK_MS)
        self._clock.timeout.connect(self._on_tick)
        self.readout = QLabel()
        self.readout.setObjectName("readout")
        self.readout.setWordWrap(True)
        self.readout.setAccessibleName(self.tr("Current term"))
        self.readout.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.rest = QLabel()
        self.rest.setObjectName("muted")
        self.rest.setWordWrap(True)
        self._lay_out()

    # -- what it shows -----------------------------------------------------------------------

    def set_data(self, trace: ElementTrace) -> None:
        """Show the terms of a trace, all added up."""
        terms = trace.terms
        self.play.setChecked(False)
        self._terms = terms
        if terms is None:
            return
        source = next(o for o in trace.operands if o.role == "input")
        weights = next((o for o in trace.operands if o.role == "weights"), None)
        self._zero_points = (
            source.zero_point or 0,
            0 if weights is None else weights.zero_point or 0,
        )
        has_weights = terms.weights is not None
        for widget in (self.weights, self.products, self._times, self._equals):
            widget.setVisible(has_weights)
        self._limits = {
            "inputs": _limits(terms.codes),
            "products": _limits(terms.products),
        }
        if terms.weights is not None:
            self._limits["weights"] = _limits(terms.weights)
        self.plot.set_data(trace)
        rest = left_out_text(terms, terms.shown)
        self.rest.setText(rest)
        self.rest.setVisible(bool(rest))
        with QSignalBlocker(self.slider):
            self.slider.setRange(1, max(1, terms.shown))
            self.slider.setValue(terms.shown)
            self.slider.setPageStep(max(1, terms.shown // 20))
        self._on_moved(self.slider.value())
        for grid in (self.inputs, self.weights, self.products):
            grid.setMaximumHeight(min(grid.sizeHint().height(), _TALLEST))

    @property
    def place(self) -> tuple[int, ...] | None:
        """Where the code of the current term lies; None outside of the input."""
        terms, at = self._terms, self.position - 1
        if terms is None or not 0 <= at < terms.shown or terms.is_padding[at]:
            return None
        return tuple(int(n) for n in terms.places[at])

    @property
    def position(self) -> int:
        """How many terms are added up."""
        return self.slider.value()

    def set_position(self, count: int) -> None:
        """Show the accumulator after so many terms."""
        self.slider.setValue(count)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        for grid in (self.inputs, self.weights, self.products):
            grid.set_theme(theme)
        self.plot.set_theme(theme)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Space plays and pauses, the arrows step."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() == Qt.Key.Key_Space:
            self.play.toggle()
        elif event.key() in steps:
            self._step(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    # -- building ----------------------------------------------------------------------------

    def _button(self, text: str, tip: str, by: int) -> QToolButton:
        button = QToolButton()
        button.setObjectName("chip")
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setAutoRepeat(True)
        button.clicked.connect(lambda: self._step(by))
        return button

    def _lay_out(self) -> None:
        grids = QHBoxLayout()
        grids.setSpacing(4)
        self._times, self._equals = QLabel("×"), QLabel("=")
        parts = (self.inputs, self._times, self.weights, self._equals, self.products)
        for part in parts:
            wide = 4 if part is self.products else 3
            grids.addWidget(part, 0 if isinstance(part, QLabel) else wide)
        stepper = QHBoxLayout()
        stepper.setSpacing(4)
        for widget in (self.play, self.back):
            stepper.addWidget(widget)
        stepper.addWidget(self.slider, 1)
        stepper.addWidget(self.forth)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        layout.addLayout(grids)
        layout.addLayout(stepper)
        layout.addWidget(self.readout)
        layout.addWidget(self.plot, 3)
        layout.addWidget(self.rest)

    # -- drawing -----------------------------------------------------------------------------

    def _on_moved(self, count: int) -> None:
        terms = self._terms
        if terms is None or not terms.shown:
            return
        at = min(count, terms.shown) - 1
        self.plot.set_position(at + 1)
        indices, caption = page(terms, at)
        self._page = indices
        self._fill(self.inputs, "inputs", terms.codes, indices, at, caption)
        if terms.weights is not None:
            self._fill(self.weights, "weights", terms.weights, indices, at, caption)
            self._fill(self.products, "products", terms.products, indices, at, caption)
        self.readout.setText(self._sentence(terms, at))
        self.back.setEnabled(at > 0)
        self.forth.setEnabled(at + 1 < terms.shown)
        self.moved.emit()

    def _fill(
        self,
        grid: CodeGrid,
        name: str,
        values: np.ndarray,
        indices: list[list[int]],
        at: int,
        caption: str,
    ) -> None:
        terms = self._terms
        assert terms is not None
        low, high = self._limits[name]
        rows = [
            [
                None
                if not 0 <= i < terms.shown
                else GridCell(
                    with_minus(str(values[i])),
                    (float(values[i]) - low) / (high - low),
                    bool(terms.is_padding[i]) and name != "weights",
                    i == at,
                )
                for i in row
            ]
            for row in indices
        ]
        grid.set_data(rows, caption)

    def _sentence(self, terms: Terms, at: int) -> str:
        number = self.tr("Term {0} of {1}").format(at + 1, terms.count)
        code, product, total = (int(v[at]) for v in (terms.codes, terms.products, terms.running))
        if terms.is_padding[at]:
            return self.tr("{0}: outside of the image, counts 0.").format(number)
        place = place_text(terms.places[at])
        if terms.weights is None:
            what = self.tr("largest so far") if terms.is_maximum else self.tr("sum")
            text = self.tr("{0}, input [{1}]: code {2}; {3} {4}.")
            return with_minus(text.format(number, place, code, what, f"{total:,}"))
        weight = int(terms.weights[at])
        z_in, z_weight = self._zero_points
        formula = f"({code} − {z_in}) × ({weight} − {z_weight})"
        text = with_minus(
            self.tr("{0}, input [{1}]: {2} = {3}; sum {4}.").format(
                number, place, formula, f"{product:,}", f"{total:,}"
            )
        )
        if terms.float_inputs is None or terms.float_weights is None or terms.float_running is None:
            return text
        x, w = float(terms.float_inputs[at]), float(terms.float_weights[at])
        floats = self.tr("Float: {0} × {1} = {2}; sum {3}.").format(
            real_text(x), real_text(w), real_text(x * w), real_text(terms.float_running[at])
        )
        return f"{text}\n{with_minus(floats)}"

    # -- playing -----------------------------------------------------------------------------

    def _on_cell(self, row: int, column: int) -> None:
        self.play.setChecked(False)
        self.slider.setValue(self._page[row][column] + 1)

    def _step(self, by: int) -> None:
        self.play.setChecked(False)
        self.slider.setValue(self.slider.value() + by)

    def _on_play(self, on: bool) -> None:
        self.play.setText(self.tr("Pause") if on else self.tr("Play"))
        if not on:
            self._clock.stop()
            return
        if self.slider.value() >= self.slider.maximum():
            self.slider.setValue(1)
        self._clock.start()

    def _on_tick(self) -> None:
        stride = max(1, self.slider.maximum() // _MOST_TICKS)
        self.slider.setValue(self.slider.value() + stride)
        if self.slider.value() >= self.slider.maximum():
            self.play.setChecked(False)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Nothing plays that nobody sees."""
        self.play.setChecked(False)
        super().hideEvent(event)


def page(terms: Terms, at: int) -> tuple[list[list[int]], str]:
    """Terms that are drawn together with term `at`, row by row, and what they are.

    A window is drawn a channel at a time; where it is a single pixel, some channels are.
    """
    rows, columns, channels = terms.kernel_shape
    if rows * columns == 1:
        first = at // _PAGE * _PAGE
        last = min(first + _PAGE, channels)
        indices = list(range(first, last))
        cut = [indices[i : i + _COLUMNS] for i in range(0, len(indices), _COLUMNS)]
        return cut, f"{first}–{last - 1}"
    channel, within = divmod(at, rows * columns)
    top, left = (
        max(0, min(place - _LARGEST_GRID // 2, size - _LARGEST_GRID))
        for place, size in zip(divmod(within, columns), (rows, columns), strict=True)
    )
    start = channel * rows * columns
    cut = [
        [start + i * columns + j for j in range(left, min(columns, left + _LARGEST_GRID))]
        for i in range(top, min(rows, top + _LARGEST_GRID))
    ]
    return cut, tr("channel {0}").format(channel) if channels > 1 else ""


def _limits(values: np.ndarray) -> tuple[float, float]:
    """Ends of the colour scale; apart by at least 1."""
    if not values.size:
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    return low, max(high, low + 1.0)
