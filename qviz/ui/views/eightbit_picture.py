"""One picture of the eightbit scheme: boxes and arrows that can be zoomed, dragged and written."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPixmap,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsScene,
    QGraphicsView,
    QVBoxLayout,
    QWidget,
)

from qviz.quantization.eightbit import Picture
from qviz.ui.graph_layout import place
from qviz.ui.theme import LIGHT, Theme
from qviz.ui.views.eightbit_items import ArrowItem, Box, box_width
from qviz.ui.views.eightbit_text import operators, tidy

# One picture in a file is as wide as on the screen at full size, at most this many pixels high.
_LARGEST_SIDE = 12_000
_SMALLEST_ZOOM, _LARGEST_ZOOM = 0.15, 3.0
# A picture that fits the height only when smaller than this is shown from its top instead.
_READABLE, _COMFORTABLE = 0.7, 0.85
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
        widths = {node.id: box_width(node, metrics) for node in nodes}
        placed = place(widths, [(arrow.source, arrow.target) for arrow in arrows])
        ranges = {node.id for node in nodes if node.kind == "range"}
        for arrow, route in zip(arrows, placed.routes, strict=True):
            # Min and Max read what their neighbour reads: naming it once is enough.
            is_named = arrow.main != "min/max" and (
                arrow.main != "float" or arrow.target not in ranges
            )
            scene.addItem(ArrowItem(arrow, route, theme, is_named=is_named))
        for node in nodes:
            box = Box(node, widths[node.id], theme, vanishes=node.id in self._vanishing)
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


def _render(scene: QGraphicsScene, device: Any) -> bool:
    painter = QPainter()
    if not painter.begin(device):
        return False
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    scene.render(painter)
    painter.end()
    return True
