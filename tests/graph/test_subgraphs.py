"""Weights inside loops and branches: counted, listed and drawn like the others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from builders import activation, constant, operator

import qviz
from qviz.cli import main
from qviz.evaluation import Dataset, compare, model_info
from qviz.files import write_bytes
from qviz.formats.tflite import write_tflite
from qviz.formats.tflite.model import TfliteModel
from qviz.graph import Graph, Operator, Source, layers
from qviz.graph.subgraphs import called_by, weights_inside
from qviz.jobs.task import run
from qviz.jobs.tasks import TASKS
from qviz.quantization import SCHEMES

# A network with one LSTM whose steps are a loop: its recurrent dropout keeps TensorFlow from
# fusing it into one operator.
_LSTM = """
model = keras.Sequential([
    keras.Input((12, 4), batch_size=1),
    keras.layers.LSTM(8, recurrent_dropout=0.1),
    keras.layers.Dense(3),
])
rng = np.random.default_rng(0)
model.set_weights([rng.normal(0, 0.3, w.shape) if w.dtype.kind == "f" else w
                   for w in model.get_weights()])
result = (model.count_params(), tf.lite.TFLiteConverter.from_keras_model(model).convert())
"""


def looping() -> Graph:
    """x -> dense -> five turns of a dense layer, whose kernel has the name of the first one."""
    random = np.random.default_rng(5)

    def dense(source: str, target: str) -> Operator:
        return operator("FULLY_CONNECTED", (source, "kernel", "bias"), target)

    def weights() -> list[qviz.graph.Tensor]:
        return [
            constant("kernel", random.normal(0, 0.3, size=(4, 4))),
            constant("bias", random.normal(size=4)),
        ]

    main_graph = Graph.build(
        [
            dense("x", "first"),
            Operator(
                "WHILE",
                ("first", "zero"),
                ("y", "turns"),
                {"cond_subgraph_index": 1, "body_subgraph_index": 2},
                layer="loop",
            ),
        ],
        [
            *weights(),
            *(activation(name, 1, 4) for name in ("x", "first", "y")),
            constant("zero", [0], np.int32),
            activation("turns", 1, dtype=np.int32),
        ],
        ["x"],
        ["y"],
    )
    condition = Graph.build(
        [operator("LESS", ("count", "limit"), "goes_on")],
        [
            activation("state", 1, 4),
            activation("count", 1, dtype=np.int32),
            constant("limit", [5], np.int32),
            activation("goes_on", 1, dtype=np.bool_),
        ],
        ["state", "count"],
        ["goes_on"],
    )
    body = Graph.build(
        [dense("state", "next"), operator("ADD", ("count", "one"), "counted")],
        [
            *weights(),
            activation("state", 1, 4),
            activation("next", 1, 4),
            *(activation(name, 1, dtype=np.int32) for name in ("count", "counted")),
            constant("one", [1], np.int32),
        ],
        ["state", "count"],
        ["next", "counted"],
    )
    model = TfliteModel((main_graph, condition, body))
    return main_graph.with_source(Source("", "tflite", model=model))


def test_a_graph_is_printed_in_one_line() -> None:
    said = repr(qviz.open_model("digits"))
    assert said.startswith("<Graph 'digits': 18 operators, ")
    assert "takes image (1, 8, 8, 1) float32, gives dense2 (1, 10) float32>" in said
    assert len(said) < 200


def test_weights_in_the_body_of_a_loop_are_counted_and_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = write_bytes(tmp_path / "loop.tflite", write_tflite(looping()))
    graph = qviz.open_model(path)
    assert list(called_by(graph, *graph.operators)) == [1, 2]
    # Equal names do not hide one another; counters are no weights.
    inside = weights_inside(graph, *graph.operators)
    assert list(inside) == ["kernel (subgraph 2)", "bias (subgraph 2)"]
    first, loop = layers(graph)
    assert (first.parameters, loop.kind, loop.parameters) == (20, "WHILE", 20)
    assert loop.inner_weights == tuple(inside)
    assert model_info(graph).parameters == 40
    with pytest.raises(SystemExit) as stop:
        main(["inspect", str(path)])
    assert stop.value.code == 0
    told = capsys.readouterr().out
    assert "40 weights in 2 layers" in told
    values = inside["kernel (subgraph 2)"][1].real()
    (row,) = [line for line in told.splitlines() if line.startswith("loop ")]
    assert f"{values.min():.4g} to {values.max():.4g}" in row


def test_the_window_draws_them(tmp_path: Path):
    path = str(write_bytes(tmp_path / "loop.tflite", write_tflite(looping())))
    summary = run(TASKS["open"](path))
    assert summary.info.parameters == 40
    loop = summary.layers[1]
    assert [tensor.name for tensor in loop.weights] == ["kernel (subgraph 2)", "bias (subgraph 2)"]
    for tensor in loop.weights:
        view = run(TASKS["weights"](path, loop.name, tensor.name, SCHEMES["int8"]))
        assert (view.layer, view.tensor) == (loop.name, tensor.name)
        assert view.float_edges[0] == pytest.approx(tensor.minimum)
        assert view.float_counts.sum() == np.prod(tensor.shape)
        assert view.levels.size == 0


def test_weights_that_two_operators_run_count_once():
    graph = looping()
    again = Operator(
        "WHILE", ("y", "turns"), ("z", "more"), graph.operators[1].options, layer="again"
    )
    twice = graph.rebuild(
        [*graph.operators, again],
        [
            *graph.tensors.values(),
            activation("z", 1, 4),
            activation("more", 1, dtype=np.int32),
        ],
        outputs=["z"],
    )
    assert [layer.parameters for layer in layers(twice)] == [20, 20, 20]
    assert model_info(twice).parameters == 40


def test_a_layer_that_makes_no_tensor_is_listed_and_passed_over(
    shared_folder: Path, tmp_path: Path
):
    content = (shared_folder / "zoo/tflite/83e379-resource_vars_calibrated.bin").read_bytes()
    path = write_bytes(tmp_path / "variables.tflite", content)
    graph = qviz.open_model(path)
    assert any(not layer.output for layer in layers(graph))
    with pytest.raises(SystemExit) as stop:
        main(["inspect", str(path)])
    assert stop.value.code == 0
    summary = run(TASKS["open"](str(path)))
    assert () in {layer.output_shape for layer in summary.layers if not layer.weights}
    shapes = [graph.tensors[name].shape[1:] for name in graph.inputs]
    x = tuple(np.ones((4, *shape), np.float32) for shape in shapes)
    found = compare(graph, Dataset("ones", x, None, "none"), ["float32", "int8"], layer_samples=2)
    assert [row.scheme.id for row in found.rows] == ["float32", "int8"]
    # Its value is computed in a run, and a layer that reads it is not run alone.
    assert found.rows[1].agreement > 0.99
    by_layer = {error.layer: error for error in found.rows[1].layers}
    assert by_layer["Gather"].local is None
    assert by_layer["Gather"].accumulated is not None
    assert by_layer["MatMul1"].local is not None


@pytest.mark.tensorflow
def test_a_converted_lstm_has_all_its_weights(keras_reference, tmp_path: Path):
    parameters, content = keras_reference.run(_LSTM)
    assert parameters == 443
    path = write_bytes(tmp_path / "lstm.tflite", content)
    graph = qviz.open_model(path)
    assert "WHILE" in {operator.kind for operator in graph.operators}
    # The file has the two states before the first step besides, 8 zeros each.
    assert model_info(graph).parameters == 443 + 2 * 8
    summary = run(TASKS["open"](str(path)))
    assert any(len(layer.weights) > 8 for layer in summary.layers)
    x = np.random.default_rng(0).normal(size=(12, 12, 4)).astype(np.float32)
    data = Dataset.of(x)
    found = compare(graph, data, ["float32", "int8", "dynamic-range"], layer_samples=4)
    assert [row.scheme.id for row in found.rows] == ["float32", "int8", "dynamic-range"]
    assert all(row.agreement > 0.8 for row in found.rows)
