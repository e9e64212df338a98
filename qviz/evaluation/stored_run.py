"""A model that is quantized already, measured as it is: there is no float model beside it."""

from __future__ import annotations

import datetime
import math
from collections.abc import Generator, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from qviz.errors import InterpreterError, UnsupportedOperatorError
from qviz.evaluation.accuracy import Outcome, input_range_steps, run_steps
from qviz.evaluation.artifact import artifact_files, artifact_size
from qviz.evaluation.dataset import Dataset
from qviz.evaluation.findings import float_operators, stored_findings
from qviz.evaluation.input_scale import scale_notes
from qviz.evaluation.latency import measure_latency
from qviz.evaluation.model_part import ModelPart
from qviz.evaluation.partial_model import part_of
from qviz.evaluation.provenance import data_info, model_info, versions
from qviz.evaluation.results import Comparison, Latency, LayerError, SchemeResult
from qviz.evaluation.scheme_run import Event
from qviz.evaluation.uncertainty import metric_intervals
from qviz.execution import Executor
from qviz.execution.io import quantize_input
from qviz.graph import Graph, layers
from qviz.progress import Progress, mapped
from qviz.quantization.scheme import Scheme
from qviz.quantization.stored_codes import stored_codes, stored_scheme

_NEEDS_FLOAT = "A scheme needs the float model that this file was made from."


def stored_comparison_steps(
    model: Graph,
    lead: Graph,
    data: Dataset,
    asked: Iterable[Scheme],
    *,
    batch_size: int,
    rounding: str,
    latency: bool,
) -> Generator[Event, None, Comparison]:
    """Measure a quantized model as it is; see :func:`qviz.evaluation.comparison_steps`.

    Parameters
    ----------
    model : Graph
        Quantized already.
    lead : Graph
        The same with the output first that metrics are about.
    data : Dataset
        Fitted to `lead`.
    asked : iterable of Scheme
        What was asked for by name; each is skipped with the reason.

    Returns
    -------
    Comparison
        With one row, of the scheme that :func:`qviz.quantization.stored_codes.stored_scheme` tells;
        why there is no ``float32`` stands in ``skipped``.

    Raises
    ------
    UnsupportedOperatorError
        If an operator cannot be run and everything depends on it.
    """
    graph, part = lead, None
    try:
        executor = Executor(graph, rounding)
    except UnsupportedOperatorError:
        found = part_of(graph, rounding)
        if found is None:
            raise
        graph, part = found
        executor = Executor(graph, rounding)
        yield part
    output = lead.outputs[0]
    outcome = yield from _outcome_steps(executor, graph, data, batch_size, part, output)
    files = _files(graph, part)
    timed: Latency | None = None
    refusal: tuple[str, ...] = ()
    if latency and "model.tflite" in files:
        yield Progress(len(data), len(data), "latency")
        timed, refusal = _latency(graph, data, files["model.tflite"])
    row = _row(graph, outcome, data, files, executor.mode)
    row = replace(row, latency=timed, notes=(*row.notes, *refusal), output=output)
    yield row
    return Comparison(
        model=model_info(model),
        data=data_info(
            data,
            input_ranges=outcome.input_ranges,
            notes=scale_notes(graph, data, outcome.input_ranges),
        ),
        rows=(row,),
        skipped=_skipped(model, asked),
        versions=versions(),
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        part=part,
    )


def _outcome_steps(
    executor: Executor,
    graph: Graph,
    data: Dataset,
    batch_size: int,
    part: ModelPart | None,
    output: str,
) -> Generator[Progress, None, Outcome]:
    def count(done: int) -> Progress:
        return Progress(done, len(data), "the model as it is: accuracy")

    if part is not None and output not in part.reached:
        return (yield from mapped(input_range_steps(graph, data, batch_size), count))
    outcome = yield from mapped(run_steps(executor, graph, data, batch_size), count)
    # There is no float model to agree with.
    return replace(outcome, agreement=math.nan)


def _row(
    graph: Graph, outcome: Outcome, data: Dataset, files: dict[str, bytes], mode: str
) -> SchemeResult:
    scheme = stored_scheme(graph)
    size_bytes, gzip_bytes = artifact_size(files)
    return SchemeResult(
        scheme=scheme,
        metrics=dict(outcome.metrics),
        agreement=outcome.agreement,
        size_bytes=size_bytes,
        gzip_bytes=gzip_bytes,
        layers=tuple(LayerError(x.name, x.kind, x.output) for x in layers(graph)),
        float_operators=float_operators(graph, scheme),
        notes=(
            *_one_class(outcome, data),
            *stored_findings(graph, scheme, outcome.input_ranges, mode),
        ),
        rounding=mode,
        seconds=outcome.seconds,
        intervals=metric_intervals(outcome),
    )


def _one_class(outcome: Outcome, data: Dataset) -> tuple[str, ...]:
    """A sentence if every sample gets the same class although there are several."""
    if outcome.classes is None or data.y is None:
        return ()
    labels = np.unique(data.y)
    if len(outcome.classes) < 2 or len(labels) < 2 or len(np.unique(outcome.classes)) > 1:
        return ()
    return (
        f"Predicts class {int(outcome.classes[0])} for every sample, where the labels are of "
        f"{len(labels)} classes. Check the preprocessing; else the network has collapsed.",
    )


def _files(graph: Graph, part: ModelPart | None) -> dict[str, bytes]:
    """The file as it is; of a part, or of a graph without a file, what would be written."""
    source = graph.source
    if part is None and source is not None and Path(source.path).is_file():
        name = "model.tflite" if source.format == "tflite" else Path(source.path).name
        return {name: Path(source.path).read_bytes()}
    return artifact_files(graph, graph, stored_scheme(graph))


def _latency(graph: Graph, data: Dataset, file: bytes) -> tuple[Latency | None, tuple[str, ...]]:
    sample = data.batch(0, 1)
    arrays = sample if isinstance(sample, tuple) else (sample,)
    inputs = [
        quantize_input(graph.tensors[name], values)
        for name, values in zip(graph.inputs, arrays, strict=True)
    ]
    try:
        return measure_latency(file, inputs), ()
    except InterpreterError as error:
        return None, (f"The latency could not be measured. {error}",)


def _skipped(model: Graph, asked: Iterable[Scheme]) -> tuple[tuple[str, str], ...]:
    reason = (
        f"The file is quantized already ({stored_codes(model)}), so that there is no float model "
        f"to hold it against; it was measured as it is."
    )
    named = tuple((scheme.id, _NEEDS_FLOAT) for scheme in asked if scheme.id != "float32")
    return (("float32", reason), *named)
