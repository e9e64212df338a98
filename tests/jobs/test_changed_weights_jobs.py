"""The jobs of the window on schemes that prune and cluster; they run in line here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import qviz
from qviz.errors import ExportError
from qviz.evaluation import artifact_files, load_dataset
from qviz.jobs.results import DataSpec, RunOptions
from qviz.jobs.task import run
from qviz.jobs.tasks import TASKS
from qviz.quantization import calibrate, change_weights, quantize, scheme
from qviz.resources import sample_models

DIGITS = str(sample_models() / "digits" / "digits.keras")


@pytest.mark.parametrize("name", ["int8:prune=0.6", "int8-only:prune=0.6", "tfjs-uint8:prune=0.6"])
def test_weights_are_shown_pruned(name: str) -> None:
    view = run(TASKS["weights"](DIGITS, "dense1", "dense1/kernel", scheme(name), 3))
    zero = np.flatnonzero(np.abs(view.levels) < 1e-9)
    assert len(zero) == 1
    # Of the whole layer 60 % are zero; of one channel about as many.
    assert 0.4 < view.level_counts[zero[0]] / view.count < 0.8


def test_pruned_artifact_is_calibrated_on_the_pruned_model(tmp_path: Path) -> None:
    recipe = scheme("int8:prune=0.5:clusters=16")
    target = tmp_path / "digits.tflite"
    written = run(
        TASKS["export"](
            DIGITS, recipe, str(target), DataSpec("digits"), RunOptions(calibration_samples=40)
        )
    )
    assert written.paths == (written.path,) == (str(target),)
    assert written.size_bytes == target.stat().st_size > written.gzip_bytes
    graph = qviz.open_model(DIGITS)
    batches = load_dataset("digits", model=graph).calibration_batches(40, 8, 0)
    statistics = calibrate(change_weights(graph, recipe), batches)
    quantized = quantize(graph, recipe, statistics)
    assert target.read_bytes() == artifact_files(graph, quantized, recipe)["model.tflite"]


def test_comparison_with_latency() -> None:
    comparison = run(
        TASKS["compare"](
            DIGITS,
            DataSpec("digits", limit=20),
            (scheme("float32"), scheme("int8:clusters=8"), scheme("tfjs-uint8")),
            RunOptions(calibration_samples=10, layer_samples=0, latency=True),
        )
    )
    assert [row.latency is not None for row in comparison.rows] == [True, True, False]
    assert [len(row.sparsity) for row in comparison.rows] == [0, 5, 0]


def test_export_leaves_the_model_alone(tmp_path: Path) -> None:
    model = tmp_path / "m.keras"
    model.write_bytes(Path(DIGITS).read_bytes())
    with pytest.raises(ExportError, match="which is read"):
        run(TASKS["export"](str(model), scheme("float16"), str(model)))
    graph = qviz.open_model(model)
    with pytest.raises(ExportError, match="which is read"):
        qviz.write_artifact(graph, quantize(graph, "float16"), "float16", model)
    assert model.read_bytes() == Path(DIGITS).read_bytes()
