"""The three plots of the weights view: values with levels, their error, the range of channels."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from qviz.jobs.results import WeightView
from qviz.quantization.scheme import SCHEMES
from qviz.ui.plots import Plot, brush, pen, stems
from qviz.ui.theme import Theme
from qviz.ui.views import weight_text
from qviz.ui.wording import format_error, format_value

# Bars start half a count below one, so that a single value is still seen on a log axis.
_LOG_BASE = math.log10(0.5)
# More heads than this merge into a carpet.
_MOST_HEADS = 300


class ValuesPlot(Plot):
    """Histogram of the float values as bars, of the quantized ones as stems on their levels."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "", "", parent=parent)
        self._view: WeightView | None = None
        self._log = False
        self.bars = pg.BarGraphItem(x0=[0], x1=[0], height=[0], pen=None)
        self.add(self.bars, lambda t: self.bars.setOpts(brush=brush(t.float32, 0.75), pen=None))
        self.stems = pg.PlotCurveItem(connect="pairs")
        self.heads = pg.ScatterPlotItem(size=4, pen=None, symbol="o")
        self.add(self.stems, lambda _: self.stems.setPen(pen(self._color())))
        self.add(self.heads, lambda _: self.heads.setBrush(brush(self._color())))
        self.limits = [pg.InfiniteLine(angle=90) for _ in range(2)]
        for line in self.limits:
            self.add(line, partial(_dash, line))
            line.hide()
        self.set_reset(self.show_all)
        self.set_rows(lambda: weight_text.value_rows(self._view) if self._view else ())

    def set_data(self, view: WeightView) -> None:
        """Draw a tensor."""
        self._view = view
        base = self._base()
        heights = self._heights(view.float_counts)
        self.bars.setOpts(
            x0=view.float_edges[:-1],
            x1=view.float_edges[1:],
            y0=np.full(heights.size, base),
            height=heights - base,
        )
        tops = self._heights(view.level_counts)
        self.stems.setData(*stems(view.levels, tops, base), connect="pairs")
        self.stems.setPen(pen(self._color()))
        with_heads = 0 < view.levels.size <= _MOST_HEADS
        self.heads.setData(view.levels if with_heads else [], tops if with_heads else [])
        self.heads.setBrush(brush(self._color()))
        for line, at in zip(self.limits, (view.grid_minimum, view.grid_maximum), strict=True):
            # The ends of 32 bits are far from any code of a bias.
            far = view.stored_as == "int32"
            line.setVisible(view.levels.size > 0 and view.scale > 0 and not far)
            line.setValue(at)
        top = float(max(heights.max(initial=0), tops.max(initial=0)))
        self.set_log_y(top if self._log else None)
        title = weight_text.title(view)
        axis = self.tr("code") if view.are_codes else self.tr("value")
        self.set_labels(title, axis, self.tr("count"), view.tensor)
        self.set_summary(
            self.tr("Histogram of {0}").format(view.tensor),
            (
                self.tr("{0} weights with codes from {1} to {2}; codes in use: {3}.")
                if view.are_codes
                else self.tr("{0} values from {1} to {2}; codes in use: {3}.")
            ).format(
                view.count,
                format_value(float(view.codes[0] if view.are_codes else view.float_edges[0])),
                format_value(float(view.codes[-1] if view.are_codes else view.float_edges[-1])),
                view.occupied_codes,
            ),
        )

    def set_log(self, log: bool) -> None:
        """Draw counts on a logarithmic axis."""
        self._log = log
        if self._view is not None:
            self.set_data(self._view)
            self.show_all()

    def show_all(self) -> None:
        """Show every value and every level in use."""
        view = self._view
        if view is None:
            return
        low, high = float(view.float_edges[0]), float(view.float_edges[-1])
        if view.levels.size:
            low, high = min(low, float(view.levels[0])), max(high, float(view.levels[-1]))
        margin = (high - low) * 0.03 or 1.0
        base = self._base()
        tops = (self._heights(c).max(initial=base) for c in (view.float_counts, view.level_counts))
        top = max(tops)
        self.show_range((low - margin, high + margin), (base, base + ((top - base) or 1) * 1.06))

    def _base(self) -> float:
        return _LOG_BASE if self._log else 0.0

    def _heights(self, counts: NDArray[np.int64]) -> NDArray[np.float64]:
        if not self._log:
            return counts.astype(np.float64)
        return np.where(counts > 0, np.log10(np.maximum(counts, 0.5)), _LOG_BASE)

    def _color(self) -> str:
        scheme = SCHEMES.get(self._view.scheme_id.partition(":")[0]) if self._view else None
        return self.theme.color_of(scheme) if scheme else self.theme.int8


class ErrorPlot(Plot):
    """Histogram of dequantized minus float."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "", "", parent=parent)
        self._view: WeightView | None = None
        self.bars = pg.BarGraphItem(x0=[0], x1=[0], height=[0], pen=None)
        self.add(self.bars, lambda t: self.bars.setOpts(brush=brush(t.bad, 0.85), pen=None))
        self.set_reset(self.show_all)
        self.set_rows(lambda: weight_text.error_rows(self._view) if self._view else ())

    def set_data(self, view: WeightView) -> None:
        """Draw the error of a tensor."""
        self._view = view
        quantized = bool(view.error_counts.any())
        self.bars.setVisible(quantized)
        if quantized:
            edges = view.error_edges
            self.bars.setOpts(x0=edges[:-1], x1=edges[1:], height=view.error_counts)
        title = self.tr("No error: the values stay as they are")
        if quantized:
            title = self.tr("Error: dequantized − float")
        elif view.stored_as:
            title = self.tr("No float32 weights to compare with")
        self.set_labels(title, self.tr("error (in units of the values)"), self.tr("count"))
        largest = format_error("max_abs", view.metrics.max_abs if view.metrics else None)
        self.set_summary(
            self.tr("Histogram of the error of {0}").format(view.tensor),
            self.tr("Largest absolute error {0}.").format(largest),
        )
        self.show_all()

    def show_all(self) -> None:
        """Show every error."""
        view = self._view
        if view is None or not view.error_counts.any():
            return
        low, high = float(view.error_edges[0]), float(view.error_edges[-1])
        margin = (high - low) * 0.03 or 1e-12
        self.show_range(
            (low - margin, high + margin), (0, float(view.error_counts.max(initial=1)) * 1.06)
        )


class RangesPlot(Plot):
    """From the least to the greatest value of every channel."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "", "", parent=parent)
        self._view: WeightView | None = None
        self.bars = pg.BarGraphItem(x=[0], height=[0], width=0.8, pen=None)
        self.add(self.bars, lambda t: self.bars.setOpts(brush=brush(t.float32, 0.75), pen=None))
        self.chosen = pg.InfiniteLine(angle=90)
        self.add(self.chosen, lambda t: self.chosen.setPen(pen(t.int8, 2)))
        self.chosen.hide()
        self.set_reset(self.show_all)
        self.set_rows(lambda: weight_text.range_rows(self._view) if self._view else ())
        self.set_labels(self.tr("Range of every channel"), self.tr("channel"), self.tr("value"))

    def set_data(self, view: WeightView) -> None:
        """Draw the ranges of a tensor."""
        self._view = view
        low, high = view.channel_minimum, view.channel_maximum
        self.bars.setOpts(x=np.arange(low.size), y0=low, height=high - low, width=0.8)
        self.chosen.setVisible(view.channel is not None)
        if view.channel is not None:
            self.chosen.setValue(view.channel)
        widths = high.astype(np.float64) - low if low.size else np.zeros(1)
        self.set_summary(
            self.tr("Range of every channel of {0}").format(view.tensor),
            self.tr("{0} channels; widths from {1} to {2}.").format(
                low.size, format_value(float(widths.min())), format_value(float(widths.max()))
            ),
        )

    def show_all(self) -> None:
        """Show every channel."""
        view = self._view
        if view is None or not view.channel_minimum.size:
            return
        low = min(0.0, float(view.channel_minimum.min()))
        high = max(0.0, float(view.channel_maximum.max()))
        margin = (high - low) * 0.05 or 1.0
        self.show_range((-0.7, view.channel_minimum.size - 0.3), (low - margin, high + margin))


def _dash(line: pg.InfiniteLine, theme: Theme) -> None:
    line.setPen(pen(theme.muted, 1, Qt.PenStyle.DashLine))
