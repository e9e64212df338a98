"""How a comparison is read: which number leads, which layers are worst, how values are written."""

from __future__ import annotations

import math
from dataclasses import dataclass

from qviz.evaluation.results import (
    Comparison,
    ErrorMetrics,
    Interval,
    LayerError,
    SchemeResult,
)
from qviz.quantities import decibel_text, percent_text, with_decibel
from qviz.quantization.stored_codes import AS_IT_IS

TITLES = {
    "top1": "Top-1",
    "top5": "Top-5",
    "mae": "MAE",
    "rmse": "RMSE",
    "agreement": "Agreement",
}


@dataclass(frozen=True, slots=True)
class Headline:
    """The number that schemes are judged by.

    Attributes
    ----------
    key : str
        ``top1``, ``mae``, or ``agreement`` where there are no labels.
    title : str
    is_share : bool
        Whether it is a share, written in percent, of which more is better.
    """

    key: str
    title: str
    is_share: bool

    def value(self, row: SchemeResult) -> float:
        """The number of one scheme; NaN where it has none."""
        if self.key == "agreement":
            return row.agreement
        return row.metrics.get(self.key, math.nan)

    def text(self, row: SchemeResult) -> str:
        """The number as people read it."""
        return metric_text(self.key, self.value(row))


def headline(comparison: Comparison) -> Headline:
    """The number that leads: accuracy, else mean absolute error, else agreement with float."""
    names = metric_names(comparison)
    if "top1" in names:
        return Headline("top1", "Top-1 accuracy", True)
    if "mae" in names:
        return Headline("mae", "Mean absolute error", False)
    return Headline("agreement", "Agreement with float32", True)


def is_as_it_is(comparison: Comparison) -> bool:
    """Whether a file that was quantized already was measured, without a float model beside it."""
    return any(row.scheme.id == AS_IT_IS for row in comparison.rows)


def metric_names(comparison: Comparison) -> tuple[str, ...]:
    """Metrics that any scheme has, in the order in which they are shown."""
    present = {name for row in comparison.rows for name in row.metrics}
    return tuple(name for name in TITLES if name in present)


def output_note(comparison: Comparison) -> str:
    """Which output metrics are about; empty where the model has only one."""
    names = [name for name, _, _ in comparison.model.outputs]
    if len(names) < 2:
        return ""
    lead = next((row.output for row in comparison.rows if row.output), names[0])
    place = f"number {names.index(lead)} of " if lead in names else ""
    return (
        f"Accuracy, agreement and flipped samples are those of the output {lead!r}, "
        f"{place}{len(names)} counted from 0."
    )


def agreement_text(value: float, *, is_share: bool) -> str:
    """An agreement as a share of samples, or as R²; a dash where there is none."""
    if math.isnan(value):
        return "–"
    return percent_text(value) if is_share else f"{value:.6f}"


def flipped_text(row: SchemeResult) -> str:
    """How many samples changed their class; a dash where that is not known."""
    return "–" if math.isnan(row.agreement) else str(len(row.flipped))


def worst_layers(row: SchemeResult) -> tuple[LayerError, ...]:
    """Layers by accumulated error, the worst first; those without an error last."""
    return tuple(sorted(row.layers, key=_badness))


def _badness(layer: LayerError) -> tuple[float, ...]:
    return tuple(_sqnr(m) for m in (layer.accumulated, layer.local, layer.weight))


def _sqnr(metrics: ErrorMetrics | None) -> float:
    """SQNR to sort by: NaN is worse than anything, nothing better than no error."""
    if metrics is None:
        return math.inf
    return -math.inf if math.isnan(metrics.sqnr_db) else metrics.sqnr_db


def grouped_notes(comparison: Comparison) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Notes in the order in which they occur, each with the schemes that have it."""
    found: dict[str, list[str]] = {}
    for row in comparison.rows:
        for note in row.notes:
            found.setdefault(note, []).append(row.scheme.id)
    return tuple((note, tuple(schemes)) for note, schemes in found.items())


def metric_text(key: str, value: float) -> str:
    """A metric as people read it: shares in percent, errors with five digits."""
    if math.isnan(value):
        return "–"
    if key in ("top1", "top5", "agreement"):
        return percent_text(value)
    return f"{value:.5g}"


def interval_text(key: str, interval: Interval | None) -> str:
    """An interval as people read it, e.g. ``98.06–99.77``; empty without one."""
    if interval is None:
        return ""
    if key in ("top1", "top5", "agreement"):
        return f"{interval.low * 100:.2f}–{interval.high * 100:.2f}"
    return f"{metric_text(key, interval.low)}–{metric_text(key, interval.high)}"


def p_value_title(comparison: Comparison) -> str:
    """The heading of p-values, with the test that they are of."""
    tests = dict.fromkeys(row.paired.name.split()[0] for row in comparison.rows if row.paired)
    return f"p-value ({', '.join(tests)})" if tests else "p-value"


def p_value_text(row: SchemeResult) -> str:
    """The p-value against float32, with three decimals."""
    if row.paired is None:
        return "–"
    return "< 0.001" if row.paired.p_value < 0.001 else f"{row.paired.p_value:.3f}"


def sqnr_text(metrics: ErrorMetrics | None) -> str:
    """An SQNR under a heading that has the unit; ``exact`` where there is no error."""
    return "–" if metrics is None else decibel_text(metrics.sqnr_db)


def worst_text(layer: LayerError | None) -> str:
    """A layer and the SQNR of its accumulated error; a dash for none."""
    if layer is None or layer.accumulated is None:
        return "–"
    return f"{layer.layer}: {with_decibel(layer.accumulated.sqnr_db)}"
