"""Boxes and arrows of a picture of the eightbit scheme, as they are painted."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import (
    QGraphicsItem,
    QStyleOptionGraphicsItem,
    QWidget,
)

from qviz.quantization.eightbit import Node
from qviz.ui.graph_layout import BOX_HEIGHT, Point
from qviz.ui.theme import Theme
from qviz.ui.views.eightbit_text import Arrow, node_text

_PADDING, _NARROWEST_BOX, _WIDEST_BOX = 12.0, 44.0, 190.0


class Box(QGraphicsItem):
    """A node."""

    def __init__(self, node: Node, width: float, theme: Theme, *, vanishes: bool) -> None:
        super().__init__()
        self._node, self._theme, self._vanishes = node, theme, vanishes
        self._rect = QRectF(-width / 2, -BOX_HEIGHT / 2, width, BOX_HEIGHT)
        self.setToolTip(node_text(node, vanishes=vanishes))

    def boundingRect(self) -> QRectF:  # noqa: N802
        """The box and its outline."""
        return self._rect.adjusted(-2, -2, 2, 2)

    def paint(
        self,
        painter: QPainter,
        _option: QStyleOptionGraphicsItem,
        _widget: QWidget | None = None,
    ) -> None:
        """Draw the outline, the hatching of what vanishes, and one or two lines of text."""
        theme, kind = self._theme, self._node.kind
        color = QColor(_node_color(kind, theme))
        fill = QColor(color)
        fill.setAlphaF(0.0 if kind in ("end", "constant") else 0.16)
        radius = 4.0 if kind in ("float", "eightbit") else BOX_HEIGHT / 2
        painter.setBrush(QColor(theme.base))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(self._rect, radius, radius)
        painter.setBrush(fill)
        style = Qt.PenStyle.DashLine if self._vanishes else Qt.PenStyle.SolidLine
        outline = QColor(theme.bad) if self._vanishes else color
        painter.setPen(QPen(outline, 1.6, style))
        painter.drawRoundedRect(self._rect, radius, radius)
        if self._vanishes:
            hatching = QColor(theme.bad)
            hatching.setAlphaF(0.35)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QBrush(hatching, Qt.BrushStyle.BDiagPattern))
            painter.drawRoundedRect(self._rect, radius, radius)
        self._write(painter)

    def _write(self, painter: QPainter) -> None:
        theme, node = self._theme, self._node
        inner = self._rect.adjusted(5, 2, -5, -2)
        metrics = painter.fontMetrics()
        label = metrics.elidedText(node.label, Qt.TextElideMode.ElideLeft, int(inner.width()) + 1)
        painter.setPen(QColor(theme.muted if node.kind in ("end", "constant") else theme.text))
        if node.kind not in ("float", "eightbit") or not node.layer:
            painter.drawText(inner, Qt.AlignmentFlag.AlignCenter, label)
            return
        half = inner.height() / 2
        upper, lower = inner.adjusted(0, 0, 0, -half), inner.adjusted(0, half, 0, 0)
        painter.drawText(upper, Qt.AlignmentFlag.AlignCenter, label)
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        painter.setFont(font)
        layer = painter.fontMetrics().elidedText(
            node.layer, Qt.TextElideMode.ElideLeft, int(inner.width()) + 1
        )
        painter.setPen(QColor(theme.muted))
        painter.drawText(lower, Qt.AlignmentFlag.AlignCenter, layer)


class ArrowItem(QGraphicsItem):
    """What flows from one box to another, with its type beside the head."""

    def __init__(
        self, arrow: Arrow, route: tuple[Point, ...], theme: Theme, *, is_named: bool
    ) -> None:
        super().__init__()
        self._arrow, self._theme, self._shows_label = arrow, theme, is_named
        points = [QPointF(*point) for point in route]
        self._path = _curve(points)
        self._tip = points[-1]
        # On the side that the arrow comes from: two that meet keep their labels apart.
        self._from_left = points[-2].x() < points[-1].x() - 1
        self.setToolTip(", ".join(arrow.labels))

    def boundingRect(self) -> QRectF:  # noqa: N802
        """The curve, the head and the label."""
        return self._path.boundingRect().adjusted(-50, -4, 50, 4)

    def shape(self) -> QPainterPath:
        """Only the curve itself answers the pointer."""
        return self._path

    def paint(
        self,
        painter: QPainter,
        _option: QStyleOptionGraphicsItem,
        _widget: QWidget | None = None,
    ) -> None:
        """Draw the curve and its head."""
        theme, main = self._theme, self._arrow.main
        colors = {"float": theme.float32, "8 bit": theme.int8, "32 bit": theme.int16}
        color = QColor(colors.get(main, theme.grid))
        style = Qt.PenStyle.DashLine if main == "min/max" else Qt.PenStyle.SolidLine
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color, 1.0 if main == "min/max" else 1.6, style))
        painter.drawPath(self._path)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        tip = self._tip
        painter.drawPolygon(QPolygonF([tip, tip + QPointF(-3.5, -7.0), tip + QPointF(3.5, -7.0)]))
        if self._shows_label:
            font = painter.font()
            font.setPointSizeF(font.pointSizeF() * 0.75)
            painter.setFont(font)
            painter.setPen(color)
            left = 6.0
            if self._from_left:
                left = -6.0 - QFontMetricsF(font).horizontalAdvance(main)
            painter.drawText(tip + QPointF(left, -3), main)


def box_width(node: Node, metrics: QFontMetricsF) -> float:
    """Width of the box of a node, in pixels: that of its text, within bounds."""
    texts = [node.label, node.layer if node.kind in ("float", "eightbit") else ""]
    wanted = max(metrics.horizontalAdvance(text) for text in texts) + _PADDING
    return max(_NARROWEST_BOX, min(_WIDEST_BOX, wanted))


def _node_color(kind: str, theme: Theme) -> str:
    colors = {"float": theme.float32, "eightbit": theme.int8, "conversion": theme.int16}
    return colors.get(kind, theme.grid)


def _curve(points: list[QPointF]) -> QPainterPath:
    """A way through the points that leaves and enters each row straight down."""
    path = QPainterPath(points[0])
    for i in range(0, len(points), 2):
        a, b = points[i], points[i + 1]
        path.lineTo(a)  # straight through the row that is passed
        middle = (a.y() + b.y()) / 2
        path.cubicTo(QPointF(a.x(), middle), QPointF(b.x(), middle), b)
    return path
