"""Layer error: which layer lost how much, of its weights, alone, and in the whole network."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from qviz.evaluation.results import LayerError
from qviz.ui.plots import Plot, Rows, brush, pen, small_font
from qviz.ui.tables import Cell, Table
from qviz.ui.theme import Theme
from qviz.ui.wording import (
    ERROR_KINDS,
    ERROR_METRICS,
    HIGHER_IS_BETTER,
    error_kind_title,
    error_value,
    format_error,
    format_number_of,
    is_worse,
    kind_title,
    metric_title,
)

#: Values from which a layer deserves a look; the line can be dragged.
THRESHOLDS = {
    "sqnr_db": 20.0,
    "mse": math.nan,
    "cosine": 0.99,
    "max_abs": math.nan,
    "rmse_over_scale": 0.7,
}
_VISIBLE = 26
_NAME_LENGTH = 30


@dataclass(frozen=True, slots=True)
class _Bar:
    """One bar: a layer and its value, None where it was not measured."""

    error: LayerError
    value: float | None


class LayerErrorView(QWidget):
    """Bars of one kind of error and one metric over all layers, and the same as a table.

    Signals
    -------
    layer_chosen (name)
    """

    layer_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers: tuple[LayerError, ...] = ()
        self._title = ""
        self._selected = ""
        self._table_is_stale = True
        self._bars: tuple[_Bar, ...] = ()
        self._thresholds = dict(THRESHOLDS)
        self._make_controls()
        self._make_plot()
        self.table = Table(self.tr("Error of every layer"))
        self.table.clicked.connect(self._on_row)
        self._lay_out()

    # -- data --------------------------------------------------------------------------------

    def set_data(self, title: str, layers: Sequence[LayerError]) -> None:
        """Draw the layers of one run.

        Parameters
        ----------
        title : str
            Name of the run.
        layers : sequence of LayerError
            In execution order.
        """
        self._title, self._layers = title, tuple(layers)
        self._offer_kinds()
        self._draw()
        self._table_is_stale = True
        if self.as_table.isChecked():
            self._fill_table()
        self.reset_zoom()

    def select_layer(self, name: str) -> None:
        """Mark a layer."""
        self._selected = name
        self._color_bars()
        if self.as_table.isChecked():
            self.table.select_key(name)

    def plots(self) -> tuple[Plot, ...]:
        """The only plot."""
        return (self.plot,)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.plot.set_theme(theme)

    @property
    def bars(self) -> tuple[tuple[str, float | None], ...]:
        """Layers and values as drawn, from the top."""
        return tuple((bar.error.layer, bar.value) for bar in self._bars)

    @property
    def kind_name(self) -> str:
        """Kind of error that is drawn."""
        return str(self.kinds.currentData())

    @property
    def metric_name(self) -> str:
        """Metric that is drawn."""
        return str(self.metrics.currentData())

    def reset_zoom(self) -> None:
        """Show the first layers at a readable height, and all values."""
        if not self._bars:
            return
        count = len(self._bars)
        shown = min(count, _VISIBLE)
        low, high = self._value_limits()
        self.plot.show_range((low, high), (-shown + 0.4, 0.6))
        self.plot.box.setLimits(yMin=-count + 0.2, yMax=0.8, minYRange=2)

    def copy(self) -> None:
        """Put the table on the clipboard."""
        self._fill_table()
        self.table.copy()

    # -- building ----------------------------------------------------------------------------

    def _make_controls(self) -> None:
        self.kinds = QComboBox()
        self.kinds.setAccessibleName(self.tr("Kind of error"))
        tips = {
            "weight": self.tr("Of the layer's weights"),
            "local": self.tr("Of its output, the layer alone quantized and fed with float inputs"),
            "accumulated": self.tr("Of its output inside the quantized network"),
        }
        for kind in ERROR_KINDS:
            self.kinds.addItem(error_kind_title(kind), kind)
            self.kinds.setItemData(self.kinds.count() - 1, tips[kind], Qt.ItemDataRole.ToolTipRole)
        self.kinds.setCurrentIndex(ERROR_KINDS.index("accumulated"))
        self.metrics = QComboBox()
        self.metrics.setAccessibleName(self.tr("Metric"))
        for metric in ERROR_METRICS:
            self.metrics.addItem(metric_title(metric), metric)
        self.order = QComboBox()
        self.order.setAccessibleName(self.tr("Order"))
        self.order.addItem(self.tr("Worst first"), "worst")
        self.order.addItem(self.tr("In order of execution"), "order")
        self.as_table = QCheckBox(self.tr("Show as table"))
        for box in (self.kinds, self.metrics, self.order):
            box.currentIndexChanged.connect(self._on_choice)
        self.explanation = QLabel()
        self.explanation.setObjectName("muted")
        self.explanation.setWordWrap(True)

    def _make_plot(self) -> None:
        self.plot = Plot("", "", "", zoom_y=True)
        self.plot.box.setMouseEnabled(x=False, y=True)
        self._good = pg.BarGraphItem(x0=[0], x1=[0], y=[0], height=0.72, pen=None)
        self._bad = pg.BarGraphItem(x0=[0], x1=[0], y=[0], height=0.72)
        self._mark = pg.BarGraphItem(x0=[0], x1=[0], y=[0], height=0.9)
        self.plot.add(
            self._good, lambda t: self._good.setOpts(brush=brush(t.float32, 0.85), pen=None)
        )
        self.plot.add(
            self._bad,
            lambda t: self._bad.setOpts(brush=brush(t.bad, hatched=True), pen=pen(t.bad)),
        )
        self.plot.add(self._mark, lambda t: self._mark.setOpts(brush=None, pen=pen(t.text, 2)))
        self._line = pg.InfiniteLine(angle=90, movable=True)
        self.plot.add(self._line, lambda t: self._line.setPen(pen(t.text, 1, Qt.PenStyle.DashLine)))
        self._line.sigPositionChanged.connect(self._on_threshold)
        left, right = self.plot.item.getAxis("left"), self.plot.item.getAxis("right")
        self.plot.item.showAxis("right")
        for axis in (left, right):
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickLength=0, tickFont=small_font())
            axis.setGrid(False)
        right.setWidth(58)
        self.plot.set_reset(self.reset_zoom)
        self.plot.set_rows(self._rows)
        self.plot.clicked.connect(self._on_clicked)

    def _lay_out(self) -> None:
        controls = QHBoxLayout()
        controls.setContentsMargins(0, 0, 0, 0)
        for box in (self.kinds, self.metrics, self.order):
            controls.addWidget(box)
        controls.addStretch(1)
        controls.addWidget(self.as_table)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.plot)
        self.pages.addWidget(self.table)
        self.as_table.toggled.connect(self._on_as_table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addLayout(controls)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.explanation)

    # -- drawing -----------------------------------------------------------------------------

    def _offer_kinds(self) -> None:
        """Leave a kind that this run has not measured for one that it has."""
        measured = [k for k in ERROR_KINDS if any(getattr(e, k) is not None for e in self._layers)]
        if measured and self.kind_name not in measured:
            with QSignalBlocker(self.kinds):
                self.kinds.setCurrentIndex(ERROR_KINDS.index(measured[-1]))

    def _sorted_bars(self) -> tuple[_Bar, ...]:
        bars = [_Bar(e, error_value(e, self.kind_name, self.metric_name)) for e in self._layers]
        if self.kind_name == "weight":
            bars = [b for b in bars if b.value is not None]
        if self.order.currentData() == "worst":
            bars.sort(key=lambda b: _badness(self.metric_name, b.value))
        return tuple(bars)

    def _draw(self) -> None:
        self._bars = self._sorted_bars()
        metric = self.metric_name
        self.plot.set_labels(
            self.tr("{0}: {1} error of every layer").format(
                self._title, error_kind_title(self.kind_name).lower()
            ),
            metric_title(metric),
            "",
        )
        names = [(-i, _shortened(bar.error)) for i, bar in enumerate(self._bars)]
        values = [(-i, format_error(metric, bar.value)) for i, bar in enumerate(self._bars)]
        self.plot.item.getAxis("left").setTicks([names])
        self.plot.item.getAxis("left").setWidth(self._name_width(names))
        self.plot.item.getAxis("right").setTicks([values])
        threshold = self._thresholds[metric]
        self._line.setVisible(not math.isnan(threshold))
        if not math.isnan(threshold):
            with QSignalBlocker(self._line):
                self._line.setValue(threshold)
        self._color_bars()
        self._explain()
        worst = next((b for b in self._bars if b.value is not None), None)
        self.plot.set_summary(
            format_number_of(
                len(self._bars), self.tr("Error of 1 layer"), self.tr("Error of {0} layers")
            ),
            self.tr("Topmost: {0} with {1} {2}.").format(
                worst.error.layer, metric_title(metric), format_error(metric, worst.value)
            )
            if worst is not None
            else self.tr("Nothing was measured."),
        )

    def _color_bars(self) -> None:
        low, high = self._value_limits()
        threshold = self._thresholds[self.metric_name]
        good: list[tuple[int, float]] = []
        bad: list[tuple[int, float]] = []
        mark: list[tuple[int, float]] = []
        for i, bar in enumerate(self._bars):
            if bar.value is not None:
                # A layer without any error has an endless SQNR: its bar fills the plot.
                end = min(max(bar.value, low), high) if not math.isnan(bar.value) else high
                worse = math.isnan(bar.value) or is_worse(self.metric_name, bar.value, threshold)
                (bad if worse else good).append((-i, end))
            if bar.error.layer == self._selected:
                mark.append((-i, high))
        base = min(low, 0.0) if self.metric_name != "cosine" else low
        for item, rows in ((self._good, good), (self._bad, bad), (self._mark, mark)):
            item.setVisible(bool(rows))
            if rows:
                y = np.array([row[0] for row in rows], float)
                x1 = np.array([row[1] for row in rows], float)
                item.setOpts(x0=np.full(y.size, base), x1=x1, y=y)

    def _value_limits(self) -> tuple[float, float]:
        values = [b.value for b in self._bars if b.value is not None and math.isfinite(b.value)]
        threshold = self._thresholds[self.metric_name]
        reach = [*values, *([] if math.isnan(threshold) else [threshold])]
        high = max(reach, default=1.0)
        if self.metric_name == "cosine":
            low = min(reach, default=0.0)
            spread = (1.0 - low) or 1e-6
            return low - 0.05 * spread, 1.0 + 0.02 * spread
        low = min(0.0, min(reach, default=0.0))
        return low, high + (high - low) * 0.06 if high > low else low + 1.0

    def _name_width(self, names: Sequence[tuple[int, str]]) -> int:
        metrics = pg.QtGui.QFontMetrics(small_font())
        widest = max((metrics.horizontalAdvance(name) for _, name in names), default=40)
        return min(260, widest + 16)

    def _explain(self) -> None:
        texts = {
            "sqnr_db": self.tr(
                "Signal to quantization noise in dB: each 6 dB are one bit. Layers left of the "
                "dashed line are hatched; drag it to set your own limit."
            ),
            "mse": self.tr("Mean of the squared difference, in the units of the layer's output."),
            "cosine": self.tr("1 means the same direction; hatched layers lie below the line."),
            "max_abs": self.tr("The one value that went furthest astray."),
            "rmse_over_scale": self.tr(
                "Root mean square error in steps of the code grid. Pure rounding gives 0.289; much "
                "more means clamping, or error that came in from earlier layers."
            ),
        }
        self.explanation.setText(
            texts[self.metric_name]
            + " "
            + self.tr(
                "The largest error is not always the guilty one: compare local and accumulated."
            )
        )

    def _fill_table(self) -> None:
        """Fill the table that nobody may ever look at, once somebody does."""
        if not self._table_is_stale:
            return
        self._table_is_stale = False
        header = [self.tr("#"), self.tr("Layer"), self.tr("Kind")]
        for kind in ERROR_KINDS:
            header.append(self.tr("{0} SQNR dB").format(error_kind_title(kind)))
        for metric in ERROR_METRICS[1:]:
            title = metric_title(metric)
            header.append(self.tr("{0} (accumulated)").format(title))
        rows = []
        for i, error in enumerate(self._layers):
            row = [
                Cell(str(i + 1), float(i + 1)),
                Cell(error.layer + (self.tr("  (float32)") if error.in_float else "")),
                Cell(kind_title(error.kind)),
            ]
            pairs = [(k, "sqnr_db") for k in ERROR_KINDS]
            pairs += [("accumulated", m) for m in ERROR_METRICS[1:]]
            for kind, metric in pairs:
                value = error_value(error, kind, metric)
                row.append(
                    Cell(format_error(metric, value), math.nan if value is None else float(value))
                )
            rows.append(row)
        self.table.source.set_rows(header, [e.layer for e in self._layers], rows)
        self.table.resizeColumnsToContents()
        self.table.sortByColumn(5, Qt.SortOrder.AscendingOrder)

    # -- events ------------------------------------------------------------------------------

    def _on_choice(self) -> None:
        self._draw()
        self.reset_zoom()

    def _on_threshold(self) -> None:
        self._thresholds[self.metric_name] = float(self._line.value())
        self._color_bars()

    def _on_clicked(self, _x: float, y: float) -> None:
        at = round(-y)
        if 0 <= at < len(self._bars):
            self.layer_chosen.emit(self._bars[at].error.layer)

    def _on_row(self, index: QModelIndex) -> None:
        self.layer_chosen.emit(str(self.table.key_at(index)))

    def _on_as_table(self, on: bool) -> None:
        self._fill_table()
        self.table.select_key(self._selected)
        self.pages.setCurrentIndex(int(on))

    def _rows(self) -> Rows:
        self._fill_table()
        return self.table.rows()


def _badness(metric: str, value: float | None) -> tuple[int, float]:
    """Sort key: the worst first, what was not measured last."""
    if value is None:
        return 2, 0.0
    if math.isnan(value):
        return 0, 0.0
    return 1, value if metric in HIGHER_IS_BETTER else -value


def _shortened(error: LayerError) -> str:
    """Name of a layer as it fits beside its bar; the end says more than the beginning."""
    name = error.layer
    if len(name) > _NAME_LENGTH:
        name = "…" + name[-_NAME_LENGTH + 1 :]
    return name + "  ⚑" if error.in_float else name
