"""A histogram of a stream of values whose range is not known beforehand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BINS = 4096
# Bins are at least this fraction of the largest magnitude wide, so that indices stay exact in
# float64 when a stream begins with one and the same value.
_FINEST = 2.0**-40
_SMALLEST_WIDTH = 2.0**-149
_SMALLEST_FLOAT32_WIDTH = 2.0**-120


class StreamingHistogram:
    """Counts over bins whose width is a power of two and whose edges are multiples of it.

    When a value falls outside, the width is doubled until the range fits again, and neighbouring
    bins are added. No count is ever divided, so every count is exact at all times; only the bins
    become wider. The final width is between 1/4096 and 1/2048 of the range seen.

    Attributes
    ----------
    width : float
        Of a bin.
    """

    def __init__(self) -> None:
        self.width = 0.0
        self._first = 0
        self._counts = np.zeros(0, np.int64)

    @property
    def counts(self) -> NDArray[np.int64]:
        """Number of values in each bin, from the first to the last that is not empty."""
        return self._counts

    @property
    def edges(self) -> tuple[float, float]:
        """Lower edge of the first bin and upper edge of the last."""
        return self._first * self.width, (self._first + len(self._counts)) * self.width

    def add(self, values: NDArray[np.float32]) -> None:
        """Count `values`, which have to be finite."""
        if not values.size:
            return
        lowest, highest = float(values.min()), float(values.max())
        self._widen(lowest, highest)
        # Exact also in float32, because the width is a power of two.
        whole = np.floor(values.reshape(-1) * np.asarray(1 / self.width, self._precision()))
        indices = whole.astype(np.int64)
        first, last = math.floor(lowest / self.width), math.floor(highest / self.width)
        if self._counts.size:
            first, last = min(first, self._first), max(last, self._first + len(self._counts) - 1)
        indices -= first
        counts = np.bincount(indices, minlength=last - first + 1).astype(np.int64)
        if self._counts.size:
            start = self._first - first
            counts[start : start + len(self._counts)] += self._counts
        self._first, self._counts = first, counts

    def _precision(self) -> type[np.floating[Any]]:
        return np.float32 if self.width >= _SMALLEST_FLOAT32_WIDTH else np.float64

    def _widen(self, lowest: float, highest: float) -> None:
        if self._counts.size:
            low, high = self.edges
            lowest, highest = min(lowest, low), max(highest, high - self.width)
        needed = max(
            (highest - lowest) / (_BINS - 1), max(abs(lowest), abs(highest)) * _FINEST, self.width
        )
        width = 2.0 ** math.ceil(math.log2(max(needed, _SMALLEST_WIDTH)))
        if self._counts.size and width > self.width:
            bins = len(self._counts)
            step = round(math.log2(width) - math.log2(self.width))
            indices = np.arange(self._first, self._first + bins, dtype=np.int64) >> min(step, 63)
            self._first = int(indices[0])
            self._counts = np.bincount(indices - self._first, self._counts).astype(np.int64)
        self.width = width

    def central_range(self, percent: float) -> tuple[float, float]:
        """Narrowest range between bin edges that leaves out at most half of the rest on each side.

        Parameters
        ----------
        percent : float
            Share of values that has to be inside, in (0, 100].

        Returns
        -------
        tuple of float
            Lower and upper edge. Each is at most one bin wider than the exact quantile.
        """
        total = int(self._counts.sum())
        allowed = total * (100.0 - percent) / 200.0
        below, above = np.cumsum(self._counts), np.cumsum(self._counts[::-1])
        cut_below = int(np.searchsorted(below, allowed, side="right"))
        cut_above = int(np.searchsorted(above, allowed, side="right"))
        last = self._first + len(self._counts)
        return (self._first + cut_below) * self.width, (last - cut_above) * self.width
