"""FAKE_QUANT: float values moved to the levels that a quantized tensor would have."""

from __future__ import annotations

import numpy as np

from qviz.execution.fixed_point import round_half_away_float32
from qviz.execution.kernels.operands import kernel_of
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel

_F32 = np.float32


@kernel("FAKE_QUANT")
def prepare_fake_quant(context: Context) -> Kernel:
    """Levels from ``min`` to ``max``, moved so that 0 is one of them.

    References
    ----------
    LiteRT, tflite/kernels/fake_quant.cc and internal/quantization_util.h, NudgeQuantizationRange.
    """
    low, high = _F32(context.option("min", 0.0)), _F32(context.option("max", 0.0))
    if context.option("narrow_range", False):
        raise context.unsupported("the kernel has no narrow range")
    first, last = _F32(0), _F32((1 << int(context.option("num_bits", 8))) - 1)
    if not low < high or not low <= 0 <= high:
        raise context.unsupported(f"its range from {low} to {high} does not hold 0")
    scale = (high - low) / (last - first)
    zero_point = round_half_away_float32(np.clip(first - low / scale, first, last))
    bottom, top = (first - zero_point) * scale, (last - zero_point) * scale
    inverse = _F32(1) / scale

    def quantize(x: Array) -> Array:
        steps = round_half_away_float32((np.clip(x, bottom, top) - bottom) * inverse)
        return np.asarray(steps * scale + bottom, _F32)

    return kernel_of(quantize)
