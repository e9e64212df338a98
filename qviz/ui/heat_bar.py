"""A table field with a number and a small bar behind it, coloured from bad to good."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from qviz.ui.tables import SORT_ROLE
from qviz.ui.theme import LIGHT, Theme

# Nine stops of cividis, which readers with any colour vision see as rising.
_CIVIDIS = (
    "#00224e",
    "#123570",
    "#3b496c",
    "#575d6d",
    "#707173",
    "#8a8678",
    "#a59c74",
    "#c3b369",
    "#e1cc55",
)
_BAR_WIDTH = 40


def cividis(share: float) -> QColor:
    """Colour of `share` in [0, 1], dark blue to yellow."""
    at = min(max(share, 0.0), 1.0) * (len(_CIVIDIS) - 1)
    low = min(int(at), len(_CIVIDIS) - 2)
    a, b, t = QColor(_CIVIDIS[low]), QColor(_CIVIDIS[low + 1]), at - low
    return QColor.fromRgbF(
        a.redF() + (b.redF() - a.redF()) * t,
        a.greenF() + (b.greenF() - a.greenF()) * t,
        a.blueF() + (b.blueF() - a.blueF()) * t,
    )


def heat_color(share: float, theme: Theme) -> QColor:
    """Colour of a bar that is `share` bad and that can be told from the theme's background."""
    return cividis(0.6 * share if theme.name == "light" else 0.45 + 0.55 * share)


class HeatBar(QStyledItemDelegate):
    """Draws a bar beside the number: the longer the better, as in the Layer error tab.

    Parameters
    ----------
    badness : callable
        Maps a value to [0, 1]; 1 is the worst. It also gives the bar its colour.
    """

    def __init__(self, badness: Callable[[float], float], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._badness = badness
        self.theme: Theme = LIGHT

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw background, bar and number."""
        self.initStyleOption(option, index)
        text, option.text = option.text, ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        rect: QRect = option.rect
        value = index.data(SORT_ROLE)
        has_bar = isinstance(value, float) and not math.isnan(value)
        if has_bar:
            share = self._badness(value)
            height = max(4, rect.height() - 12)
            top = rect.top() + (rect.height() - height) // 2
            frame = QRect(rect.left() + 6, top, _BAR_WIDTH, height)
            painter.fillRect(frame, QColor(self.theme.alternate))
            fill = QRect(frame)
            fill.setWidth(max(2, round(_BAR_WIDTH * (1 - share))))
            painter.fillRect(fill, heat_color(share, self.theme))
            painter.setPen(QColor(self.theme.muted))
            painter.drawRect(frame.adjusted(0, 0, -1, -1))
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.setPen(QColor(self.theme.accent_text if selected else self.theme.text))
        painter.drawText(
            # Words in the place of a number have the whole field.
            rect.adjusted(_BAR_WIDTH + 8 if has_bar else 2, 0, -6, 0),
            int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter),
            text,
        )
