"""Sharing work out over the cores of the computer.

Threads do not reach the second core here: numpy lets go of the interpreter for some tens of
microseconds at a time, and threads lose as much by waiting for it as they gain. So where the system
can fork, the work goes to copies of this process, which share its memory, send back small results
and are gone afterwards; threads are left for other systems.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from qviz.errors import ExecutionError
from qviz.execution.memory import release_freed_memory

Item = TypeVar("Item")
Result = TypeVar("Result")

# Each worker holds the arrays of a piece of work; more of them than this gain little.
_MOST_WORKERS = 16
# Work that is worth the ten milliseconds of a fork and what it costs to copy pages afterwards.
_WORTH_A_FORK_S = 0.06
# Items that are read before the first of them is done, for each worker.
_AHEAD = 16
# A copy that gives nothing for so long is stuck.
_PATIENCE_S, _LONGEST_PATIENCE_S = 30.0, 3600.0

_CAN_FORK = sys.platform == "linux"
_PR_SET_PDEATHSIG = 1

_worker = threading.local()


def available_cores() -> int:
    """Cores that this process may use."""
    with suppress(AttributeError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def worker_count(threads: int | None) -> int:
    """Workers to use: those asked for, or one a core.

    Raises
    ------
    ExecutionError
        If less than one is asked for.
    """
    if threads is None:
        return min(available_cores(), _MOST_WORKERS)
    if threads < 1:
        raise ExecutionError(f"Work needs at least 1 thread, not {threads}.")
    return threads


def map_in_order(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    workers: int,
    seconds: float | None = None,
) -> Iterator[Result]:
    """``function(item)`` of every item, in the items' order, computed by several workers.

    Work within a worker is not shared out again. The first error ends it.

    Parameters
    ----------
    function : callable
        Has no effect but its result, which can be pickled and is small beside the work.
    items : iterable
        Read from the calling thread, a few ahead of the one that is asked for.
    workers : int
        1 to compute in the calling thread.
    seconds : float, optional
        Time that an item takes, if known; else the first is computed alone and timed.
    """
    if workers == 1 or getattr(_worker, "is_one", False):
        yield from map(function, items)
        return
    if not _CAN_FORK:
        yield from _map_in_threads(function, items, workers)
        return
    waiting = iter(items)
    if seconds is None:
        start = time.perf_counter()
        yield from (_alone(function, item) for item in islice(waiting, 1))
        seconds = time.perf_counter() - start
    while chunk := list(islice(waiting, workers * _AHEAD)):
        used = min(workers, len(chunk))
        if used == 1 or seconds * len(chunk) < _WORTH_A_FORK_S:
            yield from map(function, chunk)
        else:
            patience = min(_PATIENCE_S + 20 * seconds, _LONGEST_PATIENCE_S)
            yield from _map_in_processes(function, chunk, used, patience)


def _map_in_threads(
    function: Callable[[Item], Result], items: Iterable[Item], workers: int
) -> Iterator[Result]:
    waiting = iter(items)
    with ThreadPoolExecutor(workers, "qviz", initializer=_become_worker) as pool:
        running: list[Future[Result]] = [
            pool.submit(function, item) for item in islice(waiting, workers)
        ]
        try:
            while running:
                result = running.pop(0).result()
                running.extend(pool.submit(function, item) for item in islice(waiting, 1))
                yield result
        finally:
            for future in running:
                future.cancel()


def _become_worker() -> None:
    _worker.is_one = True


def _alone(function: Callable[[Item], Result], item: Item) -> Result:
    """``function(item)``, of which nothing is shared out."""
    _worker.is_one = True
    try:
        return function(item)
    finally:
        _worker.is_one = False


@dataclass(slots=True, eq=False)
class _Copy:
    """A copy of this process that computes some of the items."""

    process: int
    results: Connection[Any, Any]

    def receive(self, patience: float) -> Any:
        """Its next result.

        Raises
        ------
        EOFError, OSError
            If there is none to come, or none came within `patience` seconds.
        """
        if not self.results.poll(patience):
            raise TimeoutError
        return self.results.recv()

    def close(self) -> None:
        """End it, wherever it is."""
        self.results.close()
        with suppress(ProcessLookupError):
            os.kill(self.process, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self.process, 0)


def _map_in_processes(
    function: Callable[[Item], Result], items: Sequence[Item], workers: int, patience: float
) -> Iterator[Result]:
    """Every n-th item is computed here, those between them by copies of this process."""
    copies: list[_Copy | None] = []
    release_freed_memory()
    try:
        for first in range(1, workers):
            copies.append(_fork(function, items[first::workers]))
        for index, item in enumerate(items):
            which = index % workers - 1
            copy = copies[which] if which >= 0 else None
            if copy is None:
                yield _alone(function, item)
                continue
            try:
                result = copy.receive(patience)
            except (EOFError, OSError, pickle.UnpicklingError):
                # It failed or was ended. Here the same work gives the result, or the real error.
                copy.close()
                copies[which] = None
                result = _alone(function, item)
            yield result
    finally:
        for copy in copies:
            if copy is not None:
                copy.close()


def _fork(function: Callable[[Item], Result], items: Sequence[Item]) -> _Copy | None:
    """A copy that computes `items`; None if the system has no room for it."""
    receiver, sender = Pipe(duplex=False)
    parent = os.getpid()
    try:
        with warnings.catch_warnings():
            # Python warns of other threads, whose locks a copy might wait for. It computes with
            # numpy only, and numpy and the C library prepare themselves for a fork.
            warnings.simplefilter("ignore", DeprecationWarning)
            process = os.fork()
    except OSError:
        receiver.close()
        sender.close()
        return None
    if process:
        sender.close()
        return _Copy(process, receiver)
    # What happens in the copy must never return to the caller's code.
    try:
        receiver.close()
        _die_with(parent)
        _become_worker()
        for item in items:
            sender.send(function(item))
    finally:
        os._exit(0)


def _die_with(parent: int) -> None:
    """End this process when its parent ends, and leave signals to their defaults."""
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(ValueError):
            signal.signal(number, signal.SIG_DFL)
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)
