"""The three forms of an eightbit graph: their operators, their numbers, their pictures."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import activation, constant, operator

from qviz.errors import ModelFormatError, SchemeError, UnsupportedOperatorError
from qviz.evaluation.artifact import artifact_files
from qviz.evaluation.eightbit_forms import form_results
from qviz.execution import Executor
from qviz.formats import open_model
from qviz.formats.graph_archive import read_graph_archive, write_graph_archive
from qviz.graph import Graph, Operator, Tensor
from qviz.graph.passes import to_inference_form
from qviz.progress import finish
from qviz.quantization import quantization_notes, quantize, unsupported_operators
from qviz.quantization.eightbit import (
    Edge,
    code_table,
    eightbit_forms,
    eightbit_steps,
    float_operators,
    picture,
)
from qviz.quantization.eightbit.strip import redundant_pairs, strip
from qviz.quantization.eightbit.wrap import store_weights, weight_range

# A range of which one step is 0.01, so that codes can be counted by hand.
X = np.array([[-0.5, 0.0, 0.5, 2.05]], np.float32)


def relus(count: int) -> Graph:
    """ReLUs one after the other, each a layer."""
    names = ["x", *(f"relu{i + 1}" for i in range(count))]
    operators = [replace(operator("RELU", (a,), b), layer=b) for a, b in itertools.pairwise(names)]
    return Graph.build(operators, [activation(n, 1, 4) for n in names], ["x"], [names[-1]])


def dense(weights: np.ndarray, bias: np.ndarray, fused: str = "NONE") -> Graph:
    """One dense layer with a fused activation."""
    tensors = [
        activation("x", 1, weights.shape[1]),
        constant("dense/kernel", weights),
        constant("dense/bias", bias),
        activation("y", 1, weights.shape[0]),
    ]
    inputs = ("x", "dense/kernel", "dense/bias")
    made = operator("FULLY_CONNECTED", inputs, "y", fused_activation_function=fused)
    return Graph.build([replace(made, layer="dense")], tensors, ["x"], ["y"])


def kinds(graph: Graph) -> list[str]:
    return [o.kind.removeprefix("EIGHTBIT_") for o in graph.operators]


def test_the_first_two_pictures_of_the_document() -> None:
    forms = eightbit_forms(relus(1))
    assert kinds(forms.before) == ["RELU"]
    wrapped = ["MIN", "MAX", "QUANTIZE_V2", "RELU", "DEQUANTIZE"]
    assert kinds(forms.wrapped) == kinds(forms.stripped) == wrapped
    drawn = picture(forms.wrapped)
    labels = {node.id: node.label for node in drawn.nodes}
    assert list(labels.values()) == [
        *("x", "Min", "Max", "QuantizeV2", "QuantizedRelu", "Dequantize", "relu1"),
    ]
    edges = [(labels[e.source], labels[e.target], e.label) for e in drawn.edges]
    assert edges == [
        ("x", "Min", "float"),
        ("x", "Max", "float"),
        ("x", "QuantizeV2", "float"),
        ("Min", "QuantizeV2", "min"),
        ("Max", "QuantizeV2", "max"),
        ("QuantizeV2", "QuantizedRelu", "8 bit"),
        ("QuantizeV2", "QuantizedRelu", "min"),
        ("QuantizeV2", "QuantizedRelu", "max"),
        ("QuantizedRelu", "Dequantize", "8 bit"),
        ("QuantizedRelu", "Dequantize", "min"),
        ("QuantizedRelu", "Dequantize", "max"),
        ("Dequantize", "relu1", "float"),
    ]
    found = Counter(node.kind for node in drawn.nodes)
    assert found == {"end": 2, "range": 2, "conversion": 2, "eightbit": 1}


def test_the_third_picture_of_the_document() -> None:
    forms = eightbit_forms(relus(3))
    assert len(forms.wrapped.operators) == 15
    assert len(redundant_pairs(forms.wrapped)) == 2
    assert kinds(forms.stripped) == [
        *("MIN", "MAX", "QUANTIZE_V2", "RELU", "RELU", "RELU", "DEQUANTIZE"),
    ]
    once = strip(forms.wrapped, 1)
    assert Counter(kinds(once))["QUANTIZE_V2"] == 2
    assert kinds(once)[:5] == ["MIN", "MAX", "QUANTIZE_V2", "RELU", "RELU"]


def test_codes_and_ranges_of_a_relu_by_hand() -> None:
    # -0.5 to 2.05 is 2.55: one step is 0.01, 0 is code 50.
    for form in ("wrapped", "stripped"):
        graph = getattr(eightbit_forms(relus(1)), form)
        trace = Executor(graph).run(X, taps="all")
        assert trace["relu1/input0/codes"].tolist() == [[0, 50, 100, 255]]
        assert trace["relu1/codes"].tolist() == [[50, 50, 100, 255]]
        np.testing.assert_allclose(trace["relu1/codes/min"], [-0.5])
        np.testing.assert_allclose(trace["relu1"], [[0, 0, 0.5, 2.05]], atol=1e-6)


def test_stripping_keeps_the_range_of_the_first_quantize() -> None:
    x = np.array([[-99.0, 0.0, 0.1, 1.0]], np.float32)
    forms = eightbit_forms(relus(2))
    # One step is 100 / 255 = 0.392. The second quantize saw 0 to 1.18 and had finer steps, but what
    # the first rounded stays rounded.
    wrapped = Executor(forms.wrapped).run(x, taps="all")
    assert wrapped["relu2/input0/codes"].tolist() == [[0, 0, 0, 255]]
    stripped = Executor(forms.stripped).run(x, taps="all")
    assert stripped["relu2/codes"].tolist() == [[252, 252, 252, 255]]
    np.testing.assert_allclose(wrapped["relu2"], stripped["relu2"], atol=1e-5)
    np.testing.assert_allclose(stripped["relu2"], [[0, 0, 0, 3 * 100 / 255]], atol=1e-5)


def test_weights_are_stored_from_zero_on() -> None:
    codes, low, high = store_weights(constant("w", np.array([[1.0, 2.0], [2.55, 0.0]])))
    assert codes.data is not None
    assert codes.data.tolist() == [[100, 200], [255, 0]]
    assert low.tolist() == [0]
    np.testing.assert_allclose(high, [2.55], rtol=1e-6)
    np.testing.assert_allclose(codes.real(), [[1, 2], [2.55, 0]], atol=1e-6)
    assert codes.dtype == np.uint8


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([3, 4], (0, 4)),
        ([-4, -3], (-4, -3)),
        ([0, 0], (0, 1)),
        ([-3, -3], (-3, -1.5)),
        ([2, 2], (0, 2)),
        ([], (0, 1)),
    ],
)
def test_ranges_of_weights(values: list[float], expected: tuple[float, float]) -> None:
    assert weight_range(np.array(values, np.float32)) == expected


@pytest.mark.parametrize("value", [0.0, -3.0, 2.0])
def test_constant_weights_come_back(value: float) -> None:
    stored, low, high = store_weights(constant("w", np.full((2, 2), value)))
    np.testing.assert_allclose(stored.real(), np.full((2, 2), value), rtol=2e-3)
    assert low[0] <= min(0, value) <= max(0, value) <= high[0] + 1e-6


def test_a_dense_layer_by_hand() -> None:
    weights = np.array([[1.0, -1.55, 0.5, 0.0], [0.25, 0.0, -0.5, 1.0]], np.float32)
    graph = quantize(dense(weights, np.array([0.0, 2.55]), "RELU"), "eightbit")
    assert Counter(kinds(graph)) == {
        **{"MIN": 1, "MAX": 1, "QUANTIZE_V2": 1, "MATMUL": 1, "BIAS_ADD": 1, "RELU": 1},
        **{"REQUANTIZATION_RANGE": 2, "REQUANTIZE": 2, "DEQUANTIZE": 1},
    }
    trace = Executor(graph).run(X, taps="all")
    # Codes of x less 50 in steps of 0.01; of the weights less 155 in steps of 0.01.
    x = np.array([-50, 0, 50, 205])
    w = np.array([[100, -155, 50, 0], [25, 0, -50, 100]])
    sums = w @ x
    assert sums.tolist() == [-2500, 16750]
    assert trace["y/sum/sums"].shape == (1, 2)
    assert trace["y/product/sums"].tolist() == [sums.tolist()]
    # -0.25 to 1.675 is 1.925: code 0 and 255.
    assert trace["y/product/codes"].tolist() == [[0, 255]]
    np.testing.assert_allclose(trace["y/product/codes/max"], [1.675], atol=2e-4)
    # -0.25 + 0 and 1.675 + 2.55, then the ReLU.
    np.testing.assert_allclose(trace["y"], [[0, 4.225]], atol=4.475 / 255)


def test_fused_and_separate_activations_are_one() -> None:
    weights = np.random.default_rng(0).normal(size=(3, 4))
    fused = dense(weights, np.ones(3), "RELU6")
    forms = eightbit_forms(fused)
    assert kinds(forms.before) == ["FULLY_CONNECTED", "ADD", "RELU6"]
    assert [o.layer for o in forms.before.operators] == ["dense"] * 3
    again = eightbit_forms(to_inference_form(forms.before)).before
    assert kinds(again) == kinds(forms.before)
    for graph in (forms.before, again):
        (y,) = Executor(graph).run(X).outputs
        np.testing.assert_allclose(y, Executor(fused).run(X).outputs[0], rtol=1e-6)


def network() -> Graph:
    """Every operator with an 8-bit form, and some without."""
    random = np.random.default_rng(3)

    def drawn(*shape: int) -> np.ndarray:
        return random.normal(scale=0.5, size=shape)

    tensors = [
        activation("x", 1, 6, 6, 2),
        constant("conv/kernel", drawn(4, 3, 3, 2)),
        constant("conv/bias", drawn(4)),
        constant("depthwise/kernel", drawn(1, 3, 3, 4)),
        constant("depthwise/bias", drawn(4)),
        constant("dense/kernel", drawn(5, 144)),
        constant("scale", np.array(0.5)),
        constant("shape", [1, 144], np.int32),
        *(activation(n, 1, 6, 6, 4) for n in ("conv", "depth", "sum", "half")),
        activation("both", 1, 6, 6, 8),
        activation("pool", 1, 3, 3, 8),
        activation("mean", 1, 3, 3, 8),
        activation("six", 1, 3, 3, 8),
        activation("joined", 1, 3, 3, 16),
        activation("flat", 1, 144),
        activation("dense", 1, 5),
        activation("scores", 1, 5),
    ]
    same = {"padding": "SAME", "stride_h": 1, "stride_w": 1}
    pool = {"padding": "SAME", "filter_height": 2, "filter_width": 2, "stride_h": 2, "stride_w": 2}
    steps = [
        operator("CONV_2D", ("x", "conv/kernel", "conv/bias"), "conv", **same),
        operator(
            *("DEPTHWISE_CONV_2D", ("conv", "depthwise/kernel", "depthwise/bias"), "depth"),
            fused_activation_function="RELU",
            depth_multiplier=1,
            **same,
        ),
        operator("ADD", ("conv", "depth"), "sum", fused_activation_function="RELU"),
        operator("MUL", ("sum", "scale"), "half"),
        operator("CONCATENATION", ("half", "conv"), "both", axis=3),
        operator("MAX_POOL_2D", ("both",), "pool", **pool),
        operator("AVERAGE_POOL_2D", ("both",), "mean", **pool),
        operator("RELU6", ("pool",), "six"),
        operator("CONCATENATION", ("six", "mean"), "joined", axis=3),
        operator("RESHAPE", ("joined", "shape"), "flat"),
        operator("FULLY_CONNECTED", ("flat", "dense/kernel", None), "dense"),
        operator("SOFTMAX", ("dense",), "scores", beta=1.0),
    ]
    steps = [replace(o, layer=o.outputs[0]) for o in steps]
    return Graph.build(steps, tensors, ["x"], ["scores"])


def test_every_operator_and_what_stays_in_float() -> None:
    graph = network()
    forms = eightbit_forms(graph)
    left = ("DEPTHWISE_CONV_2D depth", "SOFTMAX scores")
    assert float_operators(forms.stripped) == unsupported_operators(graph, "eightbit") == left
    assert [n for n in quantization_notes(graph, "eightbit") if "stays in float32" in n]
    stored = {n for n, t in forms.stripped.constants().items() if t.dtype == np.uint8}
    matrices = {"conv/kernel", "conv/bias", "depthwise/kernel", "depthwise/bias", "dense/kernel"}
    assert stored == {*matrices, "scale"}
    x = np.random.default_rng(4).normal(size=(6, 6, 6, 2)).astype(np.float32)
    expected = Executor(graph).run(x).outputs[0]
    for form in (forms.wrapped, forms.stripped):
        executor = Executor(form)
        assert executor.batch_transparent
        found = executor.run(x).outputs[0]
        noise = float(((found - expected) ** 2).mean() / (expected**2).mean())
        assert 1e-9 < noise < 0.03
        alone = np.concatenate([executor.run(x[i : i + 1]).outputs[0] for i in range(6)])
        np.testing.assert_array_equal(found, alone)


def test_names_and_origins_are_kept() -> None:
    graph = network()
    forms = eightbit_forms(graph)
    made = {name for o in graph.operators for name in o.outputs}
    for name in made:
        assert forms.wrapped.tensors[name].dtype == np.float32
    assert forms.wrapped.tensors["conv"].origin == "conv"
    assert {o.layer for o in forms.stripped.operators} <= {o.layer for o in graph.operators}


def test_steps_lead_from_float_to_eight_bits() -> None:
    graph = network()
    short = list(eightbit_steps(graph, every=False))
    assert [step.form for step in short] == ["before", "wrapped", "stripped"]
    forms = eightbit_forms(graph)
    assert kinds(short[1].graph) == kinds(forms.wrapped)
    assert kinds(short[2].graph) == kinds(forms.stripped)
    steps = list(eightbit_steps(relus(2)))
    assert [step.form for step in steps] == ["before", "wrapped", "wrapped", "stripped"]
    assert [step.title for step in steps] == [
        *("Float", "RELU of relu1 wrapped", "RELU of relu2 wrapped", "1 of 1 pairs stripped"),
    ]
    assert [len(step.graph.operators) for step in steps] == [2, 6, 10, 6]
    for step in steps:
        (y,) = Executor(step.graph).run(X).outputs
        np.testing.assert_allclose(y, np.maximum(X, 0), atol=0.005)
    # The same operator has the same id in every picture.
    ids = [{node.id for node in step.picture.nodes} for step in steps]
    assert ids[3] < ids[2]


def test_a_part_of_the_graph() -> None:
    graph = network()
    step = next(iter(eightbit_steps(graph, ["dense"])))
    assert [node.label for node in step.picture.nodes] == [
        *("flat", "dense/kernel", "MatMul", "dense"),
    ]
    assert [node.kind for node in step.picture.nodes] == ["end", "constant", "float", "end"]
    assert step.picture.edges[0] == Edge("from flat", "FULLY_CONNECTED dense", "float")
    *_, last = eightbit_steps(graph, ["dense"])
    outside = [o for o in last.graph.operators if o.layer != "dense"]
    assert not any(o.kind.startswith("EIGHTBIT") for o in outside)
    shapes = next(iter(eightbit_steps(graph, ["flat"])))
    assert [node.label for node in shapes.picture.nodes] == ["joined", "Reshape", "flat"]


def test_layers_that_are_not_there() -> None:
    with pytest.raises(SchemeError, match="no layer 'nowhere'"):
        next(iter(eightbit_steps(network(), ["nowhere"])))


def test_nothing_to_do_and_nothing_to_strip() -> None:
    tensors = [activation("x", 1, 4), activation("y", 1, 4)]
    graph = Graph.build([operator("SOFTMAX", ("x",), "y", beta=1.0)], tensors, ["x"], ["y"])
    assert kinds(quantize(graph, "eightbit")) == ["SOFTMAX"]
    assert [s.form for s in eightbit_steps(graph, every=False)] == ["before", "wrapped", "stripped"]


def test_weights_that_are_no_numbers_are_refused() -> None:
    for bad in (np.nan, np.inf):
        with pytest.raises(SchemeError, match="dense/kernel holds NaN or inf"):
            quantize(dense(np.full((2, 4), bad), np.zeros(2)), "eightbit")


def test_activations_that_are_no_numbers_are_not_hidden() -> None:
    graph = quantize(relus(1), "eightbit")
    x = np.array([[np.nan, 0, 1, 2]], np.float32)
    (y,) = Executor(graph).run(x).outputs
    assert np.isnan(y).all()


def test_the_archive_holds_the_graph() -> None:
    graph = quantize(network(), "eightbit")
    (data,) = artifact_files(network(), graph, "eightbit").values()
    assert data == write_graph_archive(graph)
    again = read_graph_archive(data)
    x = np.random.default_rng(4).normal(size=(2, 6, 6, 2)).astype(np.float32)
    for one, other in zip(
        Executor(graph).run(x).outputs, Executor(again).run(x).outputs, strict=True
    ):
        np.testing.assert_array_equal(one, other)
    weights = sum(t.data.nbytes for t in graph.constants().values() if t.data is not None)
    assert weights < len(data) < weights + 4000


def test_an_archive_is_opened_like_any_model(tmp_path: Path) -> None:
    path = tmp_path / "model.zip"
    path.write_bytes(write_graph_archive(quantize(relus(2), "eightbit")))
    graph = open_model(path)
    (y,) = Executor(graph).run(X).outputs
    np.testing.assert_allclose(y, np.maximum(X, 0), atol=0.005)
    assert graph.source is not None
    assert graph.source.format == "qviz"
    with pytest.raises(SchemeError, match="already quantized: it has 8-bit operators"):
        quantize(graph, "int8")


@pytest.mark.parametrize("cut", [0, 10, 100, 300])
def test_damaged_archives_are_refused(cut: int) -> None:
    data = write_graph_archive(relus(2))
    with pytest.raises(ModelFormatError, match="damaged or no archive"):
        read_graph_archive(data[:cut])


def test_archives_that_promise_more_than_they_hold_are_refused() -> None:
    big = Tensor("w", (2, 2), np.dtype(np.float32), np.ones((2, 2), np.float32))
    graph = Graph.build(
        [Operator("ADD", ("x", "w"), ("y",))],
        [activation("x", 2, 2), big, activation("y", 2, 2)],
        ["x"],
        ["y"],
    )
    lying = replace(graph, tensors={**graph.tensors, "w": replace(big, shape=(10**9, 10**9))})
    with pytest.raises(ModelFormatError, match="damaged"):
        read_graph_archive(write_graph_archive(lying))


def test_forms_are_weighed() -> None:
    before, wrapped, stripped = finish(form_results(network()))
    assert before.size_bytes > wrapped.size_bytes > stripped.size_bytes
    assert (before.eightbit, before.conversions) == (0, 0)
    assert wrapped.conversions > stripped.conversions > 2
    assert wrapped.operators > stripped.operators > before.operators
    assert stripped.agreement is None


def test_the_table_of_the_document() -> None:
    table = code_table()
    rows = {row.code: row for row in table.rows}
    assert {c: r.documented for c, r in rows.items()} == {0: -10, 64: None, 128: 10, 255: 30}
    assert [round(r.combined, 4) for r in table.rows] == [-10, 0.0392, 10.0784, 30]
    assert [round(r.first, 4) for r in table.rows] == [-10.0392, 0, 10.0392, 29.9608]
    text = " ".join(table.explanation)
    assert "40 / 255 = 0.156863" in text
    assert "127.5 steps above -10" in text
    assert "127 stands for 9.922 and 128 for 10.08" in text
    assert "code 64 is exactly 0" in text


def test_tables_of_other_ranges() -> None:
    table = code_table(0, 2.55, [0, 1, 255])
    assert [row.documented for row in table.rows] == [None] * 3
    assert [round(row.first, 5) for row in table.rows] == [0, 0.01, 2.55]
    assert "10 lies" not in " ".join(table.explanation)
    for low, high in ((1, 2), (0, 0), (-2, -1)):
        with pytest.raises(ValueError, match="holds 0"):
            code_table(low, high)
    with pytest.raises(ValueError, match="8 bits"):
        code_table(codes=[256])


def test_graphs_that_call_others_are_refused(shared_folder: Path) -> None:
    graph = open_model(shared_folder / "zoo" / "tflite" / "80edc1-nested_while.bin")
    with pytest.raises(UnsupportedOperatorError, match="WHILE") as caught:
        quantize(graph, "eightbit")
    assert caught.value.kind == "WHILE"
