"""Operators of one operand that are no activation: EXP, LOG, SQRT, ABS, FLOOR, CAST, ..."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from qviz.execution.fixed_point import (
    Int64Array,
    code_limits,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
)
from qviz.execution.kernels.c_library import c_function
from qviz.execution.kernels.fixed_point_functions import inverse_square_root
from qviz.execution.kernels.interpolation import prepare_table
from qviz.execution.kernels.operands import (
    Array,
    is_quantized,
    kernel_of,
    scale_of,
    zero_point_of,
)
from qviz.execution.kernels.quantized_activation import prepare_rule
from qviz.execution.kernels.registry import Context, Kernel, kernel

_F32 = np.float32

_REAL: dict[str, Callable[[Array], Array]] = {
    "EXP": np.exp,
    "LOG": np.log,
    "SQRT": np.sqrt,
    "RSQRT": lambda x: _F32(1) / np.sqrt(x),
    "SQUARE": np.square,
    "ABS": np.abs,
    "NEG": np.negative,
    "FLOOR": np.floor,
    "CEIL": np.ceil,
    "ROUND": np.rint,
    "SIN": np.sin,
    "COS": np.cos,
    "SIGN": np.sign,
    "LOGICAL_NOT": np.logical_not,
}


@kernel(*_REAL)
def prepare_unary(context: Context) -> Kernel:
    """Elementwise function of floats or plain integers; of codes where TFLite has a kernel."""
    kind = context.operator.kind
    if not is_quantized(context.input(0)):
        return kernel_of(_REAL[kind])
    if kind not in _QUANTIZED:
        raise context.unsupported("TFLite has no integer kernel for it")
    return _QUANTIZED[kind](context)


@kernel("CAST")
def prepare_cast(context: Context) -> Kernel:
    """Change of type, as C casts, except that floats outside the integers' range saturate.

    Floats are truncated towards zero; NaN gives the largest integer. Of a complex number the real
    part is taken. Codes are cast as the integers they are, without regard to their scale.

    References
    ----------
    LiteRT, tflite/kernels/cast.cc.
    """
    dtype = context.output.dtype

    def cast(x: Array) -> Array:
        if x.dtype.kind == "c" and dtype.kind != "c":
            x = x.real
        if x.dtype.kind != "f" or dtype.kind not in "iu":
            return x.astype(dtype)
        low, high = code_limits(dtype)
        # In the source's type the largest integer may round up to a number beyond the range.
        above = np.isnan(x) | (x.astype(np.float64) >= float(high))
        below = x.astype(np.float64) <= float(low)
        result = np.where(above | below, x.dtype.type(0), x).astype(dtype)
        result[above], result[below] = high, low
        return result

    return kernel_of(cast)


def _prepare_abs_codes(context: Context) -> Kernel:
    """``z_out + REQ(|q - z_in|, scale_in / scale_out)``; not rescaled where the scales agree.

    References
    ----------
    LiteRT, tflite/kernels/elementwise.cc, AbsEvalQuantized.
    """
    source, target = context.input(0), context.output
    low, high = code_limits(target.dtype)
    z_in, z_out = zero_point_of(source), zero_point_of(target)
    s_in, s_out = scale_of(source), scale_of(target)
    multiplier, shift = quantize_multiplier(float(_F32(s_in / s_out)))

    def rule(q: Int64Array) -> Int64Array:
        magnitude = np.abs(q - z_in)
        if s_in != s_out:
            magnitude = multiply_by_quantized_multiplier(magnitude, multiplier, shift)
        return magnitude + z_out

    return prepare_rule(context, rule, low, high)


def _prepare_exp_codes(context: Context) -> Kernel:
    """Table of the exponential.

    References
    ----------
    LiteRT, tflite/kernels/exp.cc.
    """
    return prepare_table(context, c_function("expf", np.exp))


def _prepare_log_codes(context: Context) -> Kernel:
    """Table of the logarithm; the smallest output stands for the logarithm of what is not positive.

    References
    ----------
    LiteRT, tflite/kernels/elementwise.cc, LogLUTPrepare.
    """
    target = context.output
    lowest = _F32(code_limits(target.dtype)[0] - zero_point_of(target)) * scale_of(target)
    logarithm = c_function("logf", np.log)
    return prepare_table(context, lambda x: np.where(x <= 0, lowest, logarithm(x)))


def _prepare_rsqrt_codes(context: Context) -> Kernel:
    """Inverse square root; 0 gives the largest output code.

    int8: the integer's inverse root as a multiplier, times 1 with 20 extra bits, then rescaled by
    ``1 / (sqrt(scale_in) scale_out)``. int16: an interpolated table.

    References
    ----------
    LiteRT, tflite/kernels/elementwise.cc, RsqrtEvalQuantizedInt8 and GenericPrepare.
    """
    source, target = context.input(0), context.output
    low, high = code_limits(target.dtype)
    s_out = scale_of(target)
    if source.dtype == np.int16:
        largest = _F32(high) * s_out
        return prepare_table(
            context, lambda x: np.where(x <= 0, largest, _F32(1) / np.sqrt(np.maximum(x, 0)))
        )
    z_in, z_out = zero_point_of(source), zero_point_of(target)
    multiplier, shift = quantize_multiplier(1.0 / float(np.sqrt(scale_of(source)) * s_out))
    extra = 20

    def rule(q: Int64Array) -> Int64Array:
        value = np.maximum(q - z_in, 0)
        inverse, inverse_shift = inverse_square_root(value)
        root = multiply_by_quantized_multiplier(np.ones_like(value), inverse, inverse_shift + extra)
        codes = multiply_by_quantized_multiplier(root, multiplier, shift - extra) + z_out
        return np.where(value == 0, high, codes)

    return prepare_rule(context, rule, low, high)


def _prepare_sqrt_codes(context: Context) -> Kernel:
    """``z_out + trunc(f32(sqrt(scale_in (q - z_in)) / scale_out))``; below 0 as of 0.

    References
    ----------
    LiteRT, tflite/kernels/elementwise.cc, SqrtEvalQuantized.
    """
    source, target = context.input(0), context.output
    low, high = code_limits(target.dtype)
    z_in, z_out = zero_point_of(source), zero_point_of(target)
    s_in, s_out = scale_of(source), scale_of(target)

    def rule(q: Int64Array) -> Int64Array:
        real = s_in * np.maximum(q - z_in, 0).astype(_F32)
        codes: Int64Array = np.trunc(np.sqrt(real) / s_out).astype(np.int64) + z_out
        return codes

    return prepare_rule(context, rule, low, high)


def _prepare_neg_codes(context: Context) -> Kernel:
    """Negated codes, whatever the zero point is; -128 stays -128.

    References
    ----------
    LiteRT, tflite/kernels/neg.cc.
    """
    return kernel_of(np.negative)


_QUANTIZED: dict[str, Callable[[Context], Kernel]] = {
    "ABS": _prepare_abs_codes,
    "EXP": _prepare_exp_codes,
    "LOG": _prepare_log_codes,
    "NEG": _prepare_neg_codes,
    "RSQRT": _prepare_rsqrt_codes,
    "SQRT": _prepare_sqrt_codes,
}
