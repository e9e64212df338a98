"""TensorFlow 1's "eightbit" quantization: ranges at run time, operator by operator.

Three forms of a graph tell it: float; every operator wrapped in quantize, 8-bit operator,
dequantize; and the pairs of dequantize and quantize between neighbours stripped.
"""

from __future__ import annotations

from qviz.quantization.eightbit.forms import (
    EightbitForms,
    eightbit_forms,
    float_operators,
    quantize_eightbit,
)
from qviz.quantization.eightbit.pictures import Edge, Node, Picture, picture
from qviz.quantization.eightbit.steps import EightbitStep, eightbit_steps
from qviz.quantization.eightbit.table import CodeRow, CodeTable, code_table

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
