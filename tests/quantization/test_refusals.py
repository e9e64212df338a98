"""Files that LiteRT refuses: users are told, and qviz writes none in 16x8 for dead layers."""

from __future__ import annotations

import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from random_networks import RandomNetwork

from qviz.formats.tflite import write_tflite
from qviz.graph import Graph
from qviz.quantization import calibrate, quantize
from qviz.quantization.notes import integer_notes


def dead(kind: str) -> tuple[RandomNetwork, Graph]:
    """A network with a layer `kind` whose output is 0 for every sample."""
    net = RandomNetwork(3, 6, 6, 3)
    net.conv(4)
    if kind == "HARD_SWISH":
        net.arithmetic("ADD", -100.0)
        net.unary("HARD_SWISH")
    elif kind == "ADD":
        net.unary("RELU")
        net.arithmetic("ADD", -100.0)
        net.unary("RELU")
    else:
        net.conv(4)
        net.tensors[f"{net.last}/bias"].data[:] = -100.0
        net.unary(kind)
    net.conv(2)
    return net, net.graph()


def notes_and_file(kind: str, scheme: str) -> tuple[list[str], bytes]:
    net, graph = dead(kind)
    quantized = quantize(graph, scheme, calibrate(graph, [net.samples(8)]))
    told = integer_notes(graph, quantized)
    return [n for n in told if "refuses the written model" in n], write_tflite(quantized)


def load(content: bytes, resolver: OpResolverType) -> None:
    interpreter = Interpreter(model_content=content, experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    interpreter.invoke()


def test_dead_sum_is_told() -> None:
    # LiteRT ends the program here, so that it is not asked.
    (note,), _ = notes_and_file("ADD", "int8")
    assert note.startswith("LiteRT refuses the written model because of ADD in ")
    assert "the output was always 0 in calibration" in note


def test_dead_hard_swish_is_told_and_refused() -> None:
    (note,), content = notes_and_file("HARD_SWISH", "int8")
    assert "HARD_SWISH" in note
    with pytest.raises(RuntimeError, match="output_multiplier_exponent"):
        load(content, OpResolverType.BUILTIN_REF)


def test_dead_convolution_is_told_and_refused_by_default_only() -> None:
    (note,), content = notes_and_file("RELU", "int8")
    assert note.startswith("LiteRT's default interpreter refuses")
    load(content, OpResolverType.BUILTIN_REF)
    with pytest.raises(RuntimeError, match="XNNPACK"):
        load(content, OpResolverType.AUTO)


def test_softmax_of_a_dead_layer_is_told() -> None:
    # LiteRT's reference kernels end the program here, so that they are not asked.
    net, _ = dead("RELU")
    net.last = next(o.outputs[0] for o in net.operators if o.kind == "RELU")
    net.unary("SOFTMAX", beta=1.0)
    graph = net.graph()
    quantized = quantize(graph, "int8", calibrate(graph, [net.samples(8)]))
    told = [n for n in integer_notes(graph, quantized) if "SOFTMAX" in n]
    assert [n.split(" refuses")[0] for n in told] == ["LiteRT's reference interpreter"]


@pytest.mark.parametrize("kind", ["RELU", "RELU6", "ADD"])
def test_dead_layers_run_in_16x8(kind: str) -> None:
    told, content = notes_and_file(kind, "int16x8")
    assert not told
    for resolver in (OpResolverType.BUILTIN_REF, OpResolverType.AUTO):
        load(content, resolver)


@pytest.mark.parametrize("scheme", ["int8", "int16x8"])
def test_living_layers_have_no_such_note(scheme: str) -> None:
    net = RandomNetwork(3, 6, 6, 3)
    first = net.conv(3)
    net.unary("RELU6")
    net.binary("ADD", net.last, first)
    net.unary("HARD_SWISH")
    graph = net.graph()
    quantized = quantize(graph, scheme, calibrate(graph, [net.samples(8)]))
    assert not any("refuses" in note for note in integer_notes(graph, quantized))
