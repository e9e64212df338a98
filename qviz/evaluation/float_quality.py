"""Whether the float model is any better than an answer that ignores the sample."""

from __future__ import annotations

import math

import numpy as np

from qviz.evaluation.dataset import Dataset
from qviz.evaluation.results import Comparison
from qviz.evaluation.statistics import wilson_interval
from qviz.quantities import percent_text

# Below this an interval is too wide to call a good model a guess.
_ENOUGH_SAMPLES = 20
_HALF = 0.5

_CHECK = (
    "Check that the data belong to this model and are preprocessed as in its training; what a "
    "scheme loses against such a model says nothing."
)


def baseline(data: Dataset) -> float | None:
    """What the best answer that ignores the sample would measure.

    Returns
    -------
    float or None
        The share of the commonest class, or the mean absolute error of always answering the mean;
        None without labels, and where all are the same.
    """
    if data.y is None:
        return None
    if data.task == "classification":
        counts = np.unique(data.y, return_counts=True)[1]
        return None if len(counts) < 2 else float(counts.max() / counts.sum())
    labels = np.asarray(data.y, np.float64)
    spread = float(np.abs(labels - labels.mean(axis=0)).mean())
    return spread if math.isfinite(spread) and spread > 0 else None


def float_warning(comparison: Comparison) -> str:
    """That the float model is no better than a guess, and what to look at; empty if it is better.

    A model of classes is a guess if it is right no more often than the commonest class is met. If
    that is a rare one, it has to be clearly better: by the whole of its 95 % interval.
    """
    reference, guess = comparison.row("float32"), comparison.data.baseline
    if reference is None or guess is None or not comparison.reaches_output:
        return ""
    if "top1" in reference.metrics:
        top1, samples = reference.metrics["top1"], comparison.data.samples
        low = wilson_interval(round(top1 * samples), samples)[0] if samples else top1
        unclear = guess <= _HALF and samples >= _ENOUGH_SAMPLES and low <= guess
        if top1 <= guess or unclear:
            return (
                f"The float model itself is at chance level: top-1 {percent_text(top1)}, where "
                f"always answering the commonest class would get {percent_text(guess)}. {_CHECK}"
            )
    elif "mae" in reference.metrics and not reference.metrics["mae"] < guess:
        mae = reference.metrics["mae"]
        return (
            f"The float model itself is no better than the mean: MAE {mae:.5g}, where "
            f"always answering the mean of the labels would get {guess:.5g}. {_CHECK}"
        )
    return ""
