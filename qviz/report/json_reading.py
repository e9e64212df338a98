"""A comparison back from its JSON report, so that it can be judged again without being measured."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from typing import Any, TypeVar

from qviz.errors import ModelFormatError, SchemeError
from qviz.evaluation.model_part import MissingOperator, ModelPart
from qviz.evaluation.results import (
    Comparison,
    DataInfo,
    ErrorMetrics,
    Flip,
    Interval,
    Latency,
    LayerError,
    ModelInfo,
    PairedTest,
    SchemeResult,
    WeightSparsity,
)
from qviz.quantization.scheme import Scheme
from qviz.report.json_form import ERROR_FIELDS, ERROR_KINDS

T = TypeVar("T")


def is_comparison(text: str) -> bool:
    """Whether JSON text looks like a report of a comparison, rather than e.g. a model."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(content, dict) and {"rows", "data", "model"} <= content.keys()


def comparison_from_json(text: str) -> Comparison:
    """The comparison that :func:`qviz.report.comparison_as_json` wrote.

    Numbers that JSON could not hold come back as far as their meaning is known: an SQNR without
    error is infinite again, others are NaN.

    Raises
    ------
    ModelFormatError
        If the text is no such report.
    """
    try:
        content = json.loads(text)
        return Comparison(
            model=_made(ModelInfo, content["model"]),
            data=_made(DataInfo, content["data"]),
            rows=tuple(_row(row) for row in content["rows"]),
            skipped=tuple((entry["scheme"], entry["reason"]) for entry in content["skipped"]),
            versions=content["versions"],
            created=content["created"],
            part=_part(content.get("part")),
        )
    except SchemeError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelFormatError(
            f"This is not a JSON report of qviz ({type(error).__name__}: {error}). Write one with "
            f"`qviz compare MODEL --data D --json F`."
        ) from error


def _row(row: Mapping[str, Any]) -> SchemeResult:
    options = dict(row["options"])
    return SchemeResult(
        scheme=_made(Scheme, options),
        metrics={key: _number(value) for key, value in row["metrics"].items()},
        agreement=_number(row["agreement"]),
        size_bytes=int(row["size_bytes"]),
        gzip_bytes=int(row["gzip_bytes"]),
        layers=tuple(_layer(layer) for layer in row["layers"]),
        float_operators=tuple(row["float_operators"]),
        notes=tuple(row["notes"]),
        flipped=tuple(row["flipped"]),
        rounding=row["rounding"],
        seconds=_number(row["seconds"]),
        intervals={key: _interval(value) for key, value in row.get("intervals", {}).items()},
        paired=_paired(row.get("paired")),
        flips=tuple(_made(Flip, flip) for flip in row.get("flips", ())),
        sparsity=tuple(_made(WeightSparsity, weights) for weights in row.get("sparsity", ())),
        latency=None if row.get("latency") is None else _made(Latency, row["latency"]),
        output=str(row.get("output", "")),
    )


def _part(values: Mapping[str, Any] | None) -> ModelPart | None:
    if values is None:
        return None
    missing = tuple(_made(MissingOperator, each) for each in values["missing"])
    return dataclasses.replace(_made(ModelPart, values), missing=missing)


def _layer(layer: Mapping[str, Any]) -> LayerError:
    errors: dict[str, ErrorMetrics | None] = {}
    for kind in ERROR_KINDS:
        values = {field: layer[f"{kind}_{field}"] for field in ERROR_FIELDS}
        errors[kind] = _metrics(values)
    return LayerError(
        layer["layer"], layer["kind"], layer["tensor"], in_float=layer["in_float"], **errors
    )


def _metrics(values: Mapping[str, Any]) -> ErrorMetrics | None:
    if all(value is None for value in values.values()):
        return None
    ratio = values["rmse_over_scale"]
    exact = values["sqnr_db"] is None and values["mse"] == 0
    return ErrorMetrics(
        mse=_number(values["mse"]),
        sqnr_db=math.inf if exact else _number(values["sqnr_db"]),
        cosine=_number(values["cosine"]),
        max_abs=_number(values["max_abs"]),
        rmse_over_scale=None if ratio is None else float(ratio),
    )


def _paired(values: Mapping[str, Any] | None) -> PairedTest | None:
    if values is None:
        return None
    interval = values.get("interval")
    found = _made(PairedTest, {**values, "difference": _number(values["difference"])})
    return dataclasses.replace(found, interval=None if interval is None else _interval(interval))


def _interval(values: Mapping[str, Any]) -> Interval:
    return Interval(_number(values["low"]), _number(values["high"]), str(values["method"]))


def _made(kind: type[T], values: Mapping[str, Any]) -> T:
    """A dataclass from the keys it knows; a newer qviz may have written others."""
    known = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    return kind(**{key: _tuples(value) for key, value in values.items() if key in known})


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)
