from __future__ import annotations

import numpy as np
import pytest
from builders import activation, constant, operator
from hypothesis import given
from hypothesis import strategies as st

from qviz.formats.tflite.names import layer_names, unique_names
from qviz.formats.tflite.strings import pack_strings, unpack_strings
from qviz.graph import Graph


@given(st.lists(st.sampled_from(["", "a", "b", "a#2", "tensor_0"]), max_size=8))
def test_names_become_unique_and_first_ones_stay(names: list[str]) -> None:
    unique = unique_names(names)
    assert len(set(unique)) == len(unique) == len(names)
    for i, name in enumerate(names):
        if name and name not in names[:i]:
            assert unique[i] == name


def chain(*names: str, kind: str = "RELU") -> list[str]:
    tensors = [activation(n, 1, 4) for n in ("x", *names)]
    steps = zip(("x", *names[:-1]), names, strict=True)
    operators = [operator(kind, (a,), b) for a, b in steps]
    return layer_names(Graph.build(operators, tensors, ["x"], [names[-1]]))


def test_the_model_and_the_operation_are_left_out() -> None:
    assert chain("model/a/Relu", "model/b/Relu") == ["a", "b"]
    assert chain("m/n/a/Relu", "m/n/b/c/Relu") == ["a", "b/c"]


def test_one_layer_is_a_chain_of_one_path() -> None:
    assert chain("m/a/Sub", "m/a/Mul", "m/b/Relu") == ["a", "a", "b"]
    # The layer is used again after another one: its second use is not merged into the first.
    assert chain("m/a/Relu", "m/b/Relu", "m/a/Relu_1") == ["a", "b", "a/Relu_1"]
    # What is made below a path is part of it for the operator that puts it together.
    shape = chain("m/flat/Shape", "m/flat/Reshape/shape", "m/flat/Reshape", "m/b/Relu")
    assert shape == ["flat", "flat/Reshape", "flat", "b"]


def test_a_second_trace_of_the_model_is_not_in_the_names() -> None:
    assert chain("net_1/conv_1/Relu", "net_1/conv_1_1/Relu") == ["conv", "conv_1"]
    assert chain("net/conv_1/Relu", "net/conv_1_1/Relu") == ["conv_1", "conv_1_1"]
    assert chain("net_1/conv_1/Relu", "net_1/conv/Relu") == ["conv_1", "conv"]


@pytest.mark.parametrize("name", ["Identity", "StatefulPartitionedCall:0", "y"])
def test_a_name_without_path_is_the_layer(name: str) -> None:
    assert chain("model/a/Relu", "model/b/Relu", name) == ["a", "b", name]


def test_weights_name_the_layer() -> None:
    tensors = [
        activation("x", 1, 4),
        constant("model/first/MatMul", np.eye(4)),
        activation("model/act/Relu;model/other/MatMul", 1, 4),
        constant("model/second/MatMul;model/first/MatMul1", np.eye(4)),
        activation("Identity", 1, 4),
    ]
    names = [t.name for t in tensors]
    operators = [
        operator("FULLY_CONNECTED", (names[0], names[1], None), names[2]),
        operator("FULLY_CONNECTED", (names[2], names[3], None), names[4]),
    ]
    graph = Graph.build(operators, tensors, ["x"], ["Identity"])
    assert layer_names(graph) == ["first", "second"]


@given(st.lists(st.binary(max_size=9), max_size=9))
def test_strings_survive(strings: list[bytes]) -> None:
    assert unpack_strings(pack_strings(strings)).tolist() == strings
