"""Two arrays beside each other: integers equal, real values close."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.evaluation.verification_results import FLOAT_TOLERANCE, Difference

Array = NDArray[Any]


def compare_arrays(ours: Array, theirs: Array, span: float = 0.0) -> Difference:
    """How values of qviz differ from those of LiteRT, by the rules of `Difference`.

    Parameters
    ----------
    ours, theirs : ndarray
        One tensor of one run.
    span : float
        Range of the tensor, 0 included, over all runs; of real values only.
    """
    if ours.dtype != theirs.dtype or ours.shape != theirs.shape:
        note = f"{ours.dtype}{list(ours.shape)} instead of {theirs.dtype}{list(theirs.shape)}"
        return Difference(theirs.size, max(ours.size, theirs.size, 1), note=note)
    if same_bits(ours, theirs):
        return Difference(theirs.size)
    if theirs.dtype.kind in "fc":
        return _real_difference(ours, theirs, span)
    differing = int(np.count_nonzero(ours != theirs))
    return Difference(theirs.size, differing, _largest_integer_difference(ours, theirs))


def same_bits(ours: Array, theirs: Array | None) -> bool:
    """Whether both hold the same, to the last bit but for the kind of not-a-number."""
    if theirs is None or ours.dtype != theirs.dtype or ours.shape != theirs.shape:
        return False
    return np.array_equal(ours, theirs, equal_nan=ours.dtype.kind in "fc")


def _largest_integer_difference(ours: Array, theirs: Array) -> int:
    if theirs.dtype.itemsize < 8:
        return int(np.abs(ours.astype(np.int64) - theirs.astype(np.int64)).max())
    apart = ours != theirs
    return max(abs(int(a) - int(b)) for a, b in zip(ours[apart], theirs[apart], strict=True))


def _real_difference(ours: Array, theirs: Array, span: float) -> Difference:
    wide: Any = np.complex128 if theirs.dtype.kind == "c" else np.float64
    a, b = ours.astype(wide), theirs.astype(wide)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    finite = np.isfinite(a) & np.isfinite(b)
    distance = np.abs(np.where(finite, a, 0) - np.where(finite, b, 0))
    share = distance / span if span > 0 else np.full(distance.shape, np.inf)
    share[~finite] = np.inf
    share[same] = 0
    differing = int(np.count_nonzero(share > FLOAT_TOLERANCE))
    return Difference(theirs.size, differing, max_share=float(share.max(initial=0.0)))
