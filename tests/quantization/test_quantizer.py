"""What the quantizer refuses, and that every scheme reaches its own family."""

from __future__ import annotations

import numpy as np
import pytest
from builders import activation, constant, operator
from random_networks import RandomNetwork

from qviz.errors import CalibrationError, SchemeError, UnsupportedOperatorError
from qviz.graph import Graph
from qviz.quantization import (
    SCHEMES,
    calibrate,
    quantization_notes,
    quantize,
    scheme,
    unsupported_operators,
)


def network(*activations: str) -> RandomNetwork:
    net = RandomNetwork(1, 6, 6, 4)
    net.conv(16)
    net.batch_norm()
    for kind in activations:
        net.unary(kind)
    net.conv(16, 3)
    net.reshape(1, 576)
    net.dense(3)
    return net


@pytest.mark.parametrize("name", SCHEMES)
def test_every_scheme_runs(name: str) -> None:
    net = network("RELU")
    graph = net.graph()
    quantized = quantize(graph, name, calibrate(graph, [net.samples(4)]))
    recipe = scheme(name)
    types = {str(t.dtype) for t in quantized.tensors.values()}
    assert recipe.weight_dtype in types
    assert recipe.activation_dtype in types
    assert str(quantized.tensors[quantized.inputs[0]].dtype) == recipe.io_dtype
    assert str(quantized.tensors[quantized.outputs[0]].dtype) == recipe.io_dtype
    unfolded = {"BATCH_NORMALIZATION"} & {o.kind for o in quantized.operators}
    assert bool(unfolded) == (recipe.family == "tfjs")


@pytest.mark.parametrize("name", [n for n, s in SCHEMES.items() if s.needs_calibration])
def test_missing_statistics_are_an_error(name: str) -> None:
    with pytest.raises(CalibrationError, match=f"scheme {name} needs the ranges"):
        quantize(network().graph(), name)


def test_statistics_of_another_model_are_an_error() -> None:
    net = RandomNetwork(1, 6, 6, 4)
    net.conv(2)
    other = calibrate(net.graph(), [net.samples(2)])
    with pytest.raises(CalibrationError, match="does not belong to this model"):
        quantize(network().graph(), "int8", other)


@pytest.mark.parametrize("name", SCHEMES)
@pytest.mark.parametrize("before", ["float16", "dynamic-range", "int8", "tfjs-uint8"])
def test_quantized_graph_is_refused(name: str, before: str) -> None:
    net = network("RELU")
    graph = net.graph()
    statistics = calibrate(graph, [net.samples(2)])
    quantized = quantize(graph, before, statistics)
    with pytest.raises(SchemeError, match="is already quantized"):
        quantize(quantized, name, statistics)


@pytest.mark.parametrize("name", SCHEMES)
def test_nan_in_a_weight_is_refused_with_its_name(name: str) -> None:
    net = network("RELU")
    graph = net.graph()
    statistics = calibrate(graph, [net.samples(2)])
    net.tensors["conv_3/kernel"] = constant("conv_3/kernel", np.full((16, 3, 3, 16), np.nan))
    with pytest.raises(SchemeError, match=r"conv_3/kernel.* NaN"):
        quantize(net.graph(), name, statistics)


def test_unknown_scheme_lists_those_there_are() -> None:
    with pytest.raises(SchemeError, match="tfjs-uint8"):
        quantize(network().graph(), "int4")


def test_unsupported_operators_are_listed_and_refused_by_integer_only() -> None:
    net = network("ELU", "NEG")
    graph = net.graph()
    assert unsupported_operators(graph, "int8") == ("ELU elu_2", "NEG neg_3")
    assert unsupported_operators(graph, "float16") == ()
    assert quantization_notes(graph, "int8")[-1] == "NEG neg_3 stays in float32."
    # Refused before anybody calibrates in vain.
    for name in ("int8-only", "int8-only-uint8", "int16x8-only"):
        with pytest.raises(UnsupportedOperatorError, match="ELU elu_2") as caught:
            quantize(graph, name)
        assert (caught.value.kind, caught.value.operator) == ("ELU", "elu_2")
    statistics = calibrate(graph, [net.samples(2)])
    for name in ("int8", "int16x8"):
        kinds = [o.kind for o in quantize(graph, name, statistics).operators]
        assert {"ELU", "NEG"} <= set(kinds)


def test_supported_kinds_differ_between_the_integer_families() -> None:
    net = network("HARD_SWISH")
    assert unsupported_operators(net.graph(), "int8") == ()
    assert unsupported_operators(net.graph(), "int16x8") == ("HARD_SWISH hard_swish_2",)


def test_operators_on_indices_are_not_listed() -> None:
    tensors = [activation(n, 1, 3, dtype=np.int32) for n in "xy"]
    graph = Graph.build([operator("NEG", ("x",), "y")], tensors, ["x"], ["y"])
    assert unsupported_operators(graph, "int8") == ()


def test_layers_to_keep_in_float_have_to_exist() -> None:
    net = network()
    recipe = scheme("int8").with_options(float_layers=("conv_9",))
    with pytest.raises(SchemeError, match="no layer 'conv_9'"):
        quantize(net.graph(), recipe)
    recipe = scheme("dynamic-range").with_options(float_layers=("conv_0", "bn_1"))
    with pytest.raises(SchemeError, match="'bn_1' becomes part of the one before or after"):
        quantize(net.graph(), recipe)
    with pytest.raises(SchemeError, match="cannot keep single layers"):
        quantize(net.graph(), scheme("float16").with_options(float_layers=("conv_0",)))
    kept = scheme("int8").with_options(float_layers=("conv_0",))
    assert unsupported_operators(net.graph(), kept) == ("CONV_2D conv_0",)


def test_graph_without_float_activations_needs_no_ranges() -> None:
    tensors = [activation(n, 1, 3, dtype=np.int32) for n in "xy"]
    graph = Graph.build([operator("NEG", ("x",), "y")], tensors, ["x"], ["y"])
    statistics = calibrate(graph, [np.ones((1, 3), np.int32)])
    assert statistics == {}
    assert [o.kind for o in quantize(graph, "int8", statistics).operators] == ["NEG"]


def test_true_and_recorded_ranges_differ_before_a_residual_addition() -> None:
    net = RandomNetwork(2, 6, 6, 3)
    first = net.conv(3)
    net.binary("ADD", net.conv(3), first)
    net.conv(2)
    graph = net.graph()
    statistics = calibrate(graph, [net.samples(10)])
    recorded = quantize(graph, "int8", statistics)
    true = quantize(graph, scheme("int8").with_options(calibration="true"), statistics)

    def scale(quantized: Graph) -> float:
        params = quantized.tensors["conv_1"].quantization
        assert params is not None
        return float(params.scale[0])

    assert scale(recorded) > scale(true)


def test_batch_norm_left_unfolded_is_noted() -> None:
    net = RandomNetwork(2, 6, 6, 3)
    net.batch_norm()
    net.conv(2)
    (note,) = quantization_notes(net.graph(), "int8")
    assert note == (
        "The batch norm bn_0 stays as a multiplication and an addition: it stands before the "
        "first weights."
    )


def test_float32_is_the_folded_graph() -> None:
    quantized = quantize(network("RELU").graph(), "float32")
    assert [o.kind for o in quantized.operators] == [
        "CONV_2D",
        "CONV_2D",
        "RESHAPE",
        "FULLY_CONNECTED",
    ]
