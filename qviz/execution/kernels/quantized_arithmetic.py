"""Operators of two quantized operands: ADD, SUB, MUL, DIV, MAXIMUM, SQUARED_DIFFERENCE.

Two operands of 8 bits have 65,536 pairs of codes: their results are computed once, with the exact
rule, and then looked up. Operands of 16 bits are computed each time.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from qviz.execution.fixed_point import (
    Int64Array,
    activation_range,
    code_limits,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    rounding_divide_by_pot,
    saturating_rounding_doubling_high_mul,
)
from qviz.execution.kernels.fixed_point_functions import leading_zeros, reciprocal_of_one_plus
from qviz.execution.kernels.operands import (
    Array,
    all_codes,
    kernel_of,
    scale_of,
    zero_point_of,
)
from qviz.execution.kernels.registry import Context, Kernel

# Real-valued codes, before clamp and cast, of two arrays of int64 codes.
Rule = Callable[[Int64Array, Int64Array], Int64Array]


def _kernel_of_rule(context: Context, rule: Rule) -> Kernel:
    """Kernel that computes `rule`, clamps to the fused activation and casts."""
    dtype = context.output.dtype
    low, high = activation_range(context.operator.activation, context.output)

    def compute(a: Array, b: Array) -> Array:
        codes = rule(a.astype(np.int64), b.astype(np.int64))
        return np.asarray(np.clip(codes, low, high)).astype(dtype)

    first, second = context.input(0).dtype, context.input(1).dtype
    if first.itemsize > 1 or second.itemsize > 1:
        return kernel_of(compute)
    table = compute(all_codes(first)[:, None], all_codes(second)).reshape(-1)
    offset = np.int32(-256 * code_limits(first)[0] - code_limits(second)[0])

    def look_up(a: Array, b: Array) -> Array:
        return np.take(table, (a.astype(np.int32) * 256 + offset) + b)

    return kernel_of(look_up)


def prepare_quantized_add(context: Context) -> Kernel:
    """Sum or difference: ``z + REQ(REQ(q1 << L, s1 / t) ± REQ(q2 << L, s2 / t), t / 2^L s)``.

    q1, q2 are codes minus zero points, t is twice the larger scale, L is 20 for 8 bits and 15 for
    16. With 16 bits, scales that are all powers of two and ``pot_scale_int16`` the operand of the
    smaller scale is shifted right, halves away from zero, and the sum saturates.

    References
    ----------
    LiteRT, tflite/kernels/add.cc, sub.cc, internal/reference/add.h, sub.h.
    """
    s1, s2, s = (float(scale_of(t)) for t in (context.input(0), context.input(1), context.output))
    z1, z2, z = (zero_point_of(t) for t in (context.input(0), context.input(1), context.output))
    sign = -1 if context.operator.kind == "SUB" else 1
    is_wide = context.output.dtype.itemsize > 1
    if is_wide and context.option("pot_scale_int16", True) and _are_powers_of_two(s1, s2, s):
        shift1, shift2 = (round(math.log2(s / x)) for x in (s1, s2))
        return _kernel_of_rule(
            context,
            lambda a, b: (
                rounding_divide_by_pot(a, shift1) + sign * rounding_divide_by_pot(b, shift2)
            ),
        )
    left_shift = 15 if is_wide else 20
    twice = 2 * max(s1, s2)
    m1, e1 = quantize_multiplier(s1 / twice)
    m2, e2 = quantize_multiplier(s2 / twice)
    m, e = quantize_multiplier(twice / (2.0**left_shift * s))

    def rule(a: Int64Array, b: Int64Array) -> Int64Array:
        x = multiply_by_quantized_multiplier((a - z1) << left_shift, m1, e1)
        y = multiply_by_quantized_multiplier((b - z2) << left_shift, m2, e2)
        return multiply_by_quantized_multiplier(x + sign * y, m, e) + z

    return _kernel_of_rule(context, rule)


def _are_powers_of_two(*scales: float) -> bool:
    return all(math.frexp(scale)[0] == 0.5 for scale in scales)


def prepare_quantized_mul(context: Context) -> Kernel:
    """Product: ``z + REQ(q1 q2, s1 s2 / s)``, the multiplier computed in float32.

    References
    ----------
    LiteRT, tflite/kernels/mul.cc and internal/reference/integer_ops/mul.h.
    """
    s1, s2, s = (scale_of(t) for t in (context.input(0), context.input(1), context.output))
    z1, z2, z = (zero_point_of(t) for t in (context.input(0), context.input(1), context.output))
    m, e = quantize_multiplier(float(np.float32(np.float32(s1 * s2) / s)))
    return _kernel_of_rule(
        context, lambda a, b: multiply_by_quantized_multiplier((a - z1) * (b - z2), m, e) + z
    )


def prepare_quantized_div(context: Context) -> Kernel:
    """Quotient of codes by a fixed-point reciprocal; the real value 0 divides as its neighbour.

    The divisor is normalised to [1, 2) and inverted by `reciprocal_of_one_plus`; the dividend is
    shifted left by its headroom; their product is rescaled by ``s1 / (s2 s)`` and all shifts are
    undone at once.

    References
    ----------
    LiteRT, tflite/kernels/div.cc and internal/reference/div.h.
    """
    s1, s2, s = (scale_of(t) for t in (context.input(0), context.input(1), context.output))
    z1, z2, z = (zero_point_of(t) for t in (context.input(0), context.input(1), context.output))
    m, e = quantize_multiplier(float(np.float32(s1 / np.float32(s2 * s))))

    def rule(a: Int64Array, b: Int64Array) -> Int64Array:
        dividend, divisor = np.broadcast_arrays(a - z1, b - z2)
        dividend = np.where(divisor < 0, -dividend, dividend)
        divisor = np.maximum(np.abs(divisor), 1)
        zeros = leading_zeros(divisor)
        reciprocal = reciprocal_of_one_plus((divisor << zeros) - (1 << 31))
        magnitude = np.where(dividend < 0, 2 * -dividend - 1, 2 * dividend)
        headroom = np.where(dividend < 0, leading_zeros(magnitude), leading_zeros(dividend) - 1)
        quotient = saturating_rounding_doubling_high_mul(dividend << headroom, reciprocal)
        shift = e - (31 - zeros) - headroom
        scaled = saturating_rounding_doubling_high_mul(quotient, m)
        return _divide_by_pot_as_x86(scaled, -shift) + z

    return _kernel_of_rule(context, rule)


def _divide_by_pot_as_x86(x: Int64Array, exponent: Int64Array) -> Int64Array:
    """`rounding_divide_by_pot` where the exponent may leave int32.

    Quotients far below one step ask for that. The C code has no meaning then; x86 shifts by the
    exponent modulo 32, and the mask of all ones rounds up whatever is not negative.
    """
    beyond = exponent > 31
    within: Int64Array = rounding_divide_by_pot(x, np.where(beyond, 31, exponent))
    wrapped = (x >> (exponent & 31)) + (x >= 0)
    return np.where(beyond, wrapped, within)


def prepare_quantized_extremum(context: Context) -> Kernel:
    """Larger or smaller code; all scales and zero points are the same.

    References
    ----------
    LiteRT, tflite/kernels/maximum_minimum.cc.
    """
    return kernel_of(np.maximum if context.operator.kind == "MAXIMUM" else np.minimum)


def prepare_quantized_squared_difference(context: Context) -> Kernel:
    """``z + REQ((REQ(q1 << 7, s1 / t) - REQ(q2 << 7, s2 / t))^2, t^2 / 2^14 s)``.

    t is twice the larger scale.

    References
    ----------
    LiteRT, tflite/kernels/squared_difference.cc.
    """
    s1, s2, s = (float(scale_of(t)) for t in (context.input(0), context.input(1), context.output))
    z1, z2, z = (zero_point_of(t) for t in (context.input(0), context.input(1), context.output))
    twice = 2 * max(s1, s2)
    m1, e1 = quantize_multiplier(s1 / twice)
    m2, e2 = quantize_multiplier(s2 / twice)
    m, e = quantize_multiplier(twice * twice / (2.0**14 * s))

    def rule(a: Int64Array, b: Int64Array) -> Int64Array:
        x = multiply_by_quantized_multiplier((a - z1) << 7, m1, e1)
        y = multiply_by_quantized_multiplier((b - z2) << 7, m2, e2)
        return multiply_by_quantized_multiplier((x - y) * (x - y), m, e) + z

    return _kernel_of_rule(context, rule)
