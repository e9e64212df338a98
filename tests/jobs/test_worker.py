"""The worker process: results, errors, stops, crashes, and death of the parent."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qviz.errors import WorkerError
from qviz.jobs.messages import Failed, Finished, Happened, Message
from qviz.jobs.process import WorkerProcess
from qviz.jobs.results import DataSpec, ModelSummary, RunOptions
from qviz.jobs.task import Partial, Progress
from qviz.quantization import SCHEMES
from qviz.resources import sample_models

PATIENCE_S = 60
DIGITS = str(sample_models() / "digits" / "digits.keras")


@pytest.fixture(scope="module")
def worker() -> Iterator[WorkerProcess]:
    process = WorkerProcess()
    process.start()
    yield process
    process.close()


def answers(worker: WorkerProcess, job_id: int) -> list[Message]:
    """Everything the worker says of a job, the end included."""
    heard: list[Message] = []
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if worker.connection.poll(0.5):
            message = worker.connection.recv()
            assert message.job_id == job_id
            heard.append(message)
            if isinstance(message, Finished | Failed):
                return heard
    pytest.fail(f"no end of job {job_id} within {PATIENCE_S} s; log: {worker.log_tail()}")


def ask(worker: WorkerProcess, job_id: int, task: str, **arguments: Any) -> Message:
    worker.submit(job_id, task, arguments)
    return answers(worker, job_id)[-1]


def wait_for_end(worker: WorkerProcess) -> None:
    """Read until the pipe is closed."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        try:
            if worker.connection.poll(0.2):
                worker.connection.recv()
        except (EOFError, OSError):
            return
    pytest.fail("the pipe stayed open")


def drain(connection: Any) -> None:
    """Read what a stopped worker had still sent, up to the end of the pipe."""
    for _ in range(1000):
        try:
            connection.recv()
        except EOFError:
            return
    pytest.fail("a stopped worker goes on sending")


def test_opens_a_model(worker: WorkerProcess) -> None:
    worker.submit(1, "open", {"path": DIGITS})
    heard = answers(worker, 1)
    assert isinstance(heard[0], Happened)
    assert isinstance(heard[0].event, Progress)
    end = heard[-1]
    assert isinstance(end, Finished), end
    summary = end.result
    assert isinstance(summary, ModelSummary)
    assert [layer.kind for layer in summary.layers].count("CONV_2D") == 3
    assert "conv1_bn" in {layer.name for layer in summary.unfolded_layers}
    assert summary.first_weights is not None
    assert summary.first_weights.float_counts.sum() == summary.first_weights.count


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_weights_of_every_scheme(worker: WorkerProcess, scheme: str) -> None:
    end = ask(
        worker, 2, "weights",
        path=DIGITS, layer="conv2", tensor="conv2/kernel", scheme=SCHEMES[scheme], channel=None,
    )  # fmt: skip
    assert isinstance(end, Finished), end
    view = end.result
    assert view.float_counts.sum() == view.count == 3 * 3 * 64 * 64
    if scheme == "float32":
        assert view.levels.size == 0
    else:
        assert view.level_counts.sum() == view.count
        assert view.error_counts.sum() == view.count
        assert view.metrics is not None
        assert view.metrics.sqnr_db > 20
        assert 1 < view.occupied_codes <= view.available_codes


def test_one_channel_lies_on_its_grid(worker: WorkerProcess) -> None:
    end = ask(
        worker, 3, "weights",
        path=DIGITS, layer="conv2", tensor="conv2/kernel", scheme=SCHEMES["int8"], channel=5,
    )  # fmt: skip
    assert isinstance(end, Finished), end
    view = end.result
    assert view.channels == 64
    assert view.count == 3 * 3 * 64
    assert view.levels == pytest.approx(view.codes * view.scale, rel=1e-12)
    assert view.grid_maximum == pytest.approx(127 * view.scale)
    assert abs(view.codes).max() == 127
    assert view.metrics.max_abs <= view.scale / 2 * 1.0001


def test_errors_come_as_sentences(worker: WorkerProcess, tmp_path: Any) -> None:
    broken = tmp_path / "broken.keras"
    broken.write_bytes(b"PK\x03\x04 not a zip")
    end = ask(worker, 4, "open", path=str(broken))
    assert isinstance(end, Failed)
    assert end.error == "ModelFormatError"
    assert "broken.keras" in end.message
    assert "Traceback" not in end.message
    assert "Traceback" in end.details


def test_unexpected_errors_leave_the_worker_alive(worker: WorkerProcess) -> None:
    end = ask(worker, 5, "open")
    assert isinstance(end, Failed)
    assert end.error == "TypeError"
    assert isinstance(ask(worker, 6, "open", path=DIGITS), Finished)


def test_compares_in_parts(worker: WorkerProcess) -> None:
    schemes = (SCHEMES["float32"], SCHEMES["int8"])
    worker.submit(
        7, "compare",
        {
            "path": DIGITS,
            "data": DataSpec("digits", limit=32),
            "schemes": schemes,
            "options": RunOptions(calibration_samples=16, layer_samples=4),
        },
    )  # fmt: skip
    heard = answers(worker, 7)
    end = heard[-1]
    assert isinstance(end, Finished), end
    parts = [m.event.value for m in heard[:-1] if isinstance(m.event, Partial)]
    assert [part.scheme.id for part in parts] == ["float32", "int8"]
    assert [row.scheme.id for row in end.result.rows] == ["float32", "int8"]


def test_stop_and_start_again(tmp_path: Any) -> None:
    worker = WorkerProcess()
    try:
        worker.start()
        worker.submit(
            1, "compare",
            {
                "path": DIGITS,
                "data": DataSpec("digits"),
                "schemes": tuple(SCHEMES.values()),
                "options": RunOptions(),
            },
        )  # fmt: skip
        assert isinstance(worker.connection.recv(), Happened)
        connection = worker.connection
        worker.stop()
        drain(connection)
        worker.start()
        assert isinstance(ask(worker, 2, "open", path=DIGITS), Finished)
    finally:
        worker.close()
    assert not worker.alive
    assert not worker.log_path.exists()


def test_a_crash_is_seen() -> None:
    worker = WorkerProcess()
    try:
        worker.start()
        assert isinstance(ask(worker, 1, "open", path=DIGITS), Finished)
        assert worker.process_id is not None
        os.kill(worker.process_id, signal.SIGKILL)
        wait_for_end(worker)
        with pytest.raises(WorkerError):
            worker.submit(2, "open", {"path": DIGITS})
    finally:
        worker.close()


def test_ends_with_its_parent(tmp_path: Any) -> None:
    """A window that is killed leaves no worker behind, even a busy one."""
    script = """
import sys, time
from qviz.jobs.process import WorkerProcess
if __name__ == "__main__":
    worker = WorkerProcess()
    worker.start()
    worker.submit(1, "open", {"path": sys.argv[1]})
    worker.connection.recv()
    print(worker.process_id, worker.log_path, flush=True)
    time.sleep(60)
"""
    file = tmp_path / "parent.py"
    file.write_text(script)
    parent = subprocess.Popen(
        [sys.executable, str(file), DIGITS], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child, log = parent.stdout.readline().split()
    parent.kill()
    parent.wait(10)
    parent.stdout.close()
    end = time.monotonic() + 10
    while time.monotonic() < end and _runs(int(child)):
        time.sleep(0.05)
    assert not _runs(int(child))
    assert not Path(log).exists()


def _runs(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process_id}/stat")
    # A zombie waiting for the init process to reap it has ended.
    return not status.exists() or ") Z " not in status.read_text()


def test_loads_neither_qt_nor_tensorflow() -> None:
    script = """
import sys
from qviz.jobs.task import run
from qviz.jobs.tasks import TASKS
from qviz.jobs.results import DataSpec, RunOptions
from qviz.quantization import SCHEMES
run(TASKS["compare"](sys.argv[1], DataSpec("digits", limit=8), tuple(SCHEMES.values()),
                     RunOptions(calibration_samples=8, layer_samples=2)))
loaded = {name.split(".")[0] for name in sys.modules}
print(sorted(loaded & {"tensorflow", "keras", "PySide6", "pyqtgraph"}))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, DIGITS], capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
