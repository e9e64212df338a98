"""One panel of the sine view: a quantized sine, computed anew for what is visible."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtWidgets import (
    QWidget,
)

from qviz.ui.plots import Plot, pen
from qviz.ui.views.sine_levels import (
    MARGIN,
    visible_limits,
)

SAMPLES = 4096
"""Points of a curve, over what is visible of it."""

# Finer than this, neighbouring doubles around 1 are all that is left to see.
_NARROWEST = 2e-13


class SinePanel(Plot):
    """One of the three panels: recomputes what is visible whenever the view changes."""

    def __init__(
        self, title: str, color: str, left: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(title, "x", left, parent=parent)
        self.curve = pg.PlotCurveItem()
        self.add(self.curve, lambda t: self.curve.setPen(pen(getattr(t, color), 2)))
        self.marker = pg.ScatterPlotItem(size=9, symbol="o", brush=None)
        self.add(self.marker, lambda t: self.marker.setPen(pen(t.text, 1.5)))
        self.box.setLimits(xMin=-math.pi * 1.1, xMax=math.pi * 1.1, minXRange=_NARROWEST)
        self._quantize: Callable[[NDArray[np.float64]], NDArray[np.float64]] = _as_float32
        self._fallback = 1e-6
        self.shared_limits: tuple[float, float] | None = None
        self.range_changed.connect(self.recompute)
        self._recomputing = False

    def set_quantizer(
        self,
        quantize: Callable[[NDArray[np.float64]], NDArray[np.float64]],
        fallback: float,
    ) -> None:
        """Draw ``quantize(sin(x))``; `fallback` is the half height of the view of a constant."""
        self._quantize, self._fallback = quantize, fallback
        self.recompute()

    def recompute(self) -> None:
        """Sample the visible part and fit the vertical axis to it."""
        if self._recomputing:
            return
        self._recomputing = True
        try:
            x, y = self.samples()
            if x.size:
                self.curve.setData(x, y)
                limits = self.shared_limits or self._limits(x, y)
                self.box.setYRange(*limits, padding=0)
        finally:
            self._recomputing = False

    def samples(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Points of the curve in the visible part of [-pi, pi]."""
        (low, high), _ = self.widget.viewRange()
        low, high = max(low, -math.pi), min(high, math.pi)
        if not low < high:
            return np.empty(0), np.empty(0)
        x = np.linspace(low, high, SAMPLES)
        return x, self._quantize(np.sin(x))

    def limits(self) -> tuple[float, float]:
        """Vertical limits that fit what is visible."""
        return self._limits(*self.samples())

    def _limits(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
        """Vertical limits by the rule of the known picture: data fill all but the margins."""
        if not x.size:
            return -1.0, 1.0
        (low, high), _ = self.widget.viewRange()
        inset = (high - low) * MARGIN / (1 + 2 * MARGIN)
        inner = (x >= low + inset) & (x <= high - inset)
        return visible_limits(y[inner] if inner.any() else y, self._fallback)

    def mark(self, x: float | None) -> None:
        """Show a ring on the curve at `x`."""
        if x is None:
            self.marker.setData([], [])
        else:
            self.marker.setData([x], self._quantize(np.sin(np.array([x]))))


def _as_float32(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """What float32 keeps of `values`: it is a grid as well, only a very fine one."""
    return values.astype(np.float32).astype(np.float64)
