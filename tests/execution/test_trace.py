import numpy as np
import pytest
from litert_reference import codes_tensor, single_operator
from random_operators import float_tensor

from qviz.errors import ExecutionError
from qviz.execution import Trace
from qviz.execution.trace import join_traces
from qviz.graph import Graph


@pytest.fixture
def graph() -> Graph:
    y = codes_tensor("y", (1, 2), np.int8, 0.5, 3)
    return single_operator("QUANTIZE", [float_tensor("x", 1, 2)], [y])


def test_tensors_are_read_by_name_as_codes_and_as_real_values(graph: Graph) -> None:
    x, y = np.array([[0, -1]], np.float32), np.array([[3, 1]], np.int8)
    trace = Trace(graph, {"x": x, "y": y})
    assert trace.outputs[0] is y
    assert trace["x"] is x
    assert set(trace) == {"x", "y"}
    assert len(trace) == 2
    assert trace.real("x") is x
    np.testing.assert_array_equal(trace.real("y"), np.array([[0, -1]], np.float32), strict=True)


def test_a_tensor_that_was_not_kept_is_named(graph: Graph) -> None:
    trace = Trace(graph, {"y": np.zeros((1, 2), np.int8)})
    assert "x" not in trace
    with pytest.raises(KeyError, match="'x' was not tapped"):
        trace.real("x")


def test_samples_are_joined_in_order(graph: Graph) -> None:
    constant = np.ones(3)
    traces = [
        Trace(graph, {"y": np.full((n, 2), n, np.int8), "c": constant, "count": np.array(n)})
        for n in (1, 2)
    ]
    joined = join_traces(traces)
    np.testing.assert_array_equal(joined["y"], [[1, 1], [2, 2], [2, 2]])
    assert joined["c"] is constant
    np.testing.assert_array_equal(joined["count"], [1, 2])
    assert not joined["y"].flags.writeable


def test_a_single_trace_is_not_copied(graph: Graph) -> None:
    trace = Trace(graph, {"y": np.zeros((1, 2), np.int8)})
    assert join_traces([trace]) is trace


def test_shapes_that_differ_between_samples_are_told(graph: Graph) -> None:
    traces = [Trace(graph, {"y": np.zeros((1, n), np.int8)}) for n in (1, 2)]
    with pytest.raises(ExecutionError, match="'y' has another shape for each sample"):
        join_traces(traces)
