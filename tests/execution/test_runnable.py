"""What can still be run beside an operator that cannot."""

from __future__ import annotations

import numpy as np
import pytest
from random_operators import float_constant, float_tensor

from qviz.errors import UnsupportedOperatorError
from qviz.execution import Executor, runnable_part
from qviz.formats.tflite.model import TfliteModel
from qviz.graph import Graph, Operator, Source, Tensor


def chain(*kinds: str) -> Graph:
    """Operators of one input in a row: x -> t0 -> t1 ..., and the double of t0 beside them."""
    names = ["x", *(f"t{i}" for i in range(len(kinds)))]
    operators = [
        Operator(kind, (names[i],), (names[i + 1],), layer=f"layer{i}")
        for i, kind in enumerate(kinds)
    ]
    operators.append(Operator("MUL", ("t0", "two"), ("beside",), layer="double"))
    tensors = [float_tensor(name, 1, 3) for name in [*names, "beside"]]
    return Graph.build(
        operators, [*tensors, float_constant("two", [2.0])], ["x"], [names[-1], "beside"]
    )


def test_a_whole_graph_is_whole() -> None:
    graph = chain("ABS", "NEG")
    part = runnable_part(graph)
    assert part.executor is not None
    assert part.executor.graph is graph
    assert part.problems == ()
    assert part.blocked == frozenset()


def test_what_comes_before_and_beside_an_unknown_operator_is_run() -> None:
    graph = chain("ABS", "NEG", "CUSTOM:Mystery", "NEG")
    with pytest.raises(UnsupportedOperatorError):
        Executor(graph)
    part = runnable_part(graph)
    assert part.executor is not None
    assert part.blocked == {"t2", "t3"}
    assert part.executor.graph.outputs == ("beside", "t1")
    trace = part.executor.run(np.array([[-1, 2, -3]], np.float32), taps="all")
    np.testing.assert_array_equal(trace["t1"], [[-1, -2, -3]])
    np.testing.assert_array_equal(trace["beside"], [[2, 4, 6]])
    (problem,) = part.problems
    assert problem.kind == "CUSTOM:Mystery"
    assert problem.operator == "layer2"


def test_a_result_that_nobody_reads_is_not_put_before_what_is_missing() -> None:
    operators = [
        Operator("SPLIT", ("axis", "x"), ("used", "spare"), {"num_splits": 2}, layer="split"),
        Operator("ABS", ("used",), ("t",), layer="abs"),
        Operator("CUSTOM:Mystery", ("t",), ("y",), layer="mystery"),
    ]
    axis = Tensor("axis", (), np.dtype(np.int32), np.array(1, np.int32))
    tensors = [float_tensor("x", 1, 4), *(float_tensor(n, 1, 2) for n in ("used", "spare", "t"))]
    graph = Graph.build(operators, [axis, *tensors, float_tensor("y", 1, 2)], ["x"], ["y"])
    part = runnable_part(graph)
    assert part.executor is not None
    assert part.executor.graph.outputs == ("t",)
    trace = part.executor.run(np.array([[-1, 2, -3, 4]], np.float32), taps="all")
    np.testing.assert_array_equal(trace["spare"], [[-3, 4]])


def test_every_unknown_operator_is_named_that_was_reached() -> None:
    part = runnable_part(chain("ABS", "CUSTOM:One", "CUSTOM:Two"))
    assert [problem.kind for problem in part.problems] == ["CUSTOM:One"]
    part = runnable_part(chain("CUSTOM:First", "ABS"))
    assert part.executor is None
    assert part.blocked == {"t0", "t1", "beside"}


def test_an_operator_that_calls_what_cannot_be_run_is_the_one_that_is_missing() -> None:
    called = Graph.build(
        [Operator("CUSTOM:Inner", ("a",), ("b",), layer="inner")],
        [float_tensor("a", 1, 3), float_tensor("b", 1, 3)],
        ["a"],
        ["b"],
    )
    graph = chain("ABS", "STABLEHLO_COMPOSITE")
    options = {"decomposition_subgraph_index": 1}
    operators = [
        Operator(o.kind, o.inputs, o.outputs, options, o.layer) if "COMPOSITE" in o.kind else o
        for o in graph.operators
    ]
    graph = graph.rebuild(operators)
    part = runnable_part(
        graph.with_source(Source("", "tflite", model=TfliteModel((graph, called))))
    )
    assert part.blocked == {"t1"}
    assert "'Inner' is an operator of its author" in str(part.problems[0])
    assert part.problems[0].operator == "layer1"
