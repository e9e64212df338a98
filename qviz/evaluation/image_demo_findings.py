"""What MobileNetV2's demo shows, in sentences with the numbers that were measured.

The example's lesson (16 bits change nothing, 8 bits with one scale per tensor over the weights as
they were written destroy the network, one scale per channel after folding does not) is told only as
far as it was met here, with the intervals that the number of images allows.
"""

from __future__ import annotations

from dataclasses import dataclass

from qviz.evaluation.demo import DEMOS, PRECISIONS
from qviz.evaluation.image_scores import (
    EXAMPLE_SCALING,
    TRAINED_SCALING,
    ImageDemoResult,
    ImageScores,
    RightUnder,
)
from qviz.evaluation.statistics import wilson_interval
from qviz.quantities import percent_text

_ABOUT = {
    "tfjs-uint16": "16 bits per tensor over the weights as written (tfjs-uint16)",
    "tfjs-uint8": "8 bits per tensor over the weights as written (tfjs-uint8)",
    "int8-per-tensor": "8 bits per tensor after folding (int8-per-tensor)",
    "int8": "8 bits per channel after folding (int8)",
}
_PER_TENSOR, _PER_CHANNEL = "tfjs-uint8", "int8"


@dataclass(frozen=True, slots=True)
class _Measure:
    """The share that can be said of these images."""

    name: str
    title: str

    def of(self, row: ImageScores | None) -> float | None:
        return None if row is None else getattr(row, self.name)


_MEASURES = (
    _Measure("top1", "top-1"),
    _Measure("word_top1", "top-1 by word"),
    _Measure("agreement", "agreement with float32"),
)


def image_demo_findings(result: ImageDemoResult) -> tuple[str, ...]:
    """Sentences on the input range, on 16 and 8 bits, and on what was published."""
    scaling = _judged(result)
    reference = result.row(scaling, "float32")
    if reference is None:
        return ()
    # Labels first; without any, how often a scheme gives the float model's class.
    measure = next(m for m in _MEASURES if m.of(reference) is not None)
    return (
        *_input_range(result, measure),
        *_changes(result, measure, scaling),
        *_contrast(result, measure, scaling),
        *_published(),
    )


def _judged(result: ImageDemoResult) -> str:
    """The scaling that schemes are judged under: the one that was measured to do better."""
    better = None if result.right is None else result.right.better
    return better or TRAINED_SCALING


def _input_range(result: ImageDemoResult, measure: _Measure) -> tuple[str, ...]:
    fed = measure.of(result.row(EXAMPLE_SCALING, "float32"))
    trained = measure.of(result.row(TRAINED_SCALING, "float32"))
    sentences = []
    if measure.name != "agreement" and fed is not None and trained is not None:
        sentences.append(
            f"Input range: float32 has {_percent(fed)} {measure.title} with inputs "
            f"{EXAMPLE_SCALING} and {_percent(trained)} with {TRAINED_SCALING}, a change by "
            f"{_points(fed - trained)} points{_between(result.right)} that no quantization has a "
            f"part in."
        )
        sentences += _better(result.right)
    if result.same_class is not None:
        sentences.append(
            f"Both scalings give {_percent(result.same_class)} of the images the same class in "
            f"float32."
        )
    return tuple(sentences)


def _between(right: RightUnder | None) -> str:
    if right is None:
        return ""
    low, high = (_points(end) for end in right.interval)
    return f" (95 % interval {low} to {high})"


def _better(right: RightUnder | None) -> tuple[str, ...]:
    """Which scaling does better, as far as these images tell."""
    if right is None:
        return ()
    if right.better is None:
        return ("These images cannot tell which of the two scalings does better.",)
    return (
        f"Inputs {right.better} do better on these images; what follows is measured with them.",
    )


def _changes(result: ImageDemoResult, measure: _Measure, scaling: str) -> tuple[str, ...]:
    base = measure.of(result.row(scaling, "float32"))
    sentences = []
    for scheme, about in _ABOUT.items():
        row = result.row(scaling, scheme)
        value = measure.of(row)
        if row is None or value is None or base is None:
            continue
        kept = f"{_percent(row.agreement)} of the images keep the class of float32"
        if measure.name == "agreement":
            sentences.append(f"{about}: {kept}.")
        else:
            change = _points(value - base)
            sentences.append(f"{about}: {measure.title} changes by {change} points, {kept}.")
    return tuple(sentences)


def _contrast(result: ImageDemoResult, measure: _Measure, scaling: str) -> tuple[str, ...]:
    """Whether 8 bits per tensor and per channel can be told apart on so many images."""
    rows = [result.row(scaling, scheme) for scheme in (_PER_TENSOR, _PER_CHANNEL)]
    values = [measure.of(row) for row in rows]
    samples = [row.samples for row in rows if row is not None]
    if values[0] is None or values[1] is None or len(samples) < len(rows):
        return ()
    (low0, high0), (low1, high1) = (
        wilson_interval(round(value * count), count)
        for value, count in zip((values[0], values[1]), samples, strict=True)
    )
    told = (
        f"8 bits, {measure.title}: {_percent(values[0])} per tensor over the weights as written "
        f"({_percent(low0)} to {_percent(high0)}), {_percent(values[1])} per channel after folding "
        f"({_percent(low1)} to {_percent(high1)})"
    )
    if high0 < low1:
        return (f"{told}: per channel after folding is better.",)
    if high1 < low0:
        return (f"{told}: per channel after folding is worse here.",)
    return (f"{told}: {samples[0]} images cannot tell the two apart.",)


def _published() -> tuple[str, ...]:
    scores = dict(zip(PRECISIONS, DEMOS["mobilenetv2"].published.scores, strict=True))
    base, half, quarter = (scores[s]["top1"] for s in ("float32", "tfjs-uint16", "tfjs-uint8"))
    return (
        f"Published (inputs {EXAMPLE_SCALING}, by word, 1,000 images): 16 bits "
        f"{_points(half - base)} points, 8 bits {_points(quarter - base)} points.",
    )


def _percent(share: float) -> str:
    return percent_text(share, 1)


def _points(change: float) -> str:
    text = f"{100 * change:+.1f}".replace("-", "−")
    return "0.0" if text[1:] == "0.0" else text
