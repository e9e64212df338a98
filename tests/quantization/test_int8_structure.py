"""Where the int8 quantizer puts QUANTIZE and DEQUANTIZE, on graphs made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from builders import activation, constant, operator

from qviz.errors import CalibrationError, SchemeError, UnsupportedOperatorError
from qviz.graph import Graph, Operator, Tensor
from qviz.quantization.int8 import quantize_int8
from qviz.quantization.int16x8 import quantize_int16x8
from qviz.quantization.rules import profile
from qviz.quantization.scheme import scheme

INT8 = scheme("int8")
QUANTIZERS = [(quantize_int8, "int8"), (quantize_int16x8, "int16x8")]


def graph(
    operators: list[Operator],
    outputs: list[str],
    inputs: tuple[str, ...] = ("x",),
    *extra: Tensor,
    **shapes: tuple[int, ...],
) -> Graph:
    """A graph whose activations have the shape (1, 4), unless one is given."""
    names = {n for o in operators for n in (*o.present_inputs, *o.outputs)}
    names -= {tensor.name for tensor in extra}
    tensors = [activation(name, *shapes.get(name, (1, 4))) for name in sorted(names)]
    return Graph.build(operators, [*tensors, *extra], inputs, outputs)


def all_ranges(source: Graph) -> dict[str, tuple[float, float]]:
    """A different range for every activation."""
    names = [name for name, tensor in source.tensors.items() if not tensor.is_constant]
    return {name: (-1.0 - i, 2.0 + i) for i, name in enumerate(names)}


def kinds(quantized: Graph) -> list[str]:
    return [operator.kind for operator in quantized.operators]


def scale(quantized: Graph, name: str) -> float:
    params = quantized.tensors[name].quantization
    assert params is not None
    return float(params.scale[0])


def test_same_scale_operator_takes_the_range_of_its_operand():
    source = graph([operator("RESHAPE", ("x",), "y"), operator("ABS", ("y",), "z")], ["z"])
    quantized = quantize_int8(source, INT8, all_ranges(source))
    assert scale(quantized, "y") == scale(quantized, "x/quantized") == np.float32(3 / 255)


def test_concatenation_decides_for_its_operands():
    source = graph(
        [
            operator("ABS", ("x",), "a"),
            operator("EXP", ("x",), "b"),
            operator("CONCATENATION", ("a", "b"), "c"),
        ],
        ["c"],
    )
    ranges = {"x": (-1.0, 1.0), "a": (0.0, 1.0), "b": (0.0, 3.0), "c": (0.0, 5.1)}
    quantized = quantize_int8(source, INT8, ranges)
    assert kinds(quantized) == ["QUANTIZE", "ABS", "EXP", "CONCATENATION", "DEQUANTIZE"]
    assert scale(quantized, "a") == scale(quantized, "b") == scale(quantized, "c")


def test_int16x8_concatenation_requantizes_its_operands():
    source = graph(
        [
            operator("ABS", ("x",), "a"),
            operator("EXP", ("x",), "b"),
            operator("CONCATENATION", ("a", "b"), "c"),
        ],
        ["c"],
    )
    ranges = {"x": (-1.0, 1.0), "a": (0.0, 1.0), "b": (0.0, 3.0), "c": (0.0, 3.0)}
    quantized = quantize_int16x8(source, scheme("int16x8"), ranges)
    assert kinds(quantized) == ["QUANTIZE", "ABS", "EXP", "QUANTIZE", "CONCATENATION", "DEQUANTIZE"]
    assert quantized.operators[-2].inputs == ("a/requantized", "b")
    assert quantized.operators[3].layer == "c"


def test_fixed_output_is_requantized_before_a_concatenation():
    source = graph(
        [operator("LOGISTIC", ("x",), "a"), operator("CONCATENATION", ("a", "x"), "c")], ["c"]
    )
    quantized = quantize_int8(source, INT8, all_ranges(source))
    assert scale(quantized, "a") == 1 / 256
    assert scale(quantized, "a/requantized") == scale(quantized, "c")


def test_late_dequantize():
    """A pool that is visited before its operand has parameters still works on codes."""
    source = graph(
        [
            operator("ABS", ("x",), "a"),
            operator("CONCATENATION", ("a", "x"), "c"),
            operator("MAX_POOL_2D", ("a",), "pooled"),
            operator("SIN", ("pooled",), "y"),
        ],
        ["c", "y"],
        pooled=(1, 2),
        c=(1, 8),
    )
    quantized = quantize_int8(source, INT8, all_ranges(source))
    assert scale(quantized, "pooled") == scale(quantized, "a")
    pool = next(o for o in quantized.operators if o.kind == "MAX_POOL_2D")
    sine = next(o for o in quantized.operators if o.kind == "SIN")
    assert pool.inputs == ("a",)
    assert sine.inputs == ("pooled/dequantized",)


def test_pool_with_another_float_reader_stays_in_float():
    source = graph(
        [
            operator("ABS", ("x",), "a"),
            operator("CONCATENATION", ("a", "x"), "c"),
            operator("MAX_POOL_2D", ("a",), "pooled"),
            operator("SIN", ("a",), "y"),
        ],
        ["c", "y", "pooled"],
        pooled=(1, 2),
        c=(1, 8),
    )
    quantized = quantize_int8(source, INT8, all_ranges(source))
    assert quantized.tensors["pooled"].is_float


def test_neighbouring_float_operators_are_not_interrupted():
    source = graph(
        [
            operator("ABS", ("x",), "a"),
            operator("NEG", ("a",), "b"),
            operator("SIN", ("b",), "c"),
            operator("ABS", ("c",), "d"),
            operator("EXP", ("c",), "e"),
        ],
        ["d", "e"],
    )
    quantized = quantize_int8(source, INT8, all_ranges(source))
    islands = ["DEQUANTIZE", "NEG", "SIN", "QUANTIZE"]
    assert kinds(quantized) == ["QUANTIZE", "ABS", *islands, "ABS", "EXP", *["DEQUANTIZE"] * 2]
    assert [o.layer for o in quantized.operators[2:6]] == ["b", "b", "c", "d"]


@pytest.mark.parametrize("float_first", [False, True])
def test_constant_read_by_integer_and_float_operators(float_first):
    weights = constant("w", [1.0, -2.0, 0.5, 0.0])
    operators = [operator("MUL", ("x", "w"), "a"), operator("POW", ("x", "w"), "b")]
    source = graph(operators[:: -1 if float_first else 1], ["a", "b"], ("x",), weights)
    quantized = quantize_int8(source, INT8, all_ranges(source))
    assert quantized.tensors["w"].dtype == np.int8
    assert quantized.tensors["w/float"].data is weights.data
    assert quantized.tensors["w/float"].origin == "w"


@pytest.mark.parametrize("weights_first", [False, True])
def test_weights_that_are_values_too_are_copied_in_16x8(weights_first):
    table = constant("table", np.arange(-10.0, 10.0).reshape(5, 4))
    operators = [
        Operator("GATHER", ("table", "ids"), ("found",), {"axis": 0}, "embed"),
        Operator("FULLY_CONNECTED", ("x", "table", None), ("y",), {}, "tied"),
    ]
    tensors = [
        activation("x", 1, 4),
        activation("found", 1, 4),
        activation("y", 1, 5),
        constant("ids", [3], np.int32),
        table,
    ]
    source = Graph.build(operators[:: -1 if weights_first else 1], tensors, ["x"], ["found", "y"])
    quantized = quantize_int16x8(source, scheme("int16x8"), all_ranges(source))
    gather, dense = (
        next(o for o in quantized.operators if o.outputs == (n,)) for n in ("found", "y")
    )
    assert quantized.tensors[gather.inputs[0]].dtype == np.int16
    weights = quantized.tensors[dense.inputs[1]]
    assert weights.dtype == np.int8
    assert weights.origin == "table"
    step = float(weights.quantization.scale.max())
    np.testing.assert_allclose(weights.real(), table.data, atol=0.51 * step)


def test_weights_read_along_two_dimensions_are_copied():
    weights = constant("w", np.arange(8.0).reshape(1, 2, 2, 2))
    bias = constant("b1", [0.5])
    operators = [
        operator("CONV_2D", ("x", "w", "b1"), "a"),
        operator("DEPTHWISE_CONV_2D", ("x", "w"), "b"),
    ]
    shapes = {"x": (1, 3, 3, 2), "a": (1, 3, 3, 1), "b": (1, 3, 3, 2)}
    source = graph(operators, ["a", "b"], ("x",), weights, bias, **shapes)
    for quantizer, name in QUANTIZERS:
        quantized = quantizer(source, scheme(name), all_ranges(source))
        conv, depthwise = (
            next(o for o in quantized.operators if o.outputs == (n,)) for n in ("a", "b")
        )
        assert conv.inputs[1] == "w"
        copy = quantized.tensors[str(depthwise.inputs[1])]
        assert copy.origin == "w"
        assert copy.quantization is not None
        assert copy.quantization.quantized_dimension == 3
        added = quantized.tensors[str(depthwise.inputs[2])]
        assert added.size == 2
        assert added.data is not None
        assert not added.data.any()


def test_graph_without_integer_operators_stays_as_it_is():
    source = graph([operator("NEG", ("x",), "y")], ["y", "x"])
    quantized = quantize_int8(source, INT8, all_ranges(source))
    assert kinds(quantized) == ["NEG"]
    assert quantized.outputs == ("y", "x")


@pytest.mark.parametrize(("quantizer", "name"), QUANTIZERS)
def test_missing_range_is_named(quantizer, name):
    source = graph([operator("ABS", ("x",), "y")], ["y"])
    with pytest.raises(CalibrationError, match="no range for y"):
        quantizer(source, scheme(name), {"x": (0.0, 1.0)})
    with pytest.raises(CalibrationError, match=r"range of y is 0\.0 to nan"):
        quantizer(source, scheme(name), {"x": (0.0, 1.0), "y": (0.0, float("nan"))})


@pytest.mark.parametrize(("quantizer", "name"), QUANTIZERS)
def test_weights_that_are_not_numbers_are_named(quantizer, name):
    source = graph([operator("ADD", ("x", "w"), "y")], ["y"], ("x",), constant("w", [np.nan, 1.0]))
    with pytest.raises(SchemeError, match="w holds NaN"):
        quantizer(source, scheme(name), all_ranges(source))


@pytest.mark.parametrize(("quantizer", "name"), QUANTIZERS)
def test_unknown_profile_is_named(quantizer, name):
    source = graph([operator("ABS", ("x",), "y")], ["y"])
    with pytest.raises(SchemeError, match=r"tf-9.*Profiles: tf-2.21"):
        quantizer(source, scheme(name).with_options(profile="tf-9"), all_ranges(source))


def test_operator_that_its_neighbours_keep_in_float_is_refused_too():
    source = graph(
        [operator("NEG", ("x",), "a"), operator("CONCATENATION", ("a", "x"), "c")], ["c"]
    )
    with pytest.raises(UnsupportedOperatorError, match="NEG a, CONCATENATION c"):
        quantize_int8(source, scheme("int8-only"), all_ranges(source))


def test_every_16x8_operator_is_in_one_table():
    rules = profile("tf-2.21").int16x8
    tables = [rules.same_scale, rules.common_scale, rules.fixed_output, rules.free]
    assert sum(map(len, tables)) == len(rules.quantizable)
