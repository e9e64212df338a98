"""Statistics of a neighbourhood: L2_POOL_2D, LOCAL_RESPONSE_NORMALIZATION."""

from __future__ import annotations

import numpy as np

from qviz.execution.delegation import Rules
from qviz.execution.kernels.float_finish import clamp, clamp_of
from qviz.execution.kernels.operands import kernel_of
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel
from qviz.execution.kernels.windows import Window, pad_images

_F32 = np.float32


@kernel("L2_POOL_2D")
def prepare_l2_pool_2d(context: Context) -> Kernel:
    """Root of the mean square in the window, the border not counted.

    References
    ----------
    LiteRT, tflite/kernels/internal/reference/pooling.h, L2Pool.
    """
    if not context.input(0).is_float:
        raise context.unsupported(f"there is no kernel for {context.input(0).dtype} images")
    height, width = (int(context.option(f"filter_{side}", 1)) for side in ("height", "width"))
    window, limits = Window.of(context, height, width), clamp_of(context)

    def pool(x: Array) -> Array:
        placement = window.place(x.shape[1], x.shape[2])
        squares = window.patches(pad_images(x * x, placement, 0), placement)
        ones = np.ones((1, *x.shape[1:3], 1), _F32)
        counts = window.patches(pad_images(ones, placement, 0), placement)
        out = np.sqrt(squares.sum((3, 4), dtype=_F32) / counts.sum((3, 4), dtype=_F32))
        clamp(out, limits)
        return np.asarray(out)

    return kernel_of(pool)


@kernel("LOCAL_RESPONSE_NORMALIZATION")
def prepare_local_response_normalization(context: Context) -> Kernel:
    """``x (bias + alpha sum of squares)^-beta`` over the channels nearby.

    They reach from c - radius to c + radius; the reference kernel leaves the last one out.

    References
    ----------
    LiteRT, tflite/kernels/internal/reference/reference_ops.h and optimized/optimized_ops.h,
    LocalResponseNormalization.
    """
    radius = int(context.option("radius", 0))
    stop_offset = radius if context.rules is Rules.REFERENCE else radius + 1
    bias, alpha, beta = (_F32(context.option(name, 0.0)) for name in ("bias", "alpha", "beta"))

    def normalize(x: Array) -> Array:
        channels = x.shape[-1]
        squares = x * x
        sums = np.zeros_like(x)
        for offset in range(-radius, stop_offset):
            first, stop = max(0, -offset), min(channels, channels - offset)
            if first < stop:
                sums[..., first:stop] += squares[..., first + offset : stop + offset]
        return np.asarray(x * (bias + alpha * sums) ** -beta)

    return kernel_of(normalize)
