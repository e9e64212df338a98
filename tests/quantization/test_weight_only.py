"""float16 and dynamic range against files of TensorFlow's converter."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from builders import activation, constant
from hypothesis import given, settings
from hypothesis import strategies as st
from quantizer_golden import compare
from random_networks import RandomNetwork

from qviz.execution import Executor
from qviz.formats.tflite.reader import read_tflite
from qviz.graph import Graph, Operator
from qviz.quantization import quantize, scheme
from qviz.quantization.dynamic_range import encode_dynamic_range
from qviz.quantization.float16 import encode_float16

FOLDER = Path(__file__).parents[1] / "golden" / "weight_only"
NAMES = sorted(path.stem for path in FOLDER.glob("*.zip"))
SCHEMES = {
    "float16": scheme("float16"),
    "dynamic_range": scheme("dynamic-range"),
    "dynamic_range_per_tensor": scheme("dynamic-range").with_options(per_channel=False),
}


def golden(name: str, kind: str) -> Graph:
    with zipfile.ZipFile(FOLDER / f"{name}.zip") as archive:
        return read_tflite(archive.read(f"{kind}.tflite"), f"{name}/{kind}.tflite")


@pytest.mark.parametrize("kind", SCHEMES)
@pytest.mark.parametrize("name", NAMES)
def test_graph_is_the_converters(name: str, kind: str) -> None:
    ours = quantize(golden(name, "float"), SCHEMES[kind])
    counts = compare(ours, golden(name, kind))
    assert counts.operators == len(ours.operators)
    assert counts.codes > 0


def test_golden_files_are_there() -> None:
    assert len(NAMES) == 7


def test_float16_clips_and_rounds_to_even() -> None:
    values = np.array([0.0, -0.0, 1e9, -1e9, 65519.0, 2049.0, 2051.0, 6e-8, 1e-9], np.float32)
    codes = encode_float16(values)
    expected = [0.0, -0.0, 65504, -65504, 65504, 2048, 2052, 5.960464e-08, 0.0]
    np.testing.assert_array_equal(codes, np.array(expected, np.float16))
    assert np.signbit(codes[1])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(-30, 30), st.sampled_from([None, 0, 1, 2]))
def test_dynamic_range_codes_are_within_half_a_step(seed: int, exponent: int, axis) -> None:
    random = np.random.default_rng(seed)
    values = (random.normal(0, 1, (3, 4, 5)) * 2.0**exponent).astype(np.float32)
    codes, params = encode_dynamic_range(values, axis)
    assert codes.dtype == np.int8
    assert codes.min() >= -127
    assert params.scale.shape == (1 if axis is None else values.shape[axis],)
    step = (
        params.scale
        if axis is None
        else np.moveaxis(
            np.broadcast_to(params.scale, (*np.delete(values.shape, axis), values.shape[axis])),
            -1,
            axis,
        )
    )
    error = np.abs(params.dequantize(codes).astype(np.float64) - values)
    assert (error <= step * (0.5 + 1e-4)).all()
    assert params.quantized_dimension == axis


def test_zero_channel_gets_the_smallest_scale() -> None:
    values = np.zeros((2, 4), np.float32)
    values[1] = [1, -1, 0.5, 0.25]
    codes, params = encode_dynamic_range(values, 0)
    np.testing.assert_array_equal(codes[0], 0)
    np.testing.assert_array_equal(params.scale, np.float32([1e-6 / 254, 2 / 254]))


def wide_network() -> RandomNetwork:
    net = RandomNetwork(1, 6, 6, 12)
    net.conv(12)
    net.batch_norm()
    net.conv(4, 1)
    return net


def test_only_large_weights_become_int8_and_biases_stay_float() -> None:
    quantized = quantize(wide_network().graph(), "dynamic-range")
    large, small = quantized.operators
    assert quantized.tensors[large.inputs[1]].dtype == np.int8
    assert quantized.tensors[large.inputs[1]].quantization.quantized_dimension == 0
    assert quantized.tensors[large.inputs[1]].origin == "conv_0/kernel"
    assert quantized.tensors[large.inputs[2]].dtype == np.float32
    assert quantized.tensors[small.inputs[1]].dtype == np.float32


def test_float_layers_stay_float() -> None:
    recipe = scheme("dynamic-range").with_options(float_layers=("conv_0",))
    quantized = quantize(wide_network().graph(), recipe)
    assert all(tensor.quantization is None for tensor in quantized.tensors.values())


def test_weights_read_as_float_too_keep_their_float_tensor() -> None:
    table = constant("table", np.random.default_rng(0).normal(0, 1, (64, 16)))
    tensors = [
        activation("x", 1, 16),
        activation("y", 1, 64),
        activation("z", 64, 16),
        activation("w", 64, 16),
        table,
    ]
    operators = [
        Operator("FULLY_CONNECTED", ("x", "table", None), ("y",), {}, "tied"),
        Operator("MUL", ("table", "z0"), ("z",), {}, "scaled"),
    ]
    graph = Graph.build(
        operators, [*tensors, constant("z0", np.ones(16))], ["x"], ["y", "z"], name="tied"
    )
    quantized = quantize(graph, "dynamic-range")
    dense, product = quantized.operators
    assert quantized.tensors[dense.inputs[1]].dtype == np.int8
    assert dense.options["asymmetric_quantize_inputs"] is True
    assert product.inputs[0] == "table"
    assert quantized.tensors["table"].dtype == np.float32


def test_embedding_that_leaves_the_graph_is_dequantized_last() -> None:
    table = constant("emb/embeddings", np.random.default_rng(0).normal(0, 1, (64, 16)))
    tensors = [activation("x", 1, 3, dtype=np.int32), activation("emb", 1, 3, 16), table]
    lookup = Operator("GATHER", ("emb/embeddings", "x"), ("emb",), {"axis": 0}, "emb")
    graph = Graph.build([lookup], tensors, ["x"], ["emb"])
    quantized = quantize(graph, "dynamic-range")
    assert [o.kind for o in quantized.operators] == ["GATHER", "DEQUANTIZE"]
    assert quantized.outputs == ("emb/dequantized",)
    assert quantized.tensors["emb/dequantized"].origin == "emb"
    assert quantized.tensors["emb"].quantization.same_as(
        quantized.tensors["emb/embeddings"].quantization
    )
    x = np.array([[0, 5, 63]], np.int32)
    (got,), (expected,) = Executor(quantized).run(x).outputs, Executor(graph).run(x).outputs
    step = quantized.tensors["emb"].quantization.scale[0]
    assert np.abs(got - expected).max() <= step * 0.51


@pytest.mark.parametrize("name", ["float16", "tfjs-uint16", "dynamic-range"])
def test_quantized_network_computes_nearly_the_same(name: str) -> None:
    net = wide_network()
    graph, x = net.graph(), net.samples(4)
    (expected,) = Executor(graph).run(x).outputs
    (got,) = Executor(quantize(graph, name)).run(x).outputs
    noise = np.sqrt(np.mean((got - expected) ** 2) / np.mean(expected**2))
    assert noise < {"float16": 1e-3, "tfjs-uint16": 1e-3, "dynamic-range": 3e-2}[name]
