"""A comparison as CSV, for spreadsheets and scripts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from qviz.evaluation.pareto import pareto_front
from qviz.evaluation.results import Comparison, Interval, PairedTest, SchemeResult
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
        *(f"{name}_{end}" for name in metrics for end in ("low", "high")),
        "agreement",
        "flipped",
        "better",
        "worse",
        "p_value",
        "test",
        "size_bytes",
        "gzip_bytes",
        "gzip_ratio",
        "pareto_front",
        "gzip_pareto_front",
        "sparsity",
        "latency_median_ms",
        "latency_p90_ms",
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
        "output",
        "part",
    )
    front = pareto_front(comparison)
    packed_front = pareto_front(comparison, gzipped=True)
    rows: list[tuple[Any, ...]] = []
    for row in comparison.rows:
        worst = next((e for e in worst_layers(row) if e.accumulated is not None), None)
        rows.append(
            (
                row.scheme.id,
                *(row.metrics.get(name, "") for name in metrics),
                *(end for name in metrics for end in _ends(row.intervals.get(name))),
                row.agreement,
                len(row.flipped),
                *_test(row.paired),
                row.size_bytes,
                row.gzip_bytes,
                row.gzip_ratio,
                row.scheme.id in front,
                row.scheme.id in packed_front,
                _sparsity(row),
                row.latency.median_ms if row.latency else "",
                row.latency.p90_ms if row.latency else "",
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
                row.output,
                "" if comparison.part is None else comparison.part.text,
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


def _ends(interval: Interval | None) -> tuple[Any, Any]:
    return ("", "") if interval is None else (interval.low, interval.high)


def _test(test: PairedTest | None) -> tuple[Any, ...]:
    if test is None:
        return "", "", "", ""
    return test.better, test.worse, test.p_value, f"{test.name}, {test.method}"


def _sparsity(row: SchemeResult) -> Any:
    """Share of zeros over all kernels as they are after quantization; empty if none was pruned."""
    count = sum(weights.count for weights in row.sparsity)
    if not count:
        return ""
    return sum(weights.sparsity_after * weights.count for weights in row.sparsity) / count


def _cell(value: Any) -> Any:
    return "" if value is None else value


def _csv(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
