import os
import signal
import sys
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
from random_operators import float_tensor, random_floats
from test_executor import chain

from qviz.errors import ExecutionError
from qviz.execution import Executor, parallel
from qviz.execution.parallel import available_cores, map_in_order, worker_count
from qviz.graph import Graph, Operator

ALWAYS = 1e9
"""Seconds of an item that is worth a process."""

can_fork = pytest.mark.skipif(sys.platform != "linux", reason="only Linux shares by copies")


@pytest.fixture(params=[pytest.param("processes", marks=can_fork), "threads"])
def share(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of sharing work out."""
    monkeypatch.setattr(parallel, "CAN_FORK", request.param == "processes")
    return str(request.param)


def place() -> tuple[int, int]:
    return os.getpid(), threading.get_ident()


def test_results_come_in_the_order_of_the_items(share: str) -> None:
    def work(item: int) -> tuple[int, tuple[int, int]]:
        time.sleep(0.05 if item == 0 else 0.001)
        return item * item, place()

    results = list(map_in_order(work, range(7), 3, ALWAYS))
    assert [value for value, _ in results] == [0, 1, 4, 9, 16, 25, 36]
    assert len({where for _, where in results}) == 3


def test_items_are_taken_as_they_are_needed(share: str) -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for i in range(1000):
            taken.append(i)
            yield i

    results = map_in_order(lambda item: item, items(), 2, ALWAYS)
    assert next(results) == 0
    assert len(taken) <= 32
    results.close()  # type: ignore[attr-defined]
    assert len(taken) <= 32


def test_an_error_reaches_the_caller_and_ends_the_work(share: str) -> None:
    def work(item: int) -> int:
        if item == 1:
            raise ZeroDivisionError
        return item

    for workers in (1, 2):
        results = map_in_order(work, range(100), workers, ALWAYS)
        assert next(results) == 0
        with pytest.raises(ZeroDivisionError):
            next(results)


@can_fork
def test_a_process_that_ends_is_stood_in_for() -> None:
    here = os.getpid()

    def work(item: int) -> int:
        if os.getpid() != here and item > 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return item

    assert list(map_in_order(work, range(8), 2, ALWAYS)) == list(range(8))


@can_fork
def test_no_process_is_left_behind() -> None:
    results = map_in_order(lambda _: os.getpid(), range(20), 3, ALWAYS)
    copies = {pid for pid in (next(results), next(results), next(results)) if pid != os.getpid()}
    assert len(copies) == 2
    results.close()  # type: ignore[attr-defined]
    for pid in copies:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@can_fork
def test_without_room_for_a_pipe_the_work_is_done_here() -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # No number that is free is small enough.
    resource.setrlimit(resource.RLIMIT_NOFILE, (1, hard))
    try:
        results = list(map_in_order(lambda item: item * item, range(5), 3, ALWAYS))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert results == [0, 1, 4, 9, 16]


@can_fork
def test_little_work_stays_here() -> None:
    assert set(map_in_order(lambda _: place(), range(4), 2, 1e-6)) == {place()}
    # The first item is timed where nothing is known.
    assert set(map_in_order(lambda _: place(), range(4), 2)) == {place()}


def test_work_within_a_worker_is_not_shared_out_again(share: str) -> None:
    def work(_: int) -> set[tuple[int, int]]:
        return {place(), *map_in_order(lambda _: place(), range(4), 2, ALWAYS)}

    assert all(len(places) == 1 for places in map_in_order(work, range(4), 2, ALWAYS))


def test_one_thread_is_the_callers() -> None:
    assert set(map_in_order(lambda _: place(), range(3), 1, ALWAYS)) == {place()}


def test_threads_are_one_a_core_unless_given() -> None:
    assert worker_count(3) == 3
    assert 1 <= worker_count(None) <= available_cores()
    with pytest.raises(ExecutionError, match="at least 1 thread, not 0"):
        Executor(chain(), threads=0)


@pytest.mark.parametrize(
    ("width", "micro_batch", "count", "size"),
    [(64, 20, 32, 16), (64, 3, 7, 3), (64, 5, 2, 2), (64, 4, 0, 1), (4096, 90, 80, 40)],
)
def test_pieces_are_nearly_equal_and_large_ones_two(
    width: int, micro_batch: int, count: int, size: int
) -> None:
    executor = Executor(chain(layers=1, width=width), threads=1)
    executor.micro_batch = micro_batch
    assert executor._piece_size(count) == size


def test_workers_change_nothing(share: str) -> None:
    x = random_floats(np.random.default_rng(5), 23, 64)
    traces, joined = [], []
    for workers in (1, 2, 5):
        executor = Executor(chain(width=64), threads=workers)
        executor.micro_batch = 3
        executor._seconds = ALWAYS
        traces.append(executor.run(x, taps="all"))
        executor._seconds = ALWAYS
        joined.append([t["t1"] for t in executor.predict(x, batch_size=2, taps=["t1"])])
    for trace, batches in zip(traces[1:], joined[1:], strict=True):
        assert list(trace) == list(traces[0])
        for name, array in trace.items():
            np.testing.assert_array_equal(array, traces[0][name])
            assert not array.flags.writeable
        for batch, expected in zip(batches, joined[0], strict=True):
            np.testing.assert_array_equal(batch, expected)


def test_an_error_of_a_batch_is_the_executors(share: str) -> None:
    executor = Executor(chain(), threads=2)
    executor._seconds = ALWAYS
    batches = executor.predict(np.zeros((9, 5), np.float32), batch_size=1)
    with pytest.raises(ExecutionError, match="Input 't0'"):
        list(batches)


def test_large_results_are_not_passed_between_processes() -> None:
    graph = chain(layers=1, width=1 << 9)
    executor = Executor(graph, threads=2)
    assert executor._is_small(["t1"])
    wide = [float_tensor("x", 1, 1 << 19), float_tensor("y", 1, 1 << 19)]
    relu = Graph.build([Operator("RELU", ("x",), ("y",))], wide, ["x"], ["y"])
    assert not Executor(relu)._is_small(["y"])
