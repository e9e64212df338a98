"""Scales, zero points and codes of 8-bit quantization, rounded as TensorFlow's converter rounds.

A tensor is quantized by an affine map, ``real = (code - zero_point) * scale``. This file chooses
the maps of activations, weights, constants and biases from their ranges, and turns real constants
into codes. What is computed in float32 and what in float64, and where a product is rounded, decides
the last bit of a scale and, now and then, a code. So it is written out at every step.

The rules are those of TensorFlow 2.21's quantizer for int8, found by comparing with files that it
made. Two of them are faults, and reproduced on purpose: `symmetric_codes` (a per-tensor scale that
the codes do not use) and `guard_bias` (a weight scale enlarged because of one large bias).
The 16-bit rules are in `affine_int16`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from qviz.graph import QuantizationParams

Codes = NDArray[np.signedinteger[Any]]
Reals = NDArray[np.float32]


_Float = TypeVar("_Float", bound=np.floating[Any])

INT8 = np.dtype(np.int8)
UINT8 = np.dtype(np.uint8)
INT32 = np.dtype(np.int32)

SMALLEST_RANGE = 1e-6
"""Ranges up to this width are widened, so that no scale is 0."""

LARGEST_BIAS_CODE = (2**31 - 1) // 2
"""Bias codes above half of int32 leave no room for the accumulator; `guard_bias` prevents them."""


@dataclass(frozen=True, slots=True, eq=False)
class AffineParams:
    """An affine map whose scale is still in double precision.

    The quantizer compares and multiplies scales before they are rounded to the float32 of the
    file; `QuantizationParams` is what becomes of this in the graph.

    Attributes
    ----------
    scale : float64 ndarray of shape (channels,) or (1,)
        Step between neighbouring levels.
    zero_point : int64 ndarray, shape of `scale`
        Code of the real value 0.
    dtype : numpy.dtype
        Of the codes: int8, uint8, int16, or int32 and int64 for biases.
    quantized_dimension : int or None
        Dimension along which `scale` varies; None for one scale per tensor.
    narrow : bool
        Whether the smallest code is unused, which makes the range of codes symmetric.
    """

    scale: NDArray[np.float64]
    zero_point: NDArray[np.int64]
    dtype: np.dtype[np.generic]
    quantized_dimension: int | None = None
    narrow: bool = False

    @classmethod
    def per_tensor(
        cls,
        scale: float,
        zero_point: int = 0,
        dtype: np.dtype[np.generic] = INT8,
        *,
        narrow: bool = False,
    ) -> AffineParams:
        """Parameters with one scale and one zero point."""
        return cls(
            np.array([scale], np.float64),
            np.array([zero_point], np.int64),
            np.dtype(dtype),
            narrow=narrow,
        )

    @property
    def is_bias(self) -> bool:
        """Whether the codes are those of a bias."""
        return self.dtype.itemsize > 2

    def same_as(self, other: AffineParams | None) -> bool:
        """Whether both describe the same map of the same type, to the last bit."""
        return (
            other is not None
            and self.dtype == other.dtype
            and self.narrow == other.narrow
            and self.quantized_dimension == other.quantized_dimension
            and np.array_equal(self.scale, other.scale)
            and np.array_equal(self.zero_point, other.zero_point)
        )

    def as_uint8(self) -> AffineParams:
        """The same levels, numbered 0 to 255: what a uint8 model input or output has."""
        return replace(self, zero_point=self.zero_point + 128, dtype=UINT8)

    def to_quantization_params(self) -> QuantizationParams:
        """The parameters as a graph and a file hold them, the scale rounded to float32.

        A single channel becomes one scale per tensor, because a file cannot tell the two apart.
        """
        dimension = self.quantized_dimension if len(self.scale) > 1 else None
        return QuantizationParams(self.scale.astype(np.float32), self.zero_point, dimension)


def round_half_away(values: NDArray[_Float]) -> NDArray[_Float]:
    """Round to the nearest integer, halves away from zero, as C's ``round`` does.

    ``trunc(x + 0.5)`` would not do: the sum rounds 0.49999997 up in float32.
    """
    whole = np.trunc(values)
    step = np.where(np.abs(values - whole) >= 0.5, np.sign(values), 0)
    rounded: NDArray[_Float] = (whole + step).astype(values.dtype)
    return rounded


# ---------------------------------------------------------------------------- activations


def activation_params(minimum: float, maximum: float) -> AffineParams:
    """Asymmetric int8 parameters of an activation with the range ``[minimum, maximum]``.

    The range is widened to hold 0, so that 0 has an exact code, and to at least 1e-6::

        scale      = float32(float32(max) - float32(min)) / float32(255)
        zero_point = round(clip(float32(-128 - min / scale)))       (the division in double)

    A scale is never nudged to make the zero point exact.
    """
    low, high = min(float(minimum), 0.0), max(float(maximum), 0.0)
    if high - low < SMALLEST_RANGE:
        low, high = low - SMALLEST_RANGE, high + SMALLEST_RANGE
    return _asymmetric_params(low, high)


def _asymmetric_params(low: float, high: float) -> AffineParams:
    """Int8 parameters of a range that holds 0; see `activation_params` for the formula."""
    scale = float((np.float32(high) - np.float32(low)) / np.float32(255))
    exact = np.clip(np.float32(-128 - low / scale), np.float32(-128), np.float32(127))
    return AffineParams.per_tensor(scale, int(round_half_away(np.asarray(exact, np.float32))))


# ---------------------------------------------------------------------------- constants


def constant_params(values: Reals) -> AffineParams:
    """Asymmetric int8 parameters of a constant operand, from its own values.

    As for an activation, but a range up to 1e-6 wide becomes at least [-5e-7, 5e-7].
    """
    low, high = _range_with_zero(values)
    if not high - low > SMALLEST_RANGE:
        low, high = min(low, -SMALLEST_RANGE / 2), max(high, SMALLEST_RANGE / 2)
    return _asymmetric_params(low, high)


def _range_with_zero(values: Reals) -> tuple[float, float]:
    if values.size == 0:
        return 0.0, 0.0
    return min(float(values.min()), 0.0), max(float(values.max()), 0.0)


def symmetric_params(values: Reals, dimension: int | None) -> AffineParams:
    """Symmetric int8 parameters of weights, per channel along `dimension` or per tensor (None).

    With m = max|w|, at least 5e-7::

        scale = float32(float32(m) - float32(-m)) / float32(254)        (all in float32)

    A channel of zeros gets the scale 3.937008e-09.
    """
    magnitude = largest_magnitude(values, dimension).astype(np.float64)
    magnitude = np.where(2 * magnitude > SMALLEST_RANGE, magnitude, SMALLEST_RANGE / 2)
    half = magnitude.astype(np.float32)
    scale = ((half + half) / np.float32(254)).astype(np.float64)
    zero_point = np.zeros(len(scale), np.int64)
    return AffineParams(scale, zero_point, INT8, dimension, narrow=True)


def largest_magnitude(values: Reals, dimension: int | None) -> Reals:
    """Largest absolute value per channel along `dimension`, or (1,) over all of `values`."""
    if dimension is None:
        return np.array([np.abs(values).max(initial=0)], np.float32)
    others = tuple(axis for axis in range(values.ndim) if axis != dimension)
    magnitude: Reals = np.abs(values).max(axis=others, initial=0).astype(np.float32)
    return magnitude


def codes(values: Reals, params: AffineParams) -> Codes:
    """Codes of a constant under `params`, of its shape and of the type of `params`."""
    if params.is_bias:
        return bias_codes(values, params)
    if not params.narrow:
        return _asymmetric_codes(values, params)
    if params.quantized_dimension is None:
        return symmetric_codes(values, params)
    return _channel_codes(values, params)


def _asymmetric_codes(values: Reals, params: AffineParams) -> Codes:
    """``clip(round(w / scale + zero_point), -128, 127)`` in double."""
    shifted = values.astype(np.float64) / params.scale[0] + params.zero_point[0]
    low = -127 if params.narrow else -128
    return _int8(round_half_away(shifted), low)


def _channel_codes(values: Reals, params: AffineParams) -> Codes:
    """``clip(round(float32(w * inverse)), -127, 127)``, ``inverse = float32(1 / double(scale))``.

    The product with a rounded reciprocal, not the quotient, as the converter does.
    """
    inverse = _reciprocal(params.scale)
    scaled = values * _along(inverse, params.quantized_dimension, values.ndim)
    return _int8(round_half_away(scaled), -127)


def symmetric_codes(values: Reals, params: AffineParams) -> Codes:
    """Codes of weights with one symmetric scale per tensor.

    With r = max|w|: ``clip(round(float32(w * float32(127 / r))), -127, 127)``.

    The codes come from r and not from the stored scale, unless the two differ by more than 1e-3.
    That is a fault of the converter, reproduced here: after `guard_bias` has enlarged a small
    scale, the stored scale no longer belongs to the codes, and the weights dequantize to values
    that are too large. `scale_mismatch` measures it.
    """
    own = largest_magnitude(values, None)[0]
    if own == 0:
        stepped, result = np.float32(1), np.zeros(values.shape, np.int8)
    else:
        stepped = own / np.float32(127)
        scaled = values * (np.float32(127) / own)
        result = _int8(round_half_away(scaled), -127)
    if abs(float(stepped) - params.scale[0]) > 1e-3:
        return _asymmetric_codes(values, params)
    return result


def scale_mismatch(values: Reals, scale: float) -> float:
    """How many times too large per-tensor weights dequantize because of `symmetric_codes`.

    1.0 where the stored `scale` belongs to the codes.
    """
    own = float(largest_magnitude(values, None)[0]) / 127
    belongs = own == 0 or abs(own - scale) > 1e-3 or abs(scale / own - 1) < 1e-5
    return 1.0 if belongs or own < SMALLEST_RANGE / 254 else scale / own


# ---------------------------------------------------------------------------- biases


def bias_params(
    input_params: AffineParams,
    weight_params: AffineParams,
    dtype: np.dtype[np.generic] = INT32,
) -> AffineParams:
    """Parameters of a bias: ``scale = float32(input_scale * weight_scale)``, zero point 0.

    The accumulator counts in units of that product, so the bias has to as well.
    """
    scale = (input_params.scale * weight_params.scale).astype(np.float32).astype(np.float64)
    dimension = 0 if len(scale) > 1 else None
    return AffineParams(scale, np.zeros(len(scale), np.int64), dtype, dimension, narrow=True)


def guard_bias(
    bias: Reals, params: AffineParams, input_params: AffineParams, weight_params: AffineParams
) -> tuple[AffineParams, AffineParams] | None:
    """Larger scales for a bias that would not fit, and for the weights that it belongs to.

    A channel whose bias code would exceed K = 2**30 - 1 gets ``bias_scale = |b| / K`` and
    ``weight_scale = bias_scale / input_scale`` (double). The weights of that channel then use only
    a few codes, or none. Weights with a single channel become per-tensor weights here, with what
    that means for their codes (`symmetric_codes`).

    Returns
    -------
    (AffineParams, AffineParams) or None
        Of the bias and of the weights; None where every bias fits.
    """
    magnitude = np.abs(bias.astype(np.float64)).reshape(-1)
    if len(params.scale) > 1:
        too_large = magnitude / params.scale > LARGEST_BIAS_CODE
    else:
        magnitude = magnitude.max(initial=0, keepdims=True)
        too_large = ~(magnitude / params.scale < LARGEST_BIAS_CODE)
    if not too_large.any():
        return None
    bias_scale = np.where(too_large, magnitude / LARGEST_BIAS_CODE, params.scale)
    weight_scale = np.where(too_large, bias_scale / input_params.scale[0], weight_params.scale)
    dimension = weight_params.quantized_dimension if len(weight_scale) > 1 else None
    return (
        replace(params, scale=bias_scale),
        replace(weight_params, scale=weight_scale, quantized_dimension=dimension),
    )


def bias_codes(values: Reals, params: AffineParams) -> Codes:
    """``clip(round(float32(b * inverse)))``, ``inverse = float32(1 / double(float32(scale)))``.

    float32 has 24 bits, so codes beyond 2**24 are multiples of 2, 4, ... The scale 0 of an
    all-zero channel (16x8) gives the code 0.
    """
    scaled = values.reshape(-1) * _reciprocal(params.scale)
    rounded = round_half_away(scaled.astype(np.float32)).astype(np.float64)
    bits = 8 * params.dtype.itemsize
    # 2**63 - 1 is not a double; the largest one below it is taken.
    limit = min(2.0 ** (bits - 1) - 1, np.nextafter(2.0**63, 0))
    clipped = np.clip(rounded, -limit, limit)
    result: Codes = clipped.astype(params.dtype).reshape(values.shape)
    return result


def _int8(whole: NDArray[np.floating[Any]], low: int) -> NDArray[np.int8]:
    """Whole numbers as int8, clipped to ``[low, 127]``."""
    # asarray because arithmetic turns arrays without dimensions into scalars.
    return np.asarray(np.clip(whole, low, 127), np.int8)


def _reciprocal(scale: NDArray[np.float64]) -> Reals:
    """``float32(1 / double(float32(scale)))``, 0 for a scale of 0."""
    stored = scale.astype(np.float32).astype(np.float64)
    inverse = np.divide(1.0, stored, out=np.zeros_like(stored), where=stored != 0)
    return inverse.astype(np.float32)


def _along(values: Reals, dimension: int | None, rank: int) -> Reals:
    """Reshape one value per channel so that it broadcasts along `dimension`."""
    shape = [1] * rank
    if dimension is not None:
        shape[dimension] = -1
    return values.reshape(shape)
