"""Random inputs that a model can be run on: seeded, within ranges, indices inside their tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.errors import ExecutionError
from qviz.execution.fixed_point import code_limits
from qviz.graph import Graph, Operator, Tensor

Array = NDArray[Any]
Range = tuple[float, float]

# Real inputs of a model that does not say otherwise.
_USUAL_RANGE = (-1.0, 1.0)
# A quantized copy of the input is fed a little beyond its range, so that clamping is seen too.
_BEYOND = 0.05
# Integers in arithmetic; small enough for their products.
_SMALL = (-100, 101)
# Integers whose meaning is not known: inside of nearly everything.
_CAUTIOUS = (0, 2)

_ARITHMETIC = frozenset(
    {"ABS", "ADD", "ADD_N", "EQUAL", "GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL", "MAXIMUM"}
    | {"MINIMUM", "MUL", "NEG", "NOT_EQUAL", "SIGN", "SQUARE", "SQUARED_DIFFERENCE", "SUB", "SUM"}
    | {"REDUCE_MAX", "REDUCE_MIN", "DEQUANTIZE"}
)
_DIVISIONS = frozenset({"DIV", "FLOOR_DIV", "FLOOR_MOD"})
# The first input passes through unchanged, whatever the others are.
_PASSING = frozenset(
    {"BATCH_TO_SPACE_ND", "CAST", "CONCATENATION", "DEPTH_TO_SPACE", "EXPAND_DIMS", "GATHER"}
    | {"PACK", "PAD", "RESHAPE", "REVERSE_V2", "SLICE", "SPACE_TO_BATCH_ND", "SPACE_TO_DEPTH"}
    | {"SPLIT_V", "SQUEEZE", "STRIDED_SLICE", "TILE", "TRANSPOSE", "UNPACK"}
)
_JOINING = frozenset({"CONCATENATION", "PACK"})


def random_inputs(graph: Graph, seed: int, sample: int) -> dict[str, Array]:
    """One sample for every input of `graph`, of the shapes that it has.

    Quantized inputs get codes: of the whole range in sample 0, of a random part of it in the
    others, which drives the layers to other ends than noise of one kind does. Real inputs lie in
    [-1, 1], or in the range of the codes that they are turned into. Integers that are looked up
    stay inside their table.

    Parameters
    ----------
    graph : Graph
    seed, sample : int
        Both together choose the values.

    Raises
    ------
    ExecutionError
        If an input takes text or handles.
    """
    random = np.random.default_rng((seed, sample))
    return {
        name: _values(graph, graph.tensors[name], random, whole=sample == 0)
        for name in graph.inputs
    }


def _values(graph: Graph, tensor: Tensor, random: np.random.Generator, *, whole: bool) -> Array:
    shape = tuple(1 if size < 0 else size for size in tensor.shape)
    if tensor.dtype.kind == "b":
        return random.integers(0, 2, shape).astype(tensor.dtype)
    if tensor.dtype.kind in "fc":
        low, high = _real_range(graph, tensor.name)
        return random.uniform(low, high, shape).astype(tensor.dtype)
    if tensor.dtype.kind not in "iu":
        raise ExecutionError(
            f"The input {tensor.name!r} takes text or handles; there are no random values of these."
        )
    if tensor.quantization is None or tensor.dtype.itemsize > 2:
        first, end = _integer_range(graph, tensor.name)
        return random.integers(first, max(end, first + 1), shape).astype(tensor.dtype)
    lowest, highest = code_limits(tensor.dtype)
    if not whole:
        lowest, highest = sorted(int(c) for c in random.integers(lowest, highest + 1, 2))
    return random.integers(lowest, highest + 1, shape).astype(tensor.dtype)


def _real_range(graph: Graph, name: str) -> Range:
    """Range of the codes that the input becomes; the usual one if it stays real."""
    for operator in _readers(graph, name):
        params = graph.tensors[operator.outputs[0]].quantization if operator.outputs else None
        if operator.kind == "QUANTIZE" and params is not None:
            limits = np.array(code_limits(graph.tensors[operator.outputs[0]].dtype))
            low, high = (float(v) for v in params.dequantize(limits))
            return low - _BEYOND * (high - low), high + _BEYOND * (high - low)
    return _USUAL_RANGE


def _integer_range(graph: Graph, name: str) -> tuple[int, int]:
    """First value and the one after the last that every reader of the integers can take."""
    ranges = list(_reader_ranges(graph, name, set()))
    if not ranges:
        return _CAUTIOUS
    return max(first for first, _ in ranges), min(end for _, end in ranges)


def _reader_ranges(graph: Graph, name: str, seen: set[str]) -> Iterator[tuple[int, int]]:
    if name in seen:
        return
    seen.add(name)
    for operator in _readers(graph, name):
        for position, read in enumerate(operator.inputs):
            if read != name:
                continue
            if operator.kind in _PASSING and (position == 0 or operator.kind in _JOINING):
                for output in operator.outputs:
                    if graph.tensors[output].dtype.kind in "iu":
                        yield from _reader_ranges(graph, output, seen)
                yield _SMALL
            else:
                yield _read_range(graph, operator, position)


def _read_range(graph: Graph, operator: Operator, position: int) -> tuple[int, int]:
    if operator.kind in _ARITHMETIC:
        return _SMALL
    if operator.kind in _DIVISIONS:
        return (1, _SMALL[1]) if position == 1 else _SMALL
    if (operator.kind, position) == ("TOPK_V2", 1):
        return 1, max(graph.tensors[operator.present_inputs[0]].shape[-1:], default=1) + 1
    table = _table_sizes(graph, operator, position)
    return _CAUTIOUS if table is None else (0, min(table))


def _table_sizes(graph: Graph, operator: Operator, position: int) -> tuple[int, ...] | None:
    """Sizes of the dimensions that input `position` holds places of; None if it holds none."""

    def shape(index: int) -> tuple[int, ...]:
        name = operator.inputs[index] if index < len(operator.inputs) else None
        return () if name is None else graph.tensors[name].shape

    def constant(index: int) -> tuple[int, ...]:
        name = operator.inputs[index] if index < len(operator.inputs) else None
        data = None if name is None else graph.tensors[name].data
        return () if data is None else tuple(int(v) for v in np.ravel(data))

    sizes: tuple[int, ...] = ()
    if (operator.kind, position) == ("GATHER", 1):
        axis = int(operator.option("axis", 0))
        sizes = shape(0)[axis : axis + 1] if axis >= 0 else shape(0)[axis:][:1]
    elif (operator.kind, position) == ("EMBEDDING_LOOKUP", 0):
        sizes = shape(1)[:1]
    elif (operator.kind, position) == ("GATHER_ND", 1):
        sizes = shape(0)[: shape(1)[-1]] if shape(1) else ()
    elif (operator.kind, position) == ("SCATTER_ND", 0):
        sizes = constant(2)[: shape(0)[-1]] if shape(0) else ()
    elif (operator.kind, position) == ("ONE_HOT", 0):
        sizes = constant(1)[:1]
    return sizes if sizes and min(sizes) > 0 else None


def _readers(graph: Graph, name: str) -> Iterator[Operator]:
    return (operator for operator in graph.operators if name in operator.inputs)
