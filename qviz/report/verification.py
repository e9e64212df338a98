"""A verification as JSON, and as the sentences that go with it.

The keys of the JSON are part of qviz's interface: some are added, none is renamed.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

from qviz.evaluation.verification_results import Difference, Verification, VerificationReport
from qviz.evaluation.verification_text import (
    AGAINST,
    findings_of,
    largest_text,
    part_of_model,
    verdict,
)
from qviz.report.json_form import plain

__all__ = [
    "AGAINST",
    "findings_of",
    "largest_text",
    "part_of_model",
    "verdict",
    "verification_as_dict",
    "verification_as_json",
]


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
        ``part`` is null if all of the model was run; else it has the fields of ``ModelPart`` and
        their ``text``.
    """
    return {
        "model": verification.model,
        "sha256": verification.sha256,
        "seed": verification.seed,
        "random_samples": verification.random_samples,
        "data_samples": verification.data_samples,
        "data": verification.data,
        "versions": dict(verification.versions),
        "part": _part(verification),
        "modes": [_mode(report) for report in verification.modes],
    }


def _part(verification: Verification) -> dict[str, Any] | None:
    part = verification.part
    if part is None:
        return None
    return {**plain(asdict(part)), "text": part_of_model(verification) or part.cause}


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
