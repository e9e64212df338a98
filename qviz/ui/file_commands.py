"""What the File menu does: ask for a name, then have it read or written."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from qviz.errors import ExportError
from qviz.jobs.results import DataSpec
from qviz.quantization.scheme import Scheme
from qviz.resources import sample_models
from qviz.ui import dialogs
from qviz.ui.file_drop import SAVED_MODEL_FILE
from qviz.ui.settings import Settings
from qviz.ui.view_tabs import ViewTabs
from qviz.ui.workbench import Workbench


class FileCommands(QObject):
    """Opening, exporting and reporting.

    Signals
    -------
    complained (message, details), written (path)
    """

    complained = Signal(str, str)
    written = Signal(str)

    def __init__(
        self, window: QWidget, workbench: Workbench, tabs: ViewTabs, settings: Settings
    ) -> None:
        super().__init__(window)
        self._window, self._workbench, self._tabs = window, workbench, tabs
        self._settings = settings
        self._session = workbench.session
        self._report_path = ""
        self._when_opened: tuple[Scheme, ...] | None = None
        workbench.trust_asked.connect(self._on_trust_asked)
        workbench.written.connect(self._on_written)
        self._session.model_opened.connect(self._on_opened)

    # -- reading -----------------------------------------------------------------------------

    def open_model(self, path: str, *, allow_code: bool = False) -> None:
        """Open a model file, or the folder of a SavedModel of which this is a part."""
        self._when_opened = None
        target = Path(path).absolute()
        # A file dialog cannot choose folders, but the file that makes one a SavedModel.
        if target.name == SAVED_MODEL_FILE:
            target = target.parent
        self._workbench.open_model(str(target), allow_code=allow_code)

    def ask_model(self) -> None:
        """Ask for a model file and open it."""
        path = dialogs.ask_model(self._window, self._settings)
        if path:
            self.open_model(path)

    def open_sample(self) -> None:
        """Open the shipped network with its data and compare all schemes."""
        path = sample_models() / "digits" / "digits.keras"
        if not path.is_file():
            self.complained.emit(
                self.tr("The digits sample is missing from this installation."), str(path)
            )
            return
        self.open_and_compare(str(path), DataSpec("digits"), ())

    def open_and_compare(self, path: str, data: DataSpec, schemes: tuple[Scheme, ...]) -> None:
        """Open a model with its data and run `schemes`, or all if there are none."""
        self._session.choose_data(data)
        # The views show the run of the chosen scheme, which is to be one of those.
        if schemes and self._session.scheme.id not in {scheme.id for scheme in schemes}:
            self._session.choose_scheme(schemes[-1])
        self.open_model(path)
        self._when_opened = schemes

    # -- writing -----------------------------------------------------------------------------

    def export_model(self) -> None:
        """Write the model under the chosen scheme."""
        if self._session.model is None:
            self.complained.emit(self.tr("Open a model first; then it can be exported."), "")
            return
        target = dialogs.ask_artifact_target(
            self._window, self._settings, self._stem(), self._session.scheme
        )
        if target:
            self._workbench.export(target)

    def export_plot(self) -> None:
        """Write the plot of the current tab."""
        from qviz.ui.plot_export import export_plot

        plot = self._tabs.current_plot()
        if plot is None:
            self.complained.emit(self.tr("This tab shows no plot to export."), "")
            return
        title = self._tabs.tabText(self._tabs.currentIndex()).lower().replace(" ", "-")
        target = dialogs.ask_plot_target(self._window, self._settings, f"{self._stem()}-{title}")
        if not target:
            return
        try:
            self.written.emit(str(export_plot(plot, target)))
        except ExportError as error:
            self.complained.emit(str(error), "")

    def write_report(self, ending: str = "html") -> None:
        """Write the comparison as ``html``, ``csv`` or ``json``."""
        if self._session.comparison() is None:
            self.complained.emit(
                self.tr("Run a scheme first; then there is something to report."), ""
            )
            return
        target = dialogs.ask_report_target(self._window, self._settings, self._stem(), ending)
        if target:
            self._workbench.write_report(target)

    def open_report(self) -> None:
        """Show the report that was written last in the browser."""
        if self._report_path:
            QDesktopServices.openUrl(QUrl.fromLocalFile(self._report_path))

    # -- inside ------------------------------------------------------------------------------

    def _stem(self) -> str:
        return Path(self._session.path).stem or "qviz"

    def _on_opened(self) -> None:
        self._choose_data_beside()
        schemes, self._when_opened = self._when_opened, None
        if schemes:
            self._workbench.compare(schemes)
        elif schemes is not None:
            self._workbench.compare_all()

    def _choose_data_beside(self) -> None:
        """Take ``model.npz`` for ``model.keras``: one click less to the first comparison."""
        beside = Path(self._session.path).with_suffix(".npz")
        if beside.is_file():
            shipped = beside.parent.parent == sample_models()
            name = beside.stem if shipped else str(beside)
            # Data that are chosen already keep their preprocessing.
            if name != self._session.data.name_or_path:
                self._session.choose_data(DataSpec(name))

    def _on_trust_asked(self, path: str) -> None:
        dialogs.ask_trust(self._window, path, lambda: self.open_model(path, allow_code=True))

    def _on_written(self, path: str) -> None:
        if path.endswith(".html"):
            self._report_path = path
            if self._tabs.report is not None:
                self._tabs.report.set_written(path)
        self.written.emit(path)
