"""What is run and said of a model that holds an operator that cannot be run."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from builders import activation, constant, operator
from custom_operators import with_custom_operator

import qviz
from qviz.errors import SchemeError, UnsupportedOperatorError
from qviz.evaluation import Dataset, compare, recommend, verify
from qviz.evaluation.partial_model import described, part_of, states_of_layers
from qviz.execution import runnable_part
from qviz.formats.tflite import read_tflite, write_tflite
from qviz.graph import Graph, Operator, Tensor
from qviz.graph.passes import to_inference_form
from qviz.report import (
    comparison_as_dict,
    comparison_as_json,
    comparison_from_json,
    html_report,
    schemes_as_csv,
)
from qviz.resources import sample_models

DIGITS = sample_models() / "digits" / "digits.keras"


@pytest.fixture(scope="module")
def digits() -> bytes:
    """The sample as a float ``.tflite`` file of 9 operators."""
    return write_tflite(to_inference_form(qviz.open_model(DIGITS)))


@pytest.fixture(scope="module")
def middle(digits: bytes) -> Graph:
    """The same with its fifth operator, a convolution, made unknown."""
    return read_tflite(with_custom_operator(digits, 4), "middle.tflite")


@pytest.fixture(scope="module")
def data(middle: Graph) -> Dataset:
    return qviz.load_dataset("digits", model=middle, limit=60)


def test_a_comparison_runs_what_does_not_depend_on_it(middle, digits, data):
    schemes = ["float32", "int8", "int8-only", "dynamic-range"]
    found = compare(middle, data, schemes, layer_samples=8)
    whole = compare(read_tflite(digits, "whole.tflite"), data, schemes, layer_samples=8)
    part = found.part
    assert part is not None
    (missing,) = part.missing
    assert (missing.index, missing.kind, missing.tensor) == (4, "CUSTOM:Mystery", "conv2_relu")
    assert (part.run, part.operators, part.not_reached) == (4, 9, ("dense2",))
    assert "4 of 9 operators" in found.part_note
    assert "neither accuracy nor agreement" in found.part_note
    assert [row.scheme.id for row in found.rows] == ["float32", "int8", "dynamic-range"]
    for row in found.rows:
        assert dict(row.metrics) == {}
        assert math.isnan(row.agreement)
        assert (row.flips, row.paired, dict(row.intervals)) == ((), None, {})
        expected = {e.layer: e for e in whole.row(row.scheme.id).layers}
        assert [e.layer for e in row.layers] == ["conv1", "depthwise", "pointwise", "pool"]
        # What is run is what is run of the whole model: the same errors, to the last bit.
        assert [e.accumulated for e in row.layers[:3]] == [
            expected[e.layer].accumulated for e in row.layers[:3]
        ]
        assert [e.weight for e in row.layers] == [expected[e.layer].weight for e in row.layers]
    assert found.data.input_ranges == whole.data.input_ranges
    # All that is left is integer, but the model is not.
    ((refused, why),) = found.skipped
    assert refused == "int8-only"
    assert "CUSTOM:Mystery" in why
    assert whole.part is None
    assert whole.part_note == ""


def test_nothing_is_advised_or_drawn_without_the_output(middle, data):
    found = compare(middle, data, ["float32", "dynamic-range"], layer_samples=4)
    advice = recommend(found)
    assert advice.scheme == ""
    assert "no accuracy to choose" in advice.sentence
    assert [j.verdict for j in advice.judgements] == ["unknown"]
    page = html_report(found)
    assert "Only a part of the model was run." in page
    assert "4 of 9 operators" in page
    assert "over size" not in page
    assert "nan" not in page.lower().replace("nano", "")
    content = comparison_as_dict(found)
    assert content["part"]["missing"][0]["kind"] == "CUSTOM:Mystery"
    assert content["rows"][1]["agreement"] is None
    again = comparison_from_json(comparison_as_json(found))
    assert again.part == found.part
    assert again.part_note == found.part_note
    assert "CUSTOM:Mystery" in schemes_as_csv(found)


def test_at_the_very_start_nothing_is_left_and_that_is_said(digits, data):
    graph = read_tflite(with_custom_operator(digits, 0), "start.tflite")
    with pytest.raises(UnsupportedOperatorError, match="0 of 9 operators") as stop:
        compare(graph, data, ["float32"])
    assert "CUSTOM:Mystery of layer 'conv1'" in str(stop.value)
    states = states_of_layers(graph, runnable_part(graph))
    assert states.pop("conv1") == "cannot"
    assert set(states.values()) == {"behind"}
    assert len(states) == 7


def fork() -> Graph:
    """Two outputs: a dense layer with an unknown operator behind it, and one without."""
    random = np.random.default_rng(3)
    tensors = [activation("x", 1, 6)]
    operators = []
    for name in ("left", "right"):
        tensors += [
            constant(f"{name}_kernel", random.normal(size=(4, 6))),
            activation(f"{name}_dense", 1, 4),
            activation(name, 1, 4),
        ]
        inputs = ("x", f"{name}_kernel", None)
        operators.append(operator("FULLY_CONNECTED", inputs, f"{name}_dense"))
    operators.append(operator("CUSTOM:Mystery", ("left_dense",), "left"))
    operators.append(operator("SOFTMAX", ("right_dense",), "right", beta=1.0))
    return Graph.build(operators, tensors, ["x"], ["left", "right"])


def test_of_two_branches_the_one_that_is_reached_has_an_accuracy():
    graph = read_tflite(write_tflite(fork()), "fork.tflite")
    x = np.random.default_rng(0).normal(size=(50, 6)).astype(np.float32)
    y = np.arange(50) % 4
    data = Dataset("made up", (x,), y, "classification")
    left = compare(graph, data, ["float32", "dynamic-range"], layer_samples=4)
    assert not left.reaches_output
    assert left.rows[0].output == "left"
    right = compare(graph, data, ["float32", "dynamic-range"], layer_samples=4, output="right")
    assert right.reaches_output
    assert right.part is not None
    assert (right.part.run, right.part.not_reached) == (3, ("left",))
    assert right.rows[0].output == "right"
    assert 0 < right.rows[0].metrics["top1"] < 1
    assert right.rows[1].agreement > 0.9
    assert "neither accuracy" not in right.part_note
    (report,) = verify(write_tflite(graph), modes=["reference"], samples=2).modes
    assert {check.name for check in report.tensors} == {"left_dense", "right_dense", "right"}
    assert report.difference.differing == 0


@pytest.mark.parametrize(("subgraph", "at"), [(4, 0), (1, 1)])
def test_inside_a_loop_the_loop_is_what_cannot_be_run(shared_folder, subgraph, at):
    content = (shared_folder / "zoo" / "tflite" / "80edc1-nested_while.bin").read_bytes()
    broken = with_custom_operator(content, at, subgraph=subgraph)
    graph = read_tflite(broken, "nested.tflite")
    part = described(graph, runnable_part(graph))
    assert (part.run, part.operators) == (0, 1)
    assert part.missing[0].kind == "WHILE"
    assert "subgraph" in part.cause
    assert "'Mystery' is an operator of its author's own" in part.cause
    with pytest.raises(UnsupportedOperatorError, match="'Mystery'"):
        part_of(graph)
    verification = verify(broken)
    assert not verification.complete
    assert all("'Mystery'" in report.problem for report in verification.modes)


def branching(shared: str) -> Graph:
    """A condition and a double beside it: IF runs subgraph 1 or 2, which hold `shared` and NEG."""
    from qviz.formats.tflite.model import TfliteModel
    from qviz.graph import Source

    def called(kind: str) -> Graph:
        return Graph.build(
            [operator(kind, ("a",), "b")], [activation("a", 1, 3), activation("b", 1, 3)],
            ["a"], ["b"],
        )  # fmt: skip

    options = {"then_subgraph_index": 1, "else_subgraph_index": 2}
    main = Graph.build(
        [
            operator("ADD", ("x", "x"), "double"),
            operator("GREATER", ("pivot", "limit"), "condition"),
            Operator("IF", ("condition", "double"), ("chosen",), options, "branch"),
            operator("EXP", ("chosen",), "y"),
        ],
        [
            *(activation(name, 1, 3) for name in ("x", "double", "chosen", "y")),
            activation("pivot", 1),
            constant("limit", [0.0]),
            activation("condition", 1, dtype=np.bool_),
        ],
        ["x", "pivot"],
        ["y"],
    )
    model = TfliteModel((main, called(shared), called("NEG")))
    return main.with_source(Source("", "tflite", model=model))


def test_inside_a_branch_what_stands_before_it_is_run_and_verified():
    whole = verify(write_tflite(branching("ABS")), modes=["reference"], samples=2)
    assert whole.complete
    assert not whole.differs
    found = verify(write_tflite(branching("CUSTOM:Mystery")), modes=["reference"], samples=2)
    assert found.part is not None
    assert (found.part.run, found.part.operators) == (2, 4)
    assert found.part.missing[0].kind == "IF"
    (report,) = found.modes
    assert report.problem == ""
    assert report.difference.values > 0
    assert report.difference.differing == 0
    assert not found.complete


def test_a_variable_is_not_read_where_its_value_is_lost():
    handle = Tensor("handle", (1,), np.dtype("V4"))
    graph = Graph.build(
        [
            Operator("VAR_HANDLE", (), ("handle",), {"shared_name": "v"}, layer="handle"),
            Operator("ASSIGN_VARIABLE", ("handle", "x"), (), layer="first"),
            operator("CUSTOM:Mystery", ("x",), "lost"),
            Operator("ASSIGN_VARIABLE", ("handle", "lost"), (), layer="second"),
            operator("READ_VARIABLE", ("handle",), "stale"),
            operator("NEG", ("stale",), "y"),
            operator("ABS", ("x",), "beside"),
        ],
        [handle, *(activation(n, 1, 3) for n in ("x", "lost", "stale", "y", "beside"))],
        ["x"],
        ["y", "beside"],
    )
    found = runnable_part(graph)
    assert found.operators == (0, 1, 6)
    assert found.blocked == {"lost", "stale", "y"}
    assert found.executor.run(np.full((1, 3), -2, np.float32)).outputs[0].tolist() == [[2, 2, 2]]


def test_operators_of_one_kind_in_one_layer_are_told_apart():
    graph = Graph.build(
        [
            Operator("ABS", ("x",), ("a",), layer="layer"),
            Operator("CUSTOM:Mystery", ("x",), ("b",), layer="layer"),
            Operator("NEG", ("b",), ("c",), layer="layer"),
            Operator("CUSTOM:Mystery", ("a",), ("d",), layer="layer"),
            Operator("NEG", ("a",), ("e",), layer="layer"),
        ],
        [activation(name, 1, 3) for name in "xabcde"],
        ["x"],
        ["c", "d", "e"],
    )
    found = runnable_part(graph)
    assert found.operators == (0, 4)
    assert found.missing == (1, 3)
    part = described(graph, found)
    assert [(m.index, m.tensor) for m in part.missing] == [(1, "b"), (3, "d")]
    assert "does not depend on them" in part.share


def test_real_files_are_verified_up_to_the_operator(shared_folder):
    zoo = shared_folder / "zoo" / "tflite"
    for name, at in (
        ("b97b09-mnist_valid_q.tflite", 3),
        ("5b9e0d-vww96_f.tflite", 6),
        ("f2e8dc-mbnet96_0.25_q.tflite", 9),
        ("4f25cc-blazeface_mlkit_v1.tfl", 39),
    ):
        broken = with_custom_operator((zoo / name).read_bytes(), at)
        found = verify(broken, samples=1)
        assert found.part is not None, name
        assert found.part.missing[0].index == at
        assert at <= found.part.run < found.part.operators
        for report in found.modes:
            assert report.problem == "", (name, report.problem)
            assert report.difference.differing == 0, name
            assert len(report.tensors) + len(report.not_compared) >= at
            # Places are those of the model's own file.
            assert at not in {check.place.index for check in report.operators}
        assert not found.complete
        assert not found.differs


def test_an_output_that_is_not_there_is_refused(middle, data):
    with pytest.raises(SchemeError, match="It has: 0 'dense2'"):
        compare(middle, data, ["float32"], output="dense9")
    with pytest.raises(SchemeError, match="no output 1"):
        compare(middle, data, ["float32"], output=1)


def test_metrics_are_about_the_output_that_is_asked_for():
    path = Path(__file__).parents[1] / "golden" / "two_outputs.keras"
    graph = qviz.open_model(path)
    assert graph.outputs == ("kind", "place")
    x = np.random.default_rng(0).normal(size=(80, 8)).astype(np.float32)
    trace = qviz.Executor(graph).run(x)
    for position, (name, classes) in enumerate((("kind", 3), ("place", 5))):
        labels = trace[name].argmax(axis=1)
        assert 1 < len(set(labels.tolist())) <= classes
        for chosen in (name, position, str(position)):
            data = Dataset("made up", (x,), labels, "classification")
            schemes = ["float32", "int8", "int16x8", "tfjs-uint8", "dynamic-range", "float16"]
            found = compare(graph, data, schemes, layer_samples=2, output=chosen)
            assert {row.output for row in found.rows} == {name}
            # Labels are what this output says: the other one cannot score so well.
            assert found.rows[0].metrics["top1"] == 1.0
            assert all(row.metrics["top1"] > 0.85 for row in found.rows)
            assert all(row.agreement == row.metrics["top1"] for row in found.rows)
            assert [n for n, _, _ in found.model.outputs] == ["kind", "place"]
    # The first one, where nothing is said.
    labels = trace["kind"].argmax(axis=1)
    data = Dataset("made up", (x,), labels, "classification")
    assert compare(graph, data, ["float32"]).rows[0].output == "kind"


def test_what_the_window_reads_of_it_loads_no_kernels():
    program = "import sys, qviz.ui.workbench; print([m for m in sys.modules if 'kernels' in m])"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert found.stdout.strip() == "[]", found.stderr
