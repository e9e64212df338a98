"""Trace: one number of a layer in the window, with the real worker."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import FakeProcess, answer
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QHelpEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QToolTip
from pytestqt.qtbot import QtBot

from qviz.evaluation.element import ElementTrace
from qviz.jobs.results import DataSpec
from qviz.jobs.task import Progress
from qviz.quantization.scheme import SCHEMES
from qviz.resources import sample_models
from qviz.ui.command_palette import CommandPalette
from qviz.ui.main_window import MainWindow
from qviz.ui.theme import DARK, LIGHT
from qviz.ui.view_tabs import TRACE
from qviz.ui.views.trace import TraceView
from qviz.ui.views.trace_grid import CodeGrid, GridCell

MODEL = sample_models() / "digits" / "digits.keras"


@pytest.fixture
def digits(real_window: MainWindow, qtbot: QtBot) -> MainWindow:
    """The window with the digits sample and its data."""
    real_window.resize(1280, 800)
    real_window.session.choose_data(DataSpec("digits"))
    with qtbot.waitSignal(real_window.session.model_opened, timeout=30_000):
        real_window.files.open_model(str(MODEL))
    return real_window


@pytest.fixture
def view(digits: MainWindow, qtbot: QtBot) -> TraceView:
    with qtbot.waitSignal(digits.tracing.traced, timeout=60_000):
        digits.commands["trace"].trigger()
    assert digits.tabs.currentIndex() == TRACE
    shown = digits.tabs.trace
    assert shown is not None
    return shown


def trace_of(view: TraceView) -> ElementTrace:
    assert view.data is not None
    return view.data.trace


def test_largest_error_next_and_coordinates(
    view: TraceView, digits: MainWindow, qtbot: QtBot
) -> None:
    traced = digits.tracing.traced
    with qtbot.waitSignal(traced, timeout=30_000):
        digits.session.select_layer("conv2")
    worst = trace_of(view)
    assert (worst.layer, worst.rank) == ("conv2", 0)
    with qtbot.waitSignal(traced, timeout=30_000):
        view.bar.next.click()
    assert trace_of(view).rank == 1
    assert abs(trace_of(view).difference or 0) <= abs(worst.difference or 0)
    with qtbot.waitSignal(traced, timeout=30_000):
        view.bar.places[3].setValue(5)
    assert trace_of(view).at[3] == 5
    assert trace_of(view).at[1:3] == tuple(box.value() for box in view.bar.places[1:3])
    with qtbot.waitSignal(traced, timeout=30_000):
        view.bar.sample.setValue(9)
    assert view.data is not None
    assert (view.data.sample, view.bar.sample.maximum()) == (9, 449)
    with qtbot.waitSignal(traced, timeout=30_000):
        view.bar.largest.click()
    assert trace_of(view).rank == 0
    assert "stands for" in view.result.text()


def test_walking_through_the_products(view: TraceView, digits: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(digits.tracing.traced, timeout=30_000):
        digits.session.select_layer("conv2")
    terms = trace_of(view).terms
    panel = view.terms
    assert terms is not None
    assert panel.position == terms.count == 576
    # All products are added up: that is the sum of the first step.
    assert f"sum {terms.total:,}".replace("-", "−") in panel.readout.text()
    assert view.chain.cards[0].accessibleName() == "1. Sum the products"
    panel.set_position(1)
    assert panel.inputs.texts[0][0] == str(terms.codes[0]).replace("-", "−")
    assert not panel.back.isEnabled()
    panel.slider.setFocus()
    qtbot.keyClick(panel.slider, Qt.Key.Key_Right)
    assert panel.position == 2
    assert panel.readout.text().startswith("Term 2 of 576")
    qtbot.keyClick(panel.slider, Qt.Key.Key_Space)
    assert panel.play.isChecked()
    qtbot.waitUntil(lambda: panel.position > 2, timeout=5000)
    qtbot.keyClick(panel.slider, Qt.Key.Key_Space)
    assert not panel.play.isChecked()
    # The tenth product is the first of the next channel.
    panel.set_position(10)
    assert panel.weights.texts[0][0] == str(terms.weights[9]).replace("-", "−")


def test_the_edges_of_a_grid_are_cells_or_nothing(qtbot: QtBot) -> None:
    grid = CodeGrid("Input")
    qtbot.addWidget(grid)
    cells = [GridCell("1", 0.5, False, False) for _ in range(3)]
    grid.set_data([cells, cells, cells[:1]], "channel 0")
    grid.resize(200, 200)
    grid.grab()
    told: list[tuple[int, int]] = []
    grid.clicked.connect(lambda row, column: told.append((row, column)))
    area = grid._cells
    for place in (area.topLeft(), area.bottomLeft(), area.topRight(), area.bottomRight()):
        pressed = QMouseEvent(
            QEvent.Type.MouseButtonPress,
            *(place, place, Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton),
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(grid, pressed)
    assert told == [(0, 0), (2, 0)]


def test_a_number_is_followed_to_where_it_was_made(
    view: TraceView, digits: MainWindow, qtbot: QtBot
) -> None:
    traced = digits.tracing.traced
    with qtbot.waitSignal(traced, timeout=30_000):
        digits.session.select_layer("conv2")
    first = trace_of(view)
    assert first.terms is not None
    assert not view.bar.back.isVisible()
    # A click on the middle of the window goes to its term.
    grid = view.terms.inputs
    grid.grab()
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid._cells.center().toPoint())
    at = view.terms.position - 1
    assert at % 9 == 4
    code = int(first.terms.codes[at])
    assert view.bar.sources[0].isVisible()
    assert not view.bar.sources[1].isVisible()
    with qtbot.waitSignal(traced, timeout=30_000):
        view.bar.sources[0].click()
    assert (trace_of(view).layer, trace_of(view).code) == ("pool", code)
    assert trace_of(view).at == tuple(first.terms.places[at])
    assert digits.session.layer == "pool"
    with qtbot.waitSignal(traced, timeout=30_000):
        view.bar.back.click()
    assert (trace_of(view).layer, trace_of(view).at) == ("conv2", first.at)
    assert not view.bar.back.isVisible()


def test_operators_without_products_show_their_steps(
    view: TraceView, digits: MainWindow, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(digits.tracing.traced, timeout=30_000):
        digits.session.select_layer("flatten")
    assert trace_of(view).operator.kind == "RESHAPE"
    assert not view.terms.isVisible()
    assert view.chain.isVisible()
    assert [c.accessibleName() for c in view.chain.cards] == ["1. Copy", "2. Real value"]


def test_other_operator_of_the_layer(view: TraceView, digits: MainWindow, qtbot: QtBot) -> None:
    assert trace_of(view).operator.kind == "CONV_2D"
    assert view.bar.operator.isVisible()
    at = view.bar.operator.findText("Quantize")
    with qtbot.waitSignal(digits.tracing.traced, timeout=30_000):
        view.bar.operator.setCurrentIndex(at)
        view.bar.operator.activated.emit(at)
    assert trace_of(view).operator.kind == "QUANTIZE"


def test_schemes_change_the_codes_or_say_why_not(
    view: TraceView, digits: MainWindow, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(digits.tracing.traced, timeout=30_000):
        digits.session.choose_scheme(SCHEMES["int16x8"])
    assert trace_of(view).operands[-1].dtype == "int16"
    assert view.status.text().startswith("int16x8 on digits")
    digits.session.choose_scheme(SCHEMES["float32"])
    qtbot.waitUntil(lambda: view.data is None, timeout=30_000)
    assert "no integer steps to trace" in view.empty.message.text()
    assert not view.empty.button.isVisible()
    assert view.plots() == ()


def test_copy_table_and_csv(
    view: TraceView,
    digits: MainWindow,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with qtbot.waitSignal(digits.tracing.traced, timeout=30_000):
        digits.session.select_layer("dense1")
    view.copy_button.click()
    text = QApplication.clipboard().text()
    assert text.startswith("FULLY_CONNECTED of dense1, element [0, ")
    assert sum(line.strip()[:1].isdigit() for line in text.splitlines()) >= 1024
    view.as_table.setChecked(True)
    assert view.tables.terms.proxy.rowCount() == 1024
    assert view.tables.steps.proxy.rowCount() == len(trace_of(view).steps)
    target = tmp_path / "trace.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    digits.commands["export_plot"].trigger()
    rows = target.read_text(encoding="utf-8").splitlines()
    assert sum(row.startswith("term,") for row in rows) == 1024
    assert any(row.startswith("difference,rounding the weights,") for row in rows)


def test_both_themes_can_be_drawn(view: TraceView) -> None:
    pictures = []
    for theme in (LIGHT, DARK):
        view.set_theme(theme)
        image = view.grab().toImage()
        colors = {
            image.pixelColor(x, y).name()
            for x in range(0, image.width(), 5)
            for y in range(0, image.height(), 5)
        }
        assert len(colors) > 30
        pictures.append(colors)
    assert pictures[0] != pictures[1]


@pytest.fixture
def tracing(opened: MainWindow, qtbot: QtBot, processes: list[FakeProcess]) -> FakeProcess:
    """The worker that traces."""
    before = len(processes)
    opened.workbench._thorough.start()
    qtbot.waitUntil(lambda: len(processes) > before, timeout=5000)
    return processes[-1]


def test_ways_to_it(opened: MainWindow, qtbot: QtBot, tracing: FakeProcess) -> None:
    session = opened.session
    other = session.model.layers[2].name
    menu = opened.tracing.menu_of(other)
    assert menu.actions()[0].text() == f"&Trace an element of {other}"
    menu.actions()[0].trigger()
    assert opened.tabs.currentIndex() == TRACE
    assert session.layer == other
    qtbot.waitUntil(lambda: "trace" in [t for t, _ in tracing.requests], timeout=5000)
    asked = next(a for t, a in tracing.requests if t == "trace")
    assert (asked["choice"].layer, asked["data"]) == (other, DataSpec("digits"))
    opened.tabs.setCurrentIndex(0)
    opened.activateWindow()
    qtbot.keyClick(opened, Qt.Key.Key_8, Qt.KeyboardModifier.ControlModifier)
    assert opened.tabs.currentIndex() == TRACE
    palette = CommandPalette(opened.commands.all(), opened)
    qtbot.addWidget(palette)
    assert opened.commands["trace"] in opened.commands.all()
    layers = (opened.panels.layers.table, opened.tabs.layer_error.table)
    for table in layers:
        assert table.contextMenuPolicy() == Qt.ContextMenuPolicy.CustomContextMenu


def test_a_row_of_a_run_means_its_scheme(compared: MainWindow) -> None:
    window = compared
    run = next(r for r in window.session.runs if r.result.scheme.id == "int16x8")
    window.session.choose_scheme(SCHEMES["int8"])
    window.session.select_run(run)
    name = window.session.model.layers[3].name
    window.tracing.menu_of(name, of_run=True).actions()[0].trigger()
    assert window.session.scheme.id == "int16x8"
    assert window.session.layer == name


def test_refusals_stand_in_the_view(opened: MainWindow, qtbot: QtBot, tracing: FakeProcess) -> None:
    def refuse(task: str, arguments: dict[str, object]) -> object:
        if task == "trace":
            raise ValueError("There is nothing to trace.")
        return answer(task, arguments)

    view = opened.tabs.trace
    assert view is not None
    tracing.script = refuse
    opened.commands["trace"].trigger()
    qtbot.waitUntil(lambda: view.empty.message.text() == "There is nothing to trace.", timeout=5000)
    assert not opened.message_bar.isVisible()


def test_an_answer_for_what_was_chosen_before_is_dropped(
    opened: MainWindow, qtbot: QtBot, tracing: FakeProcess
) -> None:
    held = threading.Event()

    def slow(task: str, arguments: dict[str, object]) -> object:
        if task != "trace":
            return answer(task, arguments)
        held.wait(10)
        return "a trace under the scheme before"

    view = opened.tabs.trace
    assert view is not None
    tracing.script = slow
    opened.commands["trace"].trigger()
    qtbot.waitUntil(lambda: "trace" in [t for t, _ in tracing.requests], timeout=5000)
    opened.tabs.setCurrentIndex(0)
    opened.session.choose_scheme(SCHEMES["int16x8"])
    held.set()
    qtbot.waitUntil(lambda: not opened.workbench.busy, timeout=5000)
    assert view.data is None


class SlowTrace:
    """A worker that calibrates until it is let on, and then traces nothing."""

    def __init__(self) -> None:
        self.going_on = threading.Event()

    def __call__(self, task: str, arguments: dict[str, object]) -> object:
        return self.steps() if task == "trace" else answer(task, arguments)

    def steps(self) -> Iterator[Progress]:
        yield Progress(30, 100, "calibrating")
        self.going_on.wait(10)
        raise ValueError("There is nothing to trace.")


@pytest.fixture
def slow(opened: MainWindow, qtbot: QtBot, tracing: FakeProcess) -> Iterator[SlowTrace]:
    """A trace that calibrates and says so."""
    tracing.script = script = SlowTrace()
    opened.commands["trace"].trigger()
    view = opened.tabs.trace
    assert view is not None
    assert not view.progress.isVisible()
    qtbot.waitUntil(view.progress.isVisible, timeout=5000)
    qtbot.waitUntil(lambda: view.progress.bar.value() == 30, timeout=5000)
    yield script
    script.going_on.set()


def test_nothing_waits_for_a_trace_that_calibrates(
    opened: MainWindow, qtbot: QtBot, slow: SlowTrace
) -> None:
    view, weights = opened.tabs.trace, opened.tabs.weights
    assert view is not None
    assert weights is not None
    assert (view.progress.stage.text(), view.progress.bar.maximum()) == ("calibrating", 100)
    other = next(x for x in opened.session.model.layers[1:] if x.weights)
    opened.tabs.setCurrentIndex(0)
    opened.session.select_layer(other.name)
    qtbot.waitUntil(lambda: weights.data.layer == other.name, timeout=5000)
    with qtbot.waitSignal(opened.session.model_opened, timeout=5000):
        opened.files.open_model("/models/other.keras")
    opened.workbench.run()
    qtbot.waitUntil(lambda: len(opened.session.runs) == 2, timeout=5000)
    assert not slow.going_on.is_set()


def test_a_trace_is_stopped_and_taken_up_again(
    opened: MainWindow,
    qtbot: QtBot,
    slow: SlowTrace,
    tracing: FakeProcess,
    processes: list[FakeProcess],
) -> None:
    view = opened.tabs.trace
    assert view is not None
    qtbot.mouseClick(view.progress.stop, Qt.MouseButton.LeftButton)
    assert not view.progress.isVisible()
    assert view.empty.message.text() == "Stopped before the trace was ready."
    qtbot.waitUntil(lambda: tracing.stops == 1, timeout=5000)
    assert processes[0].stops == 0
    slow.going_on.set()
    qtbot.mouseClick(view.empty.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.empty.message.text() == "There is nothing to trace.", timeout=5000)
    assert not view.empty.button.isVisible()
    assert not view.progress.isVisible()


def test_calibrating_for_a_scheme_that_is_not_wanted_any_more_is_given_up(
    opened: MainWindow, qtbot: QtBot, slow: SlowTrace, tracing: FakeProcess
) -> None:
    view = opened.tabs.trace
    assert view is not None
    opened.session.choose_scheme(SCHEMES["int16x8"])
    qtbot.waitUntil(lambda: len(tracing.requests) == 2, timeout=5000)
    assert tracing.stops == 1
    assert tracing.requests[1][1]["scheme"] == SCHEMES["int16x8"]
    assert view.progress.isVisible()
    slow.going_on.set()
    qtbot.waitUntil(lambda: not opened.workbench.busy, timeout=5000)
    assert view.empty.message.text() == "There is nothing to trace."


def test_one_process_traces_and_keeps_its_network(digits: MainWindow, qtbot: QtBot) -> None:
    # That it calibrates once is tests/jobs/test_tracing_jobs.py's; here it is not started anew.
    bridge, traced = digits.workbench._thorough, digits.tracing.traced
    finished: list[int] = []
    given_up: list[int] = []
    bridge.finished.connect(lambda job, _: finished.append(job))
    bridge.stopped.connect(given_up.append)
    with qtbot.waitSignal(traced, timeout=60_000):
        digits.commands["trace"].trigger()
    view = digits.tabs.trace
    assert view is not None
    with qtbot.waitSignal(traced, timeout=30_000):
        view.bar.next.click()
    with qtbot.waitSignal(traced, timeout=30_000):
        digits.session.select_layer("conv2")
    assert (len(finished), given_up) == (3, [])
    assert not view.is_slow


def test_before_a_model_it_says_what_will_be_there(window: MainWindow) -> None:
    window.commands["trace"].trigger()
    view = window.tabs.trace
    assert view is not None
    assert "taken apart" in view.empty.message.text()
    assert view.empty.button.isVisible()


def test_steps_are_lines_where_there_is_no_room_for_more(
    view: TraceView, digits: MainWindow, qtbot: QtBot
) -> None:
    def opened() -> list[bool]:
        return [card.is_open for card in view.chain.cards]

    digits.resize(1280, 760)
    bar = view.chain.verticalScrollBar()
    qtbot.waitUntil(lambda: not all(opened()) and bar.maximum() == 0, timeout=3000)
    cards = view.chain.cards
    assert len(cards) > 5
    # Those that are open are the first.
    first = sum(opened())
    assert opened() == [i < first for i in range(len(cards))]
    qtbot.mouseClick(cards[-1], Qt.MouseButton.LeftButton)
    assert opened() == [i == len(cards) - 1 for i in range(len(cards))]
    qtbot.mouseClick(cards[-1], Qt.MouseButton.LeftButton)
    assert sum(opened()) == first
    digits.resize(1280, 900)
    qtbot.waitUntil(lambda: first < sum(opened()) < len(cards), timeout=3000)
    digits.resize(1800, 1600)
    qtbot.waitUntil(lambda: all(opened()), timeout=3000)


def test_a_cell_tells_its_number(view: TraceView, digits: MainWindow, qtbot: QtBot) -> None:
    grid = view.terms.inputs
    place = grid.rect().center()
    where = grid.mapToGlobal(place)
    QApplication.sendEvent(grid, QHelpEvent(QEvent.Type.ToolTip, place, where))
    qtbot.waitUntil(QToolTip.isVisible, timeout=2000)
    assert any(text in QToolTip.text() for row in grid.texts for text in row if text)
    QToolTip.hideText()
