"""What of a model is run where an operator of it cannot be, as frozen data and as sentences.

Apart from what finds it, since the window reads this before it has drawn anything.
"""

from __future__ import annotations

from dataclasses import dataclass

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
