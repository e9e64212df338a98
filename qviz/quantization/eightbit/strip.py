"""Stripping: a dequantize whose values are quantized again is left out together with it.

References
----------
TensorFlow 1, tools/quantization/quantize_graph.py, remove_redundant_quantization.
"""

from __future__ import annotations

from dataclasses import replace

from qviz.graph import Graph, Operator
from qviz.quantization.eightbit.kinds import DEQUANTIZE, MAX, MIN, QUANTIZE


def redundant_pairs(graph: Graph) -> tuple[int, ...]:
    """Positions of the quantize operators that read what a dequantize operator makes."""
    producers = graph.producers()
    return tuple(
        i
        for i, operator in enumerate(graph.operators)
        if operator.kind == QUANTIZE and _dequantize_before(graph, operator, producers) is not None
    )


def strip(graph: Graph, pairs: int | None = None) -> Graph:
    """Read codes and ranges directly where they were dequantized and quantized again.

    What that does to the result: the second quantize looked at the values and gave them a range of
    their own. Without it the range of the first remains, also where a RELU has left half of it
    empty; fewer operators, a little less precision.

    Parameters
    ----------
    graph : Graph
        As `wrap` gives it.
    pairs : int, optional
        How many pairs to strip, in execution order; all if not given.
    """
    producers = graph.producers()
    stripped = frozenset(redundant_pairs(graph)[:pairs])
    renamed: dict[str, str] = {}
    operators: list[Operator] = []
    for i, operator in enumerate(graph.operators):
        if i in stripped:
            before = _dequantize_before(graph, operator, producers)
            assert before is not None
            # Read through names that were stripped themselves.
            codes = (renamed.get(name, name) for name in before.present_inputs)
            renamed.update(zip(operator.outputs, codes, strict=True))
            continue
        inputs = tuple(None if n is None else renamed.get(n, n) for n in operator.inputs)
        operators.append(replace(operator, inputs=inputs))
    return graph.rebuild(_needed(graph, operators))


def _dequantize_before(
    graph: Graph, quantize: Operator, producers: dict[str, int]
) -> Operator | None:
    source = quantize.present_inputs[0]
    if source not in producers:
        return None
    before = graph.operators[producers[source]]
    same = before.option("mode", "MIN_FIRST") == quantize.option("mode", "MIN_FIRST")
    return before if before.kind == DEQUANTIZE and same else None


def _needed(graph: Graph, operators: list[Operator]) -> list[Operator]:
    """Operators without the conversions and ranges that nobody reads any more."""
    read = set(graph.outputs)
    kept: list[Operator] = []
    for operator in reversed(operators):
        is_dispensable = operator.kind in (DEQUANTIZE, MIN, MAX)
        if is_dispensable and read.isdisjoint(operator.outputs):
            continue
        kept.append(operator)
        read.update(operator.present_inputs)
    return kept[::-1]
