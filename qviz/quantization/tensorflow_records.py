"""Ranges as TensorFlow 2.21's calibrator records them, its artefact included.

The calibrator logs the inputs of an operator a second time after it has run. Kernels that write
their result over an input therefore merge the range of the result into that of the input: on
MobileNetV2 the ten convolutions before a residual ADD get ranges up to twice too wide. qviz
reproduces this to make the same files, and offers the true ranges beside it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from qviz.graph import Graph, Operator
from qviz.graph.passes.draft import RESHAPING
from qviz.quantization.calibration import TensorStatistics

Ranges = dict[str, tuple[float, float]]

# Kinds whose kernel runs in place, and how many of their first inputs may be written over.
_IN_PLACE = {"ADD": 2, "SUB": 2, "MUL": 2, "DIV": 2, "SOFTMAX": 1, "DYNAMIC_UPDATE_SLICE": 1}

# A recorded maximum begins at the smallest normal number.
_FLT_MIN = float(np.finfo(np.float32).tiny)


def true_ranges(statistics: Mapping[str, TensorStatistics]) -> Ranges:
    """Range of each tensor as the estimator chose it."""
    return {name: (seen.lower, seen.upper) for name, seen in statistics.items()}


def as_tensorflow_records(graph: Graph, statistics: Mapping[str, TensorStatistics]) -> Ranges:
    """Range of each tensor of `graph` as TensorFlow 2.21's calibrator would store it.

    Parameters
    ----------
    graph : Graph
        Float and folded, the one that was calibrated.
    statistics : Mapping of str to TensorStatistics
        Its activations.

    Returns
    -------
    dict of str to tuple of float
        Lower and upper bound, float32 values. No upper bound is below the smallest normal number,
        and inputs that a kernel writes over also cover the range of its result.
    """
    ranges = {
        name: (float(np.float32(seen.lower)), max(float(np.float32(seen.upper)), _FLT_MIN))
        for name, seen in statistics.items()
    }
    for source, result in in_place_unions(graph):
        if source in ranges and result in ranges:
            (low, high), (other_low, other_high) = ranges[source], ranges[result]
            ranges[source] = (min(low, other_low), max(high, other_high))
    return ranges


def in_place_unions(graph: Graph) -> list[tuple[str, str]]:
    """Pairs (input, output) whose recorded ranges merge, in execution order.

    An input is written over if it is neither constant nor an input of the graph, the output is no
    output of the graph, both have the same size of more than 4 bytes, and the input and the memory
    that it stands for (through RESHAPE, EXPAND_DIMS and SQUEEZE) are used exactly once. The first
    input that qualifies wins.
    """
    uses = _uses(graph)
    memory: dict[str, str] = {}

    def root(name: str) -> str:
        while name in memory:
            name = memory[name]
        return name

    unions: list[tuple[str, str]] = []
    for operator in graph.operators:
        # ASSIGN_VARIABLE and CALL_ONCE make no tensor.
        result = next(iter(operator.outputs), None)
        if result is None or result in graph.outputs:
            continue
        if operator.kind in RESHAPING:
            source = operator.inputs[0]
            if source is not None and source not in graph.inputs and not _constant(graph, source):
                memory[result] = root(source)
            continue
        for name in operator.inputs[: _IN_PLACE.get(operator.kind, 0)]:
            if name is not None and _may_be_overwritten(graph, operator, name, uses):
                if uses[root(name)] <= 1:
                    memory[result] = root(name)
                    unions.append((name, result))
                break
    return unions


def _may_be_overwritten(graph: Graph, operator: Operator, name: str, uses: dict[str, int]) -> bool:
    if name in graph.inputs or _constant(graph, name) or uses[name] > 1:
        return False
    size, result_size = _bytes(graph, name), _bytes(graph, operator.outputs[0])
    return size == result_size and size > 4


def _uses(graph: Graph) -> dict[str, int]:
    uses = {name: len(readers) for name, readers in graph.consumers().items()}
    for name in (*graph.inputs, *graph.outputs):
        uses[name] = uses.get(name, 0) + 1
    return uses


def _constant(graph: Graph, name: str) -> bool:
    return graph.tensors[name].is_constant


def _bytes(graph: Graph, name: str) -> int:
    tensor = graph.tensors[name]
    return tensor.size * tensor.dtype.itemsize
