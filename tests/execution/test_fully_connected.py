from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litert_reference import (
    assert_close,
    assert_same_codes,
    codes_constant,
    codes_tensor,
    single_operator,
)
from random_operators import (
    ACTIVATIONS,
    FIXED,
    INTEGER_TYPES,
    SEEDS,
    TYPES_WITHOUT_BIAS,
    Types,
    float_constant,
    float_tensor,
    quantized_tensors,
    random_floats,
)

from qviz.errors import UnsupportedOperatorError
from qviz.execution import Executor
from qviz.graph import Graph

VALUES = st.integers(1, 40)
OUTPUTS = st.integers(1, 6)
BATCHES = st.integers(1, 3)


def dense(inputs: list[Any], y: Any, activation: str = "NONE", **options: Any) -> Graph:
    return single_operator(
        "FULLY_CONNECTED", inputs, [y], fused_activation_function=activation, **options
    )


@FIXED
@given(
    st.sampled_from(INTEGER_TYPES + TYPES_WITHOUT_BIAS),
    VALUES,
    OUTPUTS,
    BATCHES,
    ACTIVATIONS,
    SEEDS,
)
def test_codes_equal_the_reference(
    types: Types, values: int, outputs: int, batch: int, activation: str, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    t = quantized_tensors(rng, types, (1, values), (outputs, values), (1, outputs), 0)
    graph = dense([t.x, t.weights, t.bias], t.y, activation, **types.options)
    assert_same_codes(graph, t.codes(rng, batch))


@pytest.mark.parametrize("types", [INTEGER_TYPES[0], INTEGER_TYPES[2], INTEGER_TYPES[5]])
def test_many_values_stay_exact(types: Types) -> None:
    rng = np.random.default_rng(1)
    t = quantized_tensors(rng, types, (1, 20000), (3, 20000), (1, 3), 0)
    assert_same_codes(dense([t.x, t.weights, t.bias], t.y), t.codes(rng, 2))


@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize("bias_type", ["FLOAT32", "INT32", "INT64"])
def test_16_bits_without_bias_by_the_type_it_would_have(bias_type: str, per_channel: bool) -> None:
    rng = np.random.default_rng(0)
    codes = rng.integers(-127, 128, (5, 17)).astype(np.int8)
    scales = rng.uniform(0.003, 0.007, 5 if per_channel else 1).astype(np.float32)
    x = codes_tensor("x", (600, 17), np.int16, 1e-4)
    weights = codes_constant("w", codes, scales, dimension=0 if per_channel else None)
    y = codes_tensor("y", (600, 5), np.int16, 1e-4)
    graph = dense([x, weights], y, quantized_bias_type=bias_type)
    assert_same_codes(graph, rng.integers(-32768, 32768, (600, 17)).astype(np.int16))


@FIXED
@given(st.integers(1, 3), VALUES, OUTPUTS, BATCHES, st.booleans(), SEEDS)
def test_leading_dimensions_are_rows(
    rows: int, values: int, outputs: int, batch: int, keeps: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    y_shape = (1, rows, outputs) if keeps else (rows, outputs)
    t = quantized_tensors(rng, INTEGER_TYPES[0], (1, rows, values), (outputs, values), y_shape, 0)
    graph = dense([t.x, t.weights, t.bias], t.y, keep_num_dims=keeps)
    assert Executor(graph).batch_transparent == (keeps or rows == 1)
    assert_same_codes(graph, t.codes(rng, batch))


@FIXED
@given(VALUES, OUTPUTS, BATCHES, ACTIVATIONS, st.booleans(), SEEDS)
def test_floats_are_close_to_the_reference(
    values: int, outputs: int, batch: int, activation: str, has_bias: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    weights = float_constant("w", random_floats(rng, outputs, values))
    bias = float_constant("b", random_floats(rng, outputs)) if has_bias else None
    graph = dense(
        [float_tensor("x", 1, values), weights, bias],
        float_tensor("y", 1, outputs),
        activation,
    )
    assert_close(graph, random_floats(rng, batch, values), tolerance=5e-6)


@FIXED
@given(VALUES, OUTPUTS, BATCHES, ACTIVATIONS, st.booleans(), st.booleans(), SEEDS)
def test_dynamic_range_equals_the_reference(
    values: int,
    outputs: int,
    batch: int,
    activation: str,
    asymmetric: bool,
    per_channel: bool,
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    codes = rng.integers(-127, 128, (outputs, values)).astype(np.int8)
    count = outputs if per_channel else 1
    scales = np.exp(rng.uniform(-7, 0, count)).astype(np.float32)
    graph = dense(
        [
            float_tensor("x", 1, values),
            codes_constant("w", codes, scales, dimension=0 if per_channel else None),
            float_constant("b", random_floats(rng, outputs)),
        ],
        float_tensor("y", 1, outputs),
        activation,
        asymmetric_quantize_inputs=asymmetric,
    )
    x = random_floats(rng, batch, values)
    if batch == 3:
        x[1] = 0
    assert_same_codes(graph, x)


def test_shuffled_weights_are_refused() -> None:
    graph = dense(
        [float_tensor("x", 1, 2), float_constant("w", np.ones((1, 2)))],
        float_tensor("dense", 1, 1),
        weights_format="SHUFFLED4x16INT8",
    )
    with pytest.raises(UnsupportedOperatorError, match=r"'dense' cannot be run.*shuffled"):
        Executor(graph)
