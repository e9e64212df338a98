from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from qviz.ui.views.sine import SineView
from qviz.ui.views.sine_levels import PICTURE_DATA, PICTURE_LIMIT, RULES, Levels


@pytest.fixture
def view(qtbot: QtBot) -> SineView:
    result = SineView()
    qtbot.addWidget(result)
    result.resize(1200, 600)
    result.show()
    qtbot.waitExposed(result)
    return result


def test_picture_is_that_of_the_script():
    x = np.linspace(-np.pi, np.pi, 1_000_000)[499880:500120]
    assert x.size == 240
    assert x[-1] == pytest.approx(PICTURE_DATA, rel=1e-9)
    w = np.sin(x)
    levels = np.unique(Levels("floor", 16, -1, 1).levels(w))
    assert levels.size == 50
    assert np.diff(levels) == pytest.approx(2 / 2**16)
    assert np.unique(Levels("floor", 8, -1, 1).levels(w)).tolist() == [-1 / 128, 0]


def test_starts_with_a_whole_wave(view: SineView):
    for panel in view.plots():
        (low, high), (bottom, top) = panel.widget.viewRange()
        assert -4 < low < -np.pi < np.pi < high < 4
        assert -1.3 < bottom <= -1
        assert 1 > top - 0.3 > 0.6


def test_close_up_is_the_picture_of_the_script(view: SineView):
    view.picture_button.click()
    wanted = {
        view.float_panel: (-8.259255e-4, 8.259255e-4),
        view.fine_panel: (-8.377075e-4, 8.071899e-4),
        view.coarse_panel: (-8.203125e-3, 3.90625e-4),
    }
    for panel, limits in wanted.items():
        (x_low, x_high), y = panel.widget.viewRange()
        assert (x_low, x_high) == pytest.approx((-8.259255e-4, 8.259255e-4), rel=1e-5)
        assert tuple(y) == pytest.approx(limits, rel=2e-3)


def test_zoom_of_one_panel_moves_all_and_recomputes(view: SineView, qtbot: QtBot):
    view.coarse_panel.box.setXRange(0.5, 0.5 + 1e-7, padding=0)
    for panel in view.plots():
        (low, high), _ = panel.widget.viewRange()
        assert (low, high) == pytest.approx((0.5, 0.5 + 1e-7), abs=1e-12)
        x, _ = panel.curve.getData()
        assert x.size == 4096
        assert x[0] >= 0.5 - 1e-12
        assert x[-1] <= 0.5 + 1.0001e-7


def test_float32_is_a_staircase_too_when_one_comes_close(view: SineView):
    view.float_panel.show_range((1.0, 1.0 + 2e-6))
    _, y = view.float_panel.curve.getData()
    assert 2 < np.unique(y).size < 100


def test_bits_rule_and_range_reach_the_panels(view: SineView):
    view.bits.setValue(4)
    view.show_period()
    _, y = view.coarse_panel.curve.getData()
    assert np.unique(y).size == 16
    assert "4-bit" in view.coarse_panel.item.titleLabel.text
    view.rule.setCurrentIndex(RULES.index("symmetric"))
    _, y = view.coarse_panel.curve.getData()
    assert np.unique(y).size == 15
    view.low.setValue(-0.5)
    view.high.setValue(0.5)
    _, y = view.coarse_panel.curve.getData()
    assert y.max() == pytest.approx(0.5)


def test_range_that_does_not_rise_is_explained(view: SineView):
    view.low.setValue(2.0)
    assert "has to be below" in view.explanation.text()
    view.read_out(0.1)


def test_explanation_counts_the_levels_in_view(view: SineView):
    view.show_picture()
    assert "256 levels" in view.explanation.text()
    assert "keeps 2 of them" in view.explanation.text()
    assert "code 128 means exactly 0" in view.explanation.text()


def test_read_out_gives_code_level_and_error(view: SineView):
    view.read_out(0.5)
    text = view.readout.text()
    value = math.sin(0.5)
    code = math.floor((value + 1) / 2 * 256)
    assert f"8 bits: code {code}" in text
    x, y = view.coarse_panel.marker.getData()
    assert (x[0], y[0]) == pytest.approx((0.5, code / 128 - 1))


def test_same_y_axis(view: SineView):
    view.same_y.setChecked(True)
    ranges = [tuple(panel.widget.viewRange()[1]) for panel in view.plots()]
    assert ranges[1] == pytest.approx(ranges[0])
    assert ranges[2] == pytest.approx(ranges[0])


def test_rows_hold_what_is_drawn(view: SineView):
    rows = view.coarse_panel.rows()
    assert rows[0] == ("x", "float32", "16 bits", "8 bits")
    _, y = view.coarse_panel.curve.getData()
    assert [row[3] for row in rows[1:]] == y.tolist()


@given(
    st.sampled_from(RULES),
    st.integers(2, 16),
    st.floats(-10, -0.01),
    st.floats(0.01, 10),
    st.floats(-12, 12),
)
def test_levels_lie_on_the_grid_and_near_the_value(rule, bits, low, high, value):
    levels = Levels(rule, bits, low, high)
    array = np.array([value])
    code, level = levels.codes(array)[0], levels.levels(array)[0]
    assert levels.lowest_code <= code <= levels.highest_code
    assert code == int(code)
    inside = (
        levels.minimum
        <= value
        <= levels.minimum + levels.scale * (levels.highest_code - levels.lowest_code)
    )
    if inside:
        limit = 1.0 if rule == "floor" else 0.5
        assert abs(level - value) <= levels.scale * limit * (1 + 1e-9) + 1e-12
    zero = levels.zero_point
    if zero is not None:
        at_zero = levels.minimum + (zero - levels.lowest_code) * levels.scale
        assert at_zero == pytest.approx(0.0, abs=1e-12)


def test_picture_limit_is_the_margin_of_the_plot():
    assert pytest.approx(8.259255e-4, rel=1e-6) == PICTURE_LIMIT
