"""A box for long names: cut in the middle where there is little room, whole in the tooltip."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter, QWidget

# Between the text and the edge of its field, on both sides together.
_AROUND_TEXT = 6


class ElidingCombo(QComboBox):
    """Takes the width it is given, and cuts names where they differ least: in the middle.

    Parameters
    ----------
    letters : int
        So many have room at least.
    """

    def __init__(self, letters: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(letters)
        self.view().setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.model().rowsInserted.connect(self._on_inserted)

    @property
    def shown_text(self) -> str:
        """What is drawn of the current text."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        return self._cut(option)

    def event(self, event: QEvent) -> bool:
        """Tell the whole name, also where it was chosen while signals were blocked."""
        if event.type() == QEvent.Type.ToolTip:
            self.setToolTip(self.currentText())
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Draw the box with the text that fits."""
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        option.currentText = self._cut(option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def _cut(self, option: QStyleOptionComboBox) -> str:
        field = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox,
            option,
            QStyle.SubControl.SC_ComboBoxEditField,
            self,
        )
        return self.fontMetrics().elidedText(
            self.currentText(), Qt.TextElideMode.ElideMiddle, field.width() - _AROUND_TEXT
        )

    def _on_inserted(self, _parent: object, first: int, last: int) -> None:
        for row in range(first, last + 1):
            self.setItemData(row, self.itemText(row), Qt.ItemDataRole.ToolTipRole)
