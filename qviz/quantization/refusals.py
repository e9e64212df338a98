"""Integer operators whose scales LiteRT does not take: the written file loads nowhere.

The converter's rules give an output that was always 0 in calibration a scale next to 0. Some
kernels cannot scale sums of their operands to it and refuse the model, or end the program.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from qviz.graph import Graph, Operator, Tensor
from qviz.quantization.affine import SMALLEST_RANGE
from qviz.quantization.rules import BIAS_OPERANDS

_XNNPACK_LIMIT = 256
_BOUNDS = {"RELU6": 6.0, "RELU_N1_TO_1": 1.0}
_SOFTMAX = ("SOFTMAX", "LOG_SOFTMAX")
_DEFAULT = "LiteRT's default interpreter"


def refusals(quantized: Graph, profile_name: str) -> Iterator[str]:
    """Sentences on operators that keep a finished integer graph from running in LiteRT 2.3.

    Parameters
    ----------
    quantized : Graph
        What an ``int8`` or ``int16x8`` scheme made.
    profile_name : str
        The rules that were used.
    """
    for operator in (o for o in quantized.operators if o.outputs):
        output = quantized.tensors[operator.outputs[0]]
        who = _refusing(operator, quantized, output)
        if who:
            assert output.quantization is not None
            scale = float(output.quantization.scale[0])
            yield (
                f"{who} refuses the written model because of {operator.kind} in "
                f"{operator.layer}, as it does TensorFlow's own (profile {profile_name}): the "
                f"output {_state(output)}, and its scale {scale:.3g} is too small for what the "
                f"layer computes. Calibrate with more varied samples, remove the layer if it is "
                f"dead, or keep {operator.layer} in float32."
            )
        elif operator.kind in _SOFTMAX and _is_too_fine(
            quantized.tensors[operator.inputs[0] or ""]
        ):
            yield (
                f"LiteRT's reference interpreter refuses the written model because of "
                f"{operator.kind} in {operator.layer}, as it does TensorFlow's own (profile "
                f"{profile_name}): its input was always 0 in calibration. The default interpreter "
                f"runs it. Calibrate with more varied samples, or remove the dead layer before it."
            )


def _refusing(operator: Operator, graph: Graph, output: Tensor) -> str:
    """Who refuses the operator; empty if nobody does."""
    scale = _scale(output)
    if math.isnan(scale):
        return ""
    bound = _BOUNDS.get(operator.activation, 0.0)
    if bound and bound / scale >= 1 << 31:
        return "LiteRT"
    tensors = [None if name is None else graph.tensors[name] for name in operator.inputs]
    if operator.kind in BIAS_OPERANDS:
        operands = BIAS_OPERANDS[operator.kind]
        source, weights = tensors[operands.input], tensors[operands.weights]
        factor = _scale(source) * _scale(weights) / scale
        is_narrow = output.dtype.itemsize == 1
        return _DEFAULT if is_narrow and factor >= _XNNPACK_LIMIT else ""
    largest = max((s for s in map(_scale, tensors) if not math.isnan(s)), default=math.nan)
    reaches = _FACTORS.get(operator.kind)
    return "LiteRT" if reaches is not None and reaches(largest, scale, output) >= 1 else ""


def _sum_factor(largest: float, scale: float, output: Tensor) -> float:
    """Of ADD; LiteRT, tflite/kernels/add.cc."""
    return 2 * largest / (2.0 ** (20 if output.dtype.itemsize == 1 else 15) * scale)


def _square_factor(largest: float, scale: float, _: Tensor) -> float:
    """Of SQUARED_DIFFERENCE; LiteRT, tflite/kernels/squared_difference.cc."""
    return 4 * largest * largest / (2.0**14 * scale)


def _hard_swish_factor(largest: float, scale: float, _: Tensor) -> float:
    """Of HARD_SWISH; LiteRT, tflite/kernels/activations.cc, HardSwishPrepare."""
    return largest / (128 * scale)


# By which the result is scaled at last; kernels of these kinds take factors below 1 only.
_FACTORS: dict[str, Callable[[float, float, Tensor], float]] = {
    "ADD": _sum_factor,
    "SQUARED_DIFFERENCE": _square_factor,
    "HARD_SWISH": _hard_swish_factor,
}


def _is_too_fine(source: Tensor) -> bool:
    """Of an input of SOFTMAX; LiteRT, internal/quantization_util.cc, PreprocessSoftmaxScaling."""
    return source.dtype.itemsize == 1 and _scale(source) * (1 << 26) <= 1


def _scale(tensor: Tensor | None) -> float:
    """Largest scale of an integer tensor, NaN where it has none."""
    if tensor is None or tensor.quantization is None or tensor.dtype.kind not in "iu":
        return math.nan
    return float(tensor.quantization.scale.max())


def _state(output: Tensor) -> str:
    reach = _scale(output) * (1 << 8 * output.dtype.itemsize)
    if reach <= 3 * SMALLEST_RANGE:
        return "was always 0 in calibration"
    return f"was within a range of {reach:.3g} in calibration"
