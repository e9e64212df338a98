"""Properties of scales, zero points and codes."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from qviz.quantization import affine, affine_int16
from qviz.quantization.affine import AffineParams

FLOAT32 = st.floats(-1e4, 1e4, width=32)
SHAPES = hnp.array_shapes(min_dims=2, max_dims=4, max_side=5)
ARRAYS = hnp.arrays(np.float32, SHAPES, elements=FLOAT32)
quick = settings(max_examples=60, deadline=None, derandomize=True)


def ranges() -> st.SearchStrategy[tuple[float, float]]:
    return st.tuples(FLOAT32, FLOAT32).map(lambda pair: (min(pair), max(pair)))


def real(codes: np.ndarray, params: AffineParams) -> np.ndarray:
    scale, zero_point = params.scale.astype(np.float32).astype(np.float64), params.zero_point
    shape = [1] * codes.ndim
    if params.quantized_dimension is not None:
        shape[params.quantized_dimension] = -1
    else:
        scale, zero_point = scale[:1], zero_point[:1]
    return (codes.astype(np.float64) - zero_point.reshape(shape)) * scale.reshape(shape)


def steps(params: AffineParams, rank: int) -> np.ndarray:
    shape = [1] * rank
    if params.quantized_dimension is not None:
        shape[params.quantized_dimension] = -1
    return params.scale.reshape(shape)


# ---------------------------------------------------------------- rounding


@quick
@given(st.floats(-1e7, 1e7, width=32) | st.integers(-999, 999).map(lambda n: n / 2))
def test_round_half_away_is_exact(value):
    for dtype in (np.float32, np.float64):
        exact = Fraction(float(dtype(value)))
        expected = int(abs(exact) + Fraction(1, 2)) * (1 if exact >= 0 else -1)
        assert affine.round_half_away(np.array([value], dtype))[0] == expected


def test_round_half_away_below_one_half():
    below = np.nextafter(np.float32(0.5), np.float32(0))
    assert affine.round_half_away(np.array([below, -below, 0.5, -0.5], np.float32)).tolist() == [
        0,
        0,
        1,
        -1,
    ]


# ---------------------------------------------------------------- activations


@quick
@given(ranges())
def test_activation_range_is_covered(limits):
    params = affine.activation_params(*limits)
    scale, zero_point = params.scale[0], params.zero_point[0]
    assert scale > 0
    assert -128 <= zero_point <= 127
    # Both ends lie within a step of the codes' reach; rounding the zero point may cost half of it.
    assert (-128 - zero_point) * scale <= min(limits[0], 0) + 0.51 * scale
    assert (127 - zero_point) * scale >= max(limits[1], 0) - 0.51 * scale


@pytest.mark.parametrize(
    ("limits", "scale", "zero_point"),
    [
        ((0.0, 255.0), 1.0, -128),
        ((-255.0, -3.0), 1.0, 127),
        ((3.0, 510.0), 2.0, -128),
        ((-128.0, 127.0), 1.0, 0),
        ((-0.25, 0.0), 0.25 / 255, 127),
        ((0.0, 0.0), 2e-6 / 255, 0),
        ((0.0, 1.1754944e-38), 2e-6 / 255, 0),
    ],
)
def test_activation_params(limits, scale, zero_point):
    params = affine.activation_params(*limits)
    assert params.scale[0] == pytest.approx(scale, rel=1e-6)
    assert abs(params.zero_point[0] - zero_point) <= (1 if scale < 1e-6 else 0)


def test_uint8_has_the_same_levels():
    params = affine.activation_params(-1.0, 3.0)
    shifted = params.as_uint8()
    codes = np.arange(-128, 128, dtype=np.int16)
    np.testing.assert_array_equal(real(codes, params), real(codes + 128, shifted))
    assert shifted.dtype == np.uint8


# ---------------------------------------------------------------- weights and constants


@quick
@given(ARRAYS, st.data())
def test_channel_codes_are_nearest_levels(weights, data):
    dimension = data.draw(st.sampled_from([0, weights.ndim - 1]))
    params = affine.symmetric_params(weights, dimension)
    codes = affine.codes(weights, params)
    assert codes.dtype == np.int8
    assert codes.min() >= -127
    distance = np.abs(real(codes, params) - weights)
    assert (distance <= 0.50001 * steps(params, weights.ndim)).all()
    largest = affine.largest_magnitude(weights, dimension)
    others = tuple(axis for axis in range(weights.ndim) if axis != dimension)
    reached = np.abs(codes.astype(int)).max(axis=others)
    assert (reached[largest > 1e-5] == 127).all()
    assert (reached[largest == 0] == 0).all()


@quick
@given(ARRAYS)
def test_channels_do_not_influence_each_other(weights):
    params = affine.symmetric_params(weights, 0)
    codes = affine.codes(weights, params)
    for channel in range(len(weights)):
        alone = weights[channel : channel + 1]
        own = affine.symmetric_params(alone, 0)
        assert own.scale[0] == params.scale[channel]
        np.testing.assert_array_equal(affine.codes(alone, own), codes[channel : channel + 1])


@quick
@given(ARRAYS, st.sampled_from([0, None]))
def test_symmetric_codes_change_sign_with_the_weights(weights, dimension):
    params = affine.symmetric_params(weights, dimension)
    negated = affine.symmetric_params(-weights, dimension)
    assert params.same_as(negated)
    np.testing.assert_array_equal(affine.codes(-weights, negated), -affine.codes(weights, params))


def test_channel_of_zeros():
    weights = np.zeros((2, 3), np.float32)
    weights[1] = 1
    params = affine.symmetric_params(weights, 0)
    assert params.scale[0] == np.float32(3.937008e-09)
    assert affine.codes(weights, params).tolist() == [[0, 0, 0], [127, 127, 127]]


@quick
@given(ARRAYS)
def test_constants_keep_zero_and_come_within_a_step(values):
    params = affine.constant_params(values)
    codes = affine.codes(values, params)
    # Half a step for rounding the value, and as much for rounding the zero point at the ends.
    assert (np.abs(real(codes, params) - values) <= 1.001 * params.scale[0]).all()
    assert affine.codes(np.zeros(1, np.float32), params)[0] == params.zero_point[0]


def test_scalar_constant():
    params = affine.constant_params(np.array(2.0, np.float32))
    assert params.scale[0] == np.float32(2) / np.float32(255)
    assert params.zero_point[0] == -128
    codes = affine.codes(np.array(2.0, np.float32), params)
    assert isinstance(codes, np.ndarray)
    assert codes.shape == ()
    assert codes == 127


# ---------------------------------------------------------------- biases


def bias_case(bias: list[float], input_scale: float, weight_scale: list[float]):
    source = AffineParams.per_tensor(input_scale)
    dimension = 0 if len(weight_scale) > 1 else None
    scales = np.array(weight_scale)
    zeros = np.zeros(len(scales), np.int64)
    weights = AffineParams(scales, zeros, affine.INT8, dimension, narrow=True)
    values = np.array(bias, np.float32)
    return values, source, weights, affine.bias_params(source, weights)


@quick
@given(
    st.lists(st.tuples(st.floats(-100, 100), st.floats(1e-4, 1.0)), min_size=2, max_size=6),
    st.floats(1e-3, 1.0),
)
def test_bias_codes_are_nearest_levels(channels, input_scale):
    bias, weight_scale = zip(*channels, strict=True)
    values, source, weights, params = bias_case(list(bias), input_scale, list(weight_scale))
    assert affine.guard_bias(values, params, source, weights) is None
    codes = affine.codes(values, params)
    assert codes.dtype == np.int32
    # float32 holds the scaled bias, so large codes are multiples of a power of two.
    bound = params.scale * 0.501 + np.abs(values) * 2e-7
    assert (np.abs(real(codes, params) - values) <= bound).all()


def test_guard_enlarges_only_the_channel_that_overflows():
    values, source, weights, params = bias_case([1e6, 0.5], 1e-3, [1e-4, 1e-2])
    guarded = affine.guard_bias(values, params, source, weights)
    assert guarded is not None
    bias_params, weight_params = guarded
    assert bias_params.scale[1] == params.scale[1]
    assert weight_params.scale[1] == weights.scale[1]
    assert weight_params.scale[0] == pytest.approx(1e6 / (2**30 - 1) / 1e-3)
    assert affine.codes(values, params)[0] == 2**31 - 1
    codes = affine.codes(values, bias_params)
    assert codes[0] == pytest.approx(2**30 - 1, rel=1e-6)
    np.testing.assert_allclose(real(codes, bias_params), values, rtol=1e-4)


def test_per_tensor_codes_ignore_an_enlarged_scale():
    """The converter's fault: codes from max|w|, although the stored scale is larger."""
    weights = np.array([[1e-3, -5e-4]], np.float32)
    own = affine.symmetric_params(weights, None)
    enlarged = AffineParams.per_tensor(own.scale[0] * 50, narrow=True)
    np.testing.assert_array_equal(affine.codes(weights, enlarged), affine.codes(weights, own))
    assert affine.scale_mismatch(weights, enlarged.scale[0]) == pytest.approx(50, rel=1e-5)
    assert affine.scale_mismatch(weights, own.scale[0]) == 1.0
    far = AffineParams.per_tensor(own.scale[0] + 2e-3, narrow=True)
    assert np.abs(affine.codes(weights, far)).max() <= 1
    assert affine.scale_mismatch(weights, far.scale[0]) == 1.0


# ---------------------------------------------------------------- 16x8


@quick
@given(ranges())
def test_int16_range_is_covered(limits):
    params = affine_int16.int16_params(*limits)
    largest = max(abs(limits[0]), abs(limits[1]))
    assert params.scale[0] * 32767 >= largest * (1 - 1e-6)
    assert params.scale[0] > 0
    assert params.zero_point[0] == 0


@quick
@given(ARRAYS)
def test_int16_codes_are_nearest_levels(values):
    params = affine_int16.int16_constant_params(values)
    codes = affine_int16.int16_codes(values, params)
    assert codes.dtype == np.int16
    bound = params.scale[0] * 0.501 + np.abs(values) * 2e-7 + affine_int16.DEAD_RANGE
    assert (np.abs(real(codes, params) - values) <= bound).all()
    # The reciprocal of a denormal scale is not a float32.
    assume(params.scale[0] == 0 or params.scale[0] > affine_int16.DEAD_RANGE)
    same = affine_int16.requantize_int16(codes, params, params)
    np.testing.assert_array_equal(same, codes)


@quick
@given(ARRAYS, st.sampled_from([0, None]))
def test_int16x8_weights_are_nearest_levels(weights, dimension):
    magnitude = affine.largest_magnitude(weights, dimension)
    params = affine_int16.weight_params(magnitude, dimension)
    codes = affine_int16.weight_codes(weights, magnitude, dimension)
    distance = np.abs(real(codes, params) - weights)
    # A denormal magnitude has no reciprocal that float32 holds exactly.
    normal = steps(params, weights.ndim) > 1e-30
    assert (distance <= np.where(normal, 0.50001 * steps(params, weights.ndim), 1e-28)).all()


def test_int16x8_channel_of_zeros_has_scale_zero():
    weights = np.array([[0, 0], [1, -2]], np.float32)
    magnitude = affine.largest_magnitude(weights, 0)
    assert affine_int16.weight_params(magnitude, 0).scale.tolist() == [0, np.float32(2 / 127)]
    assert affine_int16.weight_codes(weights, magnitude, 0).tolist() == [[0, 0], [64, -127]]


@quick
@given(
    st.lists(st.tuples(FLOAT32, st.floats(2**-20, 10.0, width=32)), min_size=1, max_size=5),
    st.floats(1e-6, 1.0),
)
def test_guarded_magnitude_makes_room(channels, input_scale):
    bias = np.array([b for b, _ in channels], np.float32)
    magnitude = np.array([m for _, m in channels], np.float32)
    guarded = affine_int16.guarded_magnitude(magnitude, bias, input_scale)
    assert (guarded >= magnitude * (1 - 1e-6)).all()
    scale = guarded.astype(np.float64) / 127 * input_scale
    assert (np.abs(bias) <= scale * 2**30 * (1 + 1e-5)).all()


def test_dead_range_has_a_usable_scale():
    assert affine_int16.is_dead_range(0.0, 1.1754944e-38)
    assert not affine_int16.is_dead_range(0.0, 1e-20)
    scale = affine_int16.int16_params(0.0, 1.1754944e-38).scale[0]
    assert scale == np.float32(affine_int16.DEAD_MAGNITUDE) / np.float32(32767)


def test_bias_of_64_bits_is_clipped_inside():
    params = AffineParams.per_tensor(1e-30, 0, affine_int16.INT64, narrow=True)
    codes = affine.codes(np.array([1e3, -1e3, 0], np.float32), params)
    assert codes.dtype == np.int64
    assert codes[0] > 2**62
    assert codes[1] == -codes[0]
