"""Undo and redo of scheme edits."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from qviz.quantization.scheme import SCHEMES
from qviz.ui.main_window import MainWindow


def test_edits_are_taken_back_and_done_again(opened: MainWindow):
    undo, redo = opened.commands["undo"], opened.commands["redo"]
    assert not undo.isEnabled()
    panel = opened.panels.scheme
    panel._radio["float16"].click()
    panel._radio["int8"].click()
    panel.weights.pruning.setValue(50)
    opened.session.toggle_float_layer("block_0_conv_2d")
    last = opened.session.scheme
    assert last.float_layers == ("block_0_conv_2d",)
    assert undo.isEnabled()
    assert "prune=0.5" in undo.text()
    undo.trigger()
    assert opened.session.scheme == SCHEMES["int8"].with_options(pruning=0.5)
    assert panel.weights.pruning.value() == 50
    undo.trigger()
    assert opened.session.scheme == SCHEMES["int8"]
    assert panel.weights.pruning.value() == 0
    undo.trigger()
    assert opened.session.scheme == SCHEMES["float16"]
    assert panel._radio["float16"].isChecked()
    for _ in range(3):
        redo.trigger()
    assert opened.session.scheme == last
    assert not redo.isEnabled()
    assert redo.text() == "&Redo"


def test_another_model_starts_anew(opened: MainWindow, qtbot: QtBot):
    opened.session.choose_scheme(SCHEMES["float16"])
    with qtbot.waitSignal(opened.session.model_opened, timeout=5000):
        opened.files.open_model("/models/other.keras")
    assert not opened.commands["undo"].isEnabled()
    assert opened.session.scheme == SCHEMES["float16"]


def test_start_with_the_last_scheme_is_no_edit(window: MainWindow):
    assert not window.commands["undo"].isEnabled()
