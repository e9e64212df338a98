from __future__ import annotations

from dataclasses import replace

import numpy as np
from builders import activation, constant, operator
from small_network import network

from qviz.evaluation import Dataset, compare
from qviz.evaluation.input_scale import scale_notes
from qviz.graph import Graph
from qviz.report import html_report
from qviz.report.json_form import comparison_as_json
from qviz.report.json_reading import comparison_from_json

SENTENCE = "The samples are 0 to 255 as stored. If the model learned on 0..1, preprocess with 0..1."
BYTES = np.linspace(0, 255, 20 * 72).reshape(20, 6, 6, 2).astype(np.uint8)


def test_bytes_as_stored_are_said_once() -> None:
    found = compare(network(), Dataset.of(BYTES), ["float32", "int8", "float16"], layer_samples=0)
    assert found.data.notes == (SENTENCE,)
    assert all(SENTENCE not in row.notes for row in found.rows)
    assert html_report(found).count(SENTENCE) == 1
    assert comparison_from_json(comparison_as_json(found)).data.notes == (SENTENCE,)


def test_scaled_samples_are_not_mentioned() -> None:
    graph = network()
    data = Dataset.of(BYTES, preprocessing="0..1")
    assert scale_notes(graph, data, {"image": (0.0, 1.0)}) == ()
    assert scale_notes(graph, data, {"image": (0.0, 255.0)}) == ()
    assert scale_notes(graph, Dataset.of(BYTES), {"image": (0.0, 16.0)}) == ()


def test_other_wide_values_are_not_taken_for_pixels() -> None:
    data = Dataset.of(BYTES.astype(np.float32))
    (told,) = scale_notes(network(), data, {"image": (-300.0, 900.0)})
    assert "-300 to 900 as stored" in told
    assert "0..1" not in told


def test_a_model_that_scales_by_itself_is_left_alone() -> None:
    graph = network()
    first = graph.operators[0]
    scaling = operator("MUL", ("image", "factor"), "scaled")
    scaled = Graph.build(
        [
            scaling,
            replace(first, inputs=("scaled", *first.inputs[1:])),
            *graph.operators[1:],
        ],
        [
            *graph.tensors.values(),
            constant("factor", np.float32(1 / 255)),
            activation("scaled", 1, 6, 6, 2),
        ],
        ["image"],
        list(graph.outputs),
        name="scaled",
    )
    assert scale_notes(scaled, Dataset.of(BYTES), {"image": (0.0, 255.0)}) == ()
