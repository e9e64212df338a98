import math
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from litert_reference import assert_close, assert_same_codes, single_operator
from optimized_kernels import run_optimized
from quantized_operands import ALL_CODES, EIGHT_BITS, plain, quantized, scale_of
from random_operators import FIXED, SEEDS, random_codes, random_floats

from qviz.errors import UnsupportedOperatorError
from qviz.execution import Executor
from qviz.execution.kernels.erf import erfc

FEW = settings(FIXED, max_examples=30)
ALL_EIGHT = {t: np.arange(256).astype(np.uint8).view(t).reshape(1, 256) for t in EIGHT_BITS}

# Scale and zero point that the interpreter insists on.
BOUNDED = {
    ("LOGISTIC", np.int8): (1 / 256, -128),
    ("LOGISTIC", np.uint8): (1 / 256, 0),
    ("LOGISTIC", np.int16): (1 / 32768, 0),
    ("TANH", np.int8): (1 / 128, 0),
    ("TANH", np.uint8): (1 / 128, 128),
    ("TANH", np.int16): (1 / 32768, 0),
}


def codes_of(rng: np.random.Generator, dtype: Any) -> Any:
    """Every code of 8 bits, many of 16."""
    return random_codes(rng, (1, 2000), dtype) if dtype == np.int16 else ALL_EIGHT[dtype]


@pytest.mark.parametrize(("kind", "dtype"), BOUNDED)
@FEW
@given(SEEDS)
def test_sigmoids_of_codes_equal_the_reference(kind: str, dtype: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    codes = codes_of(rng, dtype)
    scale = None
    if dtype == np.int16:
        scale = float(
            2.0 ** -rng.integers(10, 14) if rng.random() < 0.4 else rng.uniform(1e-5, 0.1)
        )
    x = quantized(rng, "x", codes.shape, dtype, scale)
    y = quantized(rng, "y", codes.shape, dtype, *BOUNDED[kind, dtype])
    assert_same_codes(single_operator(kind, [x], [y]), codes)


CLAMPS = ["RELU", "RELU6", "RELU_N1_TO_1", "RELU_0_TO_1"]
CLAMPS_OF_INT16 = ["RELU", "RELU6"]


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [
        *((kind, dtype) for kind in (*CLAMPS, "HARD_SWISH", "LEAKY_RELU") for dtype in EIGHT_BITS),
        *((kind, np.int16) for kind in (*CLAMPS_OF_INT16, "LEAKY_RELU")),
    ],
)
@FEW
@given(SEEDS)
def test_piecewise_activations_of_codes_equal_the_reference(
    kind: str, dtype: Any, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    codes = codes_of(rng, dtype)
    x = quantized(rng, "x", codes.shape, dtype)
    y = quantized(rng, "y", codes.shape, dtype, scale_of(x) * float(rng.choice([1, 0.3, 0.71, 2])))
    options = {"alpha": float(np.float32(rng.uniform(-0.3, 0.6)))} if kind == "LEAKY_RELU" else {}
    assert_same_codes(single_operator(kind, [x], [y], **options), codes)


@pytest.mark.parametrize("dtype", EIGHT_BITS)
@pytest.mark.parametrize("approximate", [False, True])
@FEW
@given(SEEDS)
def test_gelu_of_codes_equals_the_reference(approximate: bool, dtype: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = quantized(rng, "x", (1, 256), dtype)
    y = quantized(rng, "y", (1, 256), dtype)
    graph = single_operator("GELU", [x], [y], approximate=approximate)
    assert_same_codes(graph, ALL_EIGHT[dtype])


@FEW
@given(SEEDS)
def test_elu_of_int8_equals_the_interpreter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = quantized(rng, "x", (1, 256), np.int8), quantized(rng, "y", (1, 256), np.int8)
    graph = single_operator("ELU", [x], [y])
    (ours,) = Executor(graph).run(ALL_EIGHT[np.int8]).outputs
    np.testing.assert_array_equal(ours, run_optimized(graph, ALL_EIGHT[np.int8]))


@pytest.mark.parametrize(
    ("dtype", "slopes"), [(np.int8, np.int8), (np.uint8, np.uint8), (np.int16, np.int8)]
)
@FEW
@given(SEEDS)
def test_prelu_of_codes_equals_the_reference(dtype: Any, slopes: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = [(1, 1, 5), (6, 7, 5), (1, 1, 1)][rng.integers(3)]
    x = quantized(rng, "x", (1, 6, 7, 5), dtype)
    alpha = quantized(rng, "alpha", shape, slopes)
    y = quantized(rng, "y", x.shape, dtype, scale_of(x) * float(rng.uniform(0.5, 3)))
    graph = single_operator("PRELU", [x, alpha], [y])
    assert_same_codes(graph, random_codes(rng, x.shape, dtype), random_codes(rng, shape, slopes))


FLOATS = [*CLAMPS, "HARD_SWISH", "LEAKY_RELU", "LOGISTIC", "TANH", "GELU"]


@pytest.mark.parametrize("kind", FLOATS)
@FEW
@given(SEEDS)
def test_floats_are_close_to_the_reference(kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    options = {}
    if kind == "LEAKY_RELU":
        options = {"alpha": 0.3}
    if kind == "GELU":
        options = {"approximate": bool(rng.integers(2))}
    graph = single_operator(kind, [plain("x", (1, 200))], [plain("y", (1, 200))], **options)
    assert_close(graph, random_floats(rng, 1, 200) * np.float32(4))


def test_float_elu_is_close_to_the_optimized_kernel() -> None:
    x = np.linspace(-9, 9, 301, dtype=np.float32)[None]
    graph = single_operator("ELU", [plain("x", x.shape)], [plain("y", x.shape)])
    (ours,) = Executor(graph).run(x).outputs
    np.testing.assert_allclose(ours, run_optimized(graph, x), rtol=1e-6, atol=1e-7)


def test_float_prelu_broadcasts() -> None:
    rng = np.random.default_rng(5)
    x, alpha = plain("x", (1, 4, 5, 3)), plain("alpha", (1, 5, 3))
    graph = single_operator("PRELU", [x, alpha], [plain("y", x.shape)])
    assert_close(graph, random_floats(rng, *x.shape), random_floats(rng, 1, 5, 3))


def test_erfc_agrees_with_the_c_library() -> None:
    x = np.concatenate([np.linspace(-8, 9, 40_001), [0.0, -0.0, 26.0, -30.0]]).astype(np.float32)
    expected = np.array([math.erfc(v) for v in x], np.float32)
    np.testing.assert_allclose(erfc(x), expected, rtol=1.2e-7, atol=1e-45)
    assert np.isnan(erfc(np.array([np.nan], np.float32)))[0]


def test_an_activation_without_integer_kernel_is_refused() -> None:
    rng = np.random.default_rng(0)
    x, y = quantized(rng, "x", (1, 4), np.int16), quantized(rng, "y", (1, 4), np.int16)
    with pytest.raises(UnsupportedOperatorError, match="HARD_SWISH"):
        Executor(single_operator("HARD_SWISH", [x], [y]))


@pytest.mark.parametrize("dtype", ALL_CODES)
def test_batches_give_what_single_samples_give(dtype: Any) -> None:
    rng = np.random.default_rng(1)
    x, y = quantized(rng, "x", (1, 9), dtype), quantized(rng, "y", (1, 9), dtype)
    executor = Executor(single_operator("RELU6", [x], [y]))
    codes = random_codes(rng, (7, 9), dtype)
    (together,) = executor.run(codes).outputs
    apart = [executor.run(codes[i : i + 1]).outputs[0] for i in range(7)]
    np.testing.assert_array_equal(together, np.concatenate(apart))


@pytest.mark.parametrize("approximate", [False, True])
@FEW
@given(SEEDS)
@example(489)
def test_gelu_of_16_bits_equals_the_reference(approximate: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = quantized(rng, "x", (1, 2000), np.int16, float(rng.uniform(1e-5, 1e-3)), 0)
    y = quantized(rng, "y", (1, 2000), np.int16, float(rng.uniform(1e-5, 1e-3)), 0)
    graph = single_operator("GELU", [x], [y], approximate=approximate)
    assert_same_codes(graph, random_codes(rng, (1, 2000), np.int16))


@pytest.mark.parametrize("kind", ["GELU", "LOGISTIC", "SOFTMAX"])
def test_half_precision_stays_half(kind: str) -> None:
    rng = np.random.default_rng(1)
    options = {"beta": 1.0} if kind == "SOFTMAX" else {}
    graph = single_operator(
        kind, [plain("x", (1, 40), np.float16)], [plain("y", (1, 40), np.float16)], **options
    )
    x = rng.normal(size=(1, 40)).astype(np.float16)
    # The interpreter rounds every step to half precision.
    assert_close(graph, x, tolerance=2e-3)


def test_wide_slopes_are_refused() -> None:
    rng = np.random.default_rng(0)
    x, y = quantized(rng, "x", (1, 4), np.int16), quantized(rng, "y", (1, 4), np.int16)
    slopes = quantized(rng, "a", (4,), np.int16)
    with pytest.raises(UnsupportedOperatorError, match="int16 slopes"):
        Executor(single_operator("PRELU", [x, slopes], [y]))
