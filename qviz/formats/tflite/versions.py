"""Operator versions: the lowest that covers what an operator does, as resolvers ask for it.

A resolver refuses an operator whose version is outside the range it was registered with, so a
version must be neither lower nor higher than needed. The rules are those of LiteRT's
``tools/versioning/op_version.cc`` (GetBuiltinOperatorVersion) at 2.x; most depend on element types
only and stand in one table.
"""

from __future__ import annotations

from collections.abc import Mapping

from qviz.formats.tflite.operator_signature import (
    BOOL,
    FLOAT32,
    INT8,
    INT16,
    INT32,
    INT64,
    UINT8,
    UINT32,
    Signature,
    Types,
)
from qviz.formats.tflite.types import STRING
from qviz.formats.tflite.version_rules import BYTES_AND_WORDS, BYTES_ONLY, RULES
from qviz.graph import Operator, Tensor

_BYTES_OR_WORDS: Types = {INT8: 2, INT16: 2}

# Version by the type of input 0; every other type has version 1.
_BY_FIRST_INPUT: dict[str, Types] = {
    **dict.fromkeys(
        (
            "AVERAGE_POOL_2D",
            "MAX_POOL_2D",
            "TANH",
            "LOGISTIC",
            "SOFTMAX",
            "MEAN",
            "MIRROR_PAD",
            "REDUCE_MAX",
            "REDUCE_MIN",
            "RELU6",
            "RSQRT",
            "LESS",
            "GREATER_EQUAL",
        ),
        BYTES_AND_WORDS,
    ),
    **dict.fromkeys(
        (
            "SPACE_TO_DEPTH",
            "DEPTH_TO_SPACE",
            "SPLIT_V",
            "SUM",
            "LOG_SOFTMAX",
            "GREATER",
            "LESS_EQUAL",
            "SQUARED_DIFFERENCE",
            "L2_NORMALIZATION",
        ),
        BYTES_ONLY,
    ),
    **dict.fromkeys(("EXP", "LOG", "REDUCE_PROD", "FLOOR_MOD", "SQRT"), _BYTES_OR_WORDS),
    "SIGN": {INT32: 2},
    "FLOOR_DIV": {INT8: 3, INT16: 3, FLOAT32: 2},
    "RELU": {INT8: 2, UINT8: 2, INT16: 3},
    "REVERSE_V2": {INT8: 3, BOOL: 2},
    "PACK": {INT8: 2, INT16: 3, UINT32: 4},
    "UNPACK": {INT8: 2, UINT8: 2, BOOL: 3, INT16: 4},
    "TILE": {INT8: 3, STRING: 2},
    "SQUEEZE": {STRING: 2},
    "EQUAL": {INT8: 2, INT16: 4, STRING: 3},
    "NOT_EQUAL": {INT8: 2, STRING: 3},
    "LEAKY_RELU": {INT16: 2},
    "RANGE": {INT64: 2},
    "CONCATENATION": {INT8: 2, INT16: 3, UINT32: 4},
    "ARG_MAX": {INT8: 2, BOOL: 3},
    "ARG_MIN": {INT8: 2, BOOL: 3},
    "SELECT_V2": {UINT32: 2},
    "GELU": {INT8: 2, UINT8: 2},
}


def operator_version(operator: Operator, tensors: Mapping[str, Tensor]) -> int:
    """Version to write for `operator`; never below the one it was read with."""
    inputs = tuple(None if name is None else tensors[name] for name in operator.inputs)
    signature = Signature(operator, inputs, tuple(tensors[name] for name in operator.outputs))
    if not inputs or not signature.outputs:
        return max(1, operator.version)
    rule = RULES.get(operator.kind)
    if rule is not None:
        needed = rule(signature)
    else:
        first = signature.type(0)
        by_type = _BY_FIRST_INPUT.get(operator.kind, {})
        needed = 1 if first is None else by_type.get(first, 1)
    return max(needed, operator.version)
