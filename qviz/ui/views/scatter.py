"""Labelled points, their labels moved apart so that all can be read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from qviz.quantization.scheme import Scheme
from qviz.report.label_places import Box, Spot, label_places
from qviz.ui.plots import Plot, Rows, brush, pen, small_font
from qviz.ui.theme import Theme
from qviz.ui.wording import format_number_of

_MARGIN = 2.0
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
        self._least_height = 0.0
        self._ceiling = math.inf
        self._labels: list[pg.TextItem] = []
        self._lines = pg.PlotCurveItem(connect="pairs")
        self.plot.add(self._lines, lambda t: self._lines.setPen(pen(t.muted)))
        self._front = pg.PlotCurveItem()
        self.plot.add(
            self._front,
            lambda t: self._front.setPen(pen(t.accent, 2, Qt.PenStyle.DashLine)),
        )
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
        self.plot.box.sigResized.connect(lambda _: self._place_soon.start())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)

    def set_data(
        self,
        points: Sequence[Point],
        bottom: str,
        left: str,
        *,
        least_height: float = 0.0,
        ceiling: float = math.inf,
        higher_is_better: bool = True,
    ) -> None:
        """Draw points; those without a value are left out.

        Parameters
        ----------
        points : sequence of Point
        bottom, left : str
            Axis labels with units.
        least_height : float
            Vertical range shown at least, so that noise does not fill the plot.
        ceiling : float
            Highest value that there can be; the plot ends shortly above it.
        higher_is_better : bool
            Which end of the vertical axis is the good one, for the Pareto front.
        """
        self._least_height, self._ceiling = least_height, ceiling
        self._points = tuple(p for p in points if math.isfinite(p.x) and math.isfinite(p.y))
        self.plot.set_labels("", bottom, left)
        while len(self._labels) < len(self._points):
            label = pg.TextItem(anchor=(0, 0.5))
            label.setFont(small_font())
            # Little margin: the box is filled, and must not reach over the line above or below.
            label.textItem.document().setDocumentMargin(_MARGIN)
            self.plot.item.addItem(label, ignoreBounds=True)
            self._labels.append(label)
        for i, label in enumerate(self._labels):
            label.setVisible(i < len(self._points))
        front = pareto_front(self._points, higher_is_better=higher_is_better)
        self._front.setData([p.x for p in front], [p.y for p in front])
        self._color()
        self._show_all()
        best = max(self._points, key=lambda p: p.y, default=None)
        self.plot.set_summary(
            self.tr("{0} over {1}").format(left, bottom),
            self.tr("{0}; highest: {1}.").format(
                format_number_of(len(self._points), self.tr("1 scheme"), self.tr("{0} schemes")),
                best.label if best else self.tr("none"),
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
                    "size": 16 if p.selected else 12,
                }
                for p in self._points
            ]
        )
        for point, label in zip(self._points, self._labels, strict=False):
            # The front may pass behind a label.
            label.fill = brush(theme.base, 0.75)
            label.setText(point.label, color=theme.text if point.selected else theme.muted)

    def _show_all(self) -> None:
        if not self._points:
            return
        xs, ys = [p.x for p in self._points], [p.y for p in self._points]
        wide = max(xs) - min(xs) or max(xs) or 1.0
        tall = max(ys) - min(ys) or abs(max(ys)) * 0.02 or 1.0
        middle, half = (max(ys) + min(ys)) / 2, max(1.6 * tall, self._least_height) / 2
        middle = min(middle, self._ceiling - 0.9 * half) if 1.3 * tall < 1.8 * half else middle
        # Room at the right for the labels.
        self.plot.show_range(
            (min(xs) - 0.06 * wide, max(xs) + 0.3 * wide), (middle - half, middle + half)
        )

    def _place_labels(self) -> None:
        """Put each label beside its point; where they would collide, in a column with lines."""
        shown = list(zip(self._points, self._labels, strict=False))
        sizes = {point.key: label.textItem.boundingRect() for point, label in shown}
        # A label gets the whole box that it fills, not only its letters.
        height = max((math.ceil(r.height()) for r in sizes.values()), default=0)
        scene = self.plot.box.sceneBoundingRect()
        view = Box(scene.left(), scene.top(), scene.width(), scene.height())
        spots = {
            point.key: Spot(at.x(), at.y(), sizes[point.key].width() + 2)
            for point in self._points
            for at in (self._to_pixels(point),)
        }
        places = label_places(spots, height, view)
        lines_x: list[float] = []
        lines_y: list[float] = []
        for point, label in shown:
            place = places[point.key]
            at = self._to_data(QPointF(place.box.left, place.box.middle))
            label.setPos(at.x(), at.y())
            if place.has_line:
                tip = self._to_data(QPointF(*place.end(spots[point.key])))
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


def pareto_front(points: Sequence[Point], *, higher_is_better: bool) -> tuple[Point, ...]:
    """Points that no other beats: none is at least as good both ways and better in one."""
    sign = 1.0 if higher_is_better else -1.0
    front: list[Point] = []
    for point in sorted(points, key=lambda p: (p.x, -sign * p.y)):
        if not front or sign * point.y > sign * front[-1].y:
            front.append(point)
    return tuple(front)
