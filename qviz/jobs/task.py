"""Long work as generators: they yield progress and partial results and return a result.

The same task runs in line for the command line and for tests, and in the worker process for the
window. A task does no I/O of its own towards the user and knows neither Qt nor pipes.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

from qviz.progress import Progress, finish

__all__ = ["Partial", "Progress", "Task", "run"]

R = TypeVar("R")


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
    return finish(task, on_event)
