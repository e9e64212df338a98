import numpy as np
import pytest
from litert_reference import codes_tensor, single_operator
from random_operators import float_tensor

from qviz.errors import ExecutionError
from qviz.execution import Executor, quantize_input, real_outputs
from qviz.execution.io import check_inputs
from qviz.graph import Graph, Operator, Tensor


def image_graph() -> Graph:
    options = {"padding": "VALID", "filter_height": 2, "filter_width": 2}
    x, y = float_tensor("image", 1, 4, 4, 3), float_tensor("y", 1, 3, 3, 3)
    return single_operator("MAX_POOL_2D", [x], [y], **options)


def two_inputs() -> Graph:
    tensors = [float_tensor(n, 1, 2) for n in ("a", "b", "c")]
    return Graph.build([Operator("ADD", ("a", "b"), ("c",))], tensors, ["a", "b"], ["c"])


def test_the_shape_is_told() -> None:
    with pytest.raises(
        ExecutionError, match=r"'image' expects shape \(N, 4, 4, 3\).*\(2, 4, 5, 3\)"
    ):
        check_inputs(image_graph(), np.zeros((2, 4, 5, 3), np.float32))


def test_the_missing_batch_is_told() -> None:
    with pytest.raises(ExecutionError, match=r"4 dimensions .*shape \(4, 4, 3\).*x\[None\]"):
        check_inputs(image_graph(), np.zeros((4, 4, 3), np.float32))


def test_an_empty_batch_is_refused() -> None:
    with pytest.raises(ExecutionError, match=r"\(0, 4, 4, 3\)"):
        check_inputs(image_graph(), np.zeros((0, 4, 4, 3), np.float32))


def test_a_size_that_is_not_known_is_free() -> None:
    x = Tensor("x", (1, -1), np.dtype(np.float32))
    y = Tensor("y", (1, -1), np.dtype(np.float32))
    graph = Graph.build([Operator("RELU", ("x",), ("y",))], [x, y], ["x"], ["y"])
    assert check_inputs(graph, np.zeros((3, 9), np.float32))["x"].shape == (3, 9)
    with pytest.raises(ExecutionError, match=r"2 dimensions \(N, any\)"):
        check_inputs(graph, np.zeros(9, np.float32))


def test_other_floats_are_cast_and_integers_refused() -> None:
    graph = image_graph()
    cast = check_inputs(graph, np.ones((1, 4, 4, 3)))["image"]
    assert cast.dtype == np.float32
    with pytest.raises(ExecutionError, match="'image' is float32, but the array is uint8"):
        check_inputs(graph, np.ones((1, 4, 4, 3), np.uint8))


def test_real_values_for_codes_are_refused_with_advice() -> None:
    x, y = codes_tensor("x", (1, 4), np.int8, 0.1, 3), float_tensor("y", 1, 4)
    graph = single_operator("DEQUANTIZE", [x], [y])
    with pytest.raises(
        ExecutionError, match=r"'x' is int8, but the array is float32.*quantize_input"
    ):
        check_inputs(graph, np.zeros((1, 4), np.float32))
    with pytest.raises(ExecutionError, match="'x' is int8, but the array is uint8"):
        check_inputs(graph, np.zeros((1, 4), np.uint8))


def test_index_inputs_take_any_integer_that_fits() -> None:
    x, y = (Tensor(n, (1, 2), np.dtype(np.int32)) for n in ("x", "y"))
    graph = Graph.build([Operator("RELU", ("x",), ("y",))], [x, y], ["x"], ["y"])
    assert check_inputs(graph, np.array([[1, -2]]))["x"].dtype == np.int32
    with pytest.raises(ExecutionError, match="is int32, but the array is int64"):
        check_inputs(graph, np.array([[1, 2**40]]))


def test_inputs_come_in_order_or_by_name() -> None:
    a, b = np.ones((2, 2), np.float32), np.zeros((2, 2), np.float32)
    by_order = check_inputs(two_inputs(), [a, b])
    by_name = check_inputs(two_inputs(), {"b": b, "a": a})
    for name, array in (("a", a), ("b", b)):
        np.testing.assert_array_equal(by_order[name], array)
        np.testing.assert_array_equal(by_name[name], array)


def test_counts_and_names_are_told() -> None:
    a = np.ones((2, 2), np.float32)
    with pytest.raises(ExecutionError, match=r"2 input\(s\), but 1 were given"):
        check_inputs(two_inputs(), a)
    with pytest.raises(ExecutionError, match="needs 'b'; its inputs are 'a', 'b'"):
        check_inputs(two_inputs(), {"a": a})
    with pytest.raises(ExecutionError, match="has no input 'z'"):
        check_inputs(two_inputs(), {"a": a, "b": a, "z": a})
    with pytest.raises(ExecutionError, match="'a' 2, 'b' 3"):
        check_inputs(two_inputs(), [a, np.ones((3, 2), np.float32)])
    with pytest.raises(ExecutionError, match="not as str"):
        check_inputs(two_inputs(), "ab")


def test_nan_passes() -> None:
    x = np.full((1, 4, 4, 3), np.nan, np.float32)
    assert np.isnan(Executor(image_graph()).run(x).outputs[0]).all()


def test_codes_of_real_values() -> None:
    tensor = codes_tensor("x", (1, 6), np.int8, 0.5, 10)
    codes = quantize_input(tensor, [0, 0.25, -0.25, 1e9, -np.inf, np.nan])
    np.testing.assert_array_equal(codes, np.array([10, 11, 9, 127, -128, 10], np.int8), strict=True)


def test_real_values_of_a_float_input_pass_as_they_are() -> None:
    values = quantize_input(float_tensor("x", 1, 2), [0.1, np.nan])
    assert values.dtype == np.float32
    assert np.isnan(values[1])


def test_real_outputs_are_dequantized() -> None:
    y = codes_tensor("y", (1, 3), np.int8, 0.5, 1)
    graph = single_operator("QUANTIZE", [float_tensor("x", 1, 3)], [y])
    trace = Executor(graph).run(np.array([[0.5, 1, -2]], np.float32))
    np.testing.assert_array_equal(trace.outputs[0], np.array([[2, 3, -3]], np.int8), strict=True)
    expected = np.array([[0.5, 1, -2]], np.float32)
    np.testing.assert_array_equal(real_outputs(graph, trace)[0], expected, strict=True)
