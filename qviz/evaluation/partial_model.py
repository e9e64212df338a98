"""Finds what of a model can be run where an operator of it cannot be."""

from __future__ import annotations

from qviz.errors import UnsupportedOperatorError
from qviz.evaluation.model_part import MissingOperator, ModelPart
from qviz.execution import RunnablePart, runnable_part
from qviz.graph import Graph, layers


def part_of(graph: Graph, mode: str = "reference") -> tuple[Graph, ModelPart] | None:
    """The graph that is left of one that cannot be run; None if it can be run as a whole.

    Returns
    -------
    (Graph, ModelPart) or None
        The graph has the names of the whole one; its outputs are those that are reached, in order,
        and behind them the tensors that only missing operators would have read.

    Raises
    ------
    UnsupportedOperatorError
        If nothing is left.
    """
    found = runnable_part(graph, mode)
    if not found.problems:
        return None
    part = described(graph, found)
    if found.executor is None:
        raise nothing_left(part, found.problems[0])
    return found.executor.graph, part


def described(graph: Graph, found: RunnablePart) -> ModelPart:
    """What was left out of `graph`, for reading."""
    missing = tuple(
        MissingOperator(index, error.kind, error.operator, error.tensor, str(error))
        for index, error in sorted(
            zip(found.missing, found.problems, strict=True), key=lambda pair: pair[0]
        )
    )
    outputs = tuple(dict.fromkeys(graph.outputs))
    return ModelPart(
        missing=missing,
        run=len(found.operators),
        operators=len(graph.operators),
        reached=tuple(n for n in outputs if n not in found.blocked),
        not_reached=tuple(n for n in outputs if n in found.blocked),
    )


def states_of_layers(graph: Graph, found: RunnablePart) -> dict[str, str]:
    """Layers of `graph` that are not run as a whole, by name.

    Returns
    -------
    dict of str to str
        ``cannot`` for a layer with an operator that cannot be run, ``behind`` for one that depends
        on such an operator.
    """
    states: dict[str, str] = {}
    kept, missing = frozenset(found.operators), frozenset(found.missing)
    for layer in layers(graph) if found.problems else ():
        if not missing.isdisjoint(layer.operators):
            states[layer.name] = "cannot"
        elif not kept.issuperset(layer.operators):
            states[layer.name] = "behind"
    return states


def nothing_left(part: ModelPart, error: UnsupportedOperatorError) -> UnsupportedOperatorError:
    """The error of a model of which no operator can be run."""
    return UnsupportedOperatorError(
        f"{part.cause} Everything else depends on it: 0 of {part.operators} operators can be run, "
        "so that nothing can be measured. Layers and weights can still be inspected.",
        kind=error.kind,
        operator=error.operator,
        tensor=error.tensor,
    )
