"""Float network, calibration, full-integer graph, written file: one arithmetic from end to end."""

from __future__ import annotations

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from random_networks import RandomNetwork, random_network

from qviz.execution import Executor
from qviz.execution.io import quantize_input
from qviz.formats.tflite import write_tflite
from qviz.graph import Graph
from qviz.graph.passes import to_inference_form
from qviz.quantization import SCHEMES, calibrate, quantize, scheme

INTEGER_SCHEMES = [name for name, recipe in SCHEMES.items() if recipe.is_integer]


def digits_network() -> RandomNetwork:
    """What one trains on 8x8 digits: two convolutions with batch norms, a pool, a dense head."""
    net = RandomNetwork(11, 8, 8, 1)
    net.conv(8)
    net.batch_norm()
    net.unary("RELU")
    net.conv(12)
    net.unary("RELU")
    net.pool("MAX_POOL_2D")
    net.reshape(1, 4 * 4 * 12)
    net.dense(10)
    net.unary("SOFTMAX", beta=1.0)
    return net


def reference_outputs(graph: Graph, sample: np.ndarray) -> list[np.ndarray]:
    """Outputs of the written file in LiteRT's reference kernels."""
    interpreter = Interpreter(
        model_content=write_tflite(graph),
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
    )
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], sample)
    interpreter.invoke()
    return [interpreter.get_tensor(d["index"]) for d in interpreter.get_output_details()]


def assert_same_in_interpreter(graph: Graph, samples: np.ndarray) -> None:
    tensor = graph.tensors[graph.inputs[0]]
    inputs = samples if tensor.is_float else quantize_input(tensor, samples)
    ours = Executor(graph).run(inputs).outputs
    for i in range(len(inputs)):
        theirs = reference_outputs(graph, inputs[i : i + 1])
        for our, their in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(our[i : i + 1], their, strict=True)


@pytest.mark.parametrize("name", INTEGER_SCHEMES)
def test_digits_network(name):
    net = digits_network()
    graph, samples = net.graph(), net.samples(32)
    quantized = quantize(graph, name, calibrate(graph, [samples]))
    assert_same_in_interpreter(quantized, samples[:8])


@pytest.mark.parametrize("name", ["int8", "int8-only", "int16x8", "int16x8-only"])
def test_digits_network_predicts_as_in_float(name):
    net = digits_network()
    graph, samples = net.graph(), net.samples(64)
    quantized = quantize(graph, name, calibrate(graph, [samples]))
    tensor = quantized.tensors[quantized.inputs[0]]
    inputs = samples if tensor.is_float else quantize_input(tensor, samples)
    expected = Executor(to_inference_form(graph)).run(samples).outputs[0]
    trace = Executor(quantized).run(inputs)
    output = trace.real(quantized.outputs[0])
    assert np.abs(output - expected).max() < 0.04
    agreement = (output.argmax(-1) == expected.argmax(-1)).mean()
    assert agreement >= (0.95 if scheme(name).family == "int8" else 1.0)


@pytest.mark.parametrize("name", ["int8", "int8-per-tensor", "int8-only-uint8", "int16x8"])
@pytest.mark.parametrize("seed", range(12))
def test_random_networks(seed, name):
    net = random_network(seed)
    graph, samples = net.graph(), net.samples(6)
    quantized = quantize(graph, name, calibrate(graph, [samples]))
    assert_same_in_interpreter(quantized, samples[:3])


def test_float_island_runs():
    net = RandomNetwork(5, 6, 6, 2)
    net.conv(4)
    net.unary("NEG")
    net.conv(3)
    graph, samples = net.graph(), net.samples(8)
    quantized = quantize(graph, "int8", calibrate(graph, [samples]))
    assert [operator.kind for operator in quantized.operators] == [
        "QUANTIZE",
        "CONV_2D",
        "DEQUANTIZE",
        "NEG",
        "QUANTIZE",
        "CONV_2D",
        "DEQUANTIZE",
    ]
    layers = [operator.layer for operator in quantized.operators]
    first, island, last = (operator.layer for operator in graph.operators)
    assert layers == [first, first, island, island, last, last, last]
    assert_same_in_interpreter(quantized, samples[:3])
