"""What was measured says: the smallest artifact that loses little enough, and the Pareto front."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from qviz.evaluation.guide import HARDWARE, Hardware, runs_on
from qviz.evaluation.results import Comparison, SchemeResult
from qviz.evaluation.statistics import wilson_interval
from qviz.quantities import counted

TOLERANCE = 0.01
"""Loss that is tolerated where nobody says another: a point of accuracy, 1 % of an error."""

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


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The measured answer.

    Attributes
    ----------
    tolerance : float
    hardware : str
        Empty for any.
    scheme : str
        Id of the smallest artifact that fits; empty if none does, or if none of those is smaller
        than ``float32`` where that runs too.
    smallest_unsure : str
        Id of the smallest one whose measured loss is tolerable, the interval left out of account,
        where that is smaller than `scheme`; else empty.
    sentence : str
        All of this as people read it.
    judgements : tuple of Judgement
        In the order of the comparison; ``float32`` is not judged.
    pareto, gzip_pareto : tuple of str
        Ids on the Pareto front of quality and size, plain and gzipped, of what runs on the
        hardware; the smallest first.
    """

    tolerance: float
    hardware: str
    scheme: str
    smallest_unsure: str
    sentence: str
    judgements: tuple[Judgement, ...]
    pareto: tuple[str, ...]
    gzip_pareto: tuple[str, ...] = ()


def recommend(
    comparison: Comparison, tolerance: float = TOLERANCE, hardware: Hardware | None = None
) -> Recommendation:
    """The smallest artifact whose loss stays inside the tolerance, its interval included.

    Parameters
    ----------
    comparison : Comparison
        With ``float32`` among its rows.
    tolerance : float
        See :class:`Loss`.
    hardware : str, optional
        Leaves out what does not run there.
    """
    judgements = tuple(
        Judgement(
            row.scheme.id,
            _verdict(row, loss, tolerance, hardware) if comparison.reaches_output else "unknown",
            loss,
        )
        for row in comparison.rows
        if row.scheme.id != "float32"
        for loss in (loss_of(row, comparison),)
    )
    below = _size_to_beat(comparison, hardware)
    chosen = _smallest(comparison, judgements, ("fits",), below)
    leaning = _smallest(comparison, judgements, ("fits", "unsure"), below)
    if leaning is chosen:
        leaning = None
    return Recommendation(
        tolerance=tolerance,
        hardware=hardware or "",
        scheme=chosen.scheme.id if chosen else "",
        smallest_unsure=leaning.scheme.id if leaning else "",
        sentence=_sentence(comparison, tolerance, hardware, chosen, leaning, judgements),
        judgements=judgements,
        pareto=pareto_front(comparison, hardware=hardware),
        gzip_pareto=pareto_front(comparison, gzipped=True, hardware=hardware),
    )


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


def pareto_front(
    comparison: Comparison, *, gzipped: bool = False, hardware: Hardware | None = None
) -> tuple[str, ...]:
    """Schemes that no other beats in size without being worse, or in quality without being larger.

    ``float32`` included; the smallest first. Pruned and clustered artifacts are smaller gzipped
    only. With `hardware`, among those that run there.
    """
    quality = {row.scheme.id: -loss_of(row, comparison).measured for row in comparison.rows}
    if comparison.row("float32") is None:
        quality = {row.scheme.id: _own_quality(row) for row in comparison.rows}
    rows = [
        row
        for row in comparison.rows
        if not math.isnan(quality[row.scheme.id])
        and (hardware is None or runs_on(row.scheme, hardware))
    ]

    def size(row: SchemeResult) -> int:
        return row.gzip_bytes if gzipped else row.size_bytes

    def beats(a: SchemeResult, b: SchemeResult) -> bool:
        mine, other = quality[a.scheme.id], quality[b.scheme.id]
        return size(a) <= size(b) and mine >= other and (size(a) < size(b) or mine > other)

    front = [b for b in rows if not any(beats(a, b) for a in rows)]
    return tuple(row.scheme.id for row in sorted(front, key=size))


def tolerance_text(comparison: Comparison, tolerance: float) -> str:
    """The tolerance in the words of the metric it is held against."""
    metrics = {name for row in comparison.rows for name in row.metrics}
    if "top1" in metrics:
        points = f"{tolerance * 100:.4g}"
        return f"at most {points} {'point' if points == '1' else 'points'} below float32"
    if "mae" in metrics:
        return f"at most {tolerance * 100:.4g}% above float32"
    return f"with at most {tolerance * 100:.4g}% disagreement with float32"


def _own_quality(row: SchemeResult) -> float:
    if "top1" in row.metrics:
        return row.metrics["top1"]
    return -row.metrics["mae"] if "mae" in row.metrics else row.agreement


def _ratio(value: float, unit: float) -> float:
    if unit:
        return value / unit
    return math.inf if value > 0 else value


def _verdict(row: SchemeResult, loss: Loss, tolerance: float, hardware: Hardware | None) -> Verdict:
    # An artifact that no hardware takes, such as that of eightbit, is a lesson and no answer.
    places = tuple(HARDWARE) if hardware is None else (hardware,)
    if not any(runs_on(row.scheme, place) for place in places):
        return "elsewhere"
    limit = tolerance + _ROUNDING
    if not loss.measured <= limit:
        return "loses"
    return "unsure" if loss.at_worst > limit else "fits"


def _size_to_beat(comparison: Comparison, hardware: Hardware | None) -> float:
    """Bytes of ``float32``, where that would do as well; else infinity."""
    reference = comparison.row("float32")
    if reference is None or (hardware is not None and not runs_on(reference.scheme, hardware)):
        return math.inf
    return reference.size_bytes


def _smallest(
    comparison: Comparison,
    judgements: tuple[Judgement, ...],
    verdicts: tuple[Verdict, ...],
    below: float,
) -> SchemeResult | None:
    fitting = {j.scheme for j in judgements if j.verdict in verdicts}
    rows = [r for r in comparison.rows if r.scheme.id in fitting and r.size_bytes < below]
    return min(rows, key=lambda row: (row.size_bytes, row.gzip_bytes), default=None)


def _sentence(
    comparison: Comparison,
    tolerance: float,
    hardware: Hardware | None,
    chosen: SchemeResult | None,
    leaning: SchemeResult | None,
    judgements: tuple[Judgement, ...],
) -> str:
    if comparison.row("float32") is None or len(comparison.rows) < 2:
        return ""
    if not comparison.reaches_output:
        return "Without the model's output there is no accuracy to choose a scheme by."
    limit = tolerance_text(comparison, tolerance)
    where = f" for {HARDWARE[hardware]}" if hardware else ""
    count = comparison.data.samples
    sure = "with 95% confidence"
    few = f"{counted(count, 'sample')} {'is' if count == 1 else 'are'}"
    if chosen is None and leaning is None:
        within = [j.scheme for j in judgements if j.verdict in ("fits", "unsure")]
        if within:
            return f"No scheme{where} that stays {limit} has a smaller artifact than float32."
        return f"No scheme{where} stays {limit}."
    if chosen is None and leaning is not None:
        return (
            f"Smallest artifact{where} that measured {limit}: {_described(leaning, comparison)}. "
            f"{few} too few to say so {sure}."
        )
    assert chosen is not None
    if math.isnan(loss_of(chosen, comparison).at_worst):
        sure = f"on {counted(count, 'sample')}"
    text = f"Smallest artifact{where} {limit} {sure}: {_described(chosen, comparison)}."
    if leaning is not None:
        better = "is smaller" if leaning.size_bytes < chosen.size_bytes else "packs better"
        text += (
            f" {leaning.scheme.id} measured inside that limit too and {better}, but "
            f"{few} too few to be sure of it."
        )
    return text


def _described(row: SchemeResult, comparison: Comparison) -> str:
    """The scheme with what it measured, and its size."""
    reference = comparison.row("float32")
    assert reference is not None
    if "top1" in row.metrics:
        told = f"top-1 {row.metrics['top1']:.2%} (float32 {reference.metrics['top1']:.2%})"
    elif "mae" in row.metrics:
        told = f"MAE {row.metrics['mae']:.5g} (float32 {reference.metrics['mae']:.5g})"
    else:
        told = f"agreement {row.agreement:.2%}"
    return (
        f"{row.scheme.id} with {told} at {row.size_bytes / 1e3:,.1f} kB, {_beside(row, reference)}"
    )


def _beside(row: SchemeResult, reference: SchemeResult) -> str:
    if row.size_bytes >= reference.size_bytes:
        return f"not smaller than float32 ({reference.size_bytes / 1e3:,.1f} kB)"
    return f"{reference.size_bytes / max(row.size_bytes, 1):.1f} times smaller"
