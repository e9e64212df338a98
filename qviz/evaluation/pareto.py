"""Schemes that no other beats in size and quality."""

from __future__ import annotations

import math

from qviz.evaluation.guide import Hardware, runs_on
from qviz.evaluation.judgement import loss_of
from qviz.evaluation.results import Comparison, SchemeResult


def pareto_front(
    comparison: Comparison, *, gzipped: bool = False, hardware: Hardware | None = None
) -> tuple[str, ...]:
    """Schemes that no other beats in size without being worse, or in quality without being larger.

    ``float32`` included; the smallest first. Pruned and clustered artifacts are smaller gzipped
    only. With `hardware`, among those that run there.
    """
    quality = {row.scheme.id: -loss_of(row, comparison).measured for row in comparison.rows}
    if comparison.row("float32") is None:
        quality = {row.scheme.id: _own_quality(row) for row in comparison.rows}
    rows = [
        row
        for row in comparison.rows
        if not math.isnan(quality[row.scheme.id])
        and (hardware is None or runs_on(row.scheme, hardware))
    ]

    def size(row: SchemeResult) -> int:
        return row.gzip_bytes if gzipped else row.size_bytes

    def beats(a: SchemeResult, b: SchemeResult) -> bool:
        mine, other = quality[a.scheme.id], quality[b.scheme.id]
        return size(a) <= size(b) and mine >= other and (size(a) < size(b) or mine > other)

    front = [b for b in rows if not any(beats(a, b) for a in rows)]
    return tuple(row.scheme.id for row in sorted(front, key=size))


def _own_quality(row: SchemeResult) -> float:
    if "top1" in row.metrics:
        return row.metrics["top1"]
    return -row.metrics["mae"] if "mae" in row.metrics else row.agreement
