"""The window with the real worker, on models that cannot be run as a whole or have two outputs."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from custom_operators import with_custom_operator
from pytestqt.qtbot import QtBot

import qviz
from qviz.formats.tflite import write_tflite
from qviz.graph.passes import to_inference_form
from qviz.jobs.results import DataSpec
from qviz.quantization.scheme import SCHEMES
from qviz.resources import sample_models
from qviz.ui.main_window import MainWindow
from qviz.ui.view_tabs import ADVICE, COMPARE, LAYER_ERROR, REPORT, SINE, WEIGHTS
from qviz.ui.wording import kind_title

TWO_OUTPUTS = Path(__file__).parents[1] / "golden" / "two_outputs.keras"
NAMED = "CUSTOM:Mystery of layer"


@pytest.fixture(scope="module")
def digits() -> bytes:
    model = qviz.open_model(sample_models() / "digits" / "digits.keras")
    return write_tflite(to_inference_form(model))


def open_file(window: MainWindow, qtbot: QtBot, path: Path, data: DataSpec) -> None:
    window.session.choose_data(data)
    with qtbot.waitSignal(window.session.model_opened, timeout=30_000):
        window.files.open_model(str(path))
    finish(window, qtbot)


def finish(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.workbench.busy, timeout=60_000)


def look_at(window: MainWindow, tab: int) -> None:
    window.tabs.setCurrentIndex(tab)
    window.tabs.refresh()


def told(window: MainWindow) -> str:
    assert window.message_bar.isVisible()
    return window.message_bar.text.text()


def errors_shown(window: MainWindow) -> dict[str, str]:
    """What stands in the column of errors, by layer."""
    model = window.panels.layers.table.proxy
    rows = range(model.rowCount())
    return {model.index(i, 0).data(): model.index(i, 1).data() for i in rows}


def test_all_is_shown_and_what_can_be_run_is_run(
    real_window: MainWindow, qtbot: QtBot, tmp_path: Path, digits: bytes
):
    window = real_window
    path = tmp_path / "middle.tflite"
    path.write_bytes(with_custom_operator(digits, 4))
    open_file(window, qtbot, path, DataSpec("digits"))
    assert f"{NAMED} 'conv2' cannot be run" in told(window)
    assert "operator 4 and makes 'conv2_relu'. 4 of 9 operators can be run" in told(window)
    shown = errors_shown(window)
    assert (shown["conv2"], shown["dense1"], shown["pool"]) == ("cannot run", "not reached", "–")
    # Weights and histograms, those of the unknown operator and behind it too.
    for layer in ("conv2", "dense1"):
        window.session.select_layer(layer)
        finish(window, qtbot)
        look_at(window, WEIGHTS)
        assert window.tabs.weights.data.layer == layer
        assert window.tabs.weights.data.count > 1000
    look_at(window, SINE)
    window.session.choose_scheme(SCHEMES["int8"])
    window.commands["run"].trigger()
    finish(window, qtbot)
    assert f"{NAMED} 'conv2' cannot be run" in told(window)
    assert "4 of 9 operators; the output 'dense2' is not reached" in told(window)
    assert "neither accuracy nor agreement" in told(window)
    assert [r.result.scheme.id for r in window.session.runs] == ["float32", "int8"]
    result = window.session.run.result
    assert dict(result.metrics) == {}
    assert math.isnan(result.agreement)
    shown = errors_shown(window)
    assert float(shown["pointwise"]) > 20
    assert (shown["conv2"], shown["dense2"]) == ("cannot run", "not reached")
    for tab in (LAYER_ERROR, COMPARE, REPORT, ADVICE):
        look_at(window, tab)
    about = window.tabs.compare.about.text()
    assert "Only 4 of 9 operators were run" in about
    assert "no accuracy" in about
    assert window.tabs.compare.scatter.points == ()
    assert PLACED in window.tabs.report.page.toPlainText()
    comparison = window.session.comparison()
    assert comparison.part.run == 4
    window.workbench.compare_all()
    finish(window, qtbot)
    assert "4 of 9 operators" in told(window)
    assert "int8-only" in window.message_bar._details


PLACED = "It is operator 4 and makes 'conv2_relu'."


def test_what_cannot_be_run_at_all_can_be_looked_at(
    real_window: MainWindow, qtbot: QtBot, tmp_path: Path, digits: bytes
):
    window = real_window
    path = tmp_path / "start.tflite"
    path.write_bytes(with_custom_operator(digits, 0))
    open_file(window, qtbot, path, DataSpec("digits"))
    assert "0 of 9 operators can be run; all can be inspected." in told(window)
    assert window.tabs.weights.data.count > 0
    window.commands["run"].trigger()
    finish(window, qtbot)
    assert "0 of 9 operators can be run, so that nothing can be measured" in told(window)
    assert window.session.runs == ()
    # The next model is whole, and nothing is left of the message.
    window.files.open_model(str(sample_models() / "digits" / "digits.keras"))
    finish(window, qtbot)
    assert not window.message_bar.isVisible()
    assert set(errors_shown(window).values()) == {"–"}


def test_the_verification_says_what_it_compared(
    real_window: MainWindow, qtbot: QtBot, tmp_path: Path, digits: bytes
):
    window = real_window
    path = tmp_path / "middle.tflite"
    path.write_bytes(with_custom_operator(digits, 4))
    open_file(window, qtbot, path, DataSpec("digits"))
    window.verification.ask()
    dialog = window.verification.dialog
    dialog.samples.setValue(1)
    dialog.verify.click()
    finish(window, qtbot)
    assert dialog.stage.text() == "middle.tflite: only 4 of 9 operators could be compared."
    text = dialog.findings.toPlainText()
    assert text.startswith(f"{NAMED} 'conv2' cannot be run")
    assert "LiteRT was given a .tflite file of that part" in text
    assert "reference: all " in text
    assert "real values lie within" in text
    dialog.close()


def test_the_output_that_metrics_are_about_is_chosen(
    real_window: MainWindow, qtbot: QtBot, tmp_path: Path
):
    window = real_window
    x = np.random.default_rng(1).normal(size=(60, 8)).astype(np.float32)
    trace = qviz.Executor(qviz.open_model(TWO_OUTPUTS)).run(x)
    data = tmp_path / "kinds.npz"
    # Right for the first output, and possible for the second.
    np.savez(data, x=x, y=trace["kind"].argmax(axis=1))
    options = window.panels.scheme.options
    open_file(window, qtbot, TWO_OUTPUTS, DataSpec(str(data)))
    assert not options.output.isHidden()
    assert [options.output.itemText(i) for i in range(2)] == ["kind", "place"]
    window.session.choose_scheme(SCHEMES["int8"])
    window.commands["run"].trigger()
    finish(window, qtbot)
    assert {r.result.output for r in window.session.runs} == {"kind"}
    assert window.session.float_run().result.metrics["top1"] == 1.0
    look_at(window, COMPARE)
    assert "metrics of the output kind, one of 2" in window.tabs.compare.about.text()
    options.output.setCurrentIndex(1)
    assert window.session.options.output == "place"
    window.commands["run"].trigger()
    finish(window, qtbot)
    look_at(window, COMPARE)
    assert [r.label for r in window.session.runs] == [
        "float32",
        "int8",
        "float32 · place",
        "int8 · place",
    ]
    # Numbers of two outputs do not stand side by side.
    assert {r.result.output for r in window.session.shown_runs()} == {"place"}
    assert window.session.float_run().result.metrics["top1"] < 0.9
    assert "metrics of the output place, one of 2" in window.tabs.compare.about.text()
    look_at(window, REPORT)
    assert "metrics of the output place, one of 2" in window.tabs.report.page.toPlainText()
    # Another model has no such output.
    window.files.open_model(str(sample_models() / "digits" / "digits.keras"))
    finish(window, qtbot)
    assert window.session.options.output == ""
    assert options.output.isHidden()


def test_a_custom_operator_is_named_as_its_author_wrote_it():
    assert kind_title("CUSTOM:TFLite_Detection_PostProcess") == (
        "TFLite_Detection_PostProcess (custom)"
    )
    assert kind_title("CONV_2D") == "Conv 2D"
