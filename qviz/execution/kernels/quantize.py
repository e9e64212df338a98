"""QUANTIZE and DEQUANTIZE: between real values and codes, and between codes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from qviz.execution.delegation import Rules
from qviz.execution.fixed_point import (
    Int64Array,
    code_limits,
    multiply_by_quantized_multiplier,
    multiply_by_quantized_multiplier_up,
    quantize_multiplier,
    round_half_away,
)
from qviz.execution.io import quantize_input
from qviz.execution.kernels.operands import all_codes, kernel_of, lookup, zero_point_of
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel
from qviz.execution.kernels.vector_code import Elementwise, in_vectors
from qviz.graph import QuantizationParams, Tensor

# Scaled codes less the output's zero point, of codes less the input's.
Scale = Callable[[Int64Array], Int64Array]


@kernel("QUANTIZE")
def prepare_quantize(context: Context) -> Kernel:
    """Codes of real values, or of codes in another scale."""
    x, output = context.input(0), context.output
    params = _params(context, output)
    if output.dtype.kind not in "iu":
        raise context.unsupported(f"its output is {output.dtype}, not an integer type")
    if not x.is_float:
        return _requantize(context, _params(context, x), params)
    if params.is_per_channel:
        raise context.unsupported("its output has a scale per channel")
    if context.rules is Rules.REFERENCE or output.dtype.name not in ("int8", "uint8", "int16"):
        return kernel_of(lambda values: quantize_input(output, values))
    nearest_even = _quantize_by_inverse(output, params)
    if context.rules is Rules.XNNPACK:
        return kernel_of(nearest_even)
    return kernel_of(in_vectors(x, 8, nearest_even, _quantize_in_double(output, params)))


def _quantize_by_inverse(output: Tensor, params: QuantizationParams) -> Elementwise:
    """``rint(x * (1 / scale)) + zero_point``, halves to even, in float32; NaN is the largest code.

    References
    ----------
    LiteRT, tflite/kernels/internal/optimized/optimized_ops.h, AffineQuantize, in its vectors;
    XNNPACK, src/f32-qs8-vcvt.
    """
    dtype, zero_point = output.dtype, int(params.zero_point[0])
    low, high = code_limits(dtype)
    inverse = np.float32(1) / params.scale[0]

    def quantize(values: Array) -> Array:
        codes = values * inverse
        np.rint(codes, out=codes)
        np.clip(codes, low - zero_point, high - zero_point, out=codes)
        if np.isnan(codes).any():
            np.nan_to_num(codes, copy=False, nan=high - zero_point)
        codes += zero_point
        return np.asarray(codes.astype(dtype))

    return quantize


def _quantize_in_double(output: Tensor, params: QuantizationParams) -> Elementwise:
    """``round(x / scale) + zero_point``, halves away from zero, in float64.

    References
    ----------
    LiteRT, tflite/kernels/internal/optimized/optimized_ops.h, AffineQuantize, behind its vectors.
    """
    dtype, zero_point = output.dtype, int(params.zero_point[0])
    low, high = code_limits(dtype)
    scale = np.float64(params.scale[0])

    def quantize(values: Array) -> Array:
        codes = round_half_away(np.nan_to_num(values.astype(np.float64) / scale))
        return np.clip(codes + zero_point, low, high).astype(dtype)

    return quantize


def _requantize(context: Context, x: QuantizationParams, output: QuantizationParams) -> Kernel:
    """Codes in another scale; of 8 bits through tables.

    The optimized kernel for 8 bits rounds vectors of 16 codes upwards at halves.
    """
    source, target = context.input(0), context.output
    scales = x.scale[0], output.scale[0]
    if context.rules is Rules.XNNPACK:
        return kernel_of(_rescaled(source, target, _scale_8_8(*scales)))
    multiplier, shift = quantize_multiplier(float(scales[0]) / float(scales[1]))
    away = _rescaled(
        source, target, lambda d: multiply_by_quantized_multiplier(d, multiplier, shift)
    )
    if context.rules is Rules.REFERENCE or source.dtype.itemsize + target.dtype.itemsize > 2:
        return kernel_of(away)
    upwards = _rescaled(
        source, target, lambda d: multiply_by_quantized_multiplier_up(d, multiplier, shift)
    )
    return kernel_of(in_vectors(source, 16, upwards, away))


def _rescaled(source: Tensor, target: Tensor, scale: Scale) -> Elementwise:
    """Map from codes to codes that applies `scale` to what is above the zero point.

    References
    ----------
    LiteRT, tflite/kernels/internal/reference/requantize.h.
    """
    low, high = code_limits(target.dtype)

    def rescale(codes: Array) -> Array:
        scaled = scale(codes.astype(np.int64) - zero_point_of(source))
        return np.clip(scaled + zero_point_of(target), low, high).astype(target.dtype)

    if source.dtype.itemsize > 1:
        return rescale
    return lookup(rescale(all_codes(source.dtype)), source.dtype)


def _scale_8_8(source: np.float32, target: np.float32) -> Scale:
    """``(128 d m + 2^14) >> 15``, m being ``s_in / s_out`` with 8 bits behind the point.

    So few bits that the result can be several codes away from the nearest one.

    References
    ----------
    XNNPACK, src/qs8-vcvt.
    """
    multiplier = int(np.rint(np.float32(256) * np.float32(source / target)))
    return lambda d: (d * 128 * multiplier + (1 << 14)) >> 15


@kernel("DEQUANTIZE")
def prepare_dequantize(context: Context) -> Kernel:
    """Real values of codes, or of float16 numbers.

    Codes with a stored minimum (tfjs) are ``code * scale + minimum``. The optimized kernel takes
    vectors of 8 8-bit codes as ``code * scale - zero_point * scale``, each product rounded.

    References
    ----------
    LiteRT, tflite/kernels/dequantize.cc, internal/reference/dequantize.h and
    internal/optimized/optimized_ops.h.
    """
    x = context.input(0)
    if x.is_float:
        return kernel_of(lambda values: values.astype(np.float32))
    params = _params(context, x)
    if x.dtype.itemsize != 1 or params.is_per_channel:
        return kernel_of(params.dequantize)
    codes = all_codes(x.dtype)
    exact = lookup(params.dequantize(codes), x.dtype)
    if context.rules is not Rules.OPTIMIZED:
        return kernel_of(exact)
    offset = np.float32(np.float32(-params.zero_point[0]) * params.scale[0])
    fast = lookup(codes.astype(np.float32) * params.scale[0] + offset, x.dtype)
    return kernel_of(in_vectors(x, 8, fast, exact))


def _params(context: Context, tensor: Tensor) -> QuantizationParams:
    if tensor.quantization is None:
        raise context.unsupported(f"its tensor {tensor.name!r} has no scale")
    return tensor.quantization
