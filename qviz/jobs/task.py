"""Long work as generators: they yield progress and partial results and return a result.

The same task runs in line for the command line and for tests, and in the worker process for the
window. A task does no I/O of its own towards the user and knows neither Qt nor pipes.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a task is.

    Attributes
    ----------
    done, total : int
        Steps done and steps there are; total 0 where it is unknown.
    message : str
        The stage, e.g. "int8: accuracy".
    """

    done: int
    total: int
    message: str


@dataclass(frozen=True, slots=True)
class Partial:
    """A part of the result that is finished before the rest.

    Attributes
    ----------
    value : object
        Picklable; what it is depends on the task, e.g. a ``SchemeResult`` of a comparison.
    """

    value: Any


Task = Generator[Progress | Partial, None, R]


def run(task: Task[R], on_event: Callable[[Progress | Partial], None] | None = None) -> R:
    """Run a task to its end in this thread and return its result."""
    while True:
        try:
            event = next(task)
        except StopIteration as stop:
            result: R = stop.value
            return result
        if on_event is not None:
            on_event(event)
