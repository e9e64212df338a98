"""Optimized kernels that round whole vectors of elements in another way than what is left over."""

from __future__ import annotations

from collections.abc import Callable

from qviz.execution.batching import carries_batch
from qviz.execution.kernels.registry import Array
from qviz.graph import Tensor

Elementwise = Callable[..., Array]


def in_vectors(tensor: Tensor, lanes: int, vectors: Elementwise, rest: Elementwise) -> Elementwise:
    """Elementwise function that computes the last elements of each sample by another rule.

    Parameters
    ----------
    tensor : Tensor
        The first operand; others have its shape. It says whether dimension 0 counts samples, each
        of which is handled like an image of its own, as on a device that runs one at a time.
    lanes : int
        Elements of a vector.
    vectors, rest : callable
        Of the elements in whole vectors, and of those behind the last whole one.
    """
    has_samples = carries_batch(tensor)

    def compute(*operands: Array) -> Array:
        x = operands[0]
        result = vectors(*operands)
        size = x.size // max(1, len(x)) if has_samples else x.size
        left = size % lanes
        if left and x.size:
            last = [operand.reshape(-1, size)[:, size - left :] for operand in operands]
            result.reshape(-1, size)[:, size - left :] = rest(*last)
        return result

    return compute
