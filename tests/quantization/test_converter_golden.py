"""The full-integer quantizers against files that TensorFlow's converter made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from quantizer_golden import NAMES, DifferenceError, compare, golden

from qviz.errors import UnsupportedOperatorError
from qviz.formats.tflite.writer import write_tflite
from qviz.graph import Graph, QuantizationParams, Tensor
from qviz.quantization.int8 import quantize_int8
from qviz.quantization.int16x8 import quantize_int16x8
from qviz.quantization.scheme import Scheme, scheme

_INT8_KINDS = {
    "int8": scheme("int8"),
    "int8_per_tensor": scheme("int8-per-tensor"),
    "int8_io": scheme("int8").with_options(io_dtype="int8"),
    "uint8_io": scheme("int8").with_options(io_dtype="uint8"),
}
_INT16X8_KINDS = {
    "int16x8": scheme("int16x8"),
    "int16x8_io": scheme("int16x8").with_options(io_dtype="int16"),
}
# Where qviz departs from the converter on purpose, because its file cannot be run or holds
# infinite scales.
_BETTER_INT16X8 = ("dead_and_zero", "pads")


def _quantize(name: str, kind: str) -> Graph:
    example = golden(name)
    recipe = (_INT8_KINDS | _INT16X8_KINDS)[kind]
    quantizer = quantize_int8 if recipe.family == "int8" else quantize_int16x8
    return quantizer(example.graph("float"), recipe, example.ranges())


def test_golden_files_are_there():
    assert len(NAMES) >= 40


@pytest.mark.parametrize("name", NAMES)
def test_int8_equals_converter(name):
    kinds = [kind for kind in _INT8_KINDS if kind in golden(name).files]
    if not kinds:
        # The converter itself fails; see test_logistic_in_two_concats.
        assert name == "logistic_in_two_concats"
    for kind in kinds:
        assert compare(_quantize(name, kind), golden(name).graph(kind)).scales or name == (
            "only_float"
        )


@pytest.mark.parametrize("name", [name for name in NAMES if name not in _BETTER_INT16X8])
def test_int16x8_equals_converter(name):
    for kind in _INT16X8_KINDS:
        if kind in golden(name).files:
            compare(_quantize(name, kind), golden(name).graph(kind))


@pytest.mark.parametrize("name", NAMES)
def test_strict_int16x8_succeeds_where_the_converter_does(name):
    example = golden(name)
    recipe = scheme("int16x8-only")
    if example.facts["int16x8_without_float"]:
        quantize_int16x8(example.graph("float"), recipe, example.ranges())
        return
    with pytest.raises(UnsupportedOperatorError) as caught:
        quantize_int16x8(example.graph("float"), recipe, example.ranges())
    refusal = example.facts["refused"]["int16x8_strict"]
    kinds = {operator.kind for operator in example.graph("float").operators}
    refused = next(kind for kind in sorted(kinds, key=len, reverse=True) if f"'{kind}'" in refusal)
    assert refused in str(caught.value)
    assert caught.value.kind in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_result_is_deterministic(name):
    for kind in ("int8", "int16x8"):
        first, second = _quantize(name, kind), _quantize(name, kind)
        assert list(first.tensors) == list(second.tensors)
        assert [(o.kind, o.inputs, o.layer) for o in first.operators] == [
            (o.kind, o.inputs, o.layer) for o in second.operators
        ]
        compare(first, second)


@pytest.mark.parametrize("kind", ["int8", "uint8_io", "int16x8"])
@pytest.mark.parametrize("name", NAMES)
def test_names_layers_and_origins(name, kind):
    """What an operator itself makes keeps its name; all else points back to a float tensor."""
    source = golden(name).graph("float")
    graph = _quantize(name, kind)
    assert graph.inputs == source.inputs
    for output, wanted in zip(graph.outputs, source.outputs, strict=True):
        assert output == wanted or graph.tensors[output].origin == wanted
    made = {operator.outputs for operator in source.operators}
    for operator in graph.operators:
        inserted = operator.outputs not in made
        assert inserted == (operator.kind in ("QUANTIZE", "DEQUANTIZE"))
        assert operator.layer in {o.layer for o in source.operators}
        if inserted:
            assert graph.tensors[operator.outputs[0]].origin in source.tensors
    for tensor in graph.tensors.values():
        origin = tensor.origin or tensor.name
        assert source.tensors[origin].shape == tensor.shape
        assert tensor.is_constant == source.tensors[origin].is_constant or not tensor.is_constant


# ---------------------------------------------------------------- deliberate differences


def _run(graph: Graph, *inputs: np.ndarray) -> list[np.ndarray]:
    interpreter = Interpreter(
        model_content=write_tflite(graph),
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    interpreter.allocate_tensors()
    for detail, values in zip(interpreter.get_input_details(), inputs, strict=True):
        interpreter.set_tensor(detail["index"], values)
    interpreter.invoke()
    return [interpreter.get_tensor(d["index"]) for d in interpreter.get_output_details()]


def _range_error(name: str, kind: str) -> float:
    """Largest difference to the float graph, in parts of the output's range."""
    example = golden(name)
    graph = example.graph("float")
    low, high = example.ranges()[graph.inputs[0]]
    shape = graph.tensors[graph.inputs[0]].shape
    values = np.random.default_rng(3).uniform(low, high, shape).astype(np.float32)
    pairs = zip(_run(_quantize(name, kind), values), _run(graph, values), strict=True)
    return max(float(np.abs(a - b).max() / max(np.ptp(b), 1e-3)) for a, b in pairs)


def test_logistic_in_two_concats():
    """The converter fails where one value is requantized at its producer and for a reader."""
    assert "int8" not in golden("logistic_in_two_concats").files
    graph = _quantize("logistic_in_two_concats", "int8")
    readers = [o for o in graph.operators if o.kind == "QUANTIZE" and o.inputs == ("Sigmoid",)]
    assert len(readers) == 2
    assert _range_error("logistic_in_two_concats", "int8") < 0.05


def test_dead_activations_get_finite_scales_in_int16x8():
    """The converter gives the layer behind a dead ReLU an infinite weight scale."""

    def all_finite(graph: Graph) -> bool:
        params = (t.quantization for t in graph.tensors.values() if t.quantization is not None)
        return all(np.isfinite(p.scale).all() for p in params)

    assert not all_finite(golden("dead_and_zero").graph("int16x8"))
    assert all_finite(_quantize("dead_and_zero", "int16x8"))
    assert _range_error("dead_and_zero", "int16x8") < 1e-3


def test_pad_value_is_int16():
    """The converter leaves it in float, and its file does not load."""
    with pytest.raises(RuntimeError, match="PADV2"):
        _run(golden("pads").graph("int16x8"))
    assert _range_error("pads", "int16x8") < 1e-2


# ---------------------------------------------------------------- the comparison itself


def _with_tensor(graph: Graph, name: str, change: Callable[[Tensor], Tensor]) -> Graph:
    return graph.rebuild(
        tensors=[change(t) if t.name == name else t for t in graph.tensors.values()]
    )


def test_comparison_sees_one_code():
    theirs = golden("conv_relu6").graph("int8")
    name = next(n for n, t in theirs.constants().items() if t.dtype == np.int8)

    def off_by_one(tensor: Tensor) -> Tensor:
        data = np.array(tensor.data)
        data.flat[7] += -1 if data.flat[7] > 0 else 1
        return replace(tensor, data=data)

    with pytest.raises(DifferenceError, match="differing codes"):
        compare(_with_tensor(theirs, name, off_by_one), theirs)


@pytest.mark.parametrize("field", ["scale", "zero_point"])
def test_comparison_sees_the_last_bit(field):
    theirs = golden("conv_relu6").graph("int8")
    name = theirs.operators[-2].outputs[0]

    def nudged(tensor: Tensor) -> Tensor:
        old = tensor.quantization
        assert old is not None
        new = {
            "scale": QuantizationParams(np.nextafter(old.scale, np.float32(1)), old.zero_point),
            "zero_point": QuantizationParams(old.scale, old.zero_point + 1),
        }
        return replace(tensor, quantization=new[field])

    with pytest.raises(DifferenceError, match=field.replace("_", " ")):
        compare(_with_tensor(theirs, name, nudged), theirs)


def test_comparison_sees_wiring():
    theirs = golden("splits").graph("int8")
    swapped = [
        replace(o, inputs=o.inputs[::-1]) if o.kind == "ADD" else o for o in theirs.operators
    ]
    with pytest.raises(DifferenceError):
        compare(theirs.rebuild(operators=swapped), theirs)


# ---------------------------------------------------------------- schemes


@pytest.mark.parametrize("io_dtype", ["int8", "uint8"])
def test_integer_only_has_no_float_tensor(io_dtype):
    recipe = scheme("int8-only").with_options(io_dtype=io_dtype)
    example = golden("residual")
    graph = quantize_int8(example.graph("float"), recipe, example.ranges())
    assert not any(tensor.is_float for tensor in graph.tensors.values())
    assert graph.tensors[graph.inputs[0]].dtype == np.dtype(io_dtype)


def test_integer_only_names_every_float_operator():
    example = golden("islands_in_a_row")
    with pytest.raises(UnsupportedOperatorError) as caught:
        quantize_int8(example.graph("float"), scheme("int8-only"), example.ranges())
    assert caught.value.kind == "ELU"
    assert caught.value.operator == "Elu"
    for kind in ("ELU Elu", "SQUARE Square", "SIN Sin"):
        assert kind in str(caught.value)
    assert "Choose scheme int8" in str(caught.value)


@pytest.mark.parametrize("family", ["int8", "int16x8"])
def test_layers_kept_in_float(family):
    example = golden("conv_relu6")
    source = example.graph("float")
    kept = source.operators[0]
    recipe: Scheme = scheme(family).with_options(float_layers=(kept.layer,))
    quantizer = quantize_int8 if family == "int8" else quantize_int16x8
    graph = quantizer(source, recipe, example.ranges())
    same = next(o for o in graph.operators if o.outputs == kept.outputs)
    other = next(o for o in graph.operators if o.outputs == source.operators[1].outputs)
    assert all(graph.tensors[name].is_float for name in same.present_inputs + same.outputs)
    assert not any(graph.tensors[name].is_float for name in other.present_inputs + other.outputs)
    strict = replace(recipe, integer_only=True)
    with pytest.raises(UnsupportedOperatorError, match=kept.layer):
        quantizer(source, strict, example.ranges())
