"""Every cell of the documents' tables, held against what qviz makes of the digits sample."""

from __future__ import annotations

import numpy as np
import pytest
from builders import activation, constant, operator

import qviz
from qviz.errors import CalibrationError, UnsupportedOperatorError
from qviz.evaluation import (
    Comparison,
    Dataset,
    artifact_files,
    artifact_size,
    compare,
    load_dataset,
)
from qviz.evaluation.findings import float_operators
from qviz.evaluation.guide import HARDWARE, TECHNIQUES, Technique, runs_on, technique_of
from qviz.graph import Graph
from qviz.quantization import SCHEMES, calibrate, quantize
from qviz.resources import sample_models

COPIES = ("QUANTIZE", "DEQUANTIZE")
ROWS = [(t, s) for t in TECHNIQUES for s in t.schemes]
IDS = [s for _, s in ROWS]


@pytest.fixture(scope="module")
def digits() -> Graph:
    return qviz.open_model(sample_models() / "digits" / "digits.keras")


@pytest.fixture(scope="module")
def quantized(digits: Graph) -> dict[str, Graph]:
    data = load_dataset("digits", model=digits)
    statistics = calibrate(digits, data.calibration_batches(50))
    return {
        name: quantize(digits, scheme, statistics if scheme.needs_calibration else None)
        for name, scheme in SCHEMES.items()
    }


@pytest.fixture(scope="module")
def comparison(digits: Graph) -> Comparison:
    return compare(digits, "digits", layer_samples=0, batch_size=150)


def kernels(graph: Graph) -> list[np.ndarray]:
    """Stored weights of the layers that have enough of them to be worth quantizing."""
    return [
        np.asarray(t.data)
        for t in graph.constants().values()
        if (t.origin or t.name).endswith("/kernel") and t.size >= 1024
    ]


def test_tables_have_every_scheme_once() -> None:
    assert sorted(IDS) == sorted(set(SCHEMES) - {"float32"})
    for technique, scheme in ROWS:
        assert technique_of(scheme) is technique
        assert technique_of(f"{scheme}:prune=0.5") is technique
        assert set(technique.hardware) <= set(HARDWARE)
        assert technique.sources
    assert technique_of("float32") is None


@pytest.mark.parametrize(("technique", "scheme"), ROWS, ids=IDS)
def test_precision(technique: Technique, scheme: str, quantized: dict[str, Graph]) -> None:
    stored = kernels(quantized[scheme])
    assert len(stored) >= 3
    assert {8 * array.itemsize for array in stored} == {technique.bits}
    assert technique.bits * technique.times_smaller == 32


@pytest.mark.parametrize(("technique", "scheme"), ROWS, ids=IDS)
def test_size_reduction(
    technique: Technique, scheme: str, digits: Graph, quantized: dict[str, Graph]
) -> None:
    def size(name: str) -> int:
        return artifact_size(artifact_files(digits, quantized[name], name))[0]

    times = size("float32") / size(scheme)
    # "Up to": scales, biases and the description of the network do not shrink.
    assert 0.9 * technique.times_smaller < times <= technique.times_smaller


@pytest.mark.parametrize(("technique", "scheme"), ROWS, ids=IDS)
def test_what_is_quantized(technique: Technique, scheme: str, quantized: dict[str, Graph]) -> None:
    graph = quantized[scheme]
    ends = [graph.tensors[name] for name in (*graph.inputs, *graph.outputs)]
    made = [graph.tensors[n] for o in graph.operators if o.kind not in COPIES for n in o.outputs]
    activations = {str(t.dtype) for t in made if not t.is_constant}
    if scheme == "eightbit":
        # Codes, the sums before them, and float for ranges and operators without an 8-bit form.
        assert activations == {"uint8", "int32", "float32"}
        left = {o.split()[0] for o in float_operators(graph, SCHEMES[scheme])}
        assert left == {"DEPTHWISE_CONV_2D", "SOFTMAX"}
        return
    if "model inputs and outputs" in technique.quantized:
        assert {str(t.dtype) for t in ends} == {SCHEMES[scheme].io_dtype}
        assert SCHEMES[scheme].io_dtype in ("int8", "uint8", "int16")
    else:
        assert {str(t.dtype) for t in ends} == {"float32"}
    if "activations" in technique.quantized:
        assert activations == {SCHEMES[scheme].activation_dtype}
        assert "float32" not in activations
    else:
        assert activations == {"float32"}


@pytest.mark.parametrize(("technique", "scheme"), ROWS, ids=IDS)
def test_data_needed(technique: Technique, scheme: str, digits: Graph) -> None:
    assert SCHEMES[scheme].needs_calibration == (technique.data != "none")
    if technique.data == "none":
        quantize(digits, scheme)
    else:
        with pytest.raises(CalibrationError, match="calibrate with some samples"):
            quantize(digits, scheme)


def test_calibration_needs_no_labels(digits: Graph) -> None:
    x = np.random.default_rng(0).random((20, 8, 8, 1), np.float32)
    assert quantize(digits, "int8-only", calibrate(digits, [x])).operators


@pytest.mark.parametrize(("technique", "scheme"), ROWS, ids=IDS)
def test_accuracy_on_the_sample(technique: Technique, scheme: str, comparison: Comparison) -> None:
    row, reference = comparison.row(scheme), comparison.row("float32")
    assert row is not None
    assert reference is not None
    # The documents' "insignificant", "minimal" and "small": here less than half a point.
    assert abs(row.metrics["top1"] - reference.metrics["top1"]) < 0.005, technique.accuracy


@pytest.mark.parametrize(("technique", "scheme"), ROWS, ids=IDS)
def test_hardware(technique: Technique, scheme: str, quantized: dict[str, Graph]) -> None:
    recipe, graph = SCHEMES[scheme], quantized[scheme]
    for hardware in HARDWARE:
        assert runs_on(recipe, hardware) == (hardware in technique.hardware)
    assert ("browser" in technique.hardware) == (recipe.artifact == "tfjs")
    if {"edge-tpu", "microcontroller"} & set(technique.hardware):
        dtypes = {str(t.dtype) for t in graph.tensors.values() if t.quantization or t.is_float}
        # An Edge TPU has 8 bits only; TensorFlow Lite Micro has 16-bit kernels as well.
        wide = set() if "edge-tpu" in technique.hardware else {"int16", "int64"}
        assert dtypes <= {"int8", "uint8", "int32"} | wide
        assert float_operators(graph, recipe) == ()
    assert runs_on(SCHEMES["float32"], "cpu")
    assert not runs_on(SCHEMES["float32"], "microcontroller")


def test_codes_are_those_of_the_specification(quantized: dict[str, Graph]) -> None:
    graph = quantized["int8-only"]
    for tensor in graph.tensors.values():
        params = tensor.quantization
        if params is None or tensor.dtype != np.int8:
            continue
        if tensor.is_constant:
            assert not params.zero_point.any()
            assert np.abs(np.asarray(tensor.data, np.int16)).max() <= 127
        else:
            assert params.scale.size == 1
            assert -128 <= params.zero_point[0] <= 127


def test_sixteen_bit_activations(quantized: dict[str, Graph], comparison: Comparison) -> None:
    graph = quantized["int16x8"]
    dtypes = {str(t.dtype) for t in graph.tensors.values() if t.quantization is not None}
    assert dtypes == {"int8", "int16", "int64"}
    biases = [t for n, t in graph.tensors.items() if n.endswith("bias") and t.is_constant]
    assert {str(t.dtype) for t in biases} == {"int64"}
    wide, narrow = comparison.row("int16x8"), comparison.row("int8")
    assert wide is not None
    assert narrow is not None
    assert narrow.size_bytes < wide.size_bytes < 1.02 * narrow.size_bytes
    assert wide.agreement >= narrow.agreement


def test_dynamic_range_stores_weights_and_quantizes_activations_when_it_runs(
    quantized: dict[str, Graph],
) -> None:
    hybrid = [
        operator.kind
        for operator in quantized["dynamic-range"].operators
        if operator.kind in ("CONV_2D", "FULLY_CONNECTED")
        and quantized["dynamic-range"].tensors[operator.inputs[1]].dtype == np.int8  # type: ignore[index]
        and quantized["dynamic-range"].tensors[operator.inputs[0]].dtype == np.float32  # type: ignore[index]
    ]
    assert {"CONV_2D", "FULLY_CONNECTED"} <= set(hybrid)


def test_eight_bits_pack_better_than_sixteen_and_sixteen_hardly(comparison: Comparison) -> None:
    ratio = {row.scheme.id: row.gzip_ratio for row in comparison.rows}
    assert ratio["tfjs-uint8"] > 1.1
    assert ratio["tfjs-uint8"] > ratio["tfjs-uint16"] + 0.05
    assert ratio["tfjs-uint16"] < ratio["float32"] + 0.02


def with_a_cosine() -> Graph:
    """A dense layer and an operator that has no integer form."""
    tensors = [
        activation("x", 1, 4),
        constant("dense/kernel", np.eye(4)),
        activation("dense", 1, 4),
        activation("wave", 1, 4),
    ]
    operators = [
        operator("FULLY_CONNECTED", ("x", "dense/kernel", None), "dense"),
        operator("COS", ("dense",), "wave"),
    ]
    return Graph.build(operators, tensors, ["x"], ["wave"])


@pytest.mark.parametrize("scheme", ["int8-only", "int8-only-uint8", "int16x8-only"])
def test_integer_only_refuses_what_cannot_be_quantized_by_its_name(scheme: str) -> None:
    graph = with_a_cosine()
    statistics = calibrate(graph, [np.ones((3, 4), np.float32)])
    with pytest.raises(UnsupportedOperatorError, match=r"COS.*wave"):
        quantize(graph, scheme, statistics)


@pytest.mark.parametrize("scheme", ["int8", "int8-per-tensor", "int16x8"])
def test_float_fallback_is_named(scheme: str) -> None:
    graph = with_a_cosine()
    x = np.random.default_rng(1).random((6, 4), np.float32)
    row = compare(graph, Dataset.of(x), ["float32", scheme], layer_samples=0).rows[1]
    assert row.float_operators == ("COS wave",)
    assert any("stays in float32: COS wave" in note for note in row.notes)
