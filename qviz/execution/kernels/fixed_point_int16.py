"""Sigmoid and tanh of 16-bit numbers in fixed point, as the gates of integer LSTMs take them.

A number of format Qm.n is an int16 that counts units of 2**-n; m + n = 15. Everything is gemmlowp's
32-bit arithmetic (`fixed_point_functions`) carried out in 16 bits: constants are those of 32 bits,
rounded, and products round to the nearest 2**-15, halves up. An argument has only 65,536 values, so
each function is a table.

References
----------
gemmlowp, fixedpoint/fixedpoint.h: logistic, tanh, exp_on_negative_values,
one_over_one_plus_x_for_x_in_0_1; LiteRT,
tflite/kernels/internal/reference/portable_tensor_utils.cc, PortableApplySigmoid and
PortableApplyTanh.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qviz.execution.fixed_point import Int64Array, rounding_divide_by_pot
from qviz.execution.kernels.fixed_point_functions import constant, half_sum

_LOW, _HIGH = -(1 << 15), (1 << 15) - 1
# exp is taken as 0 below this, and only formats that reach it look.
_CLAMP = -32
_EXPONENTS = range(-2, 5)


def mul(a: ArrayLike, b: ArrayLike) -> Int64Array:
    """``round(a * b / 2**15)``, halves up; the pair of two minima saturates."""
    product: Int64Array = (np.asarray(a, np.int64) * np.asarray(b, np.int64) + (1 << 14)) >> 15
    return np.minimum(product, _HIGH)


def _times_power_of_two(x: Int64Array, exponent: int) -> Int64Array:
    if exponent < 0:
        return rounding_divide_by_pot(x, -exponent)
    shifted: Int64Array = np.clip(x << exponent, _LOW, _HIGH)
    return shifted


def _constant(value: float, integer_bits: int = 0) -> int:
    """A constant of 32 bits, rounded to 16."""
    return int(rounding_divide_by_pot(constant(value, integer_bits), 16))


def _exp_on_negative_values(x: Int64Array, integer_bits: int) -> Int64Array:
    """``exp(x)`` in Q0.15 of `x` <= 0; what each bit of -x contributes is a factor."""
    fractional_bits = 15 - integer_bits
    quarter = 1 << (fractional_bits - 2)
    reduced = (x & (quarter - 1)) - quarter
    result = _exp_on_last_quarter(_times_power_of_two(reduced, integer_bits))
    remainder = reduced - x
    for exponent in _EXPONENTS:
        if exponent < integer_bits:
            is_set = (remainder >> (fractional_bits + exponent)) & 1
            factor = _constant(math.exp(-(2.0**exponent)))
            result = np.where(is_set == 1, mul(result, factor), result)
    if integer_bits > 5:
        result = np.where(x < _CLAMP << fractional_bits, 0, result)
    return np.where(x == 0, _HIGH, result)


def _exp_on_last_quarter(a: Int64Array) -> Int64Array:
    """``exp(a)`` of a in [-1/4, 0), both in Q0.15; a polynomial around -1/8."""
    x = a + (1 << 12)
    x2 = mul(x, x)
    x3, x4 = mul(x2, x), mul(x2, x2)
    tail = mul(rounding_divide_by_pot(x4, 2) + x3, _constant(1 / 3)) + x2
    factor = _constant(math.exp(-1 / 8))
    total = factor + mul(factor, x + rounding_divide_by_pot(tail, 1))
    return np.clip(total, _LOW, _HIGH)


def _twice_reciprocal(x: Int64Array) -> Int64Array:
    """``2 / (1 + x)`` in Q2.13 of `x` in [0, 1] in Q0.15, by three Newton steps."""
    half_denominator = half_sum(x, _HIGH)
    estimate = _constant(48 / 17, 2) + mul(half_denominator, _constant(-32 / 17, 2))
    for _ in range(3):
        error = (1 << 13) - mul(half_denominator, estimate)
        estimate = estimate + _times_power_of_two(mul(estimate, error), 2)
    return estimate


def _codes() -> Int64Array:
    return np.arange(_LOW, _HIGH + 1, dtype=np.int64)


def _wrap(x: Int64Array) -> Int64Array:
    return x.astype(np.int16).astype(np.int64)


@cache
def sigmoid_table() -> NDArray[np.int16]:
    """Sigmoid of every Q3.12 number, from -8 up, in Q0.15.

    Negative arguments give 1 minus the sigmoid of the positive one, and 0 gives a half.
    """
    x = _codes()
    magnitude = _wrap(np.where(x > 0, x, -x))
    positive = _times_power_of_two(_twice_reciprocal(_exp_on_negative_values(-magnitude, 3)), 1)
    result = np.where(x > 0, positive, _HIGH - positive)
    return np.where(x == 0, 1 << 14, result).astype(np.int16)


@cache
def tanh_table(integer_bits: int) -> NDArray[np.int16]:
    """Tanh of every number with these integer bits, from the lowest up, in Q0.15.

    ``tanh(x) = (1 - e) / (1 + e)`` of ``e = exp(-2 |x|)``, with the sign of x.

    Parameters
    ----------
    integer_bits : int
        In [0, 6].
    """
    x = _codes()
    negative = _wrap(np.where(x < 0, x, -x))
    e = _exp_on_negative_values(negative, integer_bits + 1)
    magnitude = _times_power_of_two(_twice_reciprocal(e) - (1 << 13), 2)
    result = np.where(x < 0, -magnitude, magnitude)
    return np.where(x == 0, 0, result).astype(np.int16)
