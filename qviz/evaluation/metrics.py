"""Numbers that say how good a model is and how far two arrays are apart.

Everything is summed in float64, batch by batch, so that memory does not grow with the data.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.evaluation.results import ErrorMetrics
from qviz.graph import QuantizationParams

Array = NDArray[Any]
Doubles = NDArray[np.float64]


# Values worked on at once: their copies stay in the cache.
_CHUNK = 1 << 16
# Products that are summed in float32.
_ROW = 1 << 11
# Sums of squares between these are far from both ends of float32.
_LEAST_SQUARES, _LARGEST_SQUARES = 1e-30, 1e30


class ErrorAccumulator:
    """Sums that :class:`ErrorMetrics` are made of.

    Chunks of float32 values are summed in float32, two thousand products at a time; their sums,
    and all chunks that float32 cannot hold, in float64.
    """

    __slots__ = ("_count", "_dd", "_max", "_scaled", "_xx", "_xy", "_yy")

    def __init__(self) -> None:
        self._count = 0
        self._xx = self._yy = self._xy = self._dd = self._scaled = self._max = 0.0

    def update(self, x: Array, y: Array, scale: Array | float | None = None) -> None:
        """Add values.

        Parameters
        ----------
        x, y : ndarray of the same size
            Reference and quantized (real) values.
        scale : float or ndarray or None
            Step of the codes behind `y`; an array broadcasts against `y`.
        """
        flat_x, flat_y = x.reshape(-1), y.reshape(-1)
        if scale is not None and np.ndim(scale):
            steps = np.broadcast_to(np.asarray(scale), x.shape).reshape(-1)
            for start in range(0, flat_x.size, _CHUNK):
                part = slice(start, start + _CHUNK)
                self._add(flat_x[part], flat_y[part], steps[part])
            return
        is_single = flat_x.dtype == flat_y.dtype == np.float32
        for start in range(0, flat_x.size, _CHUNK):
            part = slice(start, start + _CHUNK)
            if not (is_single and self._add_single(flat_x[part], flat_y[part], scale)):
                self._add(flat_x[part], flat_y[part], scale)

    def update_codes(self, x: Array, codes: Array, params: QuantizationParams) -> None:
        """Add values of which the quantized ones are given as codes with one scale."""
        flat_x, flat_codes = x.reshape(-1), codes.reshape(-1)
        scale = float(params.scale[0])
        for start in range(0, flat_x.size, _CHUNK):
            part = slice(start, start + _CHUNK)
            self.update(flat_x[part], params.dequantize(flat_codes[part]), scale)

    def merge(self, other: ErrorAccumulator) -> None:
        """Add what another accumulator has seen after this one."""
        self._count += other._count
        self._xx += other._xx
        self._yy += other._yy
        self._xy += other._xy
        self._dd += other._dd
        self._scaled += other._scaled
        self._max = float(np.maximum(self._max, other._max))

    def _add_single(self, x: Array, y: Array, scale: Array | float | None) -> bool:
        """Add float32 values; False, and nothing added, if float32 does not do for them."""
        with np.errstate(all="ignore"):
            difference = y - x
            xx, dd = _single_dot(x, x), _single_dot(difference, difference)
            if not (_is_single_range(x, xx) and _is_single_range(difference, dd)):
                return False
            self._yy += _single_dot(y, y)
            self._xy += _single_dot(x, y)
        self._count += x.size
        self._xx += xx
        self._dd += dd
        largest = max(float(difference.max()), -float(difference.min()))
        # Not max(), which could drop a NaN that was met before.
        self._max = float(np.maximum(self._max, largest))
        self._scaled += math.nan if scale is None else dd / float(scale) ** 2
        return True

    def _add(self, x: Array, y: Array, scale: Array | float | None) -> None:
        reference, values = x.astype(np.float64), y.astype(np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            difference = values - reference
            self._count += reference.size
            self._xx += _dot(reference, reference)
            self._yy += _dot(values, values)
            self._xy += _dot(reference, values)
            self._dd += _dot(difference, difference)
            if difference.size:
                # max() would drop a NaN that np.max keeps.
                self._max = float(np.maximum(self._max, np.abs(difference).max()))
            if scale is not None:
                steps = difference / np.asarray(scale, np.float64)
                self._scaled += _dot(steps, steps)
            elif reference.size:
                self._scaled = math.nan

    def result(self) -> ErrorMetrics:
        """Metrics of everything added; all zero differences if nothing was."""
        count = max(self._count, 1)
        scaled = None if math.isnan(self._scaled) else math.sqrt(self._scaled / count)
        return ErrorMetrics(
            mse=self._dd / count,
            sqnr_db=_sqnr_db(self._xx, self._dd),
            cosine=self._cosine(),
            max_abs=self._max,
            rmse_over_scale=scaled if self._count else None,
        )

    def _cosine(self) -> float:
        if self._xx == 0 and self._yy == 0:
            return 1.0
        if self._xx == 0 or self._yy == 0:
            return 0.0
        # Rounding may lead a hair beyond 1.
        return float(np.clip(self._xy / (math.sqrt(self._xx) * math.sqrt(self._yy)), -1.0, 1.0))


def _single_dot(x: Array, y: Array) -> float:
    """Sum of products, in float32 over short rows and in float64 over all."""
    whole = x.size - x.size % _ROW
    rows = np.vecdot(x[:whole].reshape(-1, _ROW), y[:whole].reshape(-1, _ROW))
    rest = float(np.dot(x[whole:], y[whole:])) if whole < x.size else 0.0
    return float(rows.sum(dtype=np.float64)) + rest


def _is_single_range(values: Array, squares: float) -> bool:
    """Whether `squares`, summed in float32, lost nothing of the values; False for NaN."""
    return _LEAST_SQUARES < squares < _LARGEST_SQUARES or (squares == 0 and not values.any())


def error_metrics(x: Array, y: Array, scale: Array | float | None = None) -> ErrorMetrics:
    """Distance of quantized values `y` from reference values `x`; see :class:`ErrorMetrics`."""
    accumulator = ErrorAccumulator()
    accumulator.update(x, y, scale)
    return accumulator.result()


def _sqnr_db(signal: float, noise: float) -> float:
    if math.isnan(signal) or math.isnan(noise):
        return math.nan
    if noise == 0:
        return math.inf
    if signal == 0 or math.isinf(noise):
        return -math.inf
    return 10.0 * math.log10(signal / noise) if math.isfinite(signal) else math.inf


def _dot(x: Doubles, y: Doubles) -> float:
    return float(np.dot(x.ravel(), y.ravel()))


def predicted_classes(outputs: Array) -> NDArray[np.int64]:
    """Class of every sample: the largest output, the first of equals.

    Parameters
    ----------
    outputs : ndarray of shape (n, ...)
        One score a class, or a single probability, which means class 1 above 0.5.

    Returns
    -------
    int64 ndarray of shape (n,)
        -1 where all scores of a sample are NaN.
    """
    scores = _scores(outputs)
    best: NDArray[np.int64] = scores.argmax(axis=1).astype(np.int64)
    best[np.isneginf(scores).all(axis=1)] = -1
    return best


def _scores(outputs: Array) -> Array:
    """(n, classes) scores without NaN; a single probability p becomes (1 - p, p)."""
    scores = outputs.reshape(len(outputs), -1)
    if scores.shape[1] == 1:
        scores = np.concatenate([1.0 - scores, scores], axis=1)
    cleaned: Array = np.where(np.isnan(scores), -np.inf, scores)
    return cleaned


class ClassificationAccumulator:
    """Counts for ``top1`` and ``top5``.

    A label is among the first k if fewer than k classes score higher, equal scores counting by
    index; so top-1 is the accuracy of :func:`predicted_classes`.
    """

    __slots__ = ("_classes", "_count", "_top1", "_top5")

    def __init__(self) -> None:
        self._count = self._top1 = self._top5 = self._classes = 0

    def update(self, outputs: Array, labels: Array) -> None:
        """Add a batch: outputs (n, classes) and labels (n,)."""
        scores = _scores(outputs)
        self._classes = scores.shape[1]
        own = np.take_along_axis(scores, labels[:, None], axis=1)
        earlier = np.arange(scores.shape[1]) < labels[:, None]
        rank = (scores > own).sum(axis=1) + ((scores == own) & earlier).sum(axis=1)
        rank[np.isneginf(own[:, 0])] = scores.shape[1]
        self._count += len(labels)
        self._top1 += int((rank < 1).sum())
        self._top5 += int((rank < 5).sum())

    def result(self) -> dict[str, float]:
        """``top1``, and ``top5`` where there are more than five classes."""
        if not self._count:
            return {}
        metrics = {"top1": self._top1 / self._count}
        if self._classes > 5:
            metrics["top5"] = self._top5 / self._count
        return metrics


class RegressionAccumulator:
    """Sums for ``mae`` and ``rmse`` over all numbers of all samples."""

    __slots__ = ("_absolute", "_count", "_squared")

    def __init__(self) -> None:
        self._count = 0
        self._absolute = self._squared = 0.0

    def update(self, outputs: Array, labels: Array) -> None:
        """Add a batch: outputs and labels with the same number of values."""
        with np.errstate(over="ignore", invalid="ignore"):
            difference = outputs.astype(np.float64).ravel() - labels.astype(np.float64).ravel()
            self._count += difference.size
            self._absolute += float(np.abs(difference).sum())
            self._squared += _dot(difference, difference)

    def result(self) -> dict[str, float]:
        """``mae`` and ``rmse``."""
        if not self._count:
            return {}
        return {
            "mae": self._absolute / self._count,
            "rmse": math.sqrt(self._squared / self._count),
        }


class R2Accumulator:
    """Sums for the coefficient of determination of y against a reference x.

    ``1 - sum((y - x)**2) / sum((x - mean(x))**2)``; where the reference does not vary, 1 if y
    equals it and 0 if not.
    """

    __slots__ = ("_count", "_mean", "_residual", "_spread")

    def __init__(self) -> None:
        self._count = 0
        self._mean = self._spread = self._residual = 0.0

    def update(self, x: Array, y: Array) -> None:
        """Add values of the reference and of y."""
        reference = x.astype(np.float64).ravel()
        if not reference.size:
            return
        with np.errstate(over="ignore", invalid="ignore"):
            difference = y.astype(np.float64).ravel() - reference
            self._residual += _dot(difference, difference)
            # Chan's update keeps the spread exact where the mean is far from 0.
            mean, total = float(reference.mean()), self._count + reference.size
            centred = reference - mean
            shift = mean - self._mean
            self._spread += _dot(centred, centred)
            self._spread += shift * shift * self._count * reference.size / total
            self._mean += shift * reference.size / total
            self._count = total

    def result(self) -> float:
        """The coefficient; at most 1."""
        if self._spread == 0:
            return 1.0 if self._residual == 0 else 0.0
        return 1.0 - self._residual / self._spread
