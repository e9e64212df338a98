"""Ties the layer list, the scheme panel and the history to the session."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from qviz.errors import SchemeError
from qviz.jobs.results import DataSpec, ModelSummary
from qviz.quantization.scheme import SCHEMES, Scheme
from qviz.quantization.scheme import scheme as scheme_named
from qviz.resources import sample_models
from qviz.ui.history_bar import HistoryBar
from qviz.ui.layers_panel import LayersPanel
from qviz.ui.scheme_panel import SchemePanel
from qviz.ui.session import FAMILIES_WITH_FLOAT_LAYERS, Run, Session
from qviz.ui.settings import Settings
from qviz.ui.wording import already_quantized


class Panels(QObject):
    """The panels around the views.

    Attributes
    ----------
    layers : LayersPanel
    scheme : SchemePanel
    history : HistoryBar
    """

    def __init__(self, session: Session, settings: Settings, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._settings = session, settings
        self.layers = LayersPanel()
        self.scheme = SchemePanel()
        self.scheme.data.folder = settings.folder
        self.history = HistoryBar()
        session.model_opened.connect(self._on_model)
        session.layer_selected.connect(self.layers.select_layer)
        session.scheme_chosen.connect(self._on_scheme)
        session.data_chosen.connect(self._on_data)
        session.options_chosen.connect(self.scheme.show_options)
        session.runs_updated.connect(lambda: self.history.set_runs(session.runs, session.run))
        session.run_selected.connect(self._on_run)
        self.layers.layer_chosen.connect(session.select_layer)
        self.layers.float_toggled.connect(session.toggle_float_layer)
        self.scheme.scheme_chosen.connect(session.choose_scheme)
        self.scheme.data_chosen.connect(session.choose_data)
        self.scheme.options_chosen.connect(session.choose_options)
        self.history.run_chosen.connect(self._on_run_chosen)

    def restore(self) -> None:
        """Choose the scheme and the data that were chosen last."""
        settings = self._settings
        # Data without their preprocessing would run, with a wrong accuracy.
        self._session.choose_data(DataSpec(settings.data, settings.preprocessing))
        try:
            scheme = scheme_named(settings.scheme)
        except SchemeError:
            scheme = SCHEMES["int8"]
        self._session.choose_scheme(scheme)
        self.scheme.show_options(self._session.options)
        self._on_scheme(self._session.scheme)

    def _on_model(self, model: ModelSummary) -> None:
        self._settings.add_recent(self._session.path)
        self._remember_folder()
        self.layers.set_layers(model.layers)
        self.scheme.set_stored(model.stored)
        self.scheme.options.set_outputs([name for name, _, _ in model.info.outputs])

    def _remember_folder(self) -> None:
        """Let the next file dialog begin where this model lies, however it was opened."""
        folder = Path(self._session.path).parent
        if sample_models() not in folder.parents:
            self._settings.folder = str(folder)

    def _on_scheme(self, scheme: Scheme) -> None:
        self._settings.scheme = scheme.id
        self.scheme.show_scheme(scheme)
        model = self._session.model
        stored = model.stored if model is not None else ""
        possible = scheme.family in FAMILIES_WITH_FLOAT_LAYERS and model is not None and not stored
        self.layers.set_float_layers(
            self._session.float_layers,
            possible=possible,
            why_not=already_quantized(stored) if stored else "",
        )

    def _on_data(self, data: DataSpec) -> None:
        self._settings.data = data.name_or_path
        self._settings.preprocessing = data.preprocessing
        self.scheme.show_data(data)

    def _on_run(self, run: Run | None) -> None:
        self.history.select_run(run)
        self.layers.set_errors(run.result.layers if run else (), run.label if run else "")
        self.layers.select_layer(self._session.layer)

    def _on_run_chosen(self, number: int) -> None:
        run = next((r for r in self._session.runs if r.number == number), None)
        if run is not None:
            self._session.show_run(run)
