"""The menu that chooses the language of the window."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from qviz.ui.language import LANGUAGES, SYSTEM, has_letters_of, language_of
from qviz.ui.settings import Settings


class LanguageMenu(QMenu):
    """The language of the system, or one of those there are; from the next start on.

    At once would mean that every widget can name itself anew, and every text that was made from
    results as well.

    Parameters
    ----------
    settings : Settings
        Remember the choice.
    spoken : str
        Code of the language in use.

    Signals
    -------
    told (sentence)
        What the choice changes, and when; empty where it changes nothing.
    """

    told = Signal(str)

    def __init__(self, settings: Settings, spoken: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("La&nguage"))
        self._settings, self._spoken = settings, spoken
        self._group = QActionGroup(self)
        self._actions: dict[str, QAction] = {}
        for setting, title in {SYSTEM: self.tr("Language of the system"), **LANGUAGES}.items():
            if not has_letters_of(setting):
                # Its own name could not be read either.
                title = f"{setting} (no font with its letters is installed)"
            action = self.addAction(title)
            action.setObjectName(f"language_{setting}")
            # What the palette searches too, as a language is titled in itself.
            action.setToolTip(self.tr("Language: {0}").format(setting))
            action.setCheckable(True)
            action.triggered.connect(lambda _=False, setting=setting: self._on_chosen(setting))
            self._group.addAction(action)
            self._actions[setting] = action
        self.show_setting()

    def show_setting(self) -> None:
        """Mark what the settings say."""
        self._actions.get(self._settings.language, self._actions[SYSTEM]).setChecked(True)

    def _on_chosen(self, setting: str) -> None:
        self._settings.language = setting
        following = language_of(setting, QLocale.system().uiLanguages())
        sentence = self.tr("The window is in {0} from the next start on.")
        self.told.emit("" if following == self._spoken else sentence.format(LANGUAGES[following]))
