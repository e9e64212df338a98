"""Comparison, logic and choice: EQUAL ... LESS_EQUAL, LOGICAL_AND, LOGICAL_OR, SELECT, WHERE."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from qviz.execution.fixed_point import multiply_by_quantized_multiplier, quantize_multiplier
from qviz.execution.kernels.operands import (
    Array,
    is_quantized,
    kernel_of,
    scale_of,
    zero_point_of,
)
from qviz.execution.kernels.registry import Context, Kernel, kernel
from qviz.graph import Tensor

# Codes are scaled up by this much before they are compared.
_LEFT_SHIFT = 8

_COMPARE: dict[str, Callable[[Array, Array], Array]] = {
    "EQUAL": np.equal,
    "NOT_EQUAL": np.not_equal,
    "GREATER": np.greater,
    "GREATER_EQUAL": np.greater_equal,
    "LESS": np.less,
    "LESS_EQUAL": np.less_equal,
}
_LOGIC: dict[str, Callable[[Array, Array], Array]] = {
    "LOGICAL_AND": np.logical_and,
    "LOGICAL_OR": np.logical_or,
}


@kernel(*_COMPARE)
def prepare_comparison(context: Context) -> Kernel:
    """Elementwise comparison.

    Codes of 8 bits are brought to a common scale first:
    ``REQ((q - zero_point) << 8, scale)``, with the multiplier of each operand's own scale. Codes of
    16 bits are so for EQUAL and NOT_EQUAL only; the others compare them as they are.

    References
    ----------
    LiteRT, tflite/kernels/comparisons.cc and internal/reference/comparisons.h.
    """
    kind = context.operator.kind
    compare = _COMPARE[kind]
    x, y = context.input(0), context.input(1)
    is_scaled = x.dtype.itemsize == 1 or kind in ("EQUAL", "NOT_EQUAL")
    if not (is_scaled and is_quantized(x) and is_quantized(y)):
        return kernel_of(compare)
    return kernel_of(lambda a, b: compare(_common(a, x), _common(b, y)))


def _common(codes: Array, tensor: Tensor) -> Array:
    multiplier, shift = quantize_multiplier(float(scale_of(tensor)))
    shifted = (codes.astype(np.int64) - zero_point_of(tensor)) << _LEFT_SHIFT
    return multiply_by_quantized_multiplier(shifted, multiplier, shift)


@kernel(*_LOGIC)
def prepare_logic(context: Context) -> Kernel:
    """Elementwise logic of booleans."""
    return kernel_of(_LOGIC[context.operator.kind])


@kernel("SELECT", "SELECT_V2")
def prepare_select(context: Context) -> Kernel:
    """First value where the condition holds, second elsewhere.

    SELECT does not broadcast, except that a condition of one dimension chooses whole rows.
    """
    by_rows = context.operator.kind == "SELECT"

    def select(condition: Array, x: Array, y: Array) -> Array:
        if by_rows and condition.ndim == 1 and x.ndim > 1:
            condition = condition.reshape((-1,) + (1,) * (x.ndim - 1))
        return np.where(condition, x, y)

    return kernel_of(select)


@kernel("WHERE")
def prepare_where(context: Context) -> Kernel:
    """Indices of the elements that are not zero, one row each, int64."""
    return kernel_of(lambda x: np.argwhere(x).astype(np.int64))
