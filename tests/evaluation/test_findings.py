from __future__ import annotations

from dataclasses import replace

import numpy as np
from builders import activation, constant, operator
from small_network import network, samples

from qviz.evaluation.findings import findings, float_operators, one_class_only
from qviz.graph import Graph
from qviz.quantization import SCHEMES, calibrate, quantize


def test_operators_left_in_float_are_listed() -> None:
    tensors = [activation("x", 1, 8), activation("floor", 1, 8), activation("relu", 1, 8)]
    operators = [operator("FLOOR", ("x",), "floor"), operator("RELU", ("floor",), "relu")]
    graph = Graph.build(operators, tensors, ["x"], ["relu"])
    x = np.linspace(-3, 3, 80, dtype=np.float32).reshape(10, 8)
    scheme = SCHEMES["int8"]
    quantized = quantize(graph, scheme, calibrate(graph, [x]))
    left = float_operators(quantized, scheme)
    assert left == ("FLOOR floor",)
    notes = findings(graph, quantized, scheme, {})
    assert notes[0] == "1 operator stays in float32: FLOOR floor."
    assert sum("float32" in note for note in notes) == 1
    # Float schemes have nothing to list.
    assert float_operators(graph, SCHEMES["float16"]) == ()


def test_one_class_for_all_is_a_collapse() -> None:
    many, one = np.array([0, 1, 2]), np.array([1, 1, 1])
    (note,) = one_class_only(one, many, ("cat", "dog"))
    assert note == "Predicts class 1 (dog) for every sample: the network has collapsed."
    assert one_class_only(many, many, ()) == ()
    assert one_class_only(one, one, ()) == ()
    assert one_class_only(one[:1], many[:1], ()) == ()
    assert one_class_only(np.array([-1, -1]), many[:2], ()) == ("Every output is NaN.",)


def test_a_healthy_network_has_nothing_to_tell() -> None:
    graph = network()
    data = samples(graph)
    for scheme in (SCHEMES["int8"], SCHEMES["int16x8"]):
        quantized = quantize(graph, scheme, calibrate(graph, [data.batch(0, 60)]))
        low, high = float(data.x.min()), float(data.x.max())
        assert findings(graph, quantized, scheme, {"image": (low, high)}) == ()


def test_clipped_biases_are_told() -> None:
    graph = network()
    data = samples(graph)
    quantized = quantize(graph, "int8", calibrate(graph, [data.batch(0, 60)]))
    name = next(
        n for n, t in quantized.tensors.items() if t.origin == "dense/bias" or n == "dense/bias"
    )
    bias = quantized.tensors[name]
    assert bias.data is not None
    codes = bias.data.copy()
    codes[2] = np.iinfo(np.int32).max
    clipped = quantized.rebuild(
        tensors=[
            *(t for t in quantized.tensors.values() if t is not bias),
            replace(bias, data=codes),
        ]
    )
    notes = findings(graph, clipped, SCHEMES["int8"], {})
    assert any("(1 of 6)" in note and "too large for 32 bits" in note for note in notes)


def test_weights_beyond_half_precision_are_told() -> None:
    tensors = [
        activation("x", 1, 2),
        constant("kernel", [[1e5, 1.0], [0.5, 2.0]]),
        activation("y", 1, 2),
    ]
    graph = Graph.build(
        [operator("FULLY_CONNECTED", ("x", "kernel", None), "y")], tensors, ["x"], ["y"]
    )
    notes = findings(graph, quantize(graph, "float16"), SCHEMES["float16"], {})
    assert any("kernel" in note and "65504" in note for note in notes)


def test_input_codes_are_found_behind_either_kind_of_input() -> None:
    graph = network()
    data = samples(graph)
    statistics = calibrate(graph, [data.batch(0, 60)])
    for scheme_id in ("int8", "int8-only", "int8-only-uint8", "int16x8", "int16x8-only"):
        scheme = SCHEMES[scheme_id]
        quantized = quantize(graph, scheme, statistics)
        notes = findings(graph, quantized, scheme, {"image": (-50.0, 50.0)})
        assert any("values beyond are clipped" in note for note in notes), scheme_id


def test_sums_that_the_reference_kernels_get_wrong_are_told() -> None:
    tensors = [activation("x", 1, 8), activation("sum", 1), constant("axis", [1], np.int32)]
    graph = Graph.build([operator("SUM", ("x", "axis"), "sum")], tensors, ["x"], ["sum"])
    x = np.linspace(-3, 3, 80, dtype=np.float32).reshape(10, 8)
    statistics = calibrate(graph, [x])
    for scheme_id in ("int8", "int16x8"):
        scheme = SCHEMES[scheme_id]
        quantized = quantize(graph, scheme, statistics)
        notes = findings(graph, quantized, scheme, {}, "reference")
        (note,) = (note for note in notes if "unsigned bytes" in note)
        assert "wrong: sum." in note
        assert "xnnpack" in note
        told = findings(graph, quantized, scheme, {}, "xnnpack")
        assert not any("unsigned bytes" in note for note in told)
    float16 = SCHEMES["float16"]
    assert findings(graph, quantize(graph, float16), float16, {}) == ()
