from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from litert_reference import assert_close, assert_same_codes, codes_tensor, single_operator
from quantized_operands import plain, quantized
from random_operators import FIXED, SEEDS, random_codes, random_floats

from qviz.execution import Executor
from qviz.execution.kernels.fixed_point_functions import (
    exp_on_negative_values,
    inverse_square_root,
    log_of_at_least_one,
    reciprocal_of_one_plus,
)

MANY = settings(FIXED, max_examples=60)
SHAPES = [(1, 10), (1, 200), (1, 3, 4, 7), (1, 1), (2, 3, 5)]
OUTPUTS = {
    ("SOFTMAX", np.int8, np.int8): (1 / 256, -128),
    ("SOFTMAX", np.uint8, np.uint8): (1 / 256, 0),
    ("SOFTMAX", np.int16, np.int16): (1 / 32768, 0),
    ("SOFTMAX", np.int8, np.int16): (1 / 65536, -32768),
    ("LOG_SOFTMAX", np.int8, np.int8): (1 / 16, 127),
    ("LOG_SOFTMAX", np.uint8, np.uint8): (1 / 16, 255),
    ("L2_NORMALIZATION", np.int8, np.int8): (1 / 128, 0),
    ("L2_NORMALIZATION", np.uint8, np.uint8): (1 / 128, 128),
}


@pytest.mark.parametrize(("kind", "source", "target"), OUTPUTS)
@MANY
@given(SEEDS)
def test_codes_equal_the_reference(kind: str, source: Any, target: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    # With more than 256 classes of about the same value the interpreter stops itself.
    shape = SHAPES[rng.integers(len(SHAPES))]
    x = quantized(rng, "x", shape, source)
    if source == np.int16:
        x = quantized(rng, "x", shape, source, float(np.exp(rng.uniform(-12, -5))))
    scale, zero_point = OUTPUTS[kind, source, target]
    options = {"beta": float(rng.choice([0.5, 1, 1, 2]))} if kind == "SOFTMAX" else {}
    y = codes_tensor("y", shape, target, scale, zero_point)
    codes = random_codes(rng, shape, source) // int(rng.choice([1, 8]))
    assert_same_codes(single_operator(kind, [x], [y], **options), codes.astype(source))


@pytest.mark.parametrize("kind", ["SOFTMAX", "LOG_SOFTMAX", "L2_NORMALIZATION"])
@MANY
@given(SEEDS)
def test_floats_are_close_to_the_reference(kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = SHAPES[rng.integers(len(SHAPES))]
    options = {"beta": float(rng.choice([0.5, 1, 2]))} if kind == "SOFTMAX" else {}
    graph = single_operator(kind, [plain("x", shape)], [plain("y", shape)], **options)
    assert_close(graph, random_floats(rng, *shape))


def test_softmax_of_many_equal_classes_stays_in_range() -> None:
    x = codes_tensor("x", (1, 1000), np.int8, 0.004, 0)
    y = codes_tensor("y", (1, 1000), np.int8, 1 / 256, -128)
    (codes,) = (
        Executor(single_operator("SOFTMAX", [x], [y])).run(np.zeros((1, 1000), np.int8)).outputs
    )
    np.testing.assert_array_equal(codes, -128)


def test_exponential_in_fixed_point() -> None:
    x = -np.arange(0, 1 << 31, 99_991)
    got = exp_on_negative_values(x) / 2.0**31
    np.testing.assert_allclose(got, np.exp(x / 2.0**26), atol=2e-7)


def test_reciprocal_in_fixed_point() -> None:
    x = np.arange(0, 1 << 31, 999_983)
    got = reciprocal_of_one_plus(x) / 2.0**31
    np.testing.assert_allclose(got, 1 / (1 + x / 2.0**31), atol=1e-8)


def test_logarithm_in_fixed_point() -> None:
    x = np.arange(1 << 19, 1 << 31, 999_983)
    got = log_of_at_least_one(x, 12, 5) / 2.0**26
    np.testing.assert_allclose(got, np.log(x / 2.0**19), atol=2e-6)


def test_inverse_root_in_fixed_point() -> None:
    values = np.unique(np.geomspace(2, 2**31 - 1, 500).astype(np.int64))
    multiplier, shift = inverse_square_root(values)
    got = multiplier * 2.0 ** (shift - 31.0)
    np.testing.assert_allclose(got, 1 / np.sqrt(values), rtol=2e-6)
    one, none = inverse_square_root([0, 1])
    assert one.tolist() == [2**31 - 1] * 2
    assert none.tolist() == [0, 0]
