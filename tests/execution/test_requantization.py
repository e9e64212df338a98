"""The last bits of the scaling, where a random test would hardly ever look."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from litert_reference import assert_same_codes, codes_constant, codes_tensor, single_operator
from random_operators import INTEGER_TYPES, Types, quantized_tensors, random_codes

from qviz.execution.fixed_point import (
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    round_half_away,
)
from qviz.execution.kernels.registry import Context
from qviz.execution.kernels.requantization import Accumulator, requantize
from qviz.graph import Graph, Operator, Tensor

IMAGE_OPTIONS = {"stride_h": 1, "stride_w": 1, "padding": "VALID"}


def one_product_per_output(
    kind: str, dtype: Any, biases: Any, scales: tuple[float, float, float]
) -> Graph:
    """An operator whose only product is 0, so that the sums are the biases."""
    zero = 128 if dtype == np.uint8 else 0
    x_scale, weight_scale, y_scale = scales
    count = len(biases)
    is_dense, is_depthwise = kind == "FULLY_CONNECTED", kind == "DEPTHWISE_CONV_2D"
    pixels = () if is_dense else (1, 1)
    x = codes_tensor("x", (1, *pixels, count if is_depthwise else 1), dtype, x_scale, zero)
    shape = (1, *pixels, count) if is_depthwise else (count, *pixels, 1)
    scale = np.array([weight_scale], np.float32)
    weights = codes_constant("w", np.full(shape, zero, dtype), scale, zero_point=zero)
    bias = codes_constant("b", biases.astype(np.int32), np.float32(x_scale) * scale)
    y = codes_tensor("y", (1, *pixels, count), dtype, y_scale, zero)
    options: dict[str, Any] = {} if is_dense else dict(IMAGE_OPTIONS)
    inputs = [x, weights, bias]
    if kind == "TRANSPOSE_CONV":
        size = np.array([1, 1, 1, count], np.int32)
        inputs = [Tensor("size", (4,), size.dtype, size), weights, x, bias]
    elif is_depthwise:
        options["depth_multiplier"] = 1
    if kind in ("CONV_2D", "DEPTHWISE_CONV_2D"):
        options |= {"dilation_h_factor": 1, "dilation_w_factor": 1}
    return single_operator(kind, inputs, [y], **options)


def sums_that_tell_precisions_apart(
    x_scale: float, weight_scale: float, y_scale: float, in_double: bool
) -> Any:
    """Sums that get other codes when the scales are multiplied in float32 than in float64."""
    sums = np.arange(-(2**20), 2**20)
    codes = []
    for product in (float(np.float32(x_scale) * np.float32(weight_scale)), x_scale * weight_scale):
        real = product / y_scale
        if in_double:
            codes.append(round_half_away(sums * real))
        else:
            codes.append(multiply_by_quantized_multiplier(sums, *quantize_multiplier(real)))
    return sums[(codes[0] != codes[1]) & (np.abs(codes[0]) < 100)]


@pytest.mark.parametrize("dtype", [np.uint8, np.int8])
@pytest.mark.parametrize(
    "kind", ["CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "FULLY_CONNECTED"]
)
def test_scales_are_multiplied_in_the_precision_of_the_reference(kind: str, dtype: Any) -> None:
    rng = np.random.default_rng(0)
    met = 0
    while met < 5:
        x_scale, weight_scale = (float(s) for s in rng.uniform(0.01, 0.1, 2).astype(np.float32))
        y_scale = float(np.float32(x_scale * weight_scale * 2**20 / 120))
        biases = sums_that_tell_precisions_apart(
            x_scale, weight_scale, y_scale, kind == "FULLY_CONNECTED"
        )
        if len(biases) == 0:
            continue
        met += 1
        graph = one_product_per_output(kind, dtype, biases, (x_scale, weight_scale, y_scale))
        assert_same_codes(graph, np.full((1, *graph.tensors["x"].shape[1:]), 3, dtype))


@pytest.mark.parametrize("exponent", range(-9, 3))
def test_every_half_is_rounded_as_the_reference_does(exponent: int) -> None:
    y_scale = 2.0**-exponent / 4
    biases = np.arange(-(2**9), 2**9) << max(0, -exponent - 3)
    graph = one_product_per_output("CONV_2D", np.int8, biases, (0.5, 0.5, y_scale))
    assert_same_codes(graph, np.zeros((1, 1, 1, 1), np.int8))


@pytest.mark.parametrize("types", INTEGER_TYPES)
@pytest.mark.parametrize("activation", ["NONE", "RELU"])
@pytest.mark.parametrize("taps", [1, 60, 900])
def test_float64_gives_the_codes_of_the_integer_formula(
    types: Types, activation: str, taps: int
) -> None:
    """The two ways of computing one formula, one of which the other tests hardly reach."""
    rng = np.random.default_rng(taps)
    operator = Operator("CONV_2D", (), ("y",), {"fused_activation_function": activation})
    for _ in range(10):
        t = quantized_tensors(rng, types, (1, 1, 1, taps), (8, 1, 1, taps), (1, 1, 1, 8), 0)
        context = Context(operator, (t.x, t.weights, t.bias), (t.y,))
        weights = t.weights.data.reshape(8, -1).T.astype(np.int64)
        weights = weights - int(t.weights.quantization.zero_point[0])
        accumulator = Accumulator.of(context, weights, t.bias.data)
        # A bound that float64 cannot hold exactly makes the finish compute in integers.
        slow = requantize(context, replace(accumulator, bound=accumulator.bound + (1 << 60)))
        codes = random_codes(rng, (2001, taps), types.activation)
        sums = codes.astype(np.float64) @ weights
        results = [np.empty(sums.shape, t.y.dtype) for _ in range(2)]
        for finish, result in zip((requantize(context, accumulator), slow), results, strict=True):
            finish(sums.copy(), result)
        np.testing.assert_array_equal(*results)
