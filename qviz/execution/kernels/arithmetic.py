"""Operators of two operands on real numbers and plain integers; codes in quantized_*."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from qviz.execution.fixed_point import float_activation_range
from qviz.execution.kernels.operands import Array, is_quantized, kernel_of
from qviz.execution.kernels.quantized_addition import prepare_quantized_add
from qviz.execution.kernels.quantized_arithmetic import (
    prepare_quantized_div,
    prepare_quantized_extremum,
    prepare_quantized_mul,
    prepare_quantized_squared_difference,
)
from qviz.execution.kernels.registry import Context, Kernel, kernel


def _divide(x: Array, y: Array) -> Array:
    """Quotient; of integers truncated towards zero, as in C."""
    if x.dtype.kind == "f":
        return np.asarray(x / y)
    quotient: Array = np.abs(x) // np.maximum(np.abs(y), 1)
    return np.asarray(np.where((x < 0) != (y < 0), -quotient, quotient)).astype(x.dtype)


def _floor_divide(x: Array, y: Array) -> Array:
    """Quotient rounded down; of floats from the quotient in float64, as the kernel has it."""
    if x.dtype.kind != "f":
        return np.asarray(np.floor_divide(x, y))
    return np.floor(x.astype(np.float64) / y).astype(x.dtype)


def _power(x: Array, y: Array) -> Array:
    """Power; of integers through float64, what does not fit becoming the smallest integer.

    With one exponent for all the kernel multiplies integers instead, which wrap.
    """
    if x.dtype.kind == "f" or y.size == 1:
        return np.asarray(np.power(x, y))
    powers = np.power(x.astype(np.float64), y.astype(np.float64))
    limits = np.iinfo(x.dtype)
    fits = (powers >= float(limits.min)) & (powers < float(limits.max) + 1)
    return np.asarray(np.where(fits, powers, limits.min)).astype(x.dtype)


def _squared_difference(x: Array, y: Array) -> Array:
    difference = x - y
    return np.asarray(difference * difference)


_FUNCTIONS: dict[str, Callable[[Array, Array], Array]] = {
    "ADD": np.add,
    "SUB": np.subtract,
    "MUL": np.multiply,
    "DIV": _divide,
    "MAXIMUM": np.maximum,
    "MINIMUM": np.minimum,
    "POW": _power,
    "SQUARED_DIFFERENCE": _squared_difference,
    "FLOOR_DIV": _floor_divide,
    "FLOOR_MOD": np.mod,
    "ATAN2": np.arctan2,
}
_QUANTIZED: dict[str, Callable[[Context], Kernel]] = {
    "ADD": prepare_quantized_add,
    "SUB": prepare_quantized_add,
    "MUL": prepare_quantized_mul,
    "DIV": prepare_quantized_div,
    "MAXIMUM": prepare_quantized_extremum,
    "MINIMUM": prepare_quantized_extremum,
    "SQUARED_DIFFERENCE": prepare_quantized_squared_difference,
}


@kernel(*_FUNCTIONS)
def prepare_arithmetic(context: Context) -> Kernel:
    """Elementwise function of two operands that broadcast, then the fused activation."""
    kind = context.operator.kind
    if is_quantized(context.input(0)) and kind in _QUANTIZED:
        return _QUANTIZED[kind](context)
    function = _FUNCTIONS[kind]
    clamp = clamp_of(context)
    return kernel_of(lambda x, y: clamp(function(x, y)))


@kernel("ADD_N")
def prepare_add_n(context: Context) -> Kernel:
    """Sum of all operands, from the first to the last."""

    def add(*parts: Array) -> Array:
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return total

    return kernel_of(add)


def clamp_of(context: Context) -> Callable[[Array], Array]:
    """The fused activation on real numbers or plain integers."""
    low, high = float_activation_range(context.operator.activation)
    if np.isinf(low):
        return lambda x: x

    def clamp(x: Array) -> Array:
        limits = None if np.isinf(high) else x.dtype.type(high)
        return np.clip(x, x.dtype.type(low), limits)

    return clamp
