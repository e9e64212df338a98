"""TRANSPOSE_CONV."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from qviz.execution.delegation import Rules
from qviz.execution.kernels.accumulation import Finish, exact_carrier
from qviz.execution.kernels.float_finish import add_bias_and_clamp
from qviz.execution.kernels.hybrid import (
    asymmetric_codes,
    keep_sums,
    nearest_even_codes,
    scale_by_fused_product,
    weight_scales_of,
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
from qviz.execution.kernels.windows import Window

_Compute = Callable[[Array, tuple[int, int]], Array]


@kernel("TRANSPOSE_CONV")
def prepare_transpose_conv(context: Context) -> Kernel:
    """Transposed convolution: inputs (output shape, weights (out, h, w, in), x, bias).

    Each input pixel adds its products to a window of the output; the sums are finished as those
    of CONV_2D are. Float, int8, uint8, 16x8 and hybrid (float activations, int8 weights).

    References
    ----------
    LiteRT, tflite/kernels/transpose_conv.cc and internal/reference/{transpose_conv.h,
    integer_ops/transpose_conv.h}.
    """
    # The same order as the other operators with weights have.
    bias = context.optional_input(3)
    ordered = replace(context, inputs=(context.input(2), context.input(1), bias))
    arithmetic = arithmetic_of(ordered)
    constant = ordered.constant(1)
    packed = None
    if constant is not None and (bias is None or bias.is_constant):
        packed = _pack(ordered, arithmetic, constant, ordered.constant(2))

    def run(inputs: Any) -> tuple[Array, ...]:
        shape, weights, x = inputs[:3]
        compute = packed
        if compute is None:
            given = inputs[3] if len(inputs) > 3 else None
            compute = _pack(ordered, arithmetic, weights, given)
        return (compute(x, (int(shape[1]), int(shape[2]))),)

    return run


def _pack(context: Context, arithmetic: Arithmetic, weights: Array, bias: Array | None) -> _Compute:
    x = context.input(0)
    if arithmetic is Arithmetic.FLOAT:
        return _scatter(context, weights.astype(np.float32), add_bias_and_clamp(context, bias), 0)
    weights = centred_weights(context.input(1), weights)
    if arithmetic is Arithmetic.HYBRID:
        return _pack_hybrid(context, weights, bias)
    flat = weights.transpose(1, 2, 3, 0).reshape(-1, len(weights))
    # At the border a sum has fewer terms, so the zero point cannot be one constant per channel.
    carrier = exact_carrier(flat, input_bound(x, centred=True))
    accumulator = Accumulator.of(context, flat, bias, centred=True)
    finish = requantize(context, accumulator)
    if context.rules is Rules.OPTIMIZED and x.dtype == np.uint8:
        by_reference = replace(context, rules=Rules.REFERENCE)
        finish = _behind_vectors(finish, requantize(by_reference, accumulator))
    return _scatter(context, weights.astype(carrier), finish, zero_point_of(x))


def _behind_vectors(finish: Finish, rest: Finish) -> Finish:
    """Finish of an image whose last codes, behind vectors of 16, are finished by `rest`.

    References
    ----------
    LiteRT, tflite/kernels/internal/optimized/optimized_ops.h, Quantize for uint8.
    """

    def both(sums: Array, out: Array) -> None:
        left = out.size % 16
        kept = sums.copy() if left else sums
        finish(sums, out)
        if left:
            last = np.empty_like(out)
            rest(kept, last)
            out.reshape(-1)[out.size - left :] = last.reshape(-1)[out.size - left :]

    return both


def _pack_hybrid(context: Context, weights: Array, bias: Array | None) -> _Compute:
    """Each image is quantized as a whole.

    XNNPACK scales exact sums. The builtin kernels add up the scaled products one after the other,
    ``((x * weight) * weight_scale) * x_scale`` in float32, pixel by pixel and channel by channel.
    """
    if context.rules is not Rules.XNNPACK:
        return _add_scaled_products(context, weights, bias)
    flat = weights.transpose(1, 2, 3, 0).reshape(-1, len(weights))
    sums_of = _scatter(context, weights.astype(exact_carrier(flat, 255)), keep_sums, 0)

    def compute(x: Array, size: tuple[int, int]) -> Array:
        codes, scales = nearest_even_codes(x.reshape(len(x), -1))
        sums = sums_of(codes.reshape(x.shape), size)
        return scale_by_fused_product(context, sums, scales.reshape(-1, 1, 1, 1), bias)

    return compute


def _add_scaled_products(context: Context, weights: Array, bias: Array | None) -> _Compute:
    outputs, height, width, _ = weights.shape
    window = Window.of(context, height, width)
    taps = np.ascontiguousarray(weights.transpose(1, 2, 3, 0), np.float32)
    weight_scales = weight_scales_of(context)
    finish = add_bias_and_clamp(context, bias)

    def compute(x: Array, size: tuple[int, int]) -> Array:
        codes, scales = asymmetric_codes(x.reshape(len(x), -1))
        images = codes.reshape(x.shape).astype(np.float32)
        out = np.empty((len(x), *size, outputs), np.float32)
        for image, scale, result in zip(images, scales, out, strict=True):
            product = partial(_scaled_products, image, taps, weight_scales, scale)
            sums = _gather(window, outputs, taps.dtype, product, image.shape[:2], size)
            finish(sums.reshape(-1, outputs), result.reshape(-1, outputs))
        return out

    return compute


def _scaled_products(
    image: Array, taps: Array, weight_scales: Array, scale: Array, i: int, j: int
) -> Iterator[Array]:
    for channel in range(image.shape[2]):
        term = image[:, :, channel, None] * taps[i, j, channel]
        yield (term * weight_scales) * scale


def _scatter(context: Context, weights: Array, finish: Finish, zero_point: int) -> _Compute:
    outputs, height, width, channels = weights.shape
    window = Window.of(context, height, width)
    # One contiguous matrix (in, out) per tap.
    taps = np.ascontiguousarray(weights.transpose(1, 2, 3, 0))
    dtype = context.output.dtype

    def compute(x: Array, size: tuple[int, int]) -> Array:
        out = np.empty((len(x), *size, outputs), dtype)
        for image, result in zip(x, out, strict=True):
            centred = image.astype(taps.dtype)
            centred -= taps.dtype.type(zero_point)
            sums = _spread(window, taps, centred.reshape(-1, channels), image.shape[:2], size)
            finish(sums.reshape(-1, outputs), result.reshape(-1, outputs))
        return out

    return compute


def _spread(
    window: Window,
    taps: Array,
    pixels: Array,
    image_size: tuple[int, ...],
    size: tuple[int, int],
) -> Array:
    """Sums of shape (height, width, outputs) of one image."""

    def product(i: int, j: int) -> Iterator[Array]:
        yield (pixels @ taps[i, j]).reshape(*image_size, -1)

    return _gather(window, taps.shape[3], taps.dtype, product, image_size, size)


def _gather(
    window: Window,
    outputs: int,
    dtype: np.dtype[Any],
    product: Callable[[int, int], Iterator[Array]],
    image_size: tuple[int, ...],
    size: tuple[int, int],
) -> Array:
    """Sums of shape (height, width, outputs) of all terms that `product` gives for each tap."""
    placement = window.place(*size)
    rows, columns = image_size
    # The canvas holds all windows; what hangs over the output's border is cut off.
    reach_h = (rows - 1) * window.stride_h + window.height
    reach_w = (columns - 1) * window.stride_w + window.width
    canvas_h = max(reach_h, placement.top + size[0])
    canvas_w = max(reach_w, placement.left + size[1])
    canvas = np.zeros((canvas_h, canvas_w, outputs), dtype)
    # Backwards, so that an output meets the input's pixels in their order.
    for i in reversed(range(window.height)):
        down = slice(i, i + (rows - 1) * window.stride_h + 1, window.stride_h)
        for j in reversed(range(window.width)):
            across = slice(j, j + (columns - 1) * window.stride_w + 1, window.stride_w)
            for term in product(i, j):
                canvas[down, across] += term
    return np.ascontiguousarray(
        canvas[placement.top : placement.top + size[0], placement.left : placement.left + size[1]]
    )
