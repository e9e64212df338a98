"""What weights cost by the way they are stored is told from the samples, and only as far."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from qviz.evaluation import Comparison, compare, load_dataset
from qviz.evaluation.storage_findings import storage_findings
from qviz.execution import Executor
from qviz.formats import open_model
from qviz.graph import Graph
from qviz.quantization import calibrate, quantize
from qviz.resources import sample_models

SCHEMES = ("float32", "tfjs-uint16", "tfjs-uint8", "int8-per-tensor", "int8")


def digits() -> Graph:
    return open_model(sample_models() / "digits" / "digits.keras")


def compared(graph: Graph, schemes: tuple[str, ...] = SCHEMES) -> Comparison:
    return compare(graph, load_dataset("digits", model=graph), schemes, layer_samples=0)


@cache
def spoilt() -> Graph:
    """The sample with a dead channel whose mean and variance are far from those of the others."""
    graph = digits()
    tensors = dict(graph.tensors)
    for name, value in (("gamma", 0.0), ("moving_mean", 500.0), ("moving_variance", 4e4)):
        tensor = tensors[f"pointwise_bn/{name}"]
        values = tensor.real().copy()
        values[5] = value
        tensors[tensor.name] = replace(tensor, data=values)
    return graph.rebuild(tensors=tensors.values())


def test_what_is_lost_is_told_with_its_interval_and_its_opponent() -> None:
    comparison = compared(spoilt())
    half, quarter, per_tensor, per_channel, contrast = storage_findings(comparison)
    row = comparison.row("tfjs-uint8")
    assert row is not None
    assert row.paired is not None
    assert row.paired.p_value < 0.001
    assert f"(tfjs-uint8): top-1 −{-100 * row.paired.difference:.2f} points (95%: −" in quarter
    for sentence, scheme in (
        (half, "tfjs-uint16"),
        (per_tensor, "int8-per-tensor"),
        (per_channel, "int8"),
    ):
        assert f"({scheme})" in sentence
        assert sentence.endswith("no loss or gain that 450 samples show.")
    assert contrast.endswith("per channel after folding is better here (p < 0.001).")


def test_the_two_are_held_against_each_other_sample_by_sample() -> None:
    graph = spoilt()
    data = load_dataset("digits", model=graph)
    statistics = calibrate(graph, data.calibration_batches())
    assert data.y is not None
    right = []
    for scheme in ("tfjs-uint8", "int8"):
        needed = statistics if scheme == "int8" else None
        scores = Executor(quantize(graph, scheme, needed)).run(data.batch(0, len(data))).outputs[0]
        right.append(scores.argmax(axis=1) == data.y)
    only_tensor = int((right[0] & ~right[1]).sum())
    only_channel = int((right[1] & ~right[0]).sum())
    assert only_channel > only_tensor
    assert storage_findings(compared(graph))[-1].startswith(
        f"With 8 bits, {only_channel} samples are right only per channel after folding, "
        f"{only_tensor} only per tensor"
    )


def test_a_network_that_bears_it_gets_one_sentence() -> None:
    comparison = compared(digits())
    (told,) = storage_findings(comparison)
    assert told.startswith("Weights in 16 or 8 bits")
    assert told.endswith("no loss or gain of top-1 that 450 samples show.")
    assert storage_findings(compared(digits(), ("float32", "tfjs-uint8"))) == ()
    unlabelled = replace(comparison, rows=tuple(replace(r, paired=None) for r in comparison.rows))
    assert storage_findings(unlabelled) == ()
