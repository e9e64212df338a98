"""Copies of the process that stay for the next batch."""

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from random_operators import random_floats
from test_executor import chain

from qviz.execution import Executor, team
from qviz.execution.team import Team

LONG = 1e9
"""Seconds of an item that is worth a process."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux shares by copies")


def square(item: int) -> tuple[int, int]:
    """The result, and the process that computed it."""
    return item * item, os.getpid()


@pytest.fixture
def crew() -> Iterator[Team]:
    made = Team()
    yield made
    made.dismiss()


def results_of(
    crew: Team,
    work: Callable[[int], tuple[int, int]] = square,
    items: range = range(5),
    workers: int = 2,
) -> tuple[list[int], set[int]]:
    """Results, and the other processes that took part."""
    done = list(crew.map_in_order(work, items, workers, LONG))
    return [value for value, _ in done], {pid for _, pid in done} - {os.getpid()}


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_the_same_processes_work_on_what_comes_next(crew: Team) -> None:
    first = results_of(crew, workers=3)
    assert first[0] == [0, 1, 4, 9, 16]
    assert len(first[1]) == 2
    again = results_of(crew, items=range(10, 14), workers=3)
    assert again == ([100, 121, 144, 169], first[1])
    # Fewer are asked than there are, and more are made as they are needed.
    assert results_of(crew, workers=2)[1] < first[1]
    assert len(results_of(crew, workers=4)[1]) == 3


def test_little_work_and_the_first_time_make_no_team(crew: Team) -> None:
    for seconds in (1e-6, None):
        for _ in range(2):
            pids = {pid for _, pid in crew.map_in_order(square, range(4), 2, seconds)}
            assert pids == {os.getpid()}


def test_a_member_that_is_there_gets_less_work_too(crew: Team) -> None:
    seconds = team._WORTH_ASKING_S
    assert {pid for _, pid in crew.map_in_order(square, range(2), 2, seconds)} == {os.getpid()}
    members = results_of(crew)[1]
    pids = {pid for _, pid in crew.map_in_order(square, range(2), 2, seconds)}
    assert pids == {os.getpid(), *members}


def test_an_idle_member_ends_and_another_takes_its_place(
    crew: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team, "_IDLE_S", 0.05)
    (first,) = results_of(crew)[1]
    wait_until(lambda: not crew._are_there(2))
    values, (second,) = results_of(crew)
    assert values == [0, 1, 4, 9, 16]
    assert second != first
    assert not is_running(first)


def test_a_member_that_is_killed_is_stood_in_for(crew: Team) -> None:
    here = os.getpid()

    def work(item: int) -> tuple[int, int]:
        if os.getpid() != here and item > 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return square(item)

    values, (first,) = results_of(crew, work)
    assert values == [0, 1, 4, 9, 16]
    # One that dies between two calls is noticed as well.
    values, (second,) = results_of(crew, work, range(3))
    assert values == [0, 1, 4]
    os.kill(second, signal.SIGKILL)
    wait_until(lambda: not crew._are_there(2))
    values, (third,) = results_of(crew, work, range(3))
    assert values == [0, 1, 4]
    assert len({first, second, third}) == 3


def test_an_error_reaches_the_caller_and_leaves_a_team_that_works(crew: Team) -> None:
    def work(item: int) -> tuple[int, int]:
        if item == 1:
            raise ZeroDivisionError
        return square(item)

    with pytest.raises(ZeroDivisionError):
        results_of(crew, work)
    assert results_of(crew, work, range(2, 5))[0] == [4, 9, 16]


def test_answers_that_nobody_waited_for_are_not_taken_for_the_next(crew: Team) -> None:
    results = crew.map_in_order(square, range(6), 2, LONG)
    assert next(results)[0] == 0
    results.close()  # type: ignore[attr-defined]
    assert results_of(crew, items=range(20, 24))[0] == [400, 441, 484, 529]


def test_nobody_is_left_behind(crew: Team) -> None:
    passing = Team()
    (first,) = results_of(passing)[1]
    del passing
    gc.collect()
    assert not is_running(first)
    (second,) = results_of(crew)[1]
    crew.dismiss()
    assert not is_running(second)
    assert results_of(crew)[0] == [0, 1, 4, 9, 16]


def test_the_latest_teams_are_kept() -> None:
    crews = [Team() for _ in range(team._MOST_TEAMS + 1)]
    members = [results_of(crew)[1].pop() for crew in crews]
    assert [is_running(member) for member in members] == [False, *[True] * team._MOST_TEAMS]
    assert results_of(crews[0])[0] == [0, 1, 4, 9, 16]
    for crew in crews:
        crew.dismiss()


def test_a_second_thread_is_served_while_the_team_is_at_work(crew: Team) -> None:
    results = crew.map_in_order(square, range(6), 2, LONG)
    next(results)
    found: list[list[int]] = []
    thread = threading.Thread(target=lambda: found.append(results_of(crew)[0]))
    thread.start()
    thread.join(20)
    assert found == [[0, 1, 4, 9, 16]]
    assert [value for value, _ in results] == [1, 4, 9, 16, 25]


def test_members_leave_with_the_thread_that_made_them_and_come_again(crew: Team) -> None:
    found: list[set[int]] = []
    thread = threading.Thread(target=lambda: found.append(results_of(crew)[1]))
    thread.start()
    thread.join(20)
    wait_until(lambda: not crew._are_there(2))
    values, members = results_of(crew)
    assert values == [0, 1, 4, 9, 16]
    assert members
    assert members.isdisjoint(found[0])


def test_batches_run_one_after_the_other_are_what_one_worker_computes() -> None:
    generator = np.random.default_rng(7)
    alone, shared = (Executor(chain(width=64), threads=n) for n in (1, 3))
    alone.micro_batch = shared.micro_batch = 2
    for count in (9, 4, 9, 1):
        x = random_floats(generator, count, 64)
        shared._seconds = LONG
        for taps in ((), ("t1",), "all"):
            expected, got = alone.run(x, taps=taps), shared.run(x, taps=taps)
            assert list(got) == list(expected)
            for name, array in got.items():
                np.testing.assert_array_equal(array, expected[name])
    shared._seconds = LONG
    shared.run(random_floats(generator, 9, 64))
    assert shared._team._are_there(3)
