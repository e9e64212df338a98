from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from litert_reference import (
    assert_close,
    assert_same_codes,
    codes_constant,
    run_reference,
    single_operator,
)
from quantized_operands import plain, quantized
from random_operators import FIXED, SEEDS, random_codes, random_floats, random_scales

from qviz.execution import Executor

FEW = settings(FIXED, max_examples=40)


def shapes_of(rng: np.random.Generator) -> tuple[tuple[int, ...], tuple[int, ...], dict[str, bool]]:
    """Shapes of two operands that fit together, and the options that say how they lie."""
    depth = int(rng.integers(1, 40))
    adj_x, adj_y = bool(rng.integers(2)), bool(rng.integers(2))
    outer = (1, 3) if rng.random() < 0.6 else (1, 1)
    first = (1, 3, depth, 5) if adj_x else (1, 3, 5, depth)
    second = (*outer, 4, depth) if adj_y else (*outer, depth, 4)
    return first, second, {"adj_x": adj_x, "adj_y": adj_y}


@pytest.mark.parametrize(
    ("left", "right", "result"),
    [
        (np.int8, np.int8, np.int8),
        (np.int16, np.int16, np.int16),
        (np.int16, np.int8, np.int16),
        (np.int8, np.int8, np.int32),
    ],
)
@FEW
@given(SEEDS)
def test_codes_equal_the_reference(left: Any, right: Any, result: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second, options = shapes_of(rng)
    x = quantized(rng, "x", first, left)
    y = quantized(rng, "y", second, right, zero_point=0 if left == np.int16 else None)
    out = plain("out", (1, 3, 5, 4), np.int32)
    if result != np.int32:
        scale = float(np.exp(rng.uniform(-4, 0))) * (200 if result == np.int16 else 1)
        out = quantized(rng, "out", out.shape, result, scale)
    graph = single_operator("BATCH_MATMUL", [x, y], [out], **options)
    assert_same_codes(graph, random_codes(rng, first, left), random_codes(rng, second, right))


@pytest.mark.parametrize("asymmetric", [False, True])
@FEW
@given(SEEDS)
def test_hybrid_products_equal_the_reference(asymmetric: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second, options = shapes_of(rng)
    weights = np.maximum(random_codes(rng, second, np.int8), -127)
    y = codes_constant("y", weights, random_scales(rng, 1))
    graph = single_operator(
        "BATCH_MATMUL",
        [plain("x", first), y],
        [plain("out", (1, 3, 5, 4))],
        asymmetric_quantize_inputs=asymmetric,
        **options,
    )
    x = random_floats(rng, *first)
    (ours,) = Executor(graph).run(x).outputs
    (theirs,) = run_reference(graph, [x])
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-30)


@FEW
@given(SEEDS)
def test_floats_are_close_to_the_reference(seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second, options = shapes_of(rng)
    graph = single_operator(
        "BATCH_MATMUL",
        [plain("x", first), plain("y", second)],
        [plain("out", (1, 3, 5, 4))],
        **options,
    )
    assert_close(graph, random_floats(rng, *first), random_floats(rng, *second), tolerance=3e-6)


def test_matrices_of_a_batch_by_a_constant_matrix() -> None:
    rng = np.random.default_rng(3)
    weights = codes_constant("y", random_codes(rng, (1, 6, 2), np.int8), random_scales(rng, 1))
    graph = single_operator(
        "BATCH_MATMUL", [plain("x", (1, 4, 6)), weights], [plain("z", (1, 4, 2))]
    )
    executor, x = Executor(graph), random_floats(rng, 5, 4, 6)
    apart = np.concatenate([executor.run(x[i : i + 1]).outputs[0] for i in range(5)])
    np.testing.assert_array_equal(executor.run(x).outputs[0], apart)
