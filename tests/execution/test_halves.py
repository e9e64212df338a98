"""Simple ratios of scales, whose results fall on halves: rounding rules part there or nowhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from litert_reference import (
    RULES,
    assert_same_codes,
    codes_constant,
    codes_tensor,
    executor_by,
    single_operator,
)
from quantized_operands import EIGHT_BITS, integers, scale_of
from random_operators import FIXED, SEEDS, float_tensor, random_codes

from qviz.execution import Executor
from qviz.graph import Tensor

SOME = settings(FIXED, max_examples=40)
_F32 = np.float32
# Quotients of two scales, in hundredths, that have codes in the middle between two others.
RATIOS = [1, 2, 4, 5, 10, 0.5, 0.2, 3]


def simple(
    rng: np.random.Generator, name: str, shape: tuple[int, ...], dtype: Any, scale: float
) -> Tensor:
    zero_point = int(random_codes(rng, (1,), dtype)[0])
    return codes_tensor(name, shape, dtype, float(_F32(scale)), zero_point)


def scales(rng: np.random.Generator) -> tuple[float, float]:
    scale = float(_F32(rng.integers(1, 60) / 100))
    return scale, scale * float(rng.choice(RATIOS))


ALL = (1, 256)


@pytest.mark.parametrize("dtype", EIGHT_BITS)
@pytest.mark.parametrize("kind", ["ELU", "LEAKY_RELU", "QUANTIZE", "RELU"])
@SOME
@given(SEEDS)
def test_one_operand(kind: str, dtype: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    if kind == "ELU" and dtype == np.uint8:
        return  # The interpreter has no such kernel.
    source, target = scales(rng)
    x, y = simple(rng, "x", ALL, dtype, source), simple(rng, "y", ALL, dtype, target)
    options = {"alpha": float(rng.choice([0.1, 0.5, 0.25]))} if kind == "LEAKY_RELU" else {}
    codes = np.arange(256).astype(np.uint8).view(dtype).reshape(ALL)
    # The reference resolver does not know ELU.
    rules = RULES[1:] if kind == "ELU" else RULES
    assert_same_codes(single_operator(kind, [x], [y], **options), codes, rules=rules)


@pytest.mark.parametrize("dtype", EIGHT_BITS)
@pytest.mark.parametrize("kind", ["ADD", "SUB", "MUL"])
@SOME
@given(SEEDS)
def test_two_operands(kind: str, dtype: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    source, target = scales(rng)
    other = 0.5 if kind == "MUL" else source
    a, b = simple(rng, "a", ALL, dtype, source), simple(rng, "b", ALL, dtype, other)
    y = simple(rng, "y", ALL, dtype, target * (8 if kind == "MUL" else 1))
    inputs = [random_codes(rng, ALL, dtype) for _ in range(2)]
    assert_same_codes(single_operator(kind, [a, b], [y]), *inputs)


@pytest.mark.parametrize("dtype", EIGHT_BITS)
@SOME
@given(SEEDS)
def test_means(dtype: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    source, target = scales(rng)
    count = int(rng.integers(1, 9))
    x = simple(rng, "x", (1, 256, count), dtype, source)
    y = simple(rng, "y", ALL, dtype, target)
    graph = single_operator("MEAN", [x, integers("a", [2])], [y])
    assert_same_codes(graph, random_codes(rng, x.shape, dtype))


@pytest.mark.parametrize("activation", ["RELU6", "RELU_N1_TO_1"])
@pytest.mark.parametrize("scale", [0.8, 1.6, 2.0, 2.4, 4.0, 12.0])
@pytest.mark.parametrize("zero_point", [0, 1, -3, -128, -127])
def test_bounds_of_activations(scale: float, zero_point: int, activation: str) -> None:
    options = {
        "padding": "VALID",
        "stride_h": 1,
        "stride_w": 1,
        "dilation_h_factor": 1,
        "dilation_w_factor": 1,
        "fused_activation_function": activation,
    }
    one = np.ones(1, np.float32)
    graph = single_operator(
        "CONV_2D",
        [
            codes_tensor("x", (1, 1, 2, 1), np.int8, 1.0),
            codes_constant("w", np.full((1, 1, 1, 1), 127, np.int8), one),
            codes_constant("b", np.zeros(1, np.int32), one),
        ],
        [codes_tensor("y", (1, 1, 2, 1), np.int8, scale, zero_point)],
        **options,
    )
    assert_same_codes(graph, np.array([127, -127], np.int8).reshape(1, 1, 2, 1))


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("kind", ["QUANTIZE", "REQUANTIZE", "DEQUANTIZE", "ADD"])
def test_samples_of_a_batch_are_rounded_as_if_alone(kind: str, rules: str) -> None:
    """What vector code leaves over is left over of each sample."""
    rng = np.random.default_rng(4)
    shape = (1, 43)
    dtype = np.int16 if kind == "ADD" else np.uint8
    y = codes_tensor("y", shape, np.int16 if kind in ("QUANTIZE", "ADD") else np.int8, 0.25)
    x = codes_tensor("x", shape, dtype, 0.11, 0)
    inputs = {
        "QUANTIZE": [float_tensor("x", *shape)],
        "ADD": [x, codes_tensor("z", shape, np.int16, 2.0**-9)],
    }.get(kind, [x])
    output = float_tensor("y", *shape) if kind == "DEQUANTIZE" else y
    options = {"pot_scale_int16": False} if kind == "ADD" else {}
    graph = single_operator(kind.removeprefix("RE"), inputs, [output], **options)
    arrays = []
    for tensor in inputs:
        if tensor.is_float:
            halves = rng.integers(-300, 300, (5, 43)) + 0.5
            arrays.append((halves * scale_of(y)).astype(np.float32))
        else:
            arrays.append(random_codes(rng, (5, 43), tensor.dtype))
    executor: Executor = executor_by(graph, rules)
    assert executor.batch_transparent
    together = executor.run(arrays).outputs[0]
    singles = [executor.run([a[i : i + 1] for a in arrays]).outputs[0] for i in range(5)]
    np.testing.assert_array_equal(together, np.concatenate(singles))
