from __future__ import annotations

import re

import pytest
from ai_edge_litert import schema_py_generated as schema

from qviz.errors import ExportError, ModelFormatError
from qviz.formats.tflite.options import builtin_names, from_mapping, table_of, to_mapping

# Operators without a table of options in the schema.
WITHOUT = {
    *("BROADCAST_ARGS", "CEIL", "COMPLEX_ABS", "CUSTOM", "DELEGATE", "ELU", "EMBEDDING_LOOKUP"),
    *("FLOOR", "HASHTABLE_LOOKUP", "IMAG", "LOG", "LOGISTIC", "PRELU", "REAL", "RELU", "RELU6"),
    *("RELU_0_TO_1", "RELU_N1_TO_1", "ROUND", "RSQRT", "SIN", "SQRT", "TANH"),
    "PLACEHOLDER_FOR_GREATER_OP_CODES",
}


def kinds() -> list[str]:
    return sorted(builtin_names().values())


@pytest.mark.parametrize("kind", [k for k in kinds() if not k.startswith("STABLEHLO")])
def test_every_operator_has_the_table_that_the_schema_gives_it(kind: str) -> None:
    assert (table_of(kind) is None) == (kind in WITHOUT)


def test_every_table_belongs_to_an_operator() -> None:
    used = {table.name for kind in kinds() if (table := table_of(kind)) is not None}
    named = {
        name
        for union in (schema.BuiltinOptions, schema.BuiltinOptions2)
        for name in vars(union)
        if re.match("[A-Z][A-Za-z0-9]+Options$", name)
    }
    assert named == used


@pytest.mark.parametrize("kind", kinds())
def test_defaults_survive_the_way_to_a_mapping_and_back(kind: str) -> None:
    table = table_of(kind)
    if table is None:
        return
    fields = to_mapping(table, table.new())
    assert all(re.fullmatch("[a-z0-9_]+", field) for field in fields)
    assert vars(from_mapping(kind, table, fields)) == vars(table.new())


def test_fields_are_snake_case_and_enumerations_are_names() -> None:
    table = table_of("CONV_2D")
    assert table is not None
    given = {
        "padding": "VALID",
        "stride_w": 2,
        "dilation_h_factor": 3,
        "fused_activation_function": "RELU6",
        "quantized_bias_type": "INT64",
    }
    packed = from_mapping("CONV_2D", table, given)
    assert packed.padding == schema.Padding.VALID
    assert packed.strideW == 2
    assert packed.dilationHFactor == 3
    assert packed.fusedActivationFunction == schema.ActivationFunctionType.RELU6
    assert to_mapping(table, packed).items() >= given.items()


def test_vectors_are_tuples() -> None:
    table = table_of("RESHAPE")
    assert table is not None
    assert to_mapping(table, table.new()) == {}
    packed = from_mapping("RESHAPE", table, {"new_shape": (1, -1)})
    assert packed.newShape == [1, -1]
    assert to_mapping(table, packed) == {"new_shape": (1, -1)}


def test_an_unknown_option_or_value_is_refused() -> None:
    table = table_of("CONV_2D")
    assert table is not None
    with pytest.raises(ExportError, match="no option 'strides'"):
        from_mapping("CONV_2D", table, {"strides": (1, 1)})
    with pytest.raises(ExportError, match="padding 'CAUSAL'"):
        from_mapping("CONV_2D", table, {"padding": "CAUSAL"})
    damaged = table.new()
    damaged.padding = 77
    with pytest.raises(ModelFormatError, match="padding 77"):
        to_mapping(table, damaged)
