"""The part of a graph that can be run, where an operator in it cannot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qviz.errors import UnsupportedOperatorError
from qviz.execution.executor import Executor
from qviz.execution.kernels.registry import place_of
from qviz.graph import Graph, Operator


@dataclass(frozen=True, slots=True, eq=False)
class RunnablePart:
    """What is left of a graph without the operators that cannot be run.

    Attributes
    ----------
    executor : Executor or None
        Runs the operators that do not depend on one that cannot be run. Its graph has the names of
        the whole one; its outputs are those of the whole graph that are left and, behind them, the
        tensors that would have gone on into a missing operator. None if nothing is left.
    problems : tuple of UnsupportedOperatorError
        Why operators are missing, in execution order; empty if the graph is whole.
    blocked : frozenset of str
        Tensors that are not computed.
    """

    executor: Executor | None
    problems: tuple[UnsupportedOperatorError, ...]
    blocked: frozenset[str]


def runnable_part(graph: Graph, mode: str = "reference") -> RunnablePart:
    """Everything in `graph` that can be run.

    Parameters
    ----------
    graph : Graph
        As for `Executor`.
    mode : str
        Rounding mode.
    """
    problems: list[UnsupportedOperatorError] = []
    kept = list(graph.operators)
    # Each turn takes at least one operator out.
    while kept:
        part = graph if not problems else _cut(graph, kept)
        try:
            executor = Executor(part, mode)
        except UnsupportedOperatorError as error:
            problems.append(error)
            left = _without(kept, error)
            if len(left) == len(kept):
                break
            kept = left
        else:
            return RunnablePart(executor, tuple(problems), _not_made_by(graph, kept))
    return RunnablePart(None, tuple(problems), _not_made_by(graph, ()))


def _without(operators: Iterable[Operator], error: UnsupportedOperatorError) -> list[Operator]:
    """Operators that are not the one of `error` and do not depend on it."""
    kept = []
    blocked: set[str] = set()
    for operator in operators:
        culprit = (operator.kind, place_of(operator)) == (error.kind, error.operator)
        if culprit or not blocked.isdisjoint(operator.present_inputs):
            blocked.update(operator.outputs)
        else:
            kept.append(operator)
    return kept


def _cut(graph: Graph, kept: list[Operator]) -> Graph:
    made = {name for operator in kept for name in operator.outputs}
    read = {name for operator in kept for name in operator.present_inputs}
    left = [n for n in graph.outputs if n in made or n in graph.inputs]
    left += [n for operator in kept for n in operator.outputs if n not in read]
    return graph.rebuild(kept, outputs=dict.fromkeys(left))


def _not_made_by(graph: Graph, kept: Iterable[Operator]) -> frozenset[str]:
    """Results of `graph` that the kept operators do not make."""
    made = {name for operator in kept for name in operator.outputs}
    return frozenset(n for o in graph.operators for n in o.outputs if n not in made)
