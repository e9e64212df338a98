"""What of a model is run where an operator of it cannot be, and how that is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qviz.errors import UnsupportedOperatorError
from qviz.graph import Graph, layers

if TYPE_CHECKING:
    from qviz.execution import RunnablePart

_NAMED = 3


@dataclass(frozen=True, slots=True)
class MissingOperator:
    """An operator that cannot be run.

    Attributes
    ----------
    index : int
        Position in the model, from 0.
    kind, layer : str
    tensor : str
        The first that it makes; empty if it makes none.
    reason : str
        One sentence that names it and says why.
    """

    index: int
    kind: str
    layer: str
    tensor: str
    reason: str


@dataclass(frozen=True, slots=True)
class ModelPart:
    """What was run of a model that cannot be run as a whole.

    Attributes
    ----------
    missing : tuple of MissingOperator
        The operators that cannot be run, without those behind them.
    run, operators : int
        Operators that were run, and that the model has.
    reached, not_reached : tuple of str
        Outputs of the model that are computed, and that are not.
    """

    missing: tuple[MissingOperator, ...]
    run: int
    operators: int
    reached: tuple[str, ...]
    not_reached: tuple[str, ...]

    @property
    def cause(self) -> str:
        """Which operators cannot be run, where they stand, and why."""
        said = []
        for operator in self.missing[:_NAMED]:
            makes = f" and makes {operator.tensor!r}" if operator.tensor else ""
            said.append(f"{operator.reason} It is operator {operator.index}{makes}.")
        if len(self.missing) > _NAMED:
            said.append(f"{len(self.missing) - _NAMED} more operators cannot be run either.")
        return " ".join(said)

    @property
    def share(self) -> str:
        """How much of the model is run without them, and which outputs are not reached."""
        it = "it" if len(self.missing) == 1 else "them"
        text = f"What does not depend on {it} was run: {self.run} of {self.operators} operators"
        if not self.not_reached:
            return f"{text}; every output is reached."
        names = ", ".join(repr(name) for name in self.not_reached)
        word = "output" if len(self.not_reached) == 1 else "outputs"
        verb = "is" if len(self.not_reached) == 1 else "are"
        return f"{text}; the {word} {names} {verb} not reached."

    @property
    def text(self) -> str:
        """Both, as people read it."""
        return f"{self.cause} {self.share}"


def part_of(graph: Graph, mode: str = "reference") -> tuple[Graph, ModelPart] | None:
    """The graph that is left of one that cannot be run; None if it can be run as a whole.

    Returns
    -------
    (Graph, ModelPart) or None
        The graph has the names of the whole one; its outputs are those that are reached, in order,
        and behind them the tensors that would have gone on into a missing operator.

    Raises
    ------
    UnsupportedOperatorError
        If nothing is left.
    """
    # The window knows this class; it does not start with the kernels.
    from qviz.execution import runnable_part

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
