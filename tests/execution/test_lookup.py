"""Tables, sets, segments, diagonals and bits against the reference interpreter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from litert_reference import assert_close, run_reference, single_operator
from numpy.typing import NDArray
from optimized_kernels import run_optimized

from qviz.execution import Executor
from qviz.graph import Graph, Tensor

SEEDS = range(8)


def activation(name: str, array: NDArray[Any]) -> Tensor:
    return Tensor(name, array.shape, array.dtype)


def constant(name: str, values: Any, dtype: Any = np.int32) -> Tensor:
    data = np.asarray(values, dtype)
    return Tensor(name, data.shape, data.dtype, data)


def output(name: str, dtype: Any, *shape: int) -> Tensor:
    return Tensor(name, shape, np.dtype(dtype))


def assert_equal(graph: Graph, *inputs: NDArray[Any]) -> None:
    """Shapes may be known at run time only, so that batches are out of the question."""
    executor = Executor(graph)
    ours = executor._run_fresh(dict(zip(graph.inputs, inputs, strict=True)), graph.outputs).outputs
    for our, theirs in zip(ours, run_reference(graph, list(inputs)), strict=True):
        np.testing.assert_array_equal(our, theirs, strict=True)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("dtype", [np.float32, np.int32])
def test_segment_sum(seed: int, dtype: Any) -> None:
    rng = np.random.default_rng(seed)
    data = rng.integers(-50, 50, (7, 3)).astype(dtype) / dtype(3)
    # The kernel takes ids that begin at 0 and leave none out.
    ids = np.cumsum(np.append(0, rng.integers(0, 2, 6))).astype(np.int32)
    graph = single_operator(
        "SEGMENT_SUM",
        [activation("x", data.astype(dtype)), constant("ids", ids)],
        [output("y", dtype, int(ids[-1]) + 1, 3)],
    )
    # The reference resolver does not have it.
    (ours,) = Executor(graph).run(data.astype(dtype)).outputs
    np.testing.assert_array_equal(ours, run_optimized(graph, data.astype(dtype)), strict=True)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("dtype", [np.float32, np.int32])
@pytest.mark.parametrize("reduction", ["SUM", "PROD", "MAX", "MIN"])
def test_unsorted_segments(seed: int, dtype: Any, reduction: str) -> None:
    rng = np.random.default_rng(seed)
    data = rng.integers(-9, 10, (5, 2, 3)).astype(dtype)
    ids = rng.integers(-1, 5, (5, 2) if seed % 2 else (5,)).astype(np.int32)
    graph = single_operator(
        f"UNSORTED_SEGMENT_{reduction}",
        [activation("x", data), activation("ids", ids), constant("n", 6)],
        [output("y", dtype, 6, *data.shape[ids.ndim :])],
    )
    assert_equal(graph, data, ids)


@pytest.mark.parametrize("dtype", [np.float32, np.int32, np.int8])
def test_diagonals(dtype: Any) -> None:
    rng = np.random.default_rng(1)
    x = rng.integers(-9, 10, (2, 3)).astype(dtype)
    graph = single_operator("MATRIX_DIAG", [activation("x", x)], [output("y", dtype, 2, 3, 3)])
    assert_equal(graph, x)
    for rows, columns in ((3, 3), (2, 4), (4, 2)):
        x = rng.integers(-9, 10, (2, rows, columns)).astype(dtype)
        values = rng.integers(-9, 10, (2, min(rows, columns))).astype(dtype)
        graph = single_operator(
            "MATRIX_SET_DIAG",
            [activation("x", x), activation("d", values)],
            [output("y", dtype, *x.shape)],
        )
        assert_equal(graph, x, values)


def test_hashtable_lookup() -> None:
    rng = np.random.default_rng(2)
    keys = np.array([-5, 0, 3, 9], np.int32)
    values = rng.normal(size=(4, 2)).astype(np.float32)
    wanted = np.array([9, 1, -5, 100, -100, 3], np.int32)
    graph = single_operator(
        "HASHTABLE_LOOKUP",
        [activation("w", wanted), constant("k", keys), constant("v", values, np.float32)],
        [output("y", np.float32, 6, 2), output("hits", np.uint8, 6)],
    )
    assert_equal(graph, wanted)


@pytest.mark.parametrize("combiner", ["SUM", "MEAN", "SQRTN"])
def test_embedding_lookup_sparse(combiner: str) -> None:
    rng = np.random.default_rng(3)
    ids = np.array([1, 3, 0, 1, 2], np.int32)
    places = np.array([[0, 0], [0, 1], [2, 0], [2, 1], [2, 2]], np.int32)
    graph = single_operator(
        "EMBEDDING_LOOKUP_SPARSE",
        [
            activation("ids", ids),
            constant("p", places),
            constant("s", [3, 4]),
            constant("w", rng.uniform(0.5, 2, 5), np.float32),
            constant("t", rng.normal(size=(4, 3, 2)), np.float32),
        ],
        [output("y", np.float32, 3, 3, 2)],
        combiner=combiner,
    )
    assert_close(graph, ids)


@pytest.mark.parametrize("dtype", [np.float32, np.int32, np.int8, np.uint8])
@pytest.mark.parametrize("rank", [0, 1, 2])
def test_sparse_to_dense(rank: int, dtype: Any) -> None:
    places: Any = {0: 3, 1: [1, 4, 6], 2: [[0, 1], [1, 3], [3, 0]]}[rank]
    shape = {0: [5], 1: [8], 2: [4, 5]}[rank]
    values = np.array([7, 8, 9], dtype) if rank else np.array(7, dtype)
    for given in (values, np.array(5, dtype)):
        graph = single_operator(
            "SPARSE_TO_DENSE",
            [
                constant("i", places),
                constant("s", shape),
                activation("v", given),
                constant("d", 2, dtype),
            ],
            [output("y", dtype, *shape)],
        )
        assert_equal(graph, given)


@pytest.mark.parametrize("dtype", [np.float32, np.int32, np.int8, np.int64])
@pytest.mark.parametrize("index_type", [np.int32, np.int64])
def test_unique(dtype: Any, index_type: Any) -> None:
    x = np.array([4, 1, 4, -3, 1, 0, -3, 8], dtype)
    graph = single_operator(
        "UNIQUE",
        [activation("x", x)],
        [output("y", dtype, 5), output("i", index_type, 8)],
        idx_out_type="INT64" if index_type == np.int64 else "INT32",
    )
    assert_equal(graph, x)


@pytest.mark.parametrize("dtype", [np.float32, np.int32, np.int64, np.float64])
def test_bucketize(dtype: Any) -> None:
    x = np.array([[-1, 0, 1], [2, 5, 10], [11, 3, 4]], dtype)
    graph = single_operator(
        "BUCKETIZE",
        [activation("x", x)],
        [output("y", np.int32, *x.shape)],
        boundaries=(0.0, 2.0, 3.5, 10.0),
    )
    assert_equal(graph, x)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32])
def test_bits(dtype: Any) -> None:
    rng = np.random.default_rng(4)
    limits = np.iinfo(dtype)
    x = rng.integers(limits.min, limits.max + 1, (2, 3, 4)).astype(dtype)
    y = rng.integers(limits.min, limits.max + 1, (3, 1)).astype(dtype)
    shifts = rng.integers(-3 if limits.min else 0, 40, (2, 3, 4)).astype(dtype)
    for kind, operand in (
        ("BITWISE_XOR", x[::-1].copy()),
        ("BITWISE_XOR", y),
        ("RIGHT_SHIFT", shifts),
    ):
        graph = single_operator(
            kind,
            [activation("x", x), activation("z", operand)],
            [output("y", dtype, *x.shape)],
        )
        assert_equal(graph, x, operand)


@pytest.mark.parametrize(
    ("source", "target", "shape", "result"),
    [
        (np.float32, np.int32, (2, 3), (2, 3)),
        (np.float32, np.uint8, (2, 3), (2, 3, 4)),
        (np.int16, np.int32, (3, 2), (3,)),
        (np.uint8, np.float32, (2, 4), (2,)),
    ],
)
def test_bitcast(source: Any, target: Any, shape: Any, result: Any) -> None:
    x = np.random.default_rng(5).integers(0, 100, shape).astype(source)
    graph = single_operator("BITCAST", [activation("x", x)], [output("y", target, *result)])
    assert_equal(graph, x)
