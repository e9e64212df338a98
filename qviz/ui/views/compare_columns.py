"""The columns of the comparison: title, explanation, and the field of each scheme."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from qviz.evaluation.demo import PRECISIONS, Published
from qviz.evaluation.results import Comparison, SchemeResult
from qviz.quantities import bytes_text, milliseconds_text, percent_text
from qviz.ui.tables import Cell
from qviz.ui.views.compare_text import (
    distinct_text,
    interval_text,
    note_lines,
    paired_text,
    sparsity_text,
    zeros_share,
)
from qviz.ui.wording import (
    format_change,
    format_metric,
    format_number_of,
    metric_title,
    rounding_about,
    scheme_label,
    tr,
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the comparison."""

    title: str
    tip: str
    cell: Callable[[SchemeResult], Cell]


def columns_of(comparison: Comparison, published: Published | None = None) -> list[Column]:
    """The columns that this comparison has numbers for."""
    rows = comparison.rows
    base = comparison.row("float32")
    columns = [
        Column(
            tr("Scheme"),
            tr("A double click shows the run everywhere"),
            lambda row: Cell(scheme_label(row.scheme), "", tr(row.scheme.title)),
        )
    ]
    for name in dict.fromkeys(n for row in rows for n in row.metrics):
        columns += _metric_columns(name, base)
        if published is not None and name in published.scores[0]:
            columns.append(_published_score(name, published))
    columns += _size_columns(base)
    if published is not None:
        columns.append(_published_ratio(published))
    if any(row.sparsity for row in rows):
        columns += _sparsity_columns()
    if any(row.latency is not None for row in rows):
        columns.append(_latency_column())
    if len({row.rounding for row in rows}) > 1:
        columns.append(
            Column(
                tr("Rounding"),
                tr("Whose integers the numbers are made of"),
                lambda row: Cell(row.rounding, row.rounding, rounding_about(row.rounding)),
            )
        )
    columns.append(
        Column(tr("Notes"), tr("What stays float, what saturates, what does not fit"), _notes_cell)
    )
    return columns


def _metric_columns(name: str, base: SchemeResult | None) -> list[Column]:
    def value(row: SchemeResult) -> Cell:
        tip = interval_text(name, row.intervals.get(name))
        return Cell(format_metric(name, row.metrics.get(name)), _number(row.metrics.get(name)), tip)

    def change(row: SchemeResult) -> Cell:
        measured = row.metrics.get(name)
        reference = base.metrics.get(name) if base is not None and base is not row else None
        moved = None if measured is None or reference is None else measured - reference
        tip = paired_text(row.paired) if name in ("top1", "mae") else ""
        return Cell(format_change(name, moved), _number(moved), tip)

    return [
        Column(metric_title(name), _metric_tip(name), value),
        Column(tr("Δ float"), tr("Change against the float32 model"), change),
    ]


def _size_columns(base: SchemeResult | None) -> list[Column]:
    def share(row: SchemeResult) -> Cell:
        part = row.size_bytes / base.size_bytes if base and base.size_bytes else None
        return Cell("–" if part is None else percent_text(part, 0), _number(part))

    return [
        Column(
            tr("Agreement"),
            tr("Samples with the same class as the float32 model; R² for regression"),
            lambda row: Cell(format_metric("agreement", row.agreement), _number(row.agreement)),
        ),
        Column(tr("Size"), tr("All files of the artifact"), lambda row: _bytes(row.size_bytes)),
        Column(tr("of float"), tr("Size over the size of the float32 artifact"), share),
        Column(tr("gzip"), tr("All files gzipped at level 6"), lambda row: _bytes(row.gzip_bytes)),
        Column(
            tr("gzip ratio"),
            tr("Size over gzipped size: higher means more repetition"),
            lambda row: Cell(f"{row.gzip_ratio:.3f}", row.gzip_ratio),
        ),
    ]


def _published_score(name: str, published: Published) -> Column:
    scores = dict(zip(PRECISIONS, published.scores, strict=True))

    def cell(row: SchemeResult) -> Cell:
        value = scores.get(row.scheme.id, {}).get(name)
        return Cell(format_metric(name, value), _number(value))

    tip = tr("What the TensorFlow.js example states for a model of this architecture")
    return Column(tr("published"), tip, cell)


def _published_ratio(published: Published) -> Column:
    ratios = dict(zip(PRECISIONS, published.gzip_ratios, strict=True))

    def cell(row: SchemeResult) -> Cell:
        ratio = ratios.get(row.scheme.id)
        return Cell("–" if ratio is None else f"{ratio:.3f}", _number(ratio))

    tip = tr("gzip ratio that the TensorFlow.js example states; it packs the folder as one archive")
    return Column(tr("published"), tip, cell)


def _sparsity_columns() -> list[Column]:
    def zeros(row: SchemeResult) -> Cell:
        if not row.sparsity:
            return Cell("–", math.nan)
        share = zeros_share(row.sparsity)
        return Cell(percent_text(share, 1), share, sparsity_text(row.sparsity))

    def distinct(row: SchemeResult) -> Cell:
        if not row.sparsity:
            return Cell("–", math.nan)
        most = float(max(tensor.distinct_after for tensor in row.sparsity))
        return Cell(distinct_text(row.sparsity), most, sparsity_text(row.sparsity))

    return [
        Column(
            tr("Zeros"),
            tr("Share of zeros among the pruned and clustered weights, after quantization"),
            zeros,
        ),
        Column(
            tr("Distinct"),
            tr("Different values of a weight tensor, fewest to most, after quantization"),
            distinct,
        ),
    ]


def _latency_column() -> Column:
    def cell(row: SchemeResult) -> Cell:
        if row.latency is None:
            return Cell("–", math.nan)
        latency = row.latency
        tip = tr("90th percentile {0}; {1}, {2}, {3}").format(
            milliseconds_text(latency.p90_ms),
            format_number_of(latency.runs, tr("1 run"), tr("{0} runs")),
            format_number_of(latency.threads, tr("1 thread"), tr("{0} threads")),
            latency.computer,
        )
        return Cell(milliseconds_text(latency.median_ms), latency.median_ms, tip)

    tip = tr(
        "Median for one sample in the LiteRT interpreter, this computer; int8 can be slower here "
        "than float32, and still be faster on a phone"
    )
    return Column(tr("Latency"), tip, cell)


def _notes_cell(row: SchemeResult) -> Cell:
    notes = note_lines(row)
    first = notes[0] if notes else ""
    return Cell(first, first or "~", "\n".join(notes))


def _metric_tip(name: str) -> str:
    tips = {
        "top1": tr("Share of samples whose highest output is the right class"),
        "top5": tr("Share of samples whose right class is among the five highest outputs"),
        "mae": tr("Mean absolute error, in the unit of the labels; lower is better"),
        "rmse": tr("Root mean square error, in the unit of the labels; lower is better"),
    }
    return tips.get(name, "")


def _bytes(count: int) -> Cell:
    return Cell(bytes_text(count), float(count), f"{count} B")


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
