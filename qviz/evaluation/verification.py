"""A model held against the LiteRT interpreter: what ``qviz verify`` does."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from qviz.errors import ExecutionError, QvizError, SchemeError
from qviz.evaluation.dataset import Dataset
from qviz.evaluation.litert import KERNELS, LitertProcess
from qviz.evaluation.model_part import ModelPart
from qviz.evaluation.partial_model import described, nothing_left
from qviz.evaluation.provenance import versions
from qviz.evaluation.random_inputs import random_inputs
from qviz.evaluation.side_by_side import SideBySide
from qviz.evaluation.verification_results import Verification, VerificationReport
from qviz.execution import MODES, quantize_input, runnable_part
from qviz.formats.tflite.reader import read_tflite
from qviz.formats.tflite.writer import write_tflite
from qviz.graph import Graph
from qviz.progress import Progress, finish

Array = NDArray[Any]

KNOWN_MODES = tuple(KERNELS)


def tflite_bytes(path: str | os.PathLike[str], *, allow_code: bool = False) -> bytes:
    """The ``.tflite`` file of a model: as it is, or written for a model of another format.

    Raises
    ------
    ModelFormatError
        If it cannot be opened.
    ExportError
        If a layer has no place in a ``.tflite`` file.
    """
    from qviz.formats import open_model
    from qviz.graph.passes import to_inference_form

    graph = open_model(path, allow_code=allow_code)
    if graph.source is not None and graph.source.format == "tflite":
        return Path(path).read_bytes()
    return write_tflite(to_inference_form(graph))


def verify(
    model: bytes | str | os.PathLike[str],
    *,
    modes: Sequence[str] | None = None,
    seed: int = 0,
    samples: int = 4,
    data: Dataset | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Verification:
    """Run a model in qviz and in LiteRT and compare every tensor.

    Parameters
    ----------
    model : bytes, str or path
        A ``.tflite`` file, or a model of another format, which is written as one.
    modes : sequence of str, optional
        Rounding modes; all that the executor has if not given.
    seed : int
        Of the random inputs.
    samples : int
        Random inputs; also how many samples of `data` are run at most.
    data : Dataset, optional
        Real inputs beside the random ones.
    on_progress : callable, optional
        Called with a :class:`Progress` before each run.

    Raises
    ------
    SchemeError
        If a mode is unknown.
    ExecutionError
        If no sample is asked for.
    ModelFormatError, DatasetError
        If model or data cannot be used.
    """
    content = model if isinstance(model, bytes) else tflite_bytes(model)
    name = "model" if isinstance(model, bytes) else Path(model).name
    steps = verification_steps(
        content, name=name, modes=modes, seed=seed, samples=samples, data=data
    )
    return finish(steps, on_progress)


def verification_steps(
    content: bytes,
    *,
    name: str = "model",
    modes: Sequence[str] | None = None,
    seed: int = 0,
    samples: int = 4,
    data: Dataset | None = None,
    interpreter: LitertProcess | None = None,
) -> Generator[Progress, None, Verification]:
    """:func:`verify` as a generator of steps, on the bytes of a ``.tflite`` file.

    `interpreter` is a child process to use instead of a new one; it is left running. Where an
    operator cannot be run, LiteRT, which may refuse such a file, is given one of what is left.
    """
    chosen = _modes(modes)
    graph = read_tflite(content, name)
    if samples < 1:
        raise ExecutionError(f"To verify, at least 1 sample has to be run, not {samples}.")
    fitted = None if data is None else data.head(samples).fitted(graph)
    inputs = _Inputs(graph, seed, samples, fitted)
    reports: list[VerificationReport] = []
    run = _Runnable.of(graph, content, name)
    if run.problem:
        reports = [VerificationReport(mode, problem=run.problem) for mode in chosen]
    with contextlib.ExitStack() as stack:
        litert = interpreter or stack.enter_context(LitertProcess())
        litert.load(run.content)
        for position, mode in enumerate(() if run.problem else chosen):
            before, total = position * len(inputs), len(chosen) * len(inputs)
            report = yield from _mode_steps(run, mode, litert, inputs, before, total)
            reports.append(report)
    return Verification(
        model=name,
        sha256=hashlib.sha256(content).hexdigest(),
        seed=seed,
        random_samples=samples,
        data_samples=0 if fitted is None else len(fitted),
        data="" if fitted is None else fitted.name,
        modes=tuple(reports),
        versions=versions(),
        part=run.part,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Runnable:
    """What both sides run: the file, or one that was written of what can be run of it.

    Attributes
    ----------
    graph : Graph
        As it was read from `content`.
    content : bytes
    positions : tuple of int or None
        Of its operators in the model's own file; None where that is what is run.
    part : ModelPart or None
    problem : str
        Why nothing can be run; empty if something can.
    """

    graph: Graph
    content: bytes
    positions: tuple[int, ...] | None = None
    part: ModelPart | None = None
    problem: str = ""

    @classmethod
    def of(cls, graph: Graph, content: bytes, name: str) -> _Runnable:
        """All of a model, or what is left of it without operators that cannot be run."""
        found = runnable_part(graph)
        if not found.problems:
            return cls(graph, content)
        part = described(graph, found)
        if found.executor is None:
            problem = str(nothing_left(part, found.problems[0]))
            return cls(graph, content, part=part, problem=problem)
        try:
            written = write_tflite(found.executor.graph)
            return cls(read_tflite(written, name), written, found.operators, part)
        except QvizError as error:
            return cls(graph, content, part=part, problem=f"{part.cause} {error}")


def _mode_steps(
    model: _Runnable, mode: str, litert: LitertProcess, inputs: _Inputs, done: int, total: int
) -> Generator[Progress, None, VerificationReport]:
    """Run all samples in one mode; what prevents it becomes the report's problem."""
    yield Progress(done, total, f"{mode}: preparing the kernels")
    try:
        run = SideBySide(model.graph, mode, litert, model.positions)
    except QvizError as error:
        return VerificationReport(mode, problem=str(error))
    try:
        for sample, arrays in enumerate(inputs if run.measures else ()):
            yield Progress(done, total, f"{mode}: ranges of sample {sample + 1}")
            run.measure(arrays)
        for sample, arrays in enumerate(inputs):
            yield Progress(done + sample, total, f"{mode}: sample {sample + 1}")
            run.add(arrays)
    except QvizError as error:
        return run.report(str(error))
    return run.report()


def _modes(wanted: Sequence[str] | None) -> tuple[str, ...]:
    if wanted is None:
        return tuple(mode for mode in MODES if mode in KNOWN_MODES)
    unknown = [mode for mode in wanted if mode not in KNOWN_MODES]
    if unknown or not wanted:
        listed = ", ".join(KNOWN_MODES)
        said = f"there is no mode {unknown[0]!r}" if unknown else "no mode is named"
        raise SchemeError(f"To verify, {said}; modes are {listed}.")
    return tuple(dict.fromkeys(wanted))


@dataclass(frozen=True, slots=True)
class _Inputs:
    """All samples that are run: random ones, then those of the data."""

    graph: Graph
    seed: int
    random: int
    data: Dataset | None

    def __len__(self) -> int:
        return self.random + (0 if self.data is None else len(self.data))

    def __iter__(self) -> Iterator[dict[str, Array]]:
        for sample in range(self.random):
            yield random_inputs(self.graph, self.seed, sample)
        for batch in [] if self.data is None else self.data.batches(1):
            arrays = batch if isinstance(batch, tuple) else (batch,)
            yield {
                name: quantize_input(self.graph.tensors[name], array)
                for name, array in zip(self.graph.inputs, arrays, strict=True)
            }
