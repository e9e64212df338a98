from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from fakes import comparison
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qviz.evaluation.results import Interval, Latency, PairedTest
from qviz.quantization.scheme import SCHEMES
from qviz.ui.views.compare import CompareView


@pytest.fixture
def view(qtbot: QtBot) -> CompareView:
    result = CompareView()
    qtbot.addWidget(result)
    result.resize(1000, 700)
    result.show()
    qtbot.waitExposed(result)
    return result


def column(view: CompareView, title: str, nth: int = 0) -> list[str]:
    rows = view.table.rows()
    at = [i for i, name in enumerate(rows[0]) if name == title][nth]
    return [row[at] for row in rows[1:]]


def test_every_scheme_has_its_row(view: CompareView):
    data = comparison()
    view.set_data(data, 6)
    assert column(view, "Scheme") == list(SCHEMES)
    assert column(view, "Top-1")[0] == "97.50%"
    assert column(view, "Δ float")[0] == "–"
    assert column(view, "Δ float")[1] == "−0.08 pt"
    assert column(view, "of float")[0] == "100%"
    assert column(view, "gzip ratio")[0] == "1.250"
    assert column(view, "Notes")[6] == "Softmax stays float."


def test_without_float_there_is_no_change(view: CompareView):
    view.set_data(comparison((SCHEMES["int8"],)))
    assert column(view, "Δ float") == ["–"]
    assert column(view, "of float") == ["–"]


def test_sorting_is_by_value(view: CompareView):
    view.set_data(comparison())
    sizes = view.table.rows()[0].index("Size")
    view.table.sortByColumn(sizes, Qt.SortOrder.AscendingOrder)
    order = [view.table.proxy.index(r, sizes).data(256) for r in range(len(SCHEMES))]
    assert order == sorted(order)


def test_double_click_chooses_a_run(view: CompareView, qtbot: QtBot):
    view.set_data(comparison())
    index = view.table.proxy.index(4, 0)
    with qtbot.waitSignal(view.run_chosen, timeout=1000) as heard:
        view.table.doubleClicked.emit(index)
    assert heard.args == [4]


def test_copy_is_tab_separated(view: CompareView):
    view.set_data(comparison())
    view.copy()
    lines = QApplication.clipboard().text().splitlines()
    assert len(lines) == 1 + len(SCHEMES)
    assert lines[0].split("\t")[:2] == ["Scheme", "Top-1"]
    assert lines[7].split("\t")[0] == "int8"


def test_points_are_accuracy_over_size(view: CompareView):
    data = comparison()
    view.set_data(data, 6)
    points = view.scatter.points
    assert [p.x for p in points] == [row.size_bytes / 1000 for row in data.rows]
    assert [p.y for p in points] == pytest.approx([100 * r.metrics["top1"] for r in data.rows])
    assert [p.selected for p in points].index(True) == 6
    view.horizontal.setCurrentIndex(1)
    assert view.scatter.points[0].x == data.rows[0].gzip_bytes / 1000
    view.vertical.setCurrentIndex(view.vertical.findData("agreement"))
    assert view.scatter.points[1].y == pytest.approx(99.0)
    assert "in kB" in view.scatter.plot.item.getAxis("bottom").labelText
    assert "in %" in view.scatter.plot.item.getAxis("left").labelText


def test_regression_has_no_percent(view: CompareView):
    data = comparison()
    rows = tuple(replace(r, metrics={"mae": 0.31, "rmse": 0.4}) for r in data.rows)
    view.set_data(replace(data, rows=rows))
    assert column(view, "MAE")[0] == "0.31"
    assert view.scatter.points[0].y == 0.31
    assert view._hint.text().startswith("Down")


def test_no_labels_leaves_agreement(view: CompareView):
    data = comparison()
    view.set_data(replace(data, rows=tuple(replace(r, metrics={}) for r in data.rows)))
    assert view.vertical.currentData() == "agreement"
    assert len(view.scatter.points) == len(SCHEMES)


def test_labels_do_not_lie_on_each_other(view: CompareView, qtbot: QtBot):
    data = comparison()
    rows = tuple(replace(r, metrics={"top1": 0.9}, size_bytes=33_000) for r in data.rows)
    view.set_data(replace(data, rows=rows))
    qtbot.wait(20)
    labels = view.scatter._labels[:12]
    heights = sorted(view.scatter.plot.box.mapViewToScene(x.pos()).y() for x in labels)
    assert min(b - a for a, b in itertools.pairwise(heights)) >= max(
        x.textItem.boundingRect().height() for x in labels
    )


def test_data_and_preprocessing_stand_beside_the_results(view: CompareView):
    view.set_data(comparison())
    assert "360 samples" in view.about.text()
    assert "preprocessing: scale=1/16" in view.about.text()


def test_clicking_a_point_chooses_its_run(view: CompareView, qtbot: QtBot):
    view.set_data(comparison())
    point = view.scatter.points[0]
    with qtbot.waitSignal(view.run_chosen, timeout=1000) as heard:
        view.scatter.plot.clicked.emit(point.x, point.y)
    assert heard.args == [0]


def test_label_with_room_stands_beside_its_point(view: CompareView, qtbot: QtBot):
    view.set_data(comparison())
    qtbot.wait(20)
    scatter = view.scatter
    at = [p.label for p in scatter.points].index("float32")
    box = scatter.plot.box
    point = scatter.points[at]
    dot = box.mapViewToScene(QPointF(point.x, point.y))
    label = box.mapViewToScene(scatter._labels[at].pos())
    assert label.y() == pytest.approx(dot.y(), abs=0.5)
    assert 0 < label.x() - dot.x() < 20
    line_ends, _ = scatter._lines.getData()
    assert point.x not in line_ends.tolist()


def test_interval_paired_test_and_latency_are_told(view: CompareView):
    data = comparison((SCHEMES["float32"], SCHEMES["int8"]))
    assert "Latency" not in (view.set_data(data), view.table.rows()[0])[1]
    row = replace(
        data.rows[1],
        intervals={"top1": Interval(0.95, 0.99, "Wilson")},
        paired=PairedTest("McNemar", 0.5, "mid-p", 0.6, 1, 3, -0.005, None),
        latency=Latency(0.1234, 0.2, 50, 5, 1, "this"),
    )
    view.set_data(replace(data, rows=(data.rows[0], row)))
    assert column(view, "Latency") == ["–", "0.123 ms"]
    tips = [view.table.source.cell(1, c).tip for c in (1, 2)]
    assert tips[0] == "95% interval 95.00% to 99.00% (Wilson)"
    assert tips[1] == "McNemar: p = 0.5; samples better than float: 1, worse: 3"


def test_no_label_lies_on_another(view: CompareView, qtbot: QtBot):
    sizes = (559, 286, 287, 148, 283, 151, 151, 144, 151, 151, 153, 152)
    data = comparison(tuple(SCHEMES.values())[: len(sizes)])
    rows = tuple(
        replace(
            row,
            size_bytes=1000 * size,
            metrics={"top1": 0.9956 if row.scheme.id == "int8-per-tensor" else 0.9933},
        )
        for row, size in zip(data.rows, sizes, strict=True)
    )
    view.set_data(replace(data, rows=rows), 6)
    qtbot.wait(20)
    scatter = view.scatter
    boxes = [x.mapRectToScene(x.boundingRect()) for x in scatter._labels[: len(scatter.points)]]
    # Boxes are filled, so that even their margins would erase what stands beside them.
    boxes = [box.adjusted(0.1, 0.1, -0.1, -0.1) for box in boxes]
    hits = [(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :] if a.intersects(b)]
    assert hits == []


def test_before_the_last_scheme_has_run_nothing_is_said_of_the_data(view: CompareView):
    shown = comparison()
    view.set_data(shown)
    assert "preprocessing: scale=1/16" in view.about.text()
    unknown = replace(shown.data, samples=0, preprocessing="", calibration_samples=0)
    view.set_data(replace(shown, data=unknown))
    assert "preprocessing" not in view.about.text()
    view.set_data(replace(shown, data=replace(unknown, samples=8)))
    assert "preprocessing: none" in view.about.text()


def test_sizes_of_later_rows_have_room(qtbot: QtBot):
    result = CompareView()
    qtbot.addWidget(result)
    shown = comparison()
    first = replace(shown.rows[0], size_bytes=2_380_000, gzip_bytes=2_100_000)
    result.set_data(replace(shown, rows=(first,)))
    later = replace(shown.rows[1], size_bytes=599_888, gzip_bytes=506_888)
    result.set_data(replace(shown, rows=(first, later)))
    header = list(result.table.source.header)
    for title in ("Size", "gzip"):
        column = header.index(title)
        text = result.table.source.cell(1, column).text
        needed = result.table.fontMetrics().horizontalAdvance(text)
        assert result.table.columnWidth(column) > needed + 4


def test_a_long_preprocessing_is_cut_and_told_in_the_tooltip(view: CompareView):
    means = "(x − " + ", ".join(f"{i}.25" for i in range(40)) + ")"
    told = comparison()
    view.set_data(replace(told, data=replace(told.data, preprocessing=means)))
    assert means not in view.about.text()
    assert "preprocessing: (x − 0.25" in view.about.text()
    assert means in view.about.toolTip()
