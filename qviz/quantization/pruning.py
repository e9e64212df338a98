"""Magnitude pruning: the smallest weights become 0, which gzip packs well.

Nothing is trained afterwards, so this shows what the weights of a finished model bear.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class MagnitudePruning:
    """Sets every value to 0 whose magnitude is not above a threshold.

    A function of the value alone, so that it gives the same for every layout of a tensor.

    Attributes
    ----------
    threshold : float
        Largest magnitude that becomes 0; negative for none.
    """

    threshold: float

    def __call__(self, values: Array) -> Array:
        """The pruned values, of the shape and type of `values`."""
        kept: Array = np.where(np.abs(values) <= self.threshold, values.dtype.type(0), values)
        return kept


def prunings(
    weights: Mapping[str, Array], sparsity: float, scope: Literal["layer", "global"] = "layer"
) -> dict[str, MagnitudePruning]:
    """The pruning of every tensor that leaves `sparsity` of its, or of all, values at 0.

    Parameters
    ----------
    weights : Mapping of str to float ndarray
        By name.
    sparsity : float
        Share of zeros to reach, in [0, 1). Values that are 0 already count.
    scope : {"layer", "global"}
        One threshold a tensor, or one for all.

    Notes
    -----
    The threshold is the magnitude of the value number ``round(sparsity * count)``. Values of equal
    magnitude share their fate: whichever comes nearer to the share, all or none become 0.

    References
    ----------
    Zhu and Gupta, To prune, or not to prune, 2017, arXiv:1710.01878 (magnitude pruning per layer).
    """
    if scope == "global":
        everything = np.concatenate([w.ravel() for w in weights.values()] or [np.zeros(0)])
        return dict.fromkeys(weights, _pruning(everything, sparsity))
    return {name: _pruning(values, sparsity) for name, values in weights.items()}


def _pruning(values: Array, sparsity: float) -> MagnitudePruning:
    wanted = round(sparsity * values.size)
    if not wanted:
        return MagnitudePruning(-1.0)
    magnitudes = np.abs(values).ravel()
    threshold = np.partition(magnitudes, wanted - 1)[wanted - 1]
    below = int((magnitudes < threshold).sum())
    up_to = int((magnitudes <= threshold).sum())
    if up_to - wanted <= wanted - below:
        return MagnitudePruning(float(threshold))
    return MagnitudePruning(float(np.nextafter(threshold, np.float32(-1), dtype=np.float32)))
