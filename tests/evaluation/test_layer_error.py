"""Layer errors held against a plainer way to the same numbers."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from small_network import network, samples

import qviz
from qviz.evaluation import ErrorMetrics, compare, load_dataset
from qviz.evaluation.layer_error import layer_error_steps, layer_inputs
from qviz.evaluation.metrics import error_metrics
from qviz.execution import Executor
from qviz.graph import Graph, layers
from qviz.graph.passes import to_inference_form
from qviz.progress import finish
from qviz.quantization import quantize
from qviz.quantization.tfjs import encode_tfjs
from qviz.resources import sample_models

COUNT = 6


@pytest.fixture(scope="module")
def digits() -> Graph:
    return qviz.open_model(sample_models() / "digits" / "digits.keras")


def with_weights(graph: Graph, values: dict[str, np.ndarray]) -> Graph:
    """The same graph with other constants."""
    return graph.rebuild(
        tensors=[
            replace(t, data=values[t.name]) if t.name in values else t
            for t in graph.tensors.values()
        ]
    )


def difference(graph: Graph, other: Graph, tensor: str, x: np.ndarray) -> ErrorMetrics:
    """Error of one tensor between two graphs."""
    reference = Executor(graph).run(x, taps=[tensor])[tensor]
    return error_metrics(reference, Executor(other).run(x, taps=[tensor])[tensor])


def same(a: ErrorMetrics | None, b: ErrorMetrics) -> None:
    assert a is not None
    assert a.mse == pytest.approx(b.mse, rel=1e-3, abs=1e-14)
    assert a.max_abs == pytest.approx(b.max_abs, rel=1e-2, abs=1e-6)


def halves(graph: Graph, names: Iterable[str]) -> dict[str, np.ndarray]:
    return {n: graph.tensors[n].real().astype(np.float16).astype(np.float32) for n in names}


def test_half_precision_is_the_float_network_with_rounded_weights(digits: Graph) -> None:
    data = load_dataset("digits", model=digits, limit=COUNT)
    x = np.asarray(data.batch(0, COUNT))
    folded = to_inference_form(digits)
    (row,) = compare(digits, data, ["float16"], layer_samples=COUNT).rows
    every = [n for layer in layers(folded) for n in layer.weights]
    rounded = with_weights(folded, halves(folded, every))
    for layer, error in zip(layers(folded), row.layers, strict=True):
        same(error.accumulated, difference(folded, rounded, layer.output, x))
        alone = with_weights(folded, halves(folded, layer.weights))
        same(error.local, difference(folded, alone, layer.output, x))
        if layer.weights:
            largest = max(layer.weights, key=lambda n: folded.tensors[n].size)
            same(
                error.weight,
                error_metrics(folded.tensors[largest].real(), halves(folded, [largest])[largest]),
            )


def test_tfjs_is_the_unfolded_network_with_coarse_weights(digits: Graph) -> None:
    data = load_dataset("digits", model=digits, limit=COUNT)
    x = np.asarray(data.batch(0, COUNT))
    (row,) = compare(digits, data, ["tfjs-uint8"], layer_samples=COUNT).rows

    def coarse(names: Iterable[str]) -> dict[str, np.ndarray]:
        found = {}
        for name in names:
            codes, params = encode_tfjs(digits.tensors[name].real(), "uint8")
            assert params is not None
            found[name] = params.dequantize(codes)
        return found

    own = {layer.name: layer.weights for layer in layers(digits)}
    everything = with_weights(digits, coarse(n for names in own.values() for n in names))
    for error in row.layers:
        same(error.accumulated, difference(digits, everything, error.tensor, x))
        # A convolution and the batch norm that folding puts into it are one layer.
        parts = (*own[error.layer], *own.get(f"{error.layer}_bn", ()))
        alone = with_weights(digits, coarse(parts))
        same(error.local, difference(digits, alone, error.tensor, x))


def test_integer_layers_are_measured_in_their_own_steps(digits: Graph) -> None:
    data = load_dataset("digits", model=digits, limit=COUNT)
    x = np.asarray(data.batch(0, COUNT))
    statistics = qviz.calibrate(digits, data.calibration_batches())
    quantized = quantize(digits, "int8", statistics)
    folded = to_inference_form(digits)
    (row,) = compare(digits, data, ["int8"], layer_samples=COUNT).rows
    expected = Executor(folded).run(x, taps="all")
    outcome = Executor(quantized).run(x, taps="all")
    for error in row.layers:
        params = quantized.tensors[error.tensor].quantization
        assert params is not None
        plain = error_metrics(
            expected[error.tensor], outcome.real(error.tensor), float(params.scale[0])
        )
        same(error.accumulated, plain)
        assert error.accumulated is not None
        assert error.accumulated.rmse_over_scale == pytest.approx(plain.rmse_over_scale, rel=1e-6)
        assert error.local is not None
        assert error.local.rmse_over_scale is not None
        # A layer alone is never far from what rounding its input and its output costs.
        assert error.local.rmse_over_scale < 0.7


def test_error_of_weights_is_by_the_scale_of_each_channel(digits: Graph) -> None:
    data = load_dataset("digits", model=digits, limit=COUNT)
    per_channel, per_tensor = compare(digits, data, ["int8", "int8-per-tensor"]).rows
    for fine, coarse in zip(per_channel.layers, per_tensor.layers, strict=True):
        if fine.weight is None:
            continue
        assert coarse.weight is not None
        assert fine.weight.rmse_over_scale == pytest.approx(0.289, abs=0.04)
        assert coarse.weight.rmse_over_scale == pytest.approx(0.289, abs=0.04)
        assert fine.weight.mse <= coarse.weight.mse * 1.0001


def test_a_layer_kept_in_float_is_marked_and_has_no_local_error() -> None:
    graph = network()
    scheme = qviz.quantization.SCHEMES["int8"].with_options(float_layers=("dense",))
    (row,) = compare(graph, samples(graph), [scheme]).rows
    by_name = {error.layer: error for error in row.layers}
    assert by_name["dense"].in_float
    assert not by_name["conv"].in_float
    assert by_name["dense"].weight is None
    local, accumulated = by_name["dense"].local, by_name["dense"].accumulated
    assert local is not None
    assert accumulated is not None
    assert local.mse < 1e-6 < accumulated.mse
    assert any("dense" in name for name in row.float_operators)


def test_inputs_of_a_layer_come_from_others(digits: Graph) -> None:
    folded = to_inference_form(digits)
    by_name = {layer.name: layer for layer in layers(folded)}
    assert layer_inputs(folded, by_name["conv1"]) == ("image",)
    assert layer_inputs(folded, by_name["dense2"]) == (by_name["dense1"].output,)


def test_no_samples_leave_the_errors_of_weights() -> None:
    graph = network()
    (row,) = compare(graph, samples(graph), ["int8"], layer_samples=0).rows
    for error in row.layers:
        assert (error.local, error.accumulated) == (None, None)
    assert row.layers[0].weight is not None


def test_results_cross_a_process_border() -> None:
    graph = network()
    comparison = compare(graph, samples(graph), ["float32", "int8"], layer_samples=3)
    assert pickle.loads(pickle.dumps(comparison)) == comparison


def test_threads_change_nothing(digits: Graph) -> None:
    data = load_dataset("digits", model=digits, limit=COUNT)
    statistics = qviz.calibrate(digits, data.calibration_batches())
    folded, quantized = to_inference_form(digits), quantize(digits, "int8", statistics)
    measured = []
    for threads in (1, 3):
        reference = Executor(folded, threads=threads)
        reference.micro_batch = 1
        steps = layer_error_steps(
            folded,
            digits,
            quantized,
            qviz.quantization.SCHEMES["int8"],
            data.batches(4),
            reference_executor=reference,
            executor=Executor(quantized, threads=threads),
        )
        done = []
        measured.append(finish(steps, done.append))
        assert done == list(range(1, COUNT + 1))
    assert measured[0] == measured[1]
