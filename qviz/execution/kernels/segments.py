"""Reductions over segments: SEGMENT_SUM and UNSORTED_SEGMENT_SUM, _PROD, _MAX, _MIN."""

from __future__ import annotations

from typing import Any

import numpy as np

from qviz.execution.kernels.operands import integers_of, kernel_of
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel

_REDUCE: dict[str, np.ufunc] = {
    "UNSORTED_SEGMENT_SUM": np.add,
    "UNSORTED_SEGMENT_PROD": np.multiply,
    "UNSORTED_SEGMENT_MAX": np.maximum,
    "UNSORTED_SEGMENT_MIN": np.minimum,
}


@kernel("SEGMENT_SUM")
def prepare_segment_sum(context: Context) -> Kernel:
    """Sums of the rows of a segment; ids ascend, and the last one says how many there are.

    References
    ----------
    LiteRT, tflite/kernels/segment_sum.cc and internal/reference/reference_ops.h, SegmentSum.
    """

    def reduce(data: Array, ids: Array) -> Array:
        count = int(ids[-1]) + 1 if ids.size else 0
        result = np.zeros((count, *data.shape[1:]), data.dtype)
        np.add.at(result, ids, data)
        return result

    return kernel_of(reduce)


@kernel(*_REDUCE)
def prepare_unsorted_segments(context: Context) -> Kernel:
    """Rows with the same id reduced into one row; negative ids are left out.

    A segment without rows holds 0, 1, or the end of the type's range.

    References
    ----------
    LiteRT, tflite/kernels/unsorted_segment.cc.
    """
    operation = _REDUCE[context.operator.kind]
    start = _start(context.operator.kind, context.output.dtype)

    def reduce(data: Array, ids: Array, count: Array) -> Array:
        kept = data.shape[ids.ndim :]
        result = np.full((integers_of(count)[0], *kept), start, data.dtype)
        flat = ids.reshape(-1)
        known = flat >= 0
        operation.at(result, flat[known], data.reshape(-1, *kept)[known])
        return result

    return kernel_of(reduce)


def _start(kind: str, dtype: np.dtype[Any]) -> float:
    if kind in ("UNSORTED_SEGMENT_SUM", "UNSORTED_SEGMENT_PROD"):
        return int(kind == "UNSORTED_SEGMENT_PROD")
    limits: Any = np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)
    start: float = limits.min if kind == "UNSORTED_SEGMENT_MAX" else limits.max
    return start
