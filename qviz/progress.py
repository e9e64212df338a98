"""Long work is a generator: it yields how far it is, and parts of its result, and returns the rest.

The same generator runs in line for Python and the command line, and in the worker process for the
window. Here is what all of them yield, and the two ways to drive one.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from typing import TypeVar

E = TypeVar("E")
F = TypeVar("F")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a piece of work is.

    Attributes
    ----------
    done, total : int
        Steps done and steps there are, in samples or bytes or what the work counts; total 0 where
        it is unknown.
    message : str
        The stage, e.g. "int8: accuracy".
    """

    done: int
    total: int
    message: str


def finish(steps: Generator[E, None, R], on_event: Callable[[E], object] | None = None) -> R:
    """Run `steps` to their end in this thread and return their result.

    Parameters
    ----------
    steps : generator
        Closed at the end, also where `on_event` raises.
    on_event : callable, optional
        Called with everything that `steps` yield.
    """
    with closing(steps):
        while True:
            try:
                event = next(steps)
            except StopIteration as stop:
                result: R = stop.value
                return result
            if on_event is not None:
                on_event(event)


def mapped(steps: Generator[E, None, R], change: Callable[[E], F]) -> Generator[F, None, R]:
    """`steps` with `change` applied to everything that they yield; the result stays as it is."""
    with closing(steps):
        while True:
            try:
                event = next(steps)
            except StopIteration as stop:
                result: R = stop.value
                return result
            yield change(event)
