"""BATCH_MATMUL: products of matrices of activations, float, integer and hybrid."""

from __future__ import annotations

import numpy as np

from qviz.execution.delegation import Rules
from qviz.execution.fixed_point import (
    code_limits,
    multiply_by_quantized_multiplier,
    multiply_by_quantized_multiplier_64,
    quantize_multiplier,
    wrap_int32,
)
from qviz.execution.kernels.hybrid import (
    asymmetric_codes,
    nearest_even_codes,
    scale_by_fused_product,
    symmetric_codes,
)
from qviz.execution.kernels.operands import Array, kernel_of, scale_of, zero_point_of
from qviz.execution.kernels.registry import Context, Kernel, kernel

# Integers of float32 and float64 that all are exact.
_EXACT_FLOAT32 = 1 << 24


@kernel("BATCH_MATMUL")
def prepare_batch_matmul(context: Context) -> Kernel:
    """Matrix product of the last two dimensions; the others broadcast.

    ``adj_x`` and ``adj_y`` transpose an operand first. An int8 second operand under a float first
    one makes it hybrid: each row of the first is quantized on the fly.
    """
    x, y = context.input(0), context.input(1)
    if x.is_float and y.is_float:
        return kernel_of(lambda a, b: np.matmul(*_oriented(context, a, b)))
    if x.is_float:
        return _prepare_hybrid(context)
    if (x.dtype.name, y.dtype.name) not in (
        ("int8", "int8"),
        ("int16", "int16"),
        ("int16", "int8"),
    ):
        raise context.unsupported(f"there is no kernel for {x.dtype} with {y.dtype}")
    return _prepare_integer(context)


def _oriented(context: Context, a: Array, b: Array) -> tuple[Array, Array]:
    """Operands, the summed dimension last in the first and next to last in the second."""
    if context.option("adj_x", False):
        a = a.swapaxes(-1, -2)
    if context.option("adj_y", False):
        b = b.swapaxes(-1, -2)
    return a, b


def _exact_product(a: Array, b: Array, bound: int) -> Array:
    """Product of integers whose terms are at most `bound`, through a float type that is exact."""
    dtype = np.float32 if a.shape[-1] * bound < _EXACT_FLOAT32 else np.float64
    return np.asarray(np.matmul(a.astype(dtype), b.astype(dtype)))


def _prepare_integer(context: Context) -> Kernel:
    """``z + REQ(sum((q_x - z_x) (q_y - z_y)), f32(s_x s_y) / s)``.

    16-bit operands are summed in 64 bits and scaled by a multiplier of 15 bits; the result is then
    cut to 32 bits. An int32 output holds the sums of the codes themselves.

    References
    ----------
    LiteRT, tflite/kernels/batch_matmul.cc and internal/reference/batch_matmul.h.
    """
    x, y, target = context.input(0), context.input(1), context.output
    if target.dtype == np.int32:
        return kernel_of(
            lambda a, b: _exact_product(*_oriented(context, a, b), 1 << 14).astype(np.int32)
        )
    z_x, z_y, z = (zero_point_of(t) for t in (x, y, target))
    product_scale = float(np.float32(scale_of(x) * scale_of(y)))
    multiplier, shift = quantize_multiplier(product_scale / float(scale_of(target)))
    is_wide = x.dtype.itemsize > 1
    rescale = multiply_by_quantized_multiplier_64 if is_wide else multiply_by_quantized_multiplier
    low, high = code_limits(target.dtype)
    bound = 1 << (7 * (x.dtype.itemsize + y.dtype.itemsize) + 4)

    def multiply(a: Array, b: Array) -> Array:
        left, right = _oriented(context, a.astype(np.int32) - z_x, b.astype(np.int32) - z_y)
        sums = _exact_product(left, right, bound).astype(np.int64)
        codes = wrap_int32(rescale(sums, multiplier, shift)) + z
        return np.asarray(np.clip(codes, low, high)).astype(target.dtype)

    return kernel_of(multiply)


def _prepare_hybrid(context: Context) -> Kernel:
    """Float rows, quantized on the fly, times int8 columns: ``sum (s_row s_column)``.

    Rows are quantized symmetrically to [-127, 127], or over their own range with
    ``asymmetric_quantize_inputs``.

    References
    ----------
    LiteRT, tflite/kernels/batch_matmul.cc, EvalHybrid.
    """
    quantization = context.input(1).quantization
    if quantization is None:
        raise context.unsupported("its int8 operand has no scale")
    column_scales = quantization.scale.astype(np.float32)
    is_fused = context.rules is Rules.XNNPACK
    is_asymmetric = context.option("asymmetric_quantize_inputs", False)
    quantize = asymmetric_codes if is_asymmetric else symmetric_codes
    if is_fused:
        quantize = nearest_even_codes

    def multiply(a: Array, b: Array) -> Array:
        left, right = _oriented(context, a, b)
        rows = np.ascontiguousarray(left).reshape(-1, left.shape[-1])
        codes, scales = quantize(rows)
        sums = _exact_product(codes.reshape(left.shape), right, 1 << 15).astype(np.float32)
        if is_fused:
            per_row = scales.reshape(*left.shape[:-1], 1)
            return scale_by_fused_product(context, sums, per_row, None)
        return np.asarray(sums * (scales.reshape(*left.shape[:-1], 1) * column_scales))

    return kernel_of(multiply)
