"""State: what a network remembers from one invocation to the next, and how a run treats it.

There are two kinds in TFLite. *State tensors* are inputs that a recurrent operator itself changes
(LSTM, SVDF, RNN); in a graph they are constants of the value that the first invocation sees.
*Resource variables* are kept outside the tensors and used through handles (VAR_HANDLE,
ASSIGN_VARIABLE, READ_VARIABLE).

A run starts fresh: each sample meets the network as the first invocation of a newly made
interpreter does, whatever was run before and whichever samples stand beside it in the batch. A
sequence is one sample (its time steps share the state); to carry state over to another run, give
the state tensor's value to ``Executor.run_operator``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

STATEFUL_KINDS = frozenset({"IF", "WHILE", "STABLEHLO_COMPOSITE", "STABLEHLO_CASE"})
"""Operators that may use variables though they do not name them, since they run a subgraph."""


VARIABLE_KINDS = frozenset({"VAR_HANDLE", "ASSIGN_VARIABLE", "READ_VARIABLE", "CALL_ONCE"})
"""Operators that name variables, or give them their first values."""


@dataclass(slots=True, eq=False)
class Variables:
    """Resource variables of one run.

    Attributes
    ----------
    names : list of (str, str)
        Container and name of each variable met so far; its position is its handle.
    values : dict of int to ndarray
        Value by handle; a variable that was never assigned is missing.
    """

    names: list[tuple[str, str]] = field(default_factory=list)
    values: dict[int, NDArray[Any]] = field(default_factory=dict)

    def handle(self, container: str, name: str) -> int:
        """Handle of a variable; the same for all operators of a run that name it."""
        key = (container, name)
        if key not in self.names:
            self.names.append(key)
        return self.names.index(key)


_CURRENT: ContextVar[Variables | None] = ContextVar("variables", default=None)


@contextmanager
def fresh_variables() -> Iterator[Variables]:
    """Variables of a run that starts here; none of them has a value yet."""
    token = _CURRENT.set(Variables())
    try:
        yield current_variables()
    finally:
        _CURRENT.reset(token)


def current_variables() -> Variables:
    """Variables of the run under way; empty ones outside of a run."""
    variables = _CURRENT.get()
    return Variables() if variables is None else variables
