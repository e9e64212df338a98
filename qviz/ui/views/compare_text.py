"""What the comparison says in words: data, rounding, intervals, what is left of the weights."""

from __future__ import annotations

from dataclasses import replace
from html import escape

from qviz.evaluation.results import (
    Comparison,
    DataInfo,
    Interval,
    PairedTest,
    SchemeResult,
    WeightSparsity,
)
from qviz.quantities import percent_text
from qviz.ui.wording import format_count, format_metric, format_number_of, tr

# A longer preprocessing, such as the means of every column, is cut in the window's one line.
_LONGEST = 48


def short_data_text(data: DataInfo) -> str:
    """As :func:`data_text`, with a long preprocessing cut."""
    if len(data.preprocessing) <= _LONGEST:
        return data_text(data)
    cut = data.preprocessing[:_LONGEST].rstrip(" ,;") + " …"
    return data_text(replace(data, preprocessing=cut))


def data_text(data: DataInfo) -> str:
    """Counts and preprocessing of the data, which stand wherever a result stands."""
    parts = []
    if data.samples:
        parts.append(format_number_of(data.samples, tr("1 sample"), tr("{0} samples")))
    if data.calibration_samples:
        parts.append(tr("{0} for calibration").format(format_count(data.calibration_samples)))
    # Without samples nothing is known yet: the first schemes are shown before the last has run.
    if data.samples or data.preprocessing:
        preprocessing = data.preprocessing or tr("none")
        parts.append(tr("preprocessing: {0}").format(escape(preprocessing)))
    parts.extend(escape(note) for note in data.notes)
    return "  ·  ".join(parts)


def interval_text(name: str, interval: Interval | None) -> str:
    """The 95% interval of a metric, so that noise is not read as a gain."""
    if interval is None:
        return ""
    low, high = format_metric(name, interval.low), format_metric(name, interval.high)
    return tr("95% interval {0} to {1} ({2})").format(low, high, interval.method)


def paired_text(test: PairedTest | None) -> str:
    """Whether the difference to float can be chance."""
    if test is None:
        return ""
    return tr("{0}: p = {1}; samples better than float: {2}, worse: {3}").format(
        test.name, f"{test.p_value:.3g}", test.better, test.worse
    )


def rounding_line(comparison: Comparison) -> str:
    """Whose integers the numbers are made of; more than one where modes are mixed."""
    modes = dict.fromkeys(row.rounding for row in comparison.rows)
    return tr("rounding: {0}").format(escape(", ".join(modes)))


def output_text(comparison: Comparison) -> str:
    """Which output the metrics are about; empty where the model has only one."""
    names = [name for name, _, _ in comparison.model.outputs]
    if len(names) < 2:
        return ""
    lead = next((row.output for row in comparison.rows if row.output), names[0])
    return tr("metrics of the output {0}, one of {1}").format(escape(lead), len(names))


def part_text(comparison: Comparison) -> str:
    """How much of the model was run, where that is not all; sizes are those of the part."""
    part = comparison.part
    if part is None:
        return ""
    text = tr("Only {0} of {1} operators were run, sizes are theirs").format(
        part.run, part.operators
    )
    if not comparison.reaches_output:
        text += tr("; the output is not reached, so there is no accuracy")
    return text


def zeros_share(sparsity: tuple[WeightSparsity, ...]) -> float:
    """Share of zeros over all weight tensors, after quantization."""
    count = sum(tensor.count for tensor in sparsity)
    return sum(tensor.count * tensor.sparsity_after for tensor in sparsity) / count


def distinct_text(sparsity: tuple[WeightSparsity, ...]) -> str:
    """Fewest and most different values of a weight tensor, after quantization."""
    counts = [tensor.distinct_after for tensor in sparsity]
    low, high = format_count(min(counts)), format_count(max(counts))
    return low if low == high else f"{low}–{high}"


def sparsity_text(sparsity: tuple[WeightSparsity, ...]) -> str:
    """Zeros and different values of every tensor, before and after quantization."""
    return "\n".join(
        tr("{0}: zeros {1} → {2}, different values {3} → {4}").format(
            tensor.layer,
            percent_text(tensor.sparsity_before, 1),
            percent_text(tensor.sparsity_after, 1),
            format_count(tensor.distinct_before),
            format_count(tensor.distinct_after),
        )
        for tensor in sparsity
    )


def note_lines(row: SchemeResult) -> list[str]:
    """The notes of a run and the samples that flipped."""
    notes = list(row.notes)
    if row.flipped:
        first = ", ".join(str(i) for i in row.flipped[:12])
        more = " …" if len(row.flipped) > 12 else ""
        notes.append(tr("Samples with another class than float: {0}").format(first + more))
    return notes
