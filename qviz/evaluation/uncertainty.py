"""How sure the numbers of a scheme are, and whether it differs from the float model at all."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.evaluation.accuracy import Outcome
from qviz.evaluation.dataset import Dataset
from qviz.evaluation.results import Flip, Interval, PairedTest
from qviz.evaluation.statistics import (
    mcnemar,
    mean_interval,
    paired_share_interval,
    root_mean_interval,
    wilcoxon_signed_rank,
    wilson_interval,
)


def metric_intervals(outcome: Outcome) -> dict[str, Interval]:
    """Interval of every metric that has one: Wilson for shares, normal for mean errors."""
    found: dict[str, Interval] = {}
    if outcome.classes is not None:
        count = len(outcome.classes)
        for name, share in outcome.metrics.items():
            found[name] = Interval(*wilson_interval(round(share * count), count), "Wilson")
    if outcome.errors is not None:
        for name, ends in (
            ("mae", mean_interval(outcome.errors[:, 0])),
            ("rmse", root_mean_interval(outcome.errors[:, 1])),
        ):
            if ends is not None and name in outcome.metrics:
                found[name] = Interval(*ends, "normal")
    return found


def paired_test(reference: Outcome, outcome: Outcome, data: Dataset) -> PairedTest | None:
    """The scheme against the float model on the same samples; None without labels.

    Parameters
    ----------
    reference, outcome : Outcome
        Of the float model and of the scheme, over all of `data`.
    data : Dataset
    """
    if reference.errors is not None and outcome.errors is not None:
        return _of_errors(reference.errors[:, 0], outcome.errors[:, 0])
    if data.task != "classification" or data.y is None:
        return None
    if reference.classes is None or outcome.classes is None:
        return None
    labels = _labels(data)
    return _of_classes(reference.classes == labels, outcome.classes == labels)


def flips(reference: Outcome, outcome: Outcome, data: Dataset) -> tuple[Flip, ...]:
    """Samples whose class is not the float model's, in order; none where outputs are numbers."""
    if outcome.classes is None or reference.classes is None:
        return ()
    labels = _labels(data) if data.task == "classification" and data.y is not None else None
    return tuple(
        Flip(
            int(i),
            int(reference.classes[i]),
            int(outcome.classes[i]),
            None if labels is None else int(labels[i]),
        )
        for i in np.flatnonzero(outcome.classes != reference.classes)
    )


def _labels(data: Dataset) -> NDArray[Any]:
    assert data.y is not None
    return data.y.reshape(len(data))


def _of_classes(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> PairedTest:
    """McNemar's test on which samples each gets right."""
    both, neither = int((first & second).sum()), int((~first & ~second).sum())
    worse, better = int((first & ~second).sum()), int((~first & second).sum())
    exact, mid_p = mcnemar(worse, better)
    ends = paired_share_interval(both, worse, better, neither)
    return PairedTest(
        name="McNemar",
        p_value=mid_p,
        method="mid-p",
        exact_p_value=exact,
        better=better,
        worse=worse,
        difference=(better - worse) / len(first),
        interval=Interval(*ends, "Newcombe"),
    )


def _of_errors(first: NDArray[np.float64], second: NDArray[np.float64]) -> PairedTest:
    """Wilcoxon's signed-rank test on the absolute errors of the samples."""
    with np.errstate(invalid="ignore"):
        differences = np.nan_to_num(second - first, nan=0.0, posinf=np.inf, neginf=-np.inf)
    p_value, exact = wilcoxon_signed_rank(differences)
    ends = mean_interval(differences)
    return PairedTest(
        name="Wilcoxon signed-rank",
        p_value=p_value,
        method="exact" if exact else "normal approximation",
        exact_p_value=p_value if exact else None,
        better=int((differences < 0).sum()),
        worse=int((differences > 0).sum()),
        difference=float(differences.mean()),
        interval=None if ends is None else Interval(*ends, "normal"),
    )
