"""What was measured says: the smallest artifact that loses little enough, and the Pareto front."""

from __future__ import annotations

import math
from dataclasses import dataclass

from qviz.evaluation.float_quality import float_warning
from qviz.evaluation.guide import Hardware, runs_on
from qviz.evaluation.judgement import Judgement, Verdict, judge
from qviz.evaluation.pareto import pareto_front
from qviz.evaluation.recommendation_text import sentence
from qviz.evaluation.results import Comparison, SchemeResult

TOLERANCE = 0.01
"""Loss that is tolerated where nobody says another: a point of accuracy, 1 % of an error."""


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
        than ``float32`` where that runs too, or if the float model itself is no good.
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
    judgements = judge(comparison, tolerance, hardware)
    useless = float_warning(comparison)
    below = 0.0 if useless else _size_to_beat(comparison, hardware)
    chosen = _smallest(comparison, judgements, ("fits",), below)
    leaning = _smallest(comparison, judgements, ("fits", "unsure"), below)
    if leaning is chosen:
        leaning = None
    return Recommendation(
        tolerance=tolerance,
        hardware=hardware or "",
        scheme=chosen.scheme.id if chosen else "",
        smallest_unsure=leaning.scheme.id if leaning else "",
        sentence=useless or sentence(comparison, tolerance, hardware, chosen, leaning, judgements),
        judgements=judgements,
        pareto=pareto_front(comparison, hardware=hardware),
        gzip_pareto=pareto_front(comparison, gzipped=True, hardware=hardware),
    )


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
