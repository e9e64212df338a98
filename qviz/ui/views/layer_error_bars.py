"""The bars of the layer errors: a value for every layer, and the limit beyond which it is bad."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSignalBlocker, Qt, Signal

from qviz.evaluation.results import LayerError
from qviz.ui.plots import Plot, brush, pen, small_font
from qviz.ui.wording import (
    HIGHER_IS_BETTER,
    error_kind_title,
    error_value,
    format_error,
    format_number_of,
    is_worse,
    metric_title,
)

#: Values from which a layer deserves a look; the line can be dragged.
THRESHOLDS: Mapping[str, float] = {
    "sqnr_db": 20.0,
    "mse": math.nan,
    "cosine": 0.99,
    "max_abs": math.nan,
    "rmse_over_scale": 0.7,
}
_VISIBLE = 26
_NAME_LENGTH = 30


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: a layer and its value, None where it was not measured."""

    error: LayerError
    value: float | None


def bars_of(
    layers: Sequence[LayerError], kind: str, metric: str, *, worst_first: bool
) -> tuple[Bar, ...]:
    """One kind of error and one metric of every layer that can have it."""
    bars = [Bar(e, error_value(e, kind, metric)) for e in layers]
    if kind == "weight":
        bars = [b for b in bars if b.value is not None]
    if worst_first:
        bars.sort(key=lambda b: _badness(metric, b.value))
    return tuple(bars)


class ErrorBars(Plot):
    """A bar for every layer, from the top, with its name at the left and its value at the right.

    Signals
    -------
    layer_chosen (name)
    """

    layer_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__("", "", "", zoom_y=True)
        self._bars: tuple[Bar, ...] = ()
        self._metric = "sqnr_db"
        self._selected = ""
        self._thresholds = dict(THRESHOLDS)
        self._make_items()
        self.set_reset(self.reset_zoom)
        self.clicked.connect(self._on_clicked)

    def set_data(self, title: str, kind: str, metric: str, bars: Sequence[Bar]) -> None:
        """Draw bars.

        Parameters
        ----------
        title : str
            Name of the run.
        kind, metric : str
            What the values are, as in ``ERROR_KINDS`` and ``ERROR_METRICS``.
        bars : sequence of Bar
            From the top.
        """
        self._bars, self._metric = tuple(bars), metric
        self.set_labels(
            self.tr("{0}: {1} error of every layer").format(title, error_kind_title(kind).lower()),
            metric_title(metric),
            "",
        )
        names = [(-i, _shortened(bar.error)) for i, bar in enumerate(self._bars)]
        values = [(-i, format_error(metric, bar.value)) for i, bar in enumerate(self._bars)]
        self.item.getAxis("left").setTicks([names])
        self.item.getAxis("left").setWidth(_name_width(names))
        self.item.getAxis("right").setTicks([values])
        threshold = self._thresholds[metric]
        self.line.setVisible(not math.isnan(threshold))
        if not math.isnan(threshold):
            with QSignalBlocker(self.line):
                self.line.setValue(threshold)
        self._color_bars()
        self._summarize()

    @property
    def bars(self) -> tuple[Bar, ...]:
        """What is drawn, from the top."""
        return self._bars

    def select_layer(self, name: str) -> None:
        """Mark a layer."""
        self._selected = name
        self._color_bars()

    def reset_zoom(self) -> None:
        """Show the first layers at a readable height, and all values."""
        if not self._bars:
            return
        count = len(self._bars)
        shown = min(count, _VISIBLE)
        low, high = self._value_limits()
        self.show_range((low, high), (-shown + 0.4, 0.6))
        self.box.setLimits(yMin=-count + 0.2, yMax=0.8, minYRange=2)

    # -- inside ------------------------------------------------------------------------------

    def _make_items(self) -> None:
        self.box.setMouseEnabled(x=False, y=True)
        self.good = pg.BarGraphItem(x0=[0], x1=[0], y=[0], height=0.72, pen=None)
        self.bad = pg.BarGraphItem(x0=[0], x1=[0], y=[0], height=0.72)
        self.mark = pg.BarGraphItem(x0=[0], x1=[0], y=[0], height=0.9)
        self.add(self.good, lambda t: self.good.setOpts(brush=brush(t.float32, 0.85), pen=None))
        self.add(
            self.bad,
            lambda t: self.bad.setOpts(brush=brush(t.bad, hatched=True), pen=pen(t.bad)),
        )
        self.add(self.mark, lambda t: self.mark.setOpts(brush=None, pen=pen(t.text, 2)))
        self.line = pg.InfiniteLine(angle=90, movable=True)
        self.add(self.line, lambda t: self.line.setPen(pen(t.text, 1, Qt.PenStyle.DashLine)))
        self.line.sigPositionChanged.connect(self._on_threshold)
        left, right = self.item.getAxis("left"), self.item.getAxis("right")
        self.item.showAxis("right")
        for axis in (left, right):
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickLength=0, tickFont=small_font())
            axis.setGrid(False)
        right.setWidth(58)

    def _summarize(self) -> None:
        worst = next((b for b in self._bars if b.value is not None), None)
        self.set_summary(
            format_number_of(
                len(self._bars), self.tr("Error of 1 layer"), self.tr("Error of {0} layers")
            ),
            self.tr("Topmost: {0} with {1} {2}.").format(
                worst.error.layer,
                metric_title(self._metric),
                format_error(self._metric, worst.value),
            )
            if worst is not None
            else self.tr("Nothing was measured."),
        )

    def _color_bars(self) -> None:
        low, high = self._value_limits()
        threshold = self._thresholds[self._metric]
        good: list[tuple[int, float]] = []
        bad: list[tuple[int, float]] = []
        mark: list[tuple[int, float]] = []
        for i, bar in enumerate(self._bars):
            if bar.value is not None:
                # A layer without any error has an endless SQNR: its bar fills the plot.
                end = min(max(bar.value, low), high) if not math.isnan(bar.value) else high
                worse = math.isnan(bar.value) or is_worse(self._metric, bar.value, threshold)
                (bad if worse else good).append((-i, end))
            if bar.error.layer == self._selected:
                mark.append((-i, high))
        base = min(low, 0.0) if self._metric != "cosine" else low
        for item, rows in ((self.good, good), (self.bad, bad), (self.mark, mark)):
            item.setVisible(bool(rows))
            if rows:
                y = np.array([row[0] for row in rows], float)
                x1 = np.array([row[1] for row in rows], float)
                item.setOpts(x0=np.full(y.size, base), x1=x1, y=y)

    def _value_limits(self) -> tuple[float, float]:
        values = [b.value for b in self._bars if b.value is not None and math.isfinite(b.value)]
        threshold = self._thresholds[self._metric]
        reach = [*values, *([] if math.isnan(threshold) else [threshold])]
        high = max(reach, default=1.0)
        if self._metric == "cosine":
            low = min(reach, default=0.0)
            spread = (1.0 - low) or 1e-6
            return low - 0.05 * spread, 1.0 + 0.02 * spread
        low = min(0.0, min(reach, default=0.0))
        return low, high + (high - low) * 0.06 if high > low else low + 1.0

    def _on_threshold(self) -> None:
        self._thresholds[self._metric] = float(self.line.value())
        self._color_bars()

    def _on_clicked(self, _x: float, y: float) -> None:
        at = round(-y)
        if 0 <= at < len(self._bars):
            self.layer_chosen.emit(self._bars[at].error.layer)


def _name_width(names: Sequence[tuple[int, str]]) -> int:
    metrics = pg.QtGui.QFontMetrics(small_font())
    widest = max((metrics.horizontalAdvance(name) for _, name in names), default=40)
    return min(260, widest + 16)


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
