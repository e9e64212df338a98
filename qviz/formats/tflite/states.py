"""State tensors: inputs that an operator itself changes from one run to the next.

A TFLite file marks them as variable tensors without data; the interpreter starts them at the
code that stands for 0. In a graph they are constants of that value, which is what the first run
sees.
"""

from __future__ import annotations

from qviz.graph import Graph

STATE_INPUTS: dict[str, tuple[int, ...]] = {
    "LSTM": (18, 19),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": (18, 19),
    "BIDIRECTIONAL_SEQUENCE_LSTM": (35, 36, 37, 38),
    "SVDF": (4,),
    "RNN": (4,),
    "UNIDIRECTIONAL_SEQUENCE_RNN": (4,),
    "BIDIRECTIONAL_SEQUENCE_RNN": (4, 8),
}
"""Positions of the state inputs by kind of operator."""


def state_inputs(graph: Graph) -> frozenset[str]:
    """Names of the constants that stand for states."""
    return frozenset(
        name
        for operator in graph.operators
        for position in STATE_INPUTS.get(operator.kind, ())
        if position < len(operator.inputs)
        and (name := operator.inputs[position]) is not None
        and graph.tensors[name].is_constant
    )
