"""A small heat map of integers: what a window sees, its weights, their products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from qviz.ui.heat_bar import cividis
from qviz.ui.theme import LIGHT, Theme

_CELL, _WIDEST, _SMALLEST = 30.0, 62.0, 4.0
_TITLE_GAP, _PADDING = 4.0, 4.0
_DARK_BELOW = 0.55
# Of the numbers, in points; the first that fits.
_SIZES = (8.0, 7.5, 7.0, 6.5)


@dataclass(frozen=True, slots=True)
class GridCell:
    """One field.

    Attributes
    ----------
    text : str
        Drawn where it fits.
    share : float
        Place in the colour scale, 0 to 1.
    outside : bool
        Hatched: the window reaches over the border there.
    is_current : bool
        Framed.
    """

    text: str
    share: float
    outside: bool = False
    is_current: bool = False


class CodeGrid(QWidget):
    """Rows of cells with a title above and a caption below.

    Parameters
    ----------
    title : str

    Signals
    -------
    clicked (row, column)
        Of a cell.
    """

    clicked = Signal(int, int)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._caption = title, ""
        self._rows: Sequence[Sequence[GridCell | None]] = ()
        self._theme = LIGHT
        self._widest_text = ""
        self._cells = QRectF()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_data(self, rows: Sequence[Sequence[GridCell | None]], caption: str) -> None:
        """Draw cells; None leaves a place empty."""
        self._rows, self._caption = rows, caption
        texts = [cell.text for row in rows for cell in row if cell is not None]
        self._widest_text = max(texts, key=len, default="")
        self.setAccessibleName(self._title)
        current = [c.text for row in rows for c in row if c is not None and c.is_current]
        self.setAccessibleDescription(f"{caption}: {', '.join(current)}")
        self.updateGeometry()
        self.update()

    @property
    def texts(self) -> tuple[tuple[str, ...], ...]:
        """What stands in the cells, row by row; empty where there is no cell."""
        return tuple(tuple("" if c is None else c.text for c in row) for row in self._rows)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Wide enough for the longest number."""
        columns = max((len(row) for row in self._rows), default=1)
        width = max(_CELL, self._text_width(self._font()) + 2 * _PADDING)
        lines = 2 * self.fontMetrics().height() + 2 * _TITLE_GAP
        return QSize(int(columns * width) + 2, int(len(self._rows) * _CELL + lines))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Small, without numbers."""
        return QSize(44, 70)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Tell which cell was pressed."""
        found = self._cell_at(event.position())
        if found is not None:
            self.clicked.emit(*found)

    def event(self, event: QEvent) -> bool:
        """Tell the number of a cell, which may have no room in it."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            found = self._cell_at(QPointF(event.pos()))
            cell = None if found is None else self._rows[found[0]][found[1]]
            if cell is not None:
                tip = f"{self._title}: {cell.text}\n{self.toolTip()}"
                QToolTip.showText(event.globalPos(), tip, self)
                return True
        return super().event(event)

    def _cell_at(self, position: QPointF) -> tuple[int, int] | None:
        """Row and column of the cell at that place of the widget."""
        place = position - self._cells.topLeft()
        if not self._cells.contains(position):
            return None
        # The lower edge belongs to the rectangle, but to no row.
        row = min(int(place.y() / self._cells.height() * len(self._rows)), len(self._rows) - 1)
        columns = max(len(r) for r in self._rows)
        column = int(place.x() / self._cells.width() * columns)
        if column < len(self._rows[row]) and self._rows[row][column] is not None:
            return row, column
        return None

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Draw title, cells and caption."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        line = float(self.fontMetrics().height())
        painter.setPen(QColor(self._theme.text))
        middle = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, 0, self.width(), line), middle, self._elided(self._title))
        columns = max((len(row) for row in self._rows), default=0)
        if not columns:
            painter.end()
            return
        top, room = line + _TITLE_GAP, self.height() - 2 * (line + _TITLE_GAP)
        cell_w = min(_WIDEST, (self.width() - 2) / columns)
        cell_h = max(_SMALLEST, min(_CELL, room / len(self._rows)))
        if columns > 1 or len(self._rows) > 1:
            cell_w = min(cell_w, max(cell_h, self._text_width(self._font()) + 2 * _PADDING))
        left = (self.width() - columns * cell_w) / 2
        self._cells = QRectF(left, top, columns * cell_w, len(self._rows) * cell_h)
        font = next((f for f in map(self._font, _SIZES) if self._fits(f, cell_w, cell_h)), None)
        fits = font is not None
        painter.setFont(font or self.font())
        current = None
        for i, row in enumerate(self._rows):
            for j, cell in enumerate(row):
                if cell is None:
                    continue
                place = QRectF(left + j * cell_w, top + i * cell_h, cell_w, cell_h)
                self._draw(painter, place, cell, fits)
                current = place if cell.is_current else current
        if current is not None:
            painter.setPen(QPen(QColor(self._theme.base), 4))
            painter.drawRect(current.adjusted(1, 1, -1, -1))
            painter.setPen(QPen(QColor(self._theme.text), 2))
            painter.drawRect(current.adjusted(0, 0, 0, 0))
        painter.setFont(self.font())
        painter.setPen(QColor(self._theme.muted))
        below = top + len(self._rows) * cell_h + _TITLE_GAP / 2
        painter.drawText(QRectF(0, below, self.width(), line), middle, self._elided(self._caption))
        painter.end()

    def _draw(self, painter: QPainter, place: QRectF, cell: GridCell, fits: bool) -> None:
        color = QColor(self._theme.base) if cell.outside else cividis(cell.share)
        painter.fillRect(place, color)
        if cell.outside:
            painter.fillRect(place, QBrush(QColor(self._theme.border), Qt.BrushStyle.BDiagPattern))
        painter.setPen(QPen(QColor(self._theme.base), 1))
        painter.drawRect(place)
        if not fits:
            return
        text = self._theme.text
        if not cell.outside:
            text = "#ffffff" if cell.share < _DARK_BELOW else "#111111"
        painter.setPen(QColor(text))
        width = QFontMetricsF(painter.font()).horizontalAdvance(cell.text)
        base = QFontMetricsF(painter.font()).ascent() - QFontMetricsF(painter.font()).descent()
        painter.drawText(
            QPointF(place.center().x() - width / 2, place.center().y() + base / 2), cell.text
        )

    def _font(self, points: float = 8.0) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(points)
        return font

    def _fits(self, font: QFont, width: float, height: float) -> bool:
        text = self._text_width(font)
        return text + 2 <= width and QFontMetricsF(font).height() <= height + 2

    def _text_width(self, font: QFont) -> float:
        return QFontMetricsF(font).horizontalAdvance(self._widest_text)

    def _elided(self, text: str) -> str:
        return self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, self.width())
