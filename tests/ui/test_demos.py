"""The demos of the start page."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeProcess, answer
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from qviz.evaluation.demo import DEMOS
from qviz.evaluation.image_scores import ImageDemoResult, ImageScores
from qviz.jobs.results import DataSpec, DemoSetup
from qviz.jobs.task import Partial
from qviz.quantization.scheme import SCHEMES
from qviz.ui.image_demo_dialog import ImageDemoDialog
from qviz.ui.main_window import MainWindow
from qviz.ui.published import published_for
from qviz.ui.settings import Settings

SHOWN = tuple(SCHEMES[s] for s in ("float32", "tfjs-uint16", "tfjs-uint8"))


def script(task: str, arguments: dict[str, Any]) -> Any:
    if task != "demo":
        return answer(task, arguments)
    name = arguments["name"]
    if name == "mnist" and not arguments["folder"]:
        raise ValueError("mnist is not here, and there is no network. Name its folder.")
    data = DataSpec(DEMOS[name].data or arguments["data"], folder=arguments.get("folder", ""))
    return DemoSetup(name, DEMOS[name].title, f"/models/{name}.keras", data, SHOWN)


@pytest.fixture
def workers(window: MainWindow, qtbot: QtBot, processes: list[FakeProcess]) -> list[FakeProcess]:
    window.workbench.start()
    window.workbench._long.start()
    qtbot.waitUntil(lambda: len(processes) == 2, timeout=5000)
    for process in processes:
        process.script = script
    return processes


def test_every_demo_has_a_button(window: MainWindow):
    assert list(window.start_page.demos) == list(DEMOS)
    assert all(button.toolTip() for button in window.start_page.demos.values())


def test_one_click_opens_the_model_with_its_data_and_compares(
    window: MainWindow, qtbot: QtBot, workers: list[FakeProcess]
):
    qtbot.mouseClick(window.start_page.demos["housing"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(window.session.runs) == 3, timeout=5000)
    qtbot.waitUntil(lambda: not window.workbench.running, timeout=5000)
    assert window.session.path.endswith("housing.keras")
    assert window.session.data == DataSpec("california-housing")
    compare = next(a for p in workers for task, a in p.requests if task == "compare")
    assert compare["schemes"] == SHOWN
    # The views show a scheme of the demo, not float32 for want of the one chosen before.
    assert window.session.scheme.id == "tfjs-uint8"
    assert window.session.run is not None
    assert window.session.run.result.scheme.id == "tfjs-uint8"


def test_a_demo_replaces_what_runs(window: MainWindow, qtbot: QtBot, workers: list[FakeProcess]):
    held = threading.Event()

    def slow(task: str, arguments: dict[str, Any]) -> Any:
        if task == "demo" and arguments["name"] == "housing":
            held.wait(10)
        return script(task, arguments)

    for process in workers:
        process.script = slow
    window.commands["demo_housing"].trigger()
    assert window.workbench.running
    window.commands["demo_fashion"].trigger()
    qtbot.waitUntil(lambda: len(window.session.runs) == 3, timeout=5000)
    held.set()
    qtbot.waitUntil(lambda: not window.workbench.running, timeout=5000)
    assert window.session.path.endswith("fashion-mnist.keras")


def test_missing_data_ask_for_a_folder(
    window: MainWindow, qtbot: QtBot, workers: list[FakeProcess], monkeypatch: pytest.MonkeyPatch
):
    window.commands["demo_mnist"].trigger()
    qtbot.waitUntil(window.message_bar.isVisible, timeout=5000)
    assert "no network" in window.message_bar.text.text()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "/somewhere")
    qtbot.mouseClick(window.message_bar.action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(window.session.runs) == 3, timeout=5000)
    assert window.session.data == DataSpec("mnist", folder="/somewhere")
    qtbot.waitUntil(lambda: not window.workbench.running, timeout=5000)


def test_photographs_are_asked_for(window: MainWindow, workers: list[FakeProcess]):
    window.commands["demo_mobilenet"].trigger()
    dialog = window.demos.photographs.dialog
    assert dialog is not None
    assert dialog.isVisible()
    assert not dialog.run.isEnabled()
    assert "folder of images" in dialog.stage.text()
    dialog.form.use_images("/photographs")
    assert dialog.run.isEnabled()
    assert dialog.stage.text() == ""
    dialog.form.from_file.setChecked(True)
    assert not dialog.run.isEnabled()
    assert "file with the network" in dialog.stage.text()
    assert not any(task == "image-demo" for p in workers for task, _ in p.requests)


def test_other_messages_have_no_folder_button(window: MainWindow):
    window.demos.folder_needed.emit("mnist", "not here", "")
    assert window.message_bar.action.isVisible()
    window._complain("Something else.", "")
    assert not window.message_bar.action.isVisible()


def test_published_numbers_belong_to_model_and_data():
    found = published_for("/a/mnist.keras", DataSpec("mnist", folder="/b"))
    assert found is not None
    assert found[0].name == "mnist"
    assert published_for("/a/mnist.keras", DataSpec("fashion-mnist")) is None
    assert published_for("/a/net.keras", DataSpec("mnist")) is None
    # Of the network on photographs only sizes can be held against what was published.
    photographs = published_for("/a/mobilenetv2.keras", DataSpec("/photographs", "-1..1"))
    assert photographs is not None
    assert photographs[1].gzip_ratios == DEMOS["mobilenetv2"].published.gzip_ratios
    assert not any(photographs[1].scores)


def test_what_is_warned_of_is_a_field_and_no_wording(qtbot: QtBot, settings: Settings):
    dialog = ImageDemoDialog(settings)
    qtbot.addWidget(dialog)
    dialog.show()
    row = ImageScores("0..1", "float32", 8, 0.5, 0.5, None, None, 1.0)
    note, warning = "It is noted that the input range does not fit.", "0..1 ist zu wenig."
    dialog.show_result(ImageDemoResult((row,), (), 8, (note,), warnings=(warning,)))
    assert dialog.warning_text.text() == warning
    assert dialog.warning.isVisible()
    assert note in dialog.findings.toPlainText()
    dialog.show_result(ImageDemoResult((row,), (), 8, (note,)))
    assert not dialog.warning.isVisible()


def test_a_table_that_is_written_meanwhile_does_not_end_the_demo(
    window: MainWindow,
    qtbot: QtBot,
    workers: list[FakeProcess],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    held = threading.Event()
    scores = ImageScores("0..1", "float32", 8, 0.5, 0.5, None, None, 1.0)

    def slow(task: str, arguments: dict[str, Any]) -> Any:
        return steps() if task == "image-demo" else answer(task, arguments)

    def steps() -> Iterator[Any]:
        yield Partial(DemoSetup("mobilenetv2", "", "m.keras", DataSpec(str(tmp_path)), ()))
        yield Partial(ImageDemoResult((scores,), (), 20))
        held.wait(10)
        return ImageDemoResult((scores,), (), 20)

    for process in workers:
        process.script = slow
    window.demos.photographs.ask()
    dialog = window.demos.photographs.dialog
    assert dialog is not None
    dialog.form.images.setText(str(tmp_path))
    qtbot.mouseClick(dialog.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(dialog.export_button.isEnabled, timeout=5000)
    target = tmp_path / "table.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    assert target.is_file()
    assert "table.csv" in dialog.stage.text()
    assert dialog.stop.isVisible()
    assert not dialog.run.isEnabled()
    held.set()
    qtbot.waitUntil(lambda: not dialog.stop.isVisible(), timeout=5000)
