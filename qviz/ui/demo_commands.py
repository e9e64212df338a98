"""The demos of TensorFlow.js' quantization example: one click from the start page."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from qviz.evaluation.demo import DEMOS
from qviz.jobs.results import DemoSetup
from qviz.ui.file_commands import FileCommands
from qviz.ui.image_demo_command import ImageDemoCommand
from qviz.ui.settings import Settings
from qviz.ui.workbench import Workbench


class DemoCommands(QObject):
    """Gets a demo ready, opens its model and compares its schemes.

    Signals
    -------
    folder_needed (name, message, details)
        The demo's data are not there; call :meth:`choose_folder` to have the user show them.
    """

    folder_needed = Signal(str, str, str)

    def __init__(
        self, window: QWidget, workbench: Workbench, files: FileCommands, settings: Settings
    ) -> None:
        super().__init__(window)
        self._window, self._workbench, self._files = window, workbench, files
        self._settings = settings
        self.photographs = ImageDemoCommand(window, workbench, files, settings)

    def open(self, name: str, folder: str = "") -> None:
        """Open a demo; its data lie in `folder`, or in a cache, or are downloaded.

        The demo without data of its own asks for images in a dialog.
        """
        demo = DEMOS[name]
        if not demo.data:
            self.photographs.ask()
            return
        # As opening any other model does.
        self._workbench.stop()
        self._workbench.start_job(
            "demo",
            {"name": name, "folder": folder},
            self.tr("Getting {0} ready").format(demo.title),
            self._on_ready,
            lambda message, details: self.folder_needed.emit(name, message, details),
        )

    def choose_folder(self, name: str) -> None:
        """Ask where the data of a demo lie, and open it."""
        title = self.tr("Folder with the data of {0}").format(DEMOS[name].title)
        folder = QFileDialog.getExistingDirectory(self._window, title, self._settings.folder)
        if folder:
            self.open(name, folder)

    def _on_ready(self, setup: DemoSetup) -> None:
        self._files.open_and_compare(setup.model_path, setup.data, setup.schemes)
