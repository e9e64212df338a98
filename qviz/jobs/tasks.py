"""The tasks of the window and of the command line, by name.

Each is a generator (see ``qviz.jobs.task``). They hand small summaries out and keep the models: the
worker process remembers the last models and data sets, so that the next job on the same file starts
at once. A stopped worker loses this memory and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from qviz.errors import CalibrationError, DatasetError
from qviz.evaluation import (
    Comparison,
    artifact_files,
    artifact_size,
    comparison_steps,
)
from qviz.evaluation.artifact import artifact_targets, write_artifact_files
from qviz.evaluation.calibration import calibration_steps
from qviz.evaluation.element import ElementChoice
from qviz.evaluation.lead_output import lead_with
from qviz.evaluation.named_data import NAMED, is_at_hand
from qviz.evaluation.verification_results import Verification
from qviz.evaluation.weights import WeightView, weight_view
from qviz.files import refuse_overwriting
from qviz.formats.tflite import read_tflite
from qviz.graph import Graph
from qviz.jobs.demos import demo_task, mobilenet_task, train_task
from qviz.jobs.downloads import download_task
from qviz.jobs.eightbit import EightbitPictures, eightbit_pictures
from qviz.jobs.memory import Memory
from qviz.jobs.results import (
    DataSpec,
    Exported,
    ModelSummary,
    RunOptions,
)
from qviz.jobs.summaries import inner_weight_view, model_summary
from qviz.jobs.task import Partial, Progress, Task
from qviz.jobs.tracing import TracedElement, Tracers
from qviz.progress import mapped
from qviz.quantization import Scheme, TensorStatistics, change_weights, quantize
from qviz.quantization.stored_codes import stored_codes

_memory = Memory()
_tracers = Tracers()

# Codes of weights do not depend on the ranges of activations, except where a bias would overflow;
# with ranges as wide as these none does.
_WIDE = TensorStatistics(-1e3, 1e3, 1, -1e3, 1e3)


def open_task(path: str, *, allow_code: bool = False) -> Task[ModelSummary]:
    """Read a model and describe it, with the histogram of its largest weight tensor."""
    yield Progress(0, 3, "reading the model")
    graph = _memory.model(path, allow_code=allow_code)
    yield Progress(1, 3, "folding batch norms")
    folded = _memory.folded(path, allow_code=allow_code)
    yield Progress(2, 3, "drawing the first weights")
    return model_summary(graph, folded)


def fits_task(path: str, data: DataSpec, *, allow_code: bool = False) -> Task[str]:
    """Why `data` cannot be fed to a model; empty where they can, or would have to be downloaded."""
    yield Progress(0, 0, "looking at the data")
    graph = _memory.model(path, allow_code=allow_code)
    named = NAMED.get(data.name_or_path)
    if named is not None and not is_at_hand(named, data.folder or None):
        return ""
    try:
        _memory.data(data, graph)
    except DatasetError as error:
        return str(error)
    return ""


def weights_task(
    path: str,
    layer: str,
    tensor: str,
    scheme: Scheme,
    channel: int | None = None,
    *,
    allow_code: bool = False,
) -> Task[WeightView]:
    """Histograms of one weight tensor, float and under `scheme`.

    The tfjs schemes quantize the weights as the author wrote them, the others after folding. Codes
    that the file itself holds are shown as they are.
    """
    yield Progress(0, 1, f"weights of {layer}")
    unfolded = _memory.model(path, allow_code=allow_code)
    folded = _memory.folded(path, allow_code=allow_code)
    graph = unfolded if scheme.family == "tfjs" and tensor in unfolded.tensors else folded
    if tensor not in graph.tensors:
        graph = unfolded
    inner = inner_weight_view(graph, layer, tensor, scheme.id, channel)
    if inner is not None:
        return inner
    quantized = None
    # A file that holds codes already is shown as it is, whatever the scheme.
    if scheme.family != "float32" and not stored_codes(unfolded):
        quantized = _memory.quantized(
            path, scheme, lambda: _quantize_weights(unfolded, folded, scheme)
        )
    return weight_view(
        graph, layer, tensor, quantized=quantized, scheme_id=scheme.id, channel=channel
    )


def compare_task(
    path: str,
    data: DataSpec,
    schemes: tuple[Scheme, ...],
    options: RunOptions | None = None,
    *,
    allow_code: bool = False,
) -> Task[Comparison]:
    """Run schemes side by side; a ``Partial(SchemeResult)`` for each as it is done."""
    options = options or RunOptions()
    yield from download_task(data)
    yield Progress(0, 0, "reading model and data")
    graph = _memory.model(path, allow_code=allow_code)
    dataset = _memory.data(data, lead_with(graph, options.output))
    steps = comparison_steps(
        graph,
        dataset,
        schemes,
        calibration_samples=options.calibration_samples,
        layer_samples=options.layer_samples,
        seed=options.seed,
        latency=options.latency,
        rounding=options.rounding,
        output=options.output,
    )
    return (yield from mapped(steps, lambda e: e if isinstance(e, Progress) else Partial(e)))


def export_task(
    path: str,
    scheme: Scheme,
    target: str,
    data: DataSpec | None = None,
    options: RunOptions | None = None,
    *,
    allow_code: bool = False,
) -> Task[Exported]:
    """Quantize a model and write the artifact.

    Raises
    ------
    CalibrationError
        If the scheme needs ranges and there are no data.
    ExportError
        If the target cannot be written, or is the model or the data.
    """
    sources = (path, "" if data is None else data.name_or_path)
    refuse_overwriting(Path(target), *sources)
    targets = artifact_targets(target, scheme)
    for file in targets:
        refuse_overwriting(file, *sources)
    options = options or RunOptions()
    yield Progress(0, 3, "reading the model")
    graph = _memory.model(path, allow_code=allow_code)
    statistics = None
    if scheme.needs_calibration:
        if data is None:
            raise CalibrationError(
                f"{scheme.id} needs samples to find the ranges of activations. Choose data first."
            )
        yield from download_task(data)
        dataset = _memory.data(data, graph)
        statistics = yield from calibration_steps(
            change_weights(graph, scheme),
            dataset,
            scheme,
            samples=options.calibration_samples,
            seed=options.seed,
        )
    yield Progress(1, 3, f"quantizing to {scheme.id}")
    quantized = quantize(graph, scheme, statistics)
    yield Progress(2, 3, "writing")
    files = artifact_files(graph, quantized, scheme)
    written = write_artifact_files(files, scheme, target)
    return Exported(str(written), tuple(str(path) for path in targets), *artifact_size(files))


def report_task(comparison: Comparison, target: str) -> Task[str]:
    """Write a comparison as the extension of `target` says; returns its path."""
    from qviz.report import write_report

    yield Progress(0, 1, "writing the report")
    return str(write_report(comparison, target))


def verify_task(
    path: str,
    data: DataSpec | None = None,
    *,
    modes: tuple[str, ...] | None = None,
    seed: int = 0,
    samples: int = 4,
    allow_code: bool = False,
) -> Task[Verification]:
    """Hold every tensor of a run against LiteRT's; see ``qviz.evaluation.verification``."""
    from qviz.evaluation.verification import tflite_bytes, verification_steps

    yield Progress(0, 0, "reading the model")
    content = tflite_bytes(path, allow_code=allow_code)
    dataset = None
    if data is not None:
        yield from download_task(data)
        dataset = _memory.data(data, read_tflite(content, path))
    steps = verification_steps(
        content, name=Path(path).name, modes=modes, seed=seed, samples=samples, data=dataset
    )
    return (yield from steps)


def eightbit_task(
    path: str, layer: str, around: int = 0, *, allow_code: bool = False
) -> Task[EightbitPictures]:
    """The three pictures of the eightbit scheme for a layer; see ``qviz.jobs.eightbit``."""
    yield Progress(0, 1, f"pictures of {layer}")
    return eightbit_pictures(_memory.folded(path, allow_code=allow_code), layer, around)


def trace_task(
    path: str,
    scheme: Scheme,
    choice: ElementChoice,
    *,
    sample: int = 0,
    data: DataSpec | None = None,
    options: RunOptions | None = None,
    allow_code: bool = False,
) -> Task[TracedElement]:
    """Take one element of a layer apart to its multiply-adds; see ``qviz.evaluation.element``.

    The model is quantized as `compare_task` does it, so that the codes are those of a run with the
    same options. Without data the sample has random values, where no calibration is needed.
    """
    steps = _tracers.steps(
        *(_memory, path, scheme, choice, sample, data, options or RunOptions()),
        allow_code=allow_code,
    )
    return (yield from steps)


TASKS: dict[str, Callable[..., Task[Any]]] = {
    "open": open_task,
    "fits": fits_task,
    "weights": weights_task,
    "compare": compare_task,
    "export": export_task,
    "report": report_task,
    "verify": verify_task,
    "eightbit": eightbit_task,
    "trace": trace_task,
    "demo": demo_task,
    "image-demo": mobilenet_task,
    "train": train_task,
}


def _quantize_weights(unfolded: Graph, folded: Graph, scheme: Scheme) -> Graph:
    """The quantized graph for its weights' sake: ranges of activations need not be known."""
    if not scheme.needs_calibration:
        return quantize(unfolded, scheme)
    loose = scheme.with_options(integer_only=False, io_dtype="float32")
    # Weights are pruned and clustered as the author wrote them.
    graph = unfolded if scheme.changes_weights else folded
    return quantize(graph, loose, dict.fromkeys(folded.tensors, _WIDE))
