"""What commands print and write: one rule for all, and float32 always beside the others."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import qviz
from qviz.cli import main
from qviz.resources import sample_models

DIGITS = str(sample_models() / "digits" / "digits.keras")
FEW = ("--limit", "10", "--calibration-samples", "5", "--layer-samples", "0")
COMPARE = ("compare", DIGITS, "-d", "digits", "-s", "float16", *FEW)

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def float_model(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("model") / "digits.tflite"
    graph = qviz.open_model(DIGITS)
    return str(qviz.write_artifact(graph, qviz.quantize(graph, "float32"), "float32", path))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert isinstance(stop.value.code, int)
        return stop.value.code, captured.out, captured.err

    return command


@pytest.mark.parametrize(
    "arguments",
    [
        ("inspect", DIGITS),
        COMPARE,
        ("advise",),
        ("verify", "MODEL", "--modes", "reference", "--samples", "1"),
        ("trace", DIGITS, "--layer", "conv1", "--scheme", "dynamic-range"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_json_is_printed_for_a_dash_and_written_to_a_name(
    run: Run, arguments: tuple[str, ...], float_model: str, tmp_path: Path
) -> None:
    command = [float_model if word == "MODEL" else word for word in arguments]
    code, out, errors = run(*command, "--json", "-")
    assert (code, errors) == (0, "")
    printed = json.loads(out)
    path = tmp_path / "f.json"
    code, out, errors = run(*command, "--json", path)
    assert (code, errors) == (0, "")
    assert json.loads(path.read_text(encoding="utf-8")).keys() == printed.keys()
    # With a name the text for people is printed all the same.
    assert out
    with pytest.raises(json.JSONDecodeError):
        json.loads(out)


@pytest.mark.parametrize("option", ["--csv", "--layers-csv"])
def test_tables_are_printed_for_a_dash(run: Run, option: str) -> None:
    code, out, _ = run(*COMPARE, option, "-")
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    assert {row["scheme"] for row in rows} <= {"float32", "float16"}
    assert rows


def test_two_things_are_not_printed_into_each_other(run: Run) -> None:
    code, out, errors = run(*COMPARE, "--csv", "-", "--json", "-")
    assert (code, out) == (1, "")
    assert "Only one thing can be printed" in errors


def test_two_results_do_not_go_to_one_file(run: Run, tmp_path: Path) -> None:
    name, again = tmp_path / "r.html", tmp_path / "." / "r.html"
    for first, second in (("--csv", "--json"), ("-o", "--json"), ("--layers-csv", "--csv")):
        code, _, errors = run(*COMPARE, first, name, second, again)
        assert code == 1
        assert "give each its own name" in errors
        assert not name.exists()


def test_the_shipped_data_are_not_overwritten(run: Run) -> None:
    data = sample_models() / "digits" / "digits.npz"
    before = data.read_bytes()
    code, _, errors = run(*COMPARE, "--json", data)
    assert code == 1
    assert "which is read" in errors
    assert data.read_bytes() == before


def test_float32_is_always_beside_the_others(run: Run) -> None:
    code, out, _ = run(*COMPARE)
    assert code == 0
    lines = [line.split()[0] for line in out.splitlines() if line.strip()]
    assert lines.index("float32") + 1 == lines.index("float16")


def test_a_scheme_that_does_not_fit_is_an_error_though_float32_does(
    run: Run, float_model: str
) -> None:
    code, out, errors = run("compare", float_model, "-d", "digits", "-s", "tfjs-uint8", *FEW)
    assert (code, out) == (1, "")
    assert "None of the schemes fits this model. tfjs-uint8: " in errors


def test_a_report_takes_the_options_of_ranges(run: Run, tmp_path: Path) -> None:
    code, _, errors = run(
        *("report", DIGITS, "-d", "digits", "-s", "int8", *FEW, "--percentile", "99"),
        *("--keep-float", "conv2", "-o", tmp_path / "r.html"),
    )
    assert code == 0, errors
    content = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert [row["scheme"].split(":")[0] for row in content["rows"]] == ["float32", "int8"]
    assert "99" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_a_table_and_its_target_are_taken_by_advise_and_verify(
    run: Run, float_model: str, tmp_path: Path
) -> None:
    random = np.random.default_rng(0)
    rows = ["kind," + ",".join(f"p{i}" for i in range(64))]
    rows += [f"{i % 10}," + ",".join(f"{v:.3f}" for v in random.random(64)) for i in range(12)]
    table = tmp_path / "d.csv"
    table.write_text("\n".join(rows) + "\n")
    wrong = run("verify", float_model, "-d", table, "--target", "sort", "--samples", "2")
    assert wrong[0] == 1
    assert "sort" in wrong[2]
    wrong = run("advise", DIGITS, "-d", table, "--target", "sort")
    assert wrong[0] == 1
    assert "sort" in wrong[2]
    assert "--data-folder" in run("advise", "--help")[1]
