"""Ranges of activations over a calibration set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.graph import Graph


@dataclass(frozen=True, slots=True, eq=False)
class TensorStatistics:
    """What calibration saw of one float tensor.

    Attributes
    ----------
    minimum, maximum : float
        Over all samples, NaN skipped.
    count : int
        Number of values.
    histogram : int64 ndarray of shape (bins,) or None
        Counts over equal bins from `minimum` to `maximum`, where an estimator needs them.
    lower, upper : float
        The range that the estimator chose; equal to `minimum` and `maximum` for min-max.
    """

    minimum: float
    maximum: float
    count: int
    lower: float
    upper: float
    histogram: NDArray[np.int64] | None = None


def calibrate(
    graph: Graph,
    batches: Iterable[Any],
    *,
    estimator: str = "min-max",
    percentile: float = 99.99,
) -> dict[str, TensorStatistics]:
    """To be replaced."""
    raise NotImplementedError
