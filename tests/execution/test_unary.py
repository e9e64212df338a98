from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from litert_reference import assert_close, assert_same_codes, single_operator
from optimized_kernels import run_optimized
from quantized_operands import plain, quantized
from random_operators import FIXED, SEEDS, random_codes, random_floats

from qviz.errors import UnsupportedOperatorError
from qviz.execution import Executor

FEW = settings(FIXED, max_examples=30)
ALL_INT8 = np.arange(-128, 128, dtype=np.int8).reshape(1, 256)
ROOTS = ("SQRT", "RSQRT")


@pytest.mark.parametrize("dtype", [np.int8, np.int16])
@pytest.mark.parametrize("kind", ["ABS", "EXP", "LOG", "NEG", "RSQRT", "SQRT"])
@FEW
@given(SEEDS)
def test_codes_equal_the_reference(kind: str, dtype: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    codes = ALL_INT8 if dtype == np.int8 else random_codes(rng, (1, 3000), dtype)
    # Roots of negative numbers are an error of the interpreter.
    if kind in ROOTS and dtype == np.int16:
        codes = np.abs(np.maximum(codes, -32767))
    lowest = -128 if kind in ROOTS and dtype == np.int8 else None
    x = quantized(rng, "x", codes.shape, dtype, zero_point=lowest)
    y = quantized(rng, "y", codes.shape, dtype)
    assert_same_codes(single_operator(kind, [x], [y]), codes)


POSITIVE = ("LOG", "SQRT", "RSQRT")
FLOATS = [*POSITIVE, "EXP", "SQUARE", "ABS", "NEG", "FLOOR", "SIN", "COS", "SIGN"]


@pytest.mark.parametrize("kind", FLOATS)
@FEW
@given(SEEDS)
def test_floats_are_close_to_the_reference(kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = random_floats(rng, 1, 50)
    if kind in POSITIVE:
        x = np.abs(x) + np.float32(1e-3)
    assert_close(single_operator(kind, [plain("x", (1, 50))], [plain("y", (1, 50))]), x)


@pytest.mark.parametrize("kind", ["CEIL", "ROUND", "FLOOR"])
def test_rounding_equals_the_optimized_kernel(kind: str) -> None:
    x = (np.arange(-20, 21, dtype=np.float32) / 4)[None]
    graph = single_operator(kind, [plain("x", x.shape)], [plain("y", x.shape)])
    (ours,) = Executor(graph).run(x).outputs
    np.testing.assert_array_equal(ours, run_optimized(graph, x))


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (np.float32, np.int32),
        (np.float32, np.bool_),
        (np.float32, np.uint8),
        (np.float32, np.float16),
        (np.int32, np.float32),
        (np.int64, np.int32),
        (np.bool_, np.float32),
        (np.uint8, np.float32),
    ],
)
def test_cast_truncates_as_the_reference(source: Any, target: Any) -> None:
    values = np.array([[0, 1, 2, 3.7, 100.5, 0.99]])
    if source in (np.float32, np.int32, np.int64) and target != np.uint8:
        values = np.concatenate([values, -values], 1)
    graph = single_operator(
        "CAST",
        [plain("x", values.shape, source)],
        [plain("y", values.shape, target)],
        in_data_type=np.dtype(source).name.upper().replace("BOOL_", "BOOL"),
        out_data_type=np.dtype(target).name.upper().replace("BOOL_", "BOOL"),
    )
    assert_same_codes(graph, values.astype(source))


def test_logical_not_negates() -> None:
    graph = single_operator(
        "LOGICAL_NOT", [plain("x", (1, 2), np.bool_)], [plain("y", (1, 2), np.bool_)]
    )
    assert_same_codes(graph, np.array([[True, False]]))


def test_logarithm_of_nothing_is_no_error() -> None:
    graph = single_operator("LOG", [plain("x", (1, 3))], [plain("y", (1, 3))])
    (y,) = Executor(graph).run(np.array([[0, -1, np.inf]], np.float32)).outputs
    np.testing.assert_array_equal(y, [[-np.inf, np.nan, np.inf]])


def test_a_function_without_integer_kernel_is_refused() -> None:
    rng = np.random.default_rng(0)
    x, y = quantized(rng, "x", (1, 4), np.int8), quantized(rng, "y", (1, 4), np.int8)
    with pytest.raises(UnsupportedOperatorError, match="SIN"):
        Executor(single_operator("SIN", [x], [y]))


@pytest.mark.parametrize("source", [np.float32, np.float16])
@pytest.mark.parametrize(
    "target", [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64]
)
def test_floats_beyond_the_integers_saturate(source: Any, target: Any) -> None:
    limits = np.iinfo(target)
    values = [-1e20, -300.7, -1, -0.5, 0.9, 127, 128, 254.9, 255, 256, 65504, 3e38, np.nan]
    with np.errstate(over="ignore"):
        x = np.array([[*values, np.inf, -np.inf, limits.max, limits.min]]).astype(source)
    graph = single_operator("CAST", [plain("x", x.shape, source)], [plain("y", x.shape, target)])
    assert_same_codes(graph, x)


def test_the_real_part_of_a_complex_number_is_cast() -> None:
    x = np.array([[1.5 + 2j, -3.9 - 1j, 300 + 0j]], np.complex64)
    graph = single_operator(
        "CAST", [plain("x", x.shape, np.complex64)], [plain("y", x.shape, np.int8)]
    )
    assert_same_codes(graph, x)
