"""Progress on a terminal's stderr; nothing where stderr is a file or a pipe."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

from qviz.progress import Progress

Report = Callable[[int, int, str], None]


@contextlib.contextmanager
def progress() -> Iterator[Report]:
    """Yield a function that shows how far a job is: done, total, message."""
    if not sys.stderr.isatty():
        yield lambda done, total, message: None
        return
    from rich import progress as rich_progress
    from rich.console import Console

    columns = (
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(),
        rich_progress.TextColumn("{task.percentage:>3.0f}%"),
        rich_progress.TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with rich_progress.Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)

        def report(done: int, total: int, message: str) -> None:
            bar.update(task, completed=done, total=total or None, description=message)

        yield report


def shown(report: Report) -> Callable[[object], None]:
    """What to do with the events of a job: `report` its progress, pass over partial results."""

    def show(event: object) -> None:
        if isinstance(event, Progress):
            report(event.done, event.total, event.message)

    return show
