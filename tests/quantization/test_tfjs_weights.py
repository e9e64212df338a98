"""TensorFlow.js' weight quantization by hand-computed values and by its properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from random_networks import RandomNetwork

from qviz.errors import SchemeError
from qviz.execution import Executor
from qviz.graph import Graph
from qviz.graph.passes import fold_batch_norm
from qviz.quantization import encode_tfjs, quantization_notes, quantize

weights = arrays(
    np.float32,
    array_shapes(max_dims=3, max_side=6),
    elements=st.floats(-1e6, 1e6, width=32, allow_subnormal=False),
)


def test_range_around_zero_is_nudged() -> None:
    # scale = 5.1 / 255 = 0.02; zero = round(1.0 / 0.02) = 50; minimum = -50 * 0.02.
    values = np.array([-1.0, 0.0, 0.012, 0.032, 4.1], np.float32)
    codes, params = encode_tfjs(values, "uint8")
    assert codes.dtype == np.uint8
    np.testing.assert_array_equal(codes, [0, 50, 51, 52, 255])
    assert params is not None
    assert params.scale[0] == pytest.approx(0.02, rel=1e-6)
    assert params.minimum == -50 * params.scale[0]
    assert params.zero_point[0] == 50
    assert params.dequantize(codes)[1] == 0


def test_range_without_zero_is_left_alone() -> None:
    values = np.array([2.0, 3.0, 4.55], np.float32)
    codes, params = encode_tfjs(values, "uint8")
    assert params is not None
    assert params.minimum == 2.0
    np.testing.assert_array_equal(codes, [0, 100, 255])
    np.testing.assert_allclose(params.dequantize(codes), values, rtol=1e-7)


def test_sixteen_bits() -> None:
    codes, params = encode_tfjs(np.array([0, 65535.0, 7.4], np.float32), "uint16")
    assert codes.dtype == np.uint16
    np.testing.assert_array_equal(codes, [0, 65535, 7])
    assert params is not None
    assert (params.scale[0], params.minimum) == (1.0, 0.0)


@pytest.mark.parametrize("value", [0.0, -2.5, 1e-30, 3e38])
def test_constant_tensor_is_exact(value: float) -> None:
    values = np.full((2, 3), value, np.float32)
    codes, params = encode_tfjs(values, "uint8")
    assert not codes.any()
    assert params is not None
    assert params.scale[0] == 1
    np.testing.assert_array_equal(params.dequantize(codes), values)


def test_empty_tensor() -> None:
    codes, params = encode_tfjs(np.zeros((0, 3), np.float32), "uint16")
    assert codes.shape == (0, 3)
    assert params is not None
    assert params.dequantize(codes).shape == (0, 3)


def test_float16_has_no_parameters_and_clips() -> None:
    codes, params = encode_tfjs(np.array([1 / 3, 1e6, -1e6], np.float32), "float16")
    assert params is None
    np.testing.assert_array_equal(codes, np.array([1 / 3, 65504, -65504], np.float16))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float16"])
def test_nan_and_infinity_are_refused_with_the_name(bad: float, dtype: str) -> None:
    with pytest.raises(SchemeError, match="'conv/kernel' holds NaN or infinity"):
        encode_tfjs(np.array([1, bad], np.float32), dtype, name="conv/kernel")


def test_unknown_type_is_refused() -> None:
    with pytest.raises(SchemeError, match="uint8, uint16, float16"):
        encode_tfjs(np.ones(2, np.float32), "int8")


@settings(max_examples=150, deadline=None)
@given(weights, st.sampled_from(["uint8", "uint16"]))
@example(np.array([-1e-30, 1e-30], np.float32), "uint8")
@example(np.array([1e-38, 1.0000001, -3e5], np.float32), "uint16")
def test_error_is_at_most_half_a_step_and_zero_is_exact(values: np.ndarray, dtype: str) -> None:
    codes, params = encode_tfjs(values, dtype)
    assert params is not None
    assert codes.shape == values.shape
    levels = params.dequantize(codes).astype(np.float64)
    step = float(params.scale[0])
    reach = float(np.abs(values).max())
    if values.min() == values.max():
        np.testing.assert_array_equal(levels, values)
        return
    # Nudging shifts the range by at most half a step, so a value at its end may be a whole one off.
    inside = (values >= params.minimum) & (values <= params.minimum + step * np.iinfo(dtype).max)
    slack = reach * 2.0**-23
    assert (np.abs(levels - values)[inside] <= step / 2 + slack).all()
    assert (np.abs(levels - values) <= step + slack).all()
    if values.min() <= 0 <= values.max():
        zero = codes[values == 0]
        assert (zero == params.zero_point[0]).all()
        assert params.dequantize(np.array(params.zero_point).astype(dtype))[0] == 0


def network() -> tuple[Graph, np.ndarray]:
    net = RandomNetwork(3, 6, 6, 3)
    net.conv(4)
    net.batch_norm()
    net.unary("RELU")
    net.conv(2, 1)
    return net.graph(), net.samples(3)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float16"])
def test_every_weight_of_the_unfolded_graph_is_stored(dtype: str) -> None:
    graph, _ = network()
    quantized = quantize(graph, f"tfjs-{dtype}")
    weights = [n for n, t in graph.constants().items() if t.is_float]
    assert {"bn_1/gamma", "bn_1/moving_variance", "conv_0/bias"} <= set(weights)
    for name in weights:
        assert quantized.tensors[name].dtype == np.dtype(dtype)
        assert quantized.tensors[f"{name}/dequantized"].origin == name
    assert "BATCH_NORMALIZATION" in {o.kind for o in quantized.operators}
    layers = {o.layer for o in quantized.operators if o.kind == "DEQUANTIZE"}
    assert layers == {"conv_0", "bn_1", "conv_3"}


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float16"])
def test_network_computes_on_the_dequantized_weights(dtype: str) -> None:
    graph, x = network()
    tensors = {}
    for name, tensor in graph.tensors.items():
        tensors[name] = tensor
        if tensor.data is not None:
            codes, params = encode_tfjs(tensor.data, dtype)
            values = codes.astype(np.float32) if params is None else params.dequantize(codes)
            tensors[name] = type(tensor)(name, tensor.shape, tensor.dtype, values)
    expected = Executor(graph.rebuild(tensors=tensors.values())).run(x).outputs
    got = Executor(quantize(graph, f"tfjs-{dtype}")).run(x).outputs
    np.testing.assert_allclose(got[0], expected[0], rtol=1e-6, atol=1e-6)


def test_overflow_of_float16_is_reported() -> None:
    net = RandomNetwork(3, 6, 6, 3)
    net.conv(4)
    net.batch_norm(moving_variance=[1e6, 1, 1, 1], gamma=[1e3, 1, 1, 1])
    graph = net.graph()
    (note,) = quantization_notes(graph, "tfjs-float16")
    assert note.startswith("bn_1/moving_variance has values beyond ±65504")
    assert quantization_notes(graph, "tfjs-uint8") == ()
    # Folded, the same model has no such value.
    assert np.abs(fold_batch_norm(graph).tensors["conv_0/kernel"].real()).max() < 65504
    assert quantization_notes(graph, "float16") == ()
