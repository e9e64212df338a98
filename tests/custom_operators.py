"""Files with an operator that nobody knows: one of a real model's operators made a custom one."""

from __future__ import annotations

from collections.abc import Sequence

import flatbuffers
from ai_edge_litert import schema_py_generated as schema

MYSTERY = "Mystery"


def with_custom_operator(
    content: bytes, index: int | Sequence[int], *, subgraph: int = 0, name: str = MYSTERY
) -> bytes:
    """A ``.tflite`` file whose operators at `index` are operators of their author's own."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(content, 0))
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.CUSTOM
    code.customCode = name
    code.version = 1
    model.operatorCodes.append(code)
    for position in [index] if isinstance(index, int) else index:
        operator = model.subgraphs[subgraph].operators[position]
        operator.opcodeIndex = len(model.operatorCodes) - 1
        operator.builtinOptionsType = operator.builtinOptions2Type = 0
        operator.builtinOptions = operator.builtinOptions2 = None
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())
