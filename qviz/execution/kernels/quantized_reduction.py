"""Sums, means and products of codes along dimensions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from qviz.execution.delegation import Rules
from qviz.execution.fixed_point import (
    Int64Array,
    code_limits,
    multiply_by_quantized_multiplier,
    multiply_by_quantized_multiplier_64,
    multiply_by_quantized_multiplier_up,
    quantize_multiplier,
    round_half_away_float32,
    wrap_int32,
)
from qviz.execution.kernels.operands import (
    Array,
    integers_of,
    kernel_of,
    scale_of,
    zero_point_of,
)
from qviz.execution.kernels.registry import Context, Kernel

# Codes, before clamp and cast, of sums over dimensions, of how many elements each sums up, and of
# whether the dimensions are the rows and columns of images and are kept.
_Scale = Callable[[Int64Array, int, bool], Int64Array]


def axes_of(axes: Array, x: Array) -> tuple[int, ...]:
    """Dimensions to reduce, none twice, all counted from the front."""
    return tuple(sorted({axis % x.ndim for axis in integers_of(axes)})) if x.ndim else ()


def count_of(x: Array, axes: tuple[int, ...]) -> int:
    """Number of elements that each result sums up."""
    return int(np.prod([x.shape[axis] for axis in axes], dtype=np.int64))


def prepare_quantized_mean(context: Context) -> Kernel:
    """MEAN and SUM of codes, by the rules that the operator follows.

    The reference kernel of SUM (LiteRT 2.3) takes the bytes of int8 codes for uint8 ones, but
    leaves the zero points as they are; what it gives is nothing like a sum, and is computed here
    all the same. Of int16 codes it sums the first half of the bytes and leaves half of the result
    unset, which cannot be repeated: they are summed as codes.
    """
    rules, is_mean = context.rules, context.operator.kind == "MEAN"
    if rules is Rules.XNNPACK:
        return _kernel_of_sums(context, _scale_nearest_even(context))
    if rules is Rules.OPTIMIZED and not is_mean:
        return _kernel_of_sums(context, _scale_with_bias(context))
    if rules is Rules.OPTIMIZED and context.input(0).dtype.itemsize == 1:
        return _kernel_of_sums(context, _scale_of_pixels(context))
    as_bytes = not is_mean and context.input(0).dtype == np.int8
    return _kernel_of_sums(context, _scale_by_multiplier(context), as_bytes=as_bytes)


def _kernel_of_sums(context: Context, scale: _Scale, *, as_bytes: bool = False) -> Kernel:
    """Kernel that sums codes, or with `as_bytes` their bytes, and scales the sums."""
    target = context.output
    keepdims = bool(context.option("keep_dims", False))
    low, high = code_limits(np.dtype(np.uint8) if as_bytes else target.dtype)

    def reduce(x: Array, axes: Array) -> Array:
        x = x.view(np.uint8) if as_bytes else x
        dimensions = axes_of(axes, x)
        total = x.sum(dimensions, dtype=np.int64, keepdims=keepdims)
        of_pixels = keepdims and x.ndim == 4 and dimensions == (1, 2)
        codes = scale(total, count_of(x, dimensions), of_pixels)
        return np.asarray(np.clip(codes, low, high)).astype(target.dtype)

    return kernel_of(reduce)


def _scale_nearest_even(context: Context) -> _Scale:
    """``rint(sum m + (z_out - n z_in m))``, m = s_in / s_out, for the mean times 1 / n.

    Everything in float32; that the zero points are added before the rounding shows at halves.

    References
    ----------
    XNNPACK, src/operators/reduce-nd.c, whose sums are converted from 32-bit codes.
    """
    source, target = context.input(0), context.output
    ratio = np.float32(scale_of(source) / scale_of(target))
    is_mean = context.operator.kind == "MEAN"

    def scale(total: Int64Array, n: int, of_pixels: bool) -> Int64Array:
        factor = np.float32(ratio * (np.float32(1) / np.float32(n))) if is_mean else ratio
        offset = np.float32(np.float32(-zero_point_of(source) * n) * factor)
        offset = np.float32(offset + np.float32(zero_point_of(target)))
        codes: Int64Array = np.rint(total.astype(np.float32) * factor + offset).astype(np.int64)
        return codes

    return scale


def _scale_with_bias(context: Context) -> _Scale:
    """``z_out + round(f32(sum) m - z_in m n)``, m = s_in / s_out, all in float32.

    References
    ----------
    LiteRT, tflite/kernels/internal/optimized/reduce.h, QuantizedMeanOrSum.
    """
    source, target = context.input(0), context.output
    ratio = np.float32(scale_of(source) / scale_of(target))
    per_element = np.float32(np.float32(-zero_point_of(source)) * ratio)

    def scale(total: Int64Array, n: int, of_pixels: bool) -> Int64Array:
        scaled = total.astype(np.float32) * ratio + np.float32(per_element * np.float32(n))
        rounded = round_half_away_float32(scaled).astype(np.int64)
        return rounded + zero_point_of(target)

    return scale


def _scale_of_pixels(context: Context) -> _Scale:
    """Mean of the pixels of images: ``bias + REQ(sum, s_in / (n s_out))``.

    The bias is ``z_out - round(z_in s_in / s_out)``; vectors of 16 channels round upwards at
    halves. Other means are those of the reference kernel.

    References
    ----------
    LiteRT, tflite/kernels/internal/optimized/integer_ops/mean.h.
    """
    source, target = context.input(0), context.output
    s_in, s_out = scale_of(source), scale_of(target)
    zero = np.float32(np.float32(np.float32(zero_point_of(source)) * s_in) / s_out)
    half = np.float32(0.5) if zero > 0 else np.float32(-0.5)
    bias = zero_point_of(target) - int(np.float32(zero + half))
    scale_mean = _scale_by_multiplier(context)

    def scale(total: Int64Array, n: int, of_pixels: bool) -> Int64Array:
        if not of_pixels:
            return scale_mean(total, n, of_pixels)
        multiplier, shift = quantize_multiplier(float(s_in / np.float32(np.float32(n) * s_out)))
        channels = total.shape[-1]
        codes = multiply_by_quantized_multiplier(total, multiplier, shift)
        in_vectors = np.arange(channels) < channels - channels % 16
        upwards = multiply_by_quantized_multiplier_up(total, multiplier, shift)
        return np.where(in_vectors, upwards, codes) + bias

    return scale


def _scale_by_multiplier(context: Context) -> _Scale:
    """``z_out + REQ(sum - n z_in)``, as the reference kernel has it.

    The multiplier is that of ``scale_in / scale_out``; for the mean it is divided by n as
    ``(M << s) // n`` with ``s = min(floor(log2 n), 32, 31 + shift)``, and the shift is reduced
    by s.

    References
    ----------
    LiteRT, tflite/kernels/reduce.cc and internal/reference/reduce.h, QuantizedMeanOrSum.
    """
    source, target = context.input(0), context.output
    multiplier, shift = quantize_multiplier(float(scale_of(source)) / float(scale_of(target)))
    is_mean = context.operator.kind == "MEAN"

    def scale(total: Int64Array, n: int, of_pixels: bool) -> Int64Array:
        factor, exponent = multiplier, shift
        if is_mean:
            extra = min(n.bit_length() - 1, 32, 31 + shift)
            factor, exponent = (multiplier << extra) // n, shift - extra
        centred = total - n * zero_point_of(source)
        scaled = multiply_by_quantized_multiplier(centred, factor, exponent)
        return scaled + zero_point_of(target)

    return scale


def prepare_quantized_product(context: Context) -> Kernel:
    """REDUCE_PROD of codes, rescaled after each factor by ``scale_in / scale_out^(1/n)``.

    Products have 64 bits and are scaled by a multiplier of 15 bits.

    References
    ----------
    LiteRT, tflite/kernels/reduce.cc, GetQuantProdScaling, and internal/reference/reduce.h,
    QuantizedReduceProd.
    """
    source, target = context.input(0), context.output
    keepdims = bool(context.option("keep_dims", False))
    low, high = code_limits(target.dtype)
    scale_in, scale_out = float(scale_of(source)), float(scale_of(target))

    def rescale(x: Int64Array, multiplier: int, shift: int) -> Int64Array:
        return wrap_int32(multiply_by_quantized_multiplier_64(x, multiplier, shift))

    def reduce(x: Array, axes: Array) -> Array:
        dimensions = axes_of(axes, x)
        n = count_of(x, dimensions)
        multiplier, shift = quantize_multiplier(scale_in / scale_out ** (1.0 / n))
        kept = [d for d in range(x.ndim) if d not in dimensions]
        factors = x.transpose(*kept, *dimensions).reshape(*(x.shape[d] for d in kept), n)
        centred = factors.astype(np.int64) - zero_point_of(source)
        product = centred[..., 0]
        for i in range(1, n):
            product = rescale(product * centred[..., i], multiplier, shift)
        scaled = rescale(product, multiplier, shift)
        codes = np.clip(scaled + zero_point_of(target), low, high)
        shape = [1 if d in dimensions else x.shape[d] for d in range(x.ndim)]
        return codes.reshape(shape if keepdims else [x.shape[d] for d in kept]).astype(x.dtype)

    return kernel_of(reduce)
