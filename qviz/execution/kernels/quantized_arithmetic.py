"""Operators of two quantized operands: ADD, SUB, MUL, DIV, MAXIMUM, SQUARED_DIFFERENCE.

Two operands of 8 bits have 65,536 pairs of codes: their results are computed once, with the exact
rule, and then looked up. With 16 bits each operand alone is looked up, and the rest computed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from qviz.execution.delegation import Rules
from qviz.execution.fixed_point import (
    Int64Array,
    code_limits,
    multiply_by_quantized_multiplier,
    multiply_by_quantized_multiplier_once,
    quantize_multiplier,
    rounding_divide_by_any_pot,
    rounding_divide_by_pot,
    saturating_rounding_doubling_high_mul,
)
from qviz.execution.kernels.fixed_point_functions import leading_zeros, reciprocal_of_one_plus
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
from qviz.execution.kernels.requantization import code_range
from qviz.execution.kernels.vector_code import in_vectors, run_of
from qviz.graph import Tensor

_F32 = np.float32

# Codes of the result, before clamp and cast, of two arrays of codes.
Rule = Callable[[Array, Array], Int64Array]


def _kernel_of_rule(context: Context, rule: Rule, in_whole_vectors: Rule | None = None) -> Kernel:
    """Kernel that computes `rule`, clamps to the fused activation and casts.

    The optimized kernels of 8 bits compute whole vectors by the rule `in_whole_vectors`.
    """
    first, second = context.input(0), context.input(1)
    if first.dtype.itemsize > 1 or second.dtype.itemsize > 1:
        return kernel_of(_clamped(context, rule))
    plain = _tabulated(context, rule)
    if in_whole_vectors is None or context.rules is not Rules.OPTIMIZED:
        return kernel_of(plain.look_up)
    vectors = _tabulated(context, in_whole_vectors)
    if np.array_equal(plain.codes, vectors.codes):
        return kernel_of(plain.look_up)
    run, is_single = run_of(first, second)
    is_sum = context.operator.kind == "ADD"
    lanes = 8 if context.output.dtype == np.uint8 or (is_single and is_sum) else 16
    compute = in_vectors(context.output, lanes, vectors.look_up, plain.look_up, run)
    return kernel_of(lambda a, b: compute(*np.broadcast_arrays(a, b)))


@dataclass(frozen=True, slots=True, eq=False)
class _PairTable:
    """Codes of the result for all pairs of 8-bit codes."""

    codes: Array
    offset: np.int32

    def look_up(self, a: Array, b: Array) -> Array:
        return np.take(self.codes, (a.astype(np.int32) * 256 + self.offset) + b)


def _tabulated(context: Context, rule: Rule) -> _PairTable:
    first, second = context.input(0).dtype, context.input(1).dtype
    rows, columns = all_codes(first).astype(first), all_codes(second).astype(second)
    codes = _clamped(context, rule)(rows[:, None], columns).reshape(-1)
    return _PairTable(codes, np.int32(-256 * code_limits(first)[0] - code_limits(second)[0]))


def _clamped(context: Context, rule: Rule) -> Rule:
    """`rule`, clamped to the fused activation and cast to the type of the output."""
    dtype = context.output.dtype
    low, high = code_range(context)

    def compute(a: Array, b: Array) -> Array:
        codes = rule(a, b)
        np.clip(codes, low, high, out=codes)
        return codes.astype(dtype)

    return compute


def _rescale(x: Int64Array, multiplier: int, shift: int) -> Int64Array:
    """`multiply_by_quantized_multiplier` of int32 values in place, for shifts to the right."""
    if shift > 0:
        return multiply_by_quantized_multiplier(x, multiplier, shift)
    x *= multiplier
    x += 1 << 30
    x >>= 31
    if shift < 0:
        # Halves away from zero: less by one for negative numbers, then halves up.
        x += x >> 63
        x += 1 << (-shift - 1)
        x >>= -shift
    return x


def _shifted_and_rescaled(
    tensor: Tensor,
    left_shift: int,
    real: float,
    scale: Callable[..., Int64Array] = multiply_by_quantized_multiplier,
) -> Callable[[Array], Array]:
    """Look ``REQ((q - zero_point) << left_shift, real)`` up; REQ is `scale`."""
    multiplier, shift = quantize_multiplier(real)
    shifted = (all_codes(tensor.dtype) - zero_point_of(tensor)) << left_shift
    table = scale(shifted, multiplier, shift)
    return lookup(table, tensor.dtype)


def prepare_quantized_add(context: Context) -> Kernel:
    """Sum or difference, by the rules that the operator follows."""
    if context.rules is Rules.XNNPACK:
        return _prepare_xnnpack_add(context)
    return _prepare_builtin_add(context)


def _prepare_xnnpack_add(context: Context) -> Kernel:
    """Sum or difference: ``z + ((2^(n-1) + m1 q1 ± m2 q2) >> n)``.

    q1, q2 are codes minus zero points; m1, m2 are the operands' scales over the output's, in
    fixed point with n bits behind the point, chosen so that the larger has 21 bits.

    References
    ----------
    XNNPACK, src/microparams-init.c, xnn_init_qs8_add_minmax_scalar_params, and src/qs8-vadd.
    """
    first, second, target = context.input(0), context.input(1), context.output
    ratios = [float(_F32(scale_of(t) / scale_of(target))) for t in (first, second)]
    shift = 20 - (math.frexp(max(ratios))[1] - 1)
    m1, m2 = (round(ratio * 2.0**shift) for ratio in ratios)
    if context.operator.kind == "SUB":
        m2 = -m2
    z1, z2, z = (zero_point_of(t) for t in (first, second, target))
    half = 1 << (shift - 1)

    def rule(a: Array, b: Array) -> Int64Array:
        total = (a.astype(np.int64) - z1) * m1 + (b.astype(np.int64) - z2) * m2
        codes: Int64Array = ((total + half) >> shift) + z
        return codes

    return _kernel_of_rule(context, rule)


def _prepare_builtin_add(context: Context) -> Kernel:
    """Sum or difference: ``z + REQ(REQ(q1 << L, s1 / t) ± REQ(q2 << L, s2 / t), t / 2^L s)``.

    q1, q2 are codes minus zero points, t is twice the larger scale, L is 20 for 8 bits and 15 for
    16. With 16 bits, scales that are all powers of two and ``pot_scale_int16`` the operand of the
    smaller scale is shifted right, halves away from zero, and the sum saturates. The optimized
    kernel for 16 bits rounds both operands once instead of twice, in vectors of 16 codes of
    operands that do not broadcast. That for 8 bits wraps sums beyond 16 bits, in some of its
    loops; this is not repeated, it takes a scale 128 times that of the result.

    References
    ----------
    LiteRT, tflite/kernels/add.cc, sub.cc, internal/reference/add.h, sub.h.
    """
    first, second, target = context.input(0), context.input(1), context.output
    s1, s2, s = (float(scale_of(t)) for t in (first, second, target))
    sign = -1 if context.operator.kind == "SUB" else 1
    is_wide = target.dtype.itemsize > 1
    shifts = _right_shifts(s1, s2, s) if is_wide else None
    if shifts is not None and context.option("pot_scale_int16", True):
        right1, right2 = shifts
        return _kernel_of_rule(
            context,
            lambda a, b: (
                rounding_divide_by_pot(a, right1) + sign * rounding_divide_by_pot(b, right2)
            ),
        )
    left_shift = 15 if is_wide else 20
    twice = 2 * max(s1, s2)
    operands = ((first, s1), (second, s2))
    multiplier, shift = quantize_multiplier(twice / (2.0**left_shift * s))
    z, combine = zero_point_of(target), np.add if sign > 0 else np.subtract
    if sign < 0 and shift > 0:
        scales = [_shifted_and_rescaled(t, left_shift, r / twice) for t, r in operands]
        return _prepare_enlarged_difference(context, scales, multiplier, shift)

    def rule_by(scale: Callable[..., Int64Array]) -> Rule:
        scale_first = _shifted_and_rescaled(first, left_shift, s1 / twice, scale)
        scale_second = _shifted_and_rescaled(second, left_shift, s2 / twice, scale)

        def rule(a: Array, b: Array) -> Int64Array:
            codes = _rescale(combine(scale_first(a), scale_second(b)), multiplier, shift)
            codes += z
            return codes

        return rule

    rule = rule_by(multiply_by_quantized_multiplier)
    if context.rules is Rules.OPTIMIZED and is_wide and sign > 0 and first.shape == second.shape:
        rule = in_vectors(first, 16, rule_by(multiply_by_quantized_multiplier_once), rule)

    # The vector code scales operands in a way of its own: int8 rounds once, uint8 truncates.
    is_signed = target.dtype == np.int8
    vectors = rule_by(multiply_by_quantized_multiplier_once if is_signed else _scale_and_truncate)

    def in_16_bits(a: Array, b: Array) -> Int64Array:
        return _wrap_int16(vectors(a, b))

    return _kernel_of_rule(context, rule, in_16_bits if sign > 0 else None)


def _scale_and_truncate(x: ArrayLike, multiplier: int, shift: int) -> Int64Array:
    """`multiply_by_quantized_multiplier` without the second rounding, of factors below 1."""
    return saturating_rounding_doubling_high_mul(x, multiplier) >> -shift


def _wrap_int16(x: Int64Array) -> Int64Array:
    return x.astype(np.int16).astype(np.int64)


def _prepare_enlarged_difference(
    context: Context, scales: list[Callable[[Array], Array]], multiplier: int, shift: int
) -> Kernel:
    """SUB with a factor above 1, for which its formula is not made (ADD aborts there).

    The last step is a rounding division by ``2**-shift``. In vectors of four elements x86 then
    shifts the sign alone in, so that little but -1 and 1 comes out; see also
    `rounding_divide_by_any_pot`, which holds for what is left over and for operands that are
    broadcast.
    """
    first, second, z = context.input(0), context.input(1), zero_point_of(context.output)
    exponent = -shift & 63
    # The kernel for 8 bits keeps the mask in vectors, too.
    mask = -1 if exponent > 31 or first.dtype.itemsize == 1 else (1 << exponent) - 1

    def enlarged(a: Array, b: Array) -> Int64Array:
        return saturating_rounding_doubling_high_mul(scales[0](a) - scales[1](b), multiplier)

    def in_fours(a: Array, b: Array) -> Int64Array:
        x = enlarged(a, b)
        sign = x >> 63
        codes: Int64Array = sign + ((x & mask) > (mask >> 1) - sign) + z
        return codes

    def singly(a: Array, b: Array) -> Int64Array:
        return rounding_divide_by_any_pot(enlarged(a, b), -shift) + z

    if first.shape != second.shape:
        return kernel_of(_clamped(context, singly))
    return kernel_of(in_vectors(first, 4, _clamped(context, in_fours), _clamped(context, singly)))


def _right_shifts(first: float, second: float, result: float) -> tuple[int, int] | None:
    """Shifts that bring two scales to the result's; None unless all are powers of two.

    References
    ----------
    LiteRT, tflite/kernels/internal/quantization_util.cc, CheckedLog2, with its tolerance. A shift
    to the left, which the interpreter refuses, gives None, too.
    """
    exact = [math.log2(scale) for scale in (first, second, result)]
    whole = [round(x) for x in exact]
    if any(abs(x - y) >= 1e-3 for x, y in zip(exact, whole, strict=True)):
        return None
    shifts = whole[2] - whole[0], whole[2] - whole[1]
    return shifts if min(shifts) >= 0 else None


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
        codes = _rescale((a.astype(np.int64) - z1) * (b.astype(np.int64) - z2), m, e)
        codes += z
        return codes

    def in_16_bits(a: Array, b: Array) -> Int64Array:
        # What leaves 16 bits saturates, then the zero point wraps it; all of it wraps in uint8
        # products with a single number. Factors beyond 2**31 shift everything out.
        scaled = (rule(a, b) - z) * (e < 32)
        if not wraps:
            np.clip(scaled, -(1 << 15), (1 << 15) - 1, out=scaled)
        return _wrap_int16(scaled + z)

    if context.rules is Rules.XNNPACK:
        return _kernel_of_rule(context, nearest_even)
    _, is_single = run_of(context.input(0), context.input(1))
    wraps = is_single and context.output.dtype == np.uint8
    return _kernel_of_rule(context, rule, in_16_bits)


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

    return _kernel_of_rule(context, rule)


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
    scale_first = _shifted_and_rescaled(first, 7, s1 / twice)
    scale_second = _shifted_and_rescaled(second, 7, s2 / twice)
    multiplier, shift = quantize_multiplier(twice * twice / (2.0**14 * s))

    def rule(a: Array, b: Array) -> Int64Array:
        difference = scale_first(a) - scale_second(b)
        return _rescale(difference * difference, multiplier, shift) + zero_point_of(target)

    return _kernel_of_rule(context, rule)
