"""qviz's own container of a graph."""

from __future__ import annotations

import numpy as np
import pytest

from qviz.evaluation.provenance import count_parameters
from qviz.formats import open_model
from qviz.formats.graph_archive import read_graph_archive, write_graph_archive
from qviz.graph import Graph, Operator, Tensor, layers
from qviz.quantization import quantize
from qviz.resources import sample_models


def test_options_of_numpy_and_of_bytes_are_kept_as_numbers() -> None:
    options = {"custom_options": b"\x01\xff", "axis": np.int32(1)}
    graph = Graph.build(
        [Operator("CUSTOM:Odd", ("x",), ("y",), options, "odd")],
        [Tensor(name, (1, 2), np.dtype(np.float32)) for name in "xy"],
        ["x"],
        ["y"],
    )
    (operator,) = read_graph_archive(write_graph_archive(graph)).operators
    assert dict(operator.options) == {"custom_options": [1, 255], "axis": 1}


@pytest.mark.parametrize("sample", ["digits/digits.keras", "mobilenetv2-fashion"])
def test_codes_come_back_with_the_values_they_stand_for(sample: str) -> None:
    path = sample_models() / sample
    model = open_model(path if path.is_file() else next(path.glob("*.keras")))
    graph = quantize(model, "eightbit")
    again = read_graph_archive(write_graph_archive(graph))
    coded = [t for t in graph.tensors.values() if t.is_constant and t.quantization is not None]
    assert len(coded) > 10
    for tensor in coded:
        found = again.tensors[tensor.name].quantization
        assert found is not None
        assert found.same_as(tensor.quantization), tensor.name
    weights = {name for layer in layers(again) for name in layer.weights}
    assert weights == {tensor.name for tensor in coded}
    assert count_parameters(again) == sum(tensor.size for tensor in coded)
    assert {x.kind for x in layers(again) if x.weights} <= {
        "EIGHTBIT_CONV_2D",
        "EIGHTBIT_MATMUL",
        "DEPTHWISE_CONV_2D",
    }


@pytest.mark.parametrize(("low", "high"), [(1.0, 1.0), (-np.inf, np.inf), (-3e38, 3e38), (2, -2)])
def test_codes_without_a_range_have_no_values(low: float, high: float) -> None:
    tensors = [
        Tensor("w", (2,), np.dtype(np.uint8), np.array([3, 4], np.uint8)),
        *(
            Tensor(name, (1,), np.dtype(np.float32), np.array([end], np.float32))
            for name, end in (("low", low), ("high", high))
        ),
        Tensor("y", (2,), np.dtype(np.float32)),
    ]
    dequantize = Operator("EIGHTBIT_DEQUANTIZE", ("w", "low", "high"), ("y",))
    graph = Graph.build([dequantize], tensors, [], ["y"])
    again = read_graph_archive(write_graph_archive(graph))
    assert again.tensors["w"].quantization is None
