"""Ranges of activations from a data set, batch by batch."""

from __future__ import annotations

from collections.abc import Generator, Mapping

from qviz.evaluation.dataset import Dataset
from qviz.graph import Graph
from qviz.progress import Progress
from qviz.quantization import Calibrator, Scheme, TensorStatistics

Statistics = Mapping[str, TensorStatistics]

# Small, so that progress is seen and a stop is quick.
_BATCH = 8


def calibration_steps(
    graph: Graph,
    data: Dataset,
    scheme: Scheme,
    *,
    samples: int,
    seed: int = 0,
    batch_size: int = _BATCH,
) -> Generator[Progress, None, Statistics]:
    """Run samples through `graph` and find the ranges as `scheme` estimates them.

    Parameters
    ----------
    graph : Graph
        Float, pruned and clustered already where the scheme does that (`change_weights`).
    data : Dataset
        Fitted to the graph.
    scheme : Scheme
        Of which the range estimator and its percentile are used.
    samples : int
        How many are drawn at most.
    seed : int
        Of the choice of samples.
    batch_size : int
        Samples run at once, which bounds the memory.

    Returns
    -------
    Mapping of str to TensorStatistics
        By name of the tensor in the folded graph.

    Raises
    ------
    CalibrationError
        If there is no sample, or a tensor never had a finite value.
    """
    calibrator = Calibrator(graph, scheme.range_estimator, scheme.percentile)
    total = data.calibration_count(samples)
    for batch in data.calibration_batches(samples, batch_size, seed):
        yield Progress(calibrator.samples, total, "calibrating")
        calibrator.observe(batch)
    return calibrator.statistics()
