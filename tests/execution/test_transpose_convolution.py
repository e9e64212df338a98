import zipfile
from pathlib import Path
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

from qviz.execution import Executor
from qviz.formats.tflite.reader import read_tflite
from qviz.graph import Graph, Tensor

CHANNELS = st.integers(1, 4)
BATCHES = st.integers(1, 3)
TYPES = [
    t for t in INTEGER_TYPES + TYPES_WITHOUT_BIAS if (t.activation, t.bias) != (np.int16, np.int32)
]


def transposed(
    x: Tensor, weights: Tensor, bias: Any, y: Tensor, g: Geometry, activation: str = "NONE"
) -> Graph:
    """The geometry is that of the forward convolution: its output is this one's input."""
    size = np.array([1, g.height, g.width, y.shape[3]], np.int32)
    shape = Tensor("shape", (4,), size.dtype, size)
    return single_operator(
        "TRANSPOSE_CONV",
        [shape, weights, x, bias],
        [y],
        padding=g.padding,
        stride_h=g.stride_h,
        stride_w=g.stride_w,
        fused_activation_function=activation,
    )


@FIXED
@given(st.sampled_from(TYPES), geometries(dilated=False), CHANNELS, CHANNELS, ACTIVATIONS, SEEDS)
def test_codes_equal_the_reference(
    types: Types, g: Geometry, channels: int, outputs: int, activation: str, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    t = quantized_tensors(
        rng,
        types,
        (1, *g.output, channels),
        (outputs, g.taps_h, g.taps_w, channels),
        (1, g.height, g.width, outputs),
        0,
    )
    assert_same_codes(transposed(t.x, t.weights, t.bias, t.y, g, activation), t.codes(rng))


@FIXED
@given(geometries(dilated=False), CHANNELS, CHANNELS, ACTIVATIONS, SEEDS)
def test_floats_are_close_to_the_reference(
    g: Geometry, channels: int, outputs: int, activation: str, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    weights = random_floats(rng, outputs, g.taps_h, g.taps_w, channels)
    graph = transposed(
        float_tensor("x", 1, *g.output, channels),
        float_constant("w", weights),
        float_constant("b", random_floats(rng, outputs)),
        float_tensor("y", 1, g.height, g.width, outputs),
        g,
        activation,
    )
    assert_close(graph, random_floats(rng, 1, *g.output, channels), tolerance=5e-6)


def test_samples_are_computed_apart() -> None:
    rng = np.random.default_rng(0)
    t = quantized_tensors(rng, INTEGER_TYPES[0], (1, 3, 4, 2), (3, 3, 3, 2), (1, 6, 8, 3), 0)
    g = Geometry(6, 8, 3, 3, 2, 2, 1, 1, "SAME")
    executor = Executor(transposed(t.x, t.weights, t.bias, t.y, g))
    x = t.codes(rng, 4)
    singles = [executor.run(x[i : i + 1]).outputs[0] for i in range(4)]
    np.testing.assert_array_equal(executor.run(x).outputs[0], np.concatenate(singles))


@FIXED
@given(geometries(dilated=False), CHANNELS, CHANNELS, st.booleans(), st.booleans(), SEEDS)
def test_dynamic_range_equals_both_interpreters(
    g: Geometry, channels: int, outputs: int, per_channel: bool, has_bias: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    shape = (outputs, g.taps_h, g.taps_w, channels)
    codes = rng.integers(-127, 128, shape).astype(np.int8)
    scales = rng.uniform(0.01, 0.02, outputs if per_channel else 1).astype(np.float32)
    graph = transposed(
        float_tensor("x", 1, *g.output, channels),
        codes_constant("w", codes, scales, dimension=0 if per_channel else None),
        float_constant("b", random_floats(rng, outputs)) if has_bias else None,
        float_tensor("y", 1, g.height, g.width, outputs),
        g,
    )
    assert_same_codes(graph, random_floats(rng, 1, *g.output, channels))


@pytest.mark.parametrize("name", ["dynamic_range", "dynamic_range_per_tensor"])
def test_dynamic_range_of_the_converters_file(name: str) -> None:
    folder = Path(__file__).parents[1] / "golden" / "weight_only"
    with zipfile.ZipFile(folder / "transposed_convolution.zip") as archive:
        graph = read_tflite(archive.read(f"{name}.tflite"), name)
    (x,) = (graph.tensors[name] for name in graph.inputs)
    assert_same_codes(graph, random_floats(np.random.default_rng(0), 1, *x.shape[1:]))


def test_dynamic_range_without_any_input() -> None:
    graph = transposed(
        float_tensor("x", 1, 2, 2, 1),
        codes_constant("w", np.full((1, 2, 2, 1), 5, np.int8), np.ones(1, np.float32)),
        None,
        float_tensor("y", 1, 4, 4, 1),
        Geometry(4, 4, 2, 2, 2, 2, 1, 1, "SAME"),
    )
    assert_same_codes(graph, np.zeros((1, 2, 2, 1), np.float32))
