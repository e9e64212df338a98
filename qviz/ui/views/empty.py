"""What a tab says while it has nothing to show, with the one button that fills it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

_TEXT_WIDTH, _MARGIN = 404, 28


class EmptyState(QWidget):
    """A headline, a sentence and one button in the middle of an empty tab.

    Signals
    -------
    asked ()
        The button was pressed.
    """

    asked = Signal()

    def __init__(
        self, headline: str, text: str, button: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        card = QFrame()
        card.setObjectName("card")
        card.setFixedWidth(_TEXT_WIDTH + 2 * _MARGIN)
        inside = QVBoxLayout(card)
        inside.setSizeConstraint(QVBoxLayout.SizeConstraint.SetMinimumSize)
        inside.setContentsMargins(_MARGIN, 24, _MARGIN, 24)
        inside.setSpacing(12)
        title = QLabel(headline)
        title.setObjectName("title")
        title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.text = QLabel(text)
        self.text.setWordWrap(True)
        # A wrapped label asks for too little height as long as its width is not known.
        self.text.setFixedWidth(_TEXT_WIDTH)
        self.text.setMinimumHeight(self.text.heightForWidth(_TEXT_WIDTH) + 2)
        self.text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.button = QPushButton(button)
        self.button.setObjectName("primary")
        self.button.clicked.connect(self.asked)
        inside.addWidget(title)
        inside.addWidget(self.text)
        inside.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        outside = QVBoxLayout(self)
        outside.addStretch(2)
        outside.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        outside.addStretch(3)
        self.setAccessibleName(headline)


class MessagePage(QWidget):
    """A sentence in the middle of a page of a view, with a button where something can be done.

    Signals
    -------
    asked ()
        The button was pressed.
    """

    asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.button = QPushButton()
        self.button.setObjectName("primary")
        self.button.clicked.connect(self.asked)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(24, 0, 24, 0)
        inside.setSpacing(12)
        inside.addStretch(2)
        inside.addWidget(self.message)
        inside.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        inside.addStretch(3)

    def say(self, message: str, button: str = "") -> None:
        """Show a message, and a button of that name unless it is empty."""
        self.message.setText(message)
        self.button.setText(button)
        self.button.setVisible(bool(button))


class EmptyOr(QWidget):
    """A page that shows an empty state until there is something to see.

    The content may come later than the page: plots are made after the window is on the screen.
    """

    def __init__(self, empty: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.empty = empty
        self.content: QWidget | None = None
        self._area: QScrollArea | None = None
        self._stack = QStackedLayout(self)
        self._stack.addWidget(empty)

    def set_content(self, content: QWidget) -> None:
        """Add what is shown once the page is not empty any more."""
        self.content = content
        # A view that needs more room than there is takes it from nobody: not from the panels beside
        # the tabs, which would grow and shrink with the views that there are.
        self._area = QScrollArea()
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setWidget(content)
        self._stack.addWidget(self._area)

    @property
    def is_empty(self) -> bool:
        """Whether the empty state is shown."""
        return self._stack.currentWidget() is self.empty

    def set_empty(self, empty: bool) -> None:
        """Show the empty state, or the content."""
        if empty or self._area is None:
            self._stack.setCurrentWidget(self.empty)
        else:
            self._stack.setCurrentWidget(self._area)
