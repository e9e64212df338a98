"""What MobileNetV2's card of the start page does: ask, have it run, show it, go on from there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from qviz.errors import ExportError
from qviz.evaluation.image_scores import ImageDemoResult
from qviz.files import refuse_overwriting, write_text
from qviz.jobs.results import DemoSetup
from qviz.quantization.scheme import SCHEMES, Scheme
from qviz.ui import dialogs
from qviz.ui.file_commands import FileCommands
from qviz.ui.image_demo_dialog import ImageDemoDialog
from qviz.ui.settings import Settings
from qviz.ui.workbench import Workbench
from qviz.ui.workers import Stage


class ImageDemoCommand(QObject):
    """Ties the dialog to the worker.

    Signals
    -------
    complained (message, details)
    written (path)
        The table is on disk.
    """

    complained = Signal(str, str)
    written = Signal(str)

    def __init__(
        self, window: QWidget, workbench: Workbench, files: FileCommands, settings: Settings
    ) -> None:
        super().__init__(window)
        self._window, self._workbench, self._files = window, workbench, files
        self._settings = settings
        self._running = False
        self._setup: DemoSetup | None = None
        self._limit: int | None = None
        self._schemes: tuple[Scheme, ...] = ()
        self.dialog: ImageDemoDialog | None = None

    def ask(self) -> None:
        """Show the dialog."""
        if self.dialog is None:
            self.dialog = dialog = ImageDemoDialog(self._settings, self._window)
            dialog.run_asked.connect(self._on_run)
            dialog.stop_asked.connect(self._on_stop)
            dialog.export_asked.connect(self._on_export)
            dialog.open_asked.connect(self._on_open)
            self._workbench.progressed.connect(self._on_progressed)
            self._workbench.ended.connect(self._on_ended)
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    # -- running -----------------------------------------------------------------------------

    def _on_run(self) -> None:
        dialog, bench = self.dialog, self._workbench
        if dialog is None:
            return
        if bench.running:
            dialog.end(self.tr("Something else is running; stop it first, or wait for it."))
            return
        form = dialog.form
        self._setup, self._limit = None, form.limit
        self._schemes = tuple(SCHEMES[name] for name in form.schemes)
        dialog.set_openable(False)
        dialog.begin()
        self._running = True
        arguments = {
            "data": form.data,
            "model": form.network,
            "limit": form.limit,
            "schemes": form.schemes,
            "calibration_samples": form.calibration.value(),
        }
        title = self.tr("MobileNetV2 on {0}").format(Path(form.data).name)
        bench.start_job(
            "image-demo", arguments, title, self._on_result, self._on_failed, self._on_part
        )

    def _on_part(self, part: object) -> None:
        if self.dialog is None:
            return
        if isinstance(part, DemoSetup):
            self._setup = part
            self.dialog.set_openable(True)
        elif isinstance(part, ImageDemoResult):
            self.dialog.show_result(part)

    def _on_result(self, result: ImageDemoResult) -> None:
        self._running = False
        if self.dialog is not None:
            self.dialog.show_result(result)

    def _on_failed(self, message: str, details: str) -> None:
        self._running = False
        if self.dialog is not None:
            self.dialog.end(message)
        self.complained.emit(message, details)

    def _on_progressed(self, stage: Stage) -> None:
        if self._running and self.dialog is not None:
            self.dialog.show_stage(stage)

    def _on_ended(self, sentence: str) -> None:
        if self._running and self.dialog is not None:
            self._running = False
            self.dialog.end(sentence)

    def _on_stop(self) -> None:
        if self._running:
            self._workbench.stop()

    # -- going on ----------------------------------------------------------------------------

    def _on_export(self) -> None:
        result, setup = self.dialog and self.dialog.result_shown, self._setup
        if self.dialog is None or not isinstance(result, ImageDemoResult) or setup is None:
            return
        from qviz.report import image_demo_as_csv

        target = dialogs.ask_table_target(self.dialog, self._settings, "mobilenetv2-demo")
        if not target:
            return
        model, data = setup.model_path, setup.data.name_or_path
        try:
            refuse_overwriting(target, model, data)
            path = write_text(target, image_demo_as_csv(result, model, data))
        except ExportError as error:
            self.dialog.say(str(error))
            return
        self.dialog.say(self.tr("Written: {0}").format(path))
        self.written.emit(str(path))

    def _on_open(self) -> None:
        setup = self._setup
        if setup is None or self.dialog is None:
            return
        self._on_stop()
        data = replace(setup.data, limit=self._limit)
        self.dialog.hide()
        self._files.open_and_compare(setup.model_path, data, self._schemes)
