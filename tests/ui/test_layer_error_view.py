from __future__ import annotations

import math

import pytest
from fakes import layer_errors, metrics
from pytestqt.qtbot import QtBot

from qviz.evaluation.results import LayerError
from qviz.ui.views.layer_error import LayerErrorView
from qviz.ui.wording import ERROR_KINDS, ERROR_METRICS


@pytest.fixture
def view(qtbot: QtBot) -> LayerErrorView:
    result = LayerErrorView()
    qtbot.addWidget(result)
    result.resize(900, 600)
    result.show()
    qtbot.waitExposed(result)
    return result


def test_worst_layer_stands_at_the_top(view: LayerErrorView):
    errors = layer_errors(12)
    view.set_data("int8", errors)
    worst = min(errors, key=lambda e: e.accumulated.sqnr_db)
    assert view.bars[0] == (worst.layer, worst.accumulated.sqnr_db)
    values = [value for _, value in view.bars]
    assert values == sorted(values)
    ticks = dict(view.plot.item.getAxis("left")._tickLevels[0])
    assert ticks[0].startswith(worst.layer[:5])


def test_order_of_execution(view: LayerErrorView):
    errors = layer_errors(6)
    view.set_data("int8", errors)
    view.order.setCurrentIndex(1)
    assert [name for name, _ in view.bars] == [e.layer for e in errors]


@pytest.mark.parametrize("kind", ERROR_KINDS)
@pytest.mark.parametrize("metric", ERROR_METRICS)
def test_every_kind_and_metric(view: LayerErrorView, kind: str, metric: str):
    errors = layer_errors(9)
    view.set_data("int8", errors)
    view.kinds.setCurrentIndex(ERROR_KINDS.index(kind))
    view.metrics.setCurrentIndex(ERROR_METRICS.index(metric))
    expected = {
        e.layer: getattr(getattr(e, kind), metric) for e in errors if getattr(e, kind) is not None
    }
    assert dict(view.bars) == expected
    values = [v for _, v in view.bars]
    falling = metric not in ("sqnr_db", "cosine")
    assert values == sorted(values, reverse=falling)


def test_layers_below_the_threshold_are_hatched(view: LayerErrorView):
    errors = tuple(
        LayerError(f"l{i}", "CONV_2D", f"t{i}", accumulated=metrics(db))
        for i, db in enumerate((12.0, 19.0, 30.0, 44.0))
    )
    view.set_data("int8", errors)
    assert len(view.plot.bad.opts["x1"]) == 2
    assert len(view.plot.good.opts["x1"]) == 2
    view.plot.line.setValue(35.0)
    assert view.plot.bad.opts["x1"].tolist() == [12.0, 19.0, 30.0]
    # The limit is kept for this metric while others are looked at.
    view.metrics.setCurrentIndex(1)
    assert not view.plot.line.isVisible()
    view.metrics.setCurrentIndex(0)
    assert view.plot.line.value() == 35.0


def test_exact_and_unmeasured_layers(view: LayerErrorView):
    errors = (
        LayerError("exact", "RESHAPE", "a", accumulated=metrics(math.inf)),
        LayerError("lost", "CONV_2D", "b", accumulated=metrics(-math.inf)),
        LayerError("unknown", "CONV_2D", "c"),
        LayerError("usual", "CONV_2D", "d", accumulated=metrics(30.0)),
    )
    view.set_data("int8", errors)
    assert [name for name, _ in view.bars] == ["lost", "usual", "exact", "unknown"]
    texts = dict(view.plot.item.getAxis("right")._tickLevels[0])
    assert [texts[-i] for i in range(4)] == ["−∞", "30.0", "exact", "–"]
    assert all(math.isfinite(x) for x in view.plot.good.opts["x1"])


def test_only_weights_measured_shows_weights(view: LayerErrorView):
    errors = (LayerError("a", "CONV_2D", "t", weight=metrics(30.0)),)
    view.set_data("tfjs-uint8", errors)
    assert view.kind_name == "weight"


def test_click_chooses_a_layer(view: LayerErrorView, qtbot: QtBot):
    view.set_data("int8", layer_errors(5))
    with qtbot.waitSignal(view.layer_chosen, timeout=1000) as heard:
        view.plot.clicked.emit(3.0, -2.2)
    assert heard.args == [view.bars[2][0]]
    view.select_layer(view.bars[2][0])
    assert view.plot.mark.opts["y"].tolist() == [-2.0]


def test_table_twin_holds_the_same_numbers(view: LayerErrorView):
    errors = layer_errors(5)
    view.set_data("int8", errors)
    view.as_table.setChecked(True)
    assert view.table.isVisible()
    rows = view.plot.rows()
    assert len(rows) == 6
    shown = {row[1]: row[5] for row in rows[1:]}
    assert shown == {e.layer: f"{e.accumulated.sqnr_db:.1f}" for e in errors}


def test_many_layers_start_readable(view: LayerErrorView):
    view.set_data("int8", layer_errors(150))
    _, (low, high) = view.plot.widget.viewRange()
    assert 20 < high - low < 30
    assert high == pytest.approx(0.6)


def test_no_layers(view: LayerErrorView):
    view.set_data("float32", ())
    assert view.bars == ()
