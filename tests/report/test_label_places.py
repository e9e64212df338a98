from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qviz.report.label_places import Box, Spot, label_places, spread

VIEW = Box(80.0, 0.0, 780.0, 330.0)
HEIGHT = 15.0

spots_in_view = st.lists(
    st.builds(Spot, st.floats(90, 650), st.floats(20, 310), st.floats(20, 160)),
    min_size=1,
    max_size=12,
)


@given(spots_in_view)
def test_no_label_lies_on_another_or_leaves_the_view(spots: list[Spot]) -> None:
    places = label_places(dict(enumerate(spots)), HEIGHT, VIEW)
    assert places.keys() == set(range(len(spots)))
    for place in places.values():
        assert VIEW.holds(shrunk(place.box))
    for one, other in itertools.combinations(places.values(), 2):
        assert not shrunk(one.box).meets(shrunk(other.box))


def shrunk(box: Box) -> Box:
    """The box without what rounding may add."""
    return Box(box.left + 1e-6, box.top + 1e-6, box.width - 2e-6, box.height - 2e-6)


def test_a_label_stands_beside_a_point_that_is_alone() -> None:
    places = label_places({7: Spot(100, 50, 40), 3: Spot(300, 50, 40)}, HEIGHT, VIEW)
    assert {key: (p.box.left, p.box.middle, p.has_line) for key, p in places.items()} == {
        7: (109, 50, False),
        3: (309, 50, False),
    }


def test_points_in_one_place_have_a_column_beside_them() -> None:
    spots = {i: Spot(400 + i, 100, 60) for i in range(5)}
    places = label_places(spots, HEIGHT, VIEW)
    assert {p.box.left for p in places.values()} == {404 + 9 + 26}
    middles = sorted(p.box.middle for p in places.values())
    assert middles == pytest.approx([70, 85, 100, 115, 130])
    assert all(p.has_line for p in places.values())
    # The rightmost point has the nearest label, so that no line crosses another.
    assert abs(places[4].box.middle - 100) == min(abs(m - 100) for m in middles)


def test_at_the_right_edge_the_column_stands_at_the_left() -> None:
    spots = {i: Spot(820.0, 100.0 + i, 60) for i in range(3)}
    places = label_places(spots, HEIGHT, VIEW)
    assert {p.box.right for p in places.values()} == {820 - 9 - 26}
    assert places[0].end(spots[0]) == (785 - 3, places[0].box.middle)


def test_spread_keeps_order_and_distance() -> None:
    placed = spread([50, 50, 51, 90], 12, 0, 200)
    assert placed == sorted(placed)
    assert min(b - a for a, b in itertools.pairwise(placed)) >= 12 - 1e-9
    assert min(spread([5, 5, 5], 12, 0, 200)) >= 6
    assert max(spread([195, 196], 12, 0, 200)) <= 194 + 1e-9


def test_neighbouring_clusters_have_a_column_each():
    left = {i: Spot(150.0 + i, 100.0 + 6 * i, 80.0) for i in range(4)}
    right = {10 + i: Spot(260.0 + i, 103.0 + 6 * i, 80.0) for i in range(4)}
    spots = {**left, **right}
    places = label_places(spots, 14.0, Box(0, 0, 500, 300))
    edges = {key: place.box.left for key, place in places.items()}
    assert len({edges[k] for k in left}) == 1
    assert len({edges[k] for k in right}) == 1
    # The left one's at the left of its points, the right one's at their right.
    assert all(places[k].box.right < spots[k].x for k in left)
    assert all(edges[k] > spots[k].x for k in right)
    lines = [(s.x, s.y, *places[k].end(s)) for k, s in spots.items() if places[k].has_line]
    assert len(lines) == len(spots)
    assert not any(crosses(a, b) for a, b in itertools.combinations(lines, 2))


def crosses(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether two lines (x0, y0, x1, y1) cross each other."""

    def side(line: tuple[float, ...], x: float, y: float) -> float:
        x0, y0, x1, y1 = line
        return (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)

    return (
        side(one, *other[:2]) * side(one, *other[2:]) < 0
        and side(other, *one[:2]) * side(other, *one[2:]) < 0
    )
