"""MUL, DIV, MAXIMUM, MINIMUM and SQUARED_DIFFERENCE of two quantized operands.

See ``pair_rules`` for how a rule becomes a kernel, and ``quantized_addition`` for ADD and SUB.
"""

from __future__ import annotations

import numpy as np

from qviz.execution.delegation import Rules
from qviz.execution.fixed_point import (
    Int64Array,
    quantize_multiplier,
    rounding_divide_by_any_pot,
    saturating_rounding_doubling_high_mul,
)
from qviz.execution.kernels.fixed_point_functions import leading_zeros, reciprocal_of_one_plus
from qviz.execution.kernels.interpolation import real_table
from qviz.execution.kernels.operands import (
    Array,
    kernel_of,
    lookup,
    scale_of,
    zero_point_of,
)
from qviz.execution.kernels.pair_rules import (
    kernel_of_rule,
    rescale,
    shifted_and_rescaled,
    wrap_int16,
)
from qviz.execution.kernels.registry import Context, Kernel
from qviz.execution.kernels.requantization import code_range
from qviz.execution.kernels.vector_code import run_of

_F32 = np.float32


def prepare_quantized_mul(context: Context) -> Kernel:
    """Product: ``z + REQ(q1 q2, s1 s2 / s)``, the multiplier computed in float32.

    XNNPACK multiplies by the ratio itself in float32 and rounds halves to even; of a product of a
    value with itself it makes a table of squares of real numbers.

    References
    ----------
    LiteRT, tflite/kernels/mul.cc and internal/reference/integer_ops/mul.h; XNNPACK, src/qs8-vmul.
    """
    if context.rules is Rules.XNNPACK and context.operator.inputs[0] == context.operator.inputs[1]:
        return _prepare_square(context)
    s1, s2, s = (scale_of(t) for t in (context.input(0), context.input(1), context.output))
    z1, z2, z = (zero_point_of(t) for t in (context.input(0), context.input(1), context.output))
    ratio = _F32(_F32(s1 * s2) / s)
    m, e = quantize_multiplier(float(ratio))

    def nearest_even(a: Array, b: Array) -> Int64Array:
        product = (a.astype(np.int64) - z1) * (b.astype(np.int64) - z2)
        codes: Int64Array = np.rint(product.astype(_F32) * ratio).astype(np.int64) + z
        return codes

    def rule(a: Array, b: Array) -> Int64Array:
        codes = rescale((a.astype(np.int64) - z1) * (b.astype(np.int64) - z2), m, e)
        codes += z
        return codes

    def in_16_bits(a: Array, b: Array) -> Int64Array:
        # What leaves 16 bits saturates, then the zero point wraps it; all of it wraps in uint8
        # products with a single number. Factors beyond 2**31 shift everything out.
        scaled = (rule(a, b) - z) * (e < 32)
        if not wraps:
            np.clip(scaled, -(1 << 15), (1 << 15) - 1, out=scaled)
        return wrap_int16(scaled + z)

    if context.rules is Rules.XNNPACK:
        return kernel_of_rule(context, nearest_even)
    _, is_single = run_of(context.input(0), context.input(1))
    wraps = is_single and context.output.dtype == np.uint8
    return kernel_of_rule(context, rule, in_16_bits)


def _prepare_square(context: Context) -> Kernel:
    source, target = context.input(0), context.output
    table = real_table(source, target, np.square, halves_even=True)
    squares = lookup(np.clip(table, *code_range(context)).astype(target.dtype), source.dtype)
    return kernel_of(lambda a, _: squares(a))


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

    def rule(a: Array, b: Array) -> Int64Array:
        dividend, divisor = np.broadcast_arrays(a.astype(np.int64) - z1, b.astype(np.int64) - z2)
        dividend = np.where(divisor < 0, -dividend, dividend)
        divisor = np.maximum(np.abs(divisor), 1)
        zeros = leading_zeros(divisor)
        reciprocal = reciprocal_of_one_plus((divisor << zeros) - (1 << 31))
        magnitude = np.where(dividend < 0, 2 * -dividend - 1, 2 * dividend)
        headroom = np.where(dividend < 0, leading_zeros(magnitude), leading_zeros(dividend) - 1)
        quotient = saturating_rounding_doubling_high_mul(dividend << headroom, reciprocal)
        shift = e - (31 - zeros) - headroom
        scaled = saturating_rounding_doubling_high_mul(quotient, m)
        return rounding_divide_by_any_pot(scaled, -shift) + z

    return kernel_of_rule(context, rule)


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
    first, second, target = context.input(0), context.input(1), context.output
    s1, s2, s = (float(scale_of(t)) for t in (first, second, target))
    twice = 2 * max(s1, s2)
    scale_first = shifted_and_rescaled(first, 7, s1 / twice)
    scale_second = shifted_and_rescaled(second, 7, s2 / twice)
    multiplier, shift = quantize_multiplier(twice * twice / (2.0**14 * s))

    def rule(a: Array, b: Array) -> Int64Array:
        difference = scale_first(a) - scale_second(b)
        return rescale(difference * difference, multiplier, shift) + zero_point_of(target)

    return kernel_of_rule(context, rule)
