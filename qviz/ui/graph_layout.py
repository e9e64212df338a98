"""Places the boxes of a drawing in rows, every arrow pointing down.

The usual four steps (Sugiyama, Tagawa and Toda, 1981): the row of a box is the longest way to it;
an arrow over several rows gets a bend in each of them; bends and boxes are ordered by the mean
place of their neighbours, which takes most crossings away; each row is packed near those means.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

#: Height of every box, in pixels at full size.
BOX_HEIGHT = 34.0
# The space around boxes, and what an arrow that passes between them takes.
_GAP_X, _GAP_Y, _BEND_WIDTH = 14.0, 30.0, 8.0
# Sweeps of ordering; more change nothing in drawings of this size.
_SWEEPS = 8

Point = tuple[float, float]
# Neighbours of each box or bend, and whether they stand above it.
Links = dict[str, list[tuple[str, bool]]]


@dataclass(frozen=True, slots=True)
class Placed:
    """Where everything goes.

    Attributes
    ----------
    centres : dict of str to point
        Middle of each box.
    routes : tuple of tuple of point
        For each arrow, the points that it passes, ends included.
    """

    centres: dict[str, Point]
    routes: tuple[tuple[Point, ...], ...]


def place(widths: Mapping[str, float], arrows: Sequence[tuple[str, str]]) -> Placed:
    """Places of boxes and ways of arrows.

    Parameters
    ----------
    widths : mapping of str to float
        Of the boxes, by name.
    arrows : sequence of (source, target)
        Without cycles.
    """
    row_of = _rows(tuple(widths), arrows)
    chains, links = _chains(arrows, row_of)
    rows: dict[int, list[str]] = defaultdict(list)
    for name, row in row_of.items():
        rows[row].append(name)
    ordered = [rows[row] for row in sorted(rows)]
    _order(ordered, links)
    x = _columns(ordered, links, widths)
    y = {
        name: row * (BOX_HEIGHT + _GAP_Y)
        for row, row_names in enumerate(ordered)
        for name in row_names
    }
    routes = tuple(_route(chain, x, y, widths) for chain in chains)
    return Placed({name: (x[name], y[name]) for name in widths}, routes)


def _rows(names: Sequence[str], arrows: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Row of every box: sinks below the longest way to them, others as low as their readers allow.

    So what is made of a constant stands beside the operator that reads it, not at the top.
    """
    before: dict[str, list[str]] = {name: [] for name in names}
    after: dict[str, list[str]] = {name: [] for name in names}
    for source, target in arrows:
        before[target].append(source)
        after[source].append(target)
    row: dict[str, int] = {}
    waiting = {name: len(sources) for name, sources in before.items()}
    ready = [name for name, count in waiting.items() if not count]
    order = []
    while ready:
        name = ready.pop(0)
        order.append(name)
        row[name] = max((row[n] + 1 for n in before[name]), default=0)
        for reader in after[name]:
            waiting[reader] -= 1
            if not waiting[reader]:
                ready.append(reader)
    for name in reversed(order):
        if after[name]:
            row[name] = min(row[n] for n in after[name]) - 1
    return row


def _chains(
    arrows: Sequence[tuple[str, str]], row: dict[str, int]
) -> tuple[list[list[str]], Links]:
    """Each arrow as the boxes and bends it passes; bends are added to `row`."""
    chains = []
    links: Links = defaultdict(list)
    for i, (source, target) in enumerate(arrows):
        bends = []
        for level in range(row[source] + 1, row[target]):
            bend = f"\0{i}/{level}"  # no name of a box
            row[bend] = level
            bends.append(bend)
        chain = [source, *bends, target]
        for upper, lower in pairwise(chain):
            links[upper].append((lower, False))
            links[lower].append((upper, True))
        chains.append(chain)
    return chains, links


def _order(rows: list[list[str]], links: Links) -> None:
    """Order each row by the mean place of the neighbours above, then below, and again."""
    for sweep in range(_SWEEPS):
        downwards = sweep % 2 == 0
        place_of = {name: i - len(names) / 2 for names in rows for i, name in enumerate(names)}
        for names in rows if downwards else rows[::-1]:
            wished = {}
            for name in names:
                mean = _mean([place_of[n] for n, up in links[name] if up == downwards])
                wished[name] = place_of[name] if mean is None else mean
            names.sort(key=wished.__getitem__)
            for i, name in enumerate(names):
                place_of[name] = i - len(names) / 2


def _columns(rows: list[list[str]], links: Links, widths: Mapping[str, float]) -> dict[str, float]:
    """Middle of everything: as near to its neighbours' mean as the row's order allows."""
    width = {name: widths.get(name, _BEND_WIDTH) for names in rows for name in names}
    x: dict[str, float] = {}
    for names in rows:
        _pack(names, [0.0] * len(names), width, x, None)
    anchors = [_anchor(names, links) for names in rows]
    for sweep in range(_SWEEPS):
        order = range(len(rows)) if sweep % 2 == 0 else range(len(rows) - 1, -1, -1)
        for row in order:
            wished = []
            for name in rows[row]:
                # A constant goes where its reader is, not the other way round.
                chain = [n for n, _ in links[name] if len(links[n]) > 1]
                mean = _mean([x[n] for n in chain or (n for n, _ in links[name])])
                wished.append(x[name] if mean is None else mean)
            _pack(rows[row], wished, width, x, anchors[row])
    return x


def _anchor(names: Sequence[str], links: Links) -> int | None:
    """The one box of a row with the most arrows: it gets its wish, and chains become straight."""
    counts = [len(links[name]) for name in names]
    most = max(counts)
    return counts.index(most) if counts.count(most) == 1 and most > 1 else None


def _pack(
    names: Sequence[str],
    wished: Sequence[float],
    width: dict[str, float],
    x: dict[str, float],
    anchor: int | None,
) -> None:
    """Keep the order and the gaps, around the anchor or, without one, midway of both pushes."""
    gaps = [(width[a] + width[b]) / 2 + _GAP_X for a, b in pairwise(names)]
    to_right, to_left = list(wished), list(wished)
    for i, gap in enumerate(gaps):
        to_right[i + 1] = max(to_right[i + 1], to_right[i] + gap)
    for i in range(len(gaps) - 1, -1, -1):
        to_left[i] = min(to_left[i], to_left[i + 1] - gaps[i])
    places = [(a + b) / 2 for a, b in zip(to_right, to_left, strict=True)]
    if anchor is not None:
        places = list(wished)
        for i in range(anchor, len(gaps)):
            places[i + 1] = max(places[i + 1], places[i] + gaps[i])
        for i in range(anchor - 1, -1, -1):
            places[i] = min(places[i], places[i + 1] - gaps[i])
    x.update(zip(names, places, strict=True))


def _route(
    chain: list[str], x: dict[str, float], y: dict[str, float], widths: Mapping[str, float]
) -> tuple[Point, ...]:
    half = BOX_HEIGHT / 2
    first, last = chain[0], chain[-1]
    start = (x[first] + _towards(x[first], x[chain[1]], widths[first]), y[first] + half)
    end = (x[last] + _towards(x[last], x[chain[-2]], widths[last]), y[last] - half)
    points = [start]
    for bend in chain[1:-1]:
        points += [(x[bend], y[bend] - half), (x[bend], y[bend] + half)]
    return (*points, end)


def _towards(middle: float, other: float, width: float) -> float:
    """How far from its middle a box is left or entered, towards the other end of the arrow."""
    limit = max(0.0, width / 2 - 12)
    return max(-limit, min(limit, (other - middle) * 0.35))


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None
