"""Copies of this process that stay for the next batch.

A copy that is made for one batch (see `qviz.execution.parallel`) takes all its memory anew, page by
page, and so does this process after it: a third of the time of eight images. The members of a team
keep theirs. Each waits for work until it is dismissed or has had none for some seconds.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from qviz.execution.memory import release_freed_memory
from qviz.execution.parallel import (
    CAN_FORK,
    NO_ANSWER,
    WORTH_A_FORK_S,
    Copy,
    begin_copy,
    is_worker,
    map_in_order,
    patience_for,
    share_out,
)

Item = TypeVar("Item")
Result = TypeVar("Result")

# A member that has had nothing to do for so long ends itself.
_IDLE_S = 5.0
# Work that is worth handing to a member who waits for it.
_WORTH_ASKING_S = 0.01
# Teams of a process; members hold the arrays of their last piece of work.
_MOST_TEAMS = 2

_teams: list[weakref.ref[Team]] = []
_teams_lock = threading.Lock()


class Team:
    """Workers for one function that is called with many sequences of items over time.

    Teams may be used by several threads: who finds one at work is served by `map_in_order`. A
    process keeps its latest few; in copies of it they have no members.
    """

    def __init__(self) -> None:
        self._members: list[Copy | None] = []
        self._owner = os.getpid()
        self._at_work = threading.Lock()
        self._is_dismissed_at_the_end = False

    def map_in_order(
        self,
        function: Callable[[Item], Result],
        items: Sequence[Item],
        workers: int,
        seconds: float | None = None,
    ) -> Iterator[Result]:
        """As `qviz.execution.parallel.map_in_order`, for items that can be pickled.

        Parameters
        ----------
        function : callable
            The same in every call, and of the same effect: members have it as it was when they
            were made.
        items : sequence
            Go to the members through pipes.
        workers : int
            1 to compute in the calling thread.
        seconds : float, optional
            Time that an item takes, if known. What takes too little is not shared out, and the
            first time of all is left to copies that go afterwards, for it may be the only one.
        """
        workers = min(workers, len(items))
        if workers < 2 or seconds is None or not self._is_free():
            yield from map_in_order(function, items, workers, seconds)
            return
        try:
            total = seconds * len(items)
            if total >= (_WORTH_ASKING_S if self._are_there(workers) else WORTH_A_FORK_S):
                self._gather(function, workers)
                yield from self._share_out(function, items, workers, patience_for(seconds))
            else:
                yield from map(function, items)
        finally:
            self._at_work.release()

    def dismiss(self) -> None:
        """End the members, unless they are at work."""
        if self._at_work.acquire(blocking=False):
            try:
                _close(self._members, self._owner)
            finally:
                self._at_work.release()

    def _is_free(self) -> bool:
        """Whether this thread may use the team, which it then holds."""
        is_here = CAN_FORK and os.getpid() == self._owner and not is_worker()
        return is_here and self._at_work.acquire(blocking=False)

    def _are_there(self, workers: int) -> bool:
        return len(self._members) >= workers - 1 and all(
            member is not None and member.is_running() for member in self._members[: workers - 1]
        )

    def _gather(self, function: Callable[[Any], Any], workers: int) -> None:
        """Make the members that are missing."""
        if self._are_there(workers):
            return
        if not self._is_dismissed_at_the_end:
            weakref.finalize(self, _close, self._members, self._owner)
            self._is_dismissed_at_the_end = True
        _keep_latest(self)
        release_freed_memory()
        serve = partial(_serve, function)
        for index in range(workers - 1):
            if index == len(self._members):
                self._members.append(None)
            member = self._members[index]
            if member is None or not member.is_running():
                if member is not None:
                    member.close()
                self._members[index] = begin_copy(serve)

    def _share_out(
        self,
        function: Callable[[Item], Result],
        items: Sequence[Item],
        workers: int,
        patience: float,
    ) -> Iterator[Result]:
        copies = self._members[: workers - 1]
        finished = False
        try:
            for first, copy in enumerate(copies, 1):
                if copy is not None and not _ask(copy, items[first::workers]):
                    copy.close()
                    copies[first - 1] = None
            yield from share_out(function, items, copies, patience)
            finished = True
        finally:
            if not finished:
                # Answers to come would be taken for those of the next items.
                _close(copies, self._owner)
            self._members[: workers - 1] = copies


def _ask(copy: Copy, items: Sequence[Any]) -> bool:
    try:
        copy.pipe.send(items)
    except NO_ANSWER:
        return False
    return True


def _serve(function: Callable[[Any], Any], pipe: Connection[Any, Any]) -> None:
    """What a member does."""
    while pipe.poll(_IDLE_S):
        try:
            items = pipe.recv()
        except EOFError:
            return
        for item in items:
            pipe.send(function(item))


def _keep_latest(team: Team) -> None:
    """Dismiss what is beyond the latest teams."""
    with _teams_lock:
        known = [ref for ref in _teams if ref() not in (None, team)]
        dropped, kept = known[: 1 - _MOST_TEAMS], known[1 - _MOST_TEAMS :]
        _teams[:] = [*kept, weakref.ref(team)]
    for ref in dropped:
        other = ref()
        if other is not None:
            other.dismiss()


def _close(members: list[Copy | None], owner: int) -> None:
    # A copy of the process that made them must leave them alone.
    if os.getpid() == owner:
        for member in members:
            if member is not None:
                member.close()
    members[:] = [None] * len(members)
