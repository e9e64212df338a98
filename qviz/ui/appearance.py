"""Puts a theme on the application and tells everyone who draws by hand."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from qviz.ui.settings import Settings
from qviz.ui.theme import Theme, palette, style_sheet, theme_named


class Appearance(QObject):
    """The theme in use.

    Signals
    -------
    changed (Theme)
    """

    changed = Signal(object)

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.theme: Theme = theme_named(settings.theme)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_system_changed)

    def use(self, name: str) -> None:
        """Use ``light``, ``dark`` or ``system``, and remember it."""
        self._settings.theme = name
        self.apply()

    def toggle(self) -> None:
        """Switch between light and dark."""
        self.use("light" if self.theme.is_dark else "dark")

    def apply(self) -> None:
        """Colour the application as the settings say."""
        self.theme = theme_named(self._settings.theme)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.setPalette(palette(self.theme))
            sheet = style_sheet(self.theme)
            # Setting it polishes every widget anew, even where nothing has changed.
            if application.styleSheet() != sheet:
                application.setStyleSheet(sheet)
        self.changed.emit(self.theme)

    def _on_system_changed(self) -> None:
        if self._settings.theme == "system":
            self.apply()
