"""The commands on models with an operator that cannot be run, in a process of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from custom_operators import with_custom_operator

import qviz
from qviz.files import write_bytes
from qviz.formats.tflite import write_tflite
from qviz.graph.passes import to_inference_form
from qviz.resources import sample_models

DIGITS = sample_models() / "digits" / "digits.keras"
TWO_OUTPUTS = Path(__file__).parent / "golden" / "two_outputs.keras"
NAMED = "CUSTOM:Mystery of layer 'conv2' cannot be run"
PLACED = "It is operator 4 and makes 'conv2_relu'."


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the sample, an operator of which nobody knows."""
    folder = tmp_path_factory.mktemp("unknown")
    content = write_tflite(to_inference_form(qviz.open_model(DIGITS)))
    write_bytes(folder / "middle.tflite", with_custom_operator(content, 4))
    write_bytes(folder / "start.tflite", with_custom_operator(content, 0))
    return folder


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    found = subprocess.run(
        [sys.executable, "-m", "qviz", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in found.stderr
    return found


def inspected(model: Path, folder: Path) -> dict[str, Any]:
    assert command("inspect", model, "--json", folder / "found.json").returncode == 0
    content: dict[str, Any] = json.loads((folder / "found.json").read_text(encoding="utf-8"))
    return content


def test_inspect_marks_what_cannot_be_run(models: Path, tmp_path: Path):
    told = command("inspect", models / "middle.tflite")
    assert told.returncode == 0
    by_layer = {line.split()[0]: line.rstrip() for line in told.stdout.splitlines() if line}
    assert by_layer["pool"].endswith("yes")
    assert by_layer["conv2"].endswith(" no")
    assert by_layer["dense1"].endswith("no, behind one that cannot")
    assert f"{NAMED} because" in told.stdout
    assert PLACED in told.stdout
    assert "4 of 9 operators can be run." in told.stdout
    found = inspected(models / "middle.tflite", tmp_path)
    assert [x["name"] for x in found["layers"] if x["can_be_run"]] == [
        "conv1",
        "depthwise",
        "pointwise",
        "pool",
    ]
    (missing,) = found["cannot_be_run"]
    assert (missing["index"], missing["kind"]) == (4, "CUSTOM:Mystery")
    whole = inspected(DIGITS, tmp_path)
    assert whole["cannot_be_run"] == []
    assert all(x["can_be_run"] for x in whole["layers"])


def test_compare_runs_the_part_and_says_so(models: Path, tmp_path: Path):
    page, numbers = tmp_path / "page.html", tmp_path / "numbers.json"
    told = command(
        *("compare", models / "middle.tflite", "--data", "digits", "--limit", "40"),
        *("--schemes", "float32,int8", "--layer-samples", "4", "-o", page, "--json", numbers),
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert f"{NAMED} because" in told.stdout
    assert f"{PLACED} What does not depend on it was run: 4 of 9 operators" in told.stdout
    assert "the output 'dense2' is not reached" in told.stdout
    assert "neither accuracy nor agreement" in told.stdout
    assert "nan" not in told.stdout.lower()
    found = json.loads(numbers.read_text(encoding="utf-8"))
    assert found["part"]["run"] == 4
    assert PLACED in found["part"]["text"]
    assert [row["metrics"] for row in found["rows"]] == [{}, {}]
    assert [x["layer"] for x in found["rows"][1]["layers"]][-1] == "pool"
    assert all(x["accumulated_sqnr_db"] > 20 for x in found["rows"][1]["layers"])
    assert "conv2_relu" in page.read_text(encoding="utf-8")


def test_where_nothing_can_be_run_one_sentence_says_why(models: Path):
    told = command("compare", models / "start.tflite", "--data", "digits", "--schemes", "float32")
    assert told.returncode == 1
    assert told.stdout == ""
    assert told.stderr.count("\n") == 1
    assert "CUSTOM:Mystery of layer 'conv1'" in told.stderr
    assert "0 of 9 operators can be run" in told.stderr
    assert command("inspect", models / "start.tflite").returncode == 0


def test_verify_compares_the_part_and_is_not_content_with_it(models: Path, tmp_path: Path):
    out = tmp_path / "found.json"
    told = command("verify", models / "middle.tflite", "--samples", "2", "--json", out)
    assert (told.returncode, told.stderr) == (1, "")
    assert f"{NAMED} because" in told.stdout
    assert "4 of 9 operators" in told.stdout
    assert "LiteRT was given a .tflite file of that part" in told.stdout
    found = json.loads(out.read_text(encoding="utf-8"))
    assert (found["part"]["run"], found["part"]["operators"]) == (4, 9)
    for mode in found["modes"]:
        assert (mode["problem"], mode["differing"], mode["tensors"]) == ("", 0, 4)
        assert mode["values"] == 2 * (2 * 8 * 8 * 32 + 8 * 8 * 64 + 4 * 4 * 64)
    told = command("verify", models / "start.tflite", "--samples", "1")
    assert told.returncode == 1
    assert "0 of 9 operators can be run" in told.stdout


def test_which_output_the_metrics_are_about_is_asked_and_told(tmp_path: Path):
    x = np.random.default_rng(1).normal(size=(60, 8)).astype(np.float32)
    trace = qviz.Executor(qviz.open_model(TWO_OUTPUTS)).run(x)
    data = tmp_path / "places.npz"
    np.savez(data, x=x, y=trace["place"].argmax(axis=1))
    common = (TWO_OUTPUTS, "--data", data, "--schemes", "float32,int8")
    page, numbers = tmp_path / "page.html", tmp_path / "numbers.json"
    chosen = ("--model-output", "place")
    told = command("compare", *common, *chosen, "-o", page, "--json", numbers)
    assert (told.returncode, told.stderr) == (0, "")
    assert "those of the output 'place', number 1 of 2 counted from 0" in told.stdout
    assert "100.00%" in told.stdout
    assert page.read_text(encoding="utf-8").count("those of the output &#39;place&#39;") >= 2
    rows = json.loads(numbers.read_text(encoding="utf-8"))["rows"]
    assert [row["output"] for row in rows] == ["place", "place"]
    by_number = command("compare", *common, "--model-output", "1").stdout
    assert "those of the output 'place'" in by_number
    written = command("report", *common, *chosen, "-o", tmp_path / "report.html")
    assert written.returncode == 0
    assert "&#39;place&#39;" in (tmp_path / "report.html").read_text(encoding="utf-8")
    # Without a word it is the first one, which does not have so many classes.
    told = command("compare", *common)
    assert told.returncode == 1
    assert "3 classes" in told.stderr
    assert "about the output 'kind'; the model has 'place' too" in told.stderr
    told = command("compare", *common, "--model-output", "thing")
    assert told.returncode == 1
    assert "It has: 0 'kind', 1 'place'." in told.stderr


@pytest.mark.parametrize("stored", [False, True])
def test_trace_takes_apart_what_is_before_it(models: Path, tmp_path: Path, stored: bool):
    model = models / "middle.tflite"
    if stored:
        graph, data = qviz.open_model(DIGITS), qviz.load_dataset("digits")
        graph = qviz.quantize(graph, "int8", qviz.calibrate(graph, data.calibration_batches()))
        at = next(i for i, o in enumerate(graph.operators) if o.layer == "conv2")
        model = tmp_path / "codes.tflite"
        write_bytes(model, with_custom_operator(write_tflite(graph), at))
    told = command("trace", model, "--layer", "pointwise", "-d", "digits")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("CONV_2D of pointwise, element [0, ")
    for layer in ("conv2", "dense1"):
        told = command("trace", model, "--layer", layer, "-d", "digits")
        assert (told.returncode, told.stdout) == (1, "")
        assert f"The layer '{layer}' is not run. {NAMED}" in " ".join(told.stderr.split())
