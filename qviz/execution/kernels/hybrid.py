"""Dynamic range: float activations that are quantized on the fly, int8 weights, float results.

TFLite calls these operators hybrid. The rules are those of the x86 kernels, which the interpreter
uses for its reference operators, too; on ARM the last bit of a float result can differ.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from qviz.execution.fixed_point import round_half_away, round_half_away_float32
from qviz.execution.kernels.float_finish import clamp, clamp_of
from qviz.execution.kernels.registry import Array, Context

# The vector code handles eight values at a time and rounds the rest in another way.
_LANES = 8

ScaleOrder = Literal["weights-first", "combined", "vectors-weights-first"]
QuantizeRows = Callable[[Array], tuple[NDArray[np.int16], NDArray[np.float32]]]


def asymmetric_codes(rows: Array) -> tuple[NDArray[np.int16], NDArray[np.float32]]:
    """Quantize each row to 8 bits over its own range, extended to hold 0.

    Parameters
    ----------
    rows : float32 ndarray of shape (rows, values)

    Returns
    -------
    codes : int16 ndarray of the same shape
        Less the zero point of the row, in [-255, 255].
    scales : float32 ndarray of shape (rows, 1)

    References
    ----------
    LiteRT, tflite/kernels/internal/optimized/sse_tensor_utils.cc,
    SseAsymmetricQuantizeFloats.
    """
    low = np.minimum(rows.min(1, keepdims=True, initial=0), np.float32(0))
    high = np.maximum(rows.max(1, keepdims=True, initial=0), np.float32(0))
    empty = low == high
    step = (high - low).astype(np.float64) / 255
    step[empty] = 1
    low, high = low.astype(np.float64), high.astype(np.float64)
    # The zero point as the lower and as the upper end of the range say it; the one whose terms
    # are smaller has the smaller rounding error.
    from_low, from_high = -128 - low / step, 127 - high / step
    prefers_low = 128 + np.abs(low / step) < 127 + np.abs(high / step)
    zero_point = round_half_away(np.clip(np.where(prefers_low, from_low, from_high), -128, 127))
    scales = step.astype(np.float32)
    inverse = (1 / scales.astype(np.float64)).astype(np.float32)
    codes = _rounded(rows * inverse) + zero_point
    centred = np.clip(np.nan_to_num(codes), -128, 127) - zero_point
    centred[np.broadcast_to(empty, centred.shape)] = 0
    return centred.astype(np.int16), scales


def symmetric_codes(rows: Array) -> tuple[NDArray[np.int16], NDArray[np.float32]]:
    """Quantize each row to [-127, 127] around 0; shapes as `asymmetric_codes`.

    References
    ----------
    LiteRT, tflite/kernels/internal/optimized/sse_tensor_utils.cc, SseSymmetricQuantizeFloats.
    """
    largest = np.abs(rows).max(1, keepdims=True, initial=0).astype(np.float32)
    empty = largest == 0
    largest[empty] = 127
    scales = largest / np.float32(127)
    codes = np.clip(np.nan_to_num(_rounded(rows * (np.float32(127) / largest))), -127, 127)
    return codes.astype(np.int16), scales


def nearest_even_codes(rows: Array) -> tuple[NDArray[np.int16], NDArray[np.float32]]:
    """Quantize each row as XNNPACK does, in float32; shapes as `asymmetric_codes`.

    The inverse of the scale comes first, ``255 / (high - low)``, and the scale is its inverse.

    References
    ----------
    XNNPACK, src/xnnpack/quantization.h, xnn_f32_qd8_asymmetric_quantization_params, and
    src/f32-qs8-vcvt.
    """
    low = np.minimum(rows.min(1, keepdims=True, initial=0), np.float32(0))
    high = np.maximum(rows.max(1, keepdims=True, initial=0), np.float32(0))
    inverse = np.where(low == high, np.float32(1), np.float32(255) / (high - low))
    from_low, from_high = low * inverse, high * inverse
    prefers_low = (np.float32(-128) + from_low) + (np.float32(127) + from_high) > 0
    zero_point = np.where(prefers_low, np.float32(-128) - from_low, np.float32(127) - from_high)
    zero_point = np.rint(np.clip(zero_point, np.float32(-128), np.float32(127)))
    codes = np.rint(rows * inverse)
    centred = np.clip(np.nan_to_num(codes), -128 - zero_point, 127 - zero_point)
    return centred.astype(np.int16), (np.float32(1) / inverse).astype(np.float32)


def scale_by_fused_product(
    context: Context, sums: Array, scales: Array, bias: Array | None
) -> Array:
    """Results ``(sum * scale) * weight_scale + bias``, the last two in one rounding.

    Parameters
    ----------
    context : Context
        Of an operator that XNNPACK computes; input 1 gives the scales of the weights.
    sums : float32 ndarray
        Exact, outputs last.
    scales : float32 ndarray
        Of the activations, broadcast against `sums`.
    bias : float32 ndarray or None
        Per output.

    References
    ----------
    XNNPACK, src/qd8-f32-qc8w-gemm. The fused product is formed in float64, whose own rounding
    hardly ever shows.
    """
    wide = (sums * scales).astype(np.float64) * weight_scales_of(context)
    if bias is not None:
        wide += bias
    out = wide.astype(np.float32)
    clamp(out, clamp_of(context))
    return out


def weight_scales_of(context: Context) -> NDArray[np.float32]:
    """Scales of input 1, the weights."""
    params = context.input(1).quantization
    if params is None:
        raise context.unsupported("its integer weights have no scale")
    return params.scale.astype(np.float32)


def _rounded(scaled: NDArray[np.float32]) -> NDArray[np.float32]:
    """Halves away from zero; by adding a half and truncating in the vector part."""
    whole = np.trunc(scaled + np.copysign(np.float32(0.5), scaled))
    tail = scaled.shape[1] - scaled.shape[1] % _LANES
    whole[:, tail:] = round_half_away_float32(scaled[:, tail:])
    return whole


def hybrid_compute(
    context: Context,
    multiply: Callable[[Array], Array],
    bias: Array | None,
    order: ScaleOrder,
    quantize_rows: QuantizeRows | None = None,
) -> Callable[[Array], Array]:
    """Computation of a hybrid convolution.

    Parameters
    ----------
    context : Context
        Of the operator; input 1 gives the scales of the weights.
    multiply : callable
        From centred codes (int16, in the shape of the activation) to exact sums in float32.
    bias : float32 ndarray or None
        Per output channel.
    order : {"weights-first", "combined", "vectors-weights-first"}
        How the two scales are applied, which matters for the last bit: ``(sum * weight_scale) *
        input_scale`` or ``sum * (weight_scale * input_scale)``; or the former for vectors of four
        channels and ``(sum * input_scale) * weight_scale`` for those left over.
    quantize_rows : callable, optional
        How an image is quantized; `asymmetric_codes` if not given.
    """
    quantize_rows = quantize_rows or asymmetric_codes
    weight_scales = weight_scales_of(context)
    limits = clamp_of(context)

    def compute(x: Array) -> Array:
        codes, scales = quantize_rows(x.reshape(len(x), -1))
        out = multiply(codes.reshape(x.shape))
        per_image = scales.reshape(-1, *(1,) * (x.ndim - 1))
        if order == "combined":
            out *= weight_scales * per_image
        else:
            channels = out.shape[-1]
            left = channels % 4 if order == "vectors-weights-first" else 0
            per_channel = np.broadcast_to(weight_scales, (channels,))
            vectors, rest = out[..., : channels - left], out[..., channels - left :]
            vectors *= per_channel[: channels - left]
            vectors *= per_image
            rest *= per_image
            rest *= per_channel[channels - left :]
        if bias is not None:
            out += bias
        clamp(out, limits)
        return out

    return compute


def fused_hybrid_compute(
    context: Context,
    multiply: Callable[[Array], Array],
    bias: Array | None,
    *,
    by_pixel: bool,
) -> Callable[[Array], Array]:
    """Computation of a hybrid convolution by XNNPACK; parameters as `hybrid_compute`.

    Images are quantized as a whole or, with `by_pixel`, each pixel by itself.
    """

    def compute(x: Array) -> Array:
        rows = x.reshape(-1, x.shape[-1]) if by_pixel else x.reshape(len(x), -1)
        codes, scales = nearest_even_codes(rows)
        sums = multiply(codes.reshape(x.shape))
        shape = (*x.shape[:-1], 1) if by_pixel else (-1, *(1,) * (x.ndim - 1))
        return scale_by_fused_product(context, sums, scales.reshape(shape), bias)

    return compute


def keep_sums(sums: Array, out: Array) -> None:
    """Finish that leaves the sums as they are, rounded to float32 like a C cast."""
    if sums is not out:
        np.copyto(out, sums, casting="same_kind")
