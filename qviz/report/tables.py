"""A comparison as CSV, for spreadsheets and scripts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from qviz.evaluation.results import Comparison
from qviz.report.json_form import ERROR_FIELDS, ERROR_KINDS, layer_as_dict
from qviz.report.reading import metric_names, worst_layers

_LAYER_COLUMNS = (
    "layer",
    "kind",
    "tensor",
    "in_float",
    *(f"{kind}_{field}" for kind in ERROR_KINDS for field in ERROR_FIELDS),
)


def schemes_as_csv(comparison: Comparison) -> str:
    """One row a scheme, with the model, the data and the preprocessing in each."""
    metrics = metric_names(comparison)
    header = (
        "scheme",
        *metrics,
        "agreement",
        "flipped",
        "size_bytes",
        "gzip_bytes",
        "gzip_ratio",
        "worst_layer",
        "worst_accumulated_sqnr_db",
        "float_operators",
        "rounding",
        "seconds",
        "model",
        "data",
        "samples",
        "preprocessing",
        "notes",
    )
    rows: list[tuple[Any, ...]] = []
    for row in comparison.rows:
        worst = next((e for e in worst_layers(row) if e.accumulated is not None), None)
        rows.append(
            (
                row.scheme.id,
                *(row.metrics.get(name, "") for name in metrics),
                row.agreement,
                len(row.flipped),
                row.size_bytes,
                row.gzip_bytes,
                row.gzip_ratio,
                worst.layer if worst else "",
                worst.accumulated.sqnr_db if worst and worst.accumulated else "",
                len(row.float_operators),
                row.rounding,
                row.seconds,
                comparison.model.name,
                comparison.data.name,
                comparison.data.samples,
                comparison.data.preprocessing,
                " ".join(row.notes),
            )
        )
    return _csv(header, rows)


def layers_as_csv(comparison: Comparison) -> str:
    """One row a scheme and layer, in execution order; what was not measured is empty."""
    rows = (
        (row.scheme.id, *(_cell(flat[column]) for column in _LAYER_COLUMNS))
        for row in comparison.rows
        for flat in map(layer_as_dict, row.layers)
    )
    return _csv(("scheme", *_LAYER_COLUMNS), rows)


def _cell(value: Any) -> Any:
    return "" if value is None else value


def _csv(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
