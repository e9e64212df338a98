from __future__ import annotations

import gc
import math
import tracemalloc

import numpy as np
import pytest
from builders import activation, constant, operator
from small_network import network, samples

from qviz.errors import DatasetError, ExecutionError, SchemeError
from qviz.evaluation import (
    Comparison,
    Dataset,
    Preprocessing,
    SchemeResult,
    compare,
    comparison_steps,
)
from qviz.evaluation.accuracy import run_steps
from qviz.execution import Executor
from qviz.graph import Graph
from qviz.graph.passes import to_inference_form
from qviz.progress import Progress, finish
from qviz.quantization import SCHEMES, calibrate, quantize

WITHOUT_LAYERS = [s for s, scheme in SCHEMES.items() if scheme.artifact != "tfjs"]


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    graph = network()
    return compare(graph, samples(graph), calibration_samples=40, layer_samples=12)


def test_every_scheme_is_run_or_skipped_with_a_reason(comparison: Comparison) -> None:
    run = {row.scheme.id for row in comparison.rows}
    skipped = dict(comparison.skipped)
    assert run | set(skipped) == set(SCHEMES)
    assert run == set(WITHOUT_LAYERS)
    for reason in skipped.values():
        assert "Keras" in reason
    assert comparison.rows[0].scheme.id == "float32"


def test_accuracy_and_agreement_are_of_the_outputs(comparison: Comparison) -> None:
    graph = network()
    data = samples(graph)
    expected = Executor(to_inference_form(graph)).run(data.x).outputs[0].argmax(axis=1)
    assert data.y is not None
    for row in comparison.rows:
        assert set(row.metrics) == {"top1", "top5"}
        assert row.metrics["top1"] > 0.8
        assert row.agreement == 1 - len(row.flipped) / len(data)
    top1 = float((expected == data.y).mean())
    float_row = comparison.rows[0]
    assert (float_row.metrics["top1"], float_row.agreement, float_row.flipped) == (top1, 1.0, ())


def test_flipped_samples_are_named(comparison: Comparison) -> None:
    graph = network()
    data = samples(graph)
    statistics = calibrate(graph, data.calibration_batches(40))
    quantized = quantize(graph, "int8-per-tensor", statistics)
    flipped = []
    float_executor, executor = Executor(to_inference_form(graph)), Executor(quantized)
    for i in range(len(data)):
        a = float_executor.run(data.batch(i, i + 1)).outputs[0].argmax()
        if executor.run(data.batch(i, i + 1)).outputs[0].argmax() != a:
            flipped.append(i)
    row = comparison.row("int8-per-tensor")
    assert row is not None
    assert list(row.flipped) == flipped


def test_sizes_are_of_the_written_artifact(comparison: Comparison) -> None:
    by_id = {row.scheme.id: row for row in comparison.rows}
    for row in comparison.rows:
        assert 0 < row.gzip_bytes < row.size_bytes
        assert row.gzip_ratio == row.size_bytes / row.gzip_bytes
    assert by_id["float16"].size_bytes < by_id["float32"].size_bytes


def test_layers_are_those_of_the_folded_network(comparison: Comparison) -> None:
    for row in comparison.rows:
        assert [e.layer for e in row.layers] == ["conv", "flatten", "dense", "softmax"]
        assert [e.tensor for e in row.layers] == ["relu", "flatten", "dense", "softmax"]
    int8 = comparison.row("int8")
    assert int8 is not None
    for error in int8.layers:
        assert error.accumulated is not None
        assert error.local is not None
        assert 15 < error.accumulated.sqnr_db < math.inf
        assert error.accumulated.rmse_over_scale is not None
    conv, flatten, dense, _ = int8.layers
    assert conv.weight is not None
    assert dense.weight is not None
    assert conv.weight.sqnr_db > 35
    assert flatten.weight is None
    assert flatten.local is not None
    # Rounding alone, and none of it where the relu before gave 0.
    assert flatten.local.rmse_over_scale is not None
    assert 0.15 < flatten.local.rmse_over_scale < 0.29
    # Nothing comes before the first layer, so that nothing can have been accumulated.
    assert conv.local == conv.accumulated
    assert dense.local is not None
    assert dense.accumulated is not None
    assert dense.local.mse < dense.accumulated.mse


def test_float32_has_layers_but_no_error(comparison: Comparison) -> None:
    for error in comparison.rows[0].layers:
        assert (error.weight, error.local, error.accumulated) == (None, None, None)


def test_sixteen_bits_are_closer_than_eight(comparison: Comparison) -> None:
    eight, sixteen = comparison.row("int8"), comparison.row("int16x8")
    assert eight is not None
    assert sixteen is not None
    for narrow, wide in zip(eight.layers, sixteen.layers, strict=True):
        assert narrow.local is not None
        assert wide.local is not None
        assert wide.local.sqnr_db > narrow.local.sqnr_db


def test_result_does_not_depend_on_the_batch_size() -> None:
    graph = network()
    data = samples(graph)
    results = [
        compare(graph, data, ["int8", "dynamic-range"], batch_size=size, layer_samples=10)
        for size in (1, 7, 64)
    ]
    for other in results[1:]:
        for row, again in zip(results[0].rows, other.rows, strict=True):
            assert (row.metrics, row.flipped) == (again.metrics, again.flipped)
            assert (row.size_bytes, row.gzip_bytes) == (again.size_bytes, again.gzip_bytes)
            for a, b in zip(row.layers, again.layers, strict=True):
                assert a.local is not None
                assert b.local is not None
                assert a.local.mse == pytest.approx(b.local.mse, rel=1e-4)


def test_numbers_are_compared_by_error_and_determination() -> None:
    graph = network(softmax=False)
    data = samples(graph, labels="numbers")
    comparison = compare(graph, data, ["float32", "int8"])
    float_row, row = comparison.rows
    assert data.y is not None
    expected = Executor(to_inference_form(graph)).run(data.x).outputs[0]
    assert float_row.metrics["mae"] == pytest.approx(np.abs(expected - data.y).mean(), rel=1e-5)
    assert set(row.metrics) == {"mae", "rmse"}
    assert float_row.agreement == 1.0
    assert 0.99 < row.agreement < 1.0
    assert row.flipped == ()


def test_without_labels_there_is_agreement_only() -> None:
    graph = network()
    comparison = compare(graph, samples(graph, labels="none"), ["float32", "int8-per-tensor"])
    row = comparison.rows[1]
    assert row.metrics == {}
    assert row.agreement == 1 - len(row.flipped) / 60
    assert comparison.data.task == "none"


def test_provenance_is_kept(comparison: Comparison) -> None:
    data = samples(network())
    assert comparison.data.samples == 60
    assert comparison.data.calibration == "40 of the test samples, seed 0"
    assert comparison.data.calibration_samples == 40
    ((name, low, high),) = comparison.data.input_ranges
    assert (name, low, high) == ("image", float(data.x.min()), float(data.x.max()))
    assert comparison.model.parameters == 4 * 9 * 2 + 4 + 4 * 4 + 6 * 144 + 6
    assert {"qviz", "numpy"} <= set(comparison.versions)
    assert comparison.created.endswith("+00:00")


def test_steps_rise_to_the_total_and_rows_come_as_they_are_done() -> None:
    graph = network()
    events = []
    steps = comparison_steps(graph, samples(graph), ["float32", "tfjs-uint8", "int8"])
    comparison = finish(steps, events.append)
    rows = [event for event in events if isinstance(event, SchemeResult)]
    assert rows == list(comparison.rows)
    done = [event.done for event in events if isinstance(event, Progress)]
    assert done == sorted(done)
    totals = {event.total for event in events if isinstance(event, Progress)}
    assert len(totals) == 1
    assert done[-1] <= totals.pop()
    assert any("layer errors" in e.message for e in events if isinstance(e, Progress))


def test_statistics_that_are_given_are_used() -> None:
    graph = network()
    data = samples(graph)
    statistics = calibrate(graph, [data.batch(0, 5)])
    given = compare(graph, data, ["int8"], statistics=statistics)
    assert given.data.calibration == "ranges that were given"
    found = compare(graph, data, ["int8"])
    assert given.rows[0].layers != found.rows[0].layers


def test_data_beyond_the_calibrated_range_are_reported() -> None:
    graph = network()
    data = samples(graph)
    statistics = calibrate(graph, [data.batch(0, 5)])
    loud = Dataset(
        data.name, data.inputs, data.y, data.task, Preprocessing(scale=8.0), shapes=data.shapes
    )
    (row,) = compare(graph, loud, ["int8"], statistics=statistics).rows
    assert any("values beyond are clipped" in note for note in row.notes)
    quiet = Dataset(
        data.name, data.inputs, data.y, data.task, Preprocessing(scale=0.05), shapes=data.shapes
    )
    (row,) = compare(graph, quiet, ["int8"], statistics=statistics).rows
    assert any("of the range that the input image" in note for note in row.notes)
    (row,) = compare(graph, data, ["int8"]).rows
    assert not any("input image" in note for note in row.notes)


def test_unknown_and_unfit_schemes_are_errors() -> None:
    graph = network()
    data = samples(graph)
    with pytest.raises(SchemeError, match="no scheme 'int4'"):
        compare(graph, data, ["int8", "int4"])
    with pytest.raises(SchemeError, match=r"None of the schemes fits.*tfjs-uint8"):
        compare(graph, data, ["tfjs-uint8"])


def test_graphs_that_are_quantized_already_are_measured_as_they_are() -> None:
    graph = network()
    data = samples(graph)
    quantized = quantize(graph, "int8", calibrate(graph, [data.batch(0, 5)]))
    found = compare(quantized, data, ["float32"])
    assert [row.scheme.id for row in found.rows] == ["as it is"]
    assert [scheme for scheme, _ in found.skipped] == ["float32"]


def test_outputs_that_are_not_one_a_sample_are_refused() -> None:
    tensors = [activation("x", 1, 2), constant("shape", [2, 1], np.int32), activation("y", 2, 1)]
    graph = Graph.build(
        [operator("RESHAPE", ("x", "shape"), "y", new_shape=(2, 1))], tensors, ["x"], ["y"]
    )
    data = Dataset("two", (np.ones((3, 2), np.float32),))
    with pytest.raises(ExecutionError, match="not one result for each sample"):
        compare(graph, data, ["float32"])


def test_several_inputs_and_outputs_are_compared_by_the_first() -> None:
    tensors = [
        activation("a", 1, 4),
        activation("b", 1, 4),
        activation("sum", 1, 4),
        activation("product", 1, 4),
    ]
    operators = [operator("ADD", ("a", "b"), "sum"), operator("MUL", ("a", "b"), "product")]
    graph = Graph.build(operators, tensors, ["a", "b"], ["sum", "product"])
    random = np.random.default_rng(1)
    x = tuple(random.random((30, 4), np.float32) for _ in range(2))
    data = Dataset("pairs", x, (x[0] + x[1]), "regression").fitted(graph)
    float_row, int8 = compare(graph, data, ["float32", "int8"]).rows
    assert float_row.metrics["mae"] == 0
    assert 0 < int8.metrics["mae"] < 0.01
    assert [e.layer for e in int8.layers] == ["sum", "product"]
    assert all(e.local == e.accumulated for e in int8.layers)


@pytest.mark.parametrize("sigmoid", [True, False])
def test_two_classes_by_one_output(sigmoid: bool) -> None:
    tensors = [activation("x", 1, 1), constant("kernel", [[4.0]]), activation("logit", 1, 1)]
    operators = [operator("FULLY_CONNECTED", ("x", "kernel", None), "logit")]
    if sigmoid:
        tensors.append(activation("probability", 1, 1))
        operators.append(operator("LOGISTIC", ("logit",), "probability"))
    output = operators[-1].outputs[0]
    graph = Graph.build(operators, tensors, ["x"], [output])
    x = np.linspace(-1, 1, 40, dtype=np.float32)[:, None]
    data = Dataset.of(x, (x[:, 0] > 0).astype(np.int64))
    for row in compare(graph, data, ["float32", "int8", "int8-only"]).rows:
        assert row.metrics == {"top1": 1.0}
        assert row.agreement == 1.0


def test_data_of_the_wrong_shape_are_an_error() -> None:
    data = Dataset("other", (np.zeros((4, 5, 5), np.float32),))
    with pytest.raises(DatasetError, match=r"expects samples of shape \(6, 6, 2\)"):
        compare(network(), data)


def test_memory_is_bounded_by_the_batch() -> None:
    graph = to_inference_form(network(softmax=False))
    executor = Executor(graph)

    def peak(count: int) -> int:
        data = samples(graph, 8, labels="none")
        repeated = np.broadcast_to(data.x[:1], (count, *data.x.shape[1:]))
        many = Dataset("many", (repeated,), shapes=data.shapes)
        gc.collect()
        tracemalloc.start()
        for _ in run_steps(executor, graph, many, 16):
            pass
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    few, many = peak(64), peak(1280)
    # What is kept of a sample is its class.
    assert many - few < 1280 * 64
