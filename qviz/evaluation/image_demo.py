"""MobileNetV2's demo: two scalings of the input, accuracy by class number and by the word rule."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from qviz.errors import DatasetError
from qviz.evaluation.calibration import Statistics, calibration_steps
from qviz.evaluation.data_files import cache_folder
from qviz.evaluation.dataset import Dataset
from qviz.evaluation.demo import GzipRow, gzip_rows
from qviz.evaluation.image_folder import ImageFiles, listed_names, read_class_index
from qviz.evaluation.label_rule import accepted, label_words
from qviz.evaluation.metrics import ClassificationAccumulator
from qviz.evaluation.preprocessing import Preprocessing
from qviz.evaluation.running import run_real
from qviz.execution import Executor
from qviz.execution.io import real_outputs
from qviz.graph import Graph
from qviz.progress import Progress, mapped
from qviz.quantization import quantize
from qviz.quantization.scheme import scheme as scheme_named

SCALINGS = {"0..1": "as the example feeds it", "-1..1": "as it was trained"}
"""Presets of the preprocessing, each with what it stands for."""

SCHEMES = ("float32", "tfjs-uint16", "tfjs-uint8", "dynamic-range", "int8-per-tensor", "int8")

TRAINED_RANGE = (-1.0, 1.0)
"""Inputs that MobileNetV2 of keras.applications was trained on."""

_BATCH = 8
_TOP = 5
_FITTING_SHARE = 0.75


@dataclass(frozen=True, slots=True)
class ImageScores:
    """Shares of images for which one scheme was right; None where it cannot be said.

    Attributes
    ----------
    top1, top5 : float or None
        By class number.
    word_top1, word_top5 : float or None
        By :mod:`qviz.evaluation.label_rule`.
    """

    scaling: str
    scheme: str
    top1: float | None
    top5: float | None
    word_top1: float | None
    word_top5: float | None
    agreement: float


@dataclass(frozen=True, slots=True)
class ImageDemoResult:
    """What came of the demo.

    Attributes
    ----------
    rows : tuple of ImageScores
    gzip : tuple of GzipRow
    samples : int
    notes : tuple of str
        What does not fit, in sentences.
    """

    rows: tuple[ImageScores, ...]
    gzip: tuple[GzipRow, ...]
    samples: int
    notes: tuple[str, ...]


def range_note(scaling: str, low: float, high: float) -> str | None:
    """A sentence if inputs do not fill the range that the network was trained on."""
    least, greatest = TRAINED_RANGE
    share = (min(high, greatest) - max(low, least)) / (greatest - least)
    if low >= least and high <= greatest and share >= _FITTING_SHARE:
        return None
    return (
        f"Scaled to {scaling}, the inputs reach from {low:.3g} to {high:.3g}, but the network was "
        f"trained on {least:g} to {greatest:g}: the input range does not fit, and accuracy is lost "
        f"before anything is quantized."
    )


def image_demo_steps(
    graph: Graph,
    data: Dataset,
    *,
    schemes: Sequence[str] = SCHEMES,
    calibration_samples: int = 100,
) -> Generator[Progress, None, ImageDemoResult]:
    """Run the schemes under both scalings; images are decoded once for all of a scaling's schemes.

    Parameters
    ----------
    graph : Graph
        MobileNetV2, or another classifier of images.
    data : Dataset
        A folder or table of images, fitted to `graph`; its own scaling is not used.
    calibration_samples : int
        Images of `data` that ranges of activations are found from.

    Raises
    ------
    DatasetError
        If `data` are no images, or the model has no scores of classes.
    """
    files = data.inputs[0]
    if not isinstance(cast(Any, files), ImageFiles):
        raise DatasetError(f"{data.name} is not a folder or table of images.")
    classes = graph.tensors[graph.outputs[0]].size
    judge = _Judge.of(data, cast(Any, files), classes)
    total = len(SCALINGS) * len(data)
    rows: list[ImageScores] = []
    notes = list(judge.notes)
    for number, scaling in enumerate(SCALINGS):
        wanted = Preprocessing.parse(scaling)
        steps = replace(
            data.preprocessing, scale=wanted.scale, offset=wanted.offset, mean=(), std=()
        )
        scaled = replace(data, preprocessing=steps)
        done = number * len(data)
        stage = f"inputs {scaling}"
        yield Progress(done, total, f"{stage}: quantizing")
        statistics = yield from mapped(
            _calibrate(graph, scaled, schemes, calibration_samples),
            partial(_within, done, total, stage),
        )
        executors = [_executor(graph, scheme, statistics) for scheme in schemes]
        scores = [_Scores() for _ in executors]
        low, high = np.inf, -np.inf
        for start in range(0, len(data), _BATCH):
            batch = scaled.batch(start, start + _BATCH)
            values = batch[0] if isinstance(batch, tuple) else batch
            low, high = min(low, float(values.min())), max(high, float(values.max()))
            first: NDArray[Any] | None = None
            for executor, score in zip(executors, scores, strict=True):
                outputs = real_outputs(executor.graph, run_real(executor, executor.graph, batch))[0]
                outputs = outputs.reshape(len(outputs), -1)
                first = outputs if first is None else first
                score.update(outputs, first, judge, start)
            yield Progress(done + min(start + _BATCH, len(data)), total, stage)
        note = range_note(scaling, low, high)
        notes += [note] if note else []
        rows += [
            score.row(scaling, scheme, judge) for score, scheme in zip(scores, schemes, strict=True)
        ]
    return ImageDemoResult(tuple(rows), gzip_rows(graph), len(data), tuple(notes))


def _calibrate(
    graph: Graph, data: Dataset, schemes: Sequence[str], samples: int
) -> Generator[Progress, None, Statistics | None]:
    """Ranges for those of the schemes that need them; all take the smallest and largest value."""
    scheme = next((s for s in map(scheme_named, schemes) if s.needs_calibration), None)
    if scheme is None:
        return None
    return (yield from calibration_steps(graph, data, scheme, samples=samples, batch_size=_BATCH))


def _within(done: int, total: int, stage: str, step: Progress) -> Progress:
    """A step of calibration as seen from the whole demo, which counts other samples."""
    return Progress(done, total, f"{stage}: {step.message} {step.done}/{step.total}")


def _executor(graph: Graph, scheme: str, statistics: Statistics | None) -> Executor:
    needed = scheme_named(scheme).needs_calibration
    return Executor(quantize(graph, scheme, statistics if needed else None))


@dataclass(frozen=True, slots=True, eq=False)
class _Judge:
    """What is right for each image."""

    numbers: NDArray[np.int64] | None
    accepted: NDArray[np.bool_] | None
    notes: tuple[str, ...]

    @classmethod
    def of(cls, data: Dataset, files: ImageFiles, classes: int) -> _Judge:
        names = data.class_names
        if len(names) != classes and files.folder is not None:
            names = listed_names(files.folder)[0]
        if len(names) != classes:
            names = read_class_index(cache_folder().parent / "models")[0]
        numbers = None if data.y is None else data.y.astype(np.int64)
        notes = []
        words = None
        if len(names) == classes:
            found = label_words(files.labels, files.paths, numbers, names)
            missing = sum(word is None for word in found)
            if missing < len(found):
                words = accepted(found, names)
            if missing:
                notes.append(f"{missing} of {len(found)} images have no word to look for.")
        else:
            notes.append(
                f"The names of the {classes} classes are not known, so the word rule cannot be "
                f"applied: put imagenet_class_index.json (as Keras keeps it) or class_names.txt "
                f"beside the images."
            )
        return cls(numbers, words, tuple(notes))


class _Scores:
    """Counts of one scheme under one scaling."""

    def __init__(self) -> None:
        self._by_number = ClassificationAccumulator()
        self._count = self._word1 = self._word5 = self._same = 0

    def update(
        self, outputs: NDArray[Any], reference: NDArray[Any], judge: _Judge, start: int
    ) -> None:
        """Add a batch of images from `start` on."""
        stop = start + len(outputs)
        best = np.argsort(-outputs, axis=1, kind="stable")[:, :_TOP]
        self._count += len(outputs)
        self._same += int((best[:, 0] == reference.argmax(axis=1)).sum())
        if judge.numbers is not None:
            self._by_number.update(outputs, judge.numbers[start:stop])
        if judge.accepted is not None:
            right = np.take_along_axis(judge.accepted[start:stop], best, axis=1)
            self._word1 += int(right[:, 0].sum())
            self._word5 += int(right.any(axis=1).sum())

    def row(self, scaling: str, scheme: str, judge: _Judge) -> ImageScores:
        """The shares."""
        by_number = self._by_number.result()
        worded = judge.accepted is not None
        return ImageScores(
            scaling,
            scheme,
            by_number.get("top1"),
            by_number.get("top5"),
            self._word1 / self._count if worded else None,
            self._word5 / self._count if worded else None,
            self._same / self._count,
        )
