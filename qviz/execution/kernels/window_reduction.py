"""Windows over all dimensions: REDUCE_WINDOW, STABLEHLO_REDUCE_WINDOW, DILATE, STABLEHLO_PAD."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qviz.execution.kernels.operands import integers_of, kernel_of
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel

_REDUCTIONS: dict[str, np.ufunc] = {
    "ADD": np.add,
    "MUL": np.multiply,
    "MINIMUM": np.minimum,
    "MAXIMUM": np.maximum,
    "ALL": np.logical_and,
    "ANY": np.logical_or,
}
# What the one operator of a subgraph stands for.
_BODIES = {
    "ADD": "ADD",
    "STABLEHLO_ADD": "ADD",
    "MUL": "MUL",
    "STABLEHLO_MULTIPLY": "MUL",
    "MAXIMUM": "MAXIMUM",
    "STABLEHLO_MAXIMUM": "MAXIMUM",
    "MINIMUM": "MINIMUM",
    "STABLEHLO_MINIMUM": "MINIMUM",
    "LOGICAL_AND": "ALL",
    "STABLEHLO_AND": "ALL",
    "LOGICAL_OR": "ANY",
    "STABLEHLO_OR": "ANY",
}


def dilated(x: Array, factors: Sequence[int], value: Array) -> Array:
    """Elements moved apart, ``factor`` places from one to the next, with `value` between them."""
    shape = [max(0, (n - 1) * f + 1) for n, f in zip(x.shape, factors, strict=True)]
    result = np.full(shape, value.reshape(-1)[0], x.dtype)
    result[tuple(slice(None, None, f) for f in factors)] = x
    return result


def padded(x: Array, low: Sequence[int], high: Sequence[int], value: Array) -> Array:
    """`value` put before and behind; negative widths cut off instead."""
    widths = [(max(a, 0), max(b, 0)) for a, b in zip(low, high, strict=True)]
    result = np.pad(x, widths, constant_values=value.reshape(-1)[0])
    cut = tuple(
        slice(max(-a, 0), n - max(-b, 0) if b < 0 else None)
        for a, b, n in zip(low, high, result.shape, strict=True)
    )
    return result[cut]


@kernel("DILATE")
def prepare_dilate(context: Context) -> Kernel:
    """Elements moved apart; inputs x, factors and the value between.

    References
    ----------
    LiteRT, tflite/kernels/dilate.cc.
    """
    return kernel_of(lambda x, factors, value: dilated(x, integers_of(factors), value))


@kernel("STABLEHLO_PAD")
def prepare_stablehlo_pad(context: Context) -> Kernel:
    """A border before, behind and between the elements; a negative border cuts off.

    References
    ----------
    LiteRT, tflite/kernels/stablehlo_pad.cc.
    """
    low, high, between = (
        [int(n) for n in context.option(name, ())]
        for name in ("edge_padding_low", "edge_padding_high", "interior_padding")
    )
    factors = [n + 1 for n in between]
    return kernel_of(lambda x, value: padded(dilated(x, factors, value), low, high, value))


@kernel("REDUCE_WINDOW")
def prepare_reduce_window(context: Context) -> Kernel:
    """Windows reduced to one element; inputs x, start, window, strides and dilations.

    References
    ----------
    LiteRT, tflite/kernels/stablehlo_reduce_window.cc, TFLiteData.
    """
    name = str(context.option("reduce_function", "UNSUPPORTED"))
    operation = _REDUCTIONS.get(name)
    if operation is None:
        raise context.unsupported(f"its reduction {name} is not known")

    def reduce(x: Array, start: Array, window: Array, strides: Array, dilations: Array) -> Array:
        sizes = [integers_of(values) for values in (window, strides, dilations)]
        return _reduced(x, start, operation, *sizes)

    return kernel_of(reduce)


@kernel("STABLEHLO_REDUCE_WINDOW")
def prepare_stablehlo_reduce_window(context: Context) -> Kernel:
    """The same on an input that is dilated and padded with the start value first.

    The reduction is the one operator of a subgraph.

    References
    ----------
    LiteRT, tflite/kernels/stablehlo_reduce_window.cc, StablehloData.
    """
    operation = reduction_of(context, int(context.option("body_subgraph_index", 0)))
    if operation is None:
        raise context.unsupported("the subgraph of its reduction is empty")
    rank = len(context.input(0).shape)
    window, strides, spread, dilations = (
        [int(n) for n in context.option(name, (1,) * rank)]
        for name in ("window_dimensions", "window_strides", "base_dilations", "window_dilations")
    )
    widths = [int(n) for n in context.option("padding", (0,) * (2 * rank))]

    def reduce(x: Array, start: Array) -> Array:
        x = padded(dilated(x, spread, start), widths[::2], widths[1::2], start)
        return _reduced(x, start, operation, window, strides, dilations)

    return kernel_of(reduce)


def reduction_of(context: Context, subgraph: int) -> np.ufunc | None:
    """The function that the one operator of a subgraph computes; None for an empty subgraph.

    Raises
    ------
    UnsupportedOperatorError
        If there are more operators, or another one.
    """
    if context.subgraphs is None:
        raise context.unsupported("the graph has no subgraphs")
    kinds = [operator.kind for operator in context.subgraphs.graph(subgraph).operators]
    if not kinds:
        return None
    if len(kinds) > 1 or kinds[0] not in _BODIES:
        raise context.unsupported(f"its reduction is made of {', '.join(kinds)}")
    return _REDUCTIONS[_BODIES[kinds[0]]]


def _reduced(
    x: Array,
    start: Array,
    operation: np.ufunc,
    window: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
) -> Array:
    """Reduce windows from `start` on, their elements in order, which matters for float sums."""
    counts = [
        max(0, (n - (w - 1) * d - 1) // s + 1)
        for n, w, s, d in zip(x.shape, window, strides, dilations, strict=True)
    ]
    result = np.full(counts, start.reshape(-1)[0], x.dtype)
    for place in np.ndindex(*window):
        met = tuple(
            slice(p * d, p * d + (count - 1) * s + 1, s) if count else slice(0, 0)
            for p, d, s, count in zip(place, dilations, strides, counts, strict=True)
        )
        result = operation(result, x[met]).astype(x.dtype, copy=False)
    return result
