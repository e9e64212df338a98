"""Labelled points, their labels moved apart so that all can be read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QTimer, Signal
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QVBoxLayout, QWidget

from qviz.quantization.scheme import Scheme
from qviz.ui.plots import Plot, Rows, brush, pen, small_font
from qviz.ui.theme import Theme

_GAP = 7.0
# Shape by artifact and granularity: colour is never the only sign.
_SYMBOLS = {"float32": "o", "tfjs": "s", "float16": "d", "dynamic-range": "t", "int16x8": "star"}


@dataclass(frozen=True, slots=True)
class Point:
    """A point with its label."""

    key: int
    x: float
    y: float
    label: str
    scheme: Scheme
    selected: bool = False


class Scatter(QWidget):
    """Points with labels beside them and a line to each label that had to move.

    Signals
    -------
    point_chosen (key)
    """

    point_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = Plot("", "", "", zoom_y=True)
        self._points: tuple[Point, ...] = ()
        self._labels: list[pg.TextItem] = []
        self._lines = pg.PlotCurveItem(connect="pairs")
        self.plot.add(self._lines, lambda t: self._lines.setPen(pen(t.muted)))
        self._dots = pg.ScatterPlotItem(size=11)
        self.plot.add(self._dots, lambda _: self._color())
        self.plot.set_reset(self._show_all)
        self.plot.set_rows(self._rows)
        self.plot.clicked.connect(self._on_clicked)
        # Labels are placed in pixels, so every change of view places them anew, once per event.
        self._place_soon = QTimer(self)
        self._place_soon.setSingleShot(True)
        self._place_soon.setInterval(0)
        self._place_soon.timeout.connect(self._place_labels)
        self.plot.range_changed.connect(self._place_soon.start)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)

    def set_data(self, points: Sequence[Point], bottom: str, left: str) -> None:
        """Draw points; those without a value are left out."""
        self._points = tuple(p for p in points if math.isfinite(p.x) and math.isfinite(p.y))
        self.plot.set_labels("", bottom, left)
        while len(self._labels) < len(self._points):
            label = pg.TextItem(anchor=(0, 0.5))
            label.setFont(small_font())
            self.plot.item.addItem(label, ignoreBounds=True)
            self._labels.append(label)
        for i, label in enumerate(self._labels):
            label.setVisible(i < len(self._points))
        self._color()
        self._show_all()
        best = max(self._points, key=lambda p: p.y, default=None)
        self.plot.set_summary(
            self.tr("{0} over {1}").format(left, bottom),
            self.tr("{0} schemes; highest: {1}.").format(
                len(self._points), best.label if best else self.tr("none")
            ),
        )
        self._place_soon.start()

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.plot.set_theme(theme)

    @property
    def points(self) -> tuple[Point, ...]:
        """What is drawn."""
        return self._points

    def _color(self) -> None:
        theme = self.plot.theme
        self._dots.setData(
            [
                {
                    "pos": (p.x, p.y),
                    "brush": brush(theme.color_of(p.scheme)),
                    "pen": pen(theme.text, 2) if p.selected else pen(theme.base, 1),
                    "symbol": _SYMBOLS.get(p.scheme.family, "t1" if p.scheme.per_channel else "t2"),
                    "size": 15 if p.selected else 11,
                }
                for p in self._points
            ]
        )
        for point, label in zip(self._points, self._labels, strict=False):
            label.setText(point.label, color=theme.text if point.selected else theme.muted)

    def _show_all(self) -> None:
        if not self._points:
            return
        xs, ys = [p.x for p in self._points], [p.y for p in self._points]
        wide = max(xs) - min(xs) or max(xs) or 1.0
        tall = max(ys) - min(ys) or abs(max(ys)) * 0.02 or 1.0
        # Room at the right for the labels.
        self.plot.show_range(
            (min(xs) - 0.06 * wide, max(xs) + 0.3 * wide),
            (min(ys) - 0.15 * tall, max(ys) + 0.15 * tall),
        )

    def _place_labels(self) -> None:
        """Put each label at the right of its point, or as near as other labels leave room."""
        metrics = QFontMetricsF(small_font())
        view = self.plot.box.sceneBoundingRect()
        dots = {p.key: self._to_pixels(p) for p in self._points}
        taken = [QRectF(d.x() - 6, d.y() - 6, 12, 12) for d in dots.values()]
        lines_x: list[float] = []
        lines_y: list[float] = []
        order = sorted(range(len(self._points)), key=lambda i: dots[self._points[i].key].y())
        for i in order:
            point, label = self._points[i], self._labels[i]
            dot = dots[point.key]
            # The text item adds a margin of its own around the text.
            size = (metrics.horizontalAdvance(point.label) + 10, metrics.height() + 2)
            place = _free_place(dot, size, taken, view)
            taken.append(place)
            corner = self._to_data(QPointF(place.left(), place.center().y()))
            label.setPos(corner.x(), corner.y())
            near = abs(place.center().y() - dot.y()) < 4 and place.left() - dot.x() < 4 * _GAP
            if not near:
                at_left = place.left() > dot.x()
                end = QPointF(place.left() + 3 if at_left else place.right(), place.center().y())
                tip = self._to_data(end)
                lines_x += [point.x, tip.x()]
                lines_y += [point.y, tip.y()]
        self._lines.setData(lines_x, lines_y, connect="pairs")

    def _to_pixels(self, point: Point) -> QPointF:
        return QPointF(self.plot.box.mapViewToScene(QPointF(point.x, point.y)))

    def _to_data(self, pixel: QPointF) -> QPointF:
        return QPointF(self.plot.box.mapSceneToView(pixel))

    def _on_clicked(self, x: float, y: float) -> None:
        click = self.plot.box.mapViewToScene(QPointF(x, y))
        near = [
            (math.hypot(d.x() - click.x(), d.y() - click.y()), p.key)
            for p in self._points
            for d in (self._to_pixels(p),)
        ]
        if near and min(near)[0] < 16:
            self.point_chosen.emit(min(near)[1])

    def _rows(self) -> Rows:
        axes = [self.plot.item.getAxis(side).labelText for side in ("bottom", "left")]
        return [(self.tr("scheme"), *axes), *((p.label, p.x, p.y) for p in self._points)]


def _free_place(
    dot: QPointF, size: tuple[float, float], taken: Sequence[QRectF], view: QRectF
) -> QRectF:
    """Rectangle nearest to the point at which a label of `size` touches nothing."""
    width, height = size
    best: tuple[float, QRectF] | None = None
    for column in range(4):
        for row in range(-9, 10):
            for side in (1, -1):
                left = dot.x() + _GAP + column * 26 if side > 0 else dot.x() - _GAP - width
                if side < 0 and column:
                    continue
                place = QRectF(left, dot.y() - height / 2 + row * height * 0.75, width, height)
                if not view.contains(place) or any(place.intersects(t) for t in taken):
                    continue
                cost = abs(row) + 1.5 * column + (2.5 if side < 0 else 0)
                if best is None or cost < best[0]:
                    best = (cost, place)
    if best is None:
        return QRectF(dot.x() + _GAP, dot.y() - height / 2, width, height)
    return best[1]
