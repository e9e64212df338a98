"""Small habits of the window: where dialogs begin, recent files, which tab follows a comparison."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fakes import model_summary
from pytestqt.qtbot import QtBot

import qviz
from qviz.graph.passes import to_inference_form
from qviz.jobs.summaries import model_summary as summarize
from qviz.quantities import bytes_text
from qviz.resources import sample_models
from qviz.ui.main_window import MainWindow
from qviz.ui.message_bar import TextDialog
from qviz.ui.recent_menu import RecentMenu
from qviz.ui.status_strip import StatusStrip
from qviz.ui.view_tabs import ADVICE, COMPARE, SINE, WEIGHTS
from qviz.ui.wording import format_metric
from qviz.ui.workers import Stage

PATIENCE_MS = 20_000


def test_the_recent_files_are_in_a_menu(qtbot: QtBot) -> None:
    paths = ("/a/m.keras", "/b/m.keras", "/c/R&D.tflite")
    menu = RecentMenu(lambda: paths)
    qtbot.addWidget(menu)
    menu.aboutToShow.emit()
    texts = [action.text() for action in menu.actions()]
    assert texts == [f"&1 m.keras – {Path('/a')}", f"&2 m.keras – {Path('/b')}", "&3 R&&D.tflite"]
    with qtbot.waitSignal(menu.chosen, timeout=PATIENCE_MS) as chosen:
        menu.actions()[1].trigger()
    assert chosen.args == ["/b/m.keras"]


def test_the_menu_of_recent_files_is_never_empty(qtbot: QtBot) -> None:
    menu = RecentMenu(lambda: ())
    qtbot.addWidget(menu)
    (action,) = menu.actions()
    assert not action.isEnabled()


def test_a_file_opened_once_is_opened_again_from_the_menu(opened: MainWindow, qtbot: QtBot) -> None:
    opened.recent.aboutToShow.emit()
    (action,) = opened.recent.actions()
    with qtbot.waitSignal(opened.session.model_opened, timeout=PATIENCE_MS):
        action.trigger()
    assert opened.session.path == "/models/fake.keras"


def test_dialogs_begin_where_the_model_lies(opened: MainWindow) -> None:
    assert opened.settings.folder == str(Path("/models"))
    sample = sample_models() / "digits" / "digits.keras"
    opened.session.open_model(str(sample), model_summary())
    assert opened.settings.folder == str(Path("/models"))


def compare(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.workbench.compared, timeout=PATIENCE_MS):
        window.workbench.compare_all()
        # What is remembered is the tab that is shown once all that was begun is done.
        qtbot.wait(1)


def test_a_comparison_is_shown_when_it_is_done(opened: MainWindow, qtbot: QtBot) -> None:
    assert opened.tabs.currentIndex() == WEIGHTS
    compare(opened, qtbot)
    assert opened.tabs.currentIndex() == COMPARE


@pytest.mark.parametrize("tab", [ADVICE, COMPARE])
def test_tabs_that_show_results_stay(opened: MainWindow, qtbot: QtBot, tab: int) -> None:
    opened.tabs.setCurrentIndex(tab)
    compare(opened, qtbot)
    assert opened.tabs.currentIndex() == tab


def test_who_moves_meanwhile_is_left_there(opened: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(opened.workbench.compared, timeout=PATIENCE_MS):
        opened.workbench.compare_all()
        qtbot.wait(1)
        opened.tabs.setCurrentIndex(SINE)
    assert opened.tabs.currentIndex() == SINE


def test_one_scheme_changes_no_tab(opened: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(opened.workbench.ended, timeout=PATIENCE_MS):
        opened.workbench.run()
    assert opened.tabs.currentIndex() == WEIGHTS


def test_the_weights_say_what_is_folded_into_them(opened: MainWindow) -> None:
    view = opened.tabs.weights
    assert view is not None
    assert "folded" not in view.facts.text()
    assert view.data is not None
    summary = opened.session.layer_summary()
    assert summary is not None
    view.set_tensors(summary.weights, opened.session.tensor, ("bn<1>",))
    view.set_data(view.data)
    assert "with <b>bn&lt;1&gt;</b> folded in" in view.facts.text()
    view.set_data(replace(view.data, scheme_id="tfjs-uint8"))
    assert "before <b>bn&lt;1&gt;</b> is folded in" in view.facts.text()


def test_layers_know_what_was_folded_into_them() -> None:
    graph = qviz.open_model(sample_models() / "digits" / "digits.keras")
    layers = summarize(graph, to_inference_form(graph)).layers
    taken_in = {layer.name: layer.taken_in for layer in layers if layer.taken_in}
    assert len(taken_in) == 4
    assert all(len(names) == 1 for names in taken_in.values())
    assert set(taken_in) == {"conv1", "depthwise", "pointwise", "conv2"}


def test_no_view_takes_the_room_of_the_panels(window: MainWindow, qtbot: QtBot) -> None:
    assert window.tabs.minimumSizeHint().width() < 600
    before = window.docks[0].width()
    assert before >= 300
    for tab in range(window.tabs.count()):
        window.tabs.setCurrentIndex(tab)
        qtbot.wait(1)
        assert window.docks[0].width() == before


def test_a_run_tells_its_result_and_leads_to_the_comparison(
    opened: MainWindow, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(opened.workbench.ran, timeout=10_000):
        opened.commands["run"].trigger()
    strip, run = opened.strip, opened.session.run
    assert run is not None
    assert strip.result.isVisible()
    assert run.label in strip.result.text()
    assert format_metric("top1", run.result.metrics["top1"]) in strip.result.text()
    assert bytes_text(run.result.size_bytes) in strip.result.text()
    strip.result.linkActivated.emit("compare")
    assert opened.tabs.currentIndex() == COMPARE
    opened.strip.begin("another")
    assert not strip.result.isVisible()


def test_start_page_is_always_within_reach(opened: MainWindow, qtbot: QtBot) -> None:
    page = opened.tabs.pages[WEIGHTS]
    opened.commands["start_page"].trigger()
    assert page.is_empty
    assert opened.start_page.isVisible()
    opened.commands["weights"].trigger()
    assert not page.is_empty
    opened.commands["start_page"].trigger()
    opened.panels.layers.table.selectRow(3)
    assert not page.is_empty


def test_log_opens_at_its_end(opened: MainWindow, qtbot: QtBot) -> None:
    for i in range(200):
        opened.log.add(f"line {i}")
    opened.commands["history"].trigger()
    dialog = opened.findChild(TextDialog)
    assert dialog is not None
    bar = dialog.box.verticalScrollBar()
    assert bar.maximum() > 0
    assert bar.value() == bar.maximum()
    dialog.close()


def test_what_is_nearly_done_is_finishing(qtbot: QtBot) -> None:
    strip = StatusStrip()
    qtbot.addWidget(strip)
    strip.begin("a job")
    strip.show_stage(Stage("eightbit", 90, 100, 30.0, 20.0))
    assert "0:20 left" in strip.time.text()
    strip.show_stage(Stage("eightbit", 99, 100, 40.0, 1.0))
    assert "left" not in strip.time.text()
    assert "finishing" in strip.time.text()
    strip.end("")
