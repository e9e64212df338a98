"""A plot as qviz uses it: themed, exportable, readable by screen readers, reset by one key.

Wraps pyqtgraph and its traps: SI prefixes on axes stay off (they rescale numbers silently), items
are made once and then get new data, and an export draws the widget itself, because rendering the
scene at another size draws bars off their axes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QVBoxLayout, QWidget

from qviz.ui.theme import LIGHT, Theme

#: Rows of what a plot shows: a header and values, for tables and CSV files.
Rows = Sequence[Sequence[object]]


# Up to as many powers of ten, 2 and 5 are labelled between them.
_FEW_POWERS = 2.5
_TITLE_POINTS = 10.0
_AROUND_TITLE = 30.0
# A name that is cut keeps this much, whatever else stands in the title.
_SHORTEST_NAME = 60.0


class Plot(QWidget):
    """A plot with axes, title and theme.

    Parameters
    ----------
    title, bottom, left : str
        Title and axis labels with units.
    zoom_y : bool
        Whether wheel and drag also change the vertical axis.

    Signals
    -------
    hovered (x, y)
        Mouse position in data coordinates, while it is inside the axes.
    clicked (x, y)
    left ()
        The mouse left the axes.
    range_changed ()
        The visible range changed, by whatever means.
    """

    hovered = Signal(float, float)
    clicked = Signal(float, float)
    left_plot = Signal()
    range_changed = Signal()

    def __init__(
        self,
        title: str,
        bottom: str,
        left: str,
        *,
        zoom_y: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.widget = pg.PlotWidget(self)
        self.item = self.widget.getPlotItem()
        self.box = self.item.getViewBox()
        self._title, self._bottom, self._left = title, bottom, left
        self._name = ""
        self._theme = LIGHT
        self._restyle: list[Callable[[Theme], None]] = []
        self._reset: Callable[[], None] | None = None
        self._rows: Callable[[], Rows] | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.widget)
        self.setFocusProxy(self.widget)
        for side in ("left", "bottom"):
            axis = self.item.getAxis(side)
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickTextOffset=4, maxTickLevel=1)
        self.item.setMenuEnabled(False)
        self.item.hideButtons()
        self.box.setMouseEnabled(x=True, y=zoom_y)
        self.widget.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
        self.widget.setMinimumHeight(90)
        self.widget.scene().sigMouseMoved.connect(self._on_mouse_moved)
        self.widget.scene().sigMouseClicked.connect(self._on_mouse_clicked)
        self.box.sigRangeChanged.connect(lambda *_: self.range_changed.emit())
        self.set_theme(self._theme)

    # -- what it shows -----------------------------------------------------------------------

    def add(self, item: Any, restyle: Callable[[Theme], None]) -> None:
        """Add a pyqtgraph item; `restyle` gives it its pens and brushes now and on every theme."""
        self.item.addItem(item)
        self._restyle.append(restyle)
        restyle(self._theme)

    def set_summary(self, name: str, description: str) -> None:
        """Tell screen readers in one sentence what the plot shows."""
        for widget in (self, self.widget):
            widget.setAccessibleName(name)
            widget.setAccessibleDescription(description)

    def set_labels(self, title: str, bottom: str, left: str, name: str = "") -> None:
        """Change title and axis labels.

        Parameters
        ----------
        title, bottom, left : str
        name : str
            The part of `title` that is cut in the middle where there is little room.
        """
        self._title, self._bottom, self._left, self._name = title, bottom, left, name
        self._apply_labels()

    @property
    def shown_title(self) -> str:
        """The title, with its name cut to the room there is."""
        if "<span" in self._title:
            return self._title
        metrics = QFontMetricsF(small_font(_TITLE_POINTS))
        room = self.width() - self.item.getAxis("left").width() - _AROUND_TITLE
        if not self._name:
            return metrics.elidedText(self._title, Qt.TextElideMode.ElideRight, room)
        rest = metrics.horizontalAdvance(self._title) - metrics.horizontalAdvance(self._name)
        room = max(_SHORTEST_NAME, room - rest)
        name = metrics.elidedText(self._name, Qt.TextElideMode.ElideMiddle, room)
        return self._title.replace(self._name, name, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Cut the title anew."""
        super().resizeEvent(event)
        self._apply_title()

    def set_log_y(self, top: float | None) -> None:
        """Label the left axis as counts up to ``10**top``; None for an even axis.

        The caller hands in logarithms. pyqtgraph's own labels of a logarithmic axis lie on each
        other where it spans few powers of ten.
        """
        if top is None:
            self.item.getAxis("left").setTicks(None)
            return
        powers = range(max(1, math.ceil(top)) + 1)
        named = (1,) if top > _FEW_POWERS else (1, 2, 5)
        major = [(k + math.log10(m), f"{m * 10**k:,}") for k in powers for m in named]
        minor = [(k + math.log10(m), "") for k in powers for m in range(2, 10)]
        self.item.getAxis("left").setTicks([major, minor])

    def set_rows(self, rows: Callable[[], Rows]) -> None:
        """Say what the plot exports as CSV: a header row, then values."""
        self._rows = rows

    def rows(self) -> Rows:
        """What the plot shows, as a table with a header row."""
        return self._rows() if self._rows is not None else ()

    # -- range -------------------------------------------------------------------------------

    def set_reset(self, reset: Callable[[], None]) -> None:
        """Say which view the plot returns to."""
        self._reset = reset

    def reset_zoom(self) -> None:
        """Return to the whole picture."""
        if self._reset is not None:
            self._reset()
        else:
            self.box.autoRange()

    def show_range(self, x: tuple[float, float], y: tuple[float, float] | None = None) -> None:
        """Show exactly this part; ranges that are not finite are left alone."""
        if _is_range(x):
            self.box.setXRange(*x, padding=0)
        if y is not None and _is_range(y):
            self.box.setYRange(*y, padding=0)

    # -- theme -------------------------------------------------------------------------------

    @property
    def theme(self) -> Theme:
        """Theme in use."""
        return self._theme

    def set_theme(self, theme: Theme) -> None:
        """Repaint background, axes and items in the colours of `theme`."""
        self._theme = theme
        self.widget.setBackground(theme.base)
        for side in ("left", "bottom", "right", "top"):
            axis = self.item.getAxis(side)
            axis.setPen(pen(theme.grid))
            axis.setTextPen(pen(theme.text))
        self.item.showGrid(x=True, y=True, alpha=0.13)
        self._apply_labels()
        for restyle in self._restyle:
            restyle(theme)

    def _apply_labels(self) -> None:
        style = {"color": self._theme.text, "font-size": "9pt"}
        self.item.getAxis("bottom").setLabel(self._bottom or None, **style)
        self.item.getAxis("left").setLabel(self._left or None, **style)
        self._apply_title()

    def _apply_title(self) -> None:
        title = self.shown_title
        label = self.item.titleLabel
        if title:
            self.item.setTitle(title, color=self._theme.text, size=f"{_TITLE_POINTS:g}pt")
        else:
            self.item.setTitle(None)
        label.setToolTip(self._title if title != self._title else "")

    # -- mouse -------------------------------------------------------------------------------

    def _on_mouse_moved(self, position: Any) -> None:
        if self.box.sceneBoundingRect().contains(position):
            point = self.box.mapSceneToView(position)
            self.hovered.emit(point.x(), point.y())
        else:
            self.left_plot.emit()

    def _on_mouse_clicked(self, event: Any) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if event.double():
            self.reset_zoom()
        elif self.box.sceneBoundingRect().contains(event.scenePos()):
            point = self.box.mapSceneToView(event.scenePos())
            self.clicked.emit(point.x(), point.y())

    # -- export ------------------------------------------------------------------------------

    def save_png(self, path: str, scale: int = 2) -> bool:
        """Write the picture as PNG, `scale` times as large, in light colours."""
        pixmap = QPixmap(self.size() * scale)
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(QColor(LIGHT.base))
        self._paint_light(pixmap)
        return pixmap.save(path, "PNG")

    def save_svg(self, path: str) -> bool:
        """Write the picture as SVG, in light colours."""
        generator = QSvgGenerator()
        generator.setFileName(path)
        generator.setSize(QSize(self.size()))
        generator.setViewBox(QRectF(0, 0, self.width(), self.height()))
        generator.setTitle(self._title)
        return self._paint_light(generator)

    def _paint_light(self, device: Any) -> bool:
        shown = self._theme
        self.set_theme(LIGHT)
        painter = QPainter()
        started = painter.begin(device)
        if started:
            # The unbound method: pyqtgraph hides QWidget.render behind the scene's own.
            QWidget.render(self.widget, painter, QPoint())
            painter.end()
        self.set_theme(shown)
        return started


def pen(color: str, width: float = 1, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """A cosmetic pen."""
    result = QPen(QColor(color), width, style)
    result.setCosmetic(True)
    return result


def brush(color: str, alpha: float = 1.0, *, hatched: bool = False) -> QBrush:
    """A brush, translucent or hatched."""
    shade = QColor(color)
    shade.setAlphaF(alpha)
    pattern = Qt.BrushStyle.BDiagPattern if hatched else Qt.BrushStyle.SolidPattern
    return QBrush(shade, pattern)


def small_font(points: float = 8.5) -> QFont:
    """The font of ticks and point labels."""
    font = QFont()
    font.setPointSizeF(points)
    return font


def stems(x: Any, heights: Any, base: float = 0.0) -> tuple[Any, Any]:
    """Points of one curve with ``connect="pairs"`` that draws a stem at every x."""
    xs = np.repeat(np.asarray(x, float), 2)
    ys = np.empty(xs.size)
    ys[0::2] = base
    ys[1::2] = heights
    return xs, ys


def _is_range(limits: tuple[float, float]) -> bool:
    low, high = limits
    return math.isfinite(low) and math.isfinite(high) and low < high
