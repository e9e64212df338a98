"""SOFTMAX, LOG_SOFTMAX and L2_NORMALIZATION: operators along the last dimension."""

from __future__ import annotations

import math

import numpy as np

from qviz.execution.delegation import Rules
from qviz.execution.fixed_point import (
    Int64Array,
    code_limits,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    round_half_away_float32,
    rounding_divide_by_pot,
    saturating_rounding_doubling_high_mul,
)
from qviz.execution.kernels.fixed_point_functions import (
    exp_on_negative_values,
    inverse_square_root,
    leading_zeros,
    log_of_at_least_one,
    reciprocal_of_one_plus,
)
from qviz.execution.kernels.interpolation import InterpolatedTable
from qviz.execution.kernels.operands import Array, kernel_of, scale_of, zero_point_of
from qviz.execution.kernels.registry import Context, Kernel, kernel

# Differences to the maximum are taken in Q5.26, sums of exponentials in Q12.19.
_DIFFERENCE_BITS = 5
_SUM_BITS = 12


@kernel("SOFTMAX")
def prepare_softmax(context: Context) -> Kernel:
    """``exp(beta x) / sum(exp(beta x))`` along the last dimension."""
    source = context.input(0)
    if source.is_float:
        beta = np.float32(context.option("beta", 1.0))
        return kernel_of(lambda x: _softmax(x, beta).astype(x.dtype, copy=False))
    if source.dtype == np.int16:
        return _prepare_softmax_int16(context)
    if source.dtype == np.int8 and context.rules is Rules.OPTIMIZED:
        return _prepare_softmax_in_float(context)
    return _prepare_softmax_int8(context)


def _prepare_softmax_in_float(context: Context) -> Kernel:
    """Softmax of int8 codes by a table of 256 exponentials in float32.

    ``round(exp(-s beta d) / (sum s_out))``, the sum taken from the first class to the last in
    float32 and its inverse multiplied. An int8 output is the code less its zero point.

    References
    ----------
    LiteRT, tflite/kernels/internal/optimized/optimized_ops.h, Softmax for int8, and
    internal/optimized/optimized_ops_utils.h, PopulateSoftmaxLookupTable.
    """
    target = context.output
    low, high = code_limits(target.dtype)
    exponentials = _exponentials(
        -scale_of(context.input(0)) * np.float32(context.option("beta", 1.0))
    )
    scale, zero_point = scale_of(target), zero_point_of(target)

    def softmax(x: Array) -> Array:
        wide = x.astype(np.int64)
        terms = exponentials[wide.max(-1, keepdims=True) - wide]
        inverse = np.float32(1) / (_sum_in_order(terms) * scale)
        codes = round_half_away_float32(terms * inverse).astype(np.int64) + zero_point
        return np.asarray(np.clip(codes, low, high)).astype(target.dtype)

    return kernel_of(softmax)


def _exponentials(factor: np.float32) -> Array:
    """``exp(factor d)`` in float32 of d from 0 to 255."""
    exponents = factor * np.arange(256, dtype=np.float32)
    return np.asarray(np.exp(exponents.astype(np.float64)).astype(np.float32))


def _sum_in_order(terms: Array) -> Array:
    """Sum along the last dimension from its first element on; numpy's own adds in pairs."""
    return np.add.accumulate(terms, axis=-1, dtype=np.float32)[..., -1:]


def _softmax(x: Array, beta: np.float32) -> Array:
    exponentials = np.exp((x - x.max(-1, keepdims=True)) * beta)
    return np.asarray(exponentials / exponentials.sum(-1, keepdims=True))


def _difference_table(context: Context, beta: float) -> tuple[Int64Array, int, int, int]:
    """Differences to the maximum, 0 to -255 codes, in Q5.26.

    Returns
    -------
    table : int64 ndarray of shape (256,)
    smallest : int
        Difference in codes below which an exponential counts as 0.
    multiplier, shift : int
        Of the rescaling.

    References
    ----------
    LiteRT, tflite/kernels/internal/quantization_util.cc, PreprocessSoftmaxScaling and
    CalculateInputRadius.
    """
    real = beta * float(scale_of(context.input(0))) * (1 << (31 - _DIFFERENCE_BITS))
    multiplier, shift = quantize_multiplier(min(real, (1 << 31) - 1.0))
    largest = ((1 << _DIFFERENCE_BITS) - 1) * (1 << (31 - _DIFFERENCE_BITS)) / 2.0**shift
    smallest = -math.floor(largest)
    differences = np.arange(0, -256, -1, dtype=np.int64)
    kept = np.where(differences >= smallest, differences, 0)
    table = multiply_by_quantized_multiplier(kept, multiplier, shift)
    return table, smallest, multiplier, shift


def _prepare_softmax_int8(context: Context) -> Kernel:
    """Softmax of 8-bit codes in fixed point.

    Exponentials of the 256 possible differences come from a table in Q0.31, are summed in Q12.19
    after a division by 2^12 (halves away from zero), and the sum is inverted by three Newton
    steps in Q2.29.

    References
    ----------
    LiteRT, tflite/kernels/internal/reference/softmax.h, Softmax for integer types.
    """
    differences, smallest, _, _ = _difference_table(context, float(context.option("beta", 1.0)))
    exponentials = exp_on_negative_values(differences, _DIFFERENCE_BITS)
    counted = np.arange(0, -256, -1) >= smallest
    terms = np.where(counted, rounding_divide_by_pot(exponentials, _SUM_BITS), 0)
    low, high = code_limits(context.output.dtype)
    dtype = context.output.dtype
    bits = 8 * dtype.itemsize

    def softmax(x: Array) -> Array:
        wide = x.astype(np.int64)
        index = wide.max(-1, keepdims=True) - wide
        total = terms[index].sum(-1, keepdims=True)
        headroom = leading_zeros(total)
        reciprocal = reciprocal_of_one_plus((total << headroom) - (1 << 31))
        product = saturating_rounding_doubling_high_mul(reciprocal, exponentials[index])
        shift = _SUM_BITS - headroom + 31 - bits
        codes = rounding_divide_by_pot(product, shift) + low
        codes = np.where(counted[index], codes, low)
        return np.asarray(np.clip(codes, low, high)).astype(dtype)

    return kernel_of(softmax)


def _prepare_softmax_int16(context: Context) -> Kernel:
    """Softmax of 16-bit codes by two interpolated tables of 513 entries.

    Differences are rescaled so that [-10, 0] takes 2^16 codes; exp of them is summed; 1 / (1 + x)
    of the normalised sum gives the factor.

    References
    ----------
    LiteRT, tflite/kernels/internal/reference/softmax.h, SoftmaxInt16; the tables are those of
    activations.cc, SoftmaxPrepare.
    """
    range_of_codes = 65535.0
    exponential = InterpolatedTable.of(np.exp, 10.0 / range_of_codes, 32767, 2.0 / range_of_codes)
    reciprocal = InterpolatedTable.of(
        lambda x: 1.0 / (1.0 + x), 1.0 / range_of_codes, -32768, 2.0 / range_of_codes
    )
    beta = np.float32(context.option("beta", 1.0))
    real = float(np.float32(scale_of(context.input(0)) * beta)) / (10.0 / range_of_codes)
    multiplier, shift = quantize_multiplier(real)

    def softmax(x: Array) -> Array:
        wide = x.astype(np.int64)
        difference = wide - wide.max(-1, keepdims=True)
        scaled = multiply_by_quantized_multiplier(difference, multiplier, shift) + 32767
        terms = exponential.look_up(np.clip(scaled, -32768, 32767))
        total = terms.sum(-1, keepdims=True)
        headroom = leading_zeros(total)
        # The sum as 1 + x, x in [0, 1) counted in 2^16 codes.
        normal = ((total << (headroom - 1)) + (1 << 13)) >> 14
        position = np.clip(normal - ((1 << 15) + (1 << 16)), -32768, 32767)
        right = 31 - headroom
        product = terms * reciprocal.look_up(position)
        codes = (product + (np.int64(1) << (right - 1))) >> right
        return np.asarray(np.clip(codes, 0, 32767)).astype(np.int16)

    return kernel_of(softmax)


@kernel("LOG_SOFTMAX")
def prepare_log_softmax(context: Context) -> Kernel:
    """``x - log(sum(exp(x)))`` along the last dimension."""
    source = context.input(0)
    if source.is_float:
        return kernel_of(_log_softmax)
    if source.dtype.itemsize > 1:
        raise context.unsupported(f"TFLite has no {source.dtype} kernel for it")
    if context.rules is Rules.OPTIMIZED:
        return _prepare_log_softmax_in_float(context)
    return _prepare_log_softmax_codes(context)


def _prepare_log_softmax_in_float(context: Context) -> Kernel:
    """``rint(q s / s_out - (max s + log(sum)) / s_out)``, the sum as `_prepare_softmax_in_float`.

    References
    ----------
    LiteRT, tflite/kernels/internal/optimized/optimized_ops.h, LogSoftmax.
    """
    source, target = context.input(0), context.output
    low, high = code_limits(target.dtype)
    scale, scale_out = scale_of(source), scale_of(target)
    exponentials = _exponentials(-scale)
    ratio = np.float32(scale / scale_out)

    def log_softmax(x: Array) -> Array:
        wide = x.astype(np.int64)
        largest = wide.max(-1, keepdims=True)
        total = _sum_in_order(exponentials[largest - wide])
        logarithm = np.log(total.astype(np.float64)).astype(np.float32)
        offset = (scale * largest.astype(np.float32) + logarithm) / scale_out
        codes = np.rint(ratio * wide.astype(np.float32) - offset).astype(np.int64)
        return np.asarray(np.clip(codes + zero_point_of(target), low, high)).astype(target.dtype)

    return kernel_of(log_softmax)


def _log_softmax(x: Array) -> Array:
    shifted = x - x.max(-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(-1, keepdims=True)))


def _prepare_log_softmax_codes(context: Context) -> Kernel:
    """Log-softmax of 8-bit codes in fixed point, with scale 1/16, the largest code being 0.

    As `_prepare_softmax_int8` up to the sum, whose logarithm is then taken in Q5.26; the result is
    divided by 2^22, halves away from zero. A code so far below the maximum that the result leaves
    Q5.26 becomes the smallest; that limit is found by the inverse of the input's multiplier.

    References
    ----------
    LiteRT, tflite/kernels/internal/reference/integer_ops/log_softmax.h; the parameters are those
    of activations.cc, LogSoftmaxPrepare.
    """
    differences, smallest, multiplier, shift = _difference_table(context, 1.0)
    exponentials = exp_on_negative_values(differences, _DIFFERENCE_BITS)
    counted = np.arange(0, -256, -1) >= smallest
    terms = np.where(counted, rounding_divide_by_pot(exponentials, _SUM_BITS), 0)
    inverse, inverse_shift = quantize_multiplier(2.0 ** (31 - shift) / multiplier)
    fall = multiply_by_quantized_multiplier(np.arange(0, -256, -1), multiplier, shift)
    dtype = context.output.dtype
    low, high = code_limits(dtype)

    def log_softmax(x: Array) -> Array:
        wide = x.astype(np.int64)
        index = wide.max(-1, keepdims=True) - wide
        total = terms[index].sum(-1, keepdims=True)
        logarithm = log_of_at_least_one(total, _SUM_BITS, _DIFFERENCE_BITS)
        lowest = multiply_by_quantized_multiplier(logarithm - (1 << 31), inverse, inverse_shift)
        limit = np.maximum(smallest - 1, lowest)
        codes = rounding_divide_by_pot(fall[index] - logarithm, 22) + high
        codes = np.where(-index > limit, np.clip(codes, low, high), low)
        return codes.astype(dtype)

    return kernel_of(log_softmax)


@kernel("L2_NORMALIZATION")
def prepare_l2_normalization(context: Context) -> Kernel:
    """``x / sqrt(sum(x^2))`` along the last dimension.

    Codes: the inverse root of the integer sum of squares is a fixed-point multiplier; the output
    has 7 fractional bits, zero point 0 (int8) or 128 (uint8).

    References
    ----------
    LiteRT, tflite/kernels/l2norm.cc, internal/reference/l2normalization.h and
    integer_ops/l2normalization.h.
    """
    source, target = context.input(0), context.output
    if source.is_float:
        return kernel_of(_l2_normalize)
    zero = zero_point_of(source)
    low, high = code_limits(target.dtype)
    middle = 128 if target.dtype == np.uint8 else 0

    def normalize(x: Array) -> Array:
        centred = x.astype(np.int64) - zero
        multiplier, shift = inverse_square_root((centred * centred).sum(-1, keepdims=True))
        if middle:
            codes = multiply_by_quantized_multiplier(128 * centred, multiplier, shift) + middle
        else:
            codes = multiply_by_quantized_multiplier(centred, multiplier, shift + 7)
        return np.asarray(np.clip(codes, low, high)).astype(target.dtype)

    return kernel_of(normalize)


def _l2_normalize(x: Array) -> Array:
    norm = np.sqrt(np.square(x).sum(-1, keepdims=True))
    return np.asarray(x / np.maximum(norm, np.float32(1e-6)))
