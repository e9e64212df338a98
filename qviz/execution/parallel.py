"""Sharing work out over the cores of the computer.

Threads do not reach the second core here: numpy lets go of the interpreter for some tens of
microseconds at a time, and threads lose as much by waiting for it as they gain. So where the system
can fork, the work goes to copies of this process, which share its memory, send back small results
and are gone afterwards (or stay for more, see `qviz.execution.team`); threads are left for other
systems.
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
from functools import partial
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
WORTH_A_FORK_S = 0.06
# Items that are read before the first of them is done, for each worker.
_AHEAD = 16
# A copy that gives nothing for so long is stuck.
_PATIENCE_S, _LONGEST_PATIENCE_S = 30.0, 3600.0

CAN_FORK = sys.platform == "linux"
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
    if workers == 1 or is_worker():
        yield from map(function, items)
        return
    if not CAN_FORK:
        yield from _map_in_threads(function, items, workers)
        return
    waiting = iter(items)
    if seconds is None:
        start = time.perf_counter()
        yield from (compute_alone(function, item) for item in islice(waiting, 1))
        seconds = time.perf_counter() - start
    while chunk := list(islice(waiting, workers * _AHEAD)):
        used = min(workers, len(chunk))
        if used == 1 or seconds * len(chunk) < WORTH_A_FORK_S:
            yield from map(function, chunk)
        else:
            yield from _map_in_processes(function, chunk, used, patience_for(seconds))


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


def is_worker() -> bool:
    """Whether the calling thread computes for another, and shares nothing out itself."""
    return getattr(_worker, "is_one", False)


def _become_worker() -> None:
    _worker.is_one = True


def compute_alone(function: Callable[[Item], Result], item: Item) -> Result:
    """``function(item)``, of which nothing is shared out."""
    _worker.is_one = True
    try:
        return function(item)
    finally:
        _worker.is_one = False


@dataclass(slots=True, eq=False)
class Copy:
    """A copy of this process, and the pipe to it."""

    process: int
    pipe: Connection[Any, Any]
    _has_ended: bool = False

    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        if not self._has_ended:
            try:
                self._has_ended = os.waitpid(self.process, os.WNOHANG)[0] != 0
            except ChildProcessError:
                self._has_ended = True
        return not self._has_ended

    def receive(self, patience: float) -> Any:
        """Its next result.

        Raises
        ------
        EOFError, OSError
            If there is none to come, or none came within `patience` seconds.
        """
        if not self.pipe.poll(patience):
            raise TimeoutError
        return self.pipe.recv()

    def close(self) -> None:
        """End it, wherever it is."""
        self.pipe.close()
        # The number of one that has ended may be another's by now.
        if self.is_running():
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
            self._has_ended = True


# What a copy says if it fails or is ended: that it will not answer.
NO_ANSWER = (EOFError, OSError, pickle.UnpicklingError)


def patience_for(seconds: float) -> float:
    """Seconds to wait for a result that takes so many."""
    return min(_PATIENCE_S + 20 * seconds, _LONGEST_PATIENCE_S)


def _map_in_processes(
    function: Callable[[Item], Result], items: Sequence[Item], workers: int, patience: float
) -> Iterator[Result]:
    """Every n-th item is computed here, those between them by copies of this process."""
    copies: list[Copy | None] = []
    release_freed_memory()
    try:
        for first in range(1, workers):
            copies.append(begin_copy(partial(_send_results, function, items[first::workers])))
        yield from share_out(function, items, copies, patience)
    finally:
        for copy in copies:
            if copy is not None:
                copy.close()


def share_out(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    copies: list[Copy | None],
    patience: float,
) -> Iterator[Result]:
    """Results in the order of the items, of which copy n sends every n-th; the others come here.

    A copy that does not answer is closed, and None takes its place.
    """
    for index, item in enumerate(items):
        which = index % (len(copies) + 1) - 1
        copy = copies[which] if which >= 0 else None
        if copy is None:
            yield compute_alone(function, item)
            continue
        try:
            result = copy.receive(patience)
        except NO_ANSWER:
            # It failed or was ended. Here the same work gives the result, or the real error.
            copy.close()
            copies[which] = None
            result = compute_alone(function, item)
        yield result


def _send_results(
    function: Callable[[Item], Result], items: Sequence[Item], pipe: Connection[Any, Any]
) -> None:
    for item in items:
        pipe.send(function(item))


def begin_copy(work: Callable[[Connection[Any, Any]], None]) -> Copy | None:
    """A copy of this process that does `work` on its end of the pipe, then ends.

    None if the system has no room for it.
    """
    try:
        here, there = Pipe()
    except OSError:
        return None
    parent = os.getpid()
    try:
        with warnings.catch_warnings():
            # Python warns of other threads, whose locks a copy might wait for. It computes with
            # numpy only, and numpy and the C library prepare themselves for a fork.
            warnings.simplefilter("ignore", DeprecationWarning)
            process = os.fork()
    except OSError:
        here.close()
        there.close()
        return None
    if process:
        there.close()
        return Copy(process, here)
    # What happens in the copy must never return to the caller's code.
    try:
        here.close()
        _die_with(parent)
        _become_worker()
        work(there)
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
