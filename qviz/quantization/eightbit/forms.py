"""The three forms of a graph: float, wrapped, stripped."""

from __future__ import annotations

from dataclasses import dataclass

from qviz.errors import UnsupportedOperatorError
from qviz.graph import Graph, Operator
from qviz.quantization.eightbit.kinds import PREFIX, eightbit_kind
from qviz.quantization.eightbit.separate import separate
from qviz.quantization.eightbit.strip import strip
from qviz.quantization.eightbit.wrap import wrap

# Operators whose work is done by other subgraphs of the file.
_CALLS = frozenset(("WHILE", "IF", "CALL_ONCE", "STABLEHLO_CASE", "STABLEHLO_COMPOSITE"))


@dataclass(frozen=True, slots=True, eq=False)
class EightbitForms:
    """One model three times.

    Attributes
    ----------
    before : Graph
        Float, in the operators of TensorFlow 1: batch norms folded, biases and activations apart.
    wrapped : Graph
        Each operator that has an 8-bit form between quantize and dequantize; float in between.
    stripped : Graph
        Without the pairs of dequantize and quantize: what the scheme ``eightbit`` is.
    """

    before: Graph
    wrapped: Graph
    stripped: Graph


def eightbit_forms(graph: Graph) -> EightbitForms:
    """The three forms of a float graph, folded or not."""
    before = separate(graph)
    wrapped = wrap(before)
    return EightbitForms(before, wrapped, strip(wrapped))


def quantize_eightbit(graph: Graph) -> Graph:
    """The stripped form.

    Raises
    ------
    UnsupportedOperatorError
        If the graph calls other graphs: TensorFlow 1's rewriting knows one graph only.
    """
    for operator in graph.operators:
        if operator.kind in _CALLS:
            raise UnsupportedOperatorError(
                f"{operator.kind} in {operator.layer or operator.outputs} calls another graph, "
                "which the eightbit scheme does not rewrite. Choose another scheme.",
                kind=operator.kind,
                operator=operator.layer,
            )
    return strip(wrap(separate(graph)))


def operators_in_float(graph: Graph) -> tuple[Operator, ...]:
    """Operators of a float graph that have no 8-bit form."""
    before = separate(graph)
    return tuple(
        operator
        for operator in before.operators
        if eightbit_kind(operator, before.tensors) is None
        and any(before.tensors[name].is_float for name in operator.outputs)
    )


def float_operators(graph: Graph) -> tuple[str, ...]:
    """Operators of a wrapped or stripped graph that compute in float, as ``KIND layer``."""
    return tuple(
        f"{operator.kind} {operator.layer}".rstrip()
        for operator in graph.operators
        if not operator.kind.startswith(PREFIX)
        and any(graph.tensors[name].is_float for name in operator.outputs)
    )
