"""The elementwise StableHLO operators that TFLite's interpreter runs as they are.

Two operands of one shape; codes of quantized tensors are plain integers to them.

References
----------
LiteRT, tflite/kernels/stablehlo_elementwise.h, stablehlo_shift_left.cc.
"""

from __future__ import annotations

import numpy as np

from qviz.execution.kernels.operands import kernel_of
from qviz.execution.kernels.registry import Context, Kernel, kernel

_FUNCTIONS: dict[str, np.ufunc] = {
    "STABLEHLO_ADD": np.add,
    "STABLEHLO_MULTIPLY": np.multiply,
    "STABLEHLO_MAXIMUM": np.maximum,
    "STABLEHLO_MINIMUM": np.minimum,
    "STABLEHLO_AND": np.bitwise_and,
    "STABLEHLO_SHIFT_LEFT": np.left_shift,
}


@kernel(*_FUNCTIONS)
def prepare_stablehlo_arithmetic(context: Context) -> Kernel:
    """Elementwise function of two operands."""
    return kernel_of(_FUNCTIONS[context.operator.kind])
