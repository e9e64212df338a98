"""DEPTHWISE_CONV_2D."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from qviz.execution.delegation import Rules
from qviz.execution.kernels.accumulation import (
    BLOCK,
    Compute,
    Finish,
    exact_carrier,
    scratch,
    with_packed_weights,
)
from qviz.execution.kernels.float_finish import add_bias_and_clamp
from qviz.execution.kernels.hybrid import ScaleOrder, hybrid_compute, keep_sums
from qviz.execution.kernels.operand_types import Arithmetic, arithmetic_of
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel
from qviz.execution.kernels.requantization import (
    Accumulator,
    centred_weights,
    input_bound,
    requantize,
    zero_point_of,
)
from qviz.execution.kernels.windows import Window, image_blocks, pad_images


@kernel("DEPTHWISE_CONV_2D")
def prepare_depthwise_conv_2d(context: Context) -> Kernel:
    """Convolution of each channel by itself, weights (1, height, width, in * multiplier).

    The same types as CONV_2D.

    References
    ----------
    LiteRT, tflite/kernels/depthwise_conv.cc and
    internal/reference/integer_ops/depthwise_conv.h.
    """
    arithmetic = arithmetic_of(context)

    def pack(weights: Array, bias: Array | None) -> Compute:
        if arithmetic is Arithmetic.FLOAT:
            return _convolve(context, weights, add_bias_and_clamp(context, bias), 0)
        if weights.dtype == np.uint8:
            # Of int8 weights the kernels ignore the zero point, which should be 0.
            weights = centred_weights(context.input(1), weights)
        flat = weights.reshape(-1, weights.shape[3])
        if arithmetic is Arithmetic.HYBRID:
            carrier = exact_carrier(flat, 255)
            multiply = _convolve(context, weights.astype(carrier), keep_sums, 0)
            is_reference = context.rules is Rules.REFERENCE
            order: ScaleOrder = "combined" if is_reference else "vectors-weights-first"
            return hybrid_compute(context, multiply, bias, order)
        x = context.input(0)
        carrier = exact_carrier(flat, input_bound(x))
        finish = requantize(context, Accumulator.of(context, flat, bias))
        return _convolve(context, weights.astype(carrier), finish, zero_point_of(x))

    return with_packed_weights(context, pack)


def _convolve(context: Context, weights: Array, finish: Finish, border: int) -> Compute:
    """Depthwise convolution in the arithmetic of `weights`, the border filled with `border`."""
    _, height, width, outputs = weights.shape
    channels = context.input(0).shape[-1]
    if channels <= 0 or outputs % channels:
        raise context.unsupported(
            f"its {channels} input channels do not fit weights of shape {weights.shape}"
        )
    window = Window.of(context, height, width)
    multiplier = outputs // channels
    dtype = context.output.dtype
    rows_of_weights = _rows_of_weights(weights[0])

    def compute(x: Array) -> Array:
        placement = window.place(x.shape[1], x.shape[2])
        padded = pad_images(x, placement, border)
        lines = rows_of_weights(placement.width)
        out = np.empty((len(x), placement.height, placement.width, outputs), dtype)
        for samples, rows in image_blocks(len(x), placement.height, lines.shape[2], BLOCK):
            block = _block(window, padded, samples, rows)
            if multiplier > 1:
                block = np.repeat(block, multiplier, axis=3)
            sums = _sum_of_taps(window, block, lines, rows.stop - rows.start)
            result = out[samples, rows]
            finish(sums.reshape(-1, outputs), result.reshape(-1, outputs))
        return out

    return compute


def _rows_of_weights(weights: Array) -> Callable[[int], Array]:
    """Weights of each tap repeated along an output row: (height, width, out_w * channels).

    numpy's inner loop then runs along the row; over the channels alone it would be too short.
    """
    known: dict[int, Array] = {}

    def rows(width: int) -> Array:
        lines = known.get(width)
        if lines is None:
            lines = np.tile(weights, (1, 1, width))
            # Images of one model have one size; weights for the last are enough.
            known.clear()
            known[width] = lines
        return lines

    return rows


def _block(window: Window, padded: Array, samples: slice, rows: slice) -> Array:
    """The part of the padded images that the output rows look at."""
    reach = (window.height - 1) * window.dilation_h + 1
    first = rows.start * window.stride_h
    return padded[samples, first : (rows.stop - 1) * window.stride_h + reach]


def _sum_of_taps(window: Window, block: Array, weights: Array, rows: int) -> Array:
    """Sums of shape (samples, rows, out_w * channels).

    Columns are sorted by their place within the stride, so that what a tap sees of a row lies in
    one piece. The taps of such a phase are summed by one einsum, which multiplies and adds in one
    pass over a row that stays in the first-level cache.
    """
    samples, length, dtype = len(block), weights.shape[2], weights.dtype
    # Taps that see the same phase, and the columns between two of them.
    apart = math.gcd(window.stride_w, window.dilation_w)
    step = window.stride_w // apart
    total: Array | None = None
    for first in range(min(step, window.width)):
        skipped, phase = divmod(first * window.dilation_w, window.stride_w)
        columns = _columns(block, phase, window.stride_w, dtype)
        by_sample, by_row, by_column, by_channel = columns.strides
        taps = weights[:, first::step]
        seen = np.lib.stride_tricks.as_strided(
            columns[:, :, skipped:],
            (*taps.shape[:2], samples, rows, length),
            (
                by_row * window.dilation_h,
                by_column * (window.dilation_w // apart),
                by_sample,
                by_row * window.stride_h,
                by_channel,
            ),
            writeable=False,
        )
        sums = scratch("sums" if total is None else "more", (samples, rows, length), dtype)
        np.einsum("ijsrl,ijl->srl", seen, taps, out=sums)
        total = sums if total is None else np.add(total, sums, out=total)
    assert total is not None
    return total


def _columns(block: Array, phase: int, stride: int, dtype: np.dtype[Any]) -> Array:
    """Every `stride`-th column of the images from `phase` on, each row in one piece."""
    columns = block[:, :, phase::stride]
    if columns.dtype == dtype and stride == 1:
        return columns
    packed = scratch("columns", columns.shape, dtype)
    np.copyto(packed, columns)
    return packed
