"""Sums of products, exact where they have to be, finished block by block.

numpy has no fast integer matrix product. A float product of integers is exact as long as every
partial sum is an integer that the type holds, below 2**24 in float32 and 2**53 in float64; whatever
the order of the additions. So the integer kernels run through BLAS, in a type that is chosen when
the weights are packed.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.execution.kernels.registry import Array, Context
from qviz.execution.kernels.windows import Placement, Window, image_blocks

# Elements of an accumulator block: block, scratch and result stay in the second-level cache.
BLOCK = 1 << 17
# Rows that blocks are made of where they hold more.
_ROWS = 64
# Larger scratch arrays are not kept.
_KEPT_BYTES = 8 << 20
# Elements of a block of gathered patches, each of which is read once.
_PATCH_BLOCK = 1 << 18

# Turns a block of sums (rows, channels), which it may overwrite, into results of the same shape.
# Both are the same array where sums and results are float32.
Finish = Callable[[Array, Array], None]

# Computes the output of an operator whose weights are packed.
Compute = Callable[[Array], Array]


class _Scratch(threading.local):
    """Arrays for the blocks of a computation, one set a thread."""

    def __init__(self) -> None:
        self.arrays: dict[str, Array] = {}


_scratch = _Scratch()


def scratch(name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """An array of any content, for the calling kernel only.

    What the thread took by the same name before is overwritten. Blocks of one computation and of
    those after it so use the same memory, which stays in the cache.
    """
    size = math.prod(shape) * dtype.itemsize
    array = _scratch.arrays.get(name)
    if array is None or array.size < size:
        array = np.empty(size, np.uint8)
        if size <= _KEPT_BYTES:
            _scratch.arrays[name] = array
    return array[:size].view(dtype).reshape(shape)


def exact_carrier(weights: Array, input_bound: int) -> np.dtype[Any]:
    """Float type in which products with `weights` are exact.

    Parameters
    ----------
    weights : integer ndarray of shape (taps, channels)
        As they enter the product.
    input_bound : int
        Largest magnitude of an input as it enters the product.

    Returns
    -------
    numpy.dtype
        float32, or float64 where a partial sum could reach 2**24.

    Raises
    ------
    ValueError
        If it could reach 2**53, which takes millions of taps.
    """
    largest = int(np.abs(weights.astype(np.int64)).sum(0).max(initial=0)) * input_bound
    if largest < 1 << 24:
        return np.dtype(np.float32)
    if largest < 1 << 53:
        return np.dtype(np.float64)
    raise ValueError("the weights are too many for exact sums")


def with_packed_weights(
    context: Context, pack: Callable[[Array, Array | None], Compute]
) -> Callable[[Any], tuple[Array, ...]]:
    """Kernel of an operator with inputs (x, weights, bias): packs once if both are constant.

    Parameters
    ----------
    context : Context
        Of the operator.
    pack : callable
        Makes the computation from weights and bias (None if absent).
    """
    weights, bias = context.constant(1), context.constant(2)
    if weights is not None and (bias is not None or context.optional_input(2) is None):
        compute = pack(weights, bias)
        return lambda inputs: (compute(inputs[0]),)

    def run(inputs: Any) -> tuple[Array, ...]:
        return (pack(inputs[1], inputs[2] if len(inputs) > 2 else None)(inputs[0]),)

    return run


def multiply_rows(rows: Array, matrix: Array, finish: Finish, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Finished product of `rows` (m, k) and `matrix` (k, n): shape (m, n), type `dtype`."""
    count, channels = len(rows), matrix.shape[1]
    out = np.empty((count, channels), dtype)
    step = max(1, BLOCK // max(1, channels))
    if step > _ROWS:
        # Sizes of images are mostly even, and blocks of such sizes are finished in longer rows.
        step -= step % _ROWS
    for first in range(0, count, step):
        part, block = out[first : first + step], rows[first : first + step]
        sums = part if dtype == matrix.dtype else scratch("sums", part.shape, matrix.dtype)
        if block.dtype != matrix.dtype:
            cast = scratch("rows", block.shape, matrix.dtype)
            np.copyto(cast, block)
            block = cast
        np.matmul(block, matrix, out=sums)
        finish(sums, part)
    return out


def multiply_patches(
    padded: Array,
    window: Window,
    placement: Placement,
    matrices: Array,
    finish: Finish,
    dtype: np.dtype[Any],
) -> NDArray[Any]:
    """Finished products of every patch of the images with the weights.

    Parameters
    ----------
    padded : ndarray of shape (n, height, width, channels)
        Images with their padding.
    window, placement : Window, Placement
        How the patches lie.
    matrices : ndarray of shape (groups, taps * channels // groups, outputs // groups)
        Weights; group g reads the g-th part of the channels.
    finish : Finish
        Turns sums into results.
    dtype : numpy.dtype
        Of the results.

    Returns
    -------
    ndarray of shape (n, out_h, out_w, outputs)
    """
    patches = window.patches(padded, placement)
    samples, out_h, out_w = patches.shape[:3]
    groups, taps, group_outputs = matrices.shape
    outputs = groups * group_outputs
    out = np.empty((samples, out_h, out_w, outputs), dtype)
    per_row = out_w * max(groups * taps, outputs)
    for which, lines in image_blocks(samples, out_h, per_row, _PATCH_BLOCK):
        block = patches[which, lines]
        sums = _grouped_product(block, matrices)
        # Blocks are whole rows, which lie in one piece.
        finish(sums, out[which, lines].reshape(-1, outputs))
    return out


def _grouped_product(block: Array, matrices: Array) -> Array:
    """Sums of shape (patches, outputs) of a block of patches (n, h, w, taps_h, taps_w, c)."""
    groups, taps, group_outputs = matrices.shape
    count = block.shape[0] * block.shape[1] * block.shape[2]
    if groups == 1:
        gathered = scratch("patches", block.shape, matrices.dtype)
        np.copyto(gathered, block)
        sums = scratch("sums", (count, group_outputs), matrices.dtype)
        np.matmul(gathered.reshape(count, taps), matrices[0], out=sums)
        return sums
    *leading, channels = block.shape
    split = block.reshape(*leading, groups, channels // groups)
    gathered = np.empty((groups, *split.shape[:5], split.shape[6]), matrices.dtype)
    np.copyto(gathered, np.moveaxis(split, 5, 0))
    products = gathered.reshape(groups, count, taps) @ matrices
    return np.ascontiguousarray(products.transpose(1, 0, 2)).reshape(count, groups * group_outputs)
