from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from qviz.ui.graph_layout import BOX_HEIGHT, place


@st.composite
def drawings(draw: st.DrawFn) -> tuple[dict[str, float], list[tuple[str, str]]]:
    count = draw(st.integers(1, 12))
    widths = {f"n{i}": float(draw(st.integers(30, 200))) for i in range(count)}
    pairs = list(combinations(widths, 2))
    arrows = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=20)) if pairs else []
    return widths, arrows


@given(drawings())
def test_arrows_point_down_and_boxes_do_not_overlap(
    drawing: tuple[dict[str, float], list[tuple[str, str]]],
):
    widths, arrows = drawing
    placed = place(widths, arrows)
    assert set(placed.centres) == set(widths)
    for a, b in combinations(widths, 2):
        (ax, ay), (bx, by) = placed.centres[a], placed.centres[b]
        if ay == by:
            assert abs(ax - bx) >= (widths[a] + widths[b]) / 2
    for (source, target), route in zip(arrows, placed.routes, strict=True):
        assert route[0][1] == placed.centres[source][1] + BOX_HEIGHT / 2
        assert route[-1][1] == placed.centres[target][1] - BOX_HEIGHT / 2
        assert abs(route[0][0] - placed.centres[source][0]) <= widths[source] / 2
        assert abs(route[-1][0] - placed.centres[target][0]) <= widths[target] / 2
        heights = [y for _, y in route]
        assert heights == sorted(heights)
        assert len(route) % 2 == 0


def test_long_arrows_go_around_the_boxes_between():
    widths = dict.fromkeys("abcd", 60.0)
    placed = place(widths, [("a", "b"), ("b", "c"), ("c", "d"), ("a", "d")])
    long = placed.routes[3]
    assert len(long) == 6
    for name, bend in (("b", long[1]), ("c", long[3])):
        x, y = placed.centres[name]
        assert bend[1] == y - BOX_HEIGHT / 2
        assert abs(bend[0] - x) > 30


def test_a_constant_stands_right_above_its_reader():
    widths = dict.fromkeys(("x", "conv", "add", "bias"), 60.0)
    placed = place(widths, [("x", "conv"), ("conv", "add"), ("bias", "add")])
    assert placed.centres["bias"][1] == placed.centres["conv"][1]
