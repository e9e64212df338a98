"""A recommendation as people read it."""

from __future__ import annotations

import math

from qviz.evaluation.guide import HARDWARE, TECHNIQUES, Hardware
from qviz.evaluation.judgement import Judgement, is_inside, loss_of
from qviz.evaluation.results import Comparison, SchemeResult
from qviz.quantities import bytes_text, counted

_RUNTIMES = "TensorFlow Lite or TensorFlow.js"
_MICRO_KERNELS = (
    "TensorFlow Lite Micro has 16-bit kernels for the common operators only: check those of this "
    "model."
)
# A size that rounds to "1.0 times smaller" is no gain.
_HARDLY = 0.95


def tolerance_text(comparison: Comparison, tolerance: float) -> str:
    """The tolerance in the words of the metric it is held against."""
    metrics = {name for row in comparison.rows for name in row.metrics}
    if "top1" in metrics:
        points = f"{tolerance * 100:.4g}"
        return f"at most {points} {'point' if points == '1' else 'points'} below float32"
    if "mae" in metrics:
        return f"at most {tolerance * 100:.4g}% above float32"
    return f"with at most {tolerance * 100:.4g}% disagreement with float32"


def sentence(
    comparison: Comparison,
    tolerance: float,
    hardware: Hardware | None,
    chosen: SchemeResult | None,
    leaning: SchemeResult | None,
    judgements: tuple[Judgement, ...],
) -> str:
    """The smallest artifact and how sure that is, or why there is none.

    Parameters
    ----------
    comparison, tolerance, hardware
        See :func:`qviz.evaluation.recommendation.recommend`.
    chosen : SchemeResult or None
        The smallest that fits.
    leaning : SchemeResult or None
        A smaller one, for which there are too few samples to be sure.
    judgements : tuple of Judgement
    """
    if comparison.row("float32") is None or len(comparison.rows) < 2:
        return ""
    if not comparison.reaches_output:
        return "Without the model's output there is no accuracy to choose a scheme by."
    limit = tolerance_text(comparison, tolerance)
    where = f" for {HARDWARE[hardware]}" if hardware else ""
    runnable = where or f" that {_RUNTIMES} can run,"
    count = comparison.data.samples
    sure = "with 95% confidence"
    few = f"{counted(count, 'sample')} {'is' if count == 1 else 'are'}"
    if chosen is None and leaning is None:
        within = [j.scheme for j in judgements if j.verdict in ("fits", "unsure")]
        if within:
            return f"No scheme{where} that stays {limit} has a smaller artifact than float32."
        if hardware and judgements and all(j.verdict == "elsewhere" for j in judgements):
            told = f"None of the schemes compared runs on {HARDWARE[hardware]}."
            return f"{told} {_to_compare(hardware)}"
        return f"No scheme{where} stays {limit}."
    if chosen is None and leaning is not None:
        return (
            f"Smallest artifact{runnable} that measured {limit}: "
            f"{_described(leaning, comparison)}. {few} too few to say so {sure}."
            f"{_proviso(leaning, hardware)}"
            f"{_unusable(leaning, comparison, tolerance, hardware, judgements)}"
        )
    assert chosen is not None
    if math.isnan(loss_of(chosen, comparison).at_worst):
        sure = f"on {counted(count, 'sample')}"
    text = f"Smallest artifact{runnable} {limit} {sure}: {_described(chosen, comparison)}."
    if leaning is not None:
        better = "is smaller" if leaning.size_bytes < chosen.size_bytes else "packs better"
        text += (
            f" {leaning.scheme.id} measured inside that limit too and {better}, but "
            f"{few} too few to be sure of it."
        )
    text += _proviso(chosen, hardware)
    return text + _unusable(leaning or chosen, comparison, tolerance, hardware, judgements)


def _proviso(row: SchemeResult, hardware: Hardware | None) -> str:
    wide = hardware == "microcontroller" and row.scheme.id.startswith("int16x8")
    return f" {_MICRO_KERNELS}" if wide else ""


def _unusable(
    answer: SchemeResult,
    comparison: Comparison,
    tolerance: float,
    hardware: Hardware | None,
    judgements: tuple[Judgement, ...],
) -> str:
    """What is smaller than the answer and as good, and why it is none."""
    barred = {
        j.scheme for j in judgements if j.verdict == "elsewhere" and is_inside(j.loss, tolerance)
    }
    smaller = [
        row
        for row in comparison.rows
        if row.scheme.id in barred and row.size_bytes < answer.size_bytes
    ]
    if not smaller:
        return ""
    named = ", ".join(f"{row.scheme.id} ({bytes_text(row.size_bytes)})" for row in smaller)
    verb, them = ("is", "it") if len(smaller) == 1 else ("are", "them")
    if hardware:
        return f" {named} {verb} smaller, but not for {HARDWARE[hardware]}."
    return f" {named} {verb} smaller, but no runtime of today takes {them}."


def _to_compare(hardware: Hardware) -> str:
    """Which schemes run there, as the command to measure them."""
    found = [name for t in TECHNIQUES if hardware in t.hardware for name in t.schemes]
    return f"Compare some that do: --schemes {','.join(dict.fromkeys(found))}."


def _described(row: SchemeResult, comparison: Comparison) -> str:
    """The scheme with what it measured, and its size."""
    reference = comparison.row("float32")
    assert reference is not None
    if "top1" in row.metrics:
        told = f"top-1 {row.metrics['top1']:.2%} (float32 {reference.metrics['top1']:.2%})"
    elif "mae" in row.metrics:
        told = f"MAE {row.metrics['mae']:.5g} (float32 {reference.metrics['mae']:.5g})"
    else:
        told = f"agreement {row.agreement:.2%}"
    return (
        f"{row.scheme.id} with {told} at {row.size_bytes / 1e3:,.1f} kB, {_beside(row, reference)}"
    )


def _beside(row: SchemeResult, reference: SchemeResult) -> str:
    if row.size_bytes >= reference.size_bytes:
        return f"not smaller than float32 ({reference.size_bytes / 1e3:,.1f} kB)"
    if row.size_bytes > _HARDLY * reference.size_bytes:
        return f"hardly smaller than float32 ({reference.size_bytes / 1e3:,.1f} kB)"
    return f"{reference.size_bytes / max(row.size_bytes, 1):.1f} times smaller"
