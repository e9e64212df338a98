"""Subgraphs and resource variables against the reference interpreter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flatbuffers import flexbuffers
from litert_reference import run_reference
from optimized_kernels import run_optimized
from random_operators import float_constant, float_tensor

from qviz.errors import ExecutionError, UnsupportedOperatorError
from qviz.execution import Executor
from qviz.formats.tflite import read_tflite, write_tflite
from qviz.formats.tflite.model import TfliteModel
from qviz.formats.tflite.types import RESOURCE
from qviz.graph import Graph, Operator, Source, Tensor

BOOL = np.dtype(np.bool_)


def with_subgraphs(main: Graph, *called: Graph) -> Graph:
    """`main` as a reader would leave it, and through a file to prove it."""
    source = Source("", "tflite", model=TfliteModel((main, *called)))
    return read_tflite(write_tflite(main.with_source(source)))


def both(graph: Graph, *inputs: Any) -> tuple[list[Any], list[Any]]:
    """qviz's outputs and the interpreter's."""
    arrays = [np.asarray(x, np.float32) for x in inputs]
    ours = Executor(graph).run(arrays).outputs
    return list(ours), run_reference(graph, arrays)


def scaled(factor: float, name: str = "x") -> Graph:
    """Subgraph that multiplies by a number."""
    return Graph.build(
        [Operator("MUL", (name, "k"), ("y",), layer="mul")],
        [float_tensor(name, 1), float_constant("k", [factor]), float_tensor("y", 1)],
        [name],
        ["y"],
    )


def below(limit: float) -> Graph:
    """Subgraph that says whether its input is less than a number."""
    return Graph.build(
        [Operator("LESS", ("x", "k"), ("y",), layer="less")],
        [float_tensor("x", 1), float_constant("k", [limit]), Tensor("y", (1,), BOOL)],
        ["x"],
        ["y"],
    )


def one_operator(kind: str, **options: Any) -> Graph:
    return Graph.build(
        [Operator(kind, ("x",), ("y",), options, layer="call")],
        [float_tensor("x", 1), float_tensor("y", 1)],
        ["x"],
        ["y"],
    )


@pytest.mark.parametrize("start", [0.1, 1.0, 99.0, 100.0])
def test_a_loop_runs_until_its_condition_fails(start: float) -> None:
    main = one_operator("WHILE", cond_subgraph_index=1, body_subgraph_index=2)
    graph = with_subgraphs(main, below(100), scaled(1.5))
    ours, theirs = both(graph, [start])
    np.testing.assert_array_equal(ours, theirs)
    assert ours[0][0] >= 100


@pytest.mark.parametrize("x", [1.0, 5.0])
def test_a_branch_is_chosen(x: float) -> None:
    main = Graph.build(
        [
            Operator("LESS", ("x", "k"), ("c",), layer="less"),
            Operator(
                "IF",
                ("c", "x"),
                ("y",),
                {"then_subgraph_index": 1, "else_subgraph_index": 2},
                layer="if",
            ),
        ],
        [
            float_tensor("x", 1),
            float_constant("k", [3]),
            Tensor("c", (1,), BOOL),
            float_tensor("y", 1),
        ],
        ["x"],
        ["y"],
    )
    ours, theirs = both(with_subgraphs(main, scaled(10), scaled(-1)), [x])
    np.testing.assert_array_equal(ours, theirs)


def test_a_composite_runs_what_it_stands_for() -> None:
    attributes = flexbuffers.Builder()
    with attributes.Map():
        pass
    main = one_operator(
        "STABLEHLO_COMPOSITE",
        name="scale",
        decomposition_subgraph_index=1,
        composite_attributes=bytes(attributes.Finish()),
    )
    ours, theirs = both(with_subgraphs(main, scaled(7)), [3])
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("index", [-1, 0, 1, 2, 7])
def test_a_case_is_chosen(index: int) -> None:
    main = Graph.build(
        [
            Operator(
                "STABLEHLO_CASE",
                ("i", "x"),
                ("y",),
                {"branch_subgraph_indices": (1, 2, 3)},
                layer="case",
            )
        ],
        [Tensor("i", (1,), np.dtype(np.int32)), float_tensor("x", 1), float_tensor("y", 1)],
        ["i", "x"],
        ["y"],
    )
    graph = with_subgraphs(main, scaled(10), scaled(-1), scaled(3))
    arrays = [np.array([index], np.int32), np.array([5], np.float32)]
    # The reference resolver does not have it.
    np.testing.assert_array_equal(
        Executor(graph).run(arrays).outputs[0], run_optimized(graph, *arrays)
    )


def handle(name: str, variable: str = "v") -> tuple[Operator, Tensor]:
    operator = Operator("VAR_HANDLE", (), (name,), {"container": "", "shared_name": variable})
    return operator, Tensor(name, (), RESOURCE)


def counter() -> Graph:
    """``y = x + v``, then ``v = y``; v begins at 10."""
    make, tensor = handle("h")
    main = Graph.build(
        [
            Operator("CALL_ONCE", (), (), {"init_subgraph_index": 1}, layer="init"),
            make,
            Operator("READ_VARIABLE", ("h",), ("v",), layer="read"),
            Operator("ADD", ("x", "v"), ("y",), layer="add"),
            Operator("ASSIGN_VARIABLE", ("h", "y"), (), layer="assign"),
        ],
        [float_tensor("x", 1), tensor, float_tensor("v", 1), float_tensor("y", 1)],
        ["x"],
        ["y"],
    )
    make, tensor = handle("h0")
    init = Graph.build(
        [make, Operator("ASSIGN_VARIABLE", ("h0", "k"), (), layer="assign")],
        [tensor, float_constant("k", [10])],
        [],
        [],
    )
    return with_subgraphs(main, init)


def test_a_variable_keeps_what_was_assigned_to_it() -> None:
    ours, theirs = both(counter(), [5])
    np.testing.assert_array_equal(ours, theirs)
    assert ours[0][0] == 15


def test_every_sample_starts_from_a_fresh_state() -> None:
    executor = Executor(counter())
    together = executor.run(np.array([1, 2, 3], np.float32)).outputs[0]
    np.testing.assert_array_equal(together, [11, 12, 13])
    np.testing.assert_array_equal(executor.run(np.array([4], np.float32)).outputs[0], [14])


def test_a_variable_without_a_value_is_named() -> None:
    make, tensor = handle("h", "weights")
    graph = Graph.build(
        [
            make,
            Operator("READ_VARIABLE", ("h",), ("v",), layer="read"),
            Operator("ADD", ("x", "v"), ("y",), layer="add"),
        ],
        [float_tensor("x", 1), tensor, float_tensor("v", 1), float_tensor("y", 1)],
        ["x"],
        ["y"],
    )
    with pytest.raises(ExecutionError, match="'weights' is read before it has a value"):
        Executor(graph).run(np.zeros(1, np.float32))


def test_a_subgraph_that_calls_itself_is_refused() -> None:
    main = one_operator("STABLEHLO_COMPOSITE", decomposition_subgraph_index=1)
    with pytest.raises(UnsupportedOperatorError, match="calls itself"):
        Executor(with_subgraphs(main, main))


def test_a_subgraph_of_another_signature_is_refused() -> None:
    main = one_operator("WHILE", cond_subgraph_index=1, body_subgraph_index=2)
    two = Graph.build(
        [Operator("ADD", ("a", "b"), ("y",), layer="add")],
        [float_tensor("a", 1), float_tensor("b", 1), float_tensor("y", 1)],
        ["a", "b"],
        ["y"],
    )
    with pytest.raises(UnsupportedOperatorError, match="does not have 1 inputs and 1 outputs"):
        Executor(with_subgraphs(main, below(3), two))


def test_a_graph_without_its_subgraphs_is_refused() -> None:
    with pytest.raises(UnsupportedOperatorError, match="does not have"):
        Executor(one_operator("STABLEHLO_COMPOSITE", decomposition_subgraph_index=3))


def test_a_custom_operator_is_named() -> None:
    with pytest.raises(UnsupportedOperatorError, match="'MyOwn' is an operator of its author"):
        Executor(one_operator("CUSTOM:MyOwn"))


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("RANDOM_UNIFORM", "draws random numbers"),
        ("MULTINOMIAL", "draws random numbers"),
        ("HASHTABLE_FIND", "does not keep hash tables"),
        ("CUSTOM:FlexErf", "'FlexErf' is an operator of TensorFlow itself"),
        ("LSH_PROJECTION", "qviz has no kernel for it"),
    ],
)
def test_what_is_not_run_says_why(kind: str, reason: str) -> None:
    with pytest.raises(UnsupportedOperatorError, match=reason) as refusal:
        Executor(one_operator(kind))
    assert refusal.value.kind == kind
    assert refusal.value.operator == "call"


def test_loops_in_loops_of_a_real_file(shared_folder: Path) -> None:
    path = shared_folder / "zoo" / "tflite" / "80edc1-nested_while.bin"
    data = path.read_bytes()
    executor = Executor(read_tflite(data, str(path)))
    # Not 0, which equals its own square for ever.
    for x in (0.5, 1.0, 2.0):
        array = np.array(x, np.float32)
        ours, theirs = executor.run([array]).outputs, run_reference(data, [array])
        np.testing.assert_array_equal(ours, theirs)
