"""Icons: line drawings in ``resources/icons``, painted in the colour of the text beside them."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from qviz.resources import resource

_SIZES = (16, 24, 32, 48)


@lru_cache(maxsize=128)
def icon(name: str, color: str = "#000000") -> QIcon:
    """The icon `name` in a colour; an empty icon where the file is missing."""
    path = resource("icons", f"{name}.svg")
    if not path.is_file():
        return QIcon()
    drawing = path.read_text(encoding="utf-8").replace("currentColor", color)
    renderer = QSvgRenderer(QByteArray(drawing.encode("utf-8")))
    result = QIcon()
    for size in _SIZES:
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter)
        painter.end()
        result.addPixmap(pixmap)
    return result
