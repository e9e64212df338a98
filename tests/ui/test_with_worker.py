"""The window with the real worker process, on the shipped sample."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from qviz.jobs.results import DataSpec
from qviz.quantization.scheme import SCHEMES
from qviz.resources import sample_models
from qviz.ui.app import offscreen_picture
from qviz.ui.main_window import MainWindow

MODEL = sample_models() / "digits" / "digits.keras"


def open_digits(window: MainWindow, qtbot: QtBot) -> None:
    window.session.choose_data(DataSpec("digits"))
    with qtbot.waitSignal(window.session.model_opened, timeout=30_000):
        window.files.open_model(str(MODEL))


def finish(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.workbench.busy, timeout=60_000)


def test_open_run_and_report(
    real_window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    window = real_window
    open_digits(window, qtbot)
    finish(window, qtbot)
    view = window.tabs.weights.data
    assert view is not None
    assert view.scheme_id == "int8"
    assert view.levels.size > 0
    window.commands["run"].trigger()
    finish(window, qtbot)
    assert [r.result.scheme.id for r in window.session.runs] == ["float32", "int8"]
    by_id = {r.result.scheme.id: r.result for r in window.session.runs}
    assert by_id["float32"].metrics["top1"] > 0.95
    assert abs(by_id["int8"].metrics["top1"] - by_id["float32"].metrics["top1"]) <= 0.01
    assert by_id["float32"].size_bytes / by_id["int8"].size_bytes > 3
    named = {x.name for x in window.session.model.layers}
    assert {e.layer for e in by_id["int8"].layers} <= named
    target = tmp_path / "report.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    with qtbot.waitSignal(window.files.written, timeout=30_000):
        window.files.write_report("json")
    rows = json.loads(target.read_text(encoding="utf-8"))["rows"]
    assert [row["scheme"] for row in rows] == ["float32", "int8"]
    assert "tensorflow" not in sys.modules


def test_weights_of_every_scheme_and_layer_can_be_drawn(real_window: MainWindow, qtbot: QtBot):
    window = real_window
    open_digits(window, qtbot)
    # The largest: dynamic range leaves tensors of fewer than 1024 values in float32.
    window.session.select_layer("dense1")
    for scheme in SCHEMES.values():
        window.session.choose_scheme(scheme)
        finish(window, qtbot)
        view = window.tabs.weights.data
        assert view is not None
        assert not window.message_bar.isVisible(), window.message_bar.text.text()
        assert view.scheme_id == scheme.id
        assert (view.levels.size > 0) == (scheme.family != "float32")
    for layer in window.session.model.layers:
        window.session.select_layer(layer.name)
        for tensor in layer.weights:
            window.session.select_tensor(tensor.name)
            finish(window, qtbot)
            assert window.tabs.weights.data.tensor == tensor.name
    window.session.select_layer("depthwise")
    window.session.select_channel(3)
    finish(window, qtbot)
    assert window.tabs.weights.data.channel == 3
    assert not window.message_bar.isVisible(), window.message_bar.text.text()


def test_stop_in_the_middle_and_run_again(real_window: MainWindow, qtbot: QtBot):
    window = real_window
    open_digits(window, qtbot)
    window.workbench.compare_all()
    qtbot.waitUntil(lambda: len(window.session.runs) >= 1, timeout=60_000)
    window.commands["stop"].trigger()
    assert not window.workbench.running
    kept = len(window.session.runs)
    assert kept < len(SCHEMES)
    assert not window.message_bar.isVisible()
    window.commands["run"].trigger()
    finish(window, qtbot)
    assert window.session.run is not None
    assert window.session.run.result.scheme.id == "int8"
    assert not window.message_bar.isVisible(), window.message_bar.text.text()


def test_file_that_is_no_model_is_one_sentence(
    real_window: MainWindow, qtbot: QtBot, tmp_path: Path
):
    bad = tmp_path / "cut.keras"
    bad.write_bytes(MODEL.read_bytes()[:2000])
    real_window.files.open_model(str(bad))
    qtbot.waitUntil(real_window.message_bar.isVisible, timeout=30_000)
    text = real_window.message_bar.text.text()
    assert "cut.keras" in text
    assert "Traceback" not in text
    assert real_window.session.model is None


def test_event_loop_keeps_beating_while_the_worker_works(real_window: MainWindow, qtbot: QtBot):
    window = real_window
    open_digits(window, qtbot)
    finish(window, qtbot)
    gaps: list[int] = []
    clock = QElapsedTimer()
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.setInterval(10)
    timer.timeout.connect(lambda: gaps.append(clock.restart()))
    clock.start()
    timer.start()
    window.workbench.run()
    qtbot.waitUntil(lambda: not window.workbench.running, timeout=60_000)
    timer.stop()
    gaps.sort()
    # The machine that tests run on is shared, so this only tells a window that computes by itself.
    assert gaps[int(len(gaps) * 0.9)] < 250


def test_picture_without_a_screen(qtbot: QtBot, tmp_path: Path):
    target = offscreen_picture(MODEL, tmp_path / "window.png", size=(1280, 800))
    image = QImage(str(target))
    assert (image.width(), image.height()) == (1280, 800)
    colors = {image.pixelColor(x, y).name() for x in range(0, 1280, 8) for y in range(0, 800, 8)}
    assert len(colors) > 20
