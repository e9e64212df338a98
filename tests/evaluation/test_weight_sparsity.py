"""Pruning and clustering: what they cost and gain, and what quantization leaves of them."""

from __future__ import annotations

import numpy as np
import pytest
from small_network import network, samples

import qviz
from qviz.evaluation import Comparison, SchemeResult, compare
from qviz.evaluation.weight_sparsity import PLAIN_SIZE
from qviz.resources import sample_models

PRUNED = ("int8:prune=0.1", "int8:prune=0.5", "int8:prune=0.8")
CLUSTERED = ("int8:clusters=64", "int8:clusters=16", "int8:clusters=4")


@pytest.fixture(scope="module")
def digits() -> Comparison:
    """As `qviz compare digits -d digits -s int8,int8:prune=0.1,...` of the README."""
    graph = qviz.open_model(sample_models() / "digits" / "digits.keras")
    schemes = ("float32", "int8", *PRUNED, *CLUSTERED, "tfjs-uint8:clusters=16")
    return compare(graph, "digits", schemes, layer_samples=0, batch_size=150)


def row(comparison: Comparison, name: str) -> SchemeResult:
    found = comparison.row(name)
    assert found is not None
    return found


def test_plain_size_stays_and_gzip_falls(digits: Comparison) -> None:
    plain = row(digits, "int8")
    for names in (PRUNED, CLUSTERED):
        packed = [plain.gzip_bytes, *(row(digits, name).gzip_bytes for name in names)]
        assert packed == sorted(packed, reverse=True)
        assert packed[-1] < 0.45 * packed[0]
        for name in names:
            assert row(digits, name).size_bytes == plain.size_bytes
            assert PLAIN_SIZE in row(digits, name).notes
    assert PLAIN_SIZE not in plain.notes
    assert plain.sparsity == ()


def test_accuracy_at_three_settings_each(digits: Comparison) -> None:
    top1 = {r.scheme.id: r.metrics["top1"] for r in digits.rows}
    assert top1["int8"] > 0.985
    # A tenth of the weights is not missed, eight tenths are.
    assert top1["int8:prune=0.1"] > 0.98
    assert 0.8 < top1["int8:prune=0.5"] < 0.95
    assert top1["int8:prune=0.8"] < 0.3
    # Sixteen values a layer are enough for this network, four are not quite.
    assert top1["int8:clusters=64"] > 0.98
    assert top1["int8:clusters=16"] > 0.98
    assert top1["int8:clusters=4"] < top1["int8:clusters=16"]


def test_zeros_outlast_quantization(digits: Comparison) -> None:
    for name, share in zip(PRUNED, (0.1, 0.5, 0.8), strict=True):
        found = row(digits, name).sparsity
        assert [s.layer for s in found] == ["conv1", "pointwise", "conv2", "dense1", "dense2"]
        for weights in found:
            assert weights.sparsity_before == pytest.approx(share, abs=0.002)
            assert weights.sparsity_after >= weights.sparsity_before


def test_clusters_outlast_only_one_scale_without_folding(digits: Comparison) -> None:
    int8 = {s.layer: s for s in row(digits, "int8:clusters=16").sparsity}
    tfjs = {s.layer: s for s in row(digits, "tfjs-uint8:clusters=16").sparsity}
    for layer, weights in int8.items():
        assert weights.distinct_before == tfjs[layer].distinct_before == 16
        assert tfjs[layer].distinct_after == tfjs[layer].distinct_codes == 16
    assert int8["conv2"].distinct_after > 500
    assert int8["conv2"].distinct_codes <= 255
    # No batch norm behind it: the scales per channel alone undo it.
    assert 16 < int8["dense1"].distinct_after < 200
    notes = " ".join(row(digits, "int8:clusters=16").notes)
    assert "Clustering is undone in 5 of 5 layers by scales per channel" in notes
    assert "undone" not in " ".join(row(digits, "tfjs-uint8:clusters=16").notes)


def test_ranges_are_those_of_the_changed_model() -> None:
    graph = network()
    data = samples(graph)
    _, plain, pruned = compare(
        graph, data, ["float32", "int8", "int8:prune=0.6"], layer_samples=4
    ).rows
    by_layer = {e.layer: e for e in pruned.layers}
    assert by_layer["conv"].accumulated is not None
    # Errors are told against the model as it was.
    before = {e.layer: e for e in plain.layers}["conv"].accumulated
    assert before is not None
    assert by_layer["conv"].accumulated.sqnr_db < before.sqnr_db - 5
    # Alone, the pruned model is quantized as well as the other.
    assert not any("clipped" in note for note in pruned.notes)


def test_float32_pruned_is_measured_by_itself() -> None:
    graph = network()
    data = samples(graph)
    plain, pruned = compare(graph, data, ["float32", "float32:prune=0.5"], layer_samples=4).rows
    assert pruned.agreement < 1.0
    assert pruned.paired is not None
    assert plain.paired is None
    assert any(e.accumulated for e in pruned.layers)
    (first, *_) = pruned.sparsity
    assert first.count == int(np.prod((4, 3, 3, 2)))
