"""Exponential, reciprocal, logarithm and inverse root in fixed point, as gemmlowp has them.

A number of format Qm.n is an int32 that counts units of 2**-n; m + n = 31. All functions work on
int64 arrays that hold such int32 values. Products are `saturating_rounding_doubling_high_mul`, so
that Qa.x times Qb.y has a + b integer bits.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from qviz.execution.fixed_point import (
    Int64Array,
    rounding_divide_by_pot,
    saturating_rounding_doubling_high_mul,
)

_ONE = (1 << 31) - 1

mul = saturating_rounding_doubling_high_mul


def saturate(x: Int64Array) -> Int64Array:
    """Clamp to the range of int32."""
    return np.clip(x, -(1 << 31), _ONE)


def times_power_of_two(x: ArrayLike, exponent: ArrayLike) -> Int64Array:
    """``x * 2**exponent``: saturating to the left, rounding halves away from zero to the right."""
    x, exponent = np.asarray(x, np.int64), np.asarray(exponent, np.int64)
    left = saturate(x << np.maximum(exponent, 0))
    return np.where(exponent >= 0, left, rounding_divide_by_pot(x, np.maximum(-exponent, 0)))


def constant(value: float, integer_bits: int = 0) -> int:
    """`value` in fixed point with the given integer bits."""
    return math.floor(value * 2.0 ** (31 - integer_bits) + 0.5)


def half_sum(a: ArrayLike, b: ArrayLike) -> Int64Array:
    """``(a + b) / 2``, halves away from zero."""
    total = np.asarray(a, np.int64) + np.asarray(b, np.int64)
    return np.where(total >= 0, (total + 1) >> 1, -((1 - total) >> 1))


def leading_zeros(x: ArrayLike) -> Int64Array:
    """Leading zero bits of non-negative int32 values; 32 for 0."""
    _, exponent = np.frexp(np.asarray(x, np.float64))
    return 32 - exponent.astype(np.int64)


def exp_on_negative_values(x: ArrayLike, integer_bits: int = 5) -> Int64Array:
    """``exp(x)`` in Q0.31 of `x` <= 0 with the given integer bits.

    The part of x in [-1/4, 0) goes into a polynomial around -1/8; each higher bit of -x that is
    set multiplies by its own exponential.

    References
    ----------
    gemmlowp, fixedpoint/fixedpoint.h, exp_on_negative_values.
    """
    x = np.asarray(x, np.int64)
    fractional_bits = 31 - integer_bits
    quarter = 1 << (fractional_bits - 2)
    reduced = (x & (quarter - 1)) - quarter
    result = _exp_on_last_quarter(saturate(reduced << integer_bits))
    remainder = reduced - x
    for exponent in range(-2, integer_bits):
        factor = constant(math.exp(-(2.0**exponent)))
        is_set = (remainder >> (fractional_bits + exponent)) & 1
        result = np.where(is_set == 1, mul(result, factor), result)
    return np.where(x == 0, _ONE, result)


def _exp_on_last_quarter(a: Int64Array) -> Int64Array:
    """``exp(a)`` of a in [-1/4, 0), both in Q0.31."""
    x = a + (1 << 28)
    x2 = mul(x, x)
    x3 = mul(x2, x)
    x4 = mul(x2, x2)
    tail = mul(rounding_divide_by_pot(x4, 2) + x3, constant(1 / 3)) + x2
    factor = constant(math.exp(-1 / 8))
    return factor + mul(factor, x + rounding_divide_by_pot(tail, 1))


def reciprocal_of_one_plus(x: ArrayLike) -> Int64Array:
    """``1 / (1 + x)`` of `x` in [0, 1], both in Q0.31, by three Newton steps in Q2.29.

    References
    ----------
    gemmlowp, fixedpoint/fixedpoint.h, one_over_one_plus_x_for_x_in_0_1.
    """
    half_denominator = half_sum(x, _ONE)
    estimate = constant(48 / 17, 2) + mul(half_denominator, constant(-32 / 17, 2))
    for _ in range(3):
        error = (1 << 29) - mul(half_denominator, estimate)
        estimate = estimate + saturate(mul(estimate, error) << 2)
    return saturate(estimate << 1)


def log_of_at_least_one(x: ArrayLike, integer_bits: int, output_integer_bits: int) -> Int64Array:
    """``log(x)`` of `x` >= 1, in fixed point with the integer bits given for each.

    The argument is scaled by a power of two (plus or minus a quarter) into the neighbourhood of
    1, where a rational function gives the logarithm.

    References
    ----------
    LiteRT, tflite/kernels/internal/common.h, log_x_for_x_greater_than_or_equal_to_1_impl.
    """
    z = np.asarray(x, np.int64)
    accumulator_bits = output_integer_bits + 1
    root = math.sqrt(math.sqrt(2.0))
    sqrt_half, sqrt_sqrt_half = constant(math.sqrt(0.5)), constant(math.sqrt(math.sqrt(0.5)))
    quarter = rounding_divide_by_pot(constant(0.25), accumulator_bits)
    unit = 31 - accumulator_bits

    headroom_plus_one = leading_zeros(z)
    normal = times_power_of_two(z, headroom_plus_one - 1)
    r_a = times_power_of_two(mul(normal, sqrt_half), 1)
    power_a = saturate(times_power_of_two(integer_bits - headroom_plus_one, unit) + quarter)
    headroom = leading_zeros(mul(z, sqrt_half)) - 1
    r_b = times_power_of_two(z, headroom)
    power_b = saturate(times_power_of_two(integer_bits - headroom, unit) - quarter)
    r, power = np.minimum(r_a, r_b), np.maximum(power_a, power_b)

    p = half_sum(r, sqrt_sqrt_half)
    q = 2 * (r - sqrt_sqrt_half)
    square = mul(q, q)
    numerator = mul(q, r) + mul(mul(q, square), constant(11 / 240 * root))
    inner = constant(2 / root - root) + q + mul(constant(1 / 20 * root), square)
    denominator = mul(p, inner) + mul(constant(root / 4), q)
    scaled = rounding_divide_by_pot(numerator, accumulator_bits)
    total = mul(power, constant(math.log(2.0))) + mul(scaled, reciprocal_of_one_plus(denominator))
    return times_power_of_two(total, accumulator_bits - output_integer_bits)


def inverse_square_root(values: ArrayLike) -> tuple[Int64Array, Int64Array]:
    """Fixed-point multiplier and shift of ``1 / sqrt(value)`` of integers; 1 for 0 and 1.

    Returns
    -------
    multiplier, shift : int64 ndarray
        As `multiply_by_quantized_multiplier` takes them: negative shifts right.

    References
    ----------
    LiteRT, tflite/kernels/internal/quantization_util.cc, GetInvSqrtQuantizedMultiplierExp.
    """
    x: Any = np.asarray(values, np.int64)
    trivial = x <= 1
    x = np.where(trivial, 2, x)
    right_shift = np.full(x.shape, 11, np.int64)
    for _ in range(2):
        large = x >= 1 << 29
        x = np.where(large, x >> 2, x)
        right_shift = right_shift + large
    pairs = (leading_zeros(x) - 1) // 2 - 1
    right_shift = right_shift - pairs
    x = x << (2 * pairs)
    # Newton's iteration in Q3.28, from 1.
    half = rounding_divide_by_pot(x >> 1, 1)
    estimate = np.full(x.shape, 1 << 28, np.int64)
    for _ in range(5):
        cube = saturate(mul(mul(estimate, estimate), estimate) << 6)
        step = mul((1 << 28) + (1 << 27), estimate) - mul(half, cube)
        estimate = saturate(step << 3)
    multiplier = mul(estimate, constant(math.sqrt(2.0) / 2))
    multiplier = np.where(right_shift < 0, multiplier << np.maximum(-right_shift, 0), multiplier)
    shift = -np.maximum(right_shift, 0)
    return np.where(trivial, _ONE, multiplier), np.where(trivial, 0, shift)
