from __future__ import annotations

from pathlib import Path

import pytest
from fakes import FakeProcess, answer, eightbit_pictures
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from qviz.errors import SchemeError
from qviz.ui.main_window import MainWindow
from qviz.ui.theme import DARK
from qviz.ui.view_tabs import EIGHTBIT
from qviz.ui.views.eightbit import SIDE_BY_SIDE, EightbitView
from qviz.ui.views.eightbit_codes import CodesPanel
from qviz.ui.views.eightbit_text import tidy


@pytest.fixture
def view(qtbot: QtBot) -> EightbitView:
    result = EightbitView()
    qtbot.addWidget(result)
    result.resize(700, 600)
    result.show()
    qtbot.waitExposed(result)
    return result


@pytest.fixture
def panel(qtbot: QtBot) -> CodesPanel:
    result = CodesPanel()
    qtbot.addWidget(result)
    return result


def tips(view: EightbitView, step: int) -> list[str]:
    return [item.toolTip() for item in view.pictures[step].widget.scene().items()]


# -- pictures --------------------------------------------------------------------------------


def test_counts_stand_under_the_pictures_and_in_the_buttons(view: EightbitView):
    view.set_data(eightbit_pictures())
    assert [c.text() for c in view.captions] == [
        "2 operators",
        "10 operators, 4 redundant",
        "6 operators",
    ]
    assert [b.text() for b in view.steps[:3]] == ["1 Float · 2", "2 Wrapped · 10", "3 Stripped · 6"]
    assert view.summary.text() == (
        "conv: 2 float operators become 10 when each is wrapped, 2 of them in 8 bits; "
        "4 are redundant, 6 are left."
    )
    assert view.accessibleDescription() == view.summary.text()


def test_steps_show_one_picture_and_all_side_by_side(view: EightbitView):
    view.set_data(eightbit_pictures())
    for step in range(3):
        view.steps[step].click()
        assert [p.isVisible() for p in view.pictures] == [i == step for i in range(3)]
        assert view.plots() == (view.pictures[step],)
    view.steps[SIDE_BY_SIDE].click()
    assert all(p.isVisible() for p in view.pictures)


def test_all_are_shown_where_there_is_room_until_one_is_chosen(view: EightbitView):
    view.set_data(eightbit_pictures())
    assert view.step == 0
    view.resize(1500, 600)
    assert view.step == SIDE_BY_SIDE
    view.steps[1].click()
    view.resize(700, 600)
    view.resize(1500, 600)
    assert view.step == 1


def test_only_the_wrapped_picture_marks_what_vanishes(view: EightbitView):
    view.set_data(eightbit_pictures())
    marked = [sum("gone in step 3" in tip for tip in tips(view, step)) for step in range(3)]
    assert marked == [0, 4, 0]


def test_boxes_are_explained(view: EightbitView):
    view.set_data(eightbit_pictures())
    quantize = next(tip for tip in tips(view, 1) if tip.startswith("QuantizeV2"))
    assert "codes 0 to 255" in quantize
    assert "Layer: conv" in quantize
    assert "8 bit, min, max" in tips(view, 1)


def test_a_stored_weight_is_one_box_with_its_range():
    from qviz.quantization.eightbit import Edge, Node, Picture

    names = ("w", "w/min", "w/max")
    nodes = (*(Node(f"from {n}", n, "constant") for n in names), Node("c", "Conv", "eightbit"))
    labels = ("8 bit", "min", "max")
    edges = tuple(Edge(f"from {n}", "c", x) for n, x in zip(names, labels, strict=True))
    drawn, arrows = tidy(Picture(nodes, edges))
    assert [n.label for n in drawn] == ["w", "Conv"]
    assert [(a.source, a.labels, a.main) for a in arrows] == [("from w", labels, "8 bit")]


def test_table_twin_lists_every_step(view: EightbitView):
    view.set_data(eightbit_pictures())
    view.as_table.setChecked(True)
    assert view.table.isVisible()
    rows = view.table.rows()
    assert len(rows) == 1 + 4 + 12 + 8
    vanishing = [row for row in rows if row[3] == "yes"]
    assert [row[1] for row in vanishing] == ["Dequantize", "Min", "Max", "QuantizeV2"]
    view.copy()
    assert QApplication.clipboard().text().startswith("Step\tOperator")
    QApplication.clipboard().clear()


def test_wheel_and_keys_zoom_and_home_fits(view: EightbitView, qtbot: QtBot):
    view.set_data(eightbit_pictures())
    canvas = view.pictures[0].widget
    fitted = canvas.transform().m11()
    at = QPointF(canvas.viewport().rect().center())
    wheel = QWheelEvent(
        *(at, canvas.viewport().mapToGlobal(at), QPoint(), QPoint(0, 240)),
        *(Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier),
        *(Qt.ScrollPhase.NoScrollPhase, False),
    )
    QApplication.sendEvent(canvas.viewport(), wheel)
    assert canvas.transform().m11() > fitted * 1.2
    qtbot.keyClick(canvas, Qt.Key.Key_Minus)
    zoomed = canvas.transform().m11()
    view.resize(720, 620)
    assert canvas.transform().m11() == zoomed  # a resize leaves the user's zoom alone
    qtbot.keyClick(canvas, Qt.Key.Key_Home)
    assert canvas.transform().m11() < zoomed


def test_theme_colours_the_canvas(view: EightbitView):
    view.set_data(eightbit_pictures())
    before = len(view.pictures[1].widget.scene().items())
    view.set_theme(DARK)
    assert view.pictures[1].widget.backgroundBrush().color().name() == DARK.base
    assert len(view.pictures[1].widget.scene().items()) == before


def test_empty_state_and_refusal(view: EightbitView, qtbot: QtBot):
    assert view.empty.message.isVisible()
    assert view.plots() == ()
    with qtbot.waitSignal(view.model_asked, timeout=1000):
        view.empty.button.click()
    view.set_data(eightbit_pictures())
    assert not view.empty.message.isVisible()
    view.show_nothing("The layer 'bn' is folded.")
    assert view.empty.message.text() == "The layer 'bn' is folded."
    assert not view.empty.button.isVisible()
    assert view.codes.isVisible()


# -- codes -----------------------------------------------------------------------------------


def test_the_table_of_the_document(panel: CodesPanel):
    assert panel.table.rows() == [
        ["Code", "Value", "Document"],
        ["0", "-10", "-10.0"],
        ["64", "0.039216", ""],
        ["128", "10.0784", "10.0"],
        ["255", "30", "30.0"],
    ]
    assert "128 for 10.08" in panel.explanation.text()
    assert "MIN_FIRST" not in panel.explanation.text()


def test_min_first_keeps_zero_exact(panel: CodesPanel):
    panel.mode.setCurrentText("MIN_FIRST")
    values = [row[1] for row in panel.table.rows()[1:]]
    assert values == ["-10.0392", "0", "10.0392", "29.9608"]
    assert "MIN_COMBINED" not in panel.explanation.text()


def test_other_ranges_have_no_document_and_hold_zero(panel: CodesPanel):
    panel.low.setValue(5.0)
    panel.high.setValue(10.2)
    assert panel.table.rows()[0] == ["Code", "Value"]
    assert [row[1] for row in panel.table.rows()[1:]] == ["0", "2.56", "5.12", "10.2"]
    assert "hold 0" in panel.explanation.text()


def test_a_range_that_does_not_rise_is_a_sentence(panel: CodesPanel):
    panel.low.setValue(30.0)
    assert panel.codes is None
    assert "must rise" in panel.explanation.text()
    panel.low.setValue(-10.0)
    assert panel.codes is not None
    assert panel.table.isVisibleTo(panel)


# -- in the window ---------------------------------------------------------------------------


def asked(processes: list[FakeProcess]) -> list[tuple[str, int]]:
    return [
        (arguments["layer"], arguments["around"])
        for process in processes
        for task, arguments in process.requests
        if task == "eightbit"
    ]


def test_pictures_follow_the_selection_once_they_are_looked_at(
    opened: MainWindow, qtbot: QtBot, processes: list[FakeProcess]
):
    view = opened.tabs.eightbit
    assert view is not None
    assert asked(processes) == []
    opened.commands["eightbit"].trigger()
    assert opened.tabs.currentIndex() == EIGHTBIT
    qtbot.waitUntil(lambda: view.data is not None, timeout=5000)
    assert view.data.layer == opened.session.layer
    opened.session.select_layer("block_3_add")
    qtbot.waitUntil(lambda: view.data.layer == "block_3_add", timeout=5000)
    view.around.setValue(2)
    qtbot.waitUntil(lambda: view.data.around == 2, timeout=5000)
    assert asked(processes) == [("block_0_conv_2d", 0), ("block_3_add", 0), ("block_3_add", 2)]


def test_a_layer_without_pictures_says_why(
    opened: MainWindow, qtbot: QtBot, processes: list[FakeProcess]
):
    def refuse(task: str, arguments: dict[str, object]) -> object:
        if task == "eightbit":
            raise SchemeError("This layer is folded into another.")
        return answer(task, arguments)

    for process in processes:
        process.script = refuse
    view = opened.tabs.eightbit
    assert view is not None
    opened.tabs.setCurrentIndex(EIGHTBIT)
    qtbot.waitUntil(lambda: "folded" in view.empty.message.text(), timeout=5000)
    assert view.empty.message.isVisible()
    assert not opened.message_bar.isVisible()


@pytest.mark.parametrize("ending", ["png", "svg", "csv"])
def test_the_picture_is_exported(
    opened: MainWindow,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ending: str,
):
    view = opened.tabs.eightbit
    assert view is not None
    opened.tabs.setCurrentIndex(EIGHTBIT)
    qtbot.waitUntil(lambda: view.data is not None, timeout=5000)
    view.set_step(1)
    target = tmp_path / f"wrapped.{ending}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    opened.commands["export_plot"].trigger()
    data = target.read_bytes()
    start = {"png": b"\x89PNG", "svg": b"<?xml", "csv": b"operator,layer,vanishes,reads"}[ending]
    assert data.startswith(start)
    if ending != "png":
        assert b"QuantizedRelu" in data
