"""The interpreter in a process of its own: tensors, crashes, and the end of its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from builders import activation, operator

import qviz
from qviz.errors import InterpreterError
from qviz.evaluation.litert import LitertProcess
from qviz.formats.tflite import write_tflite
from qviz.graph import Graph, Tensor

PATIENCE_S = 30


def negation() -> bytes:
    tensors = [activation("x", 1, 3), activation("mid", 1, 3), activation("y", 1, 3)]
    operators = [operator("NEG", ("x",), "mid"), operator("ABS", ("mid",), "y")]
    return write_tflite(Graph.build(operators, tensors, ["x"], ["y"]))


def text_model() -> bytes:
    """A model whose tensor LiteRT reads without looking whether it is there."""
    text = Tensor("words", (1, 3), np.dtype(object))
    return write_tflite(Graph.build([], [text], ["words"], ["words"]))


X = np.array([[1.5, -2.0, 0.0]], np.float32)


@pytest.mark.parametrize("mode", ["reference", "xnnpack"])
def test_every_tensor_is_kept(mode: str) -> None:
    with LitertProcess() as litert:
        litert.load(negation())
        with litert.run(mode, {0: X}, [0, 1, 2]) as kept:
            assert sorted(kept) == [0, 1, 2]
            assert len(kept) == 3
            np.testing.assert_array_equal(kept[1], -X)
            np.testing.assert_array_equal(kept[2], np.abs(X))
            assert not kept.missing
        assert litert.ranges(mode, {0: X}, [1, 2]) == {1: (-1.5, 2.0), 2: (0.0, 2.0)}


def test_a_crash_is_one_sentence_and_the_next_run_works() -> None:
    with LitertProcess() as litert:
        litert.load(text_model())
        for _ in range(2):
            with (
                pytest.raises(
                    InterpreterError,
                    match=r"^LiteRT ended with signal \d+ \(SIG\w+\) while reading the tensors\.$",
                ),
                litert.run("reference", {}, [0]),
            ):
                pass
        litert.load(negation())
        with litert.run("reference", {0: X}, [2]) as kept:
            np.testing.assert_array_equal(kept[2], np.abs(X))


def test_what_litert_refuses_is_said() -> None:
    with LitertProcess() as litert:
        litert.load(b"\x00" * 64)
        with (
            pytest.raises(InterpreterError, match="reference kernels failed while reading the mod"),
            litert.run("reference", {}, []),
        ):
            pass
        litert.load(negation())
        with (
            pytest.raises(InterpreterError, match="default kernels failed while preparing"),
            litert.run("xnnpack", {0: X[:, :2]}, []),
        ):
            pass


def test_a_run_that_takes_too_long_is_ended() -> None:
    with LitertProcess(timeout_s=1e-3) as litert:
        litert.load(negation())
        with (
            pytest.raises(InterpreterError, match=r"did not finish \w.* within 0.001 s"),
            litert.run("reference", {0: X}, []),
        ):
            pass


def test_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with LitertProcess() as litert:
        litert.load(negation())
        with litert.run("reference", {0: X}, [2]):
            assert any(tmp_path.iterdir())
        process = litert._process
        assert process is not None
    assert process.poll() is not None
    assert not any(tmp_path.iterdir())


PROGRAM = """
import os, signal, sys
import numpy as np
from qviz.evaluation.litert import LitertProcess
litert = LitertProcess()
litert.load(open(sys.argv[1], "rb").read())
with litert.run("reference", {0: np.zeros((1, 3), np.float32)}, [2]):
    print(litert._process.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    model = tmp_path / "negation.tflite"
    model.write_bytes(negation())
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(model)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        cwd=Path(qviz.__file__).parents[1],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        check=False,
    )
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    child = Path("/proc") / ran.stdout.strip()
    end = time.monotonic() + PATIENCE_S
    while child.exists() and _is_running(child) and time.monotonic() < end:
        time.sleep(0.05)
    assert not child.exists() or not _is_running(child)


def _is_running(process: Path) -> bool:
    """Whether a process is more than an entry that nobody has asked for yet."""
    try:
        return " Z " not in process.joinpath("stat").read_text()
    except OSError:
        return False
