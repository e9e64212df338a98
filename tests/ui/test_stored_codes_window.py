"""The real window and worker on a file that is quantized already."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from typer.testing import CliRunner

from qviz.cli.commands import app
from qviz.jobs.results import DataSpec
from qviz.ui.main_window import MainWindow
from qviz.ui.view_tabs import TRACE


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The digits network, as ``qviz quantize -s int8`` writes it."""
    path = tmp_path_factory.mktemp("export") / "d8.tflite"
    words = ["quantize", "digits", "-s", "int8", "--data", "digits", "-o", str(path)]
    assert CliRunner().invoke(app, words).exit_code == 0
    return path


def open_file(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    with qtbot.waitSignal(window.session.model_opened, timeout=30_000):
        window.files.open_model(str(path))
    finish(window, qtbot)


def finish(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.workbench.busy, timeout=60_000)


def test_codes_are_shown_and_the_file_is_measured(
    real_window: MainWindow, qtbot: QtBot, export: Path
):
    window = real_window
    window.session.choose_data(DataSpec("digits"))
    open_file(window, qtbot, export)
    assert window.message_bar.isHidden()
    assert window.tabs.weights is not None
    assert "as stored" in window.tabs.weights.values.shown_title
    assert "stored as <b>int8</b>" in window.tabs.weights.facts.text()
    assert "one scale per channel" in window.tabs.weights.facts.text()
    assert window.tabs.weights.error.isHidden()
    assert "Quantized already" in window.panels.layers.caption.text()
    panel = window.panels.scheme
    assert not any(button.isEnabled() for button in panel.presets.buttons())
    assert "quantized already" in panel.presets.buttons()[0].toolTip()
    assert "quantized already" in panel.about.text()
    assert not panel.compare.isEnabled()
    assert "quantized already" in panel.compare.toolTip()
    window.session.select_layer("conv2")
    assert not window.panels.layers.keep.isEnabled()
    assert "quantized already" in window.panels.layers.keep.toolTip()
    assert [a.isEnabled() for a in window.tracing.menu_of("conv2").actions()] == [True, False]
    for name in ("compare", "export_model", "keep_float"):
        assert not window.commands[name].isEnabled()
    assert panel.run.isEnabled()
    panel.run.click()
    finish(window, qtbot)
    (run,) = window.session.runs
    assert run.label == "as it is"
    assert run.result.metrics["top1"] > 0.95
    assert run.result.size_bytes == export.stat().st_size
    assert window.message_bar.isHidden()


def test_a_float_model_afterwards_has_its_schemes_again(
    real_window: MainWindow, qtbot: QtBot, export: Path
):
    window = real_window
    tip = window.panels.scheme.compare.toolTip()
    open_file(window, qtbot, export)
    window.files.open_sample()
    finish(window, qtbot)
    assert window.tabs.weights is not None
    assert not window.tabs.weights.error.isHidden()
    panel = window.panels.scheme
    assert all(button.isEnabled() for button in panel.presets.buttons())
    assert panel.compare.toolTip() == tip
    assert window.commands["keep_float"].isEnabled()
    assert window.session.data == DataSpec("digits")


def test_data_that_do_not_fit_are_let_go_and_random_values_traced(
    real_window: MainWindow, qtbot: QtBot, tmp_path: Path
):
    path = tmp_path / "housing.tflite"
    words = ["quantize", "housing", "-s", "dynamic-range", "-o", str(path)]
    assert CliRunner().invoke(app, words).exit_code == 0
    window = real_window
    window.session.choose_data(DataSpec("digits"))
    open_file(window, qtbot, path)
    assert window.session.data == DataSpec("")
    assert not window.panels.scheme.data.is_chosen
    assert window.panels.scheme.data.box.currentIndex() == -1
    assert "digits does not fit this model" in window.log.text()
    assert not window.panels.scheme.run.isEnabled()
    with qtbot.waitSignal(window.tracing.traced, timeout=30_000) as traced:
        window.tabs.setCurrentIndex(TRACE)
    (found,) = traced.args
    assert found.is_as_stored
    assert found.samples == 0


def test_data_that_fit_are_kept(real_window: MainWindow, qtbot: QtBot, export: Path):
    real_window.session.choose_data(DataSpec("digits", "scale=2"))
    open_file(real_window, qtbot, export)
    assert real_window.session.data == DataSpec("digits", "scale=2")
