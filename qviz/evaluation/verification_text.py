"""What a verification found, as sentences; the command line and the window say the same."""

from __future__ import annotations

import numpy as np

from qviz.evaluation.verification_results import (
    FLOAT_TOLERANCE,
    Difference,
    OperatorCheck,
    Verification,
    VerificationReport,
)
from qviz.quantities import counted

AGAINST = {
    "reference": "LiteRT's reference kernels",
    "xnnpack": "LiteRT as it runs by default (XNNPACK)",
}
"""What each rounding mode is held against."""


def verdict(report: VerificationReport) -> str:
    """One sentence: whether qviz computes what LiteRT does."""
    total = report.difference
    if report.problem:
        after = f" after {counted(report.samples, 'sample')}" if report.samples else ""
        return f"stopped{after}: {report.problem}"
    if not total.differing:
        if not total.max_share:
            return f"no value of {total.values:,} differs"
        integers = sum(
            check.difference.values
            for check in report.tensors
            if np.dtype(check.dtype).kind not in "fc"
        )
        reals = f"{total.values - integers:,} real values lie within {total.max_share:.1g} of"
        if not integers:
            return f"all {reals} their range"
        return f"no integer of {integers:,} differs, and {reals} their range"
    return (
        f"{total.differing:,} of {total.values:,} values differ, first at operator "
        f"{report.first_operator}"
    )


def part_of_model(verification: Verification) -> str:
    """What was compared of a model that cannot be run as a whole; empty if all of it was."""
    part = verification.part
    if part is None or not part.run:
        # Of a model of which nothing can be run, the modes say so.
        return ""
    return (
        f"{part.text} LiteRT was given a .tflite file of that part, written for it, instead of "
        "the model's own."
    )


def findings_of(report: VerificationReport) -> tuple[str, ...]:
    """Sentences on what differs and why, the most telling first."""
    said = [_about(check) for check in report.wrong_operators]
    if report.difference.differing and not report.wrong_operators:
        said.append(
            "Every operator agrees when it is given LiteRT's own inputs: differences of real "
            f"values below {FLOAT_TOLERANCE:g} of their range grew on the way."
        )
    if report.not_compared:
        name, why = report.not_compared[0]
        said.append(
            f"{len(report.not_compared)} tensors were not compared, the first of them {name!r}: "
            f"{why}."
        )
    return tuple(said)


def largest_text(difference: Difference) -> str:
    """Largest difference in words: codes of integers, share of the range of real values."""
    parts = []
    if difference.max_codes:
        parts.append(f"{difference.max_codes:,} {'code' if difference.max_codes == 1 else 'codes'}")
    if difference.max_share:
        parts.append(f"{difference.max_share:.1g} of the range")
    return ", ".join(parts) or "none"


def _about(check: OperatorCheck) -> str:
    if check.problem:
        return f"Operator {check.place} cannot take LiteRT's inputs: {check.problem}"
    found = check.difference
    how = found.note or f"by up to {largest_text(found)}"
    return (
        f"Operator {check.place} differs although its inputs are the same: "
        f"{found.differing:,} of {found.values:,} values, {how}."
    )
