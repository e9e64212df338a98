from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litert_reference import assert_same_codes, codes_tensor, single_operator
from random_operators import FIXED, SEEDS, float_tensor, random_codes, random_floats, random_scales

from qviz.errors import UnsupportedOperatorError
from qviz.execution import Executor
from qviz.graph import Graph, Operator, QuantizationParams, Tensor

CODES = st.sampled_from([np.int8, np.uint8, np.int16])


def random_tensor(rng: np.random.Generator, name: str, dtype: Any) -> Tensor:
    zero_point = 0 if dtype == np.int16 else int(random_codes(rng, (1,), dtype)[0])
    return codes_tensor(name, (1, 43), dtype, float(random_scales(rng, 1)[0]), zero_point)


@FIXED
@given(CODES, SEEDS)
def test_codes_of_real_values_equal_the_reference(dtype: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    y = random_tensor(rng, "y", dtype)
    graph = single_operator("QUANTIZE", [float_tensor("x", 1, 43)], [y])
    scale = y.quantization.scale[0]
    halves = ((rng.integers(-300, 300, (1, 43)) + 0.5) * scale).astype(np.float32)
    assert_same_codes(graph, halves)
    assert_same_codes(graph, np.nextafter(halves, np.float32(0)))
    assert_same_codes(graph, random_floats(rng, 1, 43))


@FIXED
@given(CODES, CODES, SEEDS)
def test_codes_in_another_scale_equal_the_reference(source: Any, target: Any, seed: int) -> None:
    if {source, target} == {np.uint8, np.int16}:
        return  # The interpreter has no such kernel.
    rng = np.random.default_rng(seed)
    x, y = random_tensor(rng, "x", source), random_tensor(rng, "y", target)
    graph = single_operator("QUANTIZE", [x], [y])
    assert_same_codes(graph, random_codes(rng, (1, 43), source))


@FIXED
@given(CODES, SEEDS)
def test_real_values_of_codes_equal_the_reference(dtype: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = random_tensor(rng, "x", dtype)
    graph = single_operator("DEQUANTIZE", [x], [float_tensor("y", 1, 43)])
    assert_same_codes(graph, random_codes(rng, (1, 43), dtype))


def dequantized_constant(codes: Tensor) -> Graph:
    operators = [
        Operator("DEQUANTIZE", (codes.name,), ("w",), layer="w"),
        Operator("ADD", ("x", "w"), ("y",), layer="add"),
    ]
    tensors = [codes, *(float_tensor(n, *codes.shape) for n in ("x", "w", "y"))]
    return Graph.build(operators, tensors, ["x"], ["y"])


def test_float16_weights_are_widened_once() -> None:
    values = np.array([[0.1, -7.5, 65504]], np.float16)
    executor = Executor(dequantized_constant(Tensor("half", (1, 3), values.dtype, values)))
    x = np.zeros((1, 3), np.float32)
    trace = executor.run(x, taps=["w"])
    np.testing.assert_array_equal(trace["w"], values.astype(np.float32), strict=True)
    np.testing.assert_array_equal(trace.outputs[0], values.astype(np.float32))


def test_codes_with_a_minimum_are_those_of_tfjs() -> None:
    codes = np.array([[0, 7, 255]], np.uint8)
    params = QuantizationParams(
        np.array([0.1], np.float32), np.array([10], np.int64), None, minimum=-1.03
    )
    executor = Executor(dequantized_constant(Tensor("codes", (1, 3), codes.dtype, codes, params)))
    expected = (codes * float(np.float32(0.1)) - 1.03).astype(np.float32)
    trace = executor.run(np.zeros((1, 3), np.float32), taps=["w"])
    np.testing.assert_array_equal(trace["w"], expected, strict=True)


def test_weights_per_channel_are_dequantized_along_their_dimension() -> None:
    codes = np.array([[1, 2], [3, 4]], np.int8)
    params = QuantizationParams(np.array([0.5, 2], np.float32), np.zeros(2, np.int64), 0)
    executor = Executor(dequantized_constant(Tensor("codes", (2, 2), codes.dtype, codes, params)))
    (real,) = executor.run_operator(0, [None])
    np.testing.assert_array_equal(real, np.array([[0.5, 1], [6, 8]], np.float32), strict=True)


def test_codes_without_a_scale_are_refused() -> None:
    x = Tensor("x", (1, 4), np.dtype(np.int8))
    graph = single_operator("DEQUANTIZE", [x], [float_tensor("y", 1, 4)])
    with pytest.raises(UnsupportedOperatorError, match=r"DEQUANTIZE of layer 'y'.*no scale"):
        Executor(graph)


def test_what_is_no_number_is_the_largest_code_to_xnnpack() -> None:
    graph = single_operator(
        "QUANTIZE", [float_tensor("x", 1, 5)], [codes_tensor("y", (1, 5), np.int8, 0.1, 3)]
    )
    x = np.array([[np.nan, np.inf, -np.inf, 1e30, -1e30]], np.float32)
    assert_same_codes(graph, x, rules=["xnnpack"])
