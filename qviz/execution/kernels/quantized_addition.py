"""ADD and SUB of two quantized operands; see ``pair_rules`` for how a rule becomes a kernel."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from qviz.execution.delegation import Rules
from qviz.execution.fixed_point import (
    Int64Array,
    multiply_by_quantized_multiplier,
    multiply_by_quantized_multiplier_once,
    quantize_multiplier,
    rounding_divide_by_any_pot,
    rounding_divide_by_pot,
    saturating_rounding_doubling_high_mul,
)
from qviz.execution.kernels.operands import (
    Array,
    kernel_of,
    scale_of,
    zero_point_of,
)
from qviz.execution.kernels.pair_rules import (
    Rule,
    clamped,
    kernel_of_rule,
    rescale,
    shifted_and_rescaled,
    wrap_int16,
)
from qviz.execution.kernels.registry import Context, Kernel
from qviz.execution.kernels.vector_code import in_vectors

_F32 = np.float32


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

    return kernel_of_rule(context, rule)


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
    shifts = right_shifts(s1, s2, s) if is_wide else None
    if shifts is not None and context.option("pot_scale_int16", True):
        right1, right2 = shifts
        return kernel_of_rule(
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
        scales = [shifted_and_rescaled(t, left_shift, r / twice) for t, r in operands]
        return _prepare_enlarged_difference(context, scales, multiplier, shift)

    def rule_by(scale: Callable[..., Int64Array]) -> Rule:
        scale_first = shifted_and_rescaled(first, left_shift, s1 / twice, scale)
        scale_second = shifted_and_rescaled(second, left_shift, s2 / twice, scale)

        def rule(a: Array, b: Array) -> Int64Array:
            codes = rescale(combine(scale_first(a), scale_second(b)), multiplier, shift)
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
        return wrap_int16(vectors(a, b))

    return kernel_of_rule(context, rule, in_16_bits if sign > 0 else None)


def _scale_and_truncate(x: ArrayLike, multiplier: int, shift: int) -> Int64Array:
    """`multiply_by_quantized_multiplier` without the second rounding, of factors below 1."""
    return saturating_rounding_doubling_high_mul(x, multiplier) >> -shift


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
        return kernel_of(clamped(context, singly))
    return kernel_of(in_vectors(first, 4, clamped(context, in_fours), clamped(context, singly)))


def right_shifts(first: float, second: float, result: float) -> tuple[int, int] | None:
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
