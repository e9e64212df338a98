from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fakes import model_summary, weight_view
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qviz.jobs.results import TensorSummary
from qviz.ui.theme import DARK
from qviz.ui.views import weight_text
from qviz.ui.views.weights import WeightsView


@pytest.fixture
def view(qtbot: QtBot) -> WeightsView:
    result = WeightsView()
    qtbot.addWidget(result)
    result.resize(900, 700)
    result.show()
    qtbot.waitExposed(result)
    return result


def test_bars_and_stems_are_the_data(view: WeightsView):
    data = weight_view(scheme="int8")
    view.set_data(data)
    bars = view.values.bars.opts
    assert np.array_equal(bars["x0"], data.float_edges[:-1])
    assert np.array_equal(bars["height"], data.float_counts)
    x, y = view.values.stems.getData()
    assert np.array_equal(x[0::2], data.levels)
    assert np.array_equal(y[1::2], data.level_counts)
    assert not y[0::2].any()
    assert np.array_equal(view.error.bars.opts["height"], data.error_counts)
    assert np.array_equal(view.ranges.bars.opts["y0"], data.channel_minimum)


def test_everything_is_in_view(view: WeightsView):
    data = weight_view(scheme="int8")
    view.set_data(data)
    (low, high), (bottom, top) = view.values.widget.viewRange()
    assert low < data.float_edges[0]
    assert high > data.float_edges[-1]
    assert bottom == 0
    assert top > data.float_counts.max()


def test_log_counts_keep_single_values_visible(view: WeightsView):
    data = weight_view(scheme="int8")
    view.set_data(data)
    view.toggle_log()
    bars = view.values.bars.opts
    tops = bars["y0"] + bars["height"]
    one = data.float_counts == 1
    assert one.any()
    assert tops[one] == pytest.approx(0.0)
    assert (bars["height"][one] > 0).all()
    many = data.float_counts > 0
    assert tops[many] == pytest.approx(np.log10(data.float_counts[many]))
    assert (bars["height"][~many] == 0).all()


def test_float_only_has_no_stems_and_says_so(view: WeightsView):
    view.set_data(weight_view())
    x, _ = view.values.stems.getData()
    assert x is None or len(x) == 0
    assert not view.values.limits[0].isVisible()
    assert "kept in float32" in view.facts.text()
    assert not view.error.bars.isVisible()


def test_facts_name_scale_codes_and_error(view: WeightsView):
    view.set_data(weight_view(scheme="int8"))
    text = view.facts.text()
    for part in ("scale <b>0.005", "zero point <b>0", "of 255", "SQNR <b>40.0 dB", "0.289"):
        assert part in text


def test_reading_gives_code_level_and_steps():
    data = weight_view(scheme="int8")
    text = weight_text.reading(data, 0.0517)
    assert "code 10" in text
    assert "level 0.05" in text
    assert "−0.34 steps" in text
    level, code = weight_text.level_of(data, 99.0)
    assert (level, code) == (pytest.approx(0.635), 127)


def test_reading_of_mixed_channels_asks_for_one():
    data = replace(weight_view(scheme="int8"), codes=np.empty(0, np.int64))
    assert "choose one" in weight_text.reading(data, 0.1)


def test_reading_without_an_even_grid_takes_the_nearest_level():
    data = replace(weight_view(scheme="float16"), scale=0.0)
    level, code = weight_text.level_of(data, data.levels[3] + 1e-6)
    assert (level, code) == (data.levels[3], data.codes[3])


def test_hover_fills_the_read_out(view: WeightsView):
    view.set_data(weight_view(scheme="int8"))
    view.values.hovered.emit(0.0517, 3.0)
    assert "code 10" in view.readout.text()
    view.values.left_plot.emit()
    assert view.readout.text().startswith("Point at")


def test_keys_step_through_channels(view: WeightsView, qtbot: QtBot):
    view.set_data(weight_view(scheme="int8", channel=7, channels=8))
    view.activateWindow()
    view.setFocus()
    chosen: list[object] = []
    view.channel_chosen.connect(chosen.append)
    view.step_channel(1)
    view.step_channel(-1)
    assert chosen == [0, 6]
    view.set_data(weight_view(scheme="int8", channel=None, channels=8))
    view.step_channel(1)
    assert chosen[-1] == 0
    qtbot.waitUntil(view.hasFocus, timeout=2000)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert chosen[-1] == 7


def test_choosers_tell_what_was_chosen_and_stay_silent_when_set(view: WeightsView):
    tensors, channels = [], []
    view.tensor_chosen.connect(tensors.append)
    view.channel_chosen.connect(channels.append)
    summary = model_summary().layers[0]
    view.set_tensors(summary.weights, summary.weights[0].name)
    view.set_data(weight_view(scheme="int8", channel=3))
    assert (tensors, channels) == ([], [])
    assert view.channels.value() == 3
    view.tensors.setCurrentIndex(1)
    view.all_channels.setChecked(True)
    view.all_channels.setChecked(False)
    view.channels.setValue(5)
    view.ranges.clicked.emit(2.2, 0.0)
    assert tensors == [summary.weights[1].name]
    assert channels == [None, 3, 5, 2]


def test_layer_without_weights(view: WeightsView):
    view.set_data(weight_view())
    view.show_nothing("add_3")
    assert "add_3 has no weights" in view.facts.text()
    assert view.data is None
    assert not view.values.isVisible()
    view.set_data(weight_view())
    assert view.values.isVisible()


def test_theme_reaches_items(view: WeightsView):
    view.set_data(weight_view(scheme="int8"))
    view.set_theme(DARK)
    assert view.values.stems.opts["pen"].color().name() == DARK.int8.lower()
    assert view.values.bars.opts["brush"].color().name() == DARK.float32.lower()


def test_summaries_for_screen_readers(view: WeightsView):
    view.set_data(weight_view(scheme="int8"))
    for plot in view.plots():
        assert plot.widget.accessibleName()
        assert plot.widget.accessibleDescription()
    assert "4000 values" in view.values.accessibleDescription()


def test_rows_for_export(view: WeightsView):
    data = weight_view(scheme="int8")
    view.set_data(data)
    rows = view.values.rows()
    assert rows[0] == ("kind", "from", "to", "code", "count")
    assert sum(r[4] for r in rows[1:] if r[0] == "float32") == data.count
    assert sum(r[4] for r in rows[1:] if r[0] == "int8") == data.count
    assert len(view.ranges.rows()) == 9
    assert sum(r[2] for r in view.error.rows()[1:]) == int(data.error_counts.sum())


def test_constant_tensor_draws(view: WeightsView):
    data = replace(
        weight_view(),
        float_edges=np.array([0.5, 0.5]),
        float_counts=np.array([4]),
        channel_minimum=np.zeros(1, np.float32),
        channel_maximum=np.zeros(1, np.float32),
    )
    view.set_data(data)
    assert view.grab().width() == view.width()


def test_a_long_name_is_cut_and_the_plot_stays_whole(view: WeightsView):
    name = ";".join(["MobilenetV1/Conv2d_0/Conv2D_Fold"] * 6)
    data = replace(weight_view(scheme="int8"), tensor=name)
    view.set_tensors([TensorSummary(name, (8, 3, 3, 16), "float32", 8, -0.5, 0.7)], name)
    view.set_data(data)
    view.layout().activate()
    item = view.values.item
    assert item.mapRectToScene(item.boundingRect()).width() <= view.values.width()
    assert "…" in view.values.shown_title
    assert view.values.shown_title.endswith("stems: int8")
    assert item.titleLabel.toolTip() == weight_text.title(data)
    assert "…" in view.tensors.shown_text
    place = QPoint(5, 5)
    QApplication.sendEvent(view.tensors, QHelpEvent(QEvent.Type.ToolTip, place, place))
    assert view.tensors.toolTip().startswith(name)
    assert view.minimumSizeHint().width() < 700
