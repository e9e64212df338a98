"""The front door, ``./run``: what it does to .venv, with a Python that installs nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from needs import unavailable

RUN = Path(__file__).parents[1] / "run"
PATIENCE_S = 60

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell script")

# Also what it makes as .venv/bin/python. It says when it begins and ends to install.
PYTHON = """#!/bin/sh
case "$1 ${2:-} ${3:-}" in
    "-V "*) echo "${FAKE_VERSION:-Python 3.11.0}" ;;
    "-m venv "*) mkdir -p .venv/bin && cp "$0" .venv/bin/python; echo venv >>log ;;
    "-m pip -V") ;;
    "-m pip install") echo begin >>log; sleep "${FAKE_SECONDS:-0}"; echo end >>log
        [ -z "${FAKE_FAILURE:-}" ] ;;
    "-m qviz "*) echo "started $3 in $(pwd)" ;;
esac
"""
TOOLS = "sh cat cksum cp dirname mkdir rm sleep uname id"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(RUN, tmp_path / "run")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    python = tmp_path / "python"
    python.write_text(PYTHON)
    python.chmod(0o755)
    return tmp_path


@pytest.fixture(params=["flock", "mkdir"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A PATH with flock and one without."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in [*TOOLS.split(), *(["flock"] if request.param == "flock" else [])]:
        found = shutil.which(name)
        if found is None:
            unavailable(f"needs the command {name}, which is not installed")
        (tools / name).symlink_to(found)
    return str(tools)


def start(folder: Path, path: str | None = None, **settings: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHON": str(folder / "python"), **settings}
    if path is not None:
        environment["PATH"] = path
    called_in = folder / "elsewhere"
    called_in.mkdir(exist_ok=True)
    return subprocess.Popen(
        ["/bin/sh", "../run", "schemes"],
        cwd=called_in,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
    )


def said(folder: Path, path: str | None = None, **settings: str) -> tuple[str, str, int]:
    process = start(folder, path, **settings)
    out, errors = process.communicate(timeout=PATIENCE_S)
    return out, errors, process.returncode


def started(folder: Path) -> str:
    """What the fake program says: its command, in the folder that ./run was called in."""
    return f"started schemes in {folder / 'elsewhere'}\n"


def log(folder: Path) -> list[str]:
    return (folder / "log").read_text().split()


def test_of_two_at_once_one_prepares_and_both_start(folder: Path, path: str) -> None:
    both = [start(folder, path, FAKE_SECONDS="1") for _ in range(2)]
    ended = [process.communicate(timeout=PATIENCE_S) for process in both]
    assert [out for out, _ in ended] == [started(folder)] * 2
    assert log(folder) == ["venv", "begin", "end"]
    words = "".join(errors for _, errors in ended)
    assert words.count("first start only") == 1
    assert words.count("waiting for another ./run") == 1


def test_a_wait_has_an_end(folder: Path, path: str) -> None:
    with start(folder, path, FAKE_SECONDS="3") as first:
        assert first.stderr is not None
        # It has the lock when it says what it does.
        assert "first start only" in first.stderr.readline()
        out, errors, code = said(folder, path, QVIZ_LOCK_WAIT_S="1")
        first.communicate(timeout=PATIENCE_S)
    assert (out, code) == ("", 1)
    assert "another ./run still prepares .venv after 1 s" in errors
    assert log(folder) == ["venv", "begin", "end"]


def test_a_failure_does_not_leave_the_lock(folder: Path, path: str) -> None:
    _, errors, code = said(folder, path, FAKE_FAILURE="yes")
    assert code == 1
    assert "pip could not install" in errors
    out, errors, code = said(folder, path)
    assert (out, code) == (started(folder), 0)
    assert "finishing .venv, which was not completed" in errors
    assert said(folder, path) == (started(folder), "", 0)


@pytest.mark.parametrize("path", ["mkdir"], indirect=True)
def test_a_lock_that_nobody_holds_is_named(folder: Path, path: str) -> None:
    (folder / ".venv.lock.d").mkdir()
    _, errors, code = said(folder, path, QVIZ_LOCK_WAIT_S="1")
    assert code == 1
    assert "if there is none, remove " in errors
    assert ".venv.lock.d" in errors


@pytest.mark.parametrize("path", ["mkdir"], indirect=True)
def test_a_lock_of_a_killed_run_is_named(folder: Path, path: str) -> None:
    ended = subprocess.Popen(["/bin/sh", "-c", ":"])
    ended.wait(PATIENCE_S)
    (folder / ".venv.lock.d").mkdir()
    (folder / ".venv.lock.d" / "holder").write_text(f"{ended.pid}\n")
    _, errors, code = said(folder, path)
    assert code == 1
    assert "killed while it prepared .venv. Remove " in errors


def test_what_is_said_fits_what_is_done(folder: Path) -> None:
    assert "first start only" in said(folder)[1]
    (folder / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    changed = said(folder)[1]
    assert "up to date: pyproject.toml has changed" in changed
    assert "first start" not in changed
    # Another Python than .venv was made with.
    other = (folder / "python").read_text().replace("3.11.0", "3.12.0")
    (folder / "python").write_text(other)
    assert "making .venv anew: this one does not run with Python 3.12.0" in said(folder)[1]
    assert log(folder).count("venv") == 2
    assert said(folder)[1] == ""
