from __future__ import annotations

from dataclasses import replace

import pytest
from builders import activation, operator

import qviz.jobs.eightbit as pictures_module
from qviz.errors import SchemeError
from qviz.graph import Graph
from qviz.jobs.eightbit import eightbit_pictures, neighbourhood

# x - a - b - c - sum - d, and a to sum past b and c.
_STEPS = (("x", "a"), ("a", "b"), ("b", "c"))


@pytest.fixture
def graph() -> Graph:
    operators = [replace(operator("RELU", (x,), y), layer=y) for x, y in _STEPS]
    operators.append(replace(operator("ADD", ("c", "a"), "sum"), layer="sum"))
    operators.append(replace(operator("SOFTMAX", ("sum",), "d"), layer="d"))
    names = ("x", "a", "b", "c", "sum", "d")
    return Graph.build(operators, [activation(n, 1, 4) for n in names], ["x"], ["d"])


def test_neighbours_follow_the_data_both_ways(graph: Graph):
    assert neighbourhood(graph, "b", 0) == ("b",)
    assert neighbourhood(graph, "b", 1) == ("a", "b", "c")
    assert neighbourhood(graph, "b", 2) == ("a", "b", "c", "sum")
    assert neighbourhood(graph, "sum", 1) == ("a", "c", "sum", "d")
    assert neighbourhood(graph, "a", 3) == ("a", "b", "c", "sum", "d")


def test_pairs_between_the_layers_vanish(graph: Graph):
    alone = eightbit_pictures(graph, "b", 0)
    assert alone.vanishing == frozenset()
    assert alone.wrapped == alone.stripped
    three = eightbit_pictures(graph, "b", 1)
    assert three.layers == ("a", "b", "c")
    labels = sorted(n.label for n in three.wrapped.nodes if n.id in three.vanishing)
    # What a makes is read outside the part too, so its Dequantize stays.
    assert labels == ["Dequantize", *["Max"] * 2, *["Min"] * 2, *["QuantizeV2"] * 2]
    assert {n.id for n in three.stripped.nodes} <= {n.id for n in three.wrapped.nodes}


def test_what_has_no_eightbit_form_stays_float(graph: Graph):
    last = eightbit_pictures(graph, "d", 0)
    assert [n.kind for n in last.stripped.nodes] == ["end", "float", "end"]


def test_unknown_layers_and_parts_too_large_are_sentences(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
):
    with pytest.raises(SchemeError, match="no layer 'nowhere'"):
        eightbit_pictures(graph, "nowhere", 1)
    monkeypatch.setattr(pictures_module, "_MOST_BOXES", 5)
    with pytest.raises(SchemeError, match="fewer layers around"):
        eightbit_pictures(graph, "b", 1)
