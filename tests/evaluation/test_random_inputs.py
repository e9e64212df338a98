"""Random inputs: seeded, of the right type and shape, and inside what the model looks up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from builders import activation, constant, operator

from qviz.evaluation.random_inputs import random_inputs
from qviz.graph import Graph, Operator, QuantizationParams, Tensor


def graph_of(operators: list[Operator], tensors: list[Tensor], *inputs: str) -> Graph:
    made = [name for operator in operators for name in operator.outputs]
    return Graph.build(operators, tensors, inputs, made[-1:])


def codes(name: str, dtype: Any, *shape: int, scale: float = 0.5, zero_point: int = 3) -> Tensor:
    params = QuantizationParams.per_tensor(scale, zero_point)
    return Tensor(name, shape, np.dtype(dtype), None, params)


def many(graph: Graph, name: str, count: int = 40) -> np.ndarray[Any, Any]:
    return np.stack([random_inputs(graph, 0, sample)[name] for sample in range(count)])


def test_seed_and_sample_choose_the_values() -> None:
    graph = graph_of(
        [operator("ABS", ("x",), "y")], [activation("x", 1, 9), activation("y", 1, 9)], "x"
    )
    first = random_inputs(graph, 1, 0)["x"]
    np.testing.assert_array_equal(first, random_inputs(graph, 1, 0)["x"])
    for other in (random_inputs(graph, 1, 1)["x"], random_inputs(graph, 2, 0)["x"]):
        assert not np.array_equal(first, other)
    assert first.dtype == np.float32
    assert np.abs(many(graph, "x")).max() <= 1


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16"])
def test_codes_use_the_whole_range_of_their_type(dtype: str) -> None:
    tensors = [codes("x", dtype, 1, 5000), codes("y", dtype, 1, 5000)]
    graph = graph_of([operator("RELU", ("x",), "y")], tensors, "x")
    limits = np.iinfo(dtype)
    first = random_inputs(graph, 0, 0)["x"]
    assert first.dtype == dtype
    width = int(limits.max) - int(limits.min)
    assert int(first.min()) < int(limits.min) + 0.01 * width
    assert int(first.max()) > int(limits.max) - 0.01 * width
    spans = np.ptp(many(graph, "x").astype(np.int64), axis=(1, 2))
    assert len(set(spans.tolist())) > 20


def test_reals_cover_the_codes_they_become() -> None:
    tensors = [activation("x", 1, 2000), codes("q", "int8", 1, 2000, scale=0.1, zero_point=-128)]
    graph = graph_of([operator("QUANTIZE", ("x",), "q")], tensors, "x")
    x = random_inputs(graph, 0, 0)["x"]
    assert -1.3 < x.min() < -0.5
    assert 26 < x.max() < 26.8


INDEX = np.int32


@pytest.mark.parametrize(
    ("made_by", "others", "limit"),
    [
        (operator("GATHER", ("t", "i"), "y", axis=0), [constant("t", np.zeros((7, 3)))], 7),
        (operator("GATHER", ("t", "i"), "y", axis=-1), [constant("t", np.zeros((7, 3)))], 3),
        (operator("GATHER_ND", ("t", "i"), "y"), [constant("t", np.zeros((9, 5, 8, 2)))], 2),
        (operator("EMBEDDING_LOOKUP", ("i", "t"), "y"), [constant("t", np.zeros((11, 3)))], 11),
        (
            operator("SCATTER_ND", ("i", "t", "s"), "y"),
            [constant("t", np.zeros(1)), constant("s", [6, 8, 9, 7], INDEX)],
            6,
        ),
        (
            operator("ONE_HOT", ("i", "n", "t", "t"), "y"),
            [constant("n", 12, INDEX), constant("t", np.zeros(1))],
            12,
        ),
    ],
    ids=lambda value: value.kind if isinstance(value, Operator) else "",
)
def test_indices_stay_inside_their_table(
    made_by: Operator, others: list[Tensor], limit: int
) -> None:
    tensors = [activation("i", 1, 4, dtype=INDEX), *others, activation("y", 1, 4)]
    values = many(graph_of([made_by], tensors, "i"), "i")
    assert values.min() == 0
    assert values.max() == limit - 1


def test_indices_are_followed_through_casts_and_shapes() -> None:
    operators = [
        operator("CAST", ("i",), "wide"),
        operator("RESHAPE", ("wide", "shape"), "flat"),
        operator("GATHER", ("t", "flat"), "y", axis=0),
    ]
    tensors = [
        activation("i", 1, 4, dtype=INDEX),
        activation("wide", 1, 4, dtype=np.int64),
        constant("shape", [4], INDEX),
        activation("flat", 4, dtype=np.int64),
        constant("t", np.zeros((30, 2))),
        activation("y", 4, 2),
    ]
    values = many(graph_of(operators, tensors, "i"), "i")
    assert (values.min(), values.max()) == (0, 29)


def test_divisors_are_not_zero_and_counts_fit() -> None:
    tensors = [activation(name, 1, 40, dtype=INDEX) for name in ("a", "b", "y")]
    graph = graph_of([operator("FLOOR_DIV", ("a", "b"), "y")], tensors, "a", "b")
    assert many(graph, "b").min() == 1
    assert many(graph, "a").min() < -50
    top = Operator("TOPK_V2", ("x", "k"), ("values", "places"))
    tensors = [activation("x", 1, 5), activation("k", dtype=INDEX)]
    tensors += [activation("values", 1, 5), activation("places", 1, 5, dtype=INDEX)]
    counts = many(Graph.build([top], tensors, ["x", "k"], ["values"]), "k")
    assert (counts.min(), counts.max()) == (1, 5)


def test_truth_values_are_both() -> None:
    tensors = [activation(name, 1, 40, dtype=np.bool_) for name in ("a", "y")]
    a = random_inputs(graph_of([operator("LOGICAL_NOT", ("a",), "y")], tensors, "a"), 0, 0)["a"]
    assert a.dtype == np.bool_
    assert set(a.ravel().tolist()) == {True, False}
