"""The ten lines of the README, and what they load."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import qviz
from qviz.resources import sample_models

DIGITS = sample_models() / "digits" / "digits.keras"


def test_the_steps_are_ten_lines(tmp_path: Path) -> None:
    model = qviz.open_model(DIGITS)
    data = qviz.load_dataset("digits", model=model)
    statistics = qviz.calibrate(model, data.calibration_batches())
    quantized = qviz.quantize(model, "int8", statistics)
    trace = qviz.Executor(quantized, mode="reference").run(data.batch(0, 8), taps="all")
    comparison = qviz.compare(model, data, ["float32", "int8"])
    qviz.write_report(comparison, tmp_path / "report.html")
    qviz.write_artifact(model, quantized, "int8", tmp_path / "digits.tflite")

    assert trace["conv1_relu"].dtype == "int8"
    assert trace.outputs[0].shape == (8, 10)
    assert {p.name for p in tmp_path.iterdir()} == {"report.html", "digits.tflite"}
    float_row, int8_row = comparison.rows
    assert float_row.metrics["top1"] > 0.98
    assert abs(int8_row.metrics["top1"] - float_row.metrics["top1"]) <= 0.01


def test_a_path_and_a_name_are_enough() -> None:
    comparison = qviz.compare(DIGITS, "digits", ["float16"], layer_samples=4)
    assert [row.scheme.id for row in comparison.rows] == ["float16"]


def test_every_name_is_there() -> None:
    for name in qviz.__all__:
        assert getattr(qviz, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'quantise'"):
        qviz.quantise  # noqa: B018


PROGRAM = """
import json, sys
import qviz
early = sorted(m for m in sys.modules if m.partition(".")[0] in ("numpy", "h5py", "jinja2"))
model = qviz.open_model(sys.argv[1])
data = qviz.load_dataset("digits", model=model, limit=40)
comparison = qviz.compare(model, data, layer_samples=4, calibration_samples=20)
for name in ("report.html", "report.json", "report.csv"):
    qviz.write_report(comparison, f"{sys.argv[2]}/{name}")
heavy = {m.partition(".")[0] for m in sys.modules}
print(json.dumps({
    "early": early,
    "heavy": sorted(heavy & {"tensorflow", "keras", "PySide6", "pyqtgraph", "jax", "torch"}),
    "schemes": [row.scheme.id for row in comparison.rows],
    "skipped": list(comparison.skipped),
}))
"""


def test_no_tensorflow_and_no_qt_after_every_scheme(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(DIGITS), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=Path(qviz.__file__).parents[1],
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["heavy"] == []
    assert told["early"] == []
    assert told["skipped"] == []
    assert len(told["schemes"]) == 13
