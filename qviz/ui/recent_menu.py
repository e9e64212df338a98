"""The menu of the files that were opened last."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget


class RecentMenu(QMenu):
    """Lists the recent files anew each time that it is shown.

    Parameters
    ----------
    recent : callable
        Returns paths, the newest first.

    Signals
    -------
    chosen (path)
    """

    chosen = Signal(str)

    def __init__(
        self, recent: Callable[[], tuple[str, ...]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Open &recent"))
        self._recent = recent
        self.aboutToShow.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        self.clear()
        paths = self._recent()
        names = [Path(path).name for path in paths]
        for number, (path, name) in enumerate(zip(paths, names, strict=True), 1):
            # Of two files of one name the folder tells which is which.
            title = name if names.count(name) == 1 else f"{name} – {Path(path).parent}"
            key = f"&{number} " if number < 10 else ""
            action = self.addAction(key + title.replace("&", "&&"))
            action.setStatusTip(path)
            action.triggered.connect(lambda _=False, path=path: self.chosen.emit(path))
        if not paths:
            self.addAction(self.tr("No files yet")).setEnabled(False)
