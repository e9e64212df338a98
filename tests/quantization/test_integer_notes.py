"""What users are told where integers lose more than rounding."""

from __future__ import annotations

import numpy as np
import pytest
from quantizer_golden import NAMES, golden
from random_networks import RandomNetwork

from qviz.graph import Graph, Tensor
from qviz.quantization import calibrate, quantize, scheme
from qviz.quantization.int8 import quantize_int8
from qviz.quantization.int16x8 import quantize_int16x8
from qviz.quantization.notes import integer_notes


def notes_of(name: str, scheme_id: str) -> list[str]:
    example = golden(name)
    source, recipe = example.graph("float"), scheme(scheme_id)
    quantizer = quantize_int8 if recipe.family == "int8" else quantize_int16x8
    return list(integer_notes(source, quantizer(source, recipe, example.ranges())))


@pytest.mark.parametrize(
    ("name", "scheme_id", "phrases"),
    [
        ("bias_overflow", "int8", ("add: in 2 of 4 channels the bias is too large", "7.32e+04")),
        ("bias_overflow", "int8", ("add: 1 of 4 channels have only zeros",)),
        ("bias_overflow", "int8-per-tensor", ("codes of ±10 at most",)),
        ("shared_filter_overflow", "int8-per-tensor", ("too large by a factor of 1.73",)),
        ("dead_and_zero", "int8", ("Relu: ", "was zero for all calibration samples")),
        ("dead_and_zero", "int16x8", ("Relu: ", "was zero for all calibration samples")),
        ("shared_layer", "int16x8", ("Identity shares its bias with Relu", "up to 3.2.")),
        ("equal_biases", "int16x8", ("off by a factor of up to 8.18.",)),
        ("embedding", "int8", ("7 of 80 values of Const lie outside",)),
        ("reductions", "int16x8", ("a sum keeps the scale", "±5.453")),
        ("selects", "int16x8", ("operands of SELECT have different scales", "1.02")),
        ("layer_norm", "int16x8", ("no int16 kernel for SQUARED_DIFFERENCE",)),
    ],
)
def test_hazard_is_told(name, scheme_id, phrases):
    notes = notes_of(name, scheme_id)
    assert any(all(phrase in note for phrase in phrases) for note in notes), notes


@pytest.mark.parametrize("name", ["conv_relu6", "residual", "elu_island", "shared_layer"])
def test_harmless_graphs_have_no_notes(name):
    assert notes_of(name, "int8") == []


@pytest.mark.parametrize("name", NAMES)
def test_notes_are_single_finished_sentences(name):
    for scheme_id in ("int8", "int8-per-tensor", "int16x8"):
        notes = notes_of(name, scheme_id)
        assert len(set(notes)) == len(notes)
        for note in notes:
            assert note.endswith(".")
            assert "\n" not in note
            assert "nan" not in note
            assert "inf " not in note


def test_unfolded_graph_is_folded_first():
    net = RandomNetwork(2, 6, 6, 3)
    net.conv(4)
    net.batch_norm()
    net.unary("RELU")
    graph, samples = net.graph(), net.samples(8)
    quantized = quantize(graph, "int8", calibrate(graph, [samples]))
    assert integer_notes(graph, quantized) == ()


def test_zero_channel_after_folding_is_told():
    net = RandomNetwork(2, 6, 6, 3)
    net.conv(4)
    net.batch_norm(gamma=np.array([1, 0, 1, 1]))
    graph, samples = net.graph(), net.samples(8)
    for scheme_id in ("int8", "int16x8"):
        quantized = quantize(graph, scheme_id, calibrate(graph, [samples]))
        assert any("1 of 4 channels have only zeros" in n for n in integer_notes(graph, quantized))


def test_notes_do_not_need_the_constants_of_the_float_graph():
    """Biases that the quantizer adds are not part of the float graph."""
    net = RandomNetwork(3, 6, 6, 3)
    net.conv(4, bias=False)
    graph, samples = net.graph(), net.samples(8)
    quantized = quantize(graph, "int8", calibrate(graph, [samples]))
    added: Tensor = quantized.tensors["conv_0/bias"]
    assert added.data is not None
    assert not added.data.any()
    assert isinstance(quantized, Graph)
    assert integer_notes(graph, quantized) == ()
