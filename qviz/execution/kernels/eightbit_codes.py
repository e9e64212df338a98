"""Operators that work on 8-bit codes as they are: activations, pools, reshaping, joining.

The range goes through unchanged, so that a RELU leaves half of its codes unused.

References
----------
TensorFlow, core/kernels/{quantized_activation_ops, quantized_pooling_ops, quantized_reshape_op,
quantized_concat_op}.cc.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from qviz.execution import min_max
from qviz.execution.kernels.eightbit_conversion import arrays_of
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel, prepare_kernel
from qviz.execution.kernels.windows import Window, pad_images
from qviz.graph import Operator


@kernel("EIGHTBIT_RELU", "EIGHTBIT_RELU6")
def prepare_relu(context: Context) -> Kernel:
    """Codes of (x, min, max) not below that of 0, and for RELU6 not above that of 6."""
    is_clipped = context.operator.kind == "EIGHTBIT_RELU6"

    def compute(inputs: Sequence[Array | None]) -> tuple[Array, ...]:
        x, low, high = arrays_of(inputs)
        out = np.maximum(x, _code(0.0, low, high, x.ndim))
        if is_clipped:
            out = np.minimum(out, _code(6.0, low, high, x.ndim))
        return out, low, high

    return compute


def _code(value: float, low: Array, high: Array, rank: int) -> Array:
    codes = np.clip(min_max.code_of(value, low, high), 0, 255).astype(np.uint8)
    return min_max.along(codes, rank)


@kernel("EIGHTBIT_MAX_POOL_2D", "EIGHTBIT_AVERAGE_POOL_2D")
def prepare_pool(context: Context) -> Kernel:
    """Largest code of (x, min, max) in the window, or their mean without its fraction."""
    is_mean = context.operator.kind == "EIGHTBIT_AVERAGE_POOL_2D"
    height = int(context.option("filter_height", 1))
    window = Window.of(context, height, int(context.option("filter_width", 1)))

    def compute(inputs: Sequence[Array | None]) -> tuple[Array, ...]:
        x, low, high = arrays_of(inputs)
        placement = window.place(x.shape[1], x.shape[2])
        padded = pad_images(x.astype(np.int32) if is_mean else x, placement, 0)
        taps = [tap for _, _, tap in window.taps(padded, placement)]
        out = taps[0].copy()
        for tap in taps[1:]:
            (np.add if is_mean else np.maximum)(out, tap, out=out)
        if is_mean:
            ones = pad_images(np.ones((1, *x.shape[1:3], 1), np.int32), placement, 0)
            out //= sum(tap for _, _, tap in window.taps(ones, placement))
        return out.astype(np.uint8), low, high

    return compute


@kernel("EIGHTBIT_RESHAPE")
def prepare_reshape(context: Context) -> Kernel:
    """Codes of (x, shape, min, max) in another shape; the shape may be absent."""
    operator = context.operator
    plain = Operator("RESHAPE", operator.inputs[:2], operator.outputs[:1], operator.options)
    reshape = prepare_kernel(
        replace(context, operator=plain, inputs=context.inputs[:2], outputs=context.outputs[:1])
    )

    def compute(inputs: Sequence[Array | None]) -> tuple[Array, ...]:
        _, _, low, high = arrays_of(inputs)
        return *reshape(inputs[:2]), low, high

    return compute


@kernel("EIGHTBIT_CONCATENATION")
def prepare_concatenation(context: Context) -> Kernel:
    """Codes of (x1, ..., xn, min1, max1, ..., minn, maxn) joined, brought to the widest range."""
    count = len(context.operator.inputs) // 3
    axis = int(context.option("axis", 0))

    def compute(inputs: Sequence[Array | None]) -> tuple[Array, ...]:
        arrays = arrays_of(inputs)
        codes, lows, highs = arrays[:count], arrays[count::2], arrays[count + 1 :: 2]
        samples = max(len(ends) for ends in lows)
        low, high = lows[0], highs[0]
        for other_low, other_high in zip(lows, highs, strict=True):
            low, high = np.minimum(low, other_low), np.maximum(high, other_high)
        parts = []
        for part, part_low, part_high in zip(codes, lows, highs, strict=True):
            same = min_max.along((part_low == low) & (part_high == high), part.ndim)
            real = min_max.dequantize(part, part_low, part_high)
            parts.append(np.where(same, part, min_max.quantize(real, low, high)))
        shape = (samples,)
        joined = np.concatenate(parts, axis)
        return joined, np.broadcast_to(low, shape), np.broadcast_to(high, shape)

    return compute
