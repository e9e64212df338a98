"""Windows over all dimensions and StableHLO's operators against the reference interpreter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litert_reference import run_reference, single_operator
from numpy.typing import NDArray
from optimized_kernels import run_optimized
from random_operators import FIXED, SEEDS

from qviz.errors import UnsupportedOperatorError
from qviz.execution import Executor
from qviz.formats.tflite import read_tflite, write_tflite
from qviz.formats.tflite.model import TfliteModel
from qviz.graph import Graph, Operator, Source, Tensor

DTYPES = st.sampled_from([np.float32, np.int32, np.int8, np.int64])


def tensor(name: str, dtype: Any, *shape: int) -> Tensor:
    return Tensor(name, shape, np.dtype(dtype))


def constant(name: str, values: Any, dtype: Any = np.int64) -> Tensor:
    data = np.asarray(values, dtype)
    return Tensor(name, data.shape, data.dtype, data)


def values(rng: np.random.Generator, dtype: Any, *shape: int) -> NDArray[Any]:
    if np.dtype(dtype).kind == "f":
        return rng.normal(size=shape).astype(dtype)
    return rng.integers(-20, 20, shape).astype(dtype)


def assert_equal(graph: Graph, *inputs: NDArray[Any], optimized: bool = False) -> None:
    """One sample as it is, since these operators know no batch."""
    named = dict(zip(graph.inputs, inputs, strict=True))
    (ours,) = Executor(graph)._run_fresh(named, graph.outputs).outputs
    theirs = run_optimized(graph, *inputs) if optimized else run_reference(graph, list(inputs))[0]
    np.testing.assert_array_equal(ours, theirs, strict=True)


def with_body(graph: Graph, kind: str | None, dtype: Any) -> Graph:
    """`graph` with a subgraph of one operator of two scalars, or of none."""
    inputs = [tensor("a", dtype), tensor("b", dtype)]
    operators, outputs = [], ["b"]
    if kind is not None:
        operators = [Operator(kind, ("a", "b"), ("c",), layer="body")]
        inputs, outputs = [*inputs, tensor("c", dtype)], ["c"]
    body = Graph.build(operators, inputs, ["a", "b"], outputs)
    source = Source("", "tflite", model=TfliteModel((graph, body)))
    return read_tflite(write_tflite(graph.with_source(source)))


@st.composite
def windows(draw: Any) -> dict[str, list[int]]:
    rank = draw(st.integers(1, 3))

    def numbers(low: int, high: int) -> list[int]:
        return [draw(st.integers(low, high)) for _ in range(rank)]

    window, dilations = numbers(1, 3), numbers(1, 2)
    reach = [(w - 1) * d + 1 for w, d in zip(window, dilations, strict=True)]
    return {
        "shape": [r + draw(st.integers(0, 4)) for r in reach],
        "window": window,
        "strides": numbers(1, 3),
        "dilations": dilations,
        "spread": numbers(1, 3),
        "low": numbers(-1, 2),
        "high": numbers(-1, 2),
    }


@FIXED
@given(
    sizes=windows(),
    dtype=DTYPES,
    function=st.sampled_from(["ADD", "MUL", "MINIMUM", "MAXIMUM"]),
    seed=SEEDS,
)
def test_reduce_window(sizes: Any, dtype: Any, function: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = values(rng, dtype, *sizes["shape"])
    start = values(rng, dtype)
    counts = [
        (n - (w - 1) * d - 1) // s + 1
        for n, w, d, s in zip(
            x.shape, sizes["window"], sizes["dilations"], sizes["strides"], strict=True
        )
    ]
    graph = single_operator(
        "REDUCE_WINDOW",
        [
            tensor("x", dtype, *x.shape),
            constant("i", start, dtype),
            constant("w", sizes["window"]),
            constant("s", sizes["strides"]),
            constant("d", sizes["dilations"]),
        ],
        [tensor("y", dtype, *counts)],
        reduce_function=function,
    )
    assert_equal(graph, x)


@FIXED
@given(
    sizes=windows(),
    dtype=DTYPES,
    body=st.sampled_from(["ADD", "STABLEHLO_MULTIPLY", "MAXIMUM", "STABLEHLO_MINIMUM"]),
    seed=SEEDS,
)
def test_stablehlo_reduce_window(sizes: Any, dtype: Any, body: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    low = [max(n, 0) for n in sizes["low"]]
    high = [max(n, 0) for n in sizes["high"]]
    x = values(rng, dtype, *sizes["shape"])
    padded = [
        (n - 1) * b + 1 + a + c
        for n, b, a, c in zip(x.shape, sizes["spread"], low, high, strict=True)
    ]
    counts = [
        (n - (w - 1) * d - 1) // s + 1
        for n, w, d, s in zip(
            padded, sizes["window"], sizes["dilations"], sizes["strides"], strict=True
        )
    ]
    graph = single_operator(
        "STABLEHLO_REDUCE_WINDOW",
        [tensor("x", dtype, *x.shape), constant("i", values(rng, dtype), dtype)],
        [tensor("y", dtype, *counts)],
        window_dimensions=tuple(sizes["window"]),
        window_strides=tuple(sizes["strides"]),
        base_dilations=tuple(sizes["spread"]),
        window_dilations=tuple(sizes["dilations"]),
        padding=tuple(n for pair in zip(low, high, strict=True) for n in pair),
        body_subgraph_index=1,
    )
    assert_equal(with_body(graph, body, dtype), x)


@FIXED
@given(sizes=windows(), dtype=DTYPES, seed=SEEDS)
def test_dilate_and_pad(sizes: Any, dtype: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, value = values(rng, dtype, *sizes["shape"]), values(rng, dtype)
    apart = [(n - 1) * f + 1 for n, f in zip(x.shape, sizes["spread"], strict=True)]
    if x.ndim > 1:
        graph = single_operator(
            "DILATE",
            [
                tensor("x", dtype, *x.shape),
                constant("f", sizes["spread"], np.int32),
                constant("v", value, dtype),
            ],
            [tensor("y", dtype, *apart)],
        )
        assert_equal(graph, x)
    shape = [n + a + b for n, a, b in zip(apart, sizes["low"], sizes["high"], strict=True)]
    if min(shape) < 1:
        return
    graph = single_operator(
        "STABLEHLO_PAD",
        [tensor("x", dtype, *x.shape), constant("v", value, dtype)],
        [tensor("y", dtype, *shape)],
        edge_padding_low=tuple(sizes["low"]),
        edge_padding_high=tuple(sizes["high"]),
        interior_padding=tuple(f - 1 for f in sizes["spread"]),
    )
    assert_equal(graph, x)


@pytest.mark.parametrize("seed", range(12))
def test_stablehlo_gather(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = values(rng, np.float32, 5, 4, 3)
    sizes, collapsed = ([2, 1, 2], (1,)) if seed % 2 else ([3, 2, 2], ())
    targets = ((0, 2), (2, 1), (1,))[seed % 3]
    batch = (2, 3)
    vector_dim = (0, 1, 2)[seed // 4]
    indices = rng.integers(-1, 5, batch).astype(np.int32)
    indices = np.stack([indices] * len(targets), vector_dim)
    indices += rng.integers(0, 2, indices.shape).astype(np.int32)
    kept = [s for axis, s in enumerate(sizes) if axis not in collapsed]
    rank = len(batch) + len(kept)
    offset_dims = tuple(sorted(int(d) for d in rng.choice(rank, len(kept), replace=False)))
    shape, boxes, rows = [], iter(kept), iter(batch)
    for axis in range(rank):
        shape.append(next(boxes) if axis in offset_dims else next(rows))
    graph = single_operator(
        "STABLEHLO_GATHER",
        [tensor("x", np.float32, *x.shape), constant("i", indices, np.int32)],
        [tensor("y", np.float32, *shape)],
        offset_dims=offset_dims,
        collapsed_slice_dims=collapsed,
        start_index_map=targets,
        index_vector_dim=vector_dim,
        slice_sizes=tuple(sizes),
    )
    assert_equal(graph, x)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "body", [None, "STABLEHLO_ADD", "STABLEHLO_MULTIPLY", "STABLEHLO_MAXIMUM", "STABLEHLO_MINIMUM"]
)
def test_stablehlo_scatter(seed: int, body: str | None) -> None:
    rng = np.random.default_rng(seed)
    x = values(rng, np.float32, 5, 4, 3)
    inserted: tuple[int, ...] = ((), (0,), (1, 2))[seed % 3]
    targets = ((0, 1), (0, 2), (1, 2))[seed % 3]
    window = [size for axis, size in enumerate((2, 2, 2)) if axis not in inserted]
    batch = 4
    rank = 1 + len(window)
    window_dims = tuple(sorted(int(d) for d in rng.choice(rank, len(window), replace=False)))
    shape, boxes = [], iter(window)
    for axis in range(rank):
        shape.append(next(boxes) if axis in window_dims else batch)
    updates = values(rng, np.float32, *shape)
    indices = rng.integers(-1, 4, (batch, 2))
    indices[1] = indices[0]
    graph = single_operator(
        "STABLEHLO_SCATTER",
        [
            tensor("x", np.float32, *x.shape),
            constant("i", indices, np.int32),
            tensor("u", np.float32, *shape),
        ],
        [tensor("y", np.float32, *x.shape)],
        update_window_dims=window_dims,
        inserted_window_dims=inserted,
        scatter_dims_to_operand_dims=targets,
        index_vector_dim=1,
        update_computation_subgraph_index=1,
    )
    assert_equal(with_body(graph, body, np.float32), x, updates)


INTEGERS = [np.int32, np.int8, np.uint8, np.int64]
ARITHMETIC = [
    *((n, t) for n in ("ADD", "MULTIPLY", "MAXIMUM", "MINIMUM") for t in (np.float32, *INTEGERS)),
    *(("AND", t) for t in INTEGERS),
    *(("SHIFT_LEFT", t) for t in (np.int32, np.int8)),
]


@pytest.mark.parametrize(("name", "dtype"), ARITHMETIC)
def test_stablehlo_arithmetic(name: str, dtype: Any) -> None:
    rng = np.random.default_rng(1)
    a, b = values(rng, dtype, 3, 4), values(rng, dtype, 3, 4)
    if name == "SHIFT_LEFT":
        b = b % 5
    graph = single_operator(
        f"STABLEHLO_{name}",
        [tensor("a", dtype, 3, 4), tensor("b", dtype, 3, 4)],
        [tensor("y", dtype, 3, 4)],
    )
    assert_equal(graph, a, b, optimized=name in ("AND", "SHIFT_LEFT"))


def test_a_reduction_of_several_operators_is_refused() -> None:
    graph = single_operator(
        "STABLEHLO_REDUCE_WINDOW",
        [tensor("x", np.float32, 3), constant("i", 0, np.float32)],
        [tensor("y", np.float32, 3)],
        body_subgraph_index=1,
    )
    with pytest.raises(UnsupportedOperatorError, match="made of POW"):
        Executor(with_body(graph, "POW", np.float32))


@pytest.mark.parametrize("dims", [(1, 0), (0, 1), (2, 1), (0, 2)])
@pytest.mark.parametrize("dtype", [np.float32, np.int32])
def test_reverse_sequence(dims: tuple[int, int], dtype: Any) -> None:
    along, batch = dims
    rng = np.random.default_rng(2)
    x = values(rng, dtype, 4, 5, 3)
    lengths = rng.integers(0, x.shape[along] + 1, x.shape[batch]).astype(np.int32)
    graph = single_operator(
        "REVERSE_SEQUENCE",
        [tensor("x", dtype, *x.shape), tensor("n", np.int32, *lengths.shape)],
        [tensor("y", dtype, *x.shape)],
        seq_dim=along,
        batch_dim=batch,
    )
    assert_equal(graph, x, lengths)


@pytest.mark.parametrize("shapes", [([2, 1, 3], [4, 1]), ([5], [1]), ([1, 1], [3, 2])])
def test_broadcast_args(shapes: tuple[list[int], list[int]]) -> None:
    a, b = (np.array(shape, np.int32) for shape in shapes)
    graph = single_operator(
        "BROADCAST_ARGS",
        [tensor("a", np.int32, *a.shape), tensor("b", np.int32, *b.shape)],
        [tensor("y", np.int32, max(len(a), len(b)))],
    )
    assert_equal(graph, a, b)
