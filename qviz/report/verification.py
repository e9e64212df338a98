"""A verification as sentences and as JSON.

The keys of the JSON are part of qviz's interface: some are added, none is renamed.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

from qviz.evaluation.verification_results import (
    FLOAT_TOLERANCE,
    Difference,
    OperatorCheck,
    Verification,
    VerificationReport,
)

AGAINST = {
    "reference": "LiteRT's reference kernels",
    "xnnpack": "LiteRT as it runs by default (XNNPACK)",
}
"""What each rounding mode is held against."""


def verdict(report: VerificationReport) -> str:
    """One sentence: whether qviz computes what LiteRT does."""
    total = report.difference
    if report.problem:
        after = f" after {report.samples} samples" if report.samples else ""
        return f"stopped{after}: {report.problem}"
    if not total.differing:
        close = f"; real values within {total.max_share:.1g} of their range"
        return f"no value of {total.values:,} differs{close if total.max_share else ''}"
    return (
        f"{total.differing:,} of {total.values:,} values differ, first at operator "
        f"{report.first_operator}"
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


def verification_as_json(verification: Verification) -> str:
    """The verification as JSON text, indented, ending in a newline."""
    content = verification_as_dict(verification)
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def verification_as_dict(verification: Verification) -> dict[str, Any]:
    """The verification as plain dictionaries, lists, numbers and text.

    Returns
    -------
    dict
        The fields of ``Verification``. A mode has ``mode``, ``problem``, ``verdict``, ``samples``,
        ``tensors`` (how many), ``values``, ``differing``, ``max_difference`` (of integers, in
        codes), ``max_float_difference`` (as a share of the tensor's range; null if infinite),
        ``first_operator``, ``wrong_operators``, ``differing_tensors`` and ``not_compared``.
    """
    return {
        "model": verification.model,
        "sha256": verification.sha256,
        "seed": verification.seed,
        "random_samples": verification.random_samples,
        "data_samples": verification.data_samples,
        "data": verification.data,
        "versions": dict(verification.versions),
        "modes": [_mode(report) for report in verification.modes],
    }


def _mode(report: VerificationReport) -> dict[str, Any]:
    place = report.first_operator
    return {
        "mode": report.mode,
        "problem": report.problem,
        "verdict": verdict(report),
        "samples": report.samples,
        "tensors": len(report.tensors),
        **_numbers(report.difference),
        "first_operator": None if place is None else asdict(place),
        "wrong_operators": [
            {**asdict(c.place), **_numbers(c.difference), "problem": c.problem}
            for c in report.wrong_operators
        ],
        "differing_tensors": [
            {
                "name": c.name,
                "dtype": c.dtype,
                "operator": c.made_by.index,
                **_numbers(c.difference),
                "note": c.difference.note,
            }
            for c in report.tensors
            if c.difference.differing
        ],
        "not_compared": [{"name": name, "reason": why} for name, why in report.not_compared],
    }


def _numbers(difference: Difference) -> dict[str, Any]:
    share = difference.max_share
    return {
        "values": difference.values,
        "differing": difference.differing,
        "max_difference": difference.max_codes,
        "max_float_difference": share if math.isfinite(share) else None,
    }
