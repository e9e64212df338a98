"""Schemes side by side on one model and one data set."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from qviz.errors import (
    CalibrationError,
    ConversionError,
    ExportError,
    SchemeError,
    UnsupportedLayerError,
    UnsupportedOperatorError,
)
from qviz.evaluation.accuracy import Outcome, run_steps
from qviz.evaluation.artifact import artifact_files, artifact_size
from qviz.evaluation.dataset import Batch, Dataset
from qviz.evaluation.findings import findings, float_operators, one_class_only
from qviz.evaluation.layer_error import layer_error_steps, tapped_tensors
from qviz.evaluation.loading import load_dataset
from qviz.evaluation.provenance import data_info, model_info, versions
from qviz.evaluation.results import Comparison, DataInfo, LayerError, SchemeResult
from qviz.evaluation.running import batch_size_for
from qviz.execution import Executor
from qviz.graph import Graph, layers
from qviz.quantization import SCHEMES, Calibrator, TensorStatistics, quantize
from qviz.quantization.scheme import Scheme
from qviz.quantization.scheme import scheme as scheme_named

Statistics = Mapping[str, TensorStatistics]

# What a scheme may say when it does not fit the model; anything else is a failure of the run.
_MISFITS = (
    SchemeError,
    UnsupportedOperatorError,
    UnsupportedLayerError,
    CalibrationError,
    ConversionError,
    ExportError,
)


@dataclass(frozen=True, slots=True)
class Step:
    """How far a comparison is.

    Attributes
    ----------
    done, total : int
        Samples gone through, over all schemes.
    message : str
        The stage, e.g. "int8: accuracy".
    """

    done: int
    total: int
    message: str


Event = Step | SchemeResult


def compare(
    model: Graph | str | os.PathLike[str],
    data: Dataset | str | os.PathLike[str],
    schemes: Iterable[str | Scheme] | None = None,
    *,
    calibration_samples: int = 100,
    layer_samples: int = 20,
    batch_size: int = 32,
    seed: int = 0,
    statistics: Statistics | None = None,
    on_progress: Callable[[Event], None] | None = None,
) -> Comparison:
    """Quantize a model by several schemes and measure what each costs.

    Parameters
    ----------
    model : Graph or path
    data : Dataset, path or built-in name
    schemes : iterable of str or Scheme, optional
        All that fit the model if not given.
    calibration_samples : int
        Samples that ranges of activations are taken from.
    layer_samples : int
        Samples that the errors of the layers are measured on; 0 leaves out the errors of outputs.
    batch_size : int
        Samples run at once, which bounds the memory.
    seed : int
        Of the choice of calibration samples.
    statistics : mapping, optional
        From :func:`qviz.calibrate`, used for all schemes instead of calibrating.
    on_progress : callable, optional
        Called with every :class:`Step` and every :class:`SchemeResult` as it is finished.

    Returns
    -------
    Comparison
        Schemes that do not fit the model stand in ``skipped`` with the reason.

    Raises
    ------
    SchemeError
        If a scheme is unknown, or none of those asked for fits the model.
    DatasetError
        If the data do not fit the model.
    """
    graph = model if isinstance(model, Graph) else _open(model)
    steps = comparison_steps(
        graph,
        data if isinstance(data, Dataset) else load_dataset(data, model=graph),
        schemes,
        calibration_samples=calibration_samples,
        layer_samples=layer_samples,
        batch_size=batch_size,
        seed=seed,
        statistics=statistics,
    )
    while True:
        try:
            event = next(steps)
        except StopIteration as stop:
            comparison: Comparison = stop.value
            return comparison
        if on_progress is not None:
            on_progress(event)


def comparison_steps(
    model: Graph,
    data: Dataset,
    schemes: Iterable[str | Scheme] | None = None,
    *,
    calibration_samples: int = 100,
    layer_samples: int = 20,
    batch_size: int = 32,
    seed: int = 0,
    statistics: Statistics | None = None,
) -> Generator[Event, None, Comparison]:
    """:func:`compare` as a generator of steps and of results as they are finished."""
    recipes = [scheme_named(s) for s in (SCHEMES if schemes is None else schemes)]
    recipes.sort(key=lambda recipe: recipe.family != "float32")
    fitted = data if data.shapes else data.fitted(model)
    settings = _Settings(calibration_samples, layer_samples, batch_size, seed, statistics)
    run = _Run(model, fitted, settings, len(recipes))
    yield from run.float_steps()
    rows: list[SchemeResult] = []
    skipped: list[tuple[str, str]] = []
    for recipe in recipes:
        try:
            row = yield from run.scheme_steps(recipe)
        except _MISFITS as error:
            skipped.append((recipe.id, str(error)))
            run.skip_scheme()
            continue
        rows.append(row)
        yield row
    if not rows and skipped:
        raise SchemeError(f"None of the schemes fits this model. {skipped[0][0]}: {skipped[0][1]}")
    calibrated = any(row.scheme.needs_calibration for row in rows)
    return Comparison(
        model=model_info(model),
        data=run.data_info(calibrated),
        rows=tuple(rows),
        skipped=tuple(skipped),
        versions=versions(),
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    )


def _open(path: str | os.PathLike[str]) -> Graph:
    from qviz.formats import open_model

    return open_model(path)


@dataclass(frozen=True, slots=True)
class _Settings:
    calibration_samples: int
    layer_samples: int
    batch_size: int
    seed: int
    statistics: Statistics | None


@dataclass(slots=True, eq=False)
class _Run:
    """What the schemes of one comparison share."""

    model: Graph
    data: Dataset
    settings: _Settings
    schemes: int
    reference: Graph = field(init=False)
    executor: Executor = field(init=False)
    float_outcome: Outcome = field(init=False)
    done: int = field(init=False, default=0)
    total: int = field(init=False, default=0)
    _per_scheme: int = field(init=False, default=0)
    _until: int = field(init=False, default=0)
    _statistics: dict[tuple[str, float], Statistics] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        # Refuses models that are quantized already and weights that are not numbers.
        self.reference = quantize(self.model, "float32")
        self.executor = Executor(self.reference)
        self._per_scheme = len(self.data) + min(self.settings.layer_samples, len(self.data))
        self.total = len(self.data) + self.schemes * self._per_scheme
        self._until = len(self.data)

    def float_steps(self) -> Iterator[Step]:
        """Run the float model once; every scheme is held against it."""
        self.float_outcome = yield from self._accuracy_steps("float model", self.executor, None)

    def scheme_steps(self, scheme: Scheme) -> Generator[Event, None, SchemeResult]:
        """Quantize and measure one scheme."""
        self._until = self.done + self._per_scheme
        yield Step(self.done, self.total, f"{scheme.id}: quantizing")
        statistics = (yield from self._calibrate(scheme)) if scheme.needs_calibration else None
        quantized = quantize(self.model, scheme, statistics)
        size_bytes, gzip_bytes = artifact_size(artifact_files(self.model, quantized, scheme))
        if scheme.family == "float32":
            executor, outcome = self.executor, self.float_outcome
        else:
            executor = Executor(quantized)
            outcome = yield from self._accuracy_steps(scheme.id, executor, self.float_outcome)
        errors = yield from self._layer_steps(scheme, quantized, executor)
        self.skip_scheme()
        flipped, collapse = self._flips(outcome)
        notes = findings(self.model, quantized, scheme, self.float_outcome.input_ranges)
        return SchemeResult(
            scheme=scheme,
            metrics=dict(outcome.metrics),
            agreement=outcome.agreement,
            size_bytes=size_bytes,
            gzip_bytes=gzip_bytes,
            layers=errors,
            float_operators=float_operators(quantized, scheme),
            notes=(*collapse, *notes),
            flipped=flipped,
            rounding=executor.mode,
            seconds=outcome.seconds,
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
        )

    def _calibrate(self, scheme: Scheme) -> Generator[Step, None, Statistics]:
        settings = self.settings
        if settings.statistics is not None:
            return settings.statistics
        key = (scheme.range_estimator, scheme.percentile)
        if key not in self._statistics:
            count = self.data.calibration_count(settings.calibration_samples)
            calibrator = Calibrator(self.reference, scheme.range_estimator, scheme.percentile)
            for batch in self.data.calibration_batches(
                settings.calibration_samples, settings.batch_size, settings.seed
            ):
                yield Step(self.done, self.total, f"calibrating {calibrator.samples}/{count}")
                calibrator.observe(batch)
            self._statistics[key] = calibrator.statistics()
        return self._statistics[key]

    def _accuracy_steps(
        self, name: str, executor: Executor, against: Outcome | None
    ) -> Generator[Step, None, Outcome]:
        start = self.done
        steps = run_steps(executor, executor.graph, self.data, self.settings.batch_size, against)
        while True:
            try:
                self.done = start + next(steps)
            except StopIteration as stop:
                outcome: Outcome = stop.value
                return outcome
            yield Step(self.done, self.total, f"{name}: accuracy")

    def _layer_steps(
        self, scheme: Scheme, quantized: Graph, executor: Executor
    ) -> Generator[Step, None, tuple[LayerError, ...]]:
        if scheme.family == "float32":
            return tuple(
                LayerError(layer.name, layer.kind, layer.output) for layer in layers(self.reference)
            )
        start = self.done
        steps = layer_error_steps(
            self.reference,
            self.model,
            quantized,
            scheme,
            self._layer_batches(),
            reference_executor=self.executor,
            executor=executor,
        )
        while True:
            try:
                self.done = start + next(steps)
            except StopIteration as stop:
                errors: tuple[LayerError, ...] = stop.value
                return errors
            yield Step(self.done, self.total, f"{scheme.id}: layer errors")

    def _layer_batches(self) -> Iterator[Batch]:
        samples = self.data.head(max(1, self.settings.layer_samples))
        if self.settings.layer_samples < 1:
            return iter(())
        size = batch_size_for(
            self.reference, tapped_tensors(self.reference), self.settings.batch_size
        )
        return samples.batches(size)

    def _flips(self, outcome: Outcome) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Samples whose class changed, and a sentence if all have the same class now."""
        expected = self.float_outcome.classes
        if outcome.classes is None or expected is None:
            return (), ()
        flipped = np.flatnonzero(outcome.classes != expected)
        collapse = one_class_only(outcome.classes, expected, self.data.class_names)
        return tuple(int(i) for i in flipped), collapse
