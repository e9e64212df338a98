from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from litert_reference import assert_same_codes, single_operator
from quantized_operands import ALL_CODES, BROADCAST_PAIRS, like, plain, quantized
from random_operators import FIXED, SEEDS, random_codes

from qviz.execution import Executor

FEW = settings(FIXED, max_examples=20)
KINDS = ["EQUAL", "NOT_EQUAL", "GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL"]


@pytest.mark.parametrize("dtype", ALL_CODES)
@pytest.mark.parametrize("kind", KINDS)
@FEW
@given(BROADCAST_PAIRS, SEEDS)
def test_codes_equal_the_reference(kind: str, dtype: Any, shapes: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = shapes.input_shapes
    x, y = quantized(rng, "x", first, dtype), quantized(rng, "y", second, dtype)
    if rng.random() < 0.5:
        y = like(x, "y", second)
    graph = single_operator(kind, [x, y], [plain("out", shapes.result_shape, np.bool_)])
    codes = [random_codes(rng, shape, dtype) for shape in (first, second)]
    if rng.random() < 0.5:
        # Of so many codes two are rarely the same.
        codes = [np.asarray(c % dtype(6), dtype) for c in codes]
    assert_same_codes(graph, *codes)


@pytest.mark.parametrize("dtype", [np.float32, np.int32, np.int64])
@pytest.mark.parametrize("kind", KINDS)
@FEW
@given(BROADCAST_PAIRS, SEEDS)
def test_numbers_equal_the_reference(kind: str, dtype: Any, shapes: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = shapes.input_shapes
    graph = single_operator(
        kind,
        [plain("x", first, dtype), plain("y", second, dtype)],
        [plain("out", shapes.result_shape, np.bool_)],
    )
    assert_same_codes(
        graph, rng.integers(-2, 3, first).astype(dtype), rng.integers(-2, 3, second).astype(dtype)
    )


@pytest.mark.parametrize("kind", ["LOGICAL_AND", "LOGICAL_OR"])
@FEW
@given(BROADCAST_PAIRS, SEEDS)
def test_logic_equals_the_reference(kind: str, shapes: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = shapes.input_shapes
    graph = single_operator(
        kind,
        [plain("x", first, np.bool_), plain("y", second, np.bool_)],
        [plain("out", shapes.result_shape, np.bool_)],
    )
    assert_same_codes(graph, rng.random(first) < 0.5, rng.random(second) < 0.5)


@pytest.mark.parametrize("dtype", [np.float32, np.int8, np.int16, np.int32])
@FEW
@given(BROADCAST_PAIRS, SEEDS)
def test_select_v2_broadcasts_as_the_reference(dtype: Any, shapes: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = shapes.input_shapes
    graph = single_operator(
        "SELECT_V2",
        [plain("c", first, np.bool_), plain("x", second, dtype), plain("y", first, dtype)],
        [plain("out", shapes.result_shape, dtype)],
    )
    x, y = rng.integers(0, 50, second).astype(dtype), rng.integers(50, 99, first).astype(dtype)
    assert_same_codes(graph, rng.random(first) < 0.5, x, y)


def test_select_by_a_vector_chooses_rows() -> None:
    graph = single_operator(
        "SELECT",
        [plain("c", (3,), np.bool_), plain("x", (3, 2)), plain("y", (3, 2))],
        [plain("out", (3, 2))],
    )
    x = np.arange(6, dtype=np.float32).reshape(3, 2)
    assert_same_codes(graph, np.array([True, False, True]), x, -x)


@pytest.mark.parametrize("dtype", [np.bool_, np.float32, np.int32])
def test_where_lists_indices(dtype: Any) -> None:
    graph = single_operator("WHERE", [plain("x", (2, 3), dtype)], [plain("y", (-1, 2), np.int64)])
    x = np.array([[0, 1, 0], [1, 1, 0]]).astype(dtype)
    (y,) = Executor(graph).run(x).outputs
    np.testing.assert_array_equal(y, [[0, 1], [1, 0], [1, 1]])
    assert y.dtype == np.int64
