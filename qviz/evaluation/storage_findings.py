"""What a comparison says of how weights are stored: 16 or 8 bits, one scale per tensor or channel.

TensorFlow.js stores weights as their author wrote them, with one scale per tensor and batch norms
beside them; TensorFlow Lite folds batch norms first and can give each channel a scale. Whether that
matters for a network is told only as far as the samples show it.
"""

from __future__ import annotations

from qviz.evaluation.results import Comparison, Flip, SchemeResult
from qviz.evaluation.statistics import mcnemar

_FORMS = {
    "tfjs-uint16": "16 bits with one scale per tensor, weights as written",
    "tfjs-uint8": "8 bits with one scale per tensor, weights as written",
    "int8-per-tensor": "8 bits with one scale per tensor, batch norms folded",
    "int8": "8 bits with one scale per channel, batch norms folded",
}
_PER_TENSOR, _PER_CHANNEL = "tfjs-uint8", "int8"
_SURE = 0.05


def storage_findings(comparison: Comparison) -> tuple[str, ...]:
    """Sentences on what each way to store weights costs in top-1, and which of 8 bits costs less.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    tuple of str
        One for each of the schemes ``tfjs-uint16``, ``tfjs-uint8``, ``int8-per-tensor`` and
        ``int8`` that was run, and one on the difference between the second and the last; a single
        one if none of them differs from the float model. Empty without labels of classes, and where
        not both ``tfjs-uint8`` and ``int8`` were run.
    """
    rows = [row for scheme in _FORMS if (row := comparison.row(scheme)) is not None]
    per_tensor, per_channel = comparison.row(_PER_TENSOR), comparison.row(_PER_CHANNEL)
    if per_tensor is None or per_channel is None or not comparison.reaches_output:
        return ()
    tests = [row.paired for row in rows if "top1" in row.metrics]
    samples = comparison.data.samples
    if len(tests) < len(rows) or any(test is None for test in tests):
        return ()
    if all(test.p_value >= _SURE for test in tests if test is not None):
        bits = "16 or 8 bits" if comparison.row("tfjs-uint16") is not None else "8 bits"
        return (
            f"Weights in {bits}, with one scale per tensor or per channel, as written or folded: "
            f"no loss or gain of top-1 that {samples} samples show.",
        )
    return (*(_cost(row, samples) for row in rows), _contrast(per_tensor, per_channel))


def _cost(row: SchemeResult, samples: int) -> str:
    test = row.paired
    assert test is not None
    text = f"{_FORMS[row.scheme.id]} ({row.scheme.id}): top-1 {_points(test.difference)} points"
    if test.p_value >= _SURE:
        return f"{text}, no loss or gain that {samples} samples show."
    assert test.interval is not None
    low, high = (_points(end) for end in (test.interval.low, test.interval.high))
    return f"{text} (95%: {low} to {high})."


def _contrast(per_tensor: SchemeResult, per_channel: SchemeResult) -> str:
    first, second = _only_one_right(per_tensor.flips, per_channel.flips)
    about = (
        f"With 8 bits, {second} samples are right only per channel after folding, {first} only per "
        f"tensor over the weights as written"
    )
    p_value = mcnemar(first, second)[1]
    if p_value >= _SURE:
        return f"{about}: no difference that can be told from chance (p = {p_value:.2g})."
    better = "per channel after folding" if second > first else "per tensor as written"
    shown = "p < 0.001" if p_value < 0.001 else f"p = {p_value:.2g}"
    return f"{about}: {better} is better here ({shown})."


def _only_one_right(first: tuple[Flip, ...], second: tuple[Flip, ...]) -> tuple[int, int]:
    """Samples that only the first, and only the second, gets right.

    A sample that is in neither list has the float model's class in both.
    """
    found = {flip.index: flip for flip in (*first, *second)}
    classes = [{flip.index: flip.quantized_class for flip in flips} for flips in (first, second)]
    counts = [0, 0]
    for index, flip in found.items():
        right = [own.get(index, flip.float_class) == flip.label for own in classes]
        if right[0] != right[1]:
            counts[right[1]] += 1
    return counts[0], counts[1]


def _points(change: float) -> str:
    return f"{100 * change:+.2f}".replace("-", "−")
