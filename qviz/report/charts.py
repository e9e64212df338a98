"""Charts as inline SVG, drawn without a library so that a report is one file.

Colours are classes that the page's style sheet gives for light and dark. A mark is never told by
its colour alone: schemes have shapes and names, errors have fixed places and numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from qviz.quantization.scheme import Family
from qviz.report.label_places import GAP, LEADER, Box, Spot, label_places

WIDTH = 860
# Height of a label; where the numbers of the upright axis may begin.
_LINE = 15.0
_TITLE = 26.0


@dataclass(frozen=True, slots=True)
class Point:
    """One mark of a scatter chart: its place, its name and the family that gives its shape."""

    x: float
    y: float
    name: str
    family: Family


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, and (length, text, class) of its strands, top to bottom."""

    name: str
    strands: tuple[tuple[float, str, str], ...]


_CLASSES: dict[Family, str] = {
    "float32": "f-float",
    "float16": "f-float",
    "tfjs": "f-tfjs",
    "dynamic-range": "f-int8",
    "int8": "f-int8",
    "eightbit": "f-int8",
    "int16x8": "f-int16",
}


def family_class(family: Family) -> str:
    """Style class of a scheme family."""
    return _CLASSES[family]


def marker(family: Family, x: float, y: float, size: float = 6.0) -> Markup:
    """Shape of a scheme family: circle float, square tfjs, diamond int8, triangle int16."""
    kind = family_class(family)
    if kind == "f-float":
        return _svg('<circle class="mark {}" cx="{}" cy="{}" r="{}"/>', kind, x, y, size)
    corners = {
        "f-tfjs": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
        "f-int8": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
        "f-int16": ((0, -1.2), (1.2, 1), (-1.2, 1)),
    }[kind]
    path = " ".join(f"{_n(x + dx * size)},{_n(y + dy * size)}" for dx, dy in corners)
    return _svg('<polygon class="mark {}" points="{}"/>', kind, path)


def scatter(
    points: Sequence[Point],
    *,
    x_title: str,
    y_title: str,
    percent: bool,
    description: str,
    front: Sequence[str] = (),
) -> Markup:
    """Accuracy over size.

    Parameters
    ----------
    points : sequence of Point
        x in kB; y as a share if `percent`.
    description : str
        What a reader who cannot see the chart is told.
    front : sequence of str
        Names of the points that a line joins.
    """
    shown = [p for p in points if math.isfinite(p.x) and math.isfinite(p.y)]
    names = max((_text_width(p.name) for p in shown), default=0.0)
    # Names that stand in a column beside the last mark have room there.
    right, top, bottom, height = GAP + LEADER + names + 8, 16, 50, 380
    x_ticks = _ticks(0.0, max((p.x for p in shown), default=1.0) * 1.04)
    low, high = _spread([p.y for p in shown], 0.004 if percent else 0.0)
    y_ticks = _ticks(max(low, 0.0), min(high, 1.0)) if percent else _ticks(low, high)
    ticks = [_percent(tick, y_ticks) if percent else f"{tick:g}" for tick in y_ticks]
    # The title stands upright at the left of the longest number.
    left = max(84.0, _TITLE + 8 + max(map(_text_width, ticks)))
    inner_width, inner_height = WIDTH - left - right, height - top - bottom

    def place_x(value: float) -> float:
        return left + (value - x_ticks[0]) / (x_ticks[-1] - x_ticks[0]) * inner_width

    def place_y(value: float) -> float:
        share = (value - y_ticks[0]) / (y_ticks[-1] - y_ticks[0])
        return top + (1 - share) * inner_height

    parts = []
    for tick, label in zip(y_ticks, ticks, strict=True):
        parts.append(_line("grid", left, place_y(tick), WIDTH - right, place_y(tick)))
        parts.append(_text("tick end", left - 8, place_y(tick) + 4, label))
    for tick in x_ticks:
        parts.append(_line("grid", place_x(tick), top, place_x(tick), height - bottom))
        parts.append(_text("tick middle", place_x(tick), height - bottom + 18, f"{tick:,g}"))
    parts.append(_text("title middle", left + inner_width / 2, height - 10, x_title))
    middle = top + inner_height / 2
    turn, title = f"rotate(-90 16 {_n(middle)})", _text("title middle", 16, middle, y_title)
    parts.append(_svg('<g transform="{}">{}</g>', turn, title))
    placed = [(place_x(p.x), place_y(p.y), p) for p in shown]
    joined = sorted(((x, y) for x, y, p in placed if p.name in front), key=lambda at: at[0])
    if len(joined) > 1:
        path = " ".join(f"{_n(x)},{_n(y)}" for x, y in joined)
        parts.append(_svg('<polyline class="front" points="{}"/>', path))
    parts.extend(_labels(placed, Box(left, 0, WIDTH - left, height - bottom)))
    parts.extend(marker(p.family, x, y) for x, y, p in placed)
    return _figure(height, description, parts)


def bars(rows: Sequence[Bar], *, axis_title: str, description: str) -> Markup:
    """Horizontal bars, each of one or more strands with its value at the end."""
    strands = max((len(row.strands) for row in rows), default=1)
    thick, gap = (16 if strands == 1 else 11), 9
    left, right, top = 210, 96, 8
    step = strands * thick + gap
    height = top + len(rows) * step + 46
    lengths = [s[0] for row in rows for s in row.strands if math.isfinite(s[0])]
    ticks = _ticks(min(0.0, *lengths, 0.0), max(1e-9, *lengths, 0.0))
    width = WIDTH - left - right

    def place(value: float) -> float:
        inside = min(max(value, ticks[0]), ticks[-1])
        return left + (inside - ticks[0]) / (ticks[-1] - ticks[0]) * width

    end = top + len(rows) * step
    parts = [_line("grid", place(tick), top, place(tick), end) for tick in ticks]
    parts += [_text("tick middle", place(tick), end + 16, f"{tick:,g}") for tick in ticks]
    parts.append(_text("title middle", left + width / 2, end + 36, axis_title))
    for number, row in enumerate(rows):
        y = top + number * step
        centre = y + strands * thick / 2
        parts.append(_text("label end", left - 10, centre + 4, _shortened(row.name, 30)))
        for strand, (length, text, kind) in enumerate(row.strands):
            line = y + strand * thick
            start, stop = sorted((place(0.0), place(length)))
            parts.append(
                _svg(
                    '<rect class="bar {}" x="{}" y="{}" width="{}" height="{}"><title>{}</title>'
                    "</rect>",
                    kind,
                    start,
                    line,
                    stop - start,
                    thick - 2,
                    f"{row.name}: {text}",
                )
            )
            parts.append(_text("value", stop + 5, line + thick - 3, text))
    return _figure(height, description, parts)


def _labels(placed: Sequence[tuple[float, float, Point]], view: Box) -> list[Markup]:
    """Names beside the marks, moved apart where they crowd, with a line to each that was moved."""
    spots = {i: Spot(x, y, _text_width(point.name)) for i, (x, y, point) in enumerate(placed)}
    parts = []
    for key, place in label_places(spots, _LINE, view).items():
        x, y, point = placed[key]
        if place.has_line:
            parts.append(_line("leader", x, y, *place.end(spots[key])))
        at_left = place.box.left < x
        # What the text really takes is guessed: it stands close to its line.
        edge = place.box.right if at_left else place.box.left
        side = "label end" if at_left else "label"
        start = edge + (-5 if at_left else 5) * place.has_line
        parts.append(_text(side, start, place.box.middle + 4, point.name))
    return parts


def _text_width(text: str) -> float:
    return 6.9 * len(text)


def _spread(values: Sequence[float], least: float) -> tuple[float, float]:
    """Lowest and highest value with a margin, at least `least` (or a tenth) apart."""
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    room = max((high - low) * 0.12, least, abs(high) * 1e-3, 1e-12)
    return low - room, high + room


def _ticks(low: float, high: float) -> list[float]:
    """Five or so round numbers that span `low` to `high`."""
    span = high - low or 1.0
    raw = span / 5
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 12) for i in range(first, max(last, first + 1) + 1)]


def _percent(value: float, ticks: Sequence[float]) -> str:
    """A tick in percent, with as many digits as the ticks need."""
    exact = (d for d in range(5) if all(abs(round(t * 100, d) - t * 100) < 1e-7 for t in ticks))
    return f"{value * 100:.{next(exact, 5)}f}%".replace("-", "−")


def _shortened(name: str, length: int) -> str:
    return name if len(name) <= length else f"…{name[-(length - 1) :]}"


def _figure(height: float, description: str, parts: Sequence[Markup]) -> Markup:
    return _svg(
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}" xmlns="http://www.w3.org/2000/svg">'
        "{}</svg>",
        WIDTH,
        height,
        description,
        Markup("").join(parts),
    )


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> Markup:
    return _svg('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>', kind, x1, y1, x2, y2)


def _text(kind: str, x: float, y: float, text: str) -> Markup:
    return _svg('<text class="{}" x="{}" y="{}">{}</text>', kind, x, y, text)


def _svg(template: str, *values: object) -> Markup:
    """Fill `template`, numbers shortened and text escaped."""
    filled = (_n(v) if isinstance(v, int | float) else escape(v) for v in values)
    return Markup(template.format(*filled))


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
