"""Columns of the comparison that only some comparisons have, and the Pareto front."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import comparison
from pytestqt.qtbot import QtBot

from qviz.evaluation.demo import DEMOS
from qviz.evaluation.results import Comparison, WeightSparsity
from qviz.quantization.scheme import SCHEMES
from qviz.ui.views.compare import CompareView
from qviz.ui.views.compare_columns import columns_of
from qviz.ui.views.scatter import Point, pareto_front


def texts(data: Comparison, title: str, **options: object) -> list[str]:
    """Fields of the last column of that title."""
    columns = columns_of(data, **options)  # type: ignore[arg-type]
    column = next(c for c in reversed(columns) if c.title == title)
    return [column.cell(row).text for row in data.rows]


def titles(data: Comparison) -> list[str]:
    return [column.title for column in columns_of(data)]


def test_published_numbers_stand_beside_the_measured():
    data = comparison(tuple(SCHEMES[s] for s in ("float32", "tfjs-uint16", "tfjs-uint8", "int8")))
    published = DEMOS["fashion-mnist"].published
    header = [c.title for c in columns_of(data, published)]
    assert header[1:4] == ["Top-1", "Δ float", "published"]
    assert header[header.index("gzip ratio") + 1] == "published"
    score = columns_of(data, published)[3]
    assert [score.cell(r).text for r in data.rows] == ["92.20%", "92.20%", "92.11%", "–"]
    assert texts(data, "published", published=published) == ["1.078", "1.048", "1.229", "–"]
    assert "published" not in titles(data)


def test_what_is_left_of_pruning_and_clustering():
    data = comparison((SCHEMES["float32"], SCHEMES["int8"].with_options(pruning=0.5)))
    assert "Zeros" not in titles(data)
    left = (
        WeightSparsity("a", "a/kernel", 100, 0.5, 0.6, 16, 16, 16),
        WeightSparsity("b", "b/kernel", 300, 0.5, 0.5, 16, 200, 16),
    )
    data = replace(data, rows=(data.rows[0], replace(data.rows[1], sparsity=left)))
    assert texts(data, "Zeros") == ["–", "52.5%"]
    assert texts(data, "Distinct") == ["–", "16–200"]
    column = next(c for c in columns_of(data) if c.title == "Distinct")
    assert "b: zeros 50.0% → 50.0%, different values 16 → 200" in column.cell(data.rows[1]).tip


def test_rounding_is_told_and_gets_a_column_where_it_is_mixed(qtbot: QtBot):
    view = CompareView()
    qtbot.addWidget(view)
    data = comparison((SCHEMES["float32"], SCHEMES["int8"]))
    view.set_data(data)
    assert "rounding: reference" in view.about.text()
    assert "Rounding" not in titles(data)
    data = replace(data, rows=(data.rows[0], replace(data.rows[1], rounding="xnnpack")))
    view.set_data(data)
    assert "rounding: reference, xnnpack" in view.about.text()
    assert "default interpreter" in view.about.toolTip()
    assert texts(data, "Rounding") == ["reference", "xnnpack"]


@pytest.mark.parametrize(
    ("higher", "expected"),
    [(True, [(1, 5), (2, 6), (4, 9)]), (False, [(1, 5), (3, 2)])],
)
def test_pareto_front(higher: bool, expected: list[tuple[int, int]]):
    spots = [(1, 5), (2, 6), (2, 5), (3, 2), (4, 9), (5, 9)]
    points = [Point(i, x, y, "", SCHEMES["int8"]) for i, (x, y) in enumerate(spots)]
    front = pareto_front(points, higher_is_better=higher)
    assert [(p.x, p.y) for p in front] == expected


def test_front_is_drawn(qtbot: QtBot):
    view = CompareView()
    qtbot.addWidget(view)
    view.set_data(comparison())
    x, y = view.scatter._front.getData()
    assert list(x) == sorted(x)
    assert list(y) == sorted(y)
    assert y[-1] == max(point.y for point in view.scatter.points)
