"""AVERAGE_POOL_2D and MAX_POOL_2D."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from qviz.execution.fixed_point import code_limits
from qviz.execution.kernels.accumulation import BLOCK
from qviz.execution.kernels.float_finish import clamp, clamp_of
from qviz.execution.kernels.operands import kernel_of
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel
from qviz.execution.kernels.requantization import code_range
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
    dtype = context.output.dtype
    border = -np.inf if context.output.is_float else code_limits(dtype)[0]

    def pool(x: Array) -> Array:
        placement = window.place(x.shape[1], x.shape[2])
        padded = pad_images(x, placement, border)
        out = np.empty((len(x), placement.height, placement.width, x.shape[3]), x.dtype)
        for samples, rows in _blocks(x, placement):
            out[samples, rows] = _reduced(window, placement, padded[samples], rows, np.maximum)
        finish(out)
        return out

    return kernel_of(pool)


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
    wide = np.float32 if is_float else np.int32

    def pool(x: Array) -> Array:
        placement = window.place(x.shape[1], x.shape[2])
        padded = pad_images(x, placement, 0)
        ones = pad_images(np.ones((1, *x.shape[1:3], 1), wide), placement, 0)
        counts = _reduced(window, placement, ones, slice(0, placement.height), np.add)[0]
        out = np.empty((len(x), placement.height, placement.width, x.shape[3]), x.dtype)
        for samples, rows in _blocks(x, placement):
            sums = _reduced(window, placement, padded[samples], rows, np.add, wide)
            out[samples, rows] = sums / counts[rows] if is_float else _divided(sums, counts[rows])
        finish(out)
        return out

    return kernel_of(pool)


def _blocks(x: Array, placement: Placement) -> Iterator[tuple[slice, slice]]:
    return image_blocks(len(x), placement.height, placement.width * x.shape[3], BLOCK)


def _reduced(
    window: Window,
    placement: Placement,
    padded: Array,
    rows: slice,
    operation: np.ufunc,
    dtype: Any = None,
) -> Array:
    """Windows of some output rows, reduced by an operation whose order does not matter.

    First down the columns, then along the rows: height + width steps instead of their product.
    """
    first, count = rows.start * window.stride_h, rows.stop - rows.start

    def line(i: int) -> Array:
        return padded[
            :, first + i : first + i + (count - 1) * window.stride_h + 1 : window.stride_h
        ]

    tall = line(0).astype(dtype or padded.dtype)
    for i in range(1, window.height):
        operation(tall, line(i), out=tall)

    def column(j: int) -> Array:
        return tall[:, :, j : j + (placement.width - 1) * window.stride_w + 1 : window.stride_w]

    result = column(0).copy()
    for j in range(1, window.width):
        operation(result, column(j), out=result)
    return result


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
    limits = code_range(context)
    return lambda x: clamp(x, limits)


def _divided(sums: Array, count: Array) -> Array:
    """C's ``(sum ± count / 2) / count``: halves away from zero."""
    quotient: Array = np.sign(sums) * ((np.abs(sums) + count // 2) // count)
    return quotient
