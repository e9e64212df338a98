"""A trace of an element as text and as tables: for the command line, the clipboard and CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from qviz.evaluation.element.results import (
    ElementTrace,
    Operand,
    Terms,
    integer_text,
    real_text,
    with_minus,
)

TERM_COLUMNS = (
    *("term", "row", "column", "channel", "place", "input", "weight", "product", "sum"),
    *("float input", "float weight", "float sum"),
)
"""Columns of :func:`term_rows`."""


def headline(trace: ElementTrace) -> str:
    """Operator, layer and element."""
    return f"{trace.operator.kind} of {trace.layer}, element [{place_text(trace.at)}]"


def place_text(at: Sequence[int]) -> str:
    """Coordinates with commas."""
    return ", ".join(str(int(n)) for n in at)


def operand_text(operand: Operand) -> str:
    """An operand in one line."""
    shape = " × ".join(str(n) for n in operand.shape) or "one number"
    text = f"{operand.tensor}, {operand.dtype} {shape}"
    if operand.scale is None:
        return text
    text += f", scale {operand.scale:.9g}"
    if operand.channel is not None:
        text += f" (channel {operand.channel})"
    return with_minus(f"{text}, zero point {operand.zero_point}")


def result_text(trace: ElementTrace) -> str:
    """What came out, and what the float network has."""
    text = real_text(trace.value)
    if trace.code is not None:
        text = f"code {trace.code}, which stands for {text}"
    if trace.float_value is None or trace.difference is None:
        return with_minus(text)
    return with_minus(
        f"{text}; the float network has {real_text(trace.float_value)}, "
        f"a difference of {real_text(trace.difference)}"
    )


def term_rows(terms: Terms, most: int | None = None) -> list[tuple[str, ...]]:
    """The first terms as rows of :data:`TERM_COLUMNS`; empty fields where there is nothing."""
    count = terms.shown if most is None else min(most, terms.shown)
    return [_term_row(terms, i) for i in range(count)]


def _term_row(terms: Terms, i: int) -> tuple[str, ...]:
    outside = bool(terms.is_padding[i])
    weight = "" if terms.weights is None else str(terms.weights[i])
    floats = (terms.float_inputs, terms.float_weights, terms.float_running)
    return (
        str(i + 1),
        *(str(n) for n in terms.taps[i]),
        "outside" if outside else place_text(terms.places[i]),
        str(terms.codes[i]),
        weight,
        # Without weights nothing is multiplied.
        weight and str(terms.products[i]),
        str(terms.running[i]),
        *("" if values is None else real_text(values[i]) for values in floats),
    )


def left_out_text(terms: Terms, shown: int) -> str:
    """How many terms are not listed; empty if all are."""
    if shown >= terms.count:
        return ""
    what = "The largest" if terms.is_maximum else "The sum"
    return (
        f"The first {integer_text(shown)} of {integer_text(terms.count)} terms are listed. "
        f"{what} of all is {with_minus(integer_text(terms.total))}."
    )


def lines(trace: ElementTrace, most: int = 64) -> Iterator[str]:
    """The trace as plain text, with `most` terms."""
    yield headline(trace)
    yield f"  output  {' × '.join(str(n) for n in trace.output_shape)}, rounding {trace.mode}"
    if trace.rules != trace.mode:
        yield f"  rules   {trace.rules}"
    for operand in trace.operands:
        yield f"  {operand.role:7} {operand_text(operand)}"
    if trace.note:
        yield ""
        yield trace.note
    if trace.terms is not None:
        yield ""
        yield from _table(trace.terms, most)
    if trace.steps:
        yield ""
    for number, step in enumerate(trace.steps, 1):
        yield f"{number:2}. {step.name}: {step.formula}"
        yield f"    {step.sentence}"
    yield ""
    yield f"Result: {result_text(trace)}."
    if trace.contributions:
        known = trace.float_value is not None
        yield "Of the difference come from" if known else "Beside the exact result of these codes"
        width = max(len(part.name) for part in trace.contributions)
        for part in trace.contributions:
            yield with_minus(f"  {part.name:{width}}  {part.value:+.6g}")


def _table(terms: Terms, most: int) -> Iterator[str]:
    rows = [TERM_COLUMNS, *term_rows(terms, most)]
    kept = [i for i in range(len(TERM_COLUMNS)) if any(row[i] for row in rows[1:])]
    widths = {i: max(len(row[i]) for row in rows) for i in kept}
    for row in rows:
        yield "  ".join(f"{row[i]:>{widths[i]}}" for i in kept)
    rest = left_out_text(terms, len(rows) - 1)
    if rest:
        yield rest


def step_rows(trace: ElementTrace) -> list[tuple[str, ...]]:
    """Steps as rows of name, formula, value, unit, sentence."""
    return [(s.name, s.formula, _number(s.value), s.unit, s.sentence) for s in trace.steps]


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.9g}"


def as_rows(trace: ElementTrace) -> list[tuple[str, ...]]:
    """Everything as rows of one table, for a CSV file: terms, then steps, then contributions."""
    rows: list[tuple[str, ...]] = [("part", *TERM_COLUMNS)]
    if trace.terms is not None:
        rows += [("term", *row) for row in term_rows(trace.terms)]
    rows.append(("part", "step", "formula", "value", "unit", "sentence"))
    rows += [("step", *row) for row in step_rows(trace)]
    rows.append(("part", "name", "value", "sentence"))
    rows += [("difference", c.name, f"{c.value:.9g}", c.sentence) for c in trace.contributions]
    rows.append(("result", headline(trace), result_text(trace)))
    return rows


def as_csv(trace: ElementTrace) -> str:
    """:func:`as_rows` as comma-separated text."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(as_rows(trace))
    return text.getvalue()


def as_json(trace: ElementTrace) -> dict[str, Any]:
    """The trace as plain objects for JSON; what is not finite becomes None."""
    terms = trace.terms
    found = {
        **{
            name: getattr(trace, name)
            for name in ("layer", "mode", "rules", "at", "output_shape", "value", "code")
        },
        **{name: getattr(trace, name) for name in ("float_value", "difference", "rank", "note")},
        "operator": asdict(trace.operator),
        "operators": [asdict(choice) for choice in trace.operators],
        "operands": [asdict(operand) for operand in trace.operands],
        "terms": None if terms is None else _terms_json(terms),
        "steps": [asdict(step) for step in trace.steps],
        "contributions": [asdict(part) for part in trace.contributions],
    }
    result: dict[str, Any] = _plain(found)
    return result


def _terms_json(terms: Terms) -> dict[str, Any]:
    names = (
        *("count", "kernel_shape", "taps", "places", "is_padding", "codes", "weights", "products"),
        *("running", "total", "unit", "float_inputs", "float_weights", "float_running"),
        *("float_total", "is_maximum"),
    )
    return {name: getattr(terms, name) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(v) for key, v in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
