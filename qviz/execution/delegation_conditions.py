"""Conditions that the XNNPACK delegate sets on an operator, each as a function of it.

References
----------
LiteRT, tflite/delegates/xnnpack/xnnpack_delegate.cc, the functions named Check*.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from qviz.graph import Operator, Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """An operator with its tensors, as the delegate looks at it."""

    operator: Operator
    inputs: tuple[Tensor | None, ...]
    outputs: tuple[Tensor, ...]

    def input(self, index: int) -> Tensor | None:
        """Input `index`; None if it is absent."""
        return self.inputs[index] if index < len(self.inputs) else None


Condition = Callable[[Node], bool]


def codes_or_float(
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


def same_type(*indices: int) -> Condition:
    """These inputs have the type of the output."""

    def holds(node: Node) -> bool:
        tensors = (node.input(i) for i in indices)
        return all(t is not None and t.dtype == node.outputs[0].dtype for t in tensors)

    return holds


def constant(*indices: int) -> Condition:
    """These inputs are constants of the file."""

    def holds(node: Node) -> bool:
        tensors = (node.input(i) for i in indices)
        return all(t is not None and t.is_constant for t in tensors)

    return holds


def not_empty(index: int) -> Condition:
    """The input has elements."""

    def holds(node: Node) -> bool:
        tensor = node.input(index)
        return tensor is not None and tensor.size > 0

    return holds


def has_rank(index: int, rank: int) -> Condition:
    """The input has as many dimensions."""

    def holds(node: Node) -> bool:
        tensor = node.input(index)
        return tensor is not None and len(tensor.shape) == rank

    return holds


def input_count(least: int, most: int) -> Condition:
    """The file lists as many inputs."""
    return lambda node: least <= len(node.inputs) <= most


def _ratio(tensor: Tensor, output: Tensor) -> np.float32:
    """Scale of an input over that of the output, in float32."""
    assert tensor.quantization is not None
    assert output.quantization is not None
    with np.errstate(all="ignore"):
        return np.float32(tensor.quantization.scale[0] / output.quantization.scale[0])


def _is_quantized(*tensors: Tensor | None) -> bool:
    return all(t is not None and t.dtype.kind in "iu" for t in tensors)


def weights(index: int, dimension: int) -> Condition:
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


def bias(index: int) -> Condition:
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


def one_arithmetic(x: int, weights: int, *, hybrid: bool) -> Condition:
    """Input, weights and output have one type; int8 weights may go with floats if `hybrid`."""

    def holds(node: Node) -> bool:
        source, factor = node.input(x), node.input(weights)
        if source is None or factor is None or source.dtype != node.outputs[0].dtype:
            return False
        if source.dtype == factor.dtype:
            return True
        return hybrid and source.is_float and factor.dtype == np.int8

    return holds


def scales_within(low: float, high: float) -> Condition:
    """Each scale of two operands over the output's is in [low, high)."""

    def holds(node: Node) -> bool:
        first, second = node.inputs[0], node.inputs[1]
        if not _is_quantized(first, second):
            return True
        assert first is not None
        assert second is not None
        return all(low <= _ratio(t, node.outputs[0]) < high for t in (first, second))

    return holds


def scale_product_within(low: float, high: float) -> Condition:
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


def converts(node: Node) -> bool:
    """QUANTIZE: from floats, or between scales of one type whose ratio is in [1/256, 128]."""
    source, target = node.inputs[0], node.outputs[0]
    assert source is not None
    if source.is_float:
        return True
    return source.dtype == target.dtype and bool(1 / 256 <= _ratio(source, target) <= 128)


def leaks(node: Node) -> bool:
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


def pools(node: Node) -> bool:
    """Windows at least as large as their strides, and not of one pixel with a stride."""
    option = node.operator.option
    sizes = [int(option(f"filter_{side}", 1)) for side in ("height", "width")]
    strides = [int(option(f"stride_{side}", 1)) for side in ("h", "w")]
    if any(stride > size for size, stride in zip(sizes, strides, strict=True)):
        return False
    return max(sizes) > 1 or max(strides) == 1


def transposes(node: Node) -> bool:
    """TRANSPOSE_CONV with SAME padding: windows at least as large as their strides."""
    weights = node.inputs[1]
    if weights is None or node.operator.option("padding", "SAME") != "SAME":
        return True
    option = node.operator.option
    return weights.shape[1] >= int(option("stride_h", 1)) and weights.shape[2] >= int(
        option("stride_w", 1)
    )


def same_parameters(node: Node) -> bool:
    """Input and output have the same scale and zero point."""
    source, target = node.inputs[0], node.outputs[0]
    assert source is not None
    if source.quantization is None or target.quantization is None:
        return True
    return target.is_float or source.quantization.same_as(target.quantization)
