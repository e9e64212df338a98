"""A dialog that has one job done, and that job: its beginning, its progress, its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QPushButton, QWidget

from qviz.ui.progress_line import ProgressLine
from qviz.ui.workbench import Workbench
from qviz.ui.workers import Stage


class JobDialog(QDialog):
    """Shows how far its job is; closing it, or Escape, gives up what runs.

    Parameters
    ----------
    start : QPushButton
        Starts the job.

    Signals
    -------
    stop_asked ()
    """

    stop_asked = Signal()

    def __init__(self, start: QPushButton, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._running = False
        self.start = start
        self.progress = ProgressLine(start, self)
        start.setObjectName("primary")
        start.setDefault(True)
        self.progress.stop_asked.connect(self.stop_asked)
        self.stop, self.bar, self.stage = self.progress.stop, self.progress.bar, self.progress.stage

    def begin(self) -> None:
        """The job began."""
        self._running = True
        self.progress.begin(self.tr("Starting"))
        self.show_running()

    def show_stage(self, stage: Stage) -> None:
        """It came further."""
        self.progress.show_step(stage.message, stage.done, stage.total, stage.left)

    def end(self, sentence: str = "") -> None:
        """It ended, with a sentence on how."""
        self._running = False
        self.progress.end(sentence)
        self.show_running()

    def show_running(self) -> None:
        """Offer what can be done now."""
        self.start.setEnabled(not self._running)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Closing it gives up what still runs."""
        if self._running:
            self.stop_asked.emit()
        super().closeEvent(event)

    def reject(self) -> None:
        """Escape stops what runs, and closes the dialog otherwise."""
        if self._running:
            self.stop_asked.emit()
        else:
            super().reject()


class DialogJob(QObject):
    """The job of a dialog: of what the worker tells, it passes on what is the dialog's own."""

    def __init__(self, dialog: JobDialog, workbench: Workbench) -> None:
        super().__init__(dialog)
        self._dialog, self._bench = dialog, workbench
        self._running = False
        workbench.progressed.connect(self._on_progressed)
        workbench.ended.connect(self._on_ended)
        dialog.stop_asked.connect(self.stop)

    def start(
        self,
        task: str,
        arguments: dict[str, Any],
        title: str,
        on_finished: Callable[[Any], None],
        on_failed: Callable[[str, str], None] | None = None,
        on_partial: Callable[[Any], None] | None = None,
    ) -> None:
        """Have a task done; a failure is told in the dialog before `on_failed` gets it."""

        def fail(message: str, details: str) -> None:
            self._dialog.end(message)
            if on_failed is not None:
                on_failed(message, details)

        self._dialog.begin()
        self._running = True
        self._bench.start_job(task, arguments, title, on_finished, fail, on_partial)

    def stop(self) -> None:
        """Give up what runs."""
        if self._running:
            self._bench.stop()

    def _on_progressed(self, stage: Stage) -> None:
        if self._running:
            self._dialog.show_stage(stage)

    def _on_ended(self, sentence: str) -> None:
        # A job that goes on, has a result or failed says so itself right after this.
        if self._running:
            self._running = False
            self._dialog.end(sentence)
