"""Sharing work out over the cores of the computer."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from typing import TypeVar

from qviz.errors import ExecutionError

Item = TypeVar("Item")
Result = TypeVar("Result")

# Each thread holds the arrays of a piece of work; more threads than this gain little.
_MOST_THREADS = 16

_thread = threading.local()


def _become_worker() -> None:
    _thread.is_worker = True


def available_cores() -> int:
    """Cores that this process may use."""
    with suppress(AttributeError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def thread_count(threads: int | None) -> int:
    """Threads to use: those asked for, or one a core.

    Raises
    ------
    ExecutionError
        If less than one is asked for.
    """
    if threads is None:
        return min(available_cores(), _MOST_THREADS)
    if threads < 1:
        raise ExecutionError(f"Work needs at least 1 thread, not {threads}.")
    return threads


def map_in_order(
    function: Callable[[Item], Result], items: Iterable[Item], threads: int
) -> Iterator[Result]:
    """``function(item)`` of every item, in the items' order, on several threads.

    Threads gain because numpy lets go of the interpreter while it computes. At most one item a
    thread is ahead of the one that is asked for, which bounds the memory. The first error ends it.

    Parameters
    ----------
    function : callable
        Safe to be called from several threads at once.
    items : iterable
        Read from the calling thread.
    threads : int
        1 to compute in the calling thread. So does work within such a thread that is itself shared
        out.
    """
    if threads == 1 or getattr(_thread, "is_worker", False):
        yield from map(function, items)
        return
    waiting = iter(items)
    with ThreadPoolExecutor(threads, "qviz", initializer=_become_worker) as pool:
        running: list[Future[Result]] = [
            pool.submit(function, item) for item in islice(waiting, threads)
        ]
        try:
            while running:
                result = running.pop(0).result()
                running.extend(pool.submit(function, item) for item in islice(waiting, 1))
                yield result
        finally:
            for future in running:
                future.cancel()
