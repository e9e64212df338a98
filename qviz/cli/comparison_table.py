"""A comparison in a terminal: the table of schemes, what was left of weights, what is advised."""

from __future__ import annotations

import math

from rich.table import Table
from rich.text import Text

from qviz.cli.printing import FULL_WIDTH, SHOWN_NOTES, console, say, simple_table
from qviz.evaluation.recommendation import Recommendation, recommend
from qviz.evaluation.results import Comparison, SchemeResult
from qviz.evaluation.storage_findings import storage_findings
from qviz.quantities import bytes_text, counted, milliseconds_text
from qviz.report.reading import (
    TITLES,
    Headline,
    agreement_text,
    flipped_text,
    grouped_notes,
    headline,
    interval_text,
    is_as_it_is,
    metric_names,
    metric_text,
    output_note,
    p_value_text,
    p_value_title,
    worst_layers,
    worst_text,
)
from qviz.report.sections import latency_note, sparsity_sections

_SHOWN_WEIGHTS = 30
_VERDICTS = {
    "fits": "inside",
    "unsure": "perhaps inside",
    "loses": "loses too much",
    "elsewhere": "does not run there",
    "unknown": "cannot be told",
}


def print_comparison(comparison: Comparison) -> None:
    """The table of a comparison, with data and preprocessing."""
    out = console()
    data = comparison.data
    say(f"{comparison.model.name} on {counted(data.samples, 'sample')} of {data.name}")
    say(f"preprocessing: {data.preprocessing}")
    if data.calibration:
        say(f"calibration: {data.calibration}")
    for note in (*data.notes, comparison.part_note, output_note(comparison)):
        if note:
            say(note)
    # On a narrow terminal intervals and layers are left to the report.
    wide = out.width >= FULL_WIDTH
    out.print(_schemes(comparison, wide))
    if sparsity_sections(comparison):
        out.print(_sparsity(comparison))
        left_out = sum(len(row.sparsity) for row in comparison.rows) - _SHOWN_WEIGHTS
        if left_out > 0:
            say(f"... and {left_out} more, which a report has (-o F.html)")
    if note := latency_note(comparison):
        say(note)
    notes = grouped_notes(comparison)
    for note, schemes in notes[:SHOWN_NOTES]:
        say(f"{note} ({', '.join(schemes)})")
    if len(notes) > SHOWN_NOTES:
        more = counted(len(notes) - SHOWN_NOTES, "more note")
        say(f"... and {more}, which a report has (-o F.html)")
    for scheme, reason in comparison.skipped:
        say(f"{scheme} was not run: {reason}")
    for sentence in storage_findings(comparison):
        say(sentence)
    if sentence := recommend(comparison).sentence:
        say(sentence)


def print_judgements(comparison: Comparison, advice: Recommendation) -> None:
    """The table of what each scheme loses, held against the tolerance."""
    lead = headline(comparison)
    for note in (comparison.part_note, output_note(comparison)):
        if note:
            say(note)
    table = simple_table(
        "scheme",
        f">{lead.title}",
        ">loss",
        ">at worst",
        ">size",
        ">gzip",
        "verdict",
        "Pareto front of",
    )
    judged = {judgement.scheme: judgement for judgement in advice.judgements}
    for row in sorted(comparison.rows, key=lambda row: (row.size_bytes, row.gzip_bytes)):
        found = judged.get(row.scheme.id)
        table.add_row(
            row.scheme.id,
            lead.text(row),
            "–" if found is None else _share(found.loss.measured),
            "–" if found is None else _share(found.loss.at_worst),
            bytes_text(row.size_bytes),
            bytes_text(row.gzip_bytes),
            "" if found is None else _VERDICTS[found.verdict],
            _fronts(row, advice),
        )
    console().print(table)


def _fronts(row: SchemeResult, advice: Recommendation) -> str:
    fronts = {"size": advice.pareto, "gzip": advice.gzip_pareto}
    return ", ".join(name for name, front in fronts.items() if row.scheme.id in front)


def _schemes(comparison: Comparison, wide: bool) -> Table:
    lead, metrics = headline(comparison), metric_names(comparison)
    tested = wide and any(row.paired for row in comparison.rows)
    # A file that was measured as it is has no float model to be held against.
    beside = not is_as_it_is(comparison)
    sure = tested or (wide and not beside)
    timed = any(row.latency for row in comparison.rows)
    table = simple_table(
        "scheme",
        *(f">{TITLES[name]}" for name in metrics),
        *([">95% interval"] if sure else []),
        *([f">{p_value_title(comparison)}"] if tested else []),
        *([">agreement" if lead.is_share else ">R² to float32"] if beside else []),
        *([">flipped"] if lead.is_share and wide and beside else []),
        ">size",
        ">gzip",
        ">ratio",
        *([">median", ">90%"] if timed else []),
        *(["worst layer (accumulated)"] if wide and beside else []),
    )
    for row in comparison.rows:
        table.add_row(
            row.scheme.id,
            *(metric_text(m, row.metrics[m]) if m in row.metrics else "–" for m in metrics),
            *([_interval(row, lead)] if sure else []),
            *([p_value_text(row)] if tested else []),
            *([agreement_text(row.agreement, is_share=lead.is_share)] if beside else []),
            *([flipped_text(row)] if lead.is_share and wide and beside else []),
            bytes_text(row.size_bytes),
            bytes_text(row.gzip_bytes),
            f"{row.gzip_ratio:.3f}",
            *(_latency(row) if timed else []),
            *([_worst(row)] if wide and beside else []),
        )
    return table


def _interval(row: SchemeResult, lead: Headline) -> str:
    return interval_text(lead.key, row.intervals.get(lead.key)) or "–"


def _latency(row: SchemeResult) -> list[str]:
    if row.latency is None:
        return ["–", "–"]
    return [milliseconds_text(row.latency.median_ms), milliseconds_text(row.latency.p90_ms)]


def _worst(row: SchemeResult) -> Text:
    worst = next((e for e in worst_layers(row) if e.accumulated is not None), None)
    return Text(worst_text(worst))


def _sparsity(comparison: Comparison) -> Table:
    """Before: in the float model, pruned and clustered; after: in what the scheme computes with."""
    table = simple_table(
        "scheme", "layer", ">zeros before", ">after", ">different values before", ">after", ">codes"
    )
    rows = [(s.scheme, *row) for s in sparsity_sections(comparison) for row in s.rows]
    for scheme, layer, _, *numbers in rows[:_SHOWN_WEIGHTS]:
        table.add_row(scheme, Text(layer), *numbers)
    return table


def _share(value: float) -> str:
    """A loss in percent, or in points of a share."""
    if math.isnan(value):
        return "–"
    text = f"{value * 100:+.2f}%"
    return "0" if float(text[:-1]) == 0 else text.replace("-", "−")
