"""MobileNetV2's demo: two scalings of the input, accuracy by class number and by the word rule."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from qviz.errors import DatasetError, ModelFormatError, QvizError
from qviz.evaluation.artifact import artifact_files
from qviz.evaluation.calibration import Statistics, calibration_steps
from qviz.evaluation.dataset import Dataset
from qviz.evaluation.demo import PRECISIONS, GzipRow, gzip_rows, tar_gzip_bytes
from qviz.evaluation.image_folder import ImageFiles, read_image
from qviz.evaluation.image_judge import Judge, Tally
from qviz.evaluation.image_scores import (
    IMAGENET_CLASSES,
    SCALINGS,
    SCHEMES,
    ImageDemoResult,
    ImageScores,
    RightUnder,
)
from qviz.evaluation.preprocessing import Preprocessing
from qviz.evaluation.running import run_real
from qviz.execution import Executor
from qviz.execution.io import real_outputs
from qviz.graph import Graph
from qviz.progress import Progress, mapped
from qviz.quantities import counted
from qviz.quantization import quantize
from qviz.quantization.scheme import scheme as scheme_named

TRAINED_RANGE = (-1.0, 1.0)
"""Inputs that the weights of keras.applications' MobileNetV2 were trained on."""

_BATCH = 8
_FITTING_SHARE = 0.75
_ROUNDING = 1e-6
_REFERENCE = "float32"

Steps = Generator[Progress | ImageDemoResult, None, ImageDemoResult]


def range_warning(
    scaling: str, low: float, high: float, trained: tuple[float, float]
) -> str | None:
    """A sentence if a scaling does not fill the range that the network was `trained` on.

    What black and white become decides it, not `low` and `high`, which the images have: those of
    dark images reach less far, and are right.
    """
    least, greatest = trained
    wanted = Preprocessing.parse(scaling)
    black, white = (pixel * wanted.scale + wanted.offset for pixel in (0.0, 255.0))
    share = (min(white, greatest) - max(black, least)) / (greatest - least)
    is_inside = black >= least - _ROUNDING and white <= greatest + _ROUNDING
    if is_inside and share >= _FITTING_SHARE:
        return None
    return (
        f"Scaled to {scaling}, the inputs reach from {low:.3g} to {high:.3g}, but the network was "
        f"trained on {least:g} to {greatest:g}: the input range does not fit, whatever the scheme."
    )


def check_network(graph: Graph) -> None:
    """Refuse what is no classifier of images.

    Raises
    ------
    ModelFormatError
        The message says what input and output the model has instead.
    """
    inputs = [graph.tensors[name].shape for name in graph.inputs]
    outputs = [graph.tensors[name].shape for name in graph.outputs]
    images = len(inputs) == 1 and len(inputs[0]) == 4 and inputs[0][3] in (1, 3)
    if not images or len(outputs) != 1 or graph.tensors[graph.outputs[0]].size < 2:
        raise ModelFormatError(
            f"This demo needs a network that tells classes of images apart, such as MobileNetV2; "
            f"this one takes {_shapes(inputs)} and gives {_shapes(outputs)}. Choose another file."
        )


def image_demo_steps(
    graph: Graph,
    data: Dataset,
    *,
    schemes: Sequence[str] = SCHEMES,
    calibration_samples: int = 100,
    notes: Sequence[str] = (),
    trained_range: tuple[float, float] | None = None,
) -> Steps:
    """Run the schemes under both scalings; images are decoded once for all of a scaling's schemes.

    Yields progress, and after every batch what has come of it so far.

    Parameters
    ----------
    graph : Graph
        MobileNetV2, or another classifier of images.
    data : Dataset
        A folder or table of images, fitted to `graph`; its own scaling is not used.
    schemes : sequence of str
        Ids; float32 is always run, and first.
    calibration_samples : int
        Images of `data` that ranges of activations are found from.
    notes : sequence of str
        What is known not to fit, to stand before the notes of the result.
    trained_range : tuple of float or None
        Smallest and largest input that the network was trained on, so that a scaling that does not
        fill them is warned of; None where nobody but its author knows.

    Raises
    ------
    DatasetError
        If `data` are no images, or one of them cannot be read.
    ModelFormatError
        If the model is no classifier of images.
    """
    files = data.inputs[0]
    if not isinstance(cast(Any, files), ImageFiles):
        raise DatasetError(f"{data.name} is not a folder or table of images.")
    check_network(graph)
    classes = graph.tensors[graph.outputs[0]].size
    judge = Judge.of(data, cast(Any, files), classes)
    others = (scheme for scheme in schemes if scheme != _REFERENCE)
    run = _DemoRun(graph, data, judge, (_REFERENCE, *others), calibration_samples, trained_range)
    run.notes += [*notes, *judge.notes]
    if classes != IMAGENET_CLASSES:
        run.notes.append(
            f"The network tells {counted(classes, 'class', 'classes')} apart, not the "
            f"{IMAGENET_CLASSES:,} of ImageNet: the published figures are of another task."
        )
    yield from run.check_steps(cast(Any, files))
    for scaling in SCALINGS:
        yield from run.scaling_steps(scaling)
    return run.result()


@dataclass(slots=True, eq=False)
class _DemoRun:
    """What the two scalings share."""

    graph: Graph
    data: Dataset
    judge: Judge
    schemes: tuple[str, ...]
    calibration_samples: int
    trained_range: tuple[float, float] | None
    notes: list[str] = field(default_factory=list)
    _warnings: list[str] = field(default_factory=list)
    _rows: dict[str, tuple[ImageScores, ...]] = field(default_factory=dict)
    _files: list[GzipRow] = field(default_factory=list)
    _skipped: dict[str, str] = field(default_factory=dict)
    _classes: dict[str, list[NDArray[np.int64]]] = field(default_factory=dict)
    _done: int = 0

    def result(self) -> ImageDemoResult:
        """What there is so far."""
        return ImageDemoResult(
            tuple(row for rows in self._rows.values() for row in rows),
            tuple(self._files),
            len(self.data),
            tuple(self.notes),
            tuple(self._skipped.items()),
            self._same_class(),
            tuple(self._warnings),
            self._pairs(),
        )

    def check_steps(self, files: ImageFiles) -> Generator[Progress, None, None]:
        """Decode every image once: a broken one is better found now than after minutes."""
        for path in files.paths:
            yield self._progress("reading the images")
            read_image(path)
            self._done += 1

    def scaling_steps(self, scaling: str) -> Generator[Progress | ImageDemoResult, None, None]:
        """Run every scheme on inputs of that scaling."""
        scaled, stage = self._scaled(scaling), f"inputs {scaling}"
        executors = yield from self._executor_steps(scaled, stage)
        tallies = {scheme: Tally() for scheme in executors}
        classes = self._classes.setdefault(scaling, [])
        low, high = np.inf, -np.inf
        for start in range(0, len(scaled), _BATCH):
            batch = scaled.batch(start, start + _BATCH)
            values = batch[0] if isinstance(batch, tuple) else batch
            low, high = min(low, float(values.min())), max(high, float(values.max()))
            first: NDArray[Any] | None = None
            for scheme, executor in executors.items():
                yield self._progress(f"{stage}: {scheme}")
                outputs = real_outputs(executor.graph, run_real(executor, executor.graph, batch))[0]
                outputs = outputs.reshape(len(outputs), -1)
                if first is None:
                    first = outputs
                    classes.append(outputs.argmax(axis=1))
                tallies[scheme].update(outputs, first, self.judge, start)
            self._done += len(values)
            self._rows[scaling] = tuple(
                tally.scores(scaling, scheme, self.judge) for scheme, tally in tallies.items()
            )
            yield self.result()
        if self.trained_range is not None:
            warning = range_warning(scaling, low, high, self.trained_range)
            self._warnings += [warning] if warning else []
        yield self._progress(stage)
        yield self.result()

    def _scaled(self, scaling: str) -> Dataset:
        wanted, own = Preprocessing.parse(scaling), self.data.preprocessing
        steps = replace(own, scale=wanted.scale, offset=wanted.offset, mean=(), std=())
        return replace(self.data, preprocessing=steps)

    def _executor_steps(
        self, data: Dataset, stage: str
    ) -> Generator[Progress | ImageDemoResult, None, dict[str, Executor]]:
        """Quantize under every scheme; those that do not fit the network are left out."""
        statistics = yield from self._calibration_steps(data, stage)
        executors: dict[str, Executor] = {}
        measured = bool(self._files)
        for scheme in self.schemes:
            if scheme in self._skipped:
                continue
            yield self._progress(f"{stage}: quantizing to {scheme}")
            needed = scheme_named(scheme).needs_calibration
            try:
                quantized = quantize(self.graph, scheme, statistics if needed else None)
                executors[scheme] = Executor(quantized)
                if not measured:
                    self._files.append(self._packed(quantized, scheme))
            except QvizError as error:
                # Nothing can be said without the float model.
                if scheme == _REFERENCE:
                    raise
                executors.pop(scheme, None)
                self._skipped[scheme] = str(error)
        return executors

    def _calibration_steps(
        self, data: Dataset, stage: str
    ) -> Generator[Progress, None, Statistics | None]:
        """Ranges for those of the schemes that need them; all take the smallest and largest."""
        scheme = next((s for s in map(scheme_named, self.schemes) if s.needs_calibration), None)
        if scheme is None:
            return None
        graph, samples = self.graph, self.calibration_samples
        steps = calibration_steps(graph, data, scheme, samples=samples, batch_size=_BATCH)
        return (
            yield from mapped(
                steps, lambda step: self._progress(f"{stage}: calibrating {step.done}/{step.total}")
            )
        )

    def _packed(self, quantized: Graph, scheme: str) -> GzipRow:
        """Size of what the scheme is shipped as, packed as the example packs its folders."""
        if scheme in PRECISIONS:
            try:
                return next(row for row in gzip_rows(self.graph, (scheme,)))
            except QvizError:
                if scheme != _REFERENCE:
                    raise
                # A model without Keras layers has no folder of TensorFlow.js.
        files = artifact_files(self.graph, quantized, scheme)
        return GzipRow(scheme, sum(map(len, files.values())), tar_gzip_bytes(files))

    def _both(self) -> list[NDArray[np.int64]] | None:
        """Classes that float32 gives under both scalings, once all images have them."""
        found = [np.concatenate(c) for c in self._classes.values() if c]
        if len(found) < len(SCALINGS) or len({len(c) for c in found}) > 1:
            return None
        return found

    def _same_class(self) -> float | None:
        found = self._both()
        return None if found is None else float((found[0] == found[1]).mean())

    def _pairs(self) -> RightUnder | None:
        found = self._both()
        if found is None:
            return None
        fed, trained = (self.judge.right(classes) for classes in found)
        if fed is None or trained is None:
            return None
        return RightUnder(
            both=int((fed & trained).sum()),
            only_example=int((fed & ~trained).sum()),
            only_trained=int((~fed & trained).sum()),
            neither=int((~fed & ~trained).sum()),
        )

    def _progress(self, message: str) -> Progress:
        return Progress(self._done, (1 + len(SCALINGS)) * len(self.data), message)


def _shapes(shapes: Sequence[tuple[int, ...]]) -> str:
    texts = ("(" + ", ".join("any" if n < 0 else str(n) for n in s[1:]) + ")" for s in shapes)
    return " and ".join(texts)
