"""Which operators have an 8-bit form, and what it takes and gives.

Kinds of 8-bit operators are ``EIGHTBIT_`` and TensorFlow's name in capitals. They are TensorFlow
1's, not TFLite's, and stand in no ``.tflite`` file.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from qviz.graph import Operator, Tensor

PREFIX = "EIGHTBIT_"
MIN, MAX = f"{PREFIX}MIN", f"{PREFIX}MAX"
QUANTIZE, DEQUANTIZE = f"{PREFIX}QUANTIZE_V2", f"{PREFIX}DEQUANTIZE"
RANGE, REQUANTIZE = f"{PREFIX}REQUANTIZATION_RANGE", f"{PREFIX}REQUANTIZE"

# 8-bit operators whose results are 32-bit sums, which have to be brought to 8 bits.
MAKES_SUMS = frozenset(f"{PREFIX}{n}" for n in ("CONV_2D", "MATMUL", "BIAS_ADD", "ADD", "MUL"))

Tensors = Mapping[str, Tensor]

_ON_CODES = {
    kind: f"{PREFIX}{kind}"
    for kind in ("RELU", "RELU6", "MAX_POOL_2D", "AVERAGE_POOL_2D", "RESHAPE", "CONCATENATION")
}


def eightbit_kind(operator: Operator, tensors: Tensors) -> str | None:
    """Kind of the 8-bit operator that computes what `operator` does; None if there is none.

    Only of operators without bias and fused activation (see `separate`). TensorFlow 1 has no 8-bit
    depthwise, transposed, grouped or dilated convolution, and none of softmax, means or padding.
    """
    names = (*operand_names(operator), *operator.outputs)
    if any(tensors[name].dtype != np.float32 for name in names):
        return None
    if operator.kind in ("CONV_2D", "FULLY_CONNECTED"):
        return _product_kind(operator, tensors)
    if operator.kind in ("ADD", "MUL"):
        return _elementwise_kind(operator, tensors)
    if any(tensors[name].is_constant for name in operand_names(operator)):
        return None
    return _ON_CODES.get(operator.kind)


def operand_names(operator: Operator) -> tuple[str, ...]:
    """Inputs that become codes: neither shapes nor a bias that is absent."""
    if operator.kind == "RESHAPE":
        return operator.present_inputs[:1]
    return operator.present_inputs


def _product_kind(operator: Operator, tensors: Tensors) -> str | None:
    x, weights = (tensors[name] for name in operator.present_inputs[:2])
    if not weights.is_constant or x.is_constant:
        return None
    if operator.kind == "FULLY_CONNECTED":
        is_plain = operator.option("weights_format", "DEFAULT") == "DEFAULT"
        return f"{PREFIX}MATMUL" if is_plain else None
    dilations = {operator.option(f"dilation_{side}_factor", 1) for side in ("h", "w")}
    is_plain = dilations == {1} and weights.shape[3] == x.shape[3]
    return f"{PREFIX}CONV_2D" if is_plain else None


def _elementwise_kind(operator: Operator, tensors: Tensors) -> str | None:
    operands = [tensors[name] for name in operator.present_inputs]
    constants = [tensor for tensor in operands if tensor.is_constant]
    if len(constants) > 1:
        return None
    out = tensors[operator.outputs[0]]
    is_bias = bool(constants) and constants[0].shape == out.shape[-1:] and len(out.shape) > 1
    if operator.kind == "ADD" and is_bias and operands[1].is_constant:
        return f"{PREFIX}BIAS_ADD"
    return f"{PREFIX}{operator.kind}"
