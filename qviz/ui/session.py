"""What the window shows now: model, data, scheme, runs and selection.

Views write their user's choices here and listen here; they never talk to each other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from qviz.evaluation.results import Comparison, DataInfo, LayerError, SchemeResult
from qviz.jobs.results import DataSpec, LayerSummary, ModelSummary, RunOptions
from qviz.quantities import bytes_text
from qviz.quantization.scheme import SCHEMES, Scheme
from qviz.ui.wording import format_metric, metric_title, scheme_label

#: Families in which single layers can stay in float32.
FAMILIES_WITH_FLOAT_LAYERS = ("int8", "dynamic-range")


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One scheme that was run, with what it was run on.

    Attributes
    ----------
    number : int
        Counts the runs of a session from 1.
    result : SchemeResult
    data : DataSpec
    options : RunOptions
    """

    number: int
    result: SchemeResult
    data: DataSpec
    options: RunOptions

    @property
    def label(self) -> str:
        """Scheme and options, and the model's output where it is not the first."""
        label = scheme_label(self.result.scheme)
        return f"{label} · {self.options.output}" if self.options.output else label

    @property
    def summary(self) -> str:
        """Label, first metric and size, for one line."""
        name = next(iter(self.result.metrics), None)
        parts = [self.label]
        if name is not None:
            parts.append(f"{metric_title(name)} {format_metric(name, self.result.metrics[name])}")
        parts.append(bytes_text(self.result.size_bytes))
        return "  ·  ".join(parts)

    def layer(self, name: str) -> LayerError | None:
        """Error of the layer of that name."""
        return next((e for e in self.result.layers if e.layer == name), None)


class Session(QObject):
    """State of the window. Every change is told by one signal, after it has happened."""

    model_opened = Signal(object)
    layer_selected = Signal(str)
    weights_selected = Signal()
    scheme_chosen = Signal(object)
    data_chosen = Signal(object)
    options_chosen = Signal(object)
    runs_updated = Signal()
    run_selected = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.model: ModelSummary | None = None
        self.path = ""
        self.allow_code = False
        self.layer = ""
        self.tensor = ""
        self.channel: int | None = None
        self.data = DataSpec("")
        self.options = RunOptions()
        self.runs: tuple[Run, ...] = ()
        self.run: Run | None = None
        self._preset = SCHEMES["int8"]
        self._float_layers: tuple[str, ...] = ()
        self._data_info: dict[tuple[DataSpec, str], DataInfo] = {}
        self._origin: Comparison | None = None

    @property
    def title(self) -> str:
        """What is shown, for the title of the window; empty without a model."""
        if self.model is None:
            return ""
        return f"{self.model.info.name} · {self.run.label}" if self.run else self.model.info.name

    @property
    def stored(self) -> str:
        """What shows that the model is quantized already; empty for a float model."""
        return self.model.stored if self.model is not None else ""

    # -- model and selection -----------------------------------------------------------------

    def open_model(self, path: str, model: ModelSummary, *, allow_code: bool = False) -> None:
        """Show another model: runs, selection and kept layers of the one before are gone."""
        self.path, self.model, self.allow_code = path, model, allow_code
        self.runs, self.run, self._float_layers = (), None, ()
        self._data_info.clear()
        self._origin = None
        # Another model has other outputs.
        self.choose_options(replace(self.options, output=""))
        first = model.first_weights
        start = first.layer if first is not None else self._first_layer_with_weights()
        self.layer, self.tensor, self.channel = start, first.tensor if first else "", None
        if not self.tensor:
            self._choose_first_tensor()
        self.model_opened.emit(model)
        self.runs_updated.emit()
        self.run_selected.emit(None)
        self.scheme_chosen.emit(self.scheme)
        self.layer_selected.emit(self.layer)
        self.weights_selected.emit()

    def layer_summary(self, name: str | None = None) -> LayerSummary | None:
        """The layer of that name, by default the selected one; folded layers come first."""
        wanted = self.layer if name is None else name
        if self.model is None:
            return None
        return next(
            (x for x in (*self.model.layers, *self.model.unfolded_layers) if x.name == wanted),
            None,
        )

    def select_layer(self, name: str) -> None:
        """Select a layer everywhere, and its largest weight tensor."""
        if name == self.layer or not name:
            return
        self.layer = name
        self._choose_first_tensor()
        self.layer_selected.emit(name)
        self.weights_selected.emit()

    def select_tensor(self, tensor: str) -> None:
        """Select a weight tensor of the selected layer."""
        if tensor != self.tensor:
            self.tensor, self.channel = tensor, None
            self.weights_selected.emit()

    def select_channel(self, channel: int | None) -> None:
        """Select one channel of the tensor, or all of them."""
        if channel != self.channel:
            self.channel = channel
            self.weights_selected.emit()

    # -- scheme, data, options ---------------------------------------------------------------

    @property
    def scheme(self) -> Scheme:
        """The scheme that the next run uses, with the layers kept in float32."""
        if self._preset.family in FAMILIES_WITH_FLOAT_LAYERS:
            return self._preset.with_options(float_layers=self._float_layers)
        return self._preset

    @property
    def float_layers(self) -> tuple[str, ...]:
        """Layers that the next run keeps in float32."""
        return self._float_layers

    def choose_scheme(self, scheme: Scheme) -> None:
        """Choose what the next run does; its own list of float layers is ignored.

        The run of that scheme is shown, if there is one.
        """
        self._choose(scheme.with_options(float_layers=()), self._float_layers)
        self._show_run_of_choice()

    def toggle_float_layer(self, name: str) -> None:
        """Keep a layer in float32 in the next run, or quantize it again."""
        before = self.scheme
        if name in self._float_layers:
            self._float_layers = tuple(x for x in self._float_layers if x != name)
        elif name:
            self._float_layers = (*self._float_layers, name)
        self.scheme_chosen.emit(self.scheme)
        if self.scheme != before:
            self._show_run_of_choice()

    @property
    def choice(self) -> tuple[Scheme, tuple[str, ...]]:
        """The preset with its options, and the layers kept in float32."""
        return self._preset, self._float_layers

    def restore_choice(self, choice: tuple[Scheme, tuple[str, ...]]) -> None:
        """Choose what :attr:`choice` was before, and show its run if there is one."""
        self._choose(*choice)
        self._show_run_of_choice()

    def choose_data(self, data: DataSpec) -> None:
        """Choose the data of the next run."""
        if data != self.data:
            self.data = data
            self.data_chosen.emit(data)

    def choose_options(self, options: RunOptions) -> None:
        """Choose sample counts and seed of the next run."""
        if options != self.options:
            self.options = options
            self.options_chosen.emit(options)

    # -- runs --------------------------------------------------------------------------------

    def add_result(self, result: SchemeResult, data: DataSpec, options: RunOptions) -> Run:
        """Add a finished scheme to the history; the same run again replaces the old.

        It is shown if it is what the user chose, so that a comparison of all schemes does not
        flicker through them.
        """
        kept = tuple(
            r
            for r in self.runs
            if (r.result.scheme, r.data, r.options) != (result.scheme, data, options)
        )
        number = max((r.number for r in self.runs), default=0) + 1
        run = Run(number, result, data, options)
        self.runs = (*kept, run)
        self.runs_updated.emit()
        if (
            self.run is None
            or (self.run.data, self.run.options.output) != (data, options.output)
            or result.scheme == self.scheme
            or self.run not in self.runs
        ):
            self.select_run(run)
        return run

    def add_comparison(self, comparison: Comparison, data: DataSpec, options: RunOptions) -> None:
        """Take over a finished comparison; rows that came as partial results are not doubled."""
        self._data_info[data, options.output] = comparison.data
        self._origin = comparison
        have = {(r.result.scheme, r.data, r.options) for r in self.runs}
        for row in comparison.rows:
            if (row.scheme, data, options) not in have:
                self.add_result(row, data, options)
        self.runs_updated.emit()

    def select_run(self, run: Run | None) -> None:
        """Show a run in every view."""
        if run is self.run:
            return
        self.run = run
        self.run_selected.emit(run)

    def show_run(self, run: Run) -> None:
        """Show a run in every view and choose its scheme for the next one."""
        self.select_run(run)
        scheme = run.result.scheme
        can_keep = scheme.family in FAMILIES_WITH_FLOAT_LAYERS
        self._choose(
            scheme.with_options(float_layers=()),
            scheme.float_layers if can_keep else self._float_layers,
        )

    def shown_runs(self) -> tuple[Run, ...]:
        """Runs on the data of the selected run, in the order of the schemes.

        Their metrics are about the same output of the model.
        """
        if self.run is None:
            return ()
        wanted = (self.run.data, self.run.options.output)
        same = [r for r in self.runs if (r.data, r.options.output) == wanted]
        order = {scheme_id: i for i, scheme_id in enumerate(SCHEMES)}

        def preset(run: Run) -> str:
            return run.result.scheme.id.partition(":")[0]

        return tuple(sorted(same, key=lambda r: (order.get(preset(r), len(order)), r.number)))

    def float_run(self) -> Run | None:
        """The run of the float model on the same data as the selected one."""
        return next((r for r in self.shown_runs() if r.result.scheme.id == "float32"), None)

    def has_float_run(self) -> bool:
        """Whether the float model was run on the chosen data with the chosen options."""
        return any(
            r.result.scheme.id == "float32" and (r.data, r.options) == (self.data, self.options)
            for r in self.runs
        )

    def comparison(self) -> Comparison | None:
        """The runs that can be compared as one Comparison, for tables and reports."""
        runs = self.shown_runs()
        if self.model is None or not runs:
            return None
        data = runs[0].data
        info = self._data_info.get((data, runs[0].options.output)) or DataInfo(
            data.name_or_path, data.name_or_path, "", 0, data.preprocessing
        )
        origin = self._origin
        return Comparison(
            model=self.model.info,
            data=info,
            rows=tuple(r.result for r in runs),
            skipped=origin.skipped if origin else (),
            versions=origin.versions if origin else {},
            created=origin.created if origin else "",
            part=origin.part if origin else self.model.part,
        )

    def _choose(self, preset: Scheme, float_layers: tuple[str, ...]) -> None:
        if (preset, float_layers) != self.choice:
            self._preset, self._float_layers = preset, float_layers
            self.scheme_chosen.emit(self.scheme)

    def _show_run_of_choice(self) -> None:
        scheme = self.scheme
        if self.run is None or self.run.result.scheme == scheme:
            return
        same = (r for r in reversed(self.shown_runs()) if r.result.scheme == scheme)
        self.select_run(next(same, self.run))

    def _choose_first_tensor(self) -> None:
        summary = self.layer_summary()
        self.tensor = summary.weights[0].name if summary and summary.weights else ""
        self.channel = None

    def _first_layer_with_weights(self) -> str:
        layers = self.model.layers if self.model else ()
        first = next((x for x in layers if x.weights), None)
        return first.name if first else (layers[0].name if layers else "")
