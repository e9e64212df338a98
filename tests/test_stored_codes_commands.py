"""The commands on files that hold codes already."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qviz.cli.commands import app

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
