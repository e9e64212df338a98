"""Fixed-point functions against the same formulas in Python's unbounded integers and fractions."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qviz.execution import fixed_point
from qviz.graph import QuantizationParams, Tensor

INT32 = st.integers(-(2**31), 2**31 - 1)
MULTIPLIERS = st.integers(2**30, 2**31 - 1)
FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=300)


def half_up(x: Fraction) -> int:
    return math.floor(x + Fraction(1, 2))


def half_away(x: Fraction) -> int:
    return half_up(x) if x >= 0 else -half_up(-x)


@FIXED
@given(st.floats(1e-9, 1e6))
def test_a_multiplier_is_the_nearest_31_bit_number(real: float) -> None:
    multiplier, shift = fixed_point.quantize_multiplier(real)
    assert 2**30 <= multiplier < 2**31
    approximated = Fraction(multiplier) * Fraction(2) ** (shift - 31)
    assert abs(approximated / Fraction(real) - 1) <= Fraction(1, 2**31)


@pytest.mark.parametrize(
    ("real", "expected"),
    [(0.0, (0, 0)), (1.0, (2**30, 1)), (0.5, (2**30, 0)), (2.0**-40, (0, 0))],
)
def test_multipliers_at_the_ends(real: float, expected: tuple[int, int]) -> None:
    assert fixed_point.quantize_multiplier(real) == expected


def test_a_significand_that_rounds_up_to_one_moves_to_the_shift() -> None:
    assert fixed_point.quantize_multiplier(1 - 2.0**-40) == (2**30, 1)


@FIXED
@given(INT32, INT32)
def test_high_mul_is_the_rounded_product(a: int, b: int) -> None:
    expected = min(half_up(Fraction(a * b, 2**31)), 2**31 - 1)
    assert fixed_point.saturating_rounding_doubling_high_mul(a, b) == expected


@FIXED
@given(INT32, st.integers(0, 31))
def test_division_by_a_power_of_two_rounds_halves_away(x: int, exponent: int) -> None:
    expected = half_away(Fraction(x, 2**exponent))
    assert fixed_point.rounding_divide_by_pot(x, exponent) == expected


@FIXED
@given(INT32, MULTIPLIERS, st.integers(-31, 10))
def test_scaling_rounds_twice(x: int, multiplier: int, shift: int) -> None:
    shifted = (x << max(shift, 0)) + 2**31
    wrapped = shifted % 2**32 - 2**31
    product = min(half_up(Fraction(wrapped * multiplier, 2**31)), 2**31 - 1)
    expected = half_away(Fraction(product, 2 ** max(-shift, 0)))
    assert fixed_point.multiply_by_quantized_multiplier(x, multiplier, shift) == expected


@FIXED
@given(st.integers(-(2**47), 2**47 - 1), MULTIPLIERS, st.integers(-31, 7))
def test_scaling_of_64_bits_rounds_once(x: int, multiplier: int, shift: int) -> None:
    reduced = min(half_up(Fraction(multiplier, 2**16)), 0x7FFF)
    scaled = half_up(Fraction(x * reduced, 2 ** (15 - shift)))
    expected = (scaled + 2**31) % 2**32 - 2**31
    assert fixed_point.multiply_by_quantized_multiplier_64(x, multiplier, shift) == expected


def test_arrays_are_scaled_per_channel() -> None:
    multipliers, shifts = fixed_point.quantize_multipliers([0.5, 2.0, 0.1])
    scaled = fixed_point.multiply_by_quantized_multiplier([[10, 10, 10]], multipliers, shifts)
    np.testing.assert_array_equal(scaled, [[5, 20, 1]])


@FIXED
@given(st.floats(-(2.0**40), 2.0**40))
def test_rounding_in_float64_is_that_of_c(x: float) -> None:
    assert fixed_point.round_half_away(x) == half_away(Fraction(x))


@FIXED
@given(st.floats(-(2.0**30), 2.0**30, width=32))
def test_rounding_in_float32_is_that_of_c(x: float) -> None:
    assert fixed_point.round_half_away_float32(x) == half_away(Fraction(x))


@pytest.mark.parametrize("x", [0.49999997, 8388607.5, 0.5, -0.5, 2.5, -2.5, 1e30, -0.0])
def test_rounding_in_float32_at_hard_values(x: float) -> None:
    value = np.float32(x)
    assert fixed_point.round_half_away_float32(value) == half_away(Fraction(float(value)))


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        ("NONE", (-128, 127)),
        ("RELU", (-10, 127)),
        ("RELU6", (-10, 50)),
        ("RELU_N1_TO_1", (-20, 0)),
    ],
)
def test_activations_clamp_codes(activation: str, expected: tuple[int, int]) -> None:
    params = QuantizationParams.per_tensor(0.1, -10)
    output = Tensor("y", (1,), np.dtype(np.int8), None, params)
    assert fixed_point.activation_range(activation, output) == expected


def test_other_activations_have_no_range() -> None:
    params = QuantizationParams.per_tensor(0.1)
    output = Tensor("y", (1,), np.dtype(np.int8), None, params)
    with pytest.raises(ValueError, match="TANH is not"):
        fixed_point.activation_range("TANH", output)
