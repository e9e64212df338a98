from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from fakes import FakeProcess
from pytestqt.qtbot import QtBot

from qviz.errors import WorkerError
from qviz.jobs.task import Partial, Progress
from qviz.ui.worker_bridge import WorkerBridge
from qviz.ui.workers import Workers


class Heard:
    """Everything that a bridge told, in order."""

    def __init__(self, bridge: WorkerBridge) -> None:
        self.events: list[tuple[Any, ...]] = []
        endings = ("finished", "failed", "stopped", "replaced")
        for name in ("progressed", "partially_finished", *endings):
            signal = getattr(bridge, name)
            signal.connect(lambda *args, name=name: self.events.append((name, *args)))

    def names(self) -> list[str]:
        return [event[0] for event in self.events]


@pytest.fixture
def gate() -> threading.Event:
    return threading.Event()


@pytest.fixture
def process(gate: threading.Event) -> FakeProcess:
    def script(task: str, arguments: dict[str, Any]) -> Any:
        if task == "wait":
            assert gate.wait(10)
        if task == "fail":
            raise ValueError("the sentence")
        if task == "steps":
            return steps()
        return (task, arguments)

    return FakeProcess(script)


def steps() -> Any:
    yield Progress(1, 2, "half")
    yield Partial("first")
    return "whole"


@pytest.fixture
def bridge(qtbot: QtBot, process: FakeProcess, gate: threading.Event) -> Iterator[WorkerBridge]:
    result = WorkerBridge(lambda: process)
    yield result
    gate.set()
    result.close()


def test_job_gives_its_result(bridge: WorkerBridge, qtbot: QtBot):
    heard = Heard(bridge)
    with qtbot.waitSignal(bridge.finished, timeout=5000):
        job = bridge.submit("echo", {"a": 1})
    assert heard.events == [("finished", job, ("echo", {"a": 1}))]
    assert not bridge.busy


def test_signals_arrive_in_the_windows_thread(bridge: WorkerBridge, qtbot: QtBot):
    threads: list[int] = []
    bridge.finished.connect(lambda *_: threads.append(threading.get_ident()))
    with qtbot.waitSignal(bridge.finished, timeout=5000):
        bridge.submit("echo", {})
    assert threads == [threading.get_ident()]


def test_progress_and_parts_come_before_the_result(bridge: WorkerBridge, qtbot: QtBot):
    heard = Heard(bridge)
    with qtbot.waitSignal(bridge.finished, timeout=5000):
        job = bridge.submit("steps", {})
    assert heard.events == [
        ("progressed", job, Progress(1, 2, "half")),
        ("partially_finished", job, "first"),
        ("finished", job, "whole"),
    ]


def test_failure_is_a_sentence(bridge: WorkerBridge, qtbot: QtBot):
    heard = Heard(bridge)
    with qtbot.waitSignal(bridge.failed, timeout=5000):
        job = bridge.submit("fail", {})
    assert heard.events == [("failed", job, "the sentence", "traceback", "ValueError")]


def test_jobs_run_one_after_another(
    bridge: WorkerBridge, process: FakeProcess, gate: threading.Event, qtbot: QtBot
):
    heard = Heard(bridge)
    first = bridge.submit("wait", {})
    second = bridge.submit("echo", {})
    qtbot.waitUntil(lambda: len(process.requests) == 1, timeout=5000)
    qtbot.wait(30)
    assert len(process.requests) == 1
    gate.set()
    qtbot.waitUntil(lambda: len(heard.events) == 2, timeout=5000)
    assert [event[1] for event in heard.events] == [first, second]


def test_only_the_newest_of_replaced_jobs_runs(
    bridge: WorkerBridge, process: FakeProcess, gate: threading.Event, qtbot: QtBot
):
    bridge.submit("wait", {})
    for i in range(5):
        last = bridge.submit("echo", {"i": i}, replace=True)
    gate.set()
    with qtbot.waitSignal(
        bridge.finished, timeout=5000, check_params_cb=lambda job, _: job == last
    ):
        pass
    assert [arguments for _, arguments in process.requests] == [{}, {"i": 4}]


def test_every_replaced_job_is_told(
    bridge: WorkerBridge, gate: threading.Event, qtbot: QtBot
) -> None:
    heard = Heard(bridge)
    bridge.submit("wait", {})
    other = bridge.submit("other", {})
    jobs = [bridge.submit("echo", {"i": i}, replace=True) for i in range(3)]
    assert heard.events == [("replaced", job) for job in jobs[:2]]
    gate.set()
    qtbot.waitUntil(lambda: not bridge.busy, timeout=5000)
    assert [event[1] for event in heard.events[3:]] == [other, jobs[2]]


def test_what_a_replaced_job_holds_is_let_go(
    qtbot: QtBot, process: FakeProcess, gate: threading.Event
) -> None:
    class Held:
        def take(self, _result: object) -> None:
            """Of nothing."""

    workers = Workers(lambda: process)
    told: list[object] = []
    workers.ask("wait", {}, told.append, lambda *_: None)
    qtbot.waitUntil(lambda: len(process.requests) == 1, timeout=5000)
    held = Held()
    watched = weakref.ref(held)
    workers.ask("echo", {}, held.take, lambda *_: None)
    del held
    assert watched() is not None
    workers.ask("echo", {}, told.append, lambda *_: None)
    assert watched() is None
    gate.set()
    qtbot.waitUntil(lambda: len(told) == 2, timeout=5000)
    workers.close()


def test_stop_answers_at_once_and_a_late_result_is_dropped(
    bridge: WorkerBridge, process: FakeProcess, gate: threading.Event, qtbot: QtBot
):
    heard = Heard(bridge)
    first = bridge.submit("wait", {})
    second = bridge.submit("echo", {})
    qtbot.waitUntil(lambda: len(process.requests) == 1, timeout=5000)
    bridge.stop()
    assert heard.events == [("stopped", first), ("stopped", second)]
    assert not bridge.busy
    gate.set()
    with qtbot.waitSignal(bridge.finished, timeout=5000):
        third = bridge.submit("echo", {"after": True})
    assert heard.events[2:] == [("finished", third, ("echo", {"after": True}))]
    assert (process.stops, process.starts) == (1, 2)


def test_stop_of_an_idle_worker_does_nothing(
    bridge: WorkerBridge, process: FakeProcess, qtbot: QtBot
):
    with qtbot.waitSignal(bridge.finished, timeout=5000):
        bridge.submit("echo", {})
    bridge.stop()
    with qtbot.waitSignal(bridge.finished, timeout=5000):
        bridge.submit("echo", {})
    assert process.starts == 1


def test_crash_is_one_sentence_with_the_log_and_the_next_job_runs(
    bridge: WorkerBridge, process: FakeProcess, qtbot: QtBot
):
    heard = Heard(bridge)
    job = bridge.submit("wait", {})
    qtbot.waitUntil(lambda: len(process.requests) == 1, timeout=5000)
    with qtbot.waitSignal(bridge.failed, timeout=5000):
        process.die(-11)
    name, failed_job, message, details, _ = heard.events[0]
    assert (name, failed_job) == ("failed", job)
    assert "signal 11" in message
    assert "session is intact" in message
    assert "\n" not in message
    assert details == "last words"
    with qtbot.waitSignal(bridge.finished, timeout=5000):
        bridge.submit("echo", {})


def test_worker_that_keeps_dying_is_given_up(qtbot: QtBot):
    class Stillborn(FakeProcess):
        def start(self) -> None:
            super().start()
            self.die(1)

        def submit(self, job_id: int, task: str, arguments: dict[str, Any]) -> None:
            raise WorkerError("gone")

    process = Stillborn()
    bridge = WorkerBridge(lambda: process)
    heard = Heard(bridge)
    bridge.submit("echo", {})
    qtbot.waitUntil(lambda: "failed" in heard.names(), timeout=5000)
    qtbot.waitUntil(lambda: process.starts == 3, timeout=5000)
    qtbot.waitUntil(lambda: bridge._thread.isFinished(), timeout=5000)
    assert process.starts == 3
    bridge.close()


def test_a_job_that_a_dying_worker_never_read_is_answered(qtbot: QtBot):
    at_the_end, going_on = threading.Event(), threading.Event()

    class Stillborn(FakeProcess):
        def start(self) -> None:
            super().start()
            self.die(1)

        def stop(self) -> None:
            super().stop()
            if self.starts == 3:
                at_the_end.set()
                assert going_on.wait(10)

    bridge = WorkerBridge(Stillborn)
    heard = Heard(bridge)
    bridge.start()
    assert at_the_end.wait(10)
    jobs = [bridge.submit("echo", {}), bridge.submit("echo", {})]
    going_on.set()
    qtbot.waitUntil(lambda: len(heard.events) == 2, timeout=5000)
    assert [event[:2] for event in heard.events] == [("failed", job) for job in jobs]
    assert "restart qviz" in heard.events[0][2]
    assert not bridge.busy
    bridge.close()


def test_a_worker_that_can_be_had_again_answers_the_next_job(qtbot: QtBot):
    class Reluctant(FakeProcess):
        refusals = 1

        def start(self) -> None:
            if Reluctant.refusals:
                Reluctant.refusals -= 1
                raise WorkerError("no process to be had")
            super().start()

        def close(self) -> None:
            if self.starts:
                super().close()

    bridge = WorkerBridge(lambda: Reluctant(lambda task, arguments: (task, arguments)))
    heard = Heard(bridge)
    bridge.submit("echo", {})
    qtbot.waitUntil(lambda: heard.names() == ["failed"], timeout=5000)
    for number in (1, 2, 3):
        with qtbot.waitSignal(bridge.finished, timeout=5000):
            job = bridge.submit("echo", {"number": number})
        assert heard.events[-1] == ("finished", job, ("echo", {"number": number}))
    bridge.close()


def test_a_worker_that_cannot_be_started_fails_the_job_with_the_reason(qtbot: QtBot):
    class Impossible(FakeProcess):
        def start(self) -> None:
            raise WorkerError("no process to be had")

        def close(self) -> None:
            """There is nothing to close."""

    bridge = WorkerBridge(Impossible)
    heard = Heard(bridge)
    bridge.submit("echo", {})
    qtbot.waitUntil(lambda: "failed" in heard.names(), timeout=5000)
    assert heard.events[0][2] == "no process to be had"
    assert not bridge.busy
    bridge.close()


def test_close_without_a_job_ends_the_thread(qtbot: QtBot, process: FakeProcess):
    bridge = WorkerBridge(lambda: process)
    bridge.start()
    bridge.close()
    assert bridge._thread.isFinished()


def test_close_while_a_job_runs(qtbot: QtBot, process: FakeProcess, gate: threading.Event):
    bridge = WorkerBridge(lambda: process)
    heard = Heard(bridge)
    bridge.submit("wait", {})
    qtbot.waitUntil(lambda: len(process.requests) == 1, timeout=5000)
    bridge.close()
    gate.set()
    qtbot.wait(20)
    assert heard.events == []


def test_nothing_starts_after_close(qtbot: QtBot, process: FakeProcess):
    bridge = WorkerBridge(lambda: process)
    bridge.close()
    bridge.start()
    bridge.submit("echo", {})
    bridge.close()
    qtbot.wait(20)
    assert process.starts == 0
