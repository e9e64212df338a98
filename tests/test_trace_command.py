"""``qviz trace`` as a shell runs it."""

from __future__ import annotations

import csv
import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from qviz.cli import main
from qviz.resources import sample_models

ROOT = Path(__file__).parents[1]
DIGITS = str(sample_models() / "digits" / "digits.keras")
CONV2 = ("trace", DIGITS, "--layer", "conv2", "--data", "digits")


def shell(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "qviz", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
        check=False,
    )


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str, str]:
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    captured = capsys.readouterr()
    return stop.value.code, captured.out, captured.err


def test_one_number_from_a_shell() -> None:
    done = shell(*CONV2, "--at", "0,1,1,3", "--products", "4", "--rounding", "reference")
    assert (done.returncode, done.stderr) == (0, "")
    told = done.stdout
    assert told.startswith("CONV_2D of conv2, element [0, 1, 1, 3]\n")
    assert "The first 4 of 576 terms are listed." in told
    for name in ("Sum the products", "Add the bias", "Clamp", "Real value"):
        assert f". {name}: " in told
    assert "the float network has" in told
    assert "rounding the weights" in told


def test_json_holds_the_same(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    second = (*CONV2, "--sample", "2", "--rounding", "xnnpack")
    code, out, _ = run(capsys, *second, "--json", "-")
    assert code == 0
    found = json.loads(out)
    assert found["rules"] == "xnnpack"
    assert found["terms"]["count"] == 576
    assert found["rank"] == 0
    assert sum(part["value"] for part in found["contributions"]) == pytest.approx(
        found["difference"], abs=1e-9
    )
    target = tmp_path / "trace.csv"
    at = ",".join(str(n) for n in found["at"])
    code, out, _ = run(capsys, *second, "--at", at, "--csv", str(target))
    assert code == 0
    assert f"element [{at.replace(',', ', ')}]" in out
    rows = list(csv.reader(target.read_text(encoding="utf-8").splitlines()))
    products = [int(row[8]) for row in rows if row[0] == "term"]
    assert products == found["terms"]["products"]


def test_the_example_of_the_readme_has_something_to_teach(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    (example,) = (line for line in lines if line.startswith("qviz trace "))
    code, out, _ = run(capsys, *shlex.split(example, comments=True)[1:])
    assert code == 0
    assert "nothing is cut off" in out
    code, out, _ = run(capsys, *shlex.split(example, comments=True)[1:], "--json", "-")
    parts = {part["name"]: part["value"] for part in json.loads(out)["contributions"]}
    # It is the first layer: nothing before it has an error.
    assert {name for name, value in parts.items() if value == 0} == {"layers before"}


def test_dynamic_range_without_data(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("trace", DIGITS, "-l", "dense1", "--scheme", "dynamic-range", "--products", "0")
    code, out, _ = run(capsys, *arguments)
    assert code == 0
    assert "1. Scale of the inputs" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--layer", "nowhere"), "no layer 'nowhere'"),
        (("--layer", "conv2", "--at", "0,9,9,9"), "the last element is 0,3,3,63"),
        (("--layer", "conv2", "--at", "a,b"), "--at takes whole numbers"),
        (("--layer", "conv2", "--scheme", "float32"), "no integer steps to trace"),
        (("--layer", "conv2", "--scheme", "int5"), "int5"),
        (("--layer", "conv2", "--sample", "450"), "There is no sample 450"),
        (("--layer", "conv2", "--rounding", "up"), "--rounding is one of"),
    ],
)
def test_errors_are_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    code, out, err = run(capsys, "trace", DIGITS, "--data", "digits", *arguments)
    assert (code, out) == (1, "")
    assert words in err
    assert err.count("\n") == 1


def test_a_scheme_that_needs_data_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "trace", DIGITS, "--layer", "conv2")
    assert code == 1
    assert "int8 needs samples" in err
