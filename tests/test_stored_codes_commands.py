"""The commands on files that hold codes already."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qviz.cli.commands import app
from qviz.formats import open_model

_DIGITS = "digits"


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The digits network, as ``qviz quantize -s int8-only`` writes it."""
    path = tmp_path_factory.mktemp("export") / "d8.tflite"
    words = ["quantize", _DIGITS, "-s", "int8-only", "--data", _DIGITS, "-o", str(path)]
    assert CliRunner().invoke(app, words).exit_code == 0
    return path


def test_compare_measures_the_file_as_it_is(export: Path) -> None:
    words = ["compare", str(export), "--data", _DIGITS, "--limit", "60"]
    told = CliRunner().invoke(app, words)
    assert told.exit_code == 0
    assert "as it is" in told.stdout
    assert "95% interval" in told.stdout
    assert "there is no float model" in " ".join(told.stdout.split())
    assert "agreement" not in told.stdout
    as_json = CliRunner().invoke(app, [*words, "--json", "-"])
    (row,) = json.loads(as_json.stdout)["rows"]
    assert row["size_bytes"] == export.stat().st_size
    assert row["metrics"]["top1"] > 0.9


def test_advise_needs_the_float_model(export: Path) -> None:
    words = ["advise", str(export), "--data", _DIGITS, "--limit", "20"]
    told = CliRunner().invoke(app, words)
    assert told.exit_code != 0
    assert "already quantized" in f"{told.output} {told.exception}"


def test_inspect_tells_type_scale_and_zero_point(export: Path) -> None:
    told = CliRunner().invoke(app, ["inspect", str(export)]).stdout
    lines = {line.split()[0]: line for line in told.splitlines() if line}
    assert "quantized already" in told
    image = open_model(export).tensors["image"].quantization
    assert image is not None
    ends = f"scale {image.scale[0]:.4g}, zero point {image.zero_point[0]}"
    assert lines["input"].endswith(f"int8, {ends}")
    kernel = open_model(export).tensors["conv1/kernel"].quantization
    assert kernel is not None
    low, high = (f"{end:.4g}" for end in (kernel.scale.min(), kernel.scale.max()))
    assert f"int8  per channel, {low} to {high}" in lines["conv1"]
    content = json.loads(CliRunner().invoke(app, ["inspect", str(export), "--json", "-"]).stdout)
    assert content["quantized"] == "'image' is int8"
    weights = {w["name"]: w for layer in content["layers"] for w in layer["weights"]}
    assert weights["conv1/kernel"]["dtype"] == "int8"
    assert weights["conv1/kernel"]["quantization"] == {
        "per_channel": True,
        "quantized_dimension": 0,
        "scale": kernel.scale.tolist(),
        "zero_point": [0] * 32,
        "minimum": None,
    }


def test_inspect_of_a_float_model_is_as_before() -> None:
    told = CliRunner().invoke(app, ["inspect", _DIGITS]).stdout
    assert "quantized" not in told
    assert "zero point" not in told
    content = json.loads(CliRunner().invoke(app, ["inspect", _DIGITS, "--json", "-"]).stdout)
    assert content["quantized"] is None
    assert content["layers"][0]["weights"][0]["quantization"] is None
