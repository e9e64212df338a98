"""What the delegate takes, and that the integers are right on both sides of each condition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from litert_reference import (
    assert_same_codes,
    codes_constant,
    codes_tensor,
    delegated_kinds,
    single_operator,
)
from quantized_operands import integers
from random_operators import float_constant, float_tensor, random_codes, random_floats

from qviz.execution.delegation import Rules, rules_of
from qviz.graph import Graph, Tensor

_F32 = np.float32
CONVOLUTION = {
    "padding": "SAME",
    "stride_h": 1,
    "stride_w": 1,
    "dilation_h_factor": 1,
    "dilation_w_factor": 1,
}


def assert_delegated(graph: Graph, expected: bool) -> None:
    """qviz and the interpreter agree on who computes the only operator."""
    (operator,) = graph.operators
    assert ("DELEGATE" in delegated_kinds(graph)) == expected
    assert (rules_of("xnnpack", operator, graph.tensors) is Rules.XNNPACK) == expected


def assert_delegated_as_said(graph: Graph, expected: bool) -> None:
    """They agree on that, and on all codes."""
    assert_delegated(graph, expected)
    rng = np.random.default_rng(0)
    inputs = []
    for name in graph.inputs:
        tensor = graph.tensors[name]
        if tensor.is_float:
            inputs.append(random_floats(rng, *tensor.shape))
        else:
            inputs.append(random_codes(rng, tensor.shape, tensor.dtype))
    assert_same_codes(graph, *inputs, rules=["xnnpack"])


def codes(name: str, scale: float, zero_point: int = 3, dtype: Any = np.int8) -> Tensor:
    return codes_tensor(name, (1, 256), dtype, float(_F32(scale)), zero_point)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8])
@pytest.mark.parametrize(
    ("kind", "ratio", "expected"),
    [
        *((kind, 1 / 1024, True) for kind in ("ADD", "SUB")),
        *((kind, np.nextafter(_F32(1 / 1024), _F32(0)), False) for kind in ("ADD", "SUB")),
        *((kind, 255.9, True) for kind in ("ADD", "SUB", "MUL")),
        *((kind, 256, False) for kind in ("ADD", "SUB", "MUL")),
        ("MUL", 1 / 65536, True),
        ("MUL", 1 / 65537, False),
    ],
)
def test_ratios_of_two_operands(kind: str, ratio: float, expected: bool, dtype: Any) -> None:
    operands = [codes("a", ratio, dtype=dtype), codes("b", 1, 100, dtype)]
    graph = single_operator(kind, operands, [codes("y", 1, 7, dtype)])
    if ratio == 256:
        # The optimized kernels then wrap results beyond 16 bits, some of them.
        assert_delegated(graph, expected)
    else:
        assert_delegated_as_said(graph, expected)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8])
@pytest.mark.parametrize(
    ("ratio", "expected"), [(1 / 256, True), (1 / 257, False), (128, True), (129, False)]
)
def test_ratios_of_requantization(ratio: float, expected: bool, dtype: Any) -> None:
    graph = single_operator("QUANTIZE", [codes("x", ratio, 9, dtype)], [codes("y", 1, 7, dtype)])
    assert_delegated_as_said(graph, expected)


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        (np.uint8, np.int8, False),
        (np.int8, np.uint8, False),
        (np.int16, np.int8, False),
        (np.float32, np.int8, True),
        (np.float32, np.uint8, True),
        (np.float32, np.int16, False),
        (np.int8, np.float32, True),
        (np.int16, np.float32, False),
    ],
)
def test_types_of_conversions(source: Any, target: Any, expected: bool) -> None:
    tensors = [
        float_tensor(name, 1, 256)
        if dtype == np.float32
        else codes(name, scale, 0 if dtype == np.int16 else 5, dtype)
        for name, dtype, scale in (("x", source, 0.02), ("y", target, 0.03))
    ]
    kind = "DEQUANTIZE" if target == np.float32 else "QUANTIZE"
    assert_delegated_as_said(single_operator(kind, tensors[:1], tensors[1:]), expected)


@pytest.mark.parametrize(
    ("alpha", "ratio", "expected"),
    [
        (0.2, 1, True),
        (-0.2, 1, True),
        (0.0, 1, False),
        (1e-3, 1, False),
        (1e-3, 128, True),
        (0.2, 1 / 256, False),
        (200, 1 / 256, True),
        (200, 1, False),
        (0.2, 130, False),
    ],
)
def test_slopes_that_fit_fixed_point(alpha: float, ratio: float, expected: bool) -> None:
    graph = single_operator("LEAKY_RELU", [codes("x", ratio)], [codes("y", 1)], alpha=alpha)
    assert_delegated_as_said(graph, expected)


def weighted(
    kind: str,
    *,
    scales: Any = (0.01, 0.02, 0.03, 0.04),
    zero_point: int = 0,
    has_bias: bool = True,
    bias_scale: bool = True,
    is_constant: bool = True,
    dtype: Any = np.int8,
) -> Graph:
    """A convolution or dense layer with 4 outputs."""
    rng = np.random.default_rng(1)
    is_dense, is_depthwise = kind == "FULLY_CONNECTED", kind == "DEPTHWISE_CONV_2D"
    image = (1,) if is_dense else (1, 5, 5)
    shape = (4, 4) if is_dense else (1, 3, 3, 4) if is_depthwise else (4, 3, 3, 4)
    per_channel = len(scales) > 1
    dimension = (3 if is_depthwise else 0) if per_channel else None
    values = random_codes(rng, shape, dtype)
    if dtype == np.int8:
        values = np.maximum(values, -127)
    factors = np.array(scales, np.float32)
    weights = codes_constant("w", values, factors, dimension=dimension, zero_point=zero_point)
    if not is_constant:
        weights = replace(weights, data=None)
    bias = codes_constant(
        "b",
        rng.integers(-99, 99, 4).astype(np.int32),
        _F32(0.1) * factors,
        dimension=0 if per_channel else None,
    )
    if not bias_scale:
        bias = replace(bias, quantization=None)
    options: dict[str, Any] = {"keep_num_dims": False} if is_dense else dict(CONVOLUTION)
    if is_depthwise:
        options["depth_multiplier"] = 1
    return single_operator(
        kind,
        [codes_tensor("x", (*image, 4), dtype, 0.1, 3), weights, bias if has_bias else None],
        [codes_tensor("y", (*image, 4), dtype, 0.2, 5)],
        **options,
    )


@pytest.mark.parametrize("kind", ["CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"])
@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({}, True),
        ({"scales": [0.01]}, True),
        ({"has_bias": False}, True),
        ({"dtype": np.uint8, "scales": [0.01], "zero_point": 100}, True),
        ({"bias_scale": False}, False),
        ({"is_constant": False}, False),
        ({"scales": [0.01, 0.02, 0.0, 0.01]}, False),
        ({"scales": [0.01, 0.02, 1e-40, 0.01]}, False),
    ],
)
def test_weights_and_bias(kind: str, case: dict[str, Any], expected: bool) -> None:
    assert_delegated_as_said(weighted(kind, **case), expected)


@pytest.mark.parametrize(
    ("kind", "case"),
    [
        ("DEPTHWISE_CONV_2D", {"zero_point": 2}),
        ("FULLY_CONNECTED", {"zero_point": 2, "scales": [0.01]}),
    ],
)
def test_int8_weights_with_a_zero_point(kind: str, case: dict[str, Any]) -> None:
    assert_delegated_as_said(weighted(kind, **case), False)


POOL = {
    "filter_height": 2,
    "filter_width": 2,
    "stride_h": 2,
    "stride_w": 2,
    "padding": "SAME",
    "fused_activation_function": "RELU6",
}


@pytest.mark.parametrize(
    ("kind", "change", "expected"),
    [
        ("MAX_POOL_2D", {}, True),
        ("MAX_POOL_2D", {"stride_h": 3}, False),
        ("MAX_POOL_2D", dict.fromkeys(list(POOL)[:4], 1), True),
        ("MAX_POOL_2D", {"filter_height": 1, "filter_width": 1}, False),
        ("AVERAGE_POOL_2D", {}, False),
    ],
)
def test_pools(kind: str, change: dict[str, int], expected: bool) -> None:
    options: dict[str, Any] = POOL | change
    x = codes_tensor("x", (1, 5, 5, 3), np.int8, 0.05, 3)
    shape = (1, -(-5 // options["stride_h"]), -(-5 // options["stride_w"]), 3)
    y = codes_tensor("y", shape, np.int8, 0.05, 3)
    assert_delegated_as_said(single_operator(kind, [x], [y], **options), expected)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("ELU", True),
        ("HARD_SWISH", False),
        ("RELU", False),
        ("RELU6", False),
        ("ABS", False),
        ("GELU", False),
    ],
)
def test_activations(kind: str, expected: bool) -> None:
    x, y = codes("x", 0.05, -20), codes("y", 0.03, 13)
    assert_delegated_as_said(single_operator(kind, [x], [y]), expected)


@pytest.mark.parametrize("axes", [[1, 2], [2, 1], [-1], [1, 1], [0, 1, 2, 3], []])
@pytest.mark.parametrize("kind", ["MEAN", "SUM", "REDUCE_MAX"])
def test_reductions(kind: str, axes: list[int]) -> None:
    shape = (1, 5, 6, 3)
    kept = tuple(1 if i in {a % 4 for a in axes} else n for i, n in enumerate(shape))
    x = codes_tensor("x", shape, np.int8, 0.05, 3)
    y = codes_tensor("y", kept, np.int8, 0.5 if kind == "SUM" and axes else 0.05, 3)
    graph = single_operator(kind, [x, integers("a", axes)], [y], keep_dims=True)
    assert_delegated_as_said(graph, bool(axes))


def hybrid(kind: str, outputs: int, channels: int, groups: int = 1, taps: int = 1) -> Graph:
    rng = np.random.default_rng(2)
    is_depthwise = kind == "DEPTHWISE_CONV_2D"
    shape = (1, taps, taps, outputs) if is_depthwise else (outputs, taps, taps, channels)
    values = rng.integers(-127, 128, shape).astype(np.int8)
    scales = np.exp(rng.uniform(-7, 0, outputs)).astype(np.float32)
    weights = codes_constant("w", values, scales, dimension=3 if is_depthwise else 0)
    options: dict[str, Any] = dict(CONVOLUTION)
    if is_depthwise:
        options["depth_multiplier"] = 1
    return single_operator(
        kind,
        [
            float_tensor("x", 1, 4, 6, groups * channels),
            weights,
            float_constant("b", random_floats(rng, outputs)),
        ],
        [float_tensor("y", 1, 4, 6, outputs)],
        **options,
    )


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: hybrid("CONV_2D", 5, 4), True),
        (lambda: hybrid("CONV_2D", 1, 1), True),
        (lambda: hybrid("CONV_2D", 1, 2), True),
        (lambda: hybrid("CONV_2D", 6, 3, groups=2), True),
        (lambda: hybrid("CONV_2D", 5, 4, taps=3), True),
        (lambda: hybrid("DEPTHWISE_CONV_2D", 7, 7, taps=3), False),
    ],
)
def test_dynamic_range(make: Callable[[], Graph], expected: bool) -> None:
    assert_delegated_as_said(make(), expected)
