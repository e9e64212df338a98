"""The accumulator growing term by term, and the parts of the difference to the float network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics

from qviz.evaluation.element import Contribution, ElementTrace, Terms
from qviz.evaluation.element.results import real_text, with_minus
from qviz.evaluation.element.text import as_rows
from qviz.ui.plots import Plot, Rows, brush, pen, small_font
from qviz.ui.theme import Theme
from qviz.ui.wording import tr

_MARGIN = 0.06
# Of the bars; each needs the height of its name.
_ROW_HEIGHT, _AROUND_ROWS = 20, 76


class AccumulatorPlot(Plot):
    """The running integer as a line of steps, and the running float sum scaled beside it."""

    def __init__(self) -> None:
        super().__init__("", tr("terms added up"), tr("accumulator (integer)"))
        self._terms: Terms | None = None
        self._trace: ElementTrace | None = None
        self._x = np.zeros(1)
        self._y = np.zeros(1)
        self._whole = pg.PlotCurveItem()
        self._float = pg.PlotCurveItem()
        self._done = pg.PlotCurveItem()
        self._dot = pg.ScatterPlotItem(size=9)
        self._zero = pg.InfiniteLine(0, angle=0)
        self.add(self._zero, lambda t: self._zero.setPen(pen(t.grid)))
        self.add(self._whole, lambda t: self._whole.setPen(pen(t.grid, 1)))
        self.add(self._float, lambda t: self._float.setPen(pen(t.float32, 2, Qt.PenStyle.DashLine)))
        self.add(self._done, lambda t: self._done.setPen(pen(t.int8, 2)))
        self.add(self._dot, self._restyle_dot)
        left = self.item.getAxis("left")
        left.setStyle(tickFont=small_font())
        self.item.getAxis("bottom").setStyle(tickFont=small_font())
        self.set_reset(self._show_all)
        self.set_rows(self._all_rows)

    def set_data(self, trace: ElementTrace) -> None:
        """Draw the terms of a trace."""
        terms = trace.terms
        self._trace, self._terms = trace, terms
        if terms is None:
            return
        self._x = np.arange(terms.shown + 1, dtype=float)
        start = terms.running[:1].astype(float) if terms.is_maximum else np.zeros(1)
        running = np.maximum(terms.running, -(1 << 16)) if terms.is_maximum else terms.running
        self._y = np.concatenate([start, running.astype(float)])
        x, y = _stairs(self._x, self._y)
        self._whole.setData(x, y)
        scaled = self.scaled_floats(terms)
        self._float.setVisible(scaled is not None)
        if scaled is not None:
            self._float.setData(*_stairs(self._x, scaled))
        unit = real_text(terms.unit)
        self.set_labels(
            self._legend(),
            tr("terms added up"),
            tr("integer, 1 = {0}").format(unit),
        )
        self._show_all()

    def set_position(self, count: int) -> None:
        """Show the accumulator after so many terms."""
        if self._terms is None:
            return
        self._done.setData(*_stairs(self._x[: count + 1], self._y[: count + 1]))
        self._dot.setData([self._x[count]], [self._y[count]])
        self.set_summary(
            tr("Accumulator"),
            tr("After {0} of {1} terms it is {2}.").format(
                count, self._terms.count, f"{self._y[count]:,.0f}"
            ),
        )

    @staticmethod
    def scaled_floats(terms: Terms) -> np.ndarray | None:
        """The float sums in units of the accumulator, from 0 on; None if there are none."""
        if terms.float_running is None or not terms.unit:
            return None
        scaled = np.concatenate([np.zeros(1), terms.float_running / terms.unit])
        return scaled if np.isfinite(scaled).all() else None

    def set_theme(self, theme: Theme) -> None:
        """Use other colours, those of the legend in the title too."""
        self._legend_theme = theme
        if getattr(self, "_terms", None) is not None:
            self._title = self._legend()
        super().set_theme(theme)

    def _legend(self) -> str:
        terms, theme = self._terms, self._legend_theme
        if terms is None:
            return ""
        what = tr("accumulator")
        if terms.weights is None:
            what = tr("largest code so far") if terms.is_maximum else tr("sum of the codes")
        text = f'<span style="color:{theme.int8}">■</span> {what}'
        if self.scaled_floats(terms) is not None:
            dashes = f'<span style="color:{theme.float32}">- -</span>'
            floats = tr("float sum, same scale")
            text += f" &nbsp; {dashes} {floats}"
        return text

    def _restyle_dot(self, theme: Theme) -> None:
        self._dot.setBrush(brush(theme.int8))
        self._dot.setPen(pen(theme.text))

    def _show_all(self) -> None:
        terms = self._terms
        if terms is None:
            return
        scaled = self.scaled_floats(terms)
        values = self._y if scaled is None else np.concatenate([self._y, scaled])
        low, high = float(values.min()), float(values.max())
        room = (high - low or 1.0) * _MARGIN
        width = max(1, terms.shown)
        self.show_range((-0.02 * width, 1.02 * width), (low - room, high + room))

    def _all_rows(self) -> Rows:
        return () if self._trace is None else as_rows(self._trace)


class DifferencePlot(Plot):
    """A bar for every part of the difference to the float network."""

    def __init__(self) -> None:
        super().__init__("", "", "")
        self._parts: Sequence[Contribution] = ()
        self._bars = pg.BarGraphItem(x0=[0], x1=[0], y=[0], height=0.66, pen=None)
        self._zero = pg.InfiniteLine(0, angle=90)
        self.add(self._bars, lambda t: self._bars.setOpts(brush=brush(t.int8, 0.9), pen=None))
        self.add(self._zero, lambda t: self._zero.setPen(pen(t.text)))
        self.item.showAxis("right")
        for side in ("left", "right"):
            axis = self.item.getAxis(side)
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickLength=0, tickFont=small_font())
            axis.setGrid(False)
        # The numbers stand beside the bars; below a narrow plot they would lie on each other.
        self.item.getAxis("bottom").setTicks([[(0, "0")]])
        self.item.getAxis("bottom").setStyle(tickFont=small_font())
        self.item.getAxis("right").setWidth(76)
        self.box.setMouseEnabled(x=False, y=False)
        self.set_reset(self._show_all)
        self.set_rows(self._all_rows)

    def set_data(self, parts: Sequence[Contribution], title: str) -> None:
        """Draw the parts, the first on top."""
        self._parts = parts
        # Not as a title: that would not be cut where there is little room.
        self.set_labels("", title, "")
        metrics = QFontMetrics(small_font())
        widest = max((metrics.horizontalAdvance(part.name) for part in parts), default=0)
        self.item.getAxis("left").setWidth(widest + 14)
        self.setFixedHeight(_ROW_HEIGHT * len(parts) + _AROUND_ROWS)
        y = -np.arange(len(parts), dtype=float)
        values = np.nan_to_num(np.array([p.value for p in parts]), posinf=0.0, neginf=0.0)
        self._bars.setOpts(x0=np.zeros(len(parts)), x1=values, y=y)
        self.item.getAxis("left").setTicks([[(-i, part.name) for i, part in enumerate(parts)]])
        self.item.getAxis("right").setTicks(
            [[(-i, with_minus(f"{part.value:+.3g}")) for i, part in enumerate(parts)]]
        )
        listed = "; ".join(f"{p.name} {p.value:+.3g}" for p in parts)
        self.set_summary(title, listed)
        self._show_all()

    def _show_all(self) -> None:
        values = [p.value for p in self._parts if np.isfinite(p.value)]
        low, high = min(0.0, *values, 0.0), max(0.0, *values, 0.0)
        room = (high - low or 1.0) * _MARGIN
        self.show_range((low - room, high + room), (-len(self._parts) + 0.4, 0.6))

    def _all_rows(self) -> Rows:
        rows: list[Sequence[object]] = [("part", "value", "sentence")]
        rows += [(p.name, p.value, p.sentence) for p in self._parts]
        return rows


def _stairs(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points of a line that keeps each value until the next term is added."""
    return np.repeat(x, 2)[1:], np.repeat(y, 2)[:-1]
