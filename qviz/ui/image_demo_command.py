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
from qviz.ui.job_dialog import DialogJob
from qviz.ui.settings import Settings
from qviz.ui.workbench import Workbench


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
        self._setup: DemoSetup | None = None
        self._limit: int | None = None
        self._schemes: tuple[Scheme, ...] = ()
        self.dialog: ImageDemoDialog | None = None
        self._job: DialogJob | None = None

    def ask(self) -> None:
        """Show the dialog."""
        if self.dialog is None:
            self.dialog = dialog = ImageDemoDialog(self._settings, self._window)
            dialog.run_asked.connect(self._on_run)
            dialog.export_asked.connect(self._on_export)
            dialog.open_asked.connect(self._on_open)
            self._job = DialogJob(dialog, self._workbench)
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    # -- running -----------------------------------------------------------------------------

    def _on_run(self) -> None:
        dialog, job = self.dialog, self._job
        if dialog is None or job is None:
            return
        if self._workbench.running:
            dialog.end(self.tr("Something else is running; stop it first, or wait for it."))
            return
        form = dialog.form
        self._setup, self._limit = None, form.limit
        self._schemes = tuple(SCHEMES[name] for name in form.schemes)
        dialog.set_openable(False)
        arguments = {
            "data": form.data,
            "model": form.network,
            "limit": form.limit,
            "schemes": form.schemes,
            "calibration_samples": form.calibration.value(),
        }
        title = self.tr("MobileNetV2 on {0}").format(Path(form.data).name)
        job.start(
            *("image-demo", arguments, title, dialog.show_result),
            on_failed=self.complained.emit,
            on_partial=self._on_part,
        )

    def _on_part(self, part: object) -> None:
        if self.dialog is None:
            return
        if isinstance(part, DemoSetup):
            self._setup = part
            self.dialog.set_openable(True)
        elif isinstance(part, ImageDemoResult):
            self.dialog.show_result(part)

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
        if setup is None or self.dialog is None or self._job is None:
            return
        self._job.stop()
        data = replace(setup.data, limit=self._limit)
        self.dialog.hide()
        self._files.open_and_compare(setup.model_path, data, self._schemes)
