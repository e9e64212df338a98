"""Activations of codes.

Operators of one operand become tables of all its 256 or 65,536 codes, computed once with the exact
rule.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np

from qviz.execution.delegation import Rules
from qviz.execution.fixed_point import (
    Int64Array,
    code_limits,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    reduce_multiplier,
    round_half_away_float32,
    rounding_divide_by_pot,
    wrap_int32,
)
from qviz.execution.kernels.fixed_point_int16 import sigmoid_table, tanh_table
from qviz.execution.kernels.interpolation import real_table
from qviz.execution.kernels.operands import (
    Array,
    all_codes,
    kernel_of,
    lookup,
    scale_of,
    zero_point_of,
)
from qviz.execution.kernels.registry import Context, Kernel

_F32 = np.float32


def prepare_tabulated(context: Context, function: Callable[[Array], Array]) -> Kernel:
    """Table of a function of real numbers over all 8-bit codes (see `real_table`)."""
    source, target = context.input(0), context.output
    if source.dtype.itemsize > 1:
        raise context.unsupported(f"TFLite has no {source.dtype} kernel for it")
    halves_even = context.rules is Rules.XNNPACK
    table = real_table(source, target, function, halves_even=halves_even)
    return kernel_of(lookup(table, source.dtype))


def prepare_rule(
    context: Context, rule: Callable[[Int64Array], Int64Array], low: int, high: int
) -> Kernel:
    """Kernel of a rule from int64 codes to int64 codes, as a table of all of them."""
    source, dtype = context.input(0).dtype, context.output.dtype
    codes = np.asarray(np.clip(rule(all_codes(source)), low, high))
    return kernel_of(lookup(codes.astype(dtype), source))


def prepare_relu_codes(context: Context, low: float, high: float) -> Kernel:
    """Clamp of codes: ``clip(z_out + REQ(q - z_in, scale_in / scale_out), q(low), q(high))``.

    References
    ----------
    LiteRT, tflite/kernels/activations.cc, QuantizedReluX.
    """
    source, target = context.input(0), context.output
    smallest, largest = code_limits(target.dtype)
    z_in, z_out = zero_point_of(source), zero_point_of(target)

    def code(value: float) -> int:
        steps = float(round_half_away_float32(_F32(value) / scale_of(target)))
        # What a scale next to 0 brings out of int32 is cast to its smallest number, and wraps.
        whole = int(steps) if -(1 << 31) <= steps < 1 << 31 else -(1 << 31)
        return int(wrap_int32(np.array(z_out + whole)))

    lowest = max(smallest, code(low))
    highest = largest if math.isinf(high) else min(largest, code(high))
    multiplier, shift = quantize_multiplier(float(_F32(scale_of(source) / scale_of(target))))
    return prepare_rule(
        context,
        lambda q: multiply_by_quantized_multiplier(q - z_in, multiplier, shift) + z_out,
        lowest,
        highest,
    )


def prepare_leaky_relu_codes(context: Context, alpha: np.float32) -> Kernel:
    """``z_out + REQ(d, m)`` of ``d = q - z_in``, m = s_in / s_out or, below 0, alpha s_in / s_out.

    XNNPACK takes both multipliers with 8 bits behind the point.

    References
    ----------
    LiteRT, tflite/kernels/internal/reference/leaky_relu.h, QuantizeLeakyRelu; XNNPACK,
    src/qs8-vlrelu.
    """
    source, target = context.input(0), context.output
    low, high = code_limits(target.dtype)
    z_in, z_out = zero_point_of(source), zero_point_of(target)
    s_in, s_out = scale_of(source), scale_of(target)
    if context.rules is Rules.XNNPACK:
        ratio = _F32(s_in / s_out)
        slopes = [int(np.rint(_F32(256) * m)) for m in (ratio, _F32(ratio * alpha))]

        def coarse(q: Int64Array) -> Int64Array:
            d = q - z_in
            slope = np.where(d > 0, *slopes)
            codes: Int64Array = ((d * 128 * slope + (1 << 14)) >> 15) + z_out
            return codes

        return prepare_rule(context, coarse, low, high)
    m, e = quantize_multiplier(float(_F32(s_in / s_out)))
    # A negative slope flips the sign of the multiplier only.
    slope = float(_F32(_F32(s_in * alpha) / s_out))
    m_alpha, e_alpha = quantize_multiplier(abs(slope))
    m_alpha = int(math.copysign(m_alpha, slope))

    def rule(q: Int64Array) -> Int64Array:
        d = q - z_in
        positive = multiply_by_quantized_multiplier(d, m, e)
        negative = multiply_by_quantized_multiplier(d, m_alpha, e_alpha)
        return np.where(d >= 0, positive, negative) + z_out

    return prepare_rule(context, rule, low, high)


def prepare_prelu_codes(context: Context) -> Kernel:
    """``z + REQ(d, s_x / s)`` where ``d = q - z_x`` >= 0, else ``z + REQ(d a, s_x s_a / s)``.

    a is the code of alpha less its zero point; the multipliers are computed in float32.

    References
    ----------
    LiteRT, tflite/kernels/activations.cc, PreluPrepare, and internal/reference/prelu.h.
    """
    source, slopes, target = context.input(0), context.input(1), context.output
    if slopes.dtype.itemsize > 1:
        # The kernel reads their bytes as int8.
        raise context.unsupported(f"TFLite has no kernel for {slopes.dtype} slopes")
    low, high = code_limits(target.dtype)
    z_in, z_alpha, z_out = (zero_point_of(t) for t in (source, slopes, target))
    s_in, s_alpha, s_out = (scale_of(t) for t in (source, slopes, target))
    m, e = quantize_multiplier(float(_F32(s_in / s_out)))
    m_alpha, e_alpha = quantize_multiplier(float(_F32(_F32(s_in * s_alpha) / s_out)))

    def prelu(x: Array, alpha: Array) -> Array:
        d = x.astype(np.int64) - z_in
        a = alpha.astype(np.int64) - z_alpha
        positive = multiply_by_quantized_multiplier(d, m, e)
        negative = multiply_by_quantized_multiplier(d * a, m_alpha, e_alpha)
        codes = np.where(d >= 0, positive, negative) + z_out
        return np.asarray(np.clip(codes, low, high)).astype(target.dtype)

    return kernel_of(prelu)


def prepare_hard_swish_codes(context: Context) -> Kernel:
    """Hard swish in 16-bit fixed point, with multipliers reduced to 15 bits.

    The centred code gains 7 bits; one copy is scaled to the output, one to [-1, 1] for the clamp
    at ±3; their product, halved and truncated, is the result before the last shift.

    References
    ----------
    LiteRT, tflite/kernels/internal/reference/hard_swish.h and activations.cc, HardSwishPrepare.
    """
    source, target = context.input(0), context.output
    if source.dtype.itemsize > 1:
        raise context.unsupported(f"TFLite has no {source.dtype} kernel for it")
    low, high = code_limits(target.dtype)
    z_in, z_out = zero_point_of(source), zero_point_of(target)
    fine = _F32(_F32(1 / 128) * scale_of(source))
    out_factor, out_exponent = _reduced(float(_F32(fine / scale_of(target))))
    clamp_factor, clamp_exponent = _reduced(float(_F32(fine / _F32(3 / 32768))))

    def rule(q: Int64Array) -> Int64Array:
        wide = (q - z_in) << 7
        scaled = _rounding_product_16(wide, out_factor)
        clamped = wide
        if clamp_exponent > 0:
            clamped = _saturate_16(clamped << (clamp_exponent - 1))
        clamped = _rounding_product_16(clamped, clamp_factor)
        if clamp_exponent > 0:
            clamped = _saturate_16(clamped << 1)
        if clamp_exponent < 0:
            clamped = rounding_divide_by_pot(clamped, -clamp_exponent)
        halved = (clamped + (1 << 15)) >> 1
        product = _divide_towards_zero(halved * scaled, 15)
        return rounding_divide_by_pot(product, -out_exponent) + z_out

    return prepare_rule(context, rule, low, high)


def _reduced(real: float) -> tuple[int, int]:
    multiplier, shift = quantize_multiplier(real)
    reduced, _ = reduce_multiplier(multiplier, shift)
    return int(reduced), shift


def _saturate_16(x: Int64Array) -> Int64Array:
    return np.clip(x, -(1 << 15), (1 << 15) - 1)


def _rounding_product_16(x: Int64Array, factor: int) -> Int64Array:
    """``x factor / 2**15``, rounded half up, saturated to 16 bits."""
    product = x * factor
    nudge = np.where(product >= 0, 1 << 14, 1 - (1 << 14))
    return _saturate_16(_divide_towards_zero(product + nudge, 15))


def _divide_towards_zero(x: Int64Array, exponent: int) -> Int64Array:
    quotient: Int64Array = np.sign(x) * (np.abs(x) >> exponent)
    return quotient


def prepare_sigmoid_int16(context: Context) -> Kernel:
    """LOGISTIC and TANH of 16-bit codes, interpolated in a table of 256 sigmoids 1/24 apart.

    The code is scaled so that 2^9 units (sigmoid) or 2^8 (tanh) are one step of the table. Where
    the scale is 2^-12 (or 2^-11 for tanh) the optimized kernels compute in fixed point instead.

    References
    ----------
    LiteRT, tflite/kernels/internal/reference/integer_ops/logistic.h, tanh.h; the multiplier is
    that of activations.cc, SigmoidPrepare and TanhPrepare.
    """
    is_tanh = context.operator.kind == "TANH"
    scale, dtype = float(scale_of(context.input(0))), context.input(0).dtype
    codes = all_codes(dtype)
    doublings = _doublings(scale, is_tanh)
    if doublings is not None and context.rules is Rules.OPTIMIZED:
        fine = tanh_table(3) if is_tanh else sigmoid_table()
        return kernel_of(lookup(fine[_saturate_16(codes << doublings) + (1 << 15)], dtype))
    factor, shift = _input_scaling(scale) if doublings is None else (3 << doublings, 0)
    half = (1 << shift) >> 1
    function = _tanh_of_position if is_tanh else _sigmoid_of_position
    # The C code has 32 bits for the product, which codes of scales above 5 leave.
    table = function(wrap_int32(codes * factor + half) >> shift).astype(np.int16)
    return kernel_of(lookup(table, dtype))


def _doublings(scale: float, is_tanh: bool) -> int | None:
    """By which power of two the scale is above 2^-12: 0, for tanh also 1; else None.

    References
    ----------
    LiteRT, tflite/kernels/internal/quantization_util.cc, CheckedLog2, with its tolerance.
    """
    exponent = math.log2(scale) + 12
    nearest = round(exponent)
    if abs(exponent - nearest) >= 1e-3 or nearest not in ((0, 1) if is_tanh else (0,)):
        return None
    return nearest


def _input_scaling(scale: float) -> tuple[int, int]:
    """Factor and right shift that bring codes to the table's units.

    Three times the scale in units of 2^-12, normalised to 15 bits and truncated.
    """
    factor, shift = scale * 4096 * 3, 0
    while factor <= 32767 / 2 and shift <= 30:
        shift += 1
        factor *= 2
    return int(factor), shift


@cache
def _sigmoid_table() -> Int64Array:
    """``sigmoid(i / 24)`` in Q0.16, raised by half the error that a chord has at its middle.

    Reproduces the table that is built into the kernels.
    """

    def sigmoid(x: Array) -> Array:
        return np.asarray(65536 / (1 + np.exp(-x)))

    i = np.arange(256)
    value, following = sigmoid(i / 24), sigmoid((i + 1) / 24)
    error = sigmoid((i + 0.5) / 24) - (value + following) / 2
    table = np.rint(value + error / 2).astype(np.int64)
    table[255] = 65535
    return table


def _interpolate(position: Int64Array, bits: int, beyond: int) -> Int64Array:
    """Table value times 2**bits at a position that counts 2**bits for each step."""
    table = _sigmoid_table()
    index = position >> bits
    start = np.minimum(index, 254)
    slope = table[start + 1] - table[start]
    inside = (table[start] << bits) + (position & ((1 << bits) - 1)) * slope
    return np.where(index >= 255, beyond << bits, inside)


def _sigmoid_of_position(d: Int64Array) -> Int64Array:
    # Beyond the table: 0x7FFF in Q0.15, one bit more than the table's steps of 9 bits.
    result = _interpolate(np.abs(d), 9, 0x7FFF << 1)
    rounded: Int64Array = np.where(d >= 0, result + 512, (1 << 25) - result + 511) >> 10
    return rounded


def _tanh_of_position(d: Int64Array) -> Int64Array:
    result = _interpolate(np.abs(d), 8, 0xFFFF)
    rounded: Int64Array = np.where(d >= 0, result - (1 << 23) + 128, (1 << 23) - result + 127) >> 8
    return rounded
