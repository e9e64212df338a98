"""Icons: line drawings in ``resources/icons``, painted in the colour of the text beside them."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from qviz.resources import resource

_SIZES = (16, 24, 32, 48)


@lru_cache(maxsize=128)
def icon(name: str, color: str = "#000000", selected: str = "") -> QIcon:
    """The icon `name` in a colour, in another one in selected rows if `selected` is given.

    An empty icon where the file is missing.
    """
    path = resource("icons", f"{name}.svg")
    if not path.is_file():
        return QIcon()
    drawing = path.read_text(encoding="utf-8")
    result = QIcon()
    _add(result, drawing, color, QIcon.Mode.Normal)
    if selected:
        _add(result, drawing, selected, QIcon.Mode.Selected)
    return result


def _add(result: QIcon, drawing: str, color: str, mode: QIcon.Mode) -> None:
    renderer = QSvgRenderer(QByteArray(drawing.replace("currentColor", color).encode("utf-8")))
    for size in _SIZES:
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter)
        painter.end()
        result.addPixmap(pixmap, mode)
