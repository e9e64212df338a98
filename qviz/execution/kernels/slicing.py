"""SLICE and STRIDED_SLICE."""

from __future__ import annotations

import numpy as np

from qviz.execution.batching import carries_batch
from qviz.execution.kernels.operands import Array, integers_of, kernel_of
from qviz.execution.kernels.registry import Context, Kernel, kernel

Index = slice | int | None


@kernel("SLICE")
def prepare_slice(context: Context) -> Kernel:
    """A box from `begin` of the given size, -1 for all that follows; the batch is kept whole."""
    has_batch = carries_batch(context.input(0))

    def take(x: Array, begin: Array, size: Array) -> Array:
        index = [
            slice(start, None if length < 0 else start + length)
            for start, length in zip(integers_of(begin), integers_of(size), strict=True)
        ]
        if has_batch:
            index[0] = slice(None)
        return np.ascontiguousarray(x[tuple(index)])

    return kernel_of(take)


@kernel("STRIDED_SLICE")
def prepare_strided_slice(context: Context) -> Kernel:
    """Python's slicing, with masks instead of omitted bounds; the batch is kept whole.

    Bit i of ``begin_mask`` and ``end_mask`` leaves out the bound of entry i, of
    ``shrink_axis_mask`` takes one index and drops the dimension, of ``new_axis_mask`` inserts one,
    of ``ellipsis_mask`` stands for all dimensions not mentioned. With ``offset`` the ends count
    from the begins.

    References
    ----------
    LiteRT, tflite/kernels/strided_slice.cc and internal/strided_slice_logic.h.
    """
    has_batch = carries_batch(context.input(0))

    def take(x: Array, begin: Array, end: Array, strides: Array) -> Array:
        index = _index(context, x.ndim, integers_of(begin), integers_of(end), integers_of(strides))
        first = index[0] if index else slice(None)
        if has_batch and isinstance(first, slice) and len(range(*first.indices(1))) == 1:
            index[0] = slice(None)
        return np.array(x[tuple(index)], order="C")

    return kernel_of(take)


def _index(
    context: Context, rank: int, begin: list[int], end: list[int], strides: list[int]
) -> list[Index]:
    """Entries that numpy understands, one for each dimension of the input or new axis."""
    masks = {
        name: int(context.option(f"{name}_mask", 0))
        for name in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
    }
    has_offset = bool(context.option("offset", False))
    index: list[Index] = []
    for i, (start, stop, step) in enumerate(zip(begin, end, strides, strict=True)):
        bit = 1 << i
        if masks["ellipsis"] & bit:
            later = sum(not masks["new_axis"] >> j & 1 for j in range(i + 1, len(begin)))
            earlier = sum(entry is not None for entry in index)
            index += [slice(None)] * (rank - later - earlier)
        elif masks["new_axis"] & bit:
            index.append(None)
        elif masks["shrink_axis"] & bit:
            index.append(start)
        else:
            first = None if masks["begin"] & bit else start
            last = None if masks["end"] & bit else stop + (start if has_offset else 0)
            index.append(slice(first, last, step))
    return index
