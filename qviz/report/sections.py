"""Parts of the page beyond the table of schemes, as text: flips, pruned weights, latency."""

from __future__ import annotations

from dataclasses import dataclass

from qviz.evaluation.latency import WHY_INT8_MAY_BE_SLOWER
from qviz.evaluation.results import Comparison, SchemeResult
from qviz.evaluation.weight_sparsity import PLAIN_SIZE
from qviz.quantities import counted, percent_text

_SHOWN_FLIPS = 40


@dataclass(frozen=True, slots=True)
class FlipSection:
    """Samples of one scheme whose class changed.

    Attributes
    ----------
    scheme : str
    summary : str
        How many, and to what end.
    rows : tuple of (index, float class, class, label, end) as text
        The first ones; without classes only the index.
    more : int
        How many are left out.
    """

    scheme: str
    summary: str
    rows: tuple[tuple[str, str, str, str, str], ...]
    more: int


@dataclass(frozen=True, slots=True)
class SparsitySection:
    """What quantization left of pruning and clustering under one scheme.

    Attributes
    ----------
    scheme : str
    rows : tuple of (layer, weights, zeros before, after, values before, after, codes) as text
    """

    scheme: str
    rows: tuple[tuple[str, ...], ...]


def flip_sections(comparison: Comparison) -> list[FlipSection]:
    """One section for each scheme under which a class changed."""
    return [_flips(row) for row in comparison.rows if row.flipped]


def sparsity_sections(comparison: Comparison) -> list[SparsitySection]:
    """One section for each scheme that prunes or clusters."""
    return [
        SparsitySection(
            row.scheme.id,
            tuple(
                (
                    weights.layer,
                    f"{weights.count:,}",
                    percent_text(weights.sparsity_before),
                    percent_text(weights.sparsity_after),
                    f"{weights.distinct_before:,}",
                    f"{weights.distinct_after:,}",
                    f"{weights.distinct_codes:,}",
                )
                for weights in row.sparsity
            ),
        )
        for row in comparison.rows
        if row.sparsity
    ]


def plain_size_note(comparison: Comparison) -> str:
    """Why pruned files are no smaller; empty where nothing is pruned or clustered."""
    return PLAIN_SIZE if any(row.sparsity for row in comparison.rows) else ""


def latency_note(comparison: Comparison) -> str:
    """What the latencies are, and why int8 may be slower; empty without latencies."""
    found = next((row.latency for row in comparison.rows if row.latency is not None), None)
    if found is None:
        return ""
    threads, warm_up = counted(found.threads, "thread"), counted(found.warm_up, "run")
    return (
        f"Latency: one sample in LiteRT {found.litert} on {found.computer}, {threads}, median and "
        f"90th percentile after {warm_up} that do not count. {WHY_INT8_MAY_BE_SLOWER}"
    )


def _flips(row: SchemeResult) -> FlipSection:
    count = len(row.flipped)
    summary = counted(count, "sample")
    if row.paired is not None and row.paired.name == "McNemar":
        summary += f": {row.paired.worse} wrong now, {row.paired.better} right now"
    if row.flips:
        rows = tuple(
            (
                str(f.index),
                str(f.float_class),
                str(f.quantized_class),
                "" if f.label is None else str(f.label),
                _end(f.float_class, f.quantized_class, f.label),
            )
            for f in row.flips[:_SHOWN_FLIPS]
        )
    else:
        rows = tuple((str(index), "", "", "", "") for index in row.flipped[:_SHOWN_FLIPS])
    return FlipSection(row.scheme.id, summary, rows, max(0, count - _SHOWN_FLIPS))


def _end(before: int, after: int, label: int | None) -> str:
    if label is None:
        return ""
    if before == label:
        return "wrong now"
    return "right now" if after == label else "wrong as before"
