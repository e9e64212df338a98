"""Scales that layers without any output get: the integers leave int32, and wrap as they do in C."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from litert_reference import assert_same_codes, codes_constant, codes_tensor, single_operator

from qviz.execution.fixed_point import quantize_multiplier
from qviz.graph import Tensor


def convolution(kind: str, dtype: Any, y_scale: float, largest_bias: int, seed: int) -> Any:
    """A convolution of 3 to 4 (or 3) channels whose output has the scale `y_scale`."""
    rng = np.random.default_rng(seed)
    is_depthwise = kind == "DEPTHWISE_CONV_2D"
    channels = 3 if is_depthwise else 4
    shape = (1, 1, 1, 3) if is_depthwise else (4, 1, 1, 3)
    wide = np.int64 if dtype == np.int16 else np.int32
    weights = rng.integers(-127, 128, shape).astype(np.int8)
    bias = rng.integers(-largest_bias, largest_bias, channels).astype(wide)
    graph = single_operator(
        kind,
        [
            codes_tensor("x", (1, 5, 5, 3), dtype, 0.01),
            codes_constant("w", weights, np.full(1, 0.01, np.float32)),
            codes_constant("b", bias, np.full(1, 1e-4, np.float32)),
        ],
        [codes_tensor("y", (1, 5, 5, channels), dtype, y_scale)],
        padding="VALID",
        stride_h=1,
        stride_w=1,
        dilation_h_factor=1,
        dilation_w_factor=1,
        **({"depth_multiplier": 1} if is_depthwise else {}),
    )
    limits = np.iinfo(dtype)
    return graph, rng.integers(limits.min, limits.max + 1, (1, 5, 5, 3)).astype(dtype)


@pytest.mark.parametrize("largest_bias", [1000, 2**30])
@pytest.mark.parametrize("y_scale", [1e-5, 1e-7, 1e-9, 3e-11, 1e-12, 1e-16, 1e-22])
@pytest.mark.parametrize("dtype", [np.int8, np.int16])
@pytest.mark.parametrize("kind", ["CONV_2D", "DEPTHWISE_CONV_2D"])
def test_what_leaves_int32_wraps(kind: str, dtype: Any, y_scale: float, largest_bias: int) -> None:
    for seed in range(2):
        graph, x = convolution(kind, dtype, y_scale, largest_bias, seed)
        assert_same_codes(graph, x, rules=("reference",))


@pytest.mark.parametrize("zero_point", [0, -5, 7])
@pytest.mark.parametrize("y_scale", [1e-5, 1e-7, 1e-9])
@pytest.mark.parametrize("dtype", [np.int8, np.int16])
def test_dense_sums_that_leave_int32_are_cast(dtype: Any, y_scale: float, zero_point: int) -> None:
    rng = np.random.default_rng(0)
    wide = np.int64 if dtype == np.int16 else np.int32
    codes = rng.integers(-127, 128, (4, 3)).astype(np.int8)
    bias = rng.integers(-(2**30), 2**30, 4).astype(wide)
    graph = single_operator(
        "FULLY_CONNECTED",
        [
            codes_tensor("x", (25, 3), dtype, 0.01),
            codes_constant("w", codes, np.full(1, 0.01, np.float32)),
            codes_constant("b", bias, np.full(1, 1e-4, np.float32)),
        ],
        [codes_tensor("y", (25, 4), dtype, y_scale, zero_point if dtype == np.int8 else 0)],
    )
    limits = np.iinfo(dtype)
    x = rng.integers(limits.min, limits.max + 1, (25, 3)).astype(dtype)
    assert_same_codes(graph, x, rules=("reference",))


@pytest.mark.parametrize("x_scale", [1.0, 5.0, 5.5, 40.2, 3e3])
@pytest.mark.parametrize("kind", ["LOGISTIC", "TANH"])
def test_products_of_16_bit_activations_wrap(kind: str, x_scale: float) -> None:
    shape = (1, 1 << 16)
    x = codes_tensor("x", shape, np.int16, x_scale)
    graph = single_operator(kind, [x], [codes_tensor("y", shape, np.int16, 2.0**-15)])
    codes = np.arange(-(1 << 15), 1 << 15, dtype=np.int16).reshape(shape)
    assert_same_codes(graph, codes, rules=("reference",))


@pytest.mark.parametrize("y_scale", [1e-2, 2e-5, 1e-7, 1e-9, 3e-11, 1e-12, 1e-16, 3e-20, 1e-25])
@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16])
@pytest.mark.parametrize("columns", [1, 67])
def test_differences_with_a_factor_above_one(dtype: Any, y_scale: float, columns: int) -> None:
    rng = np.random.default_rng(columns)
    limits = np.iinfo(dtype)
    zero_points = rng.integers(100, 120, 3) * (dtype != np.int16)
    shapes = [(3, 67), (3, columns), (3, 67)]
    first, second, result = (
        codes_tensor(name, shape, dtype, scale, int(zero_point))
        for name, shape, scale, zero_point in zip(
            "abc", shapes, (0.7, 0.7, y_scale), zero_points, strict=True
        )
    )
    graph = single_operator("SUB", [first, second], [result], pot_scale_int16=False)
    a, b = (rng.integers(limits.min, limits.max + 1, shape).astype(dtype) for shape in shapes[:2])
    a[:, 0] = b[:, 0]
    assert_same_codes(graph, a, b, rules=("reference", "optimized"))


KINDS = ("RELU6", "RELU", "ABS", "LEAKY_RELU", "MUL")
CASES = [(kind, np.int16, 0) for kind in KINDS] + [
    (kind, np.int8, zero_point) for kind in (*KINDS, "RELU_N1_TO_1") for zero_point in (-9, 0, 9)
]


@pytest.mark.parametrize("y_scale", [1e-2, 1e-9, 3e-11, 1e-12, 1e-16, 1e-25])
@pytest.mark.parametrize(("kind", "dtype", "zero_point"), CASES)
def test_factors_beyond_int32(kind: str, dtype: Any, y_scale: float, zero_point: int) -> None:
    rng = np.random.default_rng(0)
    limits = np.iinfo(dtype)
    names = "ab" if kind == "MUL" else "a"
    operands: list[Tensor | None] = [
        codes_tensor(name, (1, 300), dtype, 0.7, 5 * zero_point) for name in names
    ]
    options = {"alpha": 0.2} if kind == "LEAKY_RELU" else {}
    result = codes_tensor("y", (1, 300), dtype, y_scale, zero_point)
    graph = single_operator(kind, operands, [result], **options)
    codes = [rng.integers(limits.min, limits.max + 1, (1, 300)).astype(dtype) for _ in names]
    assert_same_codes(graph, *codes, rules=("reference",))


@pytest.mark.parametrize("real", [math.inf, math.nan, 0.0])
def test_factors_that_are_no_numbers_count_as_zero(real: float) -> None:
    assert quantize_multiplier(real) == (0, 0)
