"""Operators that exchange pixels for channels or for samples, block by block."""

from __future__ import annotations

import numpy as np

from qviz.execution.kernels.operands import Array, integers_of, kernel_of, zero_point_of
from qviz.execution.kernels.registry import Context, Kernel, kernel


@kernel("SPACE_TO_DEPTH")
def prepare_space_to_depth(context: Context) -> Kernel:
    """Move each block of ``block_size`` x ``block_size`` pixels into the channels of one."""
    block = int(context.option("block_size", 0))

    def space_to_depth(x: Array) -> Array:
        n, height, width, channels = x.shape
        parts = x.reshape(n, height // block, block, width // block, block, channels)
        shape = (n, height // block, width // block, block * block * channels)
        return parts.transpose(0, 1, 3, 2, 4, 5).reshape(shape)

    return kernel_of(space_to_depth)


@kernel("DEPTH_TO_SPACE")
def prepare_depth_to_space(context: Context) -> Kernel:
    """Spread the channels of each pixel over a block of ``block_size`` x ``block_size``."""
    block = int(context.option("block_size", 0))

    def depth_to_space(x: Array) -> Array:
        n, height, width, channels = x.shape
        kept = channels // (block * block)
        parts = x.reshape(n, height, width, block, block, kept)
        shape = (n, height * block, width * block, kept)
        return parts.transpose(0, 1, 3, 2, 4, 5).reshape(shape)

    return kernel_of(depth_to_space)


@kernel("SPACE_TO_BATCH_ND")
def prepare_space_to_batch(context: Context) -> Kernel:
    """Pad with the real value 0, then make a sample of each offset within the blocks."""
    zero = zero_point_of(context.output)

    def space_to_batch(x: Array, block_shape: Array, paddings: Array) -> Array:
        blocks = integers_of(block_shape)
        m = len(blocks)
        widths = [(int(a), int(b)) for a, b in paddings.reshape(m, 2)]
        pads = [(0, 0), *widths, *[(0, 0)] * (x.ndim - m - 1)]
        padded = np.pad(x, pads, constant_values=x.dtype.type(zero))
        split: list[int] = []
        for size, block in zip(padded.shape[1 : m + 1], blocks, strict=True):
            split += [size // block, block]
        parts = padded.reshape(len(x), *split, *x.shape[m + 1 :])
        offsets = [2 + 2 * i for i in range(m)]
        places = [1 + 2 * i for i in range(m)]
        rest = list(range(2 * m + 1, parts.ndim))
        moved = parts.transpose(*offsets, 0, *places, *rest)
        return moved.reshape(-1, *split[::2], *x.shape[m + 1 :])

    return kernel_of(space_to_batch)


@kernel("BATCH_TO_SPACE_ND")
def prepare_batch_to_space(context: Context) -> Kernel:
    """Interleave samples as the pixels of blocks, then crop: undoes SPACE_TO_BATCH_ND."""

    def batch_to_space(x: Array, block_shape: Array, crops: Array) -> Array:
        blocks = integers_of(block_shape)
        m = len(blocks)
        n = len(x) // int(np.prod(blocks))
        parts = x.reshape(*blocks, n, *x.shape[1:])
        order = [m]
        for i in range(m):
            order += [m + 1 + i, i]
        moved = parts.transpose(*order, *range(2 * m + 1, parts.ndim))
        sizes = [size * block for size, block in zip(x.shape[1 : m + 1], blocks, strict=True)]
        whole = moved.reshape(n, *sizes, *x.shape[m + 1 :])
        window = [slice(None)]
        for size, (before, after) in zip(sizes, crops.reshape(m, 2), strict=True):
            window.append(slice(int(before), size - int(after)))
        return np.ascontiguousarray(whole[tuple(window)])

    return kernel_of(batch_to_space)
