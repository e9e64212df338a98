"""Weight clustering: a tensor keeps n different values, which gzip packs well.

Lloyd's algorithm in one dimension: values are sorted once, and a cluster is a stretch of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Doubles = NDArray[np.float64]

_ITERATIONS = 100
_SPLITS = 8
# k-means++ draws from at most so many values, evenly spread over the sorted ones.
_DRAWN_FROM = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class Clustering:
    """Replaces every value by the nearest centroid.

    A function of the value alone, so that it gives the same for every layout of a tensor.

    Attributes
    ----------
    centroids : float32 ndarray of shape (n,)
        Rising. Empty for no change.
    keeps_zero : bool
        Whether 0 stays 0; the centroids are then those of the other values.
    """

    centroids: NDArray[np.float32]
    keeps_zero: bool = False

    def __call__(self, values: Array) -> Array:
        """The clustered values, of the shape and type of `values`."""
        if not self.centroids.size:
            return values
        edges = _midpoints(self.centroids.astype(np.float64))
        clustered = self.centroids[np.searchsorted(edges, values)].astype(values.dtype)
        return np.where(values == 0, values, clustered) if self.keeps_zero else clustered


def clustering(
    values: Array,
    clusters: int,
    *,
    start: Literal["linear", "k-means++"] = "linear",
    keep_zero: bool = False,
    seed: int = 0,
) -> Clustering:
    """Centroids that make the squared error of `values` small.

    Parameters
    ----------
    values : float ndarray
        Of one tensor.
    clusters : int
        Different values to keep, 0 among them if `keep_zero`; at least 2. A tensor that has no more
        stays as it is.
    start : {"linear", "k-means++"}
        Centroids at equal distances from the least to the greatest value (leaving out the gap that
        pruning tears around 0), or drawn from the values by their squared distance to those drawn
        before.
    keep_zero : bool
        Make 0 a value of its own, which keeps what pruning has set to 0.
    seed : int
        Of k-means++.

    References
    ----------
    Han, Mao and Dally, Deep compression, 2015, arXiv:1510.00149, section 3 (linear start is best);
    Arthur and Vassilvitskii, k-means++, SODA 2007.
    """
    ordered = np.sort(values.astype(np.float64), axis=None)
    with_zero = keep_zero and bool((ordered == 0).any())
    if with_zero:
        ordered = ordered[ordered != 0]
        clusters -= 1
    if 1 + np.count_nonzero(np.diff(ordered)) <= clusters or not ordered.size:
        return Clustering(np.zeros(0, np.float32))
    if start == "linear":
        centroids = _linear(ordered, clusters)
    else:
        centroids = _drawn(ordered, clusters, np.random.default_rng(seed))
    return Clustering(_refined(ordered, centroids).astype(np.float32), with_zero)


def _refined(ordered: Doubles, centroids: Doubles) -> Doubles:
    """Lloyd's iterations; centroids that end up without values split the worst clusters."""
    wanted = len(centroids)
    sums = np.concatenate([[0.0], np.cumsum(ordered)])
    squares = np.concatenate([[0.0], np.cumsum(ordered**2)])
    for left in reversed(range(_SPLITS)):
        centroids, edges = _settled(ordered, sums, centroids)
        counts = np.diff(edges)
        filled = counts > 0
        centroids, counts, missing = centroids[filled], counts[filled], wanted - int(filled.sum())
        if not missing or not left:
            break
        total = np.diff(sums[edges])[filled]
        error = np.maximum(np.diff(squares[edges])[filled] - total**2 / counts, 0.0)
        worst = np.argsort(-error, kind="stable")[:missing]
        spread = np.sqrt(error[worst] / counts[worst])
        added = centroids[worst] + spread
        centroids[worst] -= spread
        centroids = np.unique(np.concatenate([centroids, added]))
    return centroids


def _settled(
    ordered: Doubles, sums: Doubles, centroids: Doubles
) -> tuple[Doubles, NDArray[np.int64]]:
    """Centroids that are the means of the values nearest to them, and where these begin.

    One without values stays where it is.
    """
    edges = np.zeros(len(centroids) + 1, np.int64)
    for _ in range(_ITERATIONS):
        stops = np.searchsorted(ordered, _midpoints(centroids), side="right")
        edges = np.concatenate([[0], stops, [len(ordered)]])
        counts = np.diff(edges)
        means = np.diff(sums[edges]) / np.maximum(counts, 1)
        moved = np.where(counts > 0, means, centroids)
        moved.sort()
        if np.array_equal(moved, centroids):
            break
        centroids = moved
    return centroids, edges


def _linear(ordered: Doubles, clusters: int) -> Doubles:
    """Equal distances, on both sides of 0 by themselves if there is nothing around it."""
    below = int(np.searchsorted(ordered, 0.0))
    if below in (0, len(ordered)) or clusters < 2:
        return np.linspace(ordered[0], ordered[-1], clusters)
    negative, positive = ordered[below - 1] - ordered[0], ordered[-1] - ordered[below]
    if ordered[below] - ordered[below - 1] < (negative + positive) / clusters:
        return np.linspace(ordered[0], ordered[-1], clusters)
    first = round(clusters * negative / (negative + positive)) if negative + positive else 1
    first = min(max(first, 1), clusters - 1)
    left = np.linspace(ordered[0], ordered[below - 1], first)
    right = np.linspace(ordered[below], ordered[-1], clusters - first)
    return np.concatenate([left, right])


def _drawn(ordered: Doubles, clusters: int, random: np.random.Generator) -> Doubles:
    if len(ordered) > _DRAWN_FROM:
        ordered = ordered[np.linspace(0, len(ordered) - 1, _DRAWN_FROM).astype(np.int64)]
    chosen = [float(random.choice(ordered))]
    distance = (ordered - chosen[0]) ** 2
    while len(chosen) < clusters and distance.any():
        reach = np.cumsum(distance)
        drawn = int(np.searchsorted(reach, random.random() * reach[-1], side="right"))
        chosen.append(float(ordered[min(drawn, len(ordered) - 1)]))
        distance = np.minimum(distance, (ordered - chosen[-1]) ** 2)
    return np.sort(chosen)


def _midpoints(centroids: Doubles) -> Doubles:
    middle: Doubles = (centroids[1:] + centroids[:-1]) / 2
    return middle
