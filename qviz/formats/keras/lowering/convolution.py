"""Dense and convolution layers.

One-dimensional convolutions run as two-dimensional ones of height 1, as in the converter's files.
Kernels are laid out as TFLite has them: output channels first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.formats.keras.lowering.activation import activation_of
from qviz.formats.keras.lowering.builder import Value
from qviz.formats.keras.lowering.registry import layer
from qviz.formats.keras.lowering.scope import Scope
from qviz.formats.keras.lowering.space import as_image, from_image, to_channels_last

_Array = NDArray[Any]


@layer("Dense")
def _dense(scope: Scope, inputs: Sequence[Value]) -> Value:
    x = inputs[0]
    kernel = scope.required_weight("kernel", lambda k: k.T)
    units, size = kernel.shape
    if x.shape[-1] != size or x.rank < 2:
        raise scope.malformed(f"its kernel takes {size} features and its input is {x.shape}")
    y = scope.op(
        "FULLY_CONNECTED",
        (x, kernel, scope.weight("bias")),
        (*x.shape[:-1], units),
        fused_activation_function="NONE",
        keep_num_dims=x.rank > 2,
        weights_format="DEFAULT",
    )
    return activation_of(scope, y)


@layer("EinsumDense")
def _einsum_dense(scope: Scope, inputs: Sequence[Value]) -> Value:
    x = inputs[0]
    source, _, target = str(scope.get("equation", "")).replace("...", "").partition("->")
    left, _, right = source.partition(",")
    # Only what a Dense on the last axis does: "abc,cd->abd".
    simple = (
        len(right) == 2
        and left[-1:] == right[0]
        and target == left[:-1] + right[1]
        and scope.get("bias_axes") in (None, right[1])
    )
    if not simple or x.rank < 2:
        raise scope.unsupported(f"computes {scope.get('equation')!r}, which is no Dense")
    return _dense(scope, inputs)


@layer("Conv1D", "Conv2D")
def _convolution(scope: Scope, inputs: Sequence[Value]) -> Value:
    rank = int(scope.layer.class_name[4])
    x = to_channels_last(scope, inputs[0], rank)
    if scope.get("padding") == "causal" and rank == 1:
        x = _pad_causally(scope, x)
    kernel = scope.required_weight("kernel", lambda k: _image_kernel(k, rank).transpose(3, 0, 1, 2))
    y = _conv_2d(scope, as_image(scope, x, rank), kernel, scope.weight("bias"), rank, "conv_2d")
    return _finished(scope, y, rank)


@layer("DepthwiseConv1D", "DepthwiseConv2D")
def _depthwise(scope: Scope, inputs: Sequence[Value]) -> Value:
    rank = int(scope.layer.class_name[-2])
    x = to_channels_last(scope, inputs[0], rank)
    if scope.get("padding") == "causal" and rank == 1:
        x = _pad_causally(scope, x)
    y = _depthwise_2d(scope, as_image(scope, x, rank), scope.weight("bias"), rank)
    return _finished(scope, y, rank)


@layer("SeparableConv1D", "SeparableConv2D")
def _separable(scope: Scope, inputs: Sequence[Value]) -> Value:
    rank = int(scope.layer.class_name[-2])
    x = to_channels_last(scope, inputs[0], rank)
    if scope.get("padding") == "causal" and rank == 1:
        x = _pad_causally(scope, x)
    y = _depthwise_2d(scope, as_image(scope, x, rank), None, rank)
    kernel = scope.required_weight(
        "pointwise_kernel", lambda k: _image_kernel(k, rank).transpose(3, 0, 1, 2)
    )
    if kernel.shape[3] != y.shape[3]:
        raise scope.malformed(f"its pointwise kernel does not take {y.shape[3]} channels")
    options = _options("VALID", (1, 1), (1, 1))
    shape = (*y.shape[:3], kernel.shape[0])
    y = scope.op("CONV_2D", (y, kernel, scope.weight("bias")), shape, "pointwise", **options)
    return _finished(scope, y, rank)


@layer("Conv1DTranspose", "Conv2DTranspose")
def _transposed(scope: Scope, inputs: Sequence[Value]) -> Value:
    rank = int(scope.layer.class_name[4])
    if scope.integers("dilation_rate", rank, 1) != (1,) * rank:
        raise scope.unsupported("is a dilated transposed convolution")
    if scope.get("groups", 1) != 1:
        raise scope.unsupported("is a transposed convolution in groups")
    x = as_image(scope, to_channels_last(scope, inputs[0], rank), rank)
    # Keras has (h, w, out, in), TFLite (out, h, w, in).
    kernel = scope.required_weight("kernel", lambda k: _image_kernel(k, rank).transpose(2, 0, 1, 3))
    if kernel.shape[3] != x.shape[3]:
        raise scope.malformed(f"its kernel does not take {x.shape[3]} channels")
    strides = _as_pair(scope.integers("strides", rank, 1))
    padding = _padding(scope)
    sizes = [
        _transposed_size(n, k, s, padding, extra)
        for n, k, s, extra in zip(
            x.shape[1:3], kernel.shape[1:3], strides, _output_padding(scope, rank), strict=True
        )
    ]
    shape = (1, *sizes, kernel.shape[0])
    target = scope.integers_constant("output_shape", shape)
    bias = scope.weight("bias")
    y = scope.op(
        "TRANSPOSE_CONV",
        (target, kernel, x) if bias is None else (target, kernel, x, bias),
        shape,
        padding=padding,
        stride_h=strides[0],
        stride_w=strides[1],
        fused_activation_function="NONE",
    )
    return _finished(scope, y, rank)


def _finished(scope: Scope, y: Value, rank: int) -> Value:
    """Activation, and the arrangement that the layer's input had."""
    if scope.channels_first:
        return activation_of(scope, from_image(scope, y, rank))
    # Before a sequence is taken out of its image, where the activation can be fused.
    return from_image(scope, activation_of(scope, y), rank)


def _transposed_size(size: int, kernel: int, stride: int, padding: str, extra: int | None) -> int:
    """Output size of a transposed convolution, with or without ``output_padding``."""
    if extra is None:
        return size * stride + (0 if padding == "SAME" else max(kernel - stride, 0))
    cut = kernel // 2 if padding == "SAME" else 0
    return (size - 1) * stride + kernel - 2 * cut + extra


def _output_padding(scope: Scope, rank: int) -> tuple[int | None, int | None]:
    if scope.get("output_padding") is None:
        return None, None
    values = scope.integers("output_padding", rank)
    # The height that a one-dimensional layer does not have must stay 1.
    return (None, values[0]) if rank == 1 else (values[0], values[1])


def _conv_2d(
    scope: Scope, x: Value, kernel: Value, bias: Value | None, rank: int, name: str
) -> Value:
    filters, height, width, channels = kernel.shape
    groups = x.shape[3] // channels if channels else 0
    declared = scope.get("groups", 1)
    if groups * channels != x.shape[3] or groups != declared or filters % max(groups, 1):
        raise scope.malformed(
            f"its kernel takes {channels} channels in {declared} groups and its input has "
            f"{x.shape[3]}"
        )
    strides = _as_pair(scope.integers("strides", rank, 1))
    dilation = _as_pair(scope.integers("dilation_rate", rank, 1))
    padding = _padding(scope)
    shape = _output_shape(scope, x, (height, width), strides, dilation, padding, filters)
    options = _options(padding, strides, dilation)
    return scope.op("CONV_2D", (x, kernel, bias), shape, name, **options)


def _depthwise_2d(scope: Scope, x: Value, bias: Value | None, rank: int) -> Value:
    def layout(kernel: _Array) -> _Array:
        height, width, channels, multiplier = _image_kernel(kernel, rank).shape
        return kernel.reshape(1, height, width, channels * multiplier)

    stored = scope.layer.weight("depthwise_kernel")
    kernel = scope.required_weight("depthwise_kernel", layout)
    assert stored is not None
    channels, multiplier = stored.shape[-2:]
    if channels != x.shape[3]:
        raise scope.malformed(f"its kernel takes {channels} channels, its input has {x.shape[3]}")
    strides = _as_pair(scope.integers("strides", rank, 1))
    dilation = _as_pair(scope.integers("dilation_rate", rank, 1))
    padding = _padding(scope)
    size = (kernel.shape[1], kernel.shape[2])
    shape = _output_shape(scope, x, size, strides, dilation, padding, kernel.shape[3])
    options = _options(padding, strides, dilation) | {"depth_multiplier": int(multiplier)}
    return scope.op("DEPTHWISE_CONV_2D", (x, kernel, bias), shape, "depthwise", **options)


def _pad_causally(scope: Scope, x: Value) -> Value:
    kernel = scope.integers("kernel_size", 1)[0]
    dilation = scope.integers("dilation_rate", 1, 1)[0]
    return scope.pad(x, [(0, 0), ((kernel - 1) * dilation, 0), (0, 0)], "causal_pad")


def _padding(scope: Scope) -> str:
    padding = str(scope.get("padding", "valid")).upper()
    if padding == "CAUSAL":
        return "VALID"
    if padding not in ("SAME", "VALID"):
        raise scope.unsupported(f"pads by {padding.lower()!r}")
    return padding


def _output_shape(
    scope: Scope,
    x: Value,
    kernel: Sequence[int],
    strides: Sequence[int],
    dilation: Sequence[int],
    padding: str,
    channels: int,
) -> tuple[int, ...]:
    sizes = window_sizes(scope, x, kernel, strides, padding, dilation)
    return (x.shape[0], *sizes, channels)


def window_sizes(
    scope: Scope,
    x: Value,
    window: Sequence[int],
    strides: Sequence[int],
    padding: str,
    dilation: Sequence[int] = (1, 1),
) -> tuple[int, int]:
    """Height and width after sliding a window over an image."""
    sizes = []
    for n, k, s, d in zip(x.shape[1:3], window, strides, dilation, strict=True):
        if s < 1 or d < 1 or k < 1:
            raise scope.malformed("a size, stride or dilation is below 1")
        sizes.append(-(-n // s) if padding == "SAME" else (n - (k - 1) * d - 1) // s + 1)
    if min(sizes) < 1:
        raise scope.malformed(f"its window is larger than its input {x.shape[1:3]}")
    return sizes[0], sizes[1]


def _options(padding: str, strides: Sequence[int], dilation: Sequence[int]) -> dict[str, Any]:
    return {
        "padding": padding,
        "stride_h": strides[0],
        "stride_w": strides[1],
        "dilation_h_factor": dilation[0],
        "dilation_w_factor": dilation[1],
        "fused_activation_function": "NONE",
    }


def _as_pair(values: Sequence[int]) -> tuple[int, int]:
    return (1, values[0]) if len(values) == 1 else (values[0], values[1])


def _image_kernel(kernel: _Array, rank: int) -> _Array:
    """Kernel of a one-dimensional layer with a height of 1."""
    return np.expand_dims(kernel, 0) if rank == 1 else kernel
