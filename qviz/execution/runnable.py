"""The part of a graph that can be run, where an operator in it cannot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qviz.errors import UnsupportedOperatorError
from qviz.execution.executor import Executor
from qviz.execution.kernels.registry import place_of
from qviz.execution.states import STATEFUL_KINDS, VARIABLE_KINDS
from qviz.graph import Graph, Operator

# Operators that change a variable, or hand on what another operator has put there.
_USES_VARIABLES = STATEFUL_KINDS | VARIABLE_KINDS - {"VAR_HANDLE"}


@dataclass(frozen=True, slots=True, eq=False)
class RunnablePart:
    """What is left of a graph without the operators that cannot be run.

    Attributes
    ----------
    executor : Executor or None
        Runs the operators that do not depend on one that cannot be run. Its graph has the names of
        the whole one; its outputs are those of the whole graph that are left and, behind them, the
        tensors that only missing operators would have read. None if nothing is left.
    problems : tuple of UnsupportedOperatorError
        Why operators are missing, in the order in which they were met; empty if the graph is whole.
    blocked : frozenset of str
        Tensors that are not computed.
    operators : tuple of int
        Positions in the whole graph of the operators that are run, in order.
    missing : tuple of int
        Position in the whole graph of the operator of each of `problems`; -1 where it has none.
    """

    executor: Executor | None
    problems: tuple[UnsupportedOperatorError, ...]
    blocked: frozenset[str]
    operators: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()


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
    missing: list[int] = []
    kept = list(range(len(graph.operators)))
    # Each turn takes at least one operator out.
    while kept:
        part = graph if not problems else _cut(graph, kept)
        try:
            executor = Executor(part, mode)
        except UnsupportedOperatorError as error:
            problems.append(error)
            missing.append(_position(graph, kept, error))
            left = _without(graph, kept, missing[-1])
            if len(left) == len(kept):
                break
            kept = left
        else:
            blocked = _not_made_by(graph, kept)
            return RunnablePart(executor, tuple(problems), blocked, tuple(kept), tuple(missing))
    return RunnablePart(None, tuple(problems), _not_made_by(graph, ()), (), tuple(missing))


def _position(graph: Graph, kept: Sequence[int], error: UnsupportedOperatorError) -> int:
    """Position of the operator that `error` is about; -1 if it says nothing of it."""
    for index in kept:
        operator = graph.operators[index]
        if error.tensor and error.tensor in operator.outputs:
            return index
        if not error.tensor and (operator.kind, place_of(operator)) == (error.kind, error.operator):
            return index
    return -1


def _without(graph: Graph, kept: Sequence[int], culprit: int) -> list[int]:
    """Positions of `kept` without the culprit and what depends on it.

    Where one is left out that may give a value to a variable, none that may read it stays: it
    would read an older value, and nothing would say so.
    """
    left = []
    blocked: set[str] = set()
    variables_lost = False
    for index in kept:
        operator = graph.operators[index]
        has_variables = operator.kind in _USES_VARIABLES
        if (
            index == culprit
            or not blocked.isdisjoint(operator.present_inputs)
            or (has_variables and variables_lost)
        ):
            blocked.update(operator.outputs)
            variables_lost = variables_lost or has_variables
        else:
            left.append(index)
    return left


def _cut(graph: Graph, kept: Sequence[int]) -> Graph:
    operators: list[Operator] = [graph.operators[index] for index in kept]
    made = {name for operator in operators for name in operator.outputs}
    read = {name for operator in operators for name in operator.present_inputs}
    given = {*graph.inputs, *graph.constants()}
    wanted = {name for operator in graph.operators for name in operator.present_inputs} - read
    left = [n for n in graph.outputs if n in made or n in given]
    ends = [n for operator in operators for n in operator.outputs if n not in read]
    # An end that nobody reads in the whole graph either is no frontier, unless there is no other.
    left += [n for n in ends if n in wanted] or ([] if left else ends)
    return graph.rebuild(operators, outputs=dict.fromkeys(left))


def _not_made_by(graph: Graph, kept: Iterable[int]) -> frozenset[str]:
    """Results of `graph` that the kept operators do not make."""
    made = {name for index in kept for name in graph.operators[index].outputs}
    return frozenset(n for o in graph.operators for n in o.outputs if n not in made)
