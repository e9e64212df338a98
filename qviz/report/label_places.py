"""Where the labels of points go so that all can be read: beside them, else in columns with lines.

Knows neither the page nor the window; both place the names of schemes by it.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

GAP = 9.0
"""From a point to a label beside it."""
LEADER = 26.0
"""What a label in a column stands further away, so that there is room for its line."""
# Half of the square that a mark takes.
_MARK = 8.0
# Clusters that are tried with a column at either side: 2 to the power of that many ways.
_MOST_APART = 6


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; y grows downwards, as on screens."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height

    @property
    def middle(self) -> float:
        """Half-way between its upper and its lower edge."""
        return self.top + self.height / 2

    def meets(self, other: Box) -> bool:
        """Whether they have more in common than an edge."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def holds(self, other: Box) -> bool:
        """Whether the other does not reach out of it."""
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )


@dataclass(frozen=True, slots=True)
class Spot:
    """A point on paper or screen, and how wide its label is."""

    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where a label stands, and whether a line has to lead to it from its point."""

    box: Box
    has_line: bool

    def end(self, spot: Spot) -> tuple[float, float]:
        """Where the line from `spot` ends: at the nearer side of the label."""
        at_right = self.box.left > spot.x
        return (self.box.left + 3 if at_right else self.box.right - 3), self.box.middle


def label_places(spots: Mapping[int, Spot], height: float, view: Box) -> dict[int, Place]:
    """Place the label of every spot.

    Parameters
    ----------
    spots : Mapping of int to Spot
        By any key.
    height : float
        Of a label.
    view : Box
        What labels should not leave.

    Returns
    -------
    dict of int to Place
        Labels at the right of their point where that is free. Points that crowd each other have
        theirs in a column, as close to their height as the others let them, without crossings.
    """
    free = _free_places(spots, height, view)
    columns = _column_places(spots.keys() - free.keys(), spots, height, view)
    # A column may reach over a point or label that stood free; then that one joins the column.
    for _ in range(len(spots)):
        hit = {
            k
            for k, box in free.items()
            if any(box.meets(c) or _mark(spots[k]).meets(c) for c in columns.values())
        }
        if not hit:
            break
        free = {k: box for k, box in free.items() if k not in hit}
        columns = _column_places(spots.keys() - free.keys(), spots, height, view)
    return {
        **{key: Place(box, False) for key, box in free.items()},
        **{key: Place(box, True) for key, box in columns.items()},
    }


def _free_places(spots: Mapping[int, Spot], height: float, view: Box) -> dict[int, Box]:
    """Places of the labels that fit at the right of their point without touching another."""
    marks = {k: _mark(s) for k, s in spots.items()}
    boxes = {k: Box(s.x + GAP, s.y - height / 2, s.width, height) for k, s in spots.items()}
    return {
        k: box
        for k, box in boxes.items()
        if view.holds(box)
        and not any(box.meets(marks[o]) or box.meets(boxes[o]) for o in spots if o != k)
    }


def _mark(spot: Spot) -> Box:
    return Box(spot.x - _MARK, spot.y - _MARK, 2 * _MARK, 2 * _MARK)


def _column_places(
    keys: Set[int], spots: Mapping[int, Spot], height: float, view: Box
) -> dict[int, Box]:
    """Places of the other labels: every cluster has its own column where that has room."""
    groups = _clusters(keys, spots)
    while len(groups) > 1:
        columns = _apart(groups, spots, height, view) if len(groups) <= _MOST_APART else None
        if columns is not None:
            return {key: box for column in columns for key, box in column.items()}
        # The two that are closest share one.
        gaps = [
            min(spots[k].x for k in right) - max(spots[k].x for k in left)
            for left, right in itertools.pairwise(groups)
        ]
        at = gaps.index(min(gaps))
        groups[at : at + 2] = [[*groups[at], *groups[at + 1]]]
    return _column(groups[0], spots, height, view) if groups else {}


def _clusters(keys: Set[int], spots: Mapping[int, Spot]) -> list[list[int]]:
    """The keys from left to right, parted where there is room for a line between their points."""
    clusters: list[list[int]] = []
    for key in sorted(keys, key=lambda k: spots[k].x):
        if not clusters or spots[key].x - spots[clusters[-1][-1]].x > LEADER:
            clusters.append([])
        clusters[-1].append(key)
    return clusters


def _apart(
    groups: Sequence[Sequence[int]], spots: Mapping[int, Spot], height: float, view: Box
) -> list[dict[int, Box]] | None:
    """A column for every cluster, none of which reaches into another; None if there are none.

    A column stands at the right of its points, or at their left where that parts it from others.
    """
    sides = sorted(itertools.product((False, True), repeat=len(groups)), key=sum)
    for at_left in sides:
        columns = []
        for group, is_left in zip(groups, at_left, strict=True):
            width = max(spots[k].width for k in group)
            if is_left:
                left = min(spots[k].x for k in group) - GAP - LEADER - width
            else:
                left = max(spots[k].x for k in group) + GAP + LEADER
            columns.append(_column_at(left, group, spots, height, view))
        taken = [
            _hull([*column.values(), *(_mark(spots[k]) for k in column)]) for column in columns
        ]
        fits = all(view.left <= hull.left and hull.right <= view.right for hull in taken)
        if fits and not any(a.meets(b) for a, b in itertools.combinations(taken, 2)):
            return columns
    return None


def _hull(boxes: Sequence[Box]) -> Box:
    left, top = min(b.left for b in boxes), min(b.top for b in boxes)
    right, bottom = max(b.right for b in boxes), max(b.bottom for b in boxes)
    return Box(left, top, right - left, bottom - top)


def _column(
    group: Sequence[int], spots: Mapping[int, Spot], height: float, view: Box
) -> dict[int, Box]:
    """One column: at the right of its points, else at their left, else at the view's edge."""
    width = max(spots[k].width for k in group)
    left = max(spots[k].x for k in group) + GAP + LEADER
    if left + width > view.right:
        left = min(spots[k].x for k in group) - GAP - LEADER - width
        if left < view.left:
            left = max(view.right - width, view.left)
    return _column_at(left, group, spots, height, view)


def _column_at(
    left: float, group: Sequence[int], spots: Mapping[int, Spot], height: float, view: Box
) -> dict[int, Box]:
    ordered = _without_crossings(group, spots)
    middles = spread([spots[k].y for k in ordered], height, view.top, view.bottom)
    return {
        key: Box(left, y - height / 2, spots[key].width, height)
        for key, y in zip(ordered, middles, strict=True)
    }


def _without_crossings(group: Sequence[int], spots: Mapping[int, Spot]) -> list[int]:
    """The group from top to bottom.

    Of points at one height the rightmost gets the nearest label and the leftmost the furthest,
    above and below in turn, so that their lines fan in without crossing.
    """
    ordered: list[int] = []
    for height in sorted({round(spots[k].y) for k in group}):
        level = sorted((k for k in group if round(spots[k].y) == height), key=lambda k: spots[k].x)
        ordered += level[0::2] + level[1::2][::-1]
    return ordered


def spread(wanted: Sequence[float], height: float, top: float, bottom: float) -> list[float]:
    """Rising positions near `wanted`, a label's height apart, inside the view if they fit.

    Parameters
    ----------
    wanted : sequence of float
        Middles of labels, rising.
    height : float
        Of a label.
    top, bottom : float
        Edges of the view.
    """
    placed: list[float] = []
    for y in wanted:
        placed.append(max(y, placed[-1] + height) if placed else max(y, top + height / 2))
    # Pushed together from above, they lie too low by half of what they were pushed.
    shift = sum(p - w for p, w in zip(placed, wanted, strict=True)) / max(1, len(placed))
    room_above = placed[0] - (top + height / 2) if placed else 0.0
    overhang = placed[-1] + height / 2 - bottom if placed else 0.0
    shift = min(max(shift, overhang, 0.0), max(room_above, 0.0))
    placed = [p - shift for p in placed]
    # Where the first is held at the top, those that still reach out below move up alone.
    limit = bottom - height / 2
    for index in reversed(range(len(placed))):
        placed[index] = min(placed[index], limit)
        limit = placed[index] - height
    return placed
