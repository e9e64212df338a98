"""Undo and redo of what was chosen as the scheme of the next run."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QUndoCommand, QUndoStack

from qviz.quantization.scheme import Scheme
from qviz.ui.session import Session
from qviz.ui.wording import scheme_label

_REMEMBERED = 200


class SchemeUndo(QObject):
    """Records every scheme that the session had, layers kept in float32 included.

    Another model starts anew: its layers have other names.

    Parameters
    ----------
    session : Session
    undo, redo : QAction
        Enabled while there is something to take back or to do again, and named after it.
    """

    def __init__(
        self, session: Session, undo: QAction, redo: QAction, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(_REMEMBERED)
        self._last = session.choice
        self._replaying = False
        self._undo_action, self._redo_action = undo, redo
        for action, possible in (
            (undo, self.stack.canUndoChanged),
            (redo, self.stack.canRedoChanged),
        ):
            action.setEnabled(False)
            possible.connect(action.setEnabled)
        self.stack.undoTextChanged.connect(self._on_undo_text)
        self.stack.redoTextChanged.connect(self._on_redo_text)
        session.scheme_chosen.connect(self._on_scheme)
        session.model_opened.connect(self._on_model)

    def replay(self, choice: tuple[Scheme, tuple[str, ...]]) -> None:
        """Choose what was chosen before."""
        self._replaying = True
        try:
            self._session.restore_choice(choice)
        finally:
            self._replaying = False
        self._last = self._session.choice

    def _on_undo_text(self, text: str) -> None:
        title = self.tr("&Undo")
        self._undo_action.setText(f"{title}: {text}" if text else title)

    def _on_redo_text(self, text: str) -> None:
        title = self.tr("&Redo")
        self._redo_action.setText(f"{title}: {text}" if text else title)

    def _on_scheme(self) -> None:
        now = self._session.choice
        if self._replaying or now == self._last:
            return
        before, self._last = self._last, now
        self.stack.push(_Change(self, before, now))

    def _on_model(self) -> None:
        self.stack.clear()
        self._last = self._session.choice


class _Change(QUndoCommand):
    """From one choice to the next."""

    def __init__(
        self,
        undo: SchemeUndo,
        before: tuple[Scheme, tuple[str, ...]],
        after: tuple[Scheme, tuple[str, ...]],
    ) -> None:
        preset, kept = after
        super().__init__(scheme_label(preset.with_options(float_layers=kept)))
        self._undo, self._before, self._after = undo, before, after
        self._done_by_user = True

    def undo(self) -> None:
        """Go back."""
        self._undo.replay(self._before)

    def redo(self) -> None:
        """Go forward; the first time the user has done so already."""
        if self._done_by_user:
            self._done_by_user = False
            return
        self._undo.replay(self._after)
