"""The report as one HTML page that needs nothing else: no network, no script, no other file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import jinja2
from markupsafe import Markup

from qviz.evaluation.recommendation import Recommendation, recommend
from qviz.evaluation.results import Comparison, ErrorMetrics, LayerError, SchemeResult
from qviz.evaluation.storage_findings import storage_findings
from qviz.quantities import bytes_text, counted, milliseconds_text
from qviz.quantization.scheme import Family
from qviz.quantization.stored_codes import AS_IT_IS
from qviz.report.charts import Bar, Point, bars, family_class, marker, scatter
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
    sqnr_text,
    worst_layers,
    worst_text,
)
from qviz.report.sections import flip_sections, latency_note, plain_size_note, sparsity_sections
from qviz.resources import resource

# Layers drawn as bars; the table below them has all.
_DRAWN_LAYERS = 10
_SIGNAL_LIMIT_DB = 120.0
_SHOWN_NOTES = 8


@dataclass(frozen=True, slots=True)
class SchemeRow:
    """One line of the table of schemes, as text; `metrics` with their intervals."""

    id: str
    title: str
    mark: Markup
    metrics: tuple[tuple[str, str], ...]
    difference: str
    p_value: str
    tested: str
    tags: tuple[str, ...]
    latency: str
    slowest: str
    agreement: str
    flipped: str
    size: str
    times_smaller: str
    gzip: str
    gzip_ratio: str
    worst: str
    is_reference: bool


@dataclass(frozen=True, slots=True)
class SchemeSection:
    """The layers of one scheme."""

    id: str
    title: str
    chart: Markup
    drawn: int
    layers: tuple[LayerRow, ...]


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One line of a table of layers, as text."""

    name: str
    kind: str
    in_float: bool
    weight: str
    local: str
    accumulated: str
    cosine: str
    max_abs: str
    rmse_over_scale: str
    suspicious: bool


def html_report(comparison: Comparison) -> str:
    """The page, complete."""
    lead = headline(comparison)
    advice = recommend(comparison)
    return _template().render(
        comparison=comparison,
        lead=lead,
        metric_titles=[TITLES[name] for name in metric_names(comparison)],
        rows=[_scheme_row(row, comparison, lead, advice) for row in comparison.rows],
        sections=[_section(row) for row in comparison.rows if _has_errors(row)],
        opened=_opened(comparison),
        notes=grouped_notes(comparison),
        storage=storage_findings(comparison),
        shown_notes=_SHOWN_NOTES,
        flips=flip_sections(comparison),
        sparsity=sparsity_sections(comparison),
        plain_size_note=plain_size_note(comparison),
        latency_note=latency_note(comparison),
        part_note=comparison.part_note,
        output_note=output_note(comparison),
        reaches_output=comparison.reaches_output,
        beside_float=not is_as_it_is(comparison),
        p_value_title=p_value_title(comparison),
        any_test=any(row.paired for row in comparison.rows),
        scatter=(
            _scatter(comparison, lead, advice)
            if comparison.reaches_output and not is_as_it_is(comparison)
            else Markup()
        ),
        sizes=_sizes(comparison),
        verdict=advice.sentence,
        any_classes=any(row.flipped for row in comparison.rows) or lead.is_share,
        families=_families(comparison),
        samples=counted(comparison.data.samples, "sample"),
        model_size=bytes_text(comparison.model.size_bytes),
    )


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(resource("templates")),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template("report.html.j2")


def _scheme_row(
    row: SchemeResult, comparison: Comparison, lead: Headline, advice: Recommendation
) -> SchemeRow:
    reference = comparison.row("float32")
    smaller = reference.size_bytes / row.size_bytes if reference and row.size_bytes else 0.0
    worst = next((e for e in worst_layers(row) if e.accumulated is not None), None)
    return SchemeRow(
        id=row.scheme.id,
        title=row.scheme.title,
        mark=_swatch(row.scheme.family),
        metrics=tuple(
            (
                metric_text(name, row.metrics[name]) if name in row.metrics else "–",
                interval_text(name, row.intervals.get(name)),
            )
            for name in metric_names(comparison)
        ),
        difference=_difference(row, reference, lead),
        p_value=p_value_text(row),
        tested=_tested(row),
        tags=_tags(row, advice),
        latency=milliseconds_text(row.latency.median_ms) if row.latency else "–",
        slowest=f"90%: {milliseconds_text(row.latency.p90_ms)}" if row.latency else "",
        agreement=agreement_text(row.agreement, is_share=lead.is_share),
        flipped=flipped_text(row),
        size=bytes_text(row.size_bytes),
        times_smaller=f"{smaller:.2f}×" if smaller else "–",
        gzip=bytes_text(row.gzip_bytes),
        gzip_ratio=f"{row.gzip_ratio:.3f}",
        worst=worst_text(worst),
        is_reference=row is reference,
    )


def _tested(row: SchemeResult) -> str:
    if row.paired is None:
        return ""
    return f"{row.paired.worse} worse, {row.paired.better} better"


def _tags(row: SchemeResult, advice: Recommendation) -> tuple[str, ...]:
    tags = []
    if row.scheme.id and row.scheme.id in (advice.scheme, advice.smallest_unsure):
        tags.append("recommended" if row.scheme.id == advice.scheme else "perhaps")
    fronts = {"size": advice.pareto, "gzip": advice.gzip_pareto}
    on = [name for name, front in fronts.items() if row.scheme.id in front]
    if row.scheme.id == AS_IT_IS:
        # There is nothing that it could beat.
        on = []
    if on:
        tags.append("Pareto front" if len(on) == len(fronts) else f"Pareto front ({on[0]})")
    return tuple(tags)


def _difference(row: SchemeResult, reference: SchemeResult | None, lead: Headline) -> str:
    if reference is None or row is reference or lead.key == "agreement":
        return "–"
    difference = lead.value(row) - lead.value(reference)
    text = f"{difference * 100:+.2f}" if lead.is_share else f"{difference:+.3g}"
    if float(text) == 0:
        return "0"
    return text.replace("-", "−")


def _swatch(family: Family) -> Markup:
    return Markup('<svg class="swatch" viewBox="0 0 18 18" aria-hidden="true">{}</svg>').format(
        marker(family, 9, 9, 6)
    )


def _families(comparison: Comparison) -> list[tuple[Markup, str]]:
    """Legend of the shapes that occur."""
    texts = {
        "f-float": "float weights (float32, float16)",
        "f-tfjs": "TensorFlow.js, weights only",
        "f-int8": "8-bit weights, 8-bit or float activations",
        "f-int16": "8-bit weights, 16-bit activations",
    }
    found: dict[str, Markup] = {}
    for row in comparison.rows:
        found.setdefault(family_class(row.scheme.family), _swatch(row.scheme.family))
    return [(found[kind], text) for kind, text in texts.items() if kind in found]


def _scatter(comparison: Comparison, lead: Headline, advice: Recommendation) -> Markup:
    points = [
        Point(row.size_bytes / 1e3, lead.value(row), row.scheme.id, row.scheme.family)
        for row in comparison.rows
    ]
    told = "; ".join(
        f"{row.scheme.id}: {lead.text(row)}, {bytes_text(row.size_bytes)}"
        for row in comparison.rows
    )
    better = "" if lead.is_share else " (less is better)"
    return scatter(
        points,
        x_title="size of the artifact in kB",
        y_title=f"{lead.title}{better}",
        percent=lead.is_share,
        front=advice.pareto,
        description=f"{lead.title} over size. {told}. Pareto front: {', '.join(advice.pareto)}.",
    )


def _sizes(comparison: Comparison) -> Markup:
    rows = [
        Bar(
            row.scheme.id,
            (
                (row.size_bytes / 1e3, bytes_text(row.size_bytes), "s-plain"),
                (
                    row.gzip_bytes / 1e3,
                    f"{bytes_text(row.gzip_bytes)} gzip",
                    "s-gzip",
                ),
            ),
        )
        for row in comparison.rows
    ]
    return bars(rows, axis_title="kB", description="Size of each artifact, plain and gzipped.")


def _has_errors(row: SchemeResult) -> bool:
    return any(e.weight or e.local or e.accumulated for e in row.layers)


def _opened(comparison: Comparison) -> str:
    """The scheme whose layers are shown at once: the first integer one, else the first."""
    having = [row.scheme for row in comparison.rows if _has_errors(row)]
    return next((s.id for s in having if s.is_integer), having[0].id if having else "")


def _section(row: SchemeResult) -> SchemeSection:
    ordered = worst_layers(row)
    drawn = [e for e in ordered if e.accumulated is not None][:_DRAWN_LAYERS]
    kinds = (("weight", "e-weight"), ("local", "e-local"), ("accumulated", "e-accumulated"))
    chart = bars(
        [
            Bar(e.layer, tuple(_strand(getattr(e, kind), style) for kind, style in kinds))
            for e in drawn
        ],
        axis_title="SQNR in dB: longer is better",
        description=f"SQNR of the worst layers under {row.scheme.id}.",
    )
    return SchemeSection(
        row.scheme.id,
        row.scheme.title,
        chart if drawn else Markup(),
        len(drawn),
        tuple(_layer_row(e) for e in ordered),
    )


def _strand(metrics: ErrorMetrics | None, style: str) -> tuple[float, str, str]:
    """A bar of SQNR; no error fills nothing but says so."""
    if metrics is None or metrics.sqnr_db != metrics.sqnr_db or abs(metrics.sqnr_db) > 1e6:
        return 0.0, sqnr_text(metrics), style
    clipped = max(-_SIGNAL_LIMIT_DB, min(_SIGNAL_LIMIT_DB, metrics.sqnr_db))
    return clipped, sqnr_text(metrics), style


def _layer_row(layer: LayerError) -> LayerRow:
    output = layer.accumulated
    ratio = layer.local.rmse_over_scale if layer.local is not None else None
    return LayerRow(
        name=layer.layer,
        kind=layer.kind,
        in_float=layer.in_float,
        weight=sqnr_text(layer.weight),
        local=sqnr_text(layer.local),
        accumulated=sqnr_text(output),
        cosine=f"{output.cosine:.6f}" if output is not None else "–",
        max_abs=f"{output.max_abs:.4g}" if output is not None else "–",
        rmse_over_scale=f"{ratio:.3f}" if ratio is not None else "–",
        suspicious=ratio is not None and ratio > 0.7,
    )
