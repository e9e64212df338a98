"""Ranges of activations over a calibration set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.errors import CalibrationError
from qviz.execution import Executor
from qviz.graph import Graph
from qviz.graph.passes import to_inference_form
from qviz.quantization.histogram import StreamingHistogram

ESTIMATORS = ("min-max", "percentile")

# Elements of all tapped tensors that are in memory at once (64 MB of float32).
_TAPPED_ELEMENTS = 1 << 24


@dataclass(frozen=True, slots=True, eq=False)
class TensorStatistics:
    """What calibration saw of one float tensor.

    Attributes
    ----------
    minimum, maximum : float
        Over all samples, NaN and infinity skipped.
    count : int
        Number of values, without those skipped.
    lower, upper : float
        The range that the estimator chose; equal to `minimum` and `maximum` for min-max.
    histogram : int64 ndarray of shape (bins,) or None
        Counts over equal bins from ``histogram_range[0]`` to ``histogram_range[1]``, where an
        estimator needs them.
    histogram_range : tuple of float or None
        Outer edges of the histogram: `minimum` and `maximum` widened to whole bins.
    skipped : int
        Number of values that were NaN or infinite.
    """

    minimum: float
    maximum: float
    count: int
    lower: float
    upper: float
    histogram: NDArray[np.int64] | None = None
    histogram_range: tuple[float, float] | None = None
    skipped: int = 0


class Calibrator:
    """Runs the folded float graph on batches and gathers what its activations are.

    Every float input and every float result of an operator is watched; ranges of operators with
    a fused activation are those after it. Memory is bounded: a batch is run in pieces, and only
    minimum, maximum and (for percentile) a histogram of some thousand bins are kept a tensor.

    Parameters
    ----------
    graph : Graph
        Float; folded here if it is not yet.
    estimator : {"min-max", "percentile"}
        How values become a range. ``percentile`` leaves out half of ``100 - percentile`` percent
        of the values on each side, exact to one bin of a histogram of at least 2048 bins; at
        least the given share is always inside.
    percentile : float
        In percent, in [50, 100].

    Attributes
    ----------
    graph : Graph
        The folded graph whose tensors the statistics name.
    samples : int
        Number of samples seen.

    Raises
    ------
    CalibrationError
        If the estimator is unknown or the percentile out of range.
    UnsupportedOperatorError
        If the graph holds an operator that cannot be run.
    """

    def __init__(self, graph: Graph, estimator: str = "min-max", percentile: float = 99.99) -> None:
        if estimator not in ESTIMATORS:
            known = " and ".join(ESTIMATORS)
            raise CalibrationError(f"There is no range estimator {estimator!r}; there are {known}.")
        if not 50 <= percentile <= 100:
            raise CalibrationError(
                f"The percentile is a share of values to keep, 50 to 100, not {percentile:g}."
            )
        self.graph = to_inference_form(graph)
        self.samples = 0
        self._percentile = percentile
        self._executor = Executor(self.graph)
        names = dict.fromkeys(
            (*self.graph.inputs, *(n for o in self.graph.operators for n in o.outputs))
        )
        self._taps = tuple(n for n in names if self.graph.tensors[n].is_float)
        self._watched = {n: _Watch(histogram=estimator == "percentile") for n in self._taps}
        elements = sum(max(1, self.graph.tensors[n].size) for n in self._taps)
        self._piece = max(1, _TAPPED_ELEMENTS // max(1, elements))

    def observe(self, batch: Any) -> None:
        """Run one batch, given as `Executor.run` takes it, and add what it shows.

        Raises
        ------
        ExecutionError
            If the batch does not fit the graph.
        """
        for trace in self._executor.predict(batch, batch_size=self._piece, taps=self._taps):
            for name in self._taps:
                self._watched[name].add(trace[name])
            self.samples += _samples(self.graph, trace)

    def statistics(self) -> dict[str, TensorStatistics]:
        """What was seen so far, by tensor name.

        Raises
        ------
        CalibrationError
            If no sample was seen, or a tensor never had a finite value; the text names its layer.
        """
        if not self.samples:
            raise CalibrationError(
                "Calibration needs at least one sample, but the calibration data are empty."
            )
        layers = {n: o.layer or n for o in self.graph.operators for n in o.outputs}
        for name, watch in self._watched.items():
            if not watch.count:
                where = f"layer {layers[name]!r}" if name in layers else f"the input {name!r}"
                raise CalibrationError(
                    f"All values of {where} were NaN or infinite during calibration, so no range "
                    "can be found. Check the calibration data and the model's weights."
                )
        return {name: watch.statistics(self._percentile) for name, watch in self._watched.items()}


def calibrate(
    graph: Graph,
    batches: Iterable[Any],
    *,
    estimator: str = "min-max",
    percentile: float = 99.99,
) -> dict[str, TensorStatistics]:
    """Ranges of all float activations of `graph` in its folded form.

    Parameters
    ----------
    graph : Graph
        Float; folded here if it is not yet.
    batches : iterable
        Batches as `Executor.run` takes them: an array, a sequence or a mapping.
    estimator, percentile
        As for `Calibrator`, which shows progress between batches.

    Returns
    -------
    dict of str to TensorStatistics
        By name of the tensor in ``to_inference_form(graph)``.

    Raises
    ------
    CalibrationError
        If there is no batch, or a tensor never had a finite value.
    """
    calibrator = Calibrator(graph, estimator, percentile)
    for batch in batches:
        calibrator.observe(batch)
    return calibrator.statistics()


class _Watch:
    """What is kept of one tensor while samples come."""

    def __init__(self, *, histogram: bool) -> None:
        self.minimum, self.maximum = np.inf, -np.inf
        self.count = self.skipped = 0
        self._histogram = StreamingHistogram() if histogram else None

    def add(self, values: NDArray[Any]) -> None:
        if not values.size:
            return
        size = values.size
        lowest, highest = values.min(), values.max()
        if not (np.isfinite(lowest) and np.isfinite(highest)):
            values = values[np.isfinite(values)]
            self.skipped += size - values.size
            if not values.size:
                return
            lowest, highest = values.min(), values.max()
        self.count += values.size
        self.minimum = min(self.minimum, float(lowest))
        self.maximum = max(self.maximum, float(highest))
        if self._histogram is not None:
            self._histogram.add(values)

    def statistics(self, percentile: float) -> TensorStatistics:
        lower, upper = self.minimum, self.maximum
        histogram = self._histogram
        if histogram is None:
            return TensorStatistics(lower, upper, self.count, lower, upper, skipped=self.skipped)
        low, high = histogram.central_range(percentile)
        return TensorStatistics(
            self.minimum,
            self.maximum,
            self.count,
            max(lower, low),
            min(upper, high),
            histogram.counts,
            histogram.edges,
            self.skipped,
        )


def _samples(graph: Graph, trace: Mapping[str, NDArray[Any]]) -> int:
    names = [n for n in graph.inputs if n in trace and graph.tensors[n].shape[:1] in ((1,), (-1,))]
    return int(trace[names[0]].shape[0]) if names else 1
