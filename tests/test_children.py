"""What child processes are given and what is kept of them."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

import qviz
from qviz.children import child_environment, read_last, tensorflow_environment


def test_a_child_imports_this_qviz_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    environment = child_environment(SAID="so")
    assert environment["PYTHONPATH"].split(os.pathsep)[1:] == ["elsewhere"]
    assert environment["SAID"] == "so"
    told = subprocess.run(
        [sys.executable, "-c", "import qviz; print(qviz.__file__)"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == qviz.__file__


def test_no_empty_path_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    # An empty entry would mean the folder that the child is started in.
    monkeypatch.delenv("PYTHONPATH", raising=False)
    assert child_environment()["PYTHONPATH"] == str(Path(qviz.__file__).parents[1])


def test_tensorflow_is_quiet_and_stays_off_the_gpu() -> None:
    environment = tensorflow_environment(QVIZ_CHILD="1")
    found = [environment[k] for k in ("TF_CPP_MIN_LOG_LEVEL", "CUDA_VISIBLE_DEVICES", "QVIZ_CHILD")]
    assert found == ["3", "-1", "1"]


@pytest.mark.parametrize("length", [0, 9, 10, 11, 1_000_000])
def test_only_the_end_of_an_output_is_kept(length: int) -> None:
    said = (b"0123456789abcdefg" * (length // 17 + 1))[:length]
    assert read_last(io.BytesIO(said), 10) == said[-10:]
