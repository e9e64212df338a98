"""A comparison as JSON.

The shape is part of qviz's interface: keys are added, never renamed. Numbers that JSON cannot hold
(infinity and NaN) are ``null``: an SQNR of ``null`` beside a mean squared error of 0 is infinite,
that is, without any error; all numbers of a kind of error are ``null`` where it was not measured.
"""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

from qviz.evaluation.model_part import ModelPart
from qviz.evaluation.recommendation import recommend
from qviz.evaluation.results import Comparison, ErrorMetrics, LayerError, SchemeResult

ERROR_KINDS = ("weight", "local", "accumulated")
ERROR_FIELDS = tuple(field.name for field in dataclasses.fields(ErrorMetrics))


def comparison_as_json(comparison: Comparison) -> str:
    """The comparison as JSON text, indented, ending in a newline."""
    content = comparison_as_dict(comparison)
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def comparison_as_dict(comparison: Comparison) -> dict[str, Any]:
    """The comparison as plain dictionaries, lists, numbers and text.

    Returns
    -------
    dict
        ``model``, ``data``, ``rows``, ``skipped``, ``versions``, ``created``, ``part`` (null if
        all of the model was run) with its ``text``, and ``recommendation`` (for a tolerance of a
        point, or 1 %). A row has ``scheme``, ``output`` (what metrics are about), ``metrics``
        (``top1`` and ``top5``, or ``mae`` and ``rmse``) and their ``intervals``, ``agreement``,
        ``paired`` (the test against float32), ``flips``, ``size_bytes``, ``gzip_bytes``,
        ``gzip_ratio``, ``sparsity``, ``latency`` and ``layers``; a layer has ``layer`` and,
        for each of weight, local and accumulated error, ``weight_sqnr_db``, ``weight_mse``, ...
    """
    return {
        "model": plain(dataclasses.asdict(comparison.model)),
        "data": plain(dataclasses.asdict(comparison.data)),
        "rows": [_row(row) for row in comparison.rows],
        "skipped": [{"scheme": scheme, "reason": reason} for scheme, reason in comparison.skipped],
        "versions": dict(comparison.versions),
        "created": comparison.created,
        "part": None if comparison.part is None else _part(comparison.part),
        "recommendation": plain(dataclasses.asdict(recommend(comparison))),
    }


def layer_as_dict(layer: LayerError) -> dict[str, Any]:
    """One layer with its errors spread over flat keys."""
    flat: dict[str, Any] = {
        "layer": layer.layer,
        "kind": layer.kind,
        "tensor": layer.tensor,
        "in_float": layer.in_float,
    }
    for kind in ERROR_KINDS:
        metrics: ErrorMetrics | None = getattr(layer, kind)
        for field in ERROR_FIELDS:
            value = None if metrics is None else getattr(metrics, field)
            flat[f"{kind}_{field}"] = plain(value)
    return flat


def _row(row: SchemeResult) -> dict[str, Any]:
    return {
        "scheme": row.scheme.id,
        "title": row.scheme.title,
        "metrics": plain(dict(row.metrics)),
        "agreement": plain(row.agreement),
        "size_bytes": row.size_bytes,
        "gzip_bytes": row.gzip_bytes,
        "gzip_ratio": plain(row.gzip_ratio),
        "layers": [layer_as_dict(layer) for layer in row.layers],
        "float_operators": list(row.float_operators),
        "notes": list(row.notes),
        "flipped": list(row.flipped),
        "rounding": row.rounding,
        "seconds": plain(row.seconds),
        "options": plain(dataclasses.asdict(row.scheme)),
        "intervals": {k: plain(dataclasses.asdict(v)) for k, v in row.intervals.items()},
        "paired": None if row.paired is None else plain(dataclasses.asdict(row.paired)),
        "flips": [dataclasses.asdict(flip) for flip in row.flips],
        "sparsity": [dataclasses.asdict(weights) for weights in row.sparsity],
        "latency": None if row.latency is None else dataclasses.asdict(row.latency),
        "output": row.output,
    }


def _part(part: ModelPart) -> dict[str, Any]:
    return {**plain(dataclasses.asdict(part)), "text": part.text}


def plain(value: Any) -> Any:
    """`value` without tuples, infinities and NaN."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
