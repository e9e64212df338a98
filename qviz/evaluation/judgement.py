"""Each scheme held against the loss that is tolerated and the hardware it is for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from qviz.evaluation.guide import HARDWARE, Hardware, runs_on
from qviz.evaluation.results import Comparison, SchemeResult
from qviz.evaluation.statistics import wilson_interval
from qviz.quantization.stored_codes import AS_IT_IS

# A loss of 5 samples in 1000 is not above 0.005, whatever the last bit of the difference says.
_ROUNDING = 1e-9

Verdict = Literal["fits", "unsure", "loses", "elsewhere", "unknown"]


@dataclass(frozen=True, slots=True)
class Loss:
    """What a scheme loses against the float model, as a share that a tolerance is held against.

    Attributes
    ----------
    measured : float
        Top-1: float minus scheme, 0.01 being a point. Numbers: increase of the MAE over the float
        model's. Without labels: share of samples whose class changed, or 1 - R². Negative for a
        gain.
    at_worst : float
        Upper end of its 95 % interval; NaN where there is none.
    """

    measured: float
    at_worst: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """One scheme held against the tolerance.

    Attributes
    ----------
    scheme : str
        Its id.
    verdict : str
        ``fits``: the loss is inside the tolerance, its interval included if there is one.
        ``unsure``: only the
        measured loss is, and there are too few samples to be sure. ``loses``: not even that.
        ``elsewhere``: it does not run on the hardware asked for, or on none at all. ``unknown``:
        the model's output is not reached, so that there is no loss.
    loss : Loss
    """

    scheme: str
    verdict: Verdict
    loss: Loss


def judge(
    comparison: Comparison, tolerance: float, hardware: Hardware | None
) -> tuple[Judgement, ...]:
    """Every scheme but ``float32``, in the order of the comparison.

    A file that was measured as it is cannot be judged: there is no float model beside it.
    """
    return tuple(
        Judgement(
            row.scheme.id,
            _verdict(row, loss, tolerance, hardware) if comparison.reaches_output else "unknown",
            loss,
        )
        for row in comparison.rows
        if row.scheme.id not in ("float32", AS_IT_IS)
        for loss in (loss_of(row, comparison),)
    )


def is_inside(loss: Loss, tolerance: float) -> bool:
    """Whether what was measured is tolerable, its interval left out of account."""
    return loss.measured <= tolerance + _ROUNDING


def loss_of(row: SchemeResult, comparison: Comparison) -> Loss:
    """What the scheme loses against ``float32``; NaN where that was not run."""
    reference = comparison.row("float32")
    samples = comparison.data.samples
    if reference is None:
        return Loss(math.nan, math.nan)
    test = row.paired
    for key, sign, unit in (("top1", -1.0, 1.0), ("mae", 1.0, reference.metrics.get("mae", 1.0))):
        if key in row.metrics and key in reference.metrics:
            lost = sign * (row.metrics[key] - reference.metrics[key])
            worst = math.nan
            if test is not None and test.interval is not None:
                worst = -test.interval.low if sign < 0 else test.interval.high
            return Loss(_ratio(lost, unit), _ratio(worst, unit))
    if samples and math.isclose(row.agreement, 1 - len(row.flipped) / samples):
        return Loss(1 - row.agreement, wilson_interval(len(row.flipped), samples)[1])
    return Loss(1 - row.agreement, math.nan)


def _verdict(row: SchemeResult, loss: Loss, tolerance: float, hardware: Hardware | None) -> Verdict:
    # An artifact that no hardware takes, such as that of eightbit, is a lesson and no answer.
    places = tuple(HARDWARE) if hardware is None else (hardware,)
    if not any(runs_on(row.scheme, place) for place in places):
        return "elsewhere"
    if not is_inside(loss, tolerance):
        return "loses"
    return "unsure" if loss.at_worst > tolerance + _ROUNDING else "fits"


def _ratio(value: float, unit: float) -> float:
    if unit:
        return value / unit
    return math.inf if value > 0 else value
