"""Operators that summarise along dimensions: MEAN, SUM, REDUCE_*, ARG_MAX, TOPK_V2, CUMSUM."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from qviz.execution.delegation import Rules
from qviz.execution.fixed_point import (
    Int64Array,
    code_limits,
    multiply_by_quantized_multiplier,
    multiply_by_quantized_multiplier_64,
    quantize_multiplier,
    wrap_int32,
)
from qviz.execution.kernels.operands import (
    Array,
    integers_of,
    is_quantized,
    kernel_of,
    scale_of,
    zero_point_of,
)
from qviz.execution.kernels.registry import Context, Kernel, kernel

Reduce = Callable[..., Any]


def _sum(x: Array, axes: tuple[int, ...], keepdims: bool) -> Array:
    return np.asarray(x.sum(axes, dtype=x.dtype, keepdims=keepdims))


def _mean(x: Array, axes: tuple[int, ...], keepdims: bool) -> Array:
    """Mean; of integers the quotient of their sum, truncated towards zero."""
    if x.dtype.kind == "f":
        return np.asarray(x.mean(axes, dtype=x.dtype, keepdims=keepdims))
    total = x.sum(axes, dtype=np.int64, keepdims=keepdims)
    count = count_of(x, axes)
    return np.asarray(np.sign(total) * (np.abs(total) // count)).astype(x.dtype)


def _product(x: Array, axes: tuple[int, ...], keepdims: bool) -> Array:
    return np.asarray(x.prod(axes, dtype=x.dtype, keepdims=keepdims))


def _reducer(name: str) -> Reduce:
    function = getattr(np, name)
    return lambda x, axes, keepdims: np.asarray(function(x, axis=axes, keepdims=keepdims))


_REDUCE: dict[str, Reduce] = {
    "MEAN": _mean,
    "SUM": _sum,
    "REDUCE_PROD": _product,
    "REDUCE_MAX": _reducer("max"),
    "REDUCE_MIN": _reducer("min"),
    "REDUCE_ANY": _reducer("any"),
    "REDUCE_ALL": _reducer("all"),
}


@kernel(*_REDUCE)
def prepare_reduction(context: Context) -> Kernel:
    """Reduce along the dimensions of the second input, kept as size 1 with ``keep_dims``.

    Maxima and minima of codes are codes of the same scale; sums and means are rescaled.
    """
    kind = context.operator.kind
    if is_quantized(context.input(0)) and kind in ("MEAN", "SUM"):
        return _prepare_quantized_mean(context)
    if is_quantized(context.input(0)) and kind == "REDUCE_PROD":
        return _prepare_quantized_product(context)
    function = _REDUCE[kind]
    keepdims = bool(context.option("keep_dims", False))
    return kernel_of(lambda x, axes: function(x, axes_of(axes, x), keepdims))


def axes_of(axes: Array, x: Array) -> tuple[int, ...]:
    """Dimensions to reduce, none twice, all counted from the front."""
    return tuple(sorted({axis % x.ndim for axis in integers_of(axes)})) if x.ndim else ()


def count_of(x: Array, axes: tuple[int, ...]) -> int:
    """Number of elements that each result sums up."""
    return int(np.prod([x.shape[axis] for axis in axes], dtype=np.int64))


def _prepare_quantized_mean(context: Context) -> Kernel:
    """MEAN and SUM of codes: ``z_out + REQ(sum - n z_in)``.

    The reference kernel of SUM (LiteRT 2.3) takes the bytes of int8 codes for uint8 ones, but
    leaves the zero points as they are; what it gives is nothing like a sum, and is computed here
    all the same. Of int16 codes it sums the first half of the bytes and leaves half of the result
    unset, which cannot be repeated: they are summed as the optimized kernel does.

    The multiplier is that of ``scale_in / scale_out``; for the mean it is divided by n as
    ``(M << s) // n`` with ``s = min(floor(log2 n), 32, 31 + shift)``, and the shift is reduced
    by s.

    References
    ----------
    LiteRT, tflite/kernels/reduce.cc and internal/reference/reduce.h, QuantizedMeanOrSum.
    """
    source, target = context.input(0), context.output
    multiplier, shift = quantize_multiplier(float(scale_of(source)) / float(scale_of(target)))
    keepdims = bool(context.option("keep_dims", False))
    is_mean = context.operator.kind == "MEAN"
    as_bytes = not is_mean and source.dtype == np.int8 and context.rules is Rules.REFERENCE
    low, high = code_limits(np.dtype(np.uint8) if as_bytes else target.dtype)

    def reduce(x: Array, axes: Array) -> Array:
        x = x.view(np.uint8) if as_bytes else x
        dimensions = axes_of(axes, x)
        n = count_of(x, dimensions)
        factor, exponent = multiplier, shift
        if is_mean:
            extra = min(n.bit_length() - 1, 32, 31 + shift)
            factor, exponent = (multiplier << extra) // n, shift - extra
        total = x.sum(dimensions, dtype=np.int64, keepdims=keepdims) - n * zero_point_of(source)
        scaled = multiply_by_quantized_multiplier(total, factor, exponent)
        codes = scaled + zero_point_of(target)
        return np.asarray(np.clip(codes, low, high)).astype(target.dtype)

    return kernel_of(reduce)


def _prepare_quantized_product(context: Context) -> Kernel:
    """REDUCE_PROD of codes, rescaled after each factor by ``scale_in / scale_out^(1/n)``.

    Products have 64 bits and are scaled by a multiplier of 15 bits.

    References
    ----------
    LiteRT, tflite/kernels/reduce.cc, GetQuantProdScaling, and internal/reference/reduce.h,
    QuantizedReduceProd.
    """
    source, target = context.input(0), context.output
    keepdims = bool(context.option("keep_dims", False))
    low, high = code_limits(target.dtype)
    scale_in, scale_out = float(scale_of(source)), float(scale_of(target))

    def rescale(x: Int64Array, multiplier: int, shift: int) -> Int64Array:
        return wrap_int32(multiply_by_quantized_multiplier_64(x, multiplier, shift))

    def reduce(x: Array, axes: Array) -> Array:
        dimensions = axes_of(axes, x)
        n = count_of(x, dimensions)
        multiplier, shift = quantize_multiplier(scale_in / scale_out ** (1.0 / n))
        kept = [d for d in range(x.ndim) if d not in dimensions]
        factors = x.transpose(*kept, *dimensions).reshape(*(x.shape[d] for d in kept), n)
        centred = factors.astype(np.int64) - zero_point_of(source)
        product = centred[..., 0]
        for i in range(1, n):
            product = rescale(product * centred[..., i], multiplier, shift)
        scaled = rescale(product, multiplier, shift)
        codes = np.clip(scaled + zero_point_of(target), low, high)
        shape = [1 if d in dimensions else x.shape[d] for d in range(x.ndim)]
        return codes.reshape(shape if keepdims else [x.shape[d] for d in kept]).astype(x.dtype)

    return kernel_of(reduce)


@kernel("ARG_MAX", "ARG_MIN")
def prepare_arg_extremum(context: Context) -> Kernel:
    """Index of the largest or smallest element along a dimension, the first of equals."""
    function = np.argmax if context.operator.kind == "ARG_MAX" else np.argmin
    dtype = context.output.dtype
    return kernel_of(
        lambda x, axis: np.asarray(function(x, axis=integers_of(axis)[0])).astype(dtype)
    )


@kernel("TOPK_V2")
def prepare_top_k(context: Context) -> Kernel:
    """The k largest elements along the last dimension and their indices, the first of equals."""
    dtype = context.outputs[1].dtype

    def top_k(x: Array, k: Array) -> tuple[Array, Array]:
        count = integers_of(k)[0]
        # A stable ascending sort of the reversed row, read backwards, puts equals in order.
        ascending = np.argsort(x[..., ::-1], axis=-1, kind="stable")
        indices = (x.shape[-1] - 1 - ascending)[..., ::-1][..., :count]
        return np.take_along_axis(x, indices, -1), indices.astype(dtype)

    return kernel_of(top_k)


@kernel("CUMSUM")
def prepare_cumsum(context: Context) -> Kernel:
    """Running sum along a dimension, with ``exclusive`` of the elements before, or ``reverse``."""
    exclusive = bool(context.option("exclusive", False))
    reverse = bool(context.option("reverse", False))

    def cumsum(x: Array, axis: Array) -> Array:
        dimension = integers_of(axis)[0] % x.ndim
        ordered = np.flip(x, dimension) if reverse else x
        if exclusive:
            width = [(0, 0)] * x.ndim
            width[dimension] = (1, 0)
            ordered = np.pad(ordered, width).take(range(x.shape[dimension]), dimension)
        sums = np.cumsum(ordered, dimension, dtype=x.dtype)
        return np.ascontiguousarray(np.flip(sums, dimension)) if reverse else sums

    return kernel_of(cumsum)
