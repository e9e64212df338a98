"""One scheme after the other on the same model and data: quantized, written, run, measured."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field

from qviz.errors import InterpreterError, SchemeError, UnsupportedOperatorError
from qviz.evaluation.accuracy import Outcome, input_range_steps, run_steps
from qviz.evaluation.artifact import artifact_files, artifact_size
from qviz.evaluation.calibration import Statistics, calibration_steps
from qviz.evaluation.dataset import Batch, Dataset
from qviz.evaluation.findings import findings, float_operators, one_class_only
from qviz.evaluation.input_scale import scale_notes
from qviz.evaluation.latency import measure_latency
from qviz.evaluation.layer_error import layer_error_steps, tapped_tensors
from qviz.evaluation.model_part import ModelPart
from qviz.evaluation.partial_model import part_of
from qviz.evaluation.provenance import data_info
from qviz.evaluation.results import DataInfo, Latency, LayerError, SchemeResult
from qviz.evaluation.running import batch_size_for
from qviz.evaluation.uncertainty import flips, metric_intervals, paired_test
from qviz.evaluation.weight_sparsity import sparsity_notes, weight_sparsity
from qviz.execution import Executor
from qviz.execution.io import quantize_input
from qviz.graph import Graph, layers
from qviz.progress import Progress, mapped
from qviz.quantization import change_weights, quantize, unsupported_operators
from qviz.quantization.eightbit import eightbit_forms
from qviz.quantization.scheme import Scheme

Event = Progress | SchemeResult | ModelPart


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How the schemes of a comparison are run; see :func:`qviz.evaluation.compare`."""

    calibration_samples: int
    layer_samples: int
    batch_size: int
    seed: int
    statistics: Statistics | None
    latency: bool
    rounding: str = "reference"


@dataclass(slots=True, eq=False)
class SchemeRun:
    """What the schemes of one comparison share.

    Where an operator of the model cannot be run, `model` becomes what can, and `part` says so.
    """

    model: Graph
    data: Dataset
    settings: RunSettings
    schemes: int
    reference: Graph = field(init=False)
    executor: Executor = field(init=False)
    output: str = field(init=False)
    part: ModelPart | None = field(init=False, default=None)
    float_outcome: Outcome = field(init=False)
    done: int = field(init=False, default=0)
    total: int = field(init=False, default=0)
    _whole: Graph = field(init=False)
    _per_scheme: int = field(init=False, default=0)
    _until: int = field(init=False, default=0)
    _statistics: dict[tuple[object, ...], Statistics] = field(init=False, default_factory=dict)
    _changed: dict[tuple[object, ...], Graph] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._whole, self.output = self.model, self.model.outputs[0]
        # Refuses models that are quantized already and weights that are not numbers.
        self.reference = quantize(self.model, "float32")
        try:
            self.executor = Executor(self.reference, self.settings.rounding)
        except UnsupportedOperatorError:
            found = part_of(self.model, self.settings.rounding)
            if found is None:
                raise
            self.model, self.part = found
            self.reference = quantize(self.model, "float32")
            self.executor = Executor(self.reference, self.settings.rounding)
        self._per_scheme = len(self.data) + min(self.settings.layer_samples, len(self.data))
        self.total = len(self.data) + self.schemes * self._per_scheme
        self._until = len(self.data)

    @property
    def reaches_output(self) -> bool:
        """Whether the output that metrics are about is computed."""
        return self.part is None or self.output in self.part.reached

    def float_steps(self) -> Iterator[Progress]:
        """Run the float model once; every scheme is held against it."""
        self.float_outcome = yield from self._accuracy_steps("float model", self.executor, None)

    def scheme_steps(self, scheme: Scheme) -> Generator[Event, None, SchemeResult]:
        """Quantize and measure one scheme."""
        self._until = self.done + self._per_scheme
        yield Progress(self.done, self.total, f"{scheme.id}: quantizing")
        self._refuse_float_parts(scheme)
        model, recipe = self._changed_model(scheme), scheme.on_changed_weights()
        statistics = (yield from self._calibrate(scheme)) if scheme.needs_calibration else None
        quantized = quantize(model, recipe, statistics)
        files = artifact_files(model, quantized, recipe)
        size_bytes, gzip_bytes = artifact_size(files)
        if scheme.family == "float32" and not scheme.changes_weights:
            executor, outcome = self.executor, self.float_outcome
        else:
            executor = Executor(quantized, self.settings.rounding)
            outcome = yield from self._accuracy_steps(scheme.id, executor, self.float_outcome)
        errors = yield from self._layer_steps(scheme, quantized, executor)
        latency, refusal = yield from self._latency_steps(scheme, quantized, files)
        self.skip_scheme()
        flipped = flips(self.float_outcome, outcome, self.data)
        sparsity = weight_sparsity(model, quantized) if scheme.changes_weights else ()
        return SchemeResult(
            scheme=scheme,
            metrics=dict(outcome.metrics),
            agreement=outcome.agreement,
            size_bytes=size_bytes,
            gzip_bytes=gzip_bytes,
            layers=errors,
            float_operators=float_operators(quantized, recipe),
            notes=(
                *self._collapse(outcome),
                *findings(model, quantized, recipe, self.float_outcome.input_ranges, executor.mode),
                *sparsity_notes(scheme, sparsity),
                *refusal,
            ),
            flipped=tuple(flip.index for flip in flipped),
            rounding=executor.mode,
            seconds=outcome.seconds,
            intervals=metric_intervals(outcome),
            paired=(
                None
                if outcome is self.float_outcome
                else paired_test(self.float_outcome, outcome, self.data)
            ),
            flips=flipped,
            sparsity=sparsity,
            latency=latency,
            output=self.output,
        )

    def _refuse_float_parts(self, scheme: Scheme) -> None:
        """A part may be all integer where the model that it is of cannot be."""
        if self.part is None or not scheme.integer_only:
            return
        if left := unsupported_operators(self._whole, scheme):
            raise SchemeError(
                f"{scheme.id} allows integers only, but these operators of the model have no "
                f"integer form: {', '.join(dict.fromkeys(left))}."
            )

    def skip_scheme(self) -> None:
        """Count what is left of the current scheme as done."""
        self.done = self._until

    def data_info(self, calibrated: bool) -> DataInfo:
        """Describe the data and what calibration used of them."""
        settings = self.settings
        count, text = 0, ""
        if calibrated and settings.statistics is not None:
            text = "ranges that were given"
        elif calibrated:
            count = self.data.calibration_count(settings.calibration_samples)
            text = self.data.describe_calibration(settings.calibration_samples, settings.seed)
        return data_info(
            self.data,
            calibration_samples=count,
            calibration=text,
            input_ranges=self.float_outcome.input_ranges,
            notes=(
                *self.data.notes,
                *scale_notes(self.model, self.data, self.float_outcome.input_ranges),
            ),
        )

    def _calibrate(self, scheme: Scheme) -> Generator[Progress, None, Statistics]:
        settings = self.settings
        if settings.statistics is not None:
            return settings.statistics
        key = (scheme.range_estimator, scheme.percentile, *_weight_changes(scheme))
        if key not in self._statistics:
            graph = self.reference
            if scheme.changes_weights:
                graph = quantize(self._changed_model(scheme), "float32")
            steps = calibration_steps(
                graph,
                self.data,
                scheme,
                samples=settings.calibration_samples,
                seed=settings.seed,
                batch_size=settings.batch_size,
            )
            self._statistics[key] = yield from mapped(
                steps, lambda p: Progress(self.done, self.total, f"{p.message} {p.done}/{p.total}")
            )
        return self._statistics[key]

    def _accuracy_steps(
        self, name: str, executor: Executor, against: Outcome | None
    ) -> Generator[Progress, None, Outcome]:
        size = self.settings.batch_size
        if not self.reaches_output:
            if against is not None:
                return against
            steps = input_range_steps(executor.graph, self.data, size)
            return (yield from mapped(steps, self._counting("ranges of the inputs")))
        steps = run_steps(executor, executor.graph, self.data, size, against)
        return (yield from mapped(steps, self._counting(f"{name}: accuracy")))

    def _layer_steps(
        self, scheme: Scheme, quantized: Graph, executor: Executor
    ) -> Generator[Progress, None, tuple[LayerError, ...]]:
        if executor is self.executor:
            return tuple(
                LayerError(layer.name, layer.kind, layer.output) for layer in layers(self.reference)
            )
        if scheme.family == "eightbit":
            # Between stripped operators there are codes of ranges that change with the sample.
            quantized = eightbit_forms(self._changed_model(scheme)).wrapped
            executor = Executor(quantized, executor.mode)
        steps = layer_error_steps(
            self.reference,
            self.model,
            quantized,
            scheme,
            self._layer_batches(),
            reference_executor=self.executor,
            executor=executor,
        )
        return (yield from mapped(steps, self._counting(f"{scheme.id}: layer errors")))

    def _counting(self, message: str) -> Callable[[int], Progress]:
        """Turns samples done in a stage that starts now into a step of the whole."""
        start = self.done

        def count(done: int) -> Progress:
            self.done = start + done
            return Progress(self.done, self.total, message)

        return count

    def _layer_batches(self) -> Iterator[Batch]:
        samples = self.data.head(max(1, self.settings.layer_samples))
        if self.settings.layer_samples < 1:
            return iter(())
        size = batch_size_for(
            self.reference, tapped_tensors(self.reference), self.settings.batch_size
        )
        return samples.batches(size)

    def _latency_steps(
        self, scheme: Scheme, quantized: Graph, files: Mapping[str, bytes]
    ) -> Generator[Progress, None, tuple[Latency | None, tuple[str, ...]]]:
        """Latency, or a sentence why there is none; neither where nobody asked."""
        if not self.settings.latency or scheme.artifact != "tflite":
            return None, ()
        yield Progress(self.done, self.total, f"{scheme.id}: latency")
        sample = self.data.batch(0, 1)
        arrays = sample if isinstance(sample, tuple) else (sample,)
        inputs = [
            quantize_input(quantized.tensors[name], values)
            for name, values in zip(quantized.inputs, arrays, strict=True)
        ]
        try:
            return measure_latency(next(iter(files.values())), inputs), ()
        except InterpreterError as error:
            return None, (f"The latency could not be measured. {error}",)

    def _changed_model(self, scheme: Scheme) -> Graph:
        """The model, pruned and clustered as the scheme says."""
        if not scheme.changes_weights:
            return self.model
        key = _weight_changes(scheme)
        if key not in self._changed:
            self._changed[key] = change_weights(self.model, scheme)
        return self._changed[key]

    def _collapse(self, outcome: Outcome) -> tuple[str, ...]:
        """A sentence if all samples have the same class now."""
        expected = self.float_outcome.classes
        if outcome.classes is None or expected is None:
            return ()
        return one_class_only(outcome.classes, expected, self.data.class_names)


def _weight_changes(scheme: Scheme) -> tuple[object, ...]:
    if not scheme.changes_weights:
        return ()
    return scheme.pruning, scheme.pruning_scope, scheme.clusters, scheme.cluster_start
