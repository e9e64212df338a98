"""QUANTIZE and DEQUANTIZE: between real values and codes, and between codes."""

from __future__ import annotations

import numpy as np

from qviz.execution.fixed_point import (
    code_limits,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
)
from qviz.execution.io import quantize_input
from qviz.execution.kernels.operands import kernel_of
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel
from qviz.graph import QuantizationParams, Tensor


@kernel("QUANTIZE")
def prepare_quantize(context: Context) -> Kernel:
    """Codes of real values, or of codes in another scale.

    References
    ----------
    LiteRT, tflite/kernels/quantize.cc, internal/reference/{quantize.h, requantize.h}.
    """
    x, output = context.input(0), context.output
    params = _params(context, output)
    if output.dtype.kind not in "iu":
        raise context.unsupported(f"its output is {output.dtype}, not an integer type")
    if x.is_float:
        if params.is_per_channel:
            raise context.unsupported("its output has a scale per channel")
        return kernel_of(lambda values: quantize_input(output, values))
    return _requantize(context, _params(context, x), params)


def _requantize(context: Context, x: QuantizationParams, output: QuantizationParams) -> Kernel:
    """Codes in another scale, through a table where there are 256 of them."""
    low, high = code_limits(context.output.dtype)
    zero_point, dtype = int(output.zero_point[0]), context.output.dtype
    multiplier, shift = quantize_multiplier(float(x.scale[0]) / float(output.scale[0]))

    def rescale(codes: Array) -> Array:
        centred = codes.astype(np.int64) - int(x.zero_point[0])
        scaled = multiply_by_quantized_multiplier(centred, multiplier, shift)
        return np.clip(scaled + zero_point, low, high).astype(dtype)

    source = context.input(0).dtype
    if source.itemsize != 1:
        return kernel_of(rescale)
    # In the order of the codes' bytes, which is that of uint8.
    table = rescale(np.arange(256, dtype=np.uint8).view(source))
    return kernel_of(lambda codes: table[codes.view(np.uint8)])


@kernel("DEQUANTIZE")
def prepare_dequantize(context: Context) -> Kernel:
    """Real values of codes, or of float16 numbers.

    Codes with a stored minimum (tfjs) are ``code * scale + minimum``.

    References
    ----------
    LiteRT, tflite/kernels/dequantize.cc, internal/reference/dequantize.h.
    """
    x = context.input(0)
    if x.is_float:
        return kernel_of(lambda values: values.astype(np.float32))
    params = _params(context, x)
    if x.dtype.itemsize != 1 or params.is_per_channel:
        return kernel_of(params.dequantize)
    table = params.dequantize(np.arange(256, dtype=np.uint8).view(x.dtype))
    return kernel_of(lambda codes: table[codes.view(np.uint8)])


def _params(context: Context, tensor: Tensor) -> QuantizationParams:
    if tensor.quantization is None:
        raise context.unsupported(f"its tensor {tensor.name!r} has no scale")
    return tensor.quantization
