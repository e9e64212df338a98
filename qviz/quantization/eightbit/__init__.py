"""TensorFlow 1's "eightbit" quantization: ranges at run time, operator by operator.

Three forms of a graph tell it: float; every operator wrapped in quantize, 8-bit operator,
dequantize; and the pairs of dequantize and quantize between neighbours stripped.
Names are imported when first used: the window draws pictures without loading the kernels.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qviz.quantization.eightbit.forms import (
        EightbitForms,
        eightbit_forms,
        float_operators,
        quantize_eightbit,
    )
    from qviz.quantization.eightbit.pictures import Edge, Node, Picture, picture
    from qviz.quantization.eightbit.steps import EightbitStep, eightbit_steps
    from qviz.quantization.eightbit.table import CodeRow, CodeTable, code_table

_HOMES = {
    "EightbitForms": "forms",
    "eightbit_forms": "forms",
    "float_operators": "forms",
    "quantize_eightbit": "forms",
    "Edge": "pictures",
    "Node": "pictures",
    "Picture": "pictures",
    "picture": "pictures",
    "EightbitStep": "steps",
    "eightbit_steps": "steps",
    "CodeRow": "table",
    "CodeTable": "table",
    "code_table": "table",
}


__all__ = [
    "CodeRow",
    "CodeTable",
    "Edge",
    "EightbitForms",
    "EightbitStep",
    "Node",
    "Picture",
    "code_table",
    "eightbit_forms",
    "eightbit_steps",
    "float_operators",
    "picture",
    "quantize_eightbit",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return __all__
