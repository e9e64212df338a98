from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from builders import activation, constant, operator
from numpy.typing import NDArray
from tflite_runs import assert_same, interpreter, run

from qviz import __version__
from qviz.errors import ExportError
from qviz.formats.tflite import read_tflite, write_tflite
from qviz.graph import Graph, Operator, QuantizationParams, Tensor

RANDOM = np.random.default_rng(7)
CONV = {"padding": "SAME", "stride_w": 1, "stride_h": 1, "fused_activation_function": "RELU"}


def conv_graph() -> Graph:
    tensors = [
        activation("x", 1, 8, 8, 3),
        constant("conv/kernel", RANDOM.normal(size=(4, 3, 3, 3))),
        constant("conv/bias", RANDOM.normal(size=4)),
        activation("conv", 1, 8, 8, 4),
        activation("probabilities", 1, 8, 8, 4),
    ]
    operators = [
        operator("CONV_2D", ("x", "conv/kernel", "conv/bias"), "conv", **CONV),
        operator("SOFTMAX", ("conv",), "probabilities", beta=1.0),
    ]
    return Graph.build(operators, tensors, ["x"], ["probabilities"], name="small")


def quantized(tensor: Tensor, scale: Any, zero_point: Any, dimension: int | None = None) -> Tensor:
    params = QuantizationParams(
        np.atleast_1d(np.asarray(scale, np.float32)),
        np.atleast_1d(np.asarray(zero_point, np.int64)),
        dimension,
    )
    return replace(tensor, quantization=params)


def int_conv_graph(activations: Any, bias: Any) -> Graph:
    scales = np.array([0.01, 0.02, 0.03, 0.04], np.float32)
    codes = RANDOM.integers(-127, 128, (4, 3, 3, 3))
    zero_point = 3 if activations == np.int8 else 0
    tensors = [
        activation("x", 1, 8, 8, 3),
        quantized(activation("x/quantized", 1, 8, 8, 3, dtype=activations), 0.05, zero_point),
        quantized(constant("conv/kernel", codes, np.int8), scales, [0] * 4, 0),
        quantized(constant("conv/bias", [5, -6, 7, 8], bias), scales * 0.05, [0] * 4, 0),
        quantized(activation("conv", 1, 8, 8, 4, dtype=activations), 0.1, zero_point),
        activation("conv/dequantized", 1, 8, 8, 4),
    ]
    operators = [
        operator("QUANTIZE", ("x",), "x/quantized"),
        operator("CONV_2D", ("x/quantized", "conv/kernel", "conv/bias"), "conv", **CONV),
        operator("DEQUANTIZE", ("conv",), "conv/dequantized"),
    ]
    return Graph.build(operators, tensors, ["x"], ["conv/dequantized"], name="small")


def unpacked(data: bytes) -> Any:
    return schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(data, 0))


def versions(data: bytes) -> dict[int, int]:
    return {code.builtinCode: code.version for code in unpacked(data).operatorCodes}


def assert_equal_graphs(first: Graph, second: Graph) -> None:
    assert (first.inputs, first.outputs) == (second.inputs, second.outputs)
    assert set(first.tensors) == set(second.tensors)
    for name, tensor in first.tensors.items():
        other = second.tensors[name]
        assert (tensor.shape, tensor.dtype) == (other.shape, other.dtype), name
        if tensor.quantization is None:
            assert other.quantization is None
        else:
            assert tensor.quantization.same_as(other.quantization), name
        assert (tensor.data is None) == (other.data is None), name
        if tensor.data is not None:
            np.testing.assert_array_equal(tensor.data, other.data, strict=True)
    for one, two in zip(first.operators, second.operators, strict=True):
        assert (one.kind, one.inputs, one.outputs, one.layer) == (
            two.kind,
            two.inputs,
            two.outputs,
            two.layer,
        )
        assert one.options.items() <= two.options.items()


GRAPHS = {
    "float": conv_graph,
    "int8": lambda: int_conv_graph(np.int8, np.int32),
    "int16x8": lambda: int_conv_graph(np.int16, np.int64),
}


@pytest.mark.parametrize("make", GRAPHS.values(), ids=GRAPHS.keys())
def test_a_graph_comes_back_equal(make: Any) -> None:
    graph = make()
    assert_equal_graphs(graph, read_tflite(write_tflite(graph), "small.tflite"))


@pytest.mark.parametrize("resolver", ["default", "reference"])
@pytest.mark.parametrize("make", GRAPHS.values(), ids=GRAPHS.keys())
def test_both_resolvers_run_it(make: Any, resolver: str) -> None:
    graph = make()
    (output,) = run(write_tflite(graph), resolver)
    assert output.shape == graph.tensors[graph.outputs[0]].shape
    assert np.isfinite(output).all()


def test_the_signature_names_inputs_and_outputs() -> None:
    made = interpreter(write_tflite(conv_graph()), "reference")
    runner = made.get_signature_runner("serving_default")
    x = RANDOM.normal(size=(1, 8, 8, 3)).astype(np.float32)
    assert list(runner.get_input_details()) == ["x"]
    result: NDArray[Any] = runner(x=x)["probabilities"]
    np.testing.assert_allclose(result.sum(-1), 1.0, rtol=1e-5)


def test_versions_are_those_of_the_converter() -> None:
    operators = schema.BuiltinOperator
    assert versions(write_tflite(conv_graph())) == {operators.CONV_2D: 1, operators.SOFTMAX: 1}
    assert versions(write_tflite(int_conv_graph(np.int8, np.int32))) == {
        operators.QUANTIZE: 1,
        operators.CONV_2D: 3,
        operators.DEQUANTIZE: 2,
    }
    assert versions(write_tflite(int_conv_graph(np.int16, np.int64))) == {
        operators.QUANTIZE: 2,
        operators.CONV_2D: 3,
        operators.DEQUANTIZE: 3,
    }


def test_layout_is_that_of_the_converter() -> None:
    model = unpacked(write_tflite(conv_graph()))
    assert (model.version, model.description) == (3, b"qviz")
    assert model.buffers[0].data is None
    tensors = model.subgraphs[0].tensors
    empty = [t.buffer for t in tensors if model.buffers[t.buffer].data is None]
    assert len(empty) == len(set(empty)) == 3
    assert 0 not in empty
    assert all(t.quantization is not None and t.hasRank for t in tensors)
    assert [m.name for m in model.metadata] == [b"min_runtime_version", b"CONVERSION_METADATA"]
    version = model.buffers[model.metadata[0].buffer].data.tobytes()
    assert version == b"1.5.0".ljust(16, b"\0")
    metadata = model.buffers[model.metadata[1].buffer].data.tobytes()
    assert f"qviz {__version__}".encode() in metadata


def test_min_runtime_version_rises_with_the_operators() -> None:
    model = unpacked(write_tflite(int_conv_graph(np.int8, np.int32)))
    data = model.buffers[model.metadata[0].buffer].data.tobytes()
    assert data.rstrip(b"\0") == b"1.14.0"


def test_equal_constants_share_a_buffer() -> None:
    same = RANDOM.normal(size=(1, 4))
    tensors = [activation("x", 1, 4), constant("a", same), constant("b", same)]
    tensors += [activation("y", 1, 4), activation("z", 1, 4)]
    operators = [operator("ADD", ("x", "a"), "y"), operator("MUL", ("y", "b"), "z")]
    data = write_tflite(Graph.build(operators, tensors, ["x"], ["z"]))
    by_name = {t.name: t.buffer for t in unpacked(data).subgraphs[0].tensors}
    assert by_name[b"a"] == by_name[b"b"]
    assert len({by_name[n] for n in (b"x", b"y", b"z", b"a")}) == 4


def test_layers_that_names_do_not_tell_are_kept() -> None:
    graph = conv_graph()
    renamed = graph.rebuild([replace(o, layer="block/first") for o in graph.operators])
    again = read_tflite(write_tflite(renamed))
    assert [o.layer for o in again.operators] == ["block/first", "block/first"]


def test_size_is_data_plus_little() -> None:
    weights = RANDOM.normal(size=(256, 512)).astype(np.float32)
    tensors = [activation("x", 1, 512), constant("w", weights), activation("y", 1, 256)]
    graph = Graph.build([operator("FULLY_CONNECTED", ("x", "w", None), "y")], tensors, ["x"], ["y"])
    assert weights.nbytes < len(write_tflite(graph)) < weights.nbytes + 1500


def test_types_of_constants_survive() -> None:
    values = {
        "half": np.array([1.5, -2.25], np.float16),
        "long": np.array([2**40, -5], np.int64),
        "flags": np.array([True, False]),
        "bytes": np.array([0, 255], np.uint8),
        "words": np.array([0, 65535], np.uint16),
        "text": np.array([b"", "é".encode()], object),
        "none": np.zeros((0,), np.int32),
        "one": np.array(3, np.int32),
    }
    tensors = [Tensor(name, v.shape, v.dtype, v) for name, v in values.items()]
    graph = Graph.build([], tensors, [], list(values))
    again = read_tflite(write_tflite(graph))
    for name, value in values.items():
        np.testing.assert_array_equal(again.tensors[name].data, value, strict=True)


def test_absent_inputs_and_own_options_survive() -> None:
    tensors = [activation("x", 1, 4), constant("w", np.ones((3, 4))), activation("y", 1, 3)]
    tensors += [activation("z", 1, 3)]
    operators = [
        operator("FULLY_CONNECTED", ("x", "w", None), "y", fused_activation_function="NONE"),
        Operator("CUSTOM:Mine", ("y",), ("z",), {"custom_options": b"\x01\x02"}, "z"),
    ]
    graph = Graph.build(operators, tensors, ["x"], ["z"])
    again = read_tflite(write_tflite(graph))
    assert again.operators[0].inputs == ("x", "w", None)
    assert again.operators[1].kind == "CUSTOM:Mine"
    assert again.operators[1].options == {"custom_options": b"\x01\x02"}
    assert again.source is not None
    assert any("Mine" in note for note in again.source.notes)


@pytest.mark.parametrize("resolver", ["default", "reference"])
@pytest.mark.parametrize("kind", ["CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV"])
def test_convolutions_without_bias_run(kind: str, resolver: str) -> None:
    shape = {"DEPTHWISE_CONV_2D": (1, 3, 3, 4)}.get(kind, (4, 3, 3, 4))
    tensors = [
        activation("x", 1, 8, 8, 4),
        constant("size", [1, 8, 8, 4], np.int32),
        constant("w", RANDOM.normal(size=shape)),
        activation("y", 1, 8, 8, 4),
    ]
    options = {"padding": "SAME", "stride_w": 1, "stride_h": 1}
    if kind == "DEPTHWISE_CONV_2D":
        options["depth_multiplier"] = 1
    inputs = ("size", "w", "x", None) if kind == "TRANSPOSE_CONV" else ("x", "w", None)
    graph = Graph.build([operator(kind, inputs, "y", **options)], tensors, ["x"], ["y"])
    (output,) = run(write_tflite(graph), resolver)
    assert np.ptp(output) > 0


@pytest.mark.parametrize("resolver", ["default", "reference"])
@pytest.mark.parametrize("activations", [np.int8, np.int16])
def test_integer_convolutions_without_bias_run(activations: Any, resolver: str) -> None:
    bias_type = np.int64 if activations == np.int16 else np.int32
    graph = int_conv_graph(activations, bias_type)
    zero = replace(graph.tensors["conv/bias"], data=np.zeros(4, bias_type))
    kept = [t for n, t in graph.tensors.items() if n != "conv/bias"]
    with_zero = graph.rebuild(tensors=[*kept, zero])
    without = graph.rebuild(
        [
            replace(o, inputs=(*o.inputs[:2], None)) if o.kind == "CONV_2D" else o
            for o in graph.operators
        ],
        kept,
    )
    assert_equal_graphs(with_zero, read_tflite(write_tflite(without)))
    assert_same(run(write_tflite(without), resolver), run(write_tflite(with_zero), resolver))


def test_what_the_format_does_not_have_is_refused() -> None:
    x, y = activation("x", 1, 4), activation("y", 1, 4)
    parts = [constant(n, np.ones(4)) for n in ("gamma", "beta", "mean", "variance")]
    norm = operator("BATCH_NORMALIZATION", ("x", *(p.name for p in parts)), "y", epsilon=1e-3)
    with pytest.raises(ExportError, match="Fold the batch norms first"):
        write_tflite(Graph.build([norm], [x, y, *parts], ["x"], ["y"]))
    params = QuantizationParams(np.ones(1, np.float32), np.zeros(1, np.int64), minimum=-1.0)
    weights = Tensor("w", (4,), np.dtype(np.uint8), np.zeros(4, np.uint8), params)
    with pytest.raises(ExportError, match=r"TensorFlow\.js folder"):
        write_tflite(Graph.build([operator("ADD", ("x", "w"), "y")], [x, y, weights], ["x"], ["y"]))
    loop = operator("WHILE", ("x",), "y", cond_subgraph_index=1, body_subgraph_index=2)
    with pytest.raises(ExportError, match="WHILE of layer 'y' calls another subgraph"):
        write_tflite(Graph.build([loop], [x, y], ["x"], ["y"]))
