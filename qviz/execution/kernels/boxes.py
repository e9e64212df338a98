"""Boxes of object detectors: how much two of them overlap."""

from __future__ import annotations

import numpy as np

from qviz.execution.kernels.registry import Array

_F32 = np.float32


def overlaps(box: Array, others: Array) -> Array:
    """Intersection over union of one box with others, float32; 0 where one is empty.

    Parameters
    ----------
    box : float32 ndarray of shape (4,)
        Two opposite corners: y, x, y, x; either may come first.
    others : float32 ndarray of shape (n, 4)

    References
    ----------
    LiteRT, tflite/kernels/internal/reference/non_max_suppression.h, ComputeIntersectionOverUnion.
    """
    low, high = np.minimum(box[:2], box[2:]), np.maximum(box[:2], box[2:])
    lows = np.minimum(others[:, :2], others[:, 2:])
    highs = np.maximum(others[:, :2], others[:, 2:])
    area = (high - low).prod()
    areas = (highs - lows).prod(1)
    common = np.maximum(np.minimum(high, highs) - np.maximum(low, lows), _F32(0)).prod(1)
    with np.errstate(all="ignore"):
        ratio = common / (area + areas - common)
    return np.where((area <= 0) | (areas <= 0), _F32(0), ratio).astype(_F32)
