from typing import Any

import numpy as np
import pytest
from litert_reference import single_operator
from random_operators import float_constant, float_tensor

from qviz.execution import Executor
from qviz.execution.batching import is_batch_transparent
from qviz.graph import Graph, Operator, Tensor


def integers(name: str, *values: int) -> Tensor:
    data = np.array(values, np.int32)
    return Tensor(name, data.shape, data.dtype, data)


def transparent(kind: str, inputs: list[Any], *y_shape: int, **options: Any) -> bool:
    return is_batch_transparent(
        single_operator(kind, inputs, [float_tensor("y", *y_shape)], **options)
    )


X = float_tensor("x", 1, 4, 6)


@pytest.mark.parametrize(
    ("kind", "inputs", "y_shape", "options", "expected"),
    [
        ("RELU", [X], (1, 4, 6), {}, True),
        ("UNHEARD_OF", [X], (1, 4, 6), {}, False),
        ("RESHAPE", [X, integers("s", 1, 24)], (1, 24), {}, True),
        ("RESHAPE", [X, integers("s", 4, 6)], (4, 6), {}, False),
        ("TRANSPOSE", [X, integers("p", 0, 2, 1)], (1, 6, 4), {}, True),
        ("TRANSPOSE", [X, integers("p", 1, 0, 2)], (4, 1, 6), {}, False),
        ("CONCATENATION", [X, float_tensor("z", 1, 4, 6)], (1, 8, 6), {"axis": 1}, True),
        ("CONCATENATION", [X, float_tensor("z", 1, 4, 6)], (2, 4, 6), {"axis": 0}, False),
        ("CONCATENATION", [X, float_tensor("z", 1, 4, 6)], (2, 4, 6), {"axis": -3}, False),
        ("MEAN", [X, integers("a", 1)], (1, 6), {}, True),
        ("MEAN", [X, integers("a", 0)], (1, 4, 6), {"keep_dims": True}, False),
        ("PAD", [X, Tensor("p", (3, 2), np.dtype(np.int32), np.eye(3, 2, -1, np.int32))],
         (1, 5, 7), {}, True),
        ("PAD", [X, Tensor("p", (3, 2), np.dtype(np.int32), np.eye(3, 2, 0, np.int32))],
         (2, 5, 6), {}, False),
        ("SPLIT", [integers("a", 2), X], (1, 4, 3), {"num_splits": 2}, True),
        ("PACK", [X, float_tensor("z", 1, 4, 6)], (1, 2, 4, 6), {"axis": 1}, True),
        ("PACK", [X, float_tensor("z", 1, 4, 6)], (2, 1, 4, 6), {"axis": 0}, False),
        ("ADD", [X, float_constant("c", np.ones((4, 6)))], (1, 4, 6), {}, True),
        ("ADD", [X, float_constant("c", np.ones((1, 4, 6)))], (1, 4, 6), {}, True),
        ("ADD", [float_tensor("x", 1, 1), float_constant("c", np.ones((3, 1)))], (3, 1), {}, False),
        ("ADD", [X, float_tensor("z", 1, 6)], (1, 4, 6), {}, False),
        ("EXPAND_DIMS", [X, integers("a", 1)], (1, 1, 4, 6), {}, True),
        ("EXPAND_DIMS", [X, integers("a", 0)], (1, 1, 4, 6), {}, False),
        ("SQUEEZE", [float_tensor("x", 1, 1, 6)], (1, 6), {"squeeze_dims": [1]}, True),
        ("SQUEEZE", [float_tensor("x", 1, 1, 6)], (1, 6), {"squeeze_dims": [0]}, False),
        ("TILE", [X, integers("m", 1, 2, 1)], (1, 8, 6), {}, True),
        ("TILE", [X, integers("m", 2, 1, 1)], (2, 4, 6), {}, False),
        ("GATHER", [X, integers("i", 1, 2)], (1, 2, 6), {"axis": 1}, True),
        ("GATHER", [X, integers("i", 0)], (1, 4, 6), {"axis": 0}, False),
        ("FULLY_CONNECTED", [float_tensor("x", 1, 24), float_constant("w", np.ones((3, 24)))],
         (1, 3), {}, True),
        ("FULLY_CONNECTED", [float_tensor("x", 1, 24), float_tensor("w", 1, 24)],
         (1, 1), {}, False),
    ],
)  # fmt: skip
def test_operators(
    kind: str, inputs: list[Any], y_shape: tuple[int, ...], options: dict[str, Any], expected: bool
) -> None:
    assert transparent(kind, inputs, *y_shape, **options) == expected


def test_a_batch_that_is_fixed_is_not_transparent() -> None:
    graph = single_operator("RELU", [float_tensor("x", 4, 2)], [float_tensor("y", 4, 2)])
    assert not is_batch_transparent(graph)


def test_an_output_that_no_sample_reaches_is_not_transparent() -> None:
    tensors = [float_tensor("x", 1, 2), float_tensor("y", 1, 2), integers("c", 1)]
    graph = Graph.build([Operator("RELU", ("x",), ("y",))], tensors, ["x"], ["y", "c"])
    assert not is_batch_transparent(graph)


def test_a_shape_that_is_computed_follows_the_batch() -> None:
    tensors = [float_tensor("x", 1, 2), float_tensor("y", 1, 2), Tensor("s", (2,), np.dtype("i4"))]
    operators = [Operator("SHAPE", ("x",), ("s",)), Operator("RESHAPE", ("x", "s"), ("y",))]
    assert is_batch_transparent(Graph.build(operators, tensors, ["x"], ["y"]))


def test_weights_that_come_from_a_sample_are_not_shared() -> None:
    x, weights, y = (float_tensor(n, 1, 4, 4, 2) for n in "xwy")
    options = {"padding": "SAME", "stride_h": 1, "stride_w": 1, "depth_multiplier": 1}
    graph = single_operator("DEPTHWISE_CONV_2D", [x, weights], [y], **options)
    assert not is_batch_transparent(graph)


def test_weights_that_are_computed_from_constants_do_not_matter() -> None:
    half = np.ones((3, 2), np.float16)
    tensors = [
        float_tensor("x", 1, 2),
        Tensor("half", half.shape, half.dtype, half),
        float_tensor("w", 3, 2),
        float_tensor("y", 1, 3),
    ]
    operators = [
        Operator("DEQUANTIZE", ("half",), ("w",)),
        Operator("FULLY_CONNECTED", ("x", "w"), ("y",)),
    ]
    assert Executor(Graph.build(operators, tensors, ["x"], ["y"])).batch_transparent
