from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from litert_reference import assert_close, assert_same_codes, single_operator
from quantized_operands import ALL_CODES, integers, like, plain, quantized, scale_of
from random_operators import FIXED, SEEDS, random_codes, random_floats

FEW = settings(FIXED, max_examples=30)
AXES = [(1, 2), (1,), (3,), (2, 1, -1), (0, 1, 2, 3), (-2, 2)]
SHAPE = (1, 5, 6, 3)


def reduced(rng: np.random.Generator) -> tuple[tuple[int, ...], bool, tuple[int, ...]]:
    """Axes, whether they are kept, and the shape of the result."""
    axes, keep = AXES[rng.integers(len(AXES))], bool(rng.integers(2))
    distinct = tuple({axis % 4 for axis in axes})
    return axes, keep, np.zeros(SHAPE).sum(distinct, keepdims=keep).shape


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [
        *((kind, t) for kind in ("MEAN", "REDUCE_MAX", "REDUCE_MIN") for t in ALL_CODES),
        ("SUM", np.uint8),
        ("REDUCE_PROD", np.int8),
        ("REDUCE_PROD", np.int16),
    ],
)
@FEW
@given(SEEDS)
def test_codes_equal_the_reference(kind: str, dtype: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    axes, keep, shape = reduced(rng)
    x = quantized(rng, "x", SHAPE, dtype)
    y = quantized(rng, "y", shape, dtype, scale_of(x) * float(rng.uniform(0.2, 3)))
    if kind in ("REDUCE_MAX", "REDUCE_MIN"):
        y = like(x, "y", shape)
    graph = single_operator(kind, [x, integers("axes", axes)], [y], keep_dims=keep)
    assert_same_codes(graph, random_codes(rng, SHAPE, dtype))


@FEW
@given(SEEDS)
def test_sum_of_int8_takes_the_bytes_for_uint8(seed: int) -> None:
    """What the reference kernel of LiteRT 2.3 does; the optimized one sums codes."""
    rng = np.random.default_rng(seed)
    axes, keep, shape = reduced(rng)
    x = quantized(rng, "x", SHAPE, np.int8)
    y = quantized(rng, "y", shape, np.int8, scale_of(x) * float(rng.uniform(1, 9)))
    graph = single_operator("SUM", [x, integers("axes", axes)], [y], keep_dims=keep)
    assert_same_codes(graph, random_codes(rng, SHAPE, np.int8), rules=("reference",))


FLOATS = ["MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD"]


@pytest.mark.parametrize("kind", FLOATS)
@FEW
@given(SEEDS)
def test_floats_are_close_to_the_reference(kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    axes, keep, shape = reduced(rng)
    x = plain("x", SHAPE)
    graph = single_operator(kind, [x, integers("axes", axes)], [plain("y", shape)], keep_dims=keep)
    # Sums that cancel keep the rounding of their terms; products are not to overflow.
    values = random_floats(rng, *SHAPE)
    if kind in ("MEAN", "SUM"):
        values = np.abs(values)
    if kind == "REDUCE_PROD":
        values = np.sign(values) * rng.uniform(0.7, 1.4, SHAPE).astype(np.float32)
    assert_close(graph, values, tolerance=3e-6)


@pytest.mark.parametrize("kind", FLOATS)
@FEW
@given(SEEDS)
def test_plain_integers_equal_the_reference(kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    axes, keep, shape = reduced(rng)
    x, y = plain("x", SHAPE, np.int32), plain("y", shape, np.int32)
    graph = single_operator(kind, [x, integers("axes", axes)], [y], keep_dims=keep)
    assert_same_codes(graph, rng.integers(-9, 9, SHAPE).astype(np.int32))


@pytest.mark.parametrize("kind", ["REDUCE_ANY", "REDUCE_ALL"])
@FEW
@given(SEEDS)
def test_logic_equals_the_reference(kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    axes, keep, shape = reduced(rng)
    x, y = plain("x", SHAPE, np.bool_), plain("y", shape, np.bool_)
    graph = single_operator(kind, [x, integers("axes", axes)], [y], keep_dims=keep)
    assert_same_codes(graph, rng.random(SHAPE) < 0.5)


@pytest.mark.parametrize("dtype", [np.float32, np.int8, np.uint8, np.int32])
@pytest.mark.parametrize("kind", ["ARG_MAX", "ARG_MIN"])
@FEW
@given(SEEDS)
def test_index_of_the_extremum_equals_the_reference(kind: str, dtype: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    axis = int(rng.integers(-3, 4))
    shape = tuple(n for i, n in enumerate(SHAPE) if i != axis % 4)
    index = np.int64 if rng.integers(2) else np.int32
    graph = single_operator(
        kind,
        [plain("x", SHAPE, dtype), integers("axis", axis)],
        [plain("y", shape, index)],
        output_type=np.dtype(index).name.upper(),
    )
    assert_same_codes(graph, rng.integers(0, 4, SHAPE).astype(dtype))


@pytest.mark.parametrize("dtype", [np.float32, np.int8, np.uint8, np.int32])
@FEW
@given(SEEDS)
def test_top_k_equals_the_reference(dtype: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    k = int(rng.integers(1, 8))
    graph = single_operator(
        "TOPK_V2",
        [plain("x", (1, 3, 9), dtype), integers("k", k)],
        [plain("values", (1, 3, k), dtype), plain("indices", (1, 3, k), np.int32)],
    )
    assert_same_codes(graph, rng.integers(0, 5, (1, 3, 9)).astype(dtype))


@pytest.mark.parametrize("dtype", [np.float32, np.int32, np.int64])
@FEW
@given(SEEDS)
def test_running_sums_equal_the_reference(dtype: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    graph = single_operator(
        "CUMSUM",
        [plain("x", (1, 4, 5), dtype), integers("axis", int(rng.integers(-2, 3)))],
        [plain("y", (1, 4, 5), dtype)],
        exclusive=bool(rng.integers(2)),
        reverse=bool(rng.integers(2)),
    )
    assert_same_codes(graph, rng.integers(-9, 9, (1, 4, 5)).astype(dtype))
