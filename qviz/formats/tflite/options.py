"""Operator options: the schema's options tables as plain mappings, in both directions.

Every options table of the schema has a class ``<Name>OptionsT`` in the generated code. Its fields
are found by reflection, so a new operator of the schema needs no line here; only the operators
whose table has another name than the operator itself, and the fields that hold enumerations, are
listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from qviz.errors import ExportError, ModelFormatError

CUSTOM_PREFIX = "CUSTOM:"
"""Start of the kind of an operator that is not builtin; its name follows."""

CUSTOM_OPTIONS = "custom_options"
"""Option of such an operator: its own options, as the bytes of the file."""

INTERMEDIATES = "intermediates"
"""Option of an integer LSTM: tuple of Tensor, whose quantization its inner steps use."""

_POOL = ("AVERAGE_POOL_2D", "MAX_POOL_2D", "L2_POOL_2D")
_REDUCE = ("MEAN", "SUM", *(f"REDUCE_{w}" for w in ("ALL", "ANY", "MAX", "MIN", "PROD")))
_RANDOM = ("RANDOM_UNIFORM", "RANDOM_STANDARD_NORMAL", "MULTINOMIAL")

# Operators that share a table, or whose table is named differently.
_TABLE_OF = {
    **dict.fromkeys(_POOL, "Pool2DOptions"),
    **dict.fromkeys(_REDUCE, "ReducerOptions"),
    **dict.fromkeys(_RANDOM, "RandomOptions"),
    "CONV_3D_TRANSPOSE": "Conv3DOptions",
    "L2_NORMALIZATION": "L2NormOptions",
    "MAXIMUM": "MaximumMinimumOptions",
    "MINIMUM": "MaximumMinimumOptions",
    "UNIDIRECTIONAL_SEQUENCE_RNN": "SequenceRNNOptions",
}

_ENUM_OF_FIELD = {
    "padding": schema.Padding,
    "fused_activation_function": schema.ActivationFunctionType,
    "weights_format": schema.FullyConnectedOptionsWeightsFormat,
    "kernel_type": schema.LSTMKernelType,
    "combiner": schema.CombinerType,
    "reduce_function": schema.ReduceWindowFunction,
    "algorithm": schema.RngAlgorithm,
    "comparison_direction": schema.StablehloComparisonDirection,
    "compare_type": schema.StablehloComparisonType,
    "composite_attributes_format": schema.CustomOptionsFormat,
    **dict.fromkeys(
        (
            "quantized_bias_type",
            "in_data_type",
            "out_data_type",
            "output_type",
            "out_type",
            "idx_out_type",
            "key_dtype",
            "value_dtype",
        ),
        schema.TensorType,
    ),
}
# Fields whose meaning depends on the table they stand in.
_ENUM_OF_TABLE_FIELD = {
    ("MirrorPadOptions", "mode"): schema.MirrorPadMode,
    ("LSHProjectionOptions", "type"): schema.LSHProjectionType,
}


@dataclass(frozen=True, slots=True)
class OptionsTable:
    """One options table of the schema.

    Attributes
    ----------
    name : str
        As the schema has it, e.g. ``Conv2DOptions``.
    code : int
        Its number in the union.
    second : bool
        Whether the union is ``BuiltinOptions2``.
    """

    name: str
    code: int
    second: bool

    def new(self) -> Any:
        """An options object with the schema's defaults."""
        return getattr(schema, self.name + "T")()


@cache
def builtin_names() -> dict[int, str]:
    """Names of the builtin operators by their code."""
    return {code: name for name, code in _members(schema.BuiltinOperator)}


@cache
def table_of(kind: str) -> OptionsTable | None:
    """The options table of an operator kind; None if it has none."""
    return _tables().get((_TABLE_OF.get(kind) or kind.replace("_", "") + "Options").lower())


def table_by_code(code: int, *, second: bool) -> OptionsTable | None:
    """The table with this number in a union; None for an unknown number."""
    return next((t for t in _tables().values() if (t.code, t.second) == (code, second)), None)


def to_mapping(table: OptionsTable, options: Any) -> dict[str, Any]:
    """Fields of an options object of the schema, in snake_case.

    Numbers, booleans and enumerations (by name) are all there; vectors (as tuples, bytes for
    ``ubyte``) and strings only where the file has them.

    Raises
    ------
    ModelFormatError
        If an enumeration has a value that the schema does not know.
    """
    fields: dict[str, Any] = {}
    for attribute, value in vars(options).items():
        if value is None:
            continue
        field = _snake(attribute)
        enum = _enum(table, field) if isinstance(value, int) else None
        fields[field] = _plain(value) if enum is None else _enum_name(enum, field, value)
    return fields


def from_mapping(kind: str, table: OptionsTable, options: Mapping[str, Any]) -> Any:
    """Options object of the schema from snake_case fields; a missing field has its default.

    Raises
    ------
    ExportError
        If the table has no such field or an enumeration no such name.
    """
    target = table.new()
    for field, value in options.items():
        attribute = _camel(field)
        if attribute not in vars(target):
            raise ExportError(f"{kind} has no option {field!r} in a TFLite file.")
        enum = _enum(table, field) if isinstance(value, str) else None
        packed = _packed(value) if enum is None else _enum_value(enum, kind, field, value)
        setattr(target, attribute, packed)
    return target


def _members(enum: type) -> Iterable[tuple[str, int]]:
    return ((n, v) for n, v in vars(enum).items() if isinstance(v, int) and n[0] != "_")


@cache
def _tables() -> dict[str, OptionsTable]:
    unions = ((schema.BuiltinOptions, False), (schema.BuiltinOptions2, True))
    return {
        name.lower(): OptionsTable(name, code, second)
        for union, second in unions
        for name, code in _members(union)
        if code != 0
    }


def _enum(table: OptionsTable, field: str) -> type | None:
    return _ENUM_OF_TABLE_FIELD.get((table.name, field)) or _ENUM_OF_FIELD.get(field)


def _enum_name(enum: type, field: str, value: int) -> str:
    for name, number in _members(enum):
        if number == value:
            return name
    raise ModelFormatError(f"The file is damaged: an operator has {field} {value}.")


def _enum_value(enum: type, kind: str, field: str, name: str) -> int:
    value = dict(_members(enum)).get(name)
    if value is None:
        raise ExportError(f"{kind} cannot have {field} {name!r} in a TFLite file.")
    return value


@cache
def _snake(attribute: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", attribute).lower()


@cache
def _camel(field: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), field)


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tobytes() if value.dtype == np.uint8 else tuple(value.tolist())
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, list):
        return tuple(_plain(v) for v in value)
    return value.item() if isinstance(value, np.generic) else value


def _packed(value: Any) -> Any:
    if isinstance(value, bytes):
        return np.frombuffer(value, np.uint8)
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, tuple | list):
        return [v.item() if isinstance(v, np.generic) else v for v in value]
    return value.item() if isinstance(value, np.generic) else value
