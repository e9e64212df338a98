"""Messages that do not interrupt: one sentence, Details on request, gone by a click."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase, QTextCursor
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qviz.ui.icons import icon
from qviz.ui.theme import LIGHT, Theme


class MessageBar(QFrame):
    """A bar above the views.

    Signals
    -------
    shown (message, details)
        A message appeared; the log of the session keeps it.
    """

    shown = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("messageBar")
        self._details = ""
        self.lasting = False
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.action = QPushButton()
        self.action.clicked.connect(self._on_action)
        self._on_asked: Callable[[], None] | None = None
        self.details = QPushButton(self.tr("Details"))
        self.details.clicked.connect(self._on_details)
        self.close_button = QToolButton()
        self.close_button.setAutoRaise(True)
        self.close_button.setAccessibleName(self.tr("Dismiss"))
        self.close_button.setToolTip(self.tr("Dismiss"))
        self.close_button.clicked.connect(self.hide)
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 6, 8, 6)
        line.addWidget(self.text, 1)
        line.addWidget(self.action)
        line.addWidget(self.details)
        line.addWidget(self.close_button)
        self.set_theme(LIGHT)
        self.hide()

    def show_message(
        self,
        message: str,
        details: str = "",
        *,
        action: str = "",
        on_asked: Callable[[], None] | None = None,
        lasting: bool = False,
    ) -> None:
        """Show one sentence; `details` only when asked for.

        A button named `action` hides the bar and calls `on_asked`. What is `lasting` stays when
        work begins.
        """
        self.lasting = lasting
        self.action.setText(action)
        self.action.setVisible(bool(action))
        self._on_asked = on_asked
        self.text.setText(message)
        self._details = details
        self.details.setVisible(bool(details))
        self.setAccessibleName(message)
        self.show()
        self.shown.emit(message, details)

    def clear(self) -> None:
        """Work begins: what was said of earlier work goes."""
        if not self.lasting:
            self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.close_button.setIcon(icon("close", theme.text))

    def _on_action(self) -> None:
        self.hide()
        if self._on_asked is not None:
            self._on_asked()

    def _on_details(self) -> None:
        TextDialog(self.tr("Details"), self.text.text(), self._details, self.window()).open()


class TextDialog(QDialog):
    """A read-only text with a button that copies it."""

    def __init__(self, title: str, headline: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 420)
        layout = QVBoxLayout(self)
        if headline:
            label = QLabel(headline)
            label.setWordWrap(True)
            layout.addWidget(label)
        self.box = QPlainTextEdit(text)
        self.box.setReadOnly(True)
        self.box.setAccessibleName(title)
        self.box.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        layout.addWidget(self.box)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton(self.tr("Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QApplication.clipboard().setText(f"{headline}\n\n{text}"))
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)

    def show_end(self) -> None:
        """Go to the last line, the newest of a log."""
        self.box.moveCursor(QTextCursor.MoveOperation.End)
        self.box.moveCursor(QTextCursor.MoveOperation.StartOfLine)
        self.box.verticalScrollBar().setValue(self.box.verticalScrollBar().maximum())
