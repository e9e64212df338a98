"""Scales and codes of 16x8 quantization: int16 activations, int8 weights, int64 biases.

Everything is symmetric, zero points are 0. The formulas are those of TensorFlow 2.21's older
quantizer, which its converter still uses for 16x8; they differ from the int8 ones of `affine` in
where float32 rounds. A channel of zeros gets the scale 0 here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qviz.quantization.affine import (
    INT8,
    AffineParams,
    Codes,
    Reals,
    largest_magnitude,
    round_half_away,
)

INT16 = np.dtype(np.int16)
INT64 = np.dtype(np.int64)

FIXED_SCALE = 1 / 32768
"""Scale of results that lie in [-1, 1]: SOFTMAX, LOGISTIC, TANH."""

_INT32_MAX = 2**31 - 1


DEAD_RANGE = 1e-30
"""An activation that stayed below this was zero; the rest is the smallest float of a record."""

DEAD_MAGNITUDE = 1 / 7
"""Range of an activation that was always zero: kernels take its scale beside those of others, and
hardly any calibrated range ends there, so that it can be told from them."""


def is_dead_range(minimum: float, maximum: float) -> bool:
    """Whether calibration saw nothing but zeros."""
    return max(abs(minimum), abs(maximum)) < DEAD_RANGE


def int16_params(minimum: float, maximum: float) -> AffineParams:
    """Int16 parameters of a range: ``scale = float32(max(|minimum|, |maximum|) / 32767)``.

    Where calibration saw nothing but zeros the range is taken as `DEAD_MAGNITUDE`. Here qviz
    departs from the converter, which takes its smallest float: then the scale is 3.6e-43, the
    weights of the next layer get an infinite scale from `guarded_magnitude`, and LiteRT refuses an
    ADD or a fused RELU6 that makes the value.
    """
    magnitude = max(np.float32(abs(min(minimum, 0.0))), np.float32(abs(max(maximum, 0.0))))
    if is_dead_range(minimum, maximum):
        magnitude = np.float32(DEAD_MAGNITUDE)
    return AffineParams.per_tensor(float(magnitude / np.float32(32767)), 0, INT16)


def int16_constant_params(values: Reals) -> AffineParams:
    """Int16 parameters of a constant: ``scale = float32(max|w| / 32767)``, 0 for zeros."""
    scale = largest_magnitude(values, None)[0] / np.float32(32767)
    return AffineParams.per_tensor(float(scale), 0, INT16)


def int16_codes(values: Reals, params: AffineParams) -> Codes:
    """``clip(round(float32(w * float32(1 / scale))), -32767, 32767)``; 0 for a scale of 0."""
    scale = params.scale.astype(np.float32).astype(np.float64)
    inverse = np.divide(1.0, scale, out=np.zeros_like(scale), where=scale != 0)
    whole = round_half_away(_product(values, inverse))
    clipped: Codes = np.clip(whole, -32767, 32767).astype(np.int16)
    return clipped.reshape(values.shape)


def requantize_int16(codes: Codes, source: AffineParams, target: AffineParams) -> Codes:
    """Codes of a constant under other parameters, by way of its real values in float32."""
    return int16_codes(np.float32(source.scale[0]) * codes.astype(np.float32), target)


def weight_params(magnitude: Reals, dimension: int | None) -> AffineParams:
    """Int8 parameters of weights with the largest absolute values `magnitude`.

    ``scale = float32(magnitude / 127)``, 0 for a magnitude of 0.
    """
    scale = (magnitude / np.float32(127)).astype(np.float64)
    return AffineParams(scale, np.zeros(len(scale), np.int64), INT8, dimension, narrow=True)


def weight_codes(values: Reals, magnitude: Reals, dimension: int | None) -> Codes:
    """``clip(round(float32(w * float32(127 / magnitude))), -127, 127)``; 0 for a magnitude of 0."""
    wide = magnitude.astype(np.float64)
    inverse = np.divide(127.0, wide, out=np.zeros_like(wide), where=wide != 0)
    shape = [1] * values.ndim
    if dimension is not None:
        shape[dimension] = -1
    whole = round_half_away(_product(values, inverse.reshape(shape)))
    result: Codes = np.clip(whole, -127, 127).astype(np.int8)
    return result


def guarded_magnitude(magnitude: Reals, bias: Reals, input_scale: float) -> Reals:
    """Largest absolute weights, enlarged where the bias would need more than half of int32.

    With K = 2**31 - 1, a channel with ``|b| >= 0.5 * input_scale * (magnitude / 127) * K`` gets
    ``float32(2 * |b| / K * float32(127 / input_scale))``. The converter does so although a 16x8
    bias has 64 bits: a channel of zeros or of tiny weights loses what it had.

    Parameters
    ----------
    magnitude : float32 ndarray of shape (channels,) or (1,)
        Largest absolute weight per channel or per tensor.
    bias : float32 ndarray of shape (channels,)
        Real values.
    input_scale : float
        From the calibrated range of the input.
    """
    scale = (magnitude / np.float32(127)).astype(np.float64)
    largest = np.abs(bias.reshape(-1)).astype(np.float64)
    if len(magnitude) > 1:
        too_large = largest >= 0.5 * input_scale * scale * _INT32_MAX
    else:
        largest = largest.max(initial=0, keepdims=True)
        share = np.float32(largest[0]) / np.float32(_INT32_MAX)
        too_large = np.array([float(share) >= 0.5 * input_scale * scale[0]])
    if not too_large.any():
        return magnitude
    steps = float(np.float32(127) / np.float32(input_scale)) if input_scale else 0.0
    enlarged = (2.0 * largest / _INT32_MAX * steps).astype(np.float32)
    return np.where(too_large, enlarged, magnitude)


def _product(values: Reals, inverse: NDArray[np.float64]) -> Reals:
    """``float32(w * float32(inverse))``, the reciprocals of denormal scales held finite."""
    largest = float(np.finfo(np.float32).max)
    with np.errstate(over="ignore"):
        product: Reals = values * np.minimum(inverse, largest).astype(np.float32)
    return product
