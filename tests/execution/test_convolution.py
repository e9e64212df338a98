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
BATCHES = st.integers(1, 3)


def convolution(
    inputs: list[Any], y: Any, geometry: Geometry, activation: str = "NONE", **options: Any
) -> Graph:
    options |= geometry.options | {"fused_activation_function": activation}
    return single_operator("CONV_2D", inputs, [y], **options)


@FIXED
@given(
    st.sampled_from(INTEGER_TYPES), geometries(), CHANNELS, CHANNELS, BATCHES, ACTIVATIONS, SEEDS
)
def test_codes_equal_the_reference(
    types: Types,
    g: Geometry,
    channels: int,
    outputs: int,
    batch: int,
    activation: str,
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    t = quantized_tensors(
        rng,
        types,
        (1, g.height, g.width, channels),
        (outputs, g.taps_h, g.taps_w, channels),
        (1, *g.output, outputs),
        0,
    )
    graph = convolution([t.x, t.weights, t.bias], t.y, g, activation, **types.options)
    assert_same_codes(graph, t.codes(rng, batch))


@FIXED
@given(geometries(), st.integers(2, 4), st.integers(1, 2), st.integers(1, 3), SEEDS)
def test_grouped_codes_equal_the_reference(
    g: Geometry, groups: int, channels: int, outputs: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    t = quantized_tensors(
        rng,
        INTEGER_TYPES[0],
        (1, g.height, g.width, groups * channels),
        (groups * outputs, g.taps_h, g.taps_w, channels),
        (1, *g.output, groups * outputs),
        0,
    )
    assert_same_codes(convolution([t.x, t.weights, t.bias], t.y, g), t.codes(rng, 2))


@pytest.mark.parametrize("taps", [1100, 3000])
@pytest.mark.parametrize("types", [INTEGER_TYPES[0], INTEGER_TYPES[2], INTEGER_TYPES[5]])
def test_many_taps_leave_float32_and_stay_exact(taps: int, types: Types) -> None:
    rng = np.random.default_rng(taps)
    t = quantized_tensors(rng, types, (1, 3, 3, taps), (4, 1, 1, taps), (1, 3, 3, 4), 0)
    extreme = np.full_like(t.weights.data, np.iinfo(types.weights).max)
    weights = codes_constant(
        "w",
        extreme,
        t.weights.quantization.scale,
        dimension=t.weights.quantization.quantized_dimension,
        zero_point=int(t.weights.quantization.zero_point[0]),
    )
    graph = convolution([t.x, weights, t.bias], t.y, Geometry(3, 3, 1, 1, 1, 1, 1, 1, "SAME"))
    assert_same_codes(graph, t.codes(rng))


def test_16x8_accumulators_of_a_32_bit_bias_wrap_as_in_c() -> None:
    shape = (1, 1, 1, 600)
    scale = np.full(1, 2.0**-10, np.float32)
    graph = single_operator(
        "CONV_2D",
        [
            codes_tensor("x", shape, np.int16, 2.0**-10),
            codes_constant("w", np.full(shape, 127, np.int8), scale, dimension=0),
            codes_constant("b", np.zeros(1, np.int32), scale, dimension=0),
        ],
        [codes_tensor("y", (1, 1, 1, 1), np.int16, 1.0)],
        **Geometry(1, 1, 1, 1, 1, 1, 1, 1, "SAME").options,
        quantized_bias_type="INT32",
    )
    # 600 * 127 * 32767 is more than 2**31.
    assert_same_codes(graph, np.full(shape, 32767, np.int16))


@FIXED
@given(geometries(), CHANNELS, CHANNELS, BATCHES, ACTIVATIONS, SEEDS)
def test_floats_are_close_to_the_reference(
    g: Geometry,
    channels: int,
    outputs: int,
    batch: int,
    activation: str,
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    weights = random_floats(rng, outputs, g.taps_h, g.taps_w, channels)
    bias = float_constant("b", random_floats(rng, outputs))
    graph = convolution(
        [float_tensor("x", 1, g.height, g.width, channels), float_constant("w", weights), bias],
        float_tensor("y", 1, *g.output, outputs),
        g,
        activation,
    )
    assert_close(graph, random_floats(rng, batch, g.height, g.width, channels), tolerance=5e-6)


def test_float_blocks_cover_large_images() -> None:
    rng = np.random.default_rng(5)
    g = Geometry(150, 131, 3, 3, 1, 1, 1, 1, "SAME")
    weights = random_floats(rng, 24, 3, 3, 16)
    graph = convolution(
        [
            float_tensor("x", 1, 150, 131, 16),
            float_constant("w", weights),
            float_constant("b", random_floats(rng, 24)),
        ],
        float_tensor("y", 1, 150, 131, 24),
        g,
    )
    assert_close(graph, random_floats(rng, 2, 150, 131, 16))


@FIXED
@given(geometries(), CHANNELS, CHANNELS, BATCHES, ACTIVATIONS, st.booleans(), SEEDS)
def test_dynamic_range_equals_the_reference(
    g: Geometry,
    channels: int,
    outputs: int,
    batch: int,
    activation: str,
    per_channel: bool,
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    codes = rng.integers(-127, 128, (outputs, g.taps_h, g.taps_w, channels)).astype(np.int8)
    count = outputs if per_channel else 1
    scales = np.exp(rng.uniform(-7, 0, count)).astype(np.float32)
    graph = convolution(
        [
            float_tensor("x", 1, g.height, g.width, channels),
            codes_constant("w", codes, scales, dimension=0 if per_channel else None),
            float_constant("b", random_floats(rng, outputs)),
        ],
        float_tensor("y", 1, *g.output, outputs),
        g,
        activation,
    )
    assert_same_codes(graph, random_floats(rng, batch, g.height, g.width, channels))


def test_weights_that_are_activations_are_packed_at_each_run() -> None:
    rng = np.random.default_rng(0)
    g = Geometry(4, 4, 3, 3, 1, 1, 1, 1, "SAME")
    tensors = [float_tensor("x", 1, 4, 4, 2), float_tensor("w", 3, 3, 3, 2)]
    graph = convolution([*tensors, None], float_tensor("y", 1, 4, 4, 3), g)
    x, first, second = (random_floats(rng, *s) for s in [(1, 4, 4, 2), *[(3, 3, 3, 2)] * 2])
    executor = Executor(graph)
    assert not executor.batch_transparent
    for weights in (first, second):
        fixed = convolution(
            [tensors[0], float_constant("w", weights), None], float_tensor("y", 1, 4, 4, 3), g
        )
        np.testing.assert_array_equal(
            executor.run([x, weights]).outputs[0], Executor(fixed).run(x).outputs[0]
        )


def test_unknown_types_are_named() -> None:
    g = Geometry(4, 4, 1, 1, 1, 1, 1, 1, "SAME")
    weights = codes_constant("w", np.zeros((1, 1, 1, 1), np.int32), np.ones(1, np.float32))
    graph = convolution(
        [float_tensor("x", 1, 4, 4, 1), weights, None], float_tensor("conv", 1, 4, 4, 1), g
    )
    with pytest.raises(UnsupportedOperatorError, match=r"CONV_2D of layer 'conv'.*int32 weights"):
        Executor(graph)


@pytest.mark.parametrize("shape", [(3, 1, 1, 4), (3, 1, 1, 7), (3, 1, 1, 3)])
def test_channels_that_do_not_fit_are_named(shape: tuple[int, ...]) -> None:
    """More than the image has, not a divisor of them, or groups that do not divide the outputs."""
    g = Geometry(4, 4, 1, 1, 1, 1, 1, 1, "SAME")
    weights = float_constant("w", np.ones(shape))
    graph = convolution(
        [float_tensor("x", 1, 4, 4, 6), weights, None], float_tensor("y", 1, 4, 4, 3), g
    )
    with pytest.raises(UnsupportedOperatorError, match="6 input channels do not fit weights"):
        Executor(graph)


def test_nan_passes_through() -> None:
    g = Geometry(2, 2, 1, 1, 1, 1, 1, 1, "SAME")
    weights = float_constant("w", np.ones((1, 1, 1, 1)))
    graph = convolution(
        [float_tensor("x", 1, 2, 2, 1), weights, None], float_tensor("y", 1, 2, 2, 1), g, "RELU"
    )
    x = np.array([np.nan, 1, -1, np.inf], np.float32).reshape(1, 2, 2, 1)
    result = Executor(graph).run(x).outputs[0].ravel()
    np.testing.assert_array_equal(result, [np.nan, 1, 0, np.inf])
