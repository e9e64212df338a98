"""DEPTHWISE_CONV_2D."""

from __future__ import annotations

import numpy as np

from qviz.execution.kernels.accumulation import (
    BLOCK,
    Compute,
    Finish,
    exact_carrier,
    with_packed_weights,
)
from qviz.execution.kernels.float_finish import add_bias_and_clamp
from qviz.execution.kernels.hybrid import hybrid_compute, keep_sums
from qviz.execution.kernels.operand_types import Arithmetic, arithmetic_of
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel
from qviz.execution.kernels.requantization import (
    Accumulator,
    centred_weights,
    input_bound,
    requantize,
    zero_point_of,
)
from qviz.execution.kernels.windows import Placement, Window, image_blocks, pad_images


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
        weights = centred_weights(context.input(1), weights)
        flat = weights.reshape(-1, weights.shape[3])
        if arithmetic is Arithmetic.HYBRID:
            carrier = exact_carrier(flat, 255)
            multiply = _convolve(context, weights.astype(carrier), keep_sums, 0)
            return hybrid_compute(context, multiply, bias, "combined")
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

    def compute(x: Array) -> Array:
        placement = window.place(x.shape[1], x.shape[2])
        padded = pad_images(x, placement, border)
        out = np.empty((len(x), placement.height, placement.width, outputs), dtype)
        per_row = placement.width * outputs
        for samples, rows in image_blocks(len(x), placement.height, per_row, BLOCK // 2):
            block = _block(window, placement, padded, samples, rows).astype(weights.dtype)
            if multiplier > 1:
                block = np.repeat(block, multiplier, axis=3)
            part = Placement(rows.stop - rows.start, placement.width)
            sums = _sum_of_taps(window, part, block, weights[0])
            result = out[samples, rows]
            finish(sums.reshape(-1, outputs), result.reshape(-1, outputs))
        return out

    return compute


def _block(
    window: Window, placement: Placement, padded: Array, samples: slice, rows: slice
) -> Array:
    """The part of the padded images that the output rows look at."""
    reach = (window.height - 1) * window.dilation_h + 1
    first = rows.start * window.stride_h
    return padded[samples, first : (rows.stop - 1) * window.stride_h + reach]


def _sum_of_taps(window: Window, placement: Placement, block: Array, weights: Array) -> Array:
    sums = np.empty((len(block), placement.height, placement.width, weights.shape[2]), block.dtype)
    product = np.empty_like(sums)
    for i, j, seen in window.taps(block, placement):
        if i == j == 0:
            np.multiply(seen, weights[0, 0], out=sums)
        else:
            np.multiply(seen, weights[i, j], out=product)
            np.add(sums, product, out=sums)
    return sums
