"""What the window remembers between starts, in an ini file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

_RECENT = 10


class Settings:
    """Typed access to the ini file; nothing else in the window touches QSettings.

    Parameters
    ----------
    store : QSettings, optional
        Where values are kept; the user's ini file by default.
    """

    def __init__(self, store: QSettings | None = None) -> None:
        self._store = store or QSettings(
            QSettings.Format.IniFormat, QSettings.Scope.UserScope, "qviz", "qviz"
        )

    @property
    def theme(self) -> str:
        """``system``, ``light`` or ``dark``."""
        return self._text("theme", "system")

    @theme.setter
    def theme(self, name: str) -> None:
        self._store.setValue("theme", name)

    @property
    def language(self) -> str:
        """``system``, or the code of a language."""
        return self._text("language", "system")

    @language.setter
    def language(self, setting: str) -> None:
        self._store.setValue("language", setting)

    @property
    def scheme(self) -> str:
        """Id of the scheme that was chosen last."""
        return self._text("scheme", "int8")

    @scheme.setter
    def scheme(self, scheme_id: str) -> None:
        self._store.setValue("scheme", scheme_id)

    @property
    def data(self) -> str:
        """Name or path of the data used last."""
        return self._text("data", "")

    @data.setter
    def data(self, name: str) -> None:
        self._store.setValue("data", name)

    @property
    def preprocessing(self) -> str:
        """How the data used last were prepared; it counts for these data only."""
        return self._text("preprocessing", "")

    @preprocessing.setter
    def preprocessing(self, words: str) -> None:
        self._store.setValue("preprocessing", words)

    @property
    def folder(self) -> str:
        """Folder of the last file dialog."""
        return self._text("folder", str(Path.home()))

    @folder.setter
    def folder(self, path: str) -> None:
        self._store.setValue("folder", path)

    @property
    def recent(self) -> tuple[str, ...]:
        """Model files opened last, newest first."""
        value = self._store.value("recent", [])
        if isinstance(value, str):
            return (value,) if value else ()
        return tuple(str(item) for item in value) if isinstance(value, list) else ()

    def add_recent(self, path: str) -> None:
        """Put a file at the head of the recent ones."""
        kept = [path, *(p for p in self.recent if p != path)][:_RECENT]
        self._store.setValue("recent", kept)

    def remove_recent(self, path: str) -> None:
        """Forget a recent file."""
        self._store.setValue("recent", [p for p in self.recent if p != path])

    @property
    def geometry(self) -> QByteArray:
        """Place and size of the window; empty at the first start."""
        return self._bytes("geometry")

    @property
    def state(self) -> QByteArray:
        """Arrangement of the docks; empty at the first start."""
        return self._bytes("state")

    def save_layout(self, geometry: QByteArray, state: QByteArray) -> None:
        """Remember the place of the window and of its docks."""
        self._store.setValue("geometry", geometry)
        self._store.setValue("state", state)

    def reset(self) -> None:
        """Forget everything."""
        self._store.clear()

    def sync(self) -> None:
        """Write the file now."""
        self._store.sync()

    def _text(self, key: str, default: str) -> str:
        value = self._store.value(key, default)
        return value if isinstance(value, str) else default

    def _bytes(self, key: str) -> QByteArray:
        value = self._store.value(key)
        return value if isinstance(value, QByteArray) else QByteArray()
