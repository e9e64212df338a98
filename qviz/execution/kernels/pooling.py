"""AVERAGE_POOL_2D and MAX_POOL_2D."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from qviz.execution.fixed_point import activation_range, code_limits
from qviz.execution.kernels.accumulation import BLOCK
from qviz.execution.kernels.float_finish import clamp, clamp_of
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel
from qviz.execution.kernels.windows import Placement, Window, image_blocks, pad_images


@kernel("MAX_POOL_2D")
def prepare_max_pool_2d(context: Context) -> Kernel:
    """Largest value in the window; the border never wins.

    References
    ----------
    LiteRT, tflite/kernels/internal/reference/pooling.h and integer_ops/pooling.h.
    """
    window = _window(context)
    finish = _clamp(context)
    is_float = context.output.is_float
    border = -np.inf if is_float else code_limits(context.output.dtype)[0]

    def pool(inputs: Any) -> tuple[Array, ...]:
        x = inputs[0]
        placement = window.place(x.shape[1], x.shape[2])
        padded = pad_images(x, placement, border)
        out = np.empty((len(x), placement.height, placement.width, x.shape[3]), x.dtype)
        for i, j, seen in window.taps(padded, placement):
            if i == j == 0:
                np.copyto(out, seen)
            else:
                np.maximum(out, seen, out=out)
        finish(out)
        return (out,)

    return pool


@kernel("AVERAGE_POOL_2D")
def prepare_average_pool_2d(context: Context) -> Kernel:
    """Mean of the pixels in the window, the border not counted.

    Integer sums are divided with halves away from zero.

    References
    ----------
    LiteRT, tflite/kernels/internal/reference/pooling.h and integer_ops/pooling.h.
    """
    window = _window(context)
    finish = _clamp(context)
    is_float = context.output.is_float

    def pool(inputs: Any) -> tuple[Array, ...]:
        x = inputs[0]
        placement = window.place(x.shape[1], x.shape[2])
        padded = pad_images(x, placement, 0)
        counts = _counts(window, placement, x.shape[1], x.shape[2], x.dtype)
        out = np.empty((len(x), placement.height, placement.width, x.shape[3]), x.dtype)
        per_row = placement.width * x.shape[3]
        for samples, rows in image_blocks(len(x), placement.height, per_row, BLOCK):
            sums = _sums(window, placement, padded[samples], rows)
            count = counts[rows]
            out[samples, rows] = sums / count if is_float else _divided(sums, count)
        finish(out)
        return (out,)

    return pool


def _window(context: Context) -> Window:
    height = int(context.option("filter_height", 1))
    return Window.of(context, height, int(context.option("filter_width", 1)))


def _clamp(context: Context) -> Callable[[Array], None]:
    """Fused activation, in place."""
    output = context.output
    if output.is_float:
        limits = clamp_of(context)
        return lambda x: clamp(x, limits)
    if context.operator.activation == "NONE":
        return lambda x: None
    try:
        low, high = activation_range(context.operator.activation, output)
    except ValueError as error:
        raise context.unsupported(str(error)) from error
    return lambda x: clamp(x, (low, high))


def _counts(
    window: Window, placement: Placement, height: int, width: int, dtype: np.dtype[np.generic]
) -> Array:
    """Pixels of the image in each window, shape (out_h, out_w, 1)."""
    ones = pad_images(np.ones((1, height, width, 1), np.int32), placement, 0)
    counts = np.zeros((placement.height, placement.width, 1), np.int32)
    for _, _, seen in window.taps(ones, placement):
        counts += seen[0]
    return counts.astype(np.float32 if dtype == np.float32 else np.int32)


def _sums(window: Window, placement: Placement, padded: Array, rows: slice) -> Array:
    """Sums over the window for some output rows: float32, or int32 for codes."""
    first = rows.start * window.stride_h
    last = (rows.stop - 1) * window.stride_h + window.height
    part = Placement(rows.stop - rows.start, placement.width)
    wide = np.float32 if padded.dtype == np.float32 else np.int32
    shape = (len(padded), part.height, part.width, padded.shape[3])
    sums = np.zeros(shape, wide)
    for _, _, seen in window.taps(padded[:, first:last], part):
        np.add(sums, seen, out=sums)
    return sums


def _divided(sums: Array, count: Array) -> Array:
    """C's ``(sum ± count / 2) / count``: halves away from zero."""
    quotient: Array = np.sign(sums) * ((np.abs(sums) + count // 2) // count)
    return quotient
