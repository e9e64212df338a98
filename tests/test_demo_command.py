"""``qviz demo`` and ``qviz train`` as a shell runs them; data sets by name in other commands."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from qviz.cli import main


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Run a command in this process: exit code, stdout, stderr."""

    def command(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert isinstance(stop.value.code, int)
        return stop.value.code, captured.out, captured.err

    return command


def test_a_demo_prints_both_tables_beside_the_published_ones(
    run,  # type: ignore[no-untyped-def]
    shared_folder: Path,
    tmp_path: Path,
) -> None:
    report = tmp_path / "demo.json"
    code, out, err = run("demo", "housing", "--data-folder", shared_folder / "data", "-o", report)
    assert (code, err) == (0, "")
    for text in (
        "4128 test samples",
        "0.311984",
        "0.311983",
        "0.312780",
        "1.121",
        "1.161",
        "1.388",
    ):
        assert text in out
    measured = [line.split() for line in out.splitlines() if line.startswith("measured here")]
    written = json.loads(report.read_text("utf-8"))
    scores = [f"{row['metrics']['mae']:.6f}" for row in written["rows"]]
    assert measured[0][2:] == scores
    assert len(measured[1]) == 5
    assert "16 bit changes the MAE by" in out


def test_errors_of_demos_are_one_line(
    run,  # type: ignore[no-untyped-def]
    tmp_path: Path,
) -> None:
    for arguments, message in (
        (("demo", "cats"), "there are housing, mnist, fashion-mnist, mobilenetv2"),
        (("demo", "mobilenetv2"), "needs images"),
        (("demo", "housing", "--data", tmp_path), "with --data-folder"),
        (("demo", "mnist", "--model", "nothing"), "There is no file nothing"),
        (("train", "cats"), "there are housing, mnist, fashion-mnist"),
        (("demo", "mnist", "-o", tmp_path / "none" / "r.html"), "there is no folder"),
    ):
        code, out, err = run(*arguments)
        assert (code, out) == (1, "")
        assert message in err
        assert err.count("\n") == 1


def test_a_model_goes_by_its_name_in_every_command(
    run,  # type: ignore[no-untyped-def]
    shared_folder: Path,
) -> None:
    data = ("--data-folder", shared_folder / "data")
    code, out, err = run("demo", "mnist", "--model", "fashion-mnist", *data, "--limit", 20)
    assert (code, err) == (0, "")
    assert "20 test samples" in out


def test_named_data_and_tables_serve_every_command(
    run,  # type: ignore[no-untyped-def]
    shared_folder: Path,
    tmp_path: Path,
) -> None:
    folder = ("--data-folder", shared_folder / "data")
    data = ("--data", "california-housing", *folder)
    code, out, _ = run("compare", "housing", *data, "--limit", 50, "-s", "float32,int8")
    assert code == 0
    assert "50 samples of california-housing" in out
    target = tmp_path / "housing.tflite"
    code, _, _ = run("quantize", "housing", "-s", "int8", "-o", target, *data)
    assert code == 0
    assert target.stat().st_size < 40_000
    table = tmp_path / "rows.csv"
    rows = np.random.default_rng(0).normal(size=(5, 9)).round(3)
    header = ",".join(["value", *"abcdefgh"])
    table.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]))
    code, out, err = run(
        "compare", "housing", "--data", table, "--target", "value", "-s", "float32"
    )
    assert (code, err) == (0, "")
    assert "5 samples of rows.csv" in out
