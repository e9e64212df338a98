"""The Scheme dock: options of schemes and of runs, and where they end up."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import FakeProcess
from PySide6.QtWidgets import QScrollArea
from pytestqt.qtbot import QtBot

from qviz.jobs.results import DataSpec, RunOptions
from qviz.quantization.scheme import SCHEMES
from qviz.ui.guide_text import scheme_guide
from qviz.ui.main_window import MainWindow
from qviz.ui.scheme_panel import SchemePanel
from qviz.ui.wording import ROUNDING_MODES, rounding_about, scheme_label


@pytest.fixture
def panel(qtbot: QtBot) -> SchemePanel:
    result = SchemePanel()
    qtbot.addWidget(result)
    result.scheme_chosen.connect(result.show_scheme)
    return result


def test_rounding_modes_are_those_of_the_executor():
    from qviz.execution import MODES

    assert ROUNDING_MODES == MODES
    assert len({rounding_about(mode) for mode in MODES}) == len(MODES)


def test_run_options_are_told(panel: SchemePanel):
    heard: list[RunOptions] = []
    panel.options_chosen.connect(heard.append)
    panel.options.rounding.setCurrentIndex(1)
    assert heard[-1] == RunOptions(rounding="xnnpack")
    assert panel.options.rounding_about.text() == rounding_about("xnnpack")
    panel.options.latency.setChecked(True)
    panel.options.seed.setValue(7)
    assert heard[-1] == RunOptions(rounding="xnnpack", latency=True, seed=7)
    panel.show_options(RunOptions(calibration_samples=12))
    assert panel.options.samples.value() == 12
    assert panel.options.rounding.currentData() == "reference"
    assert len(heard) == 3


def test_pruning_and_clustering_name_the_scheme(panel: SchemePanel):
    panel.show_scheme(SCHEMES["int8"])
    assert not panel.weights_section.is_open
    assert not panel.weights.scope.isEnabled()
    panel.weights.pruning.setValue(50)
    panel.weights.scope.setCurrentIndex(1)
    panel.weights.clusters.setValue(16)
    panel.weights.start.setCurrentIndex(1)
    scheme = panel.scheme
    assert (scheme.pruning, scheme.pruning_scope) == (0.5, "global")
    assert (scheme.clusters, scheme.cluster_start) == (16, "k-means++")
    assert scheme.id == "int8:prune=0.5:scope=global:clusters=16:start=k-means++"
    assert scheme_label(scheme) == scheme.id
    # Another preset keeps what is done before it, and the other way round.
    panel._radio["tfjs-uint8"].click()
    assert panel.scheme.id.startswith("tfjs-uint8:prune=0.5")
    panel.weights.pruning.setValue(0)
    panel.weights.clusters.setValue(1)
    assert panel.scheme == SCHEMES["tfjs-uint8"]


def test_options_of_a_pruned_scheme_stand_in_its_name(panel: SchemePanel):
    panel.show_scheme(SCHEMES["int8"])
    panel.weights.pruning.setValue(25)
    panel.quantizer.calibration.setCurrentIndex(1)
    assert panel.scheme.id == "int8:prune=0.25:calibration=true"
    assert panel._radio["int8"].isChecked()
    panel.weights.pruning.setValue(0)
    assert panel.scheme == SCHEMES["int8"].with_options(calibration="true")


def test_a_pruned_scheme_unfolds_its_options(panel: SchemePanel):
    panel.show_scheme(SCHEMES["float16"].with_options(pruning=0.3))
    assert panel.weights_section.is_open
    assert panel.weights.pruning.value() == 30
    assert panel._radio["float16"].isChecked()


def test_presets_tell_what_the_documents_say(panel: SchemePanel):
    for scheme in SCHEMES.values():
        assert panel._radio[scheme.id].toolTip() == scheme_guide(scheme)
        assert panel._radio[scheme.id].whatsThis() == scheme_guide(scheme)
    assert "unlabelled samples" in scheme_guide(SCHEMES["int8"])
    assert "microcontroller" in scheme_guide(SCHEMES["int8-only"])


def test_folder_of_a_demo_stays_with_its_data(panel: SchemePanel):
    heard: list[DataSpec] = []
    panel.data_chosen.connect(heard.append)
    spec = DataSpec("mnist", folder="/data")
    panel.show_data(spec)
    panel.data.preprocessing.setText("scale=1/255")
    panel.data.preprocessing.editingFinished.emit()
    assert heard == [replace(spec, preprocessing="scale=1/255")]


def test_panel_fits_a_small_window_by_scrolling(window: MainWindow):
    area = window.panels.scheme.findChild(QScrollArea)
    assert area is not None
    window.resize(1280, 800)
    assert window.height() == 800
    assert area.widget().width() <= area.viewport().width()


def test_run_options_reach_the_worker(
    opened: MainWindow, qtbot: QtBot, processes: list[FakeProcess]
):
    opened.panels.scheme.options.rounding.setCurrentIndex(1)
    opened.panels.scheme.options.latency.setChecked(True)
    opened.workbench.run()
    qtbot.waitUntil(lambda: not opened.workbench.running, timeout=5000)
    sent = [a["options"] for p in processes for task, a in p.requests if task == "compare"]
    assert sent == [RunOptions(rounding="xnnpack", latency=True)]
    assert "Rounding: reference" in opened.panels.history.chips[0].toolTip()


def test_a_pruned_float_model_is_not_the_reference(
    opened: MainWindow, qtbot: QtBot, processes: list[FakeProcess]
):
    opened.session.choose_scheme(SCHEMES["float32"].with_options(pruning=0.5))
    opened.workbench.run()
    qtbot.waitUntil(lambda: not opened.workbench.running, timeout=5000)
    sent = [a["schemes"] for p in processes for task, a in p.requests if task == "compare"]
    assert [s.id for s in sent[0]] == ["float32", "float32:prune=0.5"]
    run = opened.session.float_run()
    assert run is not None
    assert run.result.scheme == SCHEMES["float32"]
