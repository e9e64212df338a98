import threading
from collections.abc import Iterator

import numpy as np
import pytest
from random_operators import random_floats
from test_executor import chain

from qviz.errors import ExecutionError
from qviz.execution import Executor
from qviz.execution.parallel import available_cores, map_in_order, thread_count


def test_results_come_in_the_order_of_the_items() -> None:
    first_may_end = threading.Event()

    def work(item: int) -> int:
        if item == 0:
            assert first_may_end.wait(10)
        else:
            first_may_end.set()
        return item * item

    assert list(map_in_order(work, range(5), 2)) == [0, 1, 4, 9, 16]


def test_items_are_taken_as_they_are_needed() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for i in range(10):
            taken.append(i)
            yield i

    results = map_in_order(lambda item: item, items(), 2)
    assert next(results) == 0
    assert len(taken) <= 3
    results.close()
    assert len(taken) <= 3


def test_an_error_reaches_the_caller_and_ends_the_work() -> None:
    done: list[int] = []

    def work(item: int) -> int:
        if item == 1:
            raise ZeroDivisionError
        done.append(item)
        return item

    for threads in (1, 2):
        done.clear()
        with pytest.raises(ZeroDivisionError):
            list(map_in_order(work, range(100), threads))
        assert len(done) < 10


def test_work_within_a_thread_is_not_shared_out_again() -> None:
    def work(_: int) -> set[int]:
        own = threading.get_ident()
        return {own, *map_in_order(lambda _: threading.get_ident(), range(4), 2)}

    assert all(len(idents) == 1 for idents in map_in_order(work, range(4), 2))


def test_one_thread_is_the_callers() -> None:
    assert set(map_in_order(lambda _: threading.get_ident(), range(3), 1)) == {
        threading.get_ident()
    }


def test_threads_are_one_a_core_unless_given() -> None:
    assert thread_count(3) == 3
    assert 1 <= thread_count(None) <= available_cores()
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


def test_threads_change_nothing() -> None:
    x = random_floats(np.random.default_rng(5), 23, 64)
    traces = []
    for threads in (1, 2, 5):
        executor = Executor(chain(width=64), threads=threads)
        executor.micro_batch = 3
        traces.append(executor.run(x, taps="all"))
        joined = [t.outputs[0] for t in executor.predict(x, batch_size=23)]
        np.testing.assert_array_equal(np.concatenate(joined), traces[-1].outputs[0])
    for trace in traces[1:]:
        assert list(trace) == list(traces[0])
        for name, array in trace.items():
            np.testing.assert_array_equal(array, traces[0][name])
