"""Optimized kernels that round whole vectors of elements in another way than what is left over."""

from __future__ import annotations

from collections.abc import Callable

from qviz.execution.batching import carries_batch
from qviz.execution.kernels.registry import Array
from qviz.graph import Tensor

Elementwise = Callable[..., Array]


def in_vectors(
    tensor: Tensor,
    lanes: int,
    vectors: Elementwise,
    rest: Elementwise,
    run: int | None = None,
) -> Elementwise:
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
    run : int, optional
        Elements that the kernel handles at a time; all of a sample if not given.
    """
    has_samples = carries_batch(tensor)

    def compute(*operands: Array) -> Array:
        x = operands[0]
        result = vectors(*operands)
        size = run or (x.size // max(1, len(x)) if has_samples else x.size)
        left = size % lanes
        if left and x.size:
            last = [operand.reshape(-1, size)[:, size - left :] for operand in operands]
            result.reshape(-1, size)[:, size - left :] = rest(*last)
        return result

    return compute


def run_of(first: Tensor, second: Tensor) -> tuple[int | None, bool]:
    """How a broadcasting kernel goes through two operands.

    Returns
    -------
    length : int or None
        Elements that it handles at a time: those of the last dimensions that are equal, or along
        which one operand stays the same. None where that holds for all dimensions.
    is_single : bool
        Whether one operand is a single number there.
    """
    rank = max(len(first.shape), len(second.shape))
    pairs = [((1,) * (rank - len(t.shape)) + t.shape)[::-1] for t in (first, second)]
    run, kind = 1, ""
    for a, b in zip(*pairs, strict=True):
        this = kind if a == b == 1 else "equal" if a == b else "first" if b == 1 else "second"
        if kind and this != kind:
            return run, kind != "equal"
        run, kind = run * max(a, b), this
    return None, kind in ("first", "second")
