"""Intervals and paired tests, from counts and from numbers of each sample.

All intervals are of 95 %. Written out here because only these few are needed.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

Z = 1.959963984540054
"""Quantile of the normal distribution at 0.975: intervals are those of 95 %."""

# So many numbers without zeros have their 2**n signs counted instead of approximated.
_EXACT_SIGNED_RANKS = 50


def wilson_interval(successes: int, count: int) -> tuple[float, float]:
    """Interval of a share.

    Unlike ``p ± 1.96 sqrt(p (1 - p) / n)`` it stays inside [0, 1] and has a width at 0 and 1.

    Raises
    ------
    ValueError
        Without a count.

    References
    ----------
    Wilson, Probable inference, the law of succession, and statistical inference, 1927.
    """
    if count < 1:
        raise ValueError("a share needs a count")
    share = successes / count
    middle = (share + Z * Z / (2 * count)) / (1 + Z * Z / count)
    half = (
        Z
        / (1 + Z * Z / count)
        * math.sqrt(share * (1 - share) / count + Z * Z / (4 * count * count))
    )
    return max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share))


def paired_share_interval(both: int, first: int, second: int, neither: int) -> tuple[float, float]:
    """Interval of the difference of two shares on the same samples: second minus first.

    Parameters
    ----------
    both, first, second, neither : int
        Samples that both got right, only the first, only the second, and neither.

    References
    ----------
    Newcombe, Improved confidence intervals for the difference between binomial proportions based
    on paired data, 1998, method 10 (Wilson intervals, squared and added, with the correlation).
    """
    count = both + first + second + neither
    p1, p2 = (both + first) / count, (both + second) / count
    low1, high1 = wilson_interval(both + first, count)
    low2, high2 = wilson_interval(both + second, count)
    correlation = _correlation(both, first, second, neither)

    def reach(a: float, b: float) -> float:
        return math.sqrt(max(0.0, a * a - 2 * correlation * a * b + b * b))

    difference = p2 - p1
    return (
        max(-1.0, difference - reach(p2 - low2, high1 - p1)),
        min(1.0, difference + reach(high2 - p2, p1 - low1)),
    )


def _correlation(both: int, first: int, second: int, neither: int) -> float:
    """Phi coefficient, brought nearer to 0 as the method prescribes."""
    count = both + first + second + neither
    product = (both + first) * (second + neither) * (both + second) * (first + neither)
    if not product:
        return 0.0
    excess: float = both * neither - first * second
    if excess > 0:
        excess = max(0.0, excess - count / 2)
    return excess / math.sqrt(product)


def mcnemar(first: int, second: int) -> tuple[float, float]:
    """Two-sided p-values of McNemar's test: exact, and mid-p.

    Were both equally good, each sample that only one gets right would be a fair coin.

    Parameters
    ----------
    first, second : int
        Samples that only the first, and only the second, got right.

    Returns
    -------
    exact, mid_p : float
        ``min(1, 2 P(X <= min))``, and the same with half of ``P(X = min)``. The exact one errs on
        the safe side; mid-p is near the level that it names.

    References
    ----------
    McNemar, 1947; Fagerland, Lydersen and Laake, The McNemar test for binary matched-pairs data:
    mid-p and asymptotic are better than exact conditional, BMC Medical Research Methodology 2013.
    """
    count, fewer = first + second, min(first, second)
    if not count:
        return 1.0, 1.0
    factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, count + 1)))])
    k = np.arange(fewer + 1)
    log_chances = factorials[count] - factorials[k] - factorials[count - k] - count * math.log(2)
    chances = np.exp(log_chances)
    tails = 2 * float(chances.sum())
    return min(1.0, tails), min(1.0, tails - float(chances[-1]))


def mean_interval(values: Doubles) -> tuple[float, float] | None:
    """Interval of a mean: mean ± 1.96 standard errors; None for fewer than two or no numbers.

    The central limit theorem carries it: for means of some tens of samples and more.
    """
    if len(values) < 2 or not np.isfinite(values).all():
        return None
    half = Z * float(values.std(ddof=1)) / math.sqrt(len(values))
    mean = float(values.mean())
    return mean - half, mean + half


def root_mean_interval(squares: Doubles) -> tuple[float, float] | None:
    """Interval of a root mean square: the roots of the ends of the interval of the mean square."""
    found = mean_interval(squares)
    if found is None:
        return None
    return math.sqrt(max(0.0, found[0])), math.sqrt(max(0.0, found[1]))


def wilcoxon_signed_rank(differences: Doubles) -> tuple[float, bool]:
    """Two-sided p-value of Wilcoxon's signed-rank test that differences lie around 0.

    Parameters
    ----------
    differences : float64 ndarray of shape (n,)
        Of pairs. Zeros are left out, equal magnitudes share their mean rank.

    Returns
    -------
    p_value : float
    exact : bool
        Whether all 2**n signs were counted (up to 50 differences, ties included); else it is the
        normal approximation with the correction for ties and none for continuity.

    References
    ----------
    Wilcoxon, Individual comparisons by ranking methods, 1945.
    """
    nonzero = differences[differences != 0]
    if not len(nonzero):
        return 1.0, True
    doubled, ties = _doubled_ranks(np.abs(nonzero))
    positive = int(doubled[nonzero > 0].sum())
    total, count = int(doubled.sum()), len(nonzero)
    if count <= _EXACT_SIGNED_RANKS:
        ways = np.zeros(total + 1)
        ways[0] = 1
        for rank in doubled.tolist():
            ways[rank:] = ways[rank:] + ways[: total + 1 - rank]
        tail = ways[: min(positive, total - positive) + 1].sum()
        return min(1.0, 2 * float(tail) / 2.0**count), True
    variance = count * (count + 1) * (2 * count + 1) / 24 - float((ties**3 - ties).sum()) / 48
    z = (positive - total / 2) / 2 / math.sqrt(variance)
    return math.erfc(abs(z) / math.sqrt(2)), False


def _doubled_ranks(magnitudes: Doubles) -> tuple[NDArray[np.int64], Doubles]:
    """Twice the rank of each, ties sharing their mean, which makes whole numbers; and tie sizes."""
    _, place, sizes = np.unique(magnitudes, return_inverse=True, return_counts=True)
    last = np.cumsum(sizes)
    doubled = 2 * last - sizes + 1
    return doubled[place].astype(np.int64), sizes.astype(np.float64)
