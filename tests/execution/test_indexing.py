from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from litert_reference import assert_close, assert_same_codes, codes_constant, single_operator
from optimized_kernels import run_optimized
from quantized_operands import integers, plain
from random_operators import FIXED, SEEDS, random_codes

from qviz.execution import Executor
from qviz.graph import Tensor

FEW = settings(FIXED, max_examples=25)
TYPES = [np.float32, np.int8, np.int32]


def values(rng: np.random.Generator, shape: tuple[int, ...], dtype: Any) -> Any:
    return rng.integers(-99, 99, shape).astype(dtype)


@pytest.mark.parametrize("dtype", [*TYPES, np.int16])
@FEW
@given(SEEDS)
def test_gather(dtype: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = (2, 4, 5)
    batch_dims = int(rng.integers(2))
    axis = int(rng.integers(batch_dims, 3))
    indices = rng.integers(0, shape[axis], (2, 3) if batch_dims else (3, 2)).astype(np.int32)
    kept = indices.shape[batch_dims:]
    result = (*shape[:axis], *kept, *shape[axis + 1 :])
    graph = single_operator(
        "GATHER",
        [plain("x", shape, dtype), plain("i", indices.shape, np.int32)],
        [plain("y", result, dtype)],
        axis=axis - 3 if rng.random() < 0.3 and not batch_dims else axis,
        batch_dims=batch_dims,
    )
    assert_same_codes(graph, values(rng, shape, dtype), indices)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("depth", [1, 2, 3])
@FEW
@given(SEEDS)
def test_gather_nd(depth: int, dtype: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = (2, 4, 5)
    indices = np.stack([rng.integers(0, n, (2, 3)) for n in shape[:depth]], -1).astype(np.int32)
    graph = single_operator(
        "GATHER_ND",
        [plain("x", shape, dtype), plain("i", indices.shape, np.int32)],
        [plain("y", (2, 3, *shape[depth:]), dtype)],
    )
    assert_same_codes(graph, values(rng, shape, dtype), indices)


@pytest.mark.parametrize("dtype", TYPES)
@FEW
@given(SEEDS)
def test_scatter_nd_adds_updates(dtype: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    indices = rng.integers(0, 4, (3, 1)).astype(np.int32)
    graph = single_operator(
        "SCATTER_ND",
        [plain("i", (3, 1), np.int32), plain("u", (3, 5), dtype), integers("s", [4, 5])],
        [plain("y", (4, 5), dtype)],
    )
    assert_same_codes(graph, indices, rng.integers(-9, 9, (3, 5)).astype(dtype))


@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_one_hot(axis: int) -> None:
    indices = np.array([[0, 2, 5, -1]], np.int32)
    shape = np.insert(np.array(indices.shape), 2 if axis == -1 else axis, 3)
    graph = single_operator(
        "ONE_HOT",
        [
            plain("i", (1, 4), np.int32),
            integers("depth", 3),
            integers("on", 2, np.float32),
            integers("off", -1, np.float32),
        ],
        [plain("y", tuple(int(n) for n in shape))],
        axis=axis,
    )
    assert_same_codes(graph, indices)


def test_embedding_lookup_of_floats_and_of_codes() -> None:
    rng = np.random.default_rng(0)
    table = rng.normal(size=(6, 4)).astype(np.float32)
    constant = Tensor("t", table.shape, table.dtype, table)
    ids = np.array([5, 0, 3], np.int32)
    graph = single_operator(
        "EMBEDDING_LOOKUP", [plain("ids", (3,), np.int32), constant], [plain("y", (3, 4))]
    )
    assert_same_codes(graph, ids)
    for scales, dimension in ((np.array([0.03]), None), (rng.uniform(0.01, 1, 6), 0)):
        codes = codes_constant(
            "t", random_codes(rng, (6, 4), np.int8), scales.astype(np.float32), dimension=dimension
        )
        graph = single_operator(
            "EMBEDDING_LOOKUP", [plain("ids", (3,), np.int32), codes], [plain("y", (3, 4))]
        )
        assert_close(graph, ids)


def test_table_lookup_of_a_batch() -> None:
    table = np.arange(12, dtype=np.float32).reshape(6, 2)
    graph = single_operator(
        "GATHER",
        [Tensor("t", (6, 2), table.dtype, table), plain("i", (1, 3), np.int32)],
        [plain("y", (1, 3, 2))],
        axis=0,
    )
    executor = Executor(graph)
    indices = np.array([[0, 5, 1], [2, 2, 3]], np.int32)
    np.testing.assert_array_equal(executor.run(indices).outputs[0], table[indices])
    assert executor.batch_transparent


@pytest.mark.parametrize("start", [[0, 1, 2], [0, 9, -4]])
def test_dynamic_update_slice_stays_inside(start: list[int]) -> None:
    rng = np.random.default_rng(0)
    graph = single_operator(
        "DYNAMIC_UPDATE_SLICE",
        [plain("x", (1, 4, 5)), plain("u", (1, 2, 3)), integers("s", start)],
        [plain("y", (1, 4, 5))],
    )
    x, update = rng.normal(size=(1, 4, 5)), rng.normal(size=(1, 2, 3))
    assert_same_codes(graph, x.astype(np.float32), update.astype(np.float32))


def test_shape_and_rank() -> None:
    x = np.zeros((1, 4, 5), np.float32)
    shape = single_operator(
        "SHAPE", [plain("x", (1, 4, 5))], [plain("y", (3,), np.int64)], out_type="INT64"
    )
    assert_same_codes(shape, x)
    rank = single_operator("RANK", [plain("x", (1, 4, 5))], [plain("y", (), np.int32)])
    (y,) = Executor(rank).run(x).outputs
    assert y == 3


def test_fill_and_zeros_like() -> None:
    graph = single_operator("FILL", [integers("s", [2, 3]), plain("v", ())], [plain("y", (2, 3))])
    assert_same_codes(graph, np.array(2.5, np.float32))
    zeros = single_operator("ZEROS_LIKE", [plain("x", (1, 3))], [plain("y", (1, 3))])
    assert_same_codes(zeros, np.ones((1, 3), np.float32))


@pytest.mark.parametrize(
    ("start", "limit", "delta"), [(0, 5, 1), (2, 11, 3), (5, 0, -2), (0.5, 3, 0.25), (1, 1, 1)]
)
def test_range(start: float, limit: float, delta: float) -> None:
    dtype = np.float32 if isinstance(start, float) else np.int32
    count = len(np.arange(start, limit, delta))
    scalars = [plain(n, (), dtype) for n in ("start", "limit", "delta")]
    graph = single_operator("RANGE", list(scalars), [plain("y", (count,), dtype)])
    arguments = [np.array(v, dtype) for v in (start, limit, delta)]
    (y,) = Executor(graph).run(arguments).outputs
    if count:
        np.testing.assert_array_equal(y, run_optimized(graph, *arguments))
    else:
        assert y.shape == (0,)


def test_booleans_scattered_to_one_place_are_joined() -> None:
    places = np.array([[0], [3], [0], [2]], np.int32)
    updates = np.array([True, False, False, True])
    graph = single_operator(
        "SCATTER_ND",
        [integers("i", places), plain("u", (4,), np.bool_), integers("s", [5])],
        [plain("y", (5,), np.bool_)],
    )
    assert_same_codes(graph, updates)
