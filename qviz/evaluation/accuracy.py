"""One pass of a graph over a data set: how good, how equal to the float model, which differ."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.errors import ExecutionError
from qviz.evaluation.dataset import Dataset
from qviz.evaluation.metrics import (
    ClassificationAccumulator,
    R2Accumulator,
    RegressionAccumulator,
    predicted_classes,
)
from qviz.evaluation.running import run_real
from qviz.execution import Executor
from qviz.execution.io import real_outputs
from qviz.graph import Graph

Array = NDArray[Any]

_SCORING = ("SOFTMAX", "LOG_SOFTMAX", "LOGISTIC", "FULLY_CONNECTED")
_PASSING = ("RESHAPE", "SQUEEZE", "QUANTIZE", "DEQUANTIZE")

# Beyond this many bytes the float model's outputs are kept in a temporary file.
_KEPT_IN_MEMORY = 64 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What one pass gave.

    Attributes
    ----------
    metrics : Mapping of str to float
        Against the labels; empty without.
    classes : int64 ndarray of shape (n,) or None
        Predicted classes; None where outputs are numbers.
    outputs : ndarray of shape (n, ...) or None
        First output as real values; kept of the float model only, where outputs are numbers.
    agreement : float
        With the float model, see ``SchemeResult``; NaN where the output is not reached.
    input_ranges : Mapping
        Least and greatest preprocessed value, by input.
    seconds : float
        Time of the executor.
    errors : float64 ndarray of shape (n, 2) or None
        Mean absolute and mean squared error of every sample, where labels are numbers. NaN counts
        as infinite.
    """

    metrics: Mapping[str, float]
    classes: NDArray[np.int64] | None
    outputs: Array | None
    agreement: float
    input_ranges: Mapping[str, tuple[float, float]]
    seconds: float
    errors: NDArray[np.float64] | None = None


def tells_classes(graph: Graph, data: Dataset) -> bool:
    """Whether the model's first output is to be read as classes.

    Labels decide. Without labels, two or more numbers in a single dimension are taken for scores of
    classes if a softmax, a sigmoid or a dense layer makes them.
    """
    if data.task != "none":
        return data.task == "classification"
    if len([n for n in graph.tensors[graph.outputs[0]].shape[1:] if n != 1]) != 1:
        return False
    return _last_kind(graph) in _SCORING


def _last_kind(graph: Graph) -> str:
    """Kind of the operator that makes the first output; empty if none does."""
    producers = graph.producers()
    name: str | None = graph.outputs[0]
    while name in producers:
        operator = graph.operators[producers[name]]
        if operator.kind not in _PASSING:
            return operator.kind
        name = operator.inputs[0]
    return ""


def _probability_shift(graph: Graph, as_classes: bool) -> float:
    """What to add to a single score so that 0.5 divides the classes.

    A sigmoid gives a probability; what comes out of any other operator is a logit, divided at 0.
    """
    single = all(n == 1 for n in graph.tensors[graph.outputs[0]].shape[1:])
    return 0.5 if as_classes and single and _last_kind(graph) != "LOGISTIC" else 0.0


def run_steps(
    executor: Executor,
    graph: Graph,
    data: Dataset,
    batch_size: int,
    float_outcome: Outcome | None = None,
) -> Generator[int, None, Outcome]:
    """Run all samples, yielding the number done after each batch.

    Parameters
    ----------
    executor : Executor
        Of `graph`.
    data : Dataset
        Fitted to the model.
    batch_size : int
        Bounds the memory.
    float_outcome : Outcome or None
        Of the float model; None if this is the float model.
    """
    as_classes = (
        tells_classes(graph, data) if float_outcome is None else (float_outcome.classes is not None)
    )
    keeper = _Keeper(len(data), as_classes)
    scores = ClassificationAccumulator() if data.task == "classification" else None
    numbers = RegressionAccumulator() if data.task == "regression" else None
    errors = np.zeros((len(data), 2)) if data.task == "regression" else None
    closeness = R2Accumulator()
    ranges: dict[str, tuple[float, float]] = {}
    shift = _probability_shift(graph, as_classes)
    seconds = 0.0
    for start in range(0, len(data), batch_size):
        stop = min(start + batch_size, len(data))
        batch = data.batch(start, stop)
        _widen(ranges, graph.inputs, batch)
        began = time.perf_counter()
        trace = run_real(executor, graph, batch)
        seconds += time.perf_counter() - began
        output = real_outputs(graph, trace)[0]
        if output.shape[:1] != (stop - start,):
            raise ExecutionError(
                f"The output {graph.outputs[0]} has shape {output.shape} for {stop - start} "
                f"samples: it is not one result for each sample, so that samples cannot be "
                f"compared."
            )
        if shift:
            output = output + np.float32(shift)
        if data.y is not None and scores is not None:
            scores.update(output, data.y[start:stop])
        if data.y is not None and numbers is not None:
            numbers.update(output, data.y[start:stop])
        if data.y is not None and errors is not None:
            errors[start:stop] = _sample_errors(output, data.y[start:stop])
        if float_outcome is not None and float_outcome.outputs is not None:
            closeness.update(float_outcome.outputs[start:stop], output)
        if as_classes or float_outcome is None:
            keeper.keep(start, output)
        yield stop
    accumulator = scores or numbers
    return Outcome(
        metrics=accumulator.result() if accumulator else {},
        classes=keeper.classes,
        outputs=keeper.outputs,
        agreement=_agreement(keeper.classes, float_outcome, closeness),
        input_ranges=ranges,
        seconds=seconds,
        errors=errors,
    )


def input_range_steps(
    graph: Graph, data: Dataset, batch_size: int
) -> Generator[int, None, Outcome]:
    """What can be told of samples where the output is not reached: the ranges of the inputs."""
    ranges: dict[str, tuple[float, float]] = {}
    for start in range(0, len(data), batch_size):
        stop = min(start + batch_size, len(data))
        _widen(ranges, graph.inputs, data.batch(start, stop))
        yield stop
    return Outcome(
        metrics={},
        classes=None,
        outputs=None,
        agreement=math.nan,
        input_ranges=ranges,
        seconds=0.0,
    )


def _sample_errors(outputs: Array, labels: Array) -> NDArray[np.float64]:
    """Mean absolute and mean squared error of each sample, of shape (n, 2)."""
    count = len(outputs)
    with np.errstate(over="ignore", invalid="ignore"):
        difference = outputs.reshape(count, -1).astype(np.float64) - labels.reshape(count, -1)
        both = np.stack([np.abs(difference).mean(axis=1), (difference**2).mean(axis=1)], axis=1)
    return np.where(np.isnan(both), np.inf, both)


class _Keeper:
    """Keeps what later passes are compared with: classes, or the outputs themselves."""

    def __init__(self, samples: int, as_classes: bool) -> None:
        self._samples = samples
        self.classes = np.zeros(samples, np.int64) if as_classes else None
        self.outputs: Array | None = None

    def keep(self, start: int, output: Array) -> None:
        """Keep the outputs of samples from `start` on."""
        stop = start + len(output)
        if self.classes is not None:
            self.classes[start:stop] = predicted_classes(output)
            return
        if self.outputs is None:
            self.outputs = self._store((self._samples, *output.shape[1:]))
        self.outputs[start:stop] = output

    @staticmethod
    def _store(shape: tuple[int, ...]) -> Array:
        if int(np.prod(shape, dtype=np.int64)) * 4 <= _KEPT_IN_MEMORY:
            return np.empty(shape, np.float32)
        # The map keeps the unnamed file open, and with it the file lives.
        with tempfile.TemporaryFile() as file:
            return np.memmap(file, np.float32, "w+", shape=shape)


def _agreement(
    classes: NDArray[np.int64] | None, float_outcome: Outcome | None, closeness: R2Accumulator
) -> float:
    if float_outcome is None:
        return 1.0
    if classes is not None and float_outcome.classes is not None:
        return float((classes == float_outcome.classes).mean())
    return closeness.result()


def _widen(
    ranges: dict[str, tuple[float, float]],
    names: tuple[str, ...],
    batch: NDArray[np.generic] | tuple[NDArray[np.generic], ...],
) -> None:
    arrays = batch if isinstance(batch, tuple) else (batch,)
    for name, values in zip(names, arrays, strict=True):
        if values.dtype.kind != "f" or not values.size:
            continue
        low, high = float(values.min()), float(values.max())
        known = ranges.get(name, (low, high))
        ranges[name] = (min(low, known[0]), max(high, known[1]))
