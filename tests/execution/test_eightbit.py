"""TensorFlow 1's eightbit operators: section by section equal to TensorFlow's own, bit for bit."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders import activation, constant

from qviz.execution import Executor, min_max
from qviz.execution.kernels import Context, prepare_kernel
from qviz.graph import Graph, Operator

LOW, HIGH = np.array([-10], np.float32), np.array([30], np.float32)
CODES = np.array([0, 64, 128, 255], np.uint8)

Stored = dict[str, np.ndarray]


def test_min_combined_has_exact_ends_and_no_zero() -> None:
    real = min_max.dequantize(CODES, LOW, HIGH, "MIN_COMBINED")
    np.testing.assert_allclose(real, [-10, 0.0392157, 10.0784314, 30], atol=1e-6)
    x = np.array([-10, 0, 10, 10.0784314, 30], np.float32)
    assert min_max.quantize(x, LOW, HIGH, "MIN_COMBINED").tolist() == [0, 64, 128, 128, 255]


def test_min_first_has_an_exact_zero_and_shifted_ends() -> None:
    real = min_max.dequantize(CODES, LOW, HIGH)
    np.testing.assert_allclose(real, [-10.0392157, 0, 10.0392157, 29.9607843], rtol=1e-6)
    assert real[1] == 0
    x = np.array([-10, 0, 10, 30, 1000, -1000, np.nan], np.float32)
    assert min_max.quantize(x, LOW, HIGH).tolist() == [0, 64, 128, 255, 255, 0, 0]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-10, 30, (-10, 30)),
        (3, 4, (0, 4)),
        (-4, -3, (-4, 0)),
        (0, 0, (0, 0.01)),
        (0.001, 0.002, (0, 0.01)),
        (-0.001, 0.002, (-0.001, 0.009)),
        (-500, -499, (-500, 0)),
    ],
)
def test_ranges_hold_zero_and_are_not_points(
    low: float, high: float, expected: tuple[float, float]
) -> None:
    found = min_max.usable_range(np.array([low]), np.array([high]))
    np.testing.assert_allclose(np.ravel(found), expected, rtol=1e-6)


def test_sums_are_brought_to_the_range_that_they_take() -> None:
    # One step of the product is (2.55 / 255) * (25.5 / 255) = 0.001.
    step = min_max.product_range(
        (np.array([0], np.float32), np.array([2.55], np.float32)),
        (np.array([-12.75], np.float32), np.array([12.75], np.float32)),
    )
    np.testing.assert_allclose(step, [[-2147483.648], [2147483.647]], rtol=1e-6)
    sums = np.array([[-1000, 0, 500, 1550]], np.int32)
    real = min_max.sums_to_real(sums, *step)
    np.testing.assert_allclose(real, [[-1, 0, 0.5, 1.55]], atol=1e-3)
    ends = np.array([-1], np.float32), np.array([1.55], np.float32)
    assert min_max.requantize(sums, step, ends).tolist() == [[0, 100, 150, 255]]


def test_a_point_for_a_range_is_code_zero() -> None:
    zero = np.zeros(1, np.float32)
    assert min_max.requantize(np.ones((1, 3), np.int32), (zero, zero), (zero, zero)).sum() == 0
    assert min_max.dequantize(np.array([[0]], np.uint8), zero, zero).tolist() == [[0]]
    assert min_max.zero_codes(zero, zero).tolist() == [0]
    assert min_max.sums_to_real(np.array([7]), zero, zero).tolist() == [0]


def two_samples() -> Graph:
    """Quantize, pool, dequantize: three operators, each sample with its own range."""
    tensors = [
        activation("x", 1, 2, 2, 1),
        *(activation(name, 1) for name in ("lo", "hi", "low", "high", "low2", "high2")),
        activation("codes", 1, 2, 2, 1, dtype=np.uint8),
        activation("pooled", 1, 1, 1, 1, dtype=np.uint8),
        activation("y", 1, 1, 1, 1),
    ]
    window = {"filter_height": 2, "filter_width": 2, "stride_h": 2, "stride_w": 2}
    operators = [
        Operator("EIGHTBIT_MIN", ("x",), ("lo",)),
        Operator("EIGHTBIT_MAX", ("x",), ("hi",)),
        Operator("EIGHTBIT_QUANTIZE_V2", ("x", "lo", "hi"), ("codes", "low", "high")),
        Operator(
            "EIGHTBIT_MAX_POOL_2D", ("codes", "low", "high"), ("pooled", "low2", "high2"), window
        ),
        Operator("EIGHTBIT_DEQUANTIZE", ("pooled", "low2", "high2"), ("y",)),
    ]
    return Graph.build(operators, tensors, ["x"], ["y"])


def test_samples_of_a_batch_do_not_share_a_range() -> None:
    executor = Executor(two_samples())
    assert executor.batch_transparent
    x = np.array([[0, 1, 2, 2.55], [-1, 0, 510, 400]], np.float32).reshape(2, 2, 2, 1)
    trace = executor.run(x, taps=("codes", "high"))
    assert trace["codes"].reshape(2, 4).tolist() == [[0, 100, 200, 255], [0, 0, 255, 200]]
    np.testing.assert_allclose(trace["high"], [2.55, 510])
    alone = [executor.run(x[i : i + 1]).outputs[0] for i in range(2)]
    np.testing.assert_array_equal(trace.outputs[0], np.concatenate(alone))


@pytest.fixture(scope="module")
def tensorflow(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    path = tmp_path_factory.mktemp("eightbit") / "reference.npz"
    script = Path(__file__).with_name("eightbit_reference.py")
    run = subprocess.run(
        [sys.executable, str(script), str(path)], capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr[-2000:]
    with np.load(path) as file:
        return dict(file)


def case(stored: Stored, name: str) -> list[np.ndarray]:
    """Arrays of a case; ranges as qviz has them, one number for one sample."""
    arrays = [stored[f"{name}/{i}"] for i in range(6) if f"{name}/{i}" in stored]
    return [a.reshape(1) if a.ndim == 0 else a for a in arrays]


def run(kind: str, inputs: list[np.ndarray], out: list[np.ndarray], **options: Any) -> list[Any]:
    """Outputs of one operator whose second input and its range are constant."""
    names = [f"in{i}" for i in range(len(inputs))]
    tensors = [
        constant(name, array, array.dtype)
        if i in (1, 4, 5) and "CONV" in kind + kind.replace("MATMUL", "CONV")
        else activation(name, *array.shape, dtype=array.dtype)
        for i, (name, array) in enumerate(zip(names, inputs, strict=True))
    ]
    results = [activation(f"out{i}", *a.shape, dtype=a.dtype) for i, a in enumerate(out)]
    operator = Operator(kind, tuple(names), tuple(t.name for t in results), options)
    kernel = prepare_kernel(Context(operator, tuple(tensors), tuple(results)))
    return list(kernel(inputs))


def assert_same(found: list[Any], expected: list[np.ndarray]) -> None:
    for one, other in zip(found, expected, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


@pytest.mark.tensorflow
@pytest.mark.parametrize("mode", min_max.MODES)
def test_quantize_and_dequantize(mode: min_max.Mode, tensorflow: Stored) -> None:
    for i in range(9):
        x, codes, low, high, back = case(tensorflow, f"quantize/{mode}/{i}")
        ends = min_max.usable_range(x.min(keepdims=True), x.max(keepdims=True))
        assert_same(list(ends), [low, high])
        np.testing.assert_array_equal(min_max.quantize(x, *ends, mode), codes, f"case {i}")
        np.testing.assert_array_equal(min_max.dequantize(codes, *ends, mode), back, f"case {i}")


def operands(stored: Stored, first: str, second: str, i: int) -> list[np.ndarray]:
    one, other = case(stored, f"{first}/{i}"), case(stored, f"{second}/{i}")
    return [one[0], other[0], *one[1:], *other[1:]]


@pytest.mark.tensorflow
@pytest.mark.parametrize("i", range(6))
def test_operators(i: int, tensorflow: Stored) -> None:
    padding, stride = ("SAME", 1) if i % 2 else ("VALID", 2)
    steps = {"padding": padding, "stride_h": stride, "stride_w": stride}
    inputs = operands(tensorflow, "x", "w", i)
    inputs[1] = inputs[1].transpose(3, 0, 1, 2)
    expected = case(tensorflow, f"conv/{i}")
    assert_same(run("EIGHTBIT_CONV_2D", inputs, expected, **steps), expected)
    wanted = case(tensorflow, f"range/{i}")
    assert_same(run("EIGHTBIT_REQUANTIZATION_RANGE", expected, wanted), wanted)
    narrow = case(tensorflow, f"requantize/{i}")
    assert_same(run("EIGHTBIT_REQUANTIZE", [*expected, *wanted], narrow), narrow)

    rows, matrix = inputs[0].reshape(72, 5), inputs[1][:, 0, 0, :]
    expected = case(tensorflow, f"matmul/{i}")
    assert_same(run("EIGHTBIT_MATMUL", [rows, matrix, *inputs[2:]], expected), expected)

    expected = case(tensorflow, f"bias_add/{i}")
    found = run("EIGHTBIT_BIAS_ADD", operands(tensorflow, "x", "bias", i), expected)
    assert_same(found, expected)
    for kind in ("add", "mul"):
        expected = case(tensorflow, f"{kind}/{i}")
        found = run(f"EIGHTBIT_{kind.upper()}", operands(tensorflow, "x", "y", i), expected)
        assert_same(found, expected)


@pytest.mark.tensorflow
@pytest.mark.parametrize("i", range(6))
def test_operators_on_codes(i: int, tensorflow: Stored) -> None:
    padding, stride = ("SAME", 1) if i % 2 else ("VALID", 2)
    x, y = case(tensorflow, f"x/{i}"), case(tensorflow, f"y/{i}")
    for name, kind in (
        ("relu", "RELU"),
        ("relu6", "RELU6"),
        ("max_pool", "MAX_POOL_2D"),
        ("average_pool", "AVERAGE_POOL_2D"),
    ):
        window = {"filter_height": 3, "filter_width": 2, "stride_h": stride, "stride_w": 2}
        expected = case(tensorflow, f"{name}/{i}")
        assert_same(run(f"EIGHTBIT_{kind}", x, expected, padding=padding, **window), expected)
    expected = case(tensorflow, f"concat/{i}")
    joined = run("EIGHTBIT_CONCATENATION", [x[0], y[0], *x[1:], *y[1:]], expected, axis=3)
    assert_same(joined, expected)
