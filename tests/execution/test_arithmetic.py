from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from litert_reference import assert_close, assert_same_codes, codes_tensor, single_operator
from quantized_operands import (
    ALL_CODES,
    BROADCAST_PAIRS,
    like,
    plain,
    quantized,
    scale_of,
    zero_point_of,
)
from random_operators import FIXED, SEEDS, random_codes, random_floats

from qviz.execution import Executor
from qviz.graph import Graph, Operator

FEW = settings(FIXED, max_examples=25)
CLAMPS = ["NONE", "RELU", "RELU6", "RELU_N1_TO_1"]


def options_of(kind: str, rng: np.random.Generator) -> dict[str, Any]:
    if kind not in ("ADD", "SUB", "MUL", "DIV"):
        return {}
    options: dict[str, Any] = {"fused_activation_function": str(rng.choice(CLAMPS))}
    if kind in ("ADD", "SUB"):
        options["pot_scale_int16"] = False
    return options


@pytest.mark.parametrize("dtype", ALL_CODES)
@pytest.mark.parametrize("kind", ["ADD", "SUB", "MUL", "DIV", "MAXIMUM", "MINIMUM"])
@FEW
@given(BROADCAST_PAIRS, SEEDS)
def test_codes_equal_the_reference(kind: str, dtype: Any, shapes: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = shapes.input_shapes
    x = quantized(rng, "x", first, dtype)
    y = quantized(rng, "y", second, dtype)
    out = quantized(rng, "out", shapes.result_shape, dtype)
    if kind in ("MAXIMUM", "MINIMUM"):
        y, out = like(x, "y", second), like(x, "out", shapes.result_shape)
    a, b = random_codes(rng, first, dtype), random_codes(rng, second, dtype)
    if kind == "DIV":
        # The interpreter refuses code 0, and has no rule for the real value 0.
        zero, limits = zero_point_of(y), np.iinfo(dtype)
        near = (zero + 1, zero - 1, zero + 2, zero - 2)
        instead = next(v for v in near if v != 0 and limits.min <= v <= limits.max)
        b = np.where((b == 0) | (b == zero), instead, b).astype(dtype)
    graph = single_operator(kind, [x, y], [out], **options_of(kind, rng))
    assert_same_codes(graph, a, b)


@FEW
@given(BROADCAST_PAIRS, SEEDS)
def test_squared_difference_of_int8_equals_the_reference(shapes: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = shapes.input_shapes
    x, y = quantized(rng, "x", first, np.int8), quantized(rng, "y", second, np.int8)
    out = quantized(rng, "out", shapes.result_shape, np.int8)
    graph = single_operator("SQUARED_DIFFERENCE", [x, y], [out])
    assert_same_codes(graph, random_codes(rng, first, np.int8), random_codes(rng, second, np.int8))


@pytest.mark.parametrize("kind", ["ADD", "SUB"])
@FEW
@given(SEEDS)
def test_powers_of_two_of_int16_equal_the_reference(kind: str, seed: int) -> None:
    """One operand is shifted to the right; the interpreter does not broadcast here."""
    rng = np.random.default_rng(seed)
    shape = (1, 30)
    out = quantized(rng, "out", shape, np.int16, 2.0 ** -int(rng.integers(5, 12)))
    x = like(out, "x")
    y = quantized(rng, "y", shape, np.int16, scale_of(x) * float(rng.choice([1, 0.5, 0.125, 0.7])))
    if rng.random() < 0.5:
        x, y = y, x
    graph = single_operator(
        kind,
        [x, y],
        [out],
        fused_activation_function=str(rng.choice(CLAMPS)),
        pot_scale_int16=True,
    )
    assert_same_codes(graph, random_codes(rng, shape, np.int16), random_codes(rng, shape, np.int16))


FLOAT_KINDS = [
    *("ADD", "SUB", "MUL", "DIV", "MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE"),
    *("FLOOR_DIV", "FLOOR_MOD", "POW"),
]


@pytest.mark.parametrize("kind", FLOAT_KINDS)
@FEW
@given(BROADCAST_PAIRS, SEEDS)
def test_floats_are_close_to_the_reference(kind: str, shapes: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = shapes.input_shapes
    graph = single_operator(
        kind,
        [plain("x", first), plain("y", second)],
        [plain("out", shapes.result_shape)],
        **options_of(kind, rng),
    )
    a, b = random_floats(rng, *first), random_floats(rng, *second)
    assert_close(graph, np.abs(a) if kind == "POW" else a, np.where(np.abs(b) < 0.1, 1, b))


INTEGER_KINDS = {
    np.int32: [*FLOAT_KINDS],
    np.int64: ["ADD", "SUB", "MUL", "MAXIMUM", "MINIMUM", "FLOOR_MOD"],
}


@pytest.mark.parametrize(
    ("kind", "dtype"), [(kind, dtype) for dtype, kinds in INTEGER_KINDS.items() for kind in kinds]
)
@FEW
@given(BROADCAST_PAIRS, SEEDS)
def test_plain_integers_equal_the_reference(kind: str, dtype: Any, shapes: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = shapes.input_shapes
    graph = single_operator(
        kind,
        [plain("x", first, dtype), plain("y", second, dtype)],
        [plain("out", shapes.result_shape, dtype)],
    )
    a = rng.integers(-99, 99, first).astype(dtype)
    b = rng.integers(1, 5, second) * (1 if kind == "POW" else rng.choice([-1, 1], second))
    assert_same_codes(graph, a, b.astype(dtype))


@FEW
@given(SEEDS)
def test_add_n_sums_all_operands(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 5))
    tensors = [plain(f"x{i}", (2, 3)) for i in range(count)]
    graph = single_operator("ADD_N", list(tensors), [plain("out", (2, 3))])
    assert_close(graph, *(random_floats(rng, 2, 3) for _ in tensors))


def test_infinities_and_nan_pass() -> None:
    graph = single_operator("MUL", [plain("x", (1, 4)), plain("y", (1, 4))], [plain("z", (1, 4))])
    x = np.array([[np.inf, np.nan, 3e38, 0]], np.float32)
    y = np.array([[1, 1, 10, np.inf]], np.float32)
    (out,) = Executor(graph).run([x, y]).outputs
    np.testing.assert_array_equal(out, [[np.inf, np.nan, np.inf, np.nan]])


def test_powers_that_leave_int32() -> None:
    x = np.array([[3, 10, -7, 2, 46341, -2]], np.int32)
    y = np.array([[20, 10, 15, 31, 2, 31]], np.int32)
    graph = single_operator(
        "POW",
        [plain("x", x.shape, np.int32), plain("y", y.shape, np.int32)],
        [plain("out", x.shape, np.int32)],
    )
    assert_same_codes(graph, x, y)


@pytest.mark.parametrize("zero_point", [0, 44, 128])
@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16])
@pytest.mark.parametrize("scales", [(0.01168331, 0.01559109), (0.0625, 0.03125), (0.3, 0.09)])
def test_products_with_itself(scales: tuple[float, float], dtype: Any, zero_point: int) -> None:
    limits = np.iinfo(dtype)
    shift = 0 if dtype == np.int16 else zero_point + int(limits.min)
    codes = np.arange(limits.min, limits.max + 1, dtype=dtype).reshape(1, -1)
    x, y = (
        codes_tensor(name, codes.shape, dtype, scale, shift)
        for name, scale in zip("xy", scales, strict=True)
    )
    options = {"fused_activation_function": "RELU6"}
    square = Operator("MUL", ("x", "x"), ("y",), options, layer="y")
    assert_same_codes(Graph.build([square], [x, y], ["x"], ["y"]), codes)


@pytest.mark.parametrize("shape", [(3, 77), (1, 1), (1, 77), (3, 1)])
@pytest.mark.parametrize("dtype", [np.int8, np.uint8])
@pytest.mark.parametrize("kind", ["ADD", "MUL"])
def test_optimized_kernels_have_16_bits_in_whole_vectors(kind: str, dtype: Any, shape: Any) -> None:
    rng = np.random.default_rng(0)
    limits = np.iinfo(dtype)
    for y_scale in (1e-3, 1e-5) if kind == "ADD" else (0.02, 1e-5, 1e-9, 3e-11):
        zero_points = rng.integers(limits.min, limits.max + 1, 3)
        x, y, out = (
            codes_tensor(name, size, dtype, scale, int(zero_point))
            for name, size, scale, zero_point in zip(
                "xyo", [(3, 77), shape, (3, 77)], [0.7, 0.3, y_scale], zero_points, strict=True
            )
        )
        a, b = (random_codes(rng, tensor.shape, dtype) for tensor in (x, y))
        assert_same_codes(single_operator(kind, [x, y], [out]), a, b)
        if shape == (3, 77):
            assert_same_codes(single_operator(kind, [y, x], [out]), b, a)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8])
def test_optimized_sums_of_all_codes(dtype: Any) -> None:
    rng = np.random.default_rng(0)
    x, y, out = (
        codes_tensor(name, (4, 4000), dtype, scale, 5)
        for name, scale in zip("xyo", (0.7, 0.3, 1e-5), strict=True)
    )
    a, b = (random_codes(rng, x.shape, dtype) for _ in range(2))
    assert_same_codes(single_operator("ADD", [x, y], [out]), a, b)
