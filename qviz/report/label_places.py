"""Where the labels of points go so that all can be read: beside them, else in columns with lines.

Knows neither the page nor the window; both place the names of schemes by it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

GAP = 9.0
"""From a point to a label beside it."""
LEADER = 26.0
"""What a label in a column stands further away, so that there is room for its line."""
# Half of the square that a mark takes.
_MARK = 8.0


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
    """Places of the other labels, in columns beside the points that crowd each other."""
    groups: list[list[int]] = []
    reach = -math.inf
    for key in sorted(keys, key=lambda k: spots[k].x):
        if spots[key].x > reach:
            groups.append([])
        groups[-1].append(key)
        reach = max(reach, spots[key].x + spots[key].width + 2 * GAP + LEADER)
    columns = [_column(group, spots, height, view) for group in groups]
    # Columns that reach over each other become one.
    for _ in range(len(groups)):
        pair = next((p for p in itertools.combinations(columns, 2) if _overlap(*p)), None)
        if pair is None:
            break
        columns = [column for column in columns if not any(column is one for one in pair)]
        columns.append(_column([*pair[0], *pair[1]], spots, height, view))
    return {key: box for column in columns for key, box in column.items()}


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
    ordered = _without_crossings(group, spots)
    middles = spread([spots[k].y for k in ordered], height, view.top, view.bottom)
    return {
        key: Box(left, y - height / 2, spots[key].width, height)
        for key, y in zip(ordered, middles, strict=True)
    }


def _overlap(one: Mapping[int, Box], other: Mapping[int, Box]) -> bool:
    return any(a.meets(b) for a in one.values() for b in other.values())


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
