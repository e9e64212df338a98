"""FULLY_CONNECTED."""

from __future__ import annotations

import numpy as np

from qviz.execution.delegation import Rules
from qviz.execution.kernels.accumulation import (
    Compute,
    Finish,
    exact_carrier,
    multiply_rows,
    with_packed_weights,
)
from qviz.execution.kernels.float_finish import add_bias_and_clamp, clamp, clamp_of
from qviz.execution.kernels.hybrid import (
    asymmetric_codes,
    keep_sums,
    nearest_even_codes,
    scale_by_fused_product,
    symmetric_codes,
    weight_scales_of,
)
from qviz.execution.kernels.operand_types import Arithmetic, arithmetic_of
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel
from qviz.execution.kernels.requantization import (
    Accumulator,
    centred_weights,
    input_bound,
    requantize_dense,
)


@kernel("FULLY_CONNECTED")
def prepare_fully_connected(context: Context) -> Kernel:
    """Product of rows with weights (out, in).

    The input is read as rows of as many values as the weights have columns; with `keep_num_dims`
    the output has its leading dimensions, else it is (rows, out). The same types as CONV_2D.

    References
    ----------
    LiteRT, tflite/kernels/fully_connected.cc and
    internal/reference/{fully_connected.h, integer_ops/fully_connected.h}.
    """
    if context.option("weights_format", "DEFAULT") != "DEFAULT":
        raise context.unsupported("its weights are shuffled for one processor")
    arithmetic = arithmetic_of(context)
    keeps_dimensions = bool(context.option("keep_num_dims", False))

    def pack(weights: Array, bias: Array | None) -> Compute:
        packers = {
            Arithmetic.FLOAT: _pack_float,
            Arithmetic.INTEGER: _pack_integer,
            Arithmetic.HYBRID: _pack_hybrid,
        }
        compute = packers[arithmetic](context, weights, bias)
        outputs, values = weights.shape

        def connect(x: Array) -> Array:
            result = compute(x.reshape(-1, values))
            return result.reshape(*x.shape[:-1], outputs) if keeps_dimensions else result

        return connect

    return with_packed_weights(context, pack)


def _pack_float(context: Context, weights: Array, bias: Array | None) -> Compute:
    # A view, which BLAS takes as well as a copy.
    return _multiply(context, weights.T, add_bias_and_clamp(context, bias))


def _pack_integer(context: Context, weights: Array, bias: Array | None) -> Compute:
    x = context.input(0)
    weights = centred_weights(context.input(1), weights).T
    matrix = weights.astype(exact_carrier(weights, input_bound(x)), order="C")
    accumulator = Accumulator.of(context, weights, bias)
    return _multiply(context, matrix, requantize_dense(context, accumulator))


def _multiply(context: Context, matrix: Array, finish: Finish) -> Compute:
    dtype = context.output.dtype
    return lambda rows: multiply_rows(rows, matrix, finish, dtype)


def _pack_hybrid(context: Context, weights: Array, bias: Array | None) -> Compute:
    """Each row quantized by itself: asymmetric or, in older files, symmetric."""
    weights = centred_weights(context.input(1), weights).T
    matrix = weights.astype(exact_carrier(weights, 255), order="C")
    if context.rules is Rules.XNNPACK:
        return _fused(context, matrix, bias)
    weight_scales = weight_scales_of(context)
    is_asymmetric = bool(context.option("asymmetric_quantize_inputs", False))
    quantize_rows = asymmetric_codes if is_asymmetric else symmetric_codes
    limits = clamp_of(context)

    def compute(rows: Array) -> Array:
        codes, scales = quantize_rows(rows)
        out = multiply_rows(codes, matrix, keep_sums, np.dtype(np.float32))
        out *= scales * weight_scales
        if bias is not None:
            out += bias
        clamp(out, limits)
        return out

    return compute


def _fused(context: Context, matrix: Array, bias: Array | None) -> Compute:
    """Each row quantized by itself, as XNNPACK does: always asymmetric."""

    def compute(rows: Array) -> Array:
        codes, scales = nearest_even_codes(rows)
        sums = multiply_rows(codes, matrix, keep_sums, np.dtype(np.float32))
        return scale_by_fused_product(context, sums, scales, bias)

    return compute
