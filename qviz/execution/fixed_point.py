"""Fixed-point arithmetic of TFLite's reference kernels.

All functions work on int64 arrays (or Python integers) that hold int32 values, so that no
intermediate result overflows; where the C code would wrap, it says so.
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qviz.graph import Tensor

Int64Array: TypeAlias = NDArray[np.int64]


def quantize_multiplier(real_multiplier: float) -> tuple[int, int]:
    """Significand and exponent of a real factor: ``real = multiplier * 2**-31 * 2**shift``.

    Parameters
    ----------
    real_multiplier : float
        Not negative.

    Returns
    -------
    multiplier : int
        In Q0.31, in [2**30, 2**31), or 0.
    shift : int
        Power of two; negative shifts right.

    References
    ----------
    LiteRT, tflite/kernels/internal/quantization_util.cc, QuantizeMultiplier.
    """
    # What is not finite comes from scales of 0 or infinity; cast to int32 it is 0 on x86.
    if real_multiplier == 0 or not math.isfinite(real_multiplier):
        return 0, 0
    significand, shift = math.frexp(real_multiplier)
    multiplier = math.floor(significand * (1 << 31) + 0.5)
    if multiplier == 1 << 31:
        multiplier //= 2
        shift += 1
    if shift < -31:
        return 0, 0
    return multiplier, shift


def quantize_multipliers(real_multipliers: ArrayLike) -> tuple[Int64Array, Int64Array]:
    """`quantize_multiplier` of each element, as two int64 arrays of the same length."""
    pairs = [quantize_multiplier(float(r)) for r in np.atleast_1d(real_multipliers)]
    return (
        np.array([m for m, _ in pairs], np.int64),
        np.array([s for _, s in pairs], np.int64),
    )


def saturating_rounding_doubling_high_mul(a: ArrayLike, b: ArrayLike) -> Int64Array:
    """``round(a * b / 2**31)``, halves up; the pair of two minima saturates to 2**31 - 1.

    References
    ----------
    gemmlowp, fixedpoint/fixedpoint.h. Its nudge of 1 - 2**30 for negative products followed by a
    truncating division is the same as halves up.
    """
    a, b = np.asarray(a, np.int64), np.asarray(b, np.int64)
    product: Int64Array = (a * b + (1 << 30)) >> 31
    return np.minimum(product, (1 << 31) - 1)


def rounding_divide_by_pot(x: ArrayLike, exponent: ArrayLike) -> Int64Array:
    """``round(x / 2**exponent)``, halves away from zero; `exponent` is in [0, 31].

    References
    ----------
    gemmlowp, fixedpoint/fixedpoint.h, RoundingDivideByPOT.
    """
    x, exponent = np.asarray(x, np.int64), np.asarray(exponent, np.int64)
    mask = (np.int64(1) << exponent) - 1
    threshold = (mask >> 1) + (x < 0)
    quotient: Int64Array = (x >> exponent) + ((x & mask) > threshold)
    return quotient


def rounding_divide_by_any_pot(x: ArrayLike, exponent: ArrayLike) -> Int64Array:
    """`rounding_divide_by_pot` where the exponent may leave [0, 31].

    The C code has no meaning then; x86 takes the exponent modulo 64 for the mask and modulo 32 for
    the shift. A mask of all ones rounds up whatever is not negative.
    """
    x, exponent = np.asarray(x, np.int64), np.asarray(exponent, np.int64) & 63
    within = rounding_divide_by_pot(x, np.minimum(exponent, 31))
    beyond = (x >> (exponent & 31)) + (x >= 0)
    return np.where(exponent > 31, beyond, within)


def multiply_by_quantized_multiplier(
    x: ArrayLike, multiplier: ArrayLike, shift: ArrayLike
) -> Int64Array:
    """Scale an int32 value by a fixed-point factor, rounding twice as the reference kernels do.

    Parameters
    ----------
    x : array_like of int
        int32 values, such as accumulators in units of input_scale * filter_scale.
    multiplier, shift : array_like of int
        From `quantize_multiplier`; broadcast against `x`.

    Returns
    -------
    int64 ndarray
        Value in units of output_scale, before zero point and clamp. A left shift that leaves
        int32 wraps, and its count is taken modulo 32, as C does it on x86.

    References
    ----------
    LiteRT, tflite/kernels/internal/common.cc, MultiplyByQuantizedMultiplier, built without
    TFLITE_SINGLE_ROUNDING.
    """
    shift = np.asarray(shift, np.int64)
    shifted = _shift_left(x, shift)
    product = saturating_rounding_doubling_high_mul(shifted, multiplier)
    return rounding_divide_by_pot(product, np.maximum(-shift, 0))


def multiply_by_quantized_multiplier_up(
    x: ArrayLike, multiplier: ArrayLike, shift: ArrayLike
) -> Int64Array:
    """`multiply_by_quantized_multiplier` whose second rounding goes up at halves, too.

    It differs at negative halves only.

    References
    ----------
    ruy, ruy/apply_multiplier.cc, and the optimized kernels of LiteRT on x86.
    """
    shift = np.asarray(shift, np.int64)
    shifted = _shift_left(x, shift)
    product = saturating_rounding_doubling_high_mul(shifted, multiplier)
    right = np.maximum(-shift, 0)
    scaled: Int64Array = (product + ((np.int64(1) << right) >> 1)) >> right
    return scaled


def multiply_by_quantized_multiplier_once(
    x: ArrayLike, multiplier: ArrayLike, shift: ArrayLike
) -> Int64Array:
    """Scale an int32 value by a fixed-point factor, rounding once, halves up.

    References
    ----------
    LiteRT, tflite/kernels/internal/optimized/avx2_quantization_utils.h, whose product is
    truncated before it is shifted and rounded.
    """
    shift = np.asarray(shift, np.int64)
    shifted = wrap_int32(np.asarray(x, np.int64) << np.maximum(shift, 0))
    right = 31 + np.maximum(-shift, 0)
    half = np.where(shift < 0, np.int64(1) << (right - 1), 0)
    scaled: Int64Array = (shifted * np.asarray(multiplier, np.int64) + half) >> right
    return scaled


def multiply_by_quantized_multiplier_64(
    x: ArrayLike, multiplier: ArrayLike, shift: ArrayLike
) -> Int64Array:
    """Scale a 64-bit accumulator (16x8) by a factor reduced to 15 bits, rounding halves up.

    Parameters
    ----------
    x : array_like of int
        In [-2**47, 2**47).
    multiplier, shift : array_like of int
        From `quantize_multiplier`. Left of 14, which a layer without any output reaches because
        its scale is next to 0, the C code shifts by less than nothing: x86 takes that count
        modulo 64.

    Returns
    -------
    int64 ndarray
        Value in units of output_scale, before clamp; what leaves int32 wraps.

    References
    ----------
    LiteRT, tflite/kernels/internal/common.cc, MultiplyByQuantizedMultiplier(int64_t, ...).
    """
    reduced, total_shift = reduce_multiplier(multiplier, shift)
    half = np.int64(1) << ((total_shift - 1) & 63)
    return wrap_int32((np.asarray(x, np.int64) * reduced + half) >> (total_shift & 63))


def reduce_multiplier(multiplier: ArrayLike, shift: ArrayLike) -> tuple[Int64Array, Int64Array]:
    """Multiplier rounded to 15 bits, and the right shift that goes with it."""
    multiplier = np.asarray(multiplier, np.int64)
    rounded = (multiplier + (1 << 15)) >> 16
    reduced = np.where(multiplier < 0x7FFF0000, rounded, 0x7FFF)
    return reduced, 15 - np.asarray(shift, np.int64)


def _shift_left(x: ArrayLike, shift: Int64Array) -> Int64Array:
    return wrap_int32(np.asarray(x, np.int64) << (np.maximum(shift, 0) & 31))


def wrap_int32(x: Int64Array) -> Int64Array:
    """The value that an int32 variable would hold."""
    return x.astype(np.int32).astype(np.int64)


def round_half_away(x: ArrayLike) -> NDArray[np.float64]:
    """Round float64 to the nearest integer, halves away from zero (``std::round``)."""
    x = np.asarray(x, np.float64)
    whole: NDArray[np.float64] = np.trunc(x)
    # Not trunc(x + 0.5): that is wrong just below a half.
    whole += np.where(np.abs(x - whole) >= 0.5, np.copysign(1.0, x), 0.0)
    return whole


def round_half_away_float32(x: ArrayLike) -> NDArray[np.float32]:
    """Round float32 to the nearest integer, halves away from zero, in float32."""
    x = np.asarray(x, np.float32)
    whole: NDArray[np.float32] = np.trunc(x)
    with np.errstate(invalid="ignore"):
        away = np.abs(x - whole) >= np.float32(0.5)
    whole += np.where(away, np.copysign(np.float32(1), x), np.float32(0))
    return whole


def activation_range(
    activation: str, output: Tensor, *, halves_even: bool = False
) -> tuple[int, int]:
    """Smallest and largest code that a fused activation lets through, of a quantized output.

    Parameters
    ----------
    activation : str
        ``NONE``, ``RELU``, ``RELU6`` or ``RELU_N1_TO_1``.
    output : Tensor
        Quantized output of the operator.
    halves_even : bool
        Whether the codes of the bounds are ``rint(bound / scale + zero_point)``, as in XNNPACK,
        instead of ``round(bound / scale) + zero_point``.

    Raises
    ------
    ValueError
        If the activation has no integer form.

    References
    ----------
    LiteRT, tflite/kernels/kernel_util.cc, CalculateActivationRangeQuantized; XNNPACK,
    src/xnnpack/quantization.h, xnn_qs8_quantize.
    """
    low, high = code_limits(output.dtype)
    real_low, real_high = float_activation_range(activation)
    if math.isfinite(real_low):
        low = max(low, _code(real_low, output, halves_even))
    if math.isfinite(real_high):
        high = min(high, _code(real_high, output, halves_even))
    return low, high


def code_limits(dtype: np.dtype[Any]) -> tuple[int, int]:
    """Smallest and largest number of an integer type."""
    limits = np.iinfo(dtype)
    return int(limits.min), int(limits.max)


def float_activation_range(activation: str) -> tuple[float, float]:
    """Smallest and largest real value that a fused activation lets through.

    Raises
    ------
    ValueError
        If the activation is not a clamp.
    """
    ranges = {
        "NONE": (-math.inf, math.inf),
        "RELU": (0.0, math.inf),
        "RELU6": (0.0, 6.0),
        "RELU_N1_TO_1": (-1.0, 1.0),
    }
    if activation not in ranges:
        raise ValueError(f"{activation} is not a fused activation that clamps")
    return ranges[activation]


def _code(real: float, tensor: Tensor, halves_even: bool) -> int:
    assert tensor.quantization is not None
    zero_point = int(tensor.quantization.zero_point[0])
    scaled: Any = np.float32(real) / tensor.quantization.scale[0]
    if halves_even:
        return int(np.rint(scaled + np.float32(zero_point)))
    return zero_point + int(round_half_away_float32(scaled))
