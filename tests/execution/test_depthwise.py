from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litert_reference import assert_close, assert_same_codes, codes_constant, single_operator
from random_operators import (
    ACTIVATIONS,
    FIXED,
    INTEGER_TYPES,
    SEEDS,
    TYPES_WITHOUT_BIAS,
    Geometry,
    Types,
    float_constant,
    float_tensor,
    geometries,
    quantized_tensors,
    random_floats,
)

from qviz.errors import UnsupportedOperatorError
from qviz.execution import Executor
from qviz.graph import Graph

CHANNELS = st.integers(1, 5)
MULTIPLIERS = st.integers(1, 3)
BATCHES = st.integers(1, 3)
# The depthwise kernel of the interpreter takes no 32-bit bias beside int16.
TYPES = [
    t for t in INTEGER_TYPES + TYPES_WITHOUT_BIAS if (t.activation, t.bias) != (np.int16, np.int32)
]


def depthwise(
    inputs: list[Any], y: Any, geometry: Geometry, multiplier: int, activation: str = "NONE"
) -> Graph:
    options = geometry.options | {"fused_activation_function": activation}
    return single_operator("DEPTHWISE_CONV_2D", inputs, [y], **options, depth_multiplier=multiplier)


@FIXED
@given(st.sampled_from(TYPES), geometries(), CHANNELS, MULTIPLIERS, BATCHES, ACTIVATIONS, SEEDS)
def test_codes_equal_the_reference(
    types: Types,
    g: Geometry,
    channels: int,
    multiplier: int,
    batch: int,
    activation: str,
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    outputs = channels * multiplier
    t = quantized_tensors(
        rng,
        types,
        (1, g.height, g.width, channels),
        (1, g.taps_h, g.taps_w, outputs),
        (1, *g.output, outputs),
        3,
    )
    graph = depthwise([t.x, t.weights, t.bias], t.y, g, multiplier, activation)
    assert_same_codes(graph, t.codes(rng, batch))


@pytest.mark.parametrize("stride", [1, 2])
def test_blocks_of_rows_cover_large_images(stride: int) -> None:
    rng = np.random.default_rng(stride)
    g = Geometry(97, 101, 3, 3, stride, stride, 1, 1, "SAME")
    t = quantized_tensors(
        rng, INTEGER_TYPES[0], (1, 97, 101, 40), (1, 3, 3, 40), (1, *g.output, 40), 3
    )
    assert_same_codes(depthwise([t.x, t.weights, t.bias], t.y, g, 1), t.codes(rng, 2))


@FIXED
@given(geometries(), CHANNELS, MULTIPLIERS, BATCHES, ACTIVATIONS, SEEDS)
def test_floats_are_close_to_the_reference(
    g: Geometry, channels: int, multiplier: int, batch: int, activation: str, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    outputs = channels * multiplier
    graph = depthwise(
        [
            float_tensor("x", 1, g.height, g.width, channels),
            float_constant("w", random_floats(rng, 1, g.taps_h, g.taps_w, outputs)),
            float_constant("b", random_floats(rng, outputs)),
        ],
        float_tensor("y", 1, *g.output, outputs),
        g,
        multiplier,
        activation,
    )
    assert_close(graph, random_floats(rng, batch, g.height, g.width, channels), tolerance=5e-6)


@FIXED
@given(geometries(), CHANNELS, MULTIPLIERS, BATCHES, ACTIVATIONS, SEEDS)
def test_dynamic_range_equals_the_reference(
    g: Geometry, channels: int, multiplier: int, batch: int, activation: str, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    outputs = channels * multiplier
    codes = rng.integers(-127, 128, (1, g.taps_h, g.taps_w, outputs)).astype(np.int8)
    scales = np.exp(rng.uniform(-7, 0, outputs)).astype(np.float32)
    graph = depthwise(
        [
            float_tensor("x", 1, g.height, g.width, channels),
            codes_constant("w", codes, scales, dimension=3),
            float_constant("b", random_floats(rng, outputs)),
        ],
        float_tensor("y", 1, *g.output, outputs),
        g,
        multiplier,
        activation,
    )
    assert_same_codes(graph, random_floats(rng, batch, g.height, g.width, channels))


def test_channels_that_do_not_fit_are_named() -> None:
    g = Geometry(4, 4, 1, 1, 1, 1, 1, 1, "SAME")
    graph = depthwise(
        [float_tensor("x", 1, 4, 4, 2), float_constant("w", np.ones((1, 1, 1, 3)))],
        float_tensor("y", 1, 4, 4, 3),
        g,
        1,
    )
    with pytest.raises(UnsupportedOperatorError, match="2 input channels do not fit weights"):
        Executor(graph)
