"""Which kernels the default LiteRT interpreter uses for an operator.

The interpreter hands every operator that XNNPACK can compute to the XNNPACK delegate; the rest runs
on the builtin kernels, which are the optimized ones there. Both round differently from the
reference kernels. What the delegate takes depends on types, on constants being constant, and on
ratios of scales; the conditions below are those of LiteRT 2.3.

Kinds that are not listed run on the builtin kernels. Float operators need no rule here: float
results of both differ in their last bits only, and qviz follows neither to the bit.

What is not equal to the interpreter's integers, and why:

- codes of real numbers that float operators have computed: XNNPACK sums in another order and
  approximates exponentials, so results are within 1e-5 of their range, and a QUANTIZE, or an
  operator with activations quantized on the fly, now and then takes such a number to the next code;
- results far beyond 16 bits in the optimized ADD and MUL for 8 bits, parts of which wrap there; it
  takes operands with a scale more than a hundred times that of the result;
- a batch that the interpreter was resized to: vector code rounds the last elements of the whole
  batch in another way, where qviz does so for each sample, as a device with a batch of 1.

References
----------
LiteRT, tflite/delegates/xnnpack/xnnpack_delegate.cc, Subgraph::VisitNode and what it calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np

from qviz.graph import Operator, Tensor

MODES = ("reference", "xnnpack")
"""Rounding modes: ``reference`` computes what TFLite's reference kernels do, ``xnnpack`` what the
default interpreter does; integers bit for bit."""


class Rules(Enum):
    """Whose arithmetic an operator follows.

    Attributes
    ----------
    REFERENCE
        The reference kernels (BUILTIN_REF).
    OPTIMIZED
        The builtin kernels of the default interpreter, on x86-64.
    XNNPACK
        The XNNPACK delegate.
    """

    REFERENCE = "reference"
    OPTIMIZED = "optimized"
    XNNPACK = "xnnpack"


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """An operator with its tensors, as the delegate looks at it."""

    operator: Operator
    inputs: tuple[Tensor | None, ...]
    outputs: tuple[Tensor, ...]

    def input(self, index: int) -> Tensor | None:
        """Input `index`; None if it is absent."""
        return self.inputs[index] if index < len(self.inputs) else None


def rules_of(mode: str, operator: Operator, tensors: Mapping[str, Tensor]) -> Rules:
    """Rules that `operator` follows in a rounding mode.

    Parameters
    ----------
    mode : str
        One of `MODES`.
    operator : Operator
        Of a graph.
    tensors : Mapping of str to Tensor
        Of the graph, as they stand in the file: what is computed from constants is no constant to
        the delegate.
    """
    if mode == "reference":
        return Rules.REFERENCE
    inputs = tuple(None if name is None else tensors[name] for name in operator.inputs)
    node = Node(operator, inputs, tuple(tensors[name] for name in operator.outputs))
    return Rules.XNNPACK if is_delegated(node) else Rules.OPTIMIZED


def is_delegated(node: Node) -> bool:
    """Whether the XNNPACK delegate takes the operator."""
    conditions = CONDITIONS.get(node.operator.kind)
    return conditions is not None and all(condition(node) for condition in conditions)


Condition = Callable[[Node], bool]


def _codes_or_float(
    *indices: int, kinds: tuple[str, ...] = ("float32", "int8", "uint8")
) -> Condition:
    """These inputs and all outputs are float or 8-bit codes with one scale."""

    def holds(node: Node) -> bool:
        tensors = [node.input(i) for i in indices]
        return all(t is not None and _fits(t, kinds) for t in (*tensors, *node.outputs))

    return holds


def _fits(tensor: Tensor, kinds: tuple[str, ...]) -> bool:
    if tensor.dtype.name not in kinds:
        return False
    return tensor.is_float or _has_one_scale(tensor)


def _has_one_scale(tensor: Tensor) -> bool:
    params = tensor.quantization
    return params is not None and len(params.scale) == 1 and not params.quantized_dimension


def _same_type(*indices: int) -> Condition:
    """These inputs have the type of the output."""

    def holds(node: Node) -> bool:
        tensors = (node.input(i) for i in indices)
        return all(t is not None and t.dtype == node.outputs[0].dtype for t in tensors)

    return holds


def _constant(*indices: int) -> Condition:
    """These inputs are constants of the file."""

    def holds(node: Node) -> bool:
        tensors = (node.input(i) for i in indices)
        return all(t is not None and t.is_constant for t in tensors)

    return holds


def _not_empty(index: int) -> Condition:
    def holds(node: Node) -> bool:
        tensor = node.input(index)
        return tensor is not None and tensor.size > 0

    return holds


def _rank(index: int, rank: int) -> Condition:
    def holds(node: Node) -> bool:
        tensor = node.input(index)
        return tensor is not None and len(tensor.shape) == rank

    return holds


def _inputs(least: int, most: int) -> Condition:
    return lambda node: least <= len(node.inputs) <= most


def _option(name: str, holds: Callable[[float], bool], default: float) -> Condition:
    return lambda node: holds(float(node.operator.option(name, default)))


def _ratio(tensor: Tensor, output: Tensor) -> np.float32:
    """Scale of an input over that of the output, in float32."""
    assert tensor.quantization is not None
    assert output.quantization is not None
    with np.errstate(all="ignore"):
        return np.float32(tensor.quantization.scale[0] / output.quantization.scale[0])


def _is_quantized(*tensors: Tensor | None) -> bool:
    return all(t is not None and t.dtype.kind in "iu" for t in tensors)


def _weights(index: int, dimension: int) -> Condition:
    """Weights are float, int8 with valid scales along `dimension`, or uint8 with one scale.

    Zero points of int8 weights have to be 0.
    """

    def holds(node: Node) -> bool:
        tensor = node.input(index)
        if tensor is None or tensor.is_float:
            return tensor is not None
        params = tensor.quantization
        if params is None or not all(_is_valid_scale(s) for s in params.scale):
            return False
        if tensor.dtype == np.uint8:
            return _has_one_scale(tensor)
        if tensor.dtype != np.int8:
            return False
        if params.zero_point.any():
            return False
        fits = len(params.scale) == tensor.shape[dimension]
        return len(params.scale) == 1 or (fits and params.quantized_dimension == dimension)

    return holds


def _is_valid_scale(scale: np.float32) -> bool:
    tiny = np.finfo(np.float32).tiny
    return bool(np.isfinite(scale) and scale >= tiny)


def _bias(index: int) -> Condition:
    """The bias, where there is one, is a constant: float, or int32 with valid scales."""

    def holds(node: Node) -> bool:
        tensor = node.input(index)
        if tensor is None:
            return True
        if not tensor.is_constant or len(tensor.shape) != 1:
            return False
        if tensor.is_float:
            return True
        params = tensor.quantization
        return (
            tensor.dtype == np.int32
            and params is not None
            and not params.quantized_dimension
            and len(params.scale) in (1, tensor.shape[0])
            and all(_is_valid_scale(s) for s in params.scale)
        )

    return holds


def _one_arithmetic(x: int, weights: int, *, hybrid: bool) -> Condition:
    """Input, weights and output have one type; int8 weights may go with floats if `hybrid`."""

    def holds(node: Node) -> bool:
        source, factor = node.input(x), node.input(weights)
        if source is None or factor is None or source.dtype != node.outputs[0].dtype:
            return False
        if source.dtype == factor.dtype:
            return True
        return hybrid and source.is_float and factor.dtype == np.int8

    return holds


def _scales_within(low: float, high: float) -> Condition:
    """Each scale of two operands over the output's is in [low, high)."""

    def holds(node: Node) -> bool:
        first, second = node.inputs[0], node.inputs[1]
        if not _is_quantized(first, second):
            return True
        assert first is not None
        assert second is not None
        return all(low <= _ratio(t, node.outputs[0]) < high for t in (first, second))

    return holds


def _scale_product_within(low: float, high: float) -> Condition:
    """The product of both operands' scales over the output's is in [low, high)."""

    def holds(node: Node) -> bool:
        first, second, output = node.inputs[0], node.inputs[1], node.outputs[0]
        if not _is_quantized(first, second):
            return True
        assert first is not None
        assert second is not None
        assert first.quantization is not None
        assert second.quantization is not None
        assert output.quantization is not None
        product = np.float32(first.quantization.scale[0] * second.quantization.scale[0])
        return bool(low <= np.float32(product / output.quantization.scale[0]) < high)

    return holds


def _converts(node: Node) -> bool:
    """QUANTIZE: from floats, or between scales of one type whose ratio is in [1/256, 128]."""
    source, target = node.inputs[0], node.outputs[0]
    assert source is not None
    if source.is_float:
        return True
    return source.dtype == target.dtype and bool(1 / 256 <= _ratio(source, target) <= 128)


def _leaks(node: Node) -> bool:
    """LEAKY_RELU: the slope is a normal number and both ratios fit 8.8 fixed point."""
    source, target = node.inputs[0], node.outputs[0]
    alpha = np.float32(node.operator.option("alpha", 0.0))
    if not np.isfinite(alpha) or abs(alpha) < np.finfo(np.float32).tiny:
        return False
    if not _is_quantized(source, target):
        return True
    assert source is not None
    positive = _ratio(source, target)
    negative = np.float32(positive * alpha)
    return bool(
        1 / 256 <= positive <= 128 and -127.99609375 <= negative <= 128 and abs(negative) >= 1 / 256
    )


def _pools(node: Node) -> bool:
    """Windows at least as large as their strides, and not of one pixel with a stride."""
    option = node.operator.option
    sizes = [int(option(f"filter_{side}", 1)) for side in ("height", "width")]
    strides = [int(option(f"stride_{side}", 1)) for side in ("h", "w")]
    if any(stride > size for size, stride in zip(sizes, strides, strict=True)):
        return False
    return max(sizes) > 1 or max(strides) == 1


def _transposes(node: Node) -> bool:
    """TRANSPOSE_CONV with SAME padding: windows at least as large as their strides."""
    weights = node.inputs[1]
    if weights is None or node.operator.option("padding", "SAME") != "SAME":
        return True
    option = node.operator.option
    return weights.shape[1] >= int(option("stride_h", 1)) and weights.shape[2] >= int(
        option("stride_w", 1)
    )


def _same_parameters(node: Node) -> bool:
    """Input and output have the same scale and zero point."""
    source, target = node.inputs[0], node.outputs[0]
    assert source is not None
    if source.quantization is None or target.quantization is None:
        return True
    return target.is_float or source.quantization.same_as(target.quantization)


_FLOATS = ("float32",)
_ELEMENTWISE = (_inputs(2, 2), _codes_or_float(0, 1), _same_type(0, 1))

CONDITIONS: Mapping[str, tuple[Condition, ...]] = {
    "ADD": (*_ELEMENTWISE, _scales_within(1 / 1024, 256)),
    "SUB": (*_ELEMENTWISE, _scales_within(1 / 1024, 256)),
    "MUL": (*_ELEMENTWISE, _scale_product_within(1 / 65536, 256)),
    "CONV_2D": (
        _inputs(2, 3),
        _codes_or_float(0),
        _weights(1, 0),
        _constant(1),
        _bias(2),
        _one_arithmetic(0, 1, hybrid=True),
    ),
    "DEPTHWISE_CONV_2D": (
        _inputs(2, 3),
        _codes_or_float(0),
        _weights(1, 3),
        _constant(1),
        _bias(2),
        _one_arithmetic(0, 1, hybrid=False),
    ),
    "FULLY_CONNECTED": (
        _inputs(2, 3),
        _codes_or_float(0),
        _weights(1, 0),
        _constant(1),
        _bias(2),
        _one_arithmetic(0, 1, hybrid=True),
    ),
    "TRANSPOSE_CONV": (
        _inputs(3, 4),
        _constant(0, 1),
        _codes_or_float(2),
        _weights(1, 0),
        _bias(3),
        _one_arithmetic(2, 1, hybrid=True),
        _transposes,
    ),
    "BATCH_MATMUL": (_codes_or_float(0, kinds=_FLOATS),),
    "MAX_POOL_2D": (_codes_or_float(0), _pools),
    "MEAN": (_codes_or_float(0), _constant(1), _not_empty(1)),
    "SUM": (_codes_or_float(0), _constant(1), _not_empty(1)),
    "REDUCE_MAX": (_codes_or_float(0), _constant(1), _not_empty(1)),
    "REDUCE_MIN": (_codes_or_float(0), _constant(1), _not_empty(1)),
    "QUANTIZE": (_codes_or_float(0), _converts),
    "DEQUANTIZE": (_codes_or_float(0),),
    "LOGISTIC": (_codes_or_float(0), _same_type(0)),
    "TANH": (_codes_or_float(0), _same_type(0)),
    "ELU": (_codes_or_float(0, kinds=("float32", "int8")), _same_type(0)),
    "LEAKY_RELU": (_codes_or_float(0), _same_type(0), _leaks),
    "RESIZE_BILINEAR": (_codes_or_float(0), _rank(0, 4), _constant(1)),
    "RESHAPE": (_codes_or_float(0), _same_parameters),
}
"""Kinds that the delegate takes, each where all of its conditions hold."""
