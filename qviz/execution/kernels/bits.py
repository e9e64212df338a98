"""Operators on bits: BITWISE_XOR, RIGHT_SHIFT, BITCAST."""

from __future__ import annotations

import numpy as np

from qviz.execution.kernels.operands import kernel_of
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel


@kernel("BITWISE_XOR")
def prepare_bitwise_xor(context: Context) -> Kernel:
    """Exclusive or of integers, bit by bit."""
    return kernel_of(np.bitwise_xor)


@kernel("RIGHT_SHIFT")
def prepare_right_shift(context: Context) -> Kernel:
    """``x >> y``, signed numbers with their sign; y is clamped to the bits there are.

    References
    ----------
    LiteRT, tflite/kernels/right_shift.cc.
    """

    def shift(x: Array, y: Array) -> Array:
        return np.asarray(x >> np.clip(y, 0, 8 * x.dtype.itemsize - 1).astype(x.dtype))

    return kernel_of(shift)


@kernel("BITCAST")
def prepare_bitcast(context: Context) -> Kernel:
    """The same bytes as another type.

    Elements that grow take in the last dimension, elements that shrink leave a new one.
    """
    dtype = context.output.dtype

    def cast(x: Array) -> Array:
        x = np.ascontiguousarray(x)
        if x.dtype.itemsize == dtype.itemsize:
            return x.view(dtype)
        if x.dtype.itemsize < dtype.itemsize:
            return x.view(dtype).reshape(x.shape[:-1])
        return x[..., None].view(dtype)

    return kernel_of(cast)
