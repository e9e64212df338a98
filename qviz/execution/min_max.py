"""8-bit codes between a minimum and a maximum: the arithmetic of TensorFlow 1's "eightbit" graphs.

A tensor of codes goes with two numbers, the real values at its ends, which are computed while the
graph runs. Two modes tell which real value a code stands for:

``MIN_COMBINED``
    The ends are exact, ``x = lo + q * (hi - lo) / 255``; 0 is in general no level.
``MIN_FIRST``
    The least value is moved to a multiple of the step, ``x = round(lo / s) * s + q * s`` with
    ``s = (hi - lo) / 255``, so that 0 is exact and a convolution may subtract its code.

Ranges are arrays of shape (N,), one range for each sample of a batch, or (1,), one for all; they
are spread along dimension 0 of the codes. Float and double stand where the C++ source has them.

References
----------
TensorFlow, core/kernels/quantization_utils.h and quantize_op.cc.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from qviz.execution.fixed_point import round_half_away, round_half_away_float32

Array = NDArray[Any]
Ranges = NDArray[np.float32]
Mode = Literal["MIN_FIRST", "MIN_COMBINED"]

MODES: tuple[Mode, ...] = ("MIN_FIRST", "MIN_COMBINED")

_LEVELS = 255
_INT32_STEPS = 2.0**32
_LEAST_RANGE = np.float32(0.01)
# Bits behind the point in the product that brings sums to 8 bits.
_POINT = 16


def along(ranges: Array, rank: int) -> Array:
    """One number a sample, shaped to be spread over arrays of `rank` dimensions."""
    return ranges.reshape(-1, *(1,) * max(rank - 1, 0)) if rank else ranges.reshape(())


def usable_range(lowest: Ranges, highest: Ranges) -> tuple[Ranges, Ranges]:
    """The range that codes are given: it holds 0, and is not narrower than 1 % of its size.

    Parameters
    ----------
    lowest, highest : float32 ndarray of shape (n,)
        Least and greatest value.
    """
    lowest, highest = np.asarray(lowest, np.float32), np.asarray(highest, np.float32)
    low = np.minimum(np.float32(0), lowest)
    size = np.maximum(np.float32(1), np.maximum(np.abs(lowest), np.abs(highest)))
    high = np.maximum(highest, low + size * _LEAST_RANGE)
    return low, np.maximum(np.float32(0), high)


def quantize(x: Array, lowest: Ranges, highest: Ranges, mode: Mode = "MIN_FIRST") -> Array:
    """Codes of real values, uint8, of the shape of `x`.

    Parameters
    ----------
    x : float32 ndarray
    lowest, highest : float32 ndarray of shape (n,)
        As :func:`usable_range` gives them.
    mode : {"MIN_FIRST", "MIN_COMBINED"}
    """
    low, high = along(lowest, x.ndim), along(highest, x.ndim)
    codes: Array
    if mode == "MIN_COMBINED":
        # C++: (x - lo) * 255 / (hi - lo) + 0.5, cast.
        scale = (_LEVELS / (high - low).astype(np.float64)).astype(np.float32)
        codes = np.floor((np.clip(x, low, high) - low) * scale + np.float32(0.5))
    else:
        codes = _first(x, low, high)
    return np.asarray(np.clip(np.nan_to_num(codes), 0, _LEVELS).astype(np.uint8))


def _first(x: Array, low: Ranges, high: Ranges) -> Array:
    with np.errstate(divide="ignore"):
        inverse = (_LEVELS / (high - low).astype(np.float64)).astype(np.float32)
    scale = np.where(high == low, np.float32(0), inverse)
    return round_half_away_float32(x * scale) - round_half_away_float32(low * scale)


def dequantize(codes: Array, lowest: Ranges, highest: Ranges, mode: Mode = "MIN_FIRST") -> Array:
    """Real values of uint8 codes, float32; parameters as :func:`quantize`."""
    low, high = along(lowest, codes.ndim), along(highest, codes.ndim)
    if mode == "MIN_COMBINED":
        width = (high - low) / np.float32(_LEVELS)
        return np.asarray(codes.astype(np.float32) * width + low)
    step, least = first_levels(low, high)
    return np.asarray(least + codes.astype(np.float32) * step)


def first_levels(low: Ranges, high: Ranges) -> tuple[Ranges, Ranges]:
    """Step between the levels of ``MIN_FIRST``, and the level of code 0."""
    step = ((high - low).astype(np.float64) / _LEVELS).astype(np.float32)
    return step, least_level(low, step)


def least_level(low: Ranges, step: Ranges) -> Ranges:
    """The multiple of `step` next to `low`; `low` itself where there is no step."""
    with np.errstate(divide="ignore", invalid="ignore"):
        least = round_half_away_float32(low / step) * step
    return np.where(step == 0, low, least).astype(np.float32)


def code_of(value: float, lowest: Ranges, highest: Ranges) -> NDArray[np.int64]:
    """Code of one real value in each range, not kept within 8 bits.

    References
    ----------
    TensorFlow, quantization_utils.h, FloatToQuantizedUnclamped.
    """
    lowest, highest = np.asarray(lowest, np.float32), np.asarray(highest, np.float32)
    spread = (highest - lowest).astype(np.float64) * (256 / 255.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(spread == 0, 0, 256 / spread)
    return (round_half_away(value * scale) - round_half_away(lowest * scale)).astype(np.int64)


def zero_codes(lowest: Ranges, highest: Ranges) -> NDArray[np.int64]:
    """Code of the real value 0 in each range."""
    return code_of(0.0, lowest, highest)


def product_range(x: tuple[Ranges, Ranges], y: tuple[Ranges, Ranges]) -> tuple[Ranges, Ranges]:
    """Real values at the ends of int32 sums of products of codes.

    References
    ----------
    TensorFlow, quantization_utils.h, QuantizationRangeForMultiplication.
    """
    step = ((x[1] - x[0]) / np.float32(_LEVELS)) * ((y[1] - y[0]) / np.float32(_LEVELS))
    return step * np.float32(-(2.0**31)), step * np.float32(2.0**31 - 1)


def sums_to_real(sums: Array, lowest: Ranges, highest: Ranges) -> Array:
    """Real values of int32 codes, float32.

    References
    ----------
    TensorFlow, quantization_utils.h, QuantizedToFloat.
    """
    low = np.asarray(lowest, np.float32)
    spread = (np.asarray(highest, np.float32) - low).astype(np.float64)
    step = spread * (_INT32_STEPS / (_INT32_STEPS - 1.0)) / _INT32_STEPS
    least = least_level(low, step.astype(np.float32))
    offset = sums.astype(np.float64) + 2.0**31
    values = least.astype(np.float64) + offset * step
    return np.where(spread == 0, low, values).astype(np.float32)


def real_to_sums(x: Array, lowest: Ranges, highest: Ranges) -> NDArray[np.int64]:
    """int32 codes of real values, computed in float32 as Eigen does.

    References
    ----------
    TensorFlow, quantization_utils.h, FloatToQuantizedStruct.
    """
    low, high = np.asarray(lowest, np.float32), np.asarray(highest, np.float32)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = ((_INT32_STEPS - 1.0) / (high - low).astype(np.float64)).astype(np.float32)
    scale = np.where(high == low, np.float32(0), scale)
    least = round_half_away_float32(low * scale) + np.float32(2.0**31)
    codes = round_half_away_float32(x * scale) - least
    return np.clip(np.nan_to_num(codes).astype(np.float64), -(2**31), 2**31 - 1).astype(np.int64)


def real_to_sums_in_double(x: Array, lowest: Ranges, highest: Ranges) -> NDArray[np.int64]:
    """int32 codes of real values, computed in float64.

    References
    ----------
    TensorFlow, quantization_utils.h, FloatToQuantized.
    """
    low = np.asarray(lowest, np.float32)
    spread = (np.asarray(highest, np.float32) - low).astype(np.float64)
    spread = spread * (_INT32_STEPS / (_INT32_STEPS - 1.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(spread == 0, 0, _INT32_STEPS / spread)
    codes = round_half_away(np.nan_to_num(x * scale)) - round_half_away(low * scale) - 2.0**31
    return np.clip(codes, -(2**31), 2**31 - 1).astype(np.int64)


def requantize(
    sums: Array,
    given: tuple[Ranges, Ranges],
    wanted: tuple[Ranges, Ranges],
) -> Array:
    """int32 codes in one range as uint8 codes in another, by one fixed-point product.

    Parameters
    ----------
    sums : int32 ndarray
    given, wanted : pair of float32 ndarray of shape (n,)
        Ranges of the sums and of the result.

    References
    ----------
    TensorFlow, quantization_utils.h, RequantizeManyInNewRangeReference.
    """
    one = 1 << _POINT
    (given_low, given_high), (low, high) = given, wanted
    spread = (high - low).astype(np.float32)
    is_point = spread == 0
    divisor = np.where(is_point, 1, spread).astype(np.float64)
    inverse = np.where(is_point, 0, _LEVELS / divisor).astype(np.float32)
    middle = ((given_low + given_high).astype(np.float64) / 2).astype(np.float32)
    factor = _LEVELS * float(one) * (given_high - given_low).astype(np.float64) / divisor
    factor = np.trunc(np.where(is_point, 0, factor))
    start = np.trunc(middle * inverse * np.float32(one))
    least = np.trunc(np.where(is_point, 0, np.float64(one) * (low * 255.0) / divisor))

    def spread_out(values: Array) -> Array:
        return along(np.asarray(values).astype(np.int64), sums.ndim)

    scaled = ((sums.astype(np.int64) * spread_out(factor)) >> 32) + spread_out(start)
    codes = (scaled - spread_out(least) + (one >> 1)) >> _POINT
    return np.asarray(np.clip(codes, 0, _LEVELS).astype(np.uint8))
