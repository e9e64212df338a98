"""CONV_2D."""

from __future__ import annotations

import numpy as np

from qviz.execution.delegation import Rules
from qviz.execution.kernels.accumulation import (
    Compute,
    Finish,
    exact_carrier,
    multiply_patches,
    multiply_rows,
    with_packed_weights,
)
from qviz.execution.kernels.float_finish import add_bias_and_clamp
from qviz.execution.kernels.hybrid import (
    ScaleOrder,
    fused_hybrid_compute,
    hybrid_compute,
    keep_sums,
    symmetric_codes,
)
from qviz.execution.kernels.operand_types import Arithmetic, arithmetic_of
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel
from qviz.execution.kernels.requantization import (
    Accumulator,
    centred_weights,
    input_bound,
    requantize,
    zero_point_of,
)
from qviz.execution.kernels.windows import Window, pad_images


@kernel("CONV_2D")
def prepare_conv_2d(context: Context) -> Kernel:
    """Convolution with weights (out, height, width, in / groups).

    Float; int8 and uint8, 16x8 (int16 activations) with 64- or 32-bit bias; hybrid (float
    activations, int8 weights). Groups follow from the channel numbers.

    References
    ----------
    LiteRT, tflite/kernels/conv.cc and internal/reference/{conv.h, integer_ops/conv.h}.
    """
    arithmetic = arithmetic_of(context)

    def pack(weights: Array, bias: Array | None) -> Compute:
        if arithmetic is Arithmetic.FLOAT:
            return _pack_float(context, weights, bias)
        if arithmetic is Arithmetic.HYBRID:
            return _pack_hybrid(context, weights, bias)
        return _pack_integer(context, weights, bias)

    return with_packed_weights(context, pack)


def _pack_float(context: Context, weights: Array, bias: Array | None) -> Compute:
    return convolve(context, weights, np.dtype(np.float32), add_bias_and_clamp(context, bias), 0)


def _pack_integer(context: Context, weights: Array, bias: Array | None) -> Compute:
    weights = centred_weights(context.input(1), weights)
    flat = weights.reshape(len(weights), -1).T
    # Codes enter as they are and the border as the zero point, so that the zero point is one
    # constant per channel and sums stay small.
    x = context.input(0)
    carrier = exact_carrier(flat, input_bound(x))
    finish = requantize(context, Accumulator.of(context, flat, bias))
    return convolve(context, weights, carrier, finish, zero_point_of(x))


def _pack_hybrid(context: Context, weights: Array, bias: Array | None) -> Compute:
    weights = centred_weights(context.input(1), weights)
    carrier = exact_carrier(weights.reshape(len(weights), -1).T, 255)

    multiply = convolve(context, weights, carrier, keep_sums, 0)
    if context.rules is Rules.XNNPACK:
        # Where each pixel is a row of a matrix product, each has a scale of its own.
        window = Window.of(context, *weights.shape[1:3])
        is_grouped = weights.shape[3] != context.input(0).shape[-1]
        by_pixel = window.is_pixelwise and not is_grouped and weights.size > 1
        return fused_hybrid_compute(context, multiply, bias, by_pixel=by_pixel)
    params = context.input(1).quantization
    if params is not None and len(params.scale) == 1:
        # One scale for all weights: the older kernel, whose activations are symmetric.
        return hybrid_compute(context, multiply, bias, "combined", symmetric_codes)
    order: ScaleOrder = "combined" if context.rules is Rules.OPTIMIZED else "weights-first"
    return hybrid_compute(context, multiply, bias, order)


def convolve(
    context: Context,
    weights: Array,
    carrier: np.dtype[np.generic],
    finish: Finish,
    border: int,
) -> Compute:
    """Convolution in `carrier` arithmetic with the border filled with `border`."""
    outputs, height, width, group_channels = weights.shape
    channels = context.input(0).shape[-1]
    groups = max(1, channels // group_channels)
    if outputs % groups or (channels > 0 and groups * group_channels != channels):
        raise context.unsupported(
            f"its {channels} input channels do not fit weights of shape {weights.shape}"
        )
    window = Window.of(context, height, width)
    grouped = weights.reshape(groups, outputs // groups, height * width * group_channels)
    # A view of shape (groups, taps, outputs of a group): BLAS takes it transposed, and float
    # weights are not held twice. Those that are cast anyway are laid out as it likes them best.
    matrices = grouped.astype(carrier, copy=False).transpose(0, 2, 1)
    if carrier != weights.dtype:
        matrices = np.ascontiguousarray(matrices)
    dtype = context.output.dtype

    def compute(x: Array) -> Array:
        if window.is_pixelwise and groups == 1:
            rows = x.reshape(-1, x.shape[3])
            return multiply_rows(rows, matrices[0], finish, dtype).reshape(*x.shape[:3], outputs)
        placement = window.place(x.shape[1], x.shape[2])
        padded = pad_images(x, placement, border)
        return multiply_patches(padded, window, placement, matrices, finish, dtype)

    return compute
