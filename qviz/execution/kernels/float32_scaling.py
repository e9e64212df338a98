"""Scaling of sums as XNNPACK does it: one float32 product, rounded to the nearest even code."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.execution.fixed_point import Int64Array, wrap_int32
from qviz.execution.kernels.accumulation import Finish
from qviz.execution.kernels.float64_scaling import long_rows, repeats
from qviz.execution.kernels.registry import Array

# 1.5 * 2**23: a float32 of that size counts ones, so that adding it rounds to the nearest integer,
# halves to even, and leaves the integer's lowest byte as the lowest byte of its own bits.
_MAGIC = np.float32(12582912.0)
# Sums below it are exact in float32.
_EXACT = 1 << 24


def scale_in_float32(
    bias: Int64Array,
    total_bound: Int64Array,
    scale: NDArray[np.float32],
    limits: tuple[int, int],
    zero_point: int,
    dtype: np.dtype[Any],
) -> Finish:
    """Finish with ``clamp(zero_point + rint(float32(sums + bias) * scale))``.

    Parameters
    ----------
    bias : int64 ndarray of shape (channels,)
        Added to the sums.
    total_bound : int64 ndarray of shape (channels,)
        Magnitude that sums plus bias do not exceed.
    scale : float32 ndarray of shape (channels,)
        Input scale times weight scale over output scale.
    limits : tuple of int
        Smallest and largest code.
    zero_point : int
        Of the codes.
    dtype : numpy.dtype
        Of the codes, int8 or uint8.

    References
    ----------
    XNNPACK, src/qs8-gemm/MRxNRc8-avx512skx.c.in, with fp32 requantization; the convolutions and
    src/qu8-gemm do the same.
    """
    low, high = np.float32(limits[0] - zero_point), np.float32(limits[1] - zero_point)
    is_exact = bool((total_bound < _EXACT).all() and (np.abs(bias) < _EXACT).all())
    wraps = bool((total_bound >= 1 << 31).any())
    repeat = repeats(len(scale))
    factor = np.tile(scale, repeat)
    # Sums that may pass 2**24 are formed in float64 and rounded to float32 once, as the cast does.
    offset = np.tile(bias, repeat).astype(np.float32 if is_exact else np.float64)
    # An even zero point is added with the magic number: halves then go to the same integers.
    is_even = zero_point % 2 == 0
    magic = _MAGIC + np.float32(zero_point if is_even else 0)
    shift = np.uint8(0 if is_even else zero_point & 255)

    def finish(sums: Array, out: Array) -> None:
        for part, result in long_rows(sums, out, repeat):
            width = part.shape[1]
            total = part.astype(offset.dtype, copy=False)
            np.add(total, offset[:width], out=total)
            if wraps:
                total = wrap_int32(total.astype(np.int64))
            scaled = total.astype(np.float32, copy=False)
            np.multiply(scaled, factor[:width], out=scaled)
            np.clip(scaled, low, high, out=scaled)
            np.add(scaled, magic, out=scaled)
            codes = result.view(np.uint8)
            # The cast keeps the lowest byte; a strided view of it would take five times as long.
            np.copyto(codes, scaled.view(np.uint32), casting="unsafe")
            if shift:
                np.add(codes, shift, out=codes)

    return finish
