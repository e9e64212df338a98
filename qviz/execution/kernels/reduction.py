"""Operators that summarise along dimensions: MEAN, SUM, REDUCE_*, ARG_MAX, TOPK_V2, CUMSUM."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from qviz.execution.kernels.operands import Array, integers_of, is_quantized, kernel_of
from qviz.execution.kernels.quantized_reduction import (
    axes_of,
    count_of,
    prepare_quantized_mean,
    prepare_quantized_product,
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
        return prepare_quantized_mean(context)
    if is_quantized(context.input(0)) and kind == "REDUCE_PROD":
        return prepare_quantized_product(context)
    function = _REDUCE[kind]
    keepdims = bool(context.option("keep_dims", False))
    return kernel_of(lambda x, axes: function(x, axes_of(axes, x), keepdims))


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
