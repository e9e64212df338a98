"""One picture of the eightbit scheme: boxes and arrows that can be zoomed, dragged and written."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsItem,
    QGraphicsScene,
    QGraphicsView,
    QStyleOptionGraphicsItem,
    QVBoxLayout,
    QWidget,
)

from qviz.quantization.eightbit import Node, Picture
from qviz.ui.graph_layout import BOX_HEIGHT, Point, place
from qviz.ui.theme import LIGHT, Theme
from qviz.ui.views.eightbit_text import Arrow, node_text, operators, tidy

# One picture in a file is as wide as on the screen at full size, at most this many pixels high.
_LARGEST_SIDE = 12_000
_SMALLEST_ZOOM, _LARGEST_ZOOM = 0.15, 3.0
# A picture that fits the height only when smaller than this is shown from its top instead.
_READABLE, _COMFORTABLE = 0.7, 0.85
_PADDING, _NARROWEST_BOX, _WIDEST_BOX = 12.0, 44.0, 190.0
_ZOOM_KEYS = {Qt.Key.Key_Plus: 1.2, Qt.Key.Key_Equal: 1.2, Qt.Key.Key_Minus: 1 / 1.2}


class EightbitPicture(QWidget):
    """Draws one picture.

    Attributes
    ----------
    widget : QGraphicsView
        What takes focus, wheel and drag.
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._theme = LIGHT
        self._picture: Picture | None = None
        self._vanishing: frozenset[str] = frozenset()
        self.widget = _Canvas()
        self.widget.setAccessibleName(title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.widget)
        self.setFocusProxy(self.widget)

    # -- what it shows -----------------------------------------------------------------------

    @property
    def picture(self) -> Picture | None:
        """What is drawn."""
        return self._picture

    def set_data(self, picture: Picture | None, vanishing: frozenset[str] = frozenset()) -> None:
        """Draw a picture, with the nodes hatched that the next one is without."""
        self._picture, self._vanishing = picture, vanishing
        self._draw()
        self.widget.fit()
        if picture is not None:
            self.widget.setAccessibleDescription(
                " → ".join(n.label for n in tidy(picture)[0] if n.kind not in ("range", "constant"))
            )

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self._draw()

    def reset_zoom(self) -> None:
        """Show everything, or as much as can be read."""
        self.widget.fit()

    def rows(self) -> list[list[str]]:
        """The boxes with what they read, as a table with a header."""
        table = [["operator", "layer", "vanishes", "reads"]]
        if self._picture is None:
            return table
        nodes, arrows = tidy(self._picture)
        names = {node.id: node.label for node in nodes}
        for node in nodes:
            reads = [
                f"{names[arrow.source]} ({', '.join(arrow.labels)})"
                for arrow in arrows
                if arrow.target == node.id
            ]
            vanishes = "yes" if node.id in self._vanishing else ""
            table.append([node.label, node.layer, vanishes, "; ".join(reads)])
        return table

    # -- drawing -----------------------------------------------------------------------------

    def _draw(self) -> None:
        self.widget.setScene(self._scene(self._theme))
        self.widget.setBackgroundBrush(QColor(self._theme.base))

    def _scene(self, theme: Theme) -> QGraphicsScene:
        scene = QGraphicsScene(self.widget)
        if self._picture is None:
            return scene
        nodes, arrows = tidy(self._picture)
        metrics = QFontMetricsF(self.font())
        widths = {node.id: _box_width(node, metrics) for node in nodes}
        placed = place(widths, [(arrow.source, arrow.target) for arrow in arrows])
        ranges = {node.id for node in nodes if node.kind == "range"}
        for arrow, route in zip(arrows, placed.routes, strict=True):
            # Min and Max read what their neighbour reads: naming it once is enough.
            is_named = arrow.main != "min/max" and (
                arrow.main != "float" or arrow.target not in ranges
            )
            scene.addItem(_ArrowItem(arrow, route, theme, is_named=is_named))
        for node in nodes:
            box = _Box(node, widths[node.id], theme, vanishes=node.id in self._vanishing)
            box.setPos(*placed.centres[node.id])
            scene.addItem(box)
        scene.setSceneRect(scene.itemsBoundingRect().adjusted(-10, -10, 10, 10))
        return scene

    # -- export ------------------------------------------------------------------------------

    def save_png(self, path: str, scale: int = 2) -> bool:
        """Write the whole picture as PNG, `scale` times as large, in light colours."""
        scene = self._scene(LIGHT)
        size = scene.sceneRect().size()
        scale_to_fit = min(float(scale), _LARGEST_SIDE / max(size.width(), size.height(), 1.0))
        pixmap = QPixmap((size * scale_to_fit).toSize().expandedTo(QSize(1, 1)))
        pixmap.fill(QColor(LIGHT.base))
        return _render(scene, pixmap) and pixmap.save(path, "PNG")

    def save_svg(self, path: str) -> bool:
        """Write the whole picture as SVG, in light colours."""
        scene = self._scene(LIGHT)
        generator = QSvgGenerator()
        generator.setFileName(path)
        generator.setSize(scene.sceneRect().size().toSize())
        generator.setViewBox(QRectF(QPointF(), scene.sceneRect().size()))
        generator.setTitle(self._title)
        return _render(scene, generator)

    @property
    def operators(self) -> int:
        """How many boxes compute something."""
        return operators(self._picture) if self._picture is not None else 0


class _Canvas(QGraphicsView):
    """Wheel and keys zoom, the mouse drags."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fitted = True
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setMinimumSize(120, 90)

    def fit(self) -> None:
        """Show everything; a tall picture from its top, in a size that can be read."""
        self._fitted = True
        rect, view = self.sceneRect(), self.viewport().size()
        if rect.isEmpty():
            return
        self.resetTransform()
        across = min(view.width() / rect.width(), 1.15)
        whole = min(across, view.height() / rect.height())
        zoom = whole if whole >= _READABLE else min(across, _COMFORTABLE)
        self.scale(zoom, zoom)
        self.centerOn(rect.center())
        if whole < zoom:
            self.verticalScrollBar().setValue(self.verticalScrollBar().minimum())

    def zoom(self, factor: float) -> None:
        """Make everything `factor` times as large, within reason."""
        now = self.transform().m11()
        wanted = max(_SMALLEST_ZOOM, min(_LARGEST_ZOOM, now * factor))
        self._fitted = False
        self.scale(wanted / now, wanted / now)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Zoom about the pointer."""
        self.zoom(1.0015 ** event.angleDelta().y())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Plus and minus zoom, Home fits; the arrows scroll by themselves."""
        factor = _ZOOM_KEYS.get(Qt.Key(event.key()))
        if factor is not None:
            self.zoom(factor)
        elif event.key() == Qt.Key.Key_Home:
            self.fit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep fitting until the user zooms."""
        super().resizeEvent(event)
        if self._fitted:
            self.fit()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Fit once the size is known."""
        super().showEvent(event)
        if self._fitted:
            self.fit()


class _Box(QGraphicsItem):
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


class _ArrowItem(QGraphicsItem):
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


def _box_width(node: Node, metrics: QFontMetricsF) -> float:
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


def _render(scene: QGraphicsScene, device: Any) -> bool:
    painter = QPainter()
    if not painter.begin(device):
        return False
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    scene.render(painter)
    painter.end()
    return True
