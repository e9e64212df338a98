"""Command palette: every action of the window by a few letters of its name."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from qviz.ui.actions import plain


class CommandPalette(QDialog):
    """A search field over the actions; Return triggers the first hit."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._actions = [a for a in actions if a.text() and not a.isSeparator()]
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Find a command"))
        self.search.setAccessibleName(self.tr("Find a command"))
        self.search.textChanged.connect(self._filter)
        self.search.installEventFilter(self)
        self.list = QTreeWidget()
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAccessibleName(self.tr("Commands"))
        self.list.itemActivated.connect(lambda item, _column: self._on_activated(item))
        self.list.itemClicked.connect(lambda item, _column: self._on_activated(item))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.search)
        layout.addWidget(self.list)
        self.setObjectName("palette")
        self.resize(480, 380)
        self.list.setColumnWidth(0, 310)
        self._filter("")
        self.search.setFocus()

    def show_over(self, window: QWidget) -> None:
        """Open below the toolbar of `window`."""
        corner = window.mapToGlobal(window.rect().topLeft())
        self.move(corner.x() + (window.width() - self.width()) // 2, corner.y() + 70)
        self.show()

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        self.list.clear()
        for action in self._actions:
            title = plain(action.text()).rstrip("…")
            if all(word in f"{title} {action.toolTip()}".lower() for word in words):
                keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
                item = QTreeWidgetItem([title, keys])
                item.setData(0, Qt.ItemDataRole.UserRole, action)
                item.setDisabled(not action.isEnabled())
                self.list.addTopLevelItem(item)
        self._step(1, first=True)

    def _step(self, step: int, *, first: bool = False) -> None:
        """Go to the next command that can be used now."""
        count = self.list.topLevelItemCount()
        start = -1 if first else self.list.indexOfTopLevelItem(self.list.currentItem())
        for i in range(1, count + 1):
            item = self.list.topLevelItem((start + step * i) % count)
            if item is not None and not item.isDisabled():
                self.list.setCurrentItem(item)
                return

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Up, Down and Return in the field act on the list."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                self._step(1 if event.key() == Qt.Key.Key_Down else -1)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                item = self.list.currentItem()
                if item is not None:
                    self._on_activated(item)
                return True
        return super().eventFilter(watched, event)

    def _on_activated(self, item: QTreeWidgetItem) -> None:
        action = item.data(0, Qt.ItemDataRole.UserRole)
        self.close()
        if isinstance(action, QAction) and action.isEnabled():
            action.trigger()
