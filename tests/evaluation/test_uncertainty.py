from __future__ import annotations

import numpy as np
import pytest
from small_network import network, samples

from qviz.evaluation import Comparison, compare
from qviz.evaluation.statistics import mcnemar, wilcoxon_signed_rank, wilson_interval
from qviz.execution import Executor
from qviz.graph import Graph
from qviz.graph.passes import to_inference_form
from qviz.quantization import calibrate, quantize


@pytest.fixture(scope="module")
def coarse() -> Comparison:
    """A scheme that is bad enough to flip samples."""
    graph = network()
    return compare(
        graph, samples(graph, 200), ["float32", "float32:prune=0.6", "int8"], layer_samples=0
    )


def outputs(graph: Graph, x: np.ndarray) -> np.ndarray:
    return Executor(to_inference_form(graph)).run(x).outputs[0]


def test_shares_have_wilsons_interval(coarse: Comparison) -> None:
    for row in coarse.rows:
        assert set(row.intervals) == set(row.metrics)
        right = round(row.metrics["top1"] * 200)
        found = row.intervals["top1"]
        assert (found.low, found.high) == wilson_interval(right, 200)
        assert found.method == "Wilson"


def test_flips_have_classes_and_labels(coarse: Comparison) -> None:
    graph = network()
    data = samples(graph, 200)
    expected = outputs(graph, data.x).argmax(axis=1)
    row = coarse.rows[1]
    assert len(row.flips) > 10
    assert [flip.index for flip in row.flips] == list(row.flipped)
    assert data.y is not None
    for flip in row.flips:
        assert flip.float_class == expected[flip.index]
        assert flip.quantized_class != flip.float_class
        assert flip.label == data.y[flip.index]
    assert coarse.rows[0].flips == ()


def test_mcnemar_counts_the_samples_that_only_one_gets_right(coarse: Comparison) -> None:
    row = coarse.rows[1]
    test = row.paired
    assert test is not None
    worse = sum(flip.float_class == flip.label for flip in row.flips)
    better = sum(flip.quantized_class == flip.label for flip in row.flips)
    assert (test.worse, test.better) == (worse, better)
    exact, mid_p = mcnemar(worse, better)
    assert (test.exact_p_value, test.p_value, test.method) == (exact, mid_p, "mid-p")
    assert test.p_value < 0.01
    top1 = row.metrics["top1"] - coarse.rows[0].metrics["top1"]
    assert test.difference == pytest.approx(top1)
    assert test.interval is not None
    assert test.interval.low < test.difference < test.interval.high < 0
    assert coarse.rows[0].paired is None


def test_a_scheme_that_changes_nothing_is_not_different() -> None:
    graph = network()
    row = compare(graph, samples(graph, 60), ["float32", "float16"], layer_samples=0).rows[1]
    assert row.paired is not None
    assert row.paired.p_value == 1.0
    assert row.paired.interval is not None
    assert row.paired.interval.low < 0 < row.paired.interval.high


def test_numbers_have_wilcoxons_test_and_normal_intervals() -> None:
    graph = network(softmax=False)
    data = samples(graph, 40, labels="numbers")
    float_row, row = compare(graph, data, ["float32", "int8"], layer_samples=0).rows
    assert data.y is not None
    quantized = quantize(graph, "int8", calibrate(graph, data.calibration_batches(100)))
    errors = [
        np.abs(found.astype(np.float64) - data.y).mean(axis=1)
        for found in (outputs(graph, data.x), Executor(quantized).run(data.x).outputs[0])
    ]
    difference = errors[1] - errors[0]
    test = row.paired
    assert test is not None
    assert (test.name, test.method) == ("Wilcoxon signed-rank", "exact")
    assert test.p_value == pytest.approx(wilcoxon_signed_rank(difference)[0], rel=1e-6)
    assert (test.better, test.worse) == ((difference < 0).sum(), (difference > 0).sum())
    assert test.difference == pytest.approx(row.metrics["mae"] - float_row.metrics["mae"])
    found = float_row.intervals["mae"]
    half = 1.959964 * errors[0].std(ddof=1) / np.sqrt(40)
    assert found.high - found.low == pytest.approx(2 * half, rel=1e-5)
    assert found.low < float_row.metrics["mae"] < found.high
    rmse = row.intervals["rmse"]
    assert rmse.low < row.metrics["rmse"] < rmse.high
    assert row.flips == ()


def test_without_labels_there_is_no_test() -> None:
    graph = network()
    data = samples(graph, 60, labels="none")
    row = compare(graph, data, ["float32", "float32:prune=0.7"], layer_samples=0).rows[1]
    assert row.paired is None
    assert row.intervals == {}
    assert row.flips
    assert {flip.label for flip in row.flips} == {None}
