from __future__ import annotations

import itertools

import numpy as np
import pytest

from qviz.evaluation.statistics import (
    mcnemar,
    mean_interval,
    paired_share_interval,
    root_mean_interval,
    wilcoxon_signed_rank,
    wilson_interval,
)


@pytest.mark.parametrize(
    ("successes", "count", "low", "high"),
    [
        # Newcombe, Two-sided confidence intervals for the single proportion, 1998, table I.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (20, 20, 0.8389, 1.0),
    ],
)
def test_wilson_gives_the_published_intervals(
    successes: int, count: int, low: float, high: float
) -> None:
    assert wilson_interval(successes, count) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize("count", [1, 2, 7, 450, 10_000])
def test_wilson_holds_the_share_and_stays_a_share(count: int) -> None:
    for successes in {0, 1, count // 3, count - 1, count}:
        low, high = wilson_interval(successes, count)
        assert 0 <= low <= successes / count <= high <= 1
        assert low < high


def test_wilson_without_samples_is_an_error() -> None:
    with pytest.raises(ValueError, match="count"):
        wilson_interval(0, 0)


def test_newcombe_gives_the_published_intervals() -> None:
    # Newcombe 1998, paired data, table II (36, 12, 2, 0), method 10; there as first minus second.
    low, high = paired_share_interval(36, 12, 2, 0)
    assert (-high, -low) == pytest.approx((0.0569, 0.3404), abs=5e-5)
    # Fagerland, Lydersen and Laake 2014, airway hyper-responsiveness.
    low, high = paired_share_interval(1, 1, 7, 12)
    assert (low, high) == pytest.approx((0.026, 0.507), abs=5e-4)


def test_difference_of_equal_shares_is_around_zero_and_never_certain() -> None:
    low, high = paired_share_interval(440, 0, 0, 10)
    assert low == -high
    assert 0 < high < 0.02
    assert paired_share_interval(20, 0, 0, 0)[1] > 0
    assert paired_share_interval(0, 5, 5, 0) == pytest.approx((-0.5268, 0.5268), abs=5e-5)


@pytest.mark.parametrize(
    ("first", "second", "exact", "mid_p"),
    [
        # Fagerland, Lydersen and Laake 2013, table 5: 1 and 7 discordant pairs.
        (1, 7, 0.0703, 0.0391),
        (7, 1, 0.0703, 0.0391),
        (0, 5, 2 / 32, 1 / 32),
        (0, 0, 1.0, 1.0),
        (3, 3, 1.0, 1.0),
        (0, 1, 1.0, 0.5),
    ],
)
def test_mcnemar_gives_the_published_values(
    first: int, second: int, exact: float, mid_p: float
) -> None:
    assert mcnemar(first, second) == pytest.approx((exact, mid_p), abs=5e-5)


def test_mcnemar_of_many_samples_is_the_binomial_test() -> None:
    stats = pytest.importorskip("scipy.stats", reason="scipy is not installed")
    for first, second in ((40, 60), (1200, 1300), (0, 2000)):
        expected = stats.binomtest(first, first + second).pvalue
        assert mcnemar(first, second)[0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("count", "smaller_sum", "p_value"),
    [
        # Two-sided, from the tables of the signed-rank distribution.
        (5, 0, 0.0625),
        (6, 0, 0.03125),
        (8, 3, 0.0390625),
        (10, 8, 0.048828125),
        (10, 9, 0.064453125),
    ],
)
def test_signed_ranks_of_few_samples_are_counted(
    count: int, smaller_sum: int, p_value: float
) -> None:
    negative = next(
        chosen
        for size in range(count)
        for chosen in itertools.combinations(range(1, count + 1), size)
        if sum(chosen) == smaller_sum
    )
    ranks = np.arange(1, count + 1)
    differences = np.where(np.isin(ranks, negative), -ranks, ranks) * 0.01
    assert wilcoxon_signed_rank(differences) == (pytest.approx(p_value), True)
    assert wilcoxon_signed_rank(-differences) == (pytest.approx(p_value), True)


def test_ties_are_counted_exactly() -> None:
    # 2 ** 6 signs by hand: ranks 1.5, 1.5, 3, 5, 5, 5.
    differences = np.array([1, -1, 2, 3, 3, 3.0])
    ranks = np.array([1.5, 1.5, 3, 5, 5, 5])
    observed = ranks[differences > 0].sum()
    sums = np.array([np.dot(s, ranks) for s in itertools.product((0, 1), repeat=6)])
    tail = min((sums <= observed).mean(), (sums >= observed).mean())
    assert wilcoxon_signed_rank(differences) == (pytest.approx(2 * tail), True)


def test_zeros_are_left_out() -> None:
    differences = np.array([0.0, 0, 1, 2, 3, 4, 5])
    assert wilcoxon_signed_rank(differences)[0] == pytest.approx(0.0625)
    assert wilcoxon_signed_rank(np.zeros(9)) == (1.0, True)


def test_signed_ranks_are_scipys() -> None:
    stats = pytest.importorskip("scipy.stats", reason="scipy is not installed")
    random = np.random.default_rng(2)
    for count, method in ((20, "exact"), (50, "exact"), (51, "approx"), (4000, "approx")):
        differences = random.normal(0.2, 1, count)
        expected = stats.wilcoxon(differences, method=method, correction=False).pvalue
        found, exact = wilcoxon_signed_rank(differences)
        assert exact == (method == "exact")
        assert found == pytest.approx(expected, rel=1e-9)
    tied = np.round(random.normal(0.1, 1, 300), 1)
    expected = stats.wilcoxon(tied[tied != 0], method="approx", correction=False).pvalue
    assert wilcoxon_signed_rank(tied)[0] == pytest.approx(expected, rel=1e-9)


def test_means_have_the_normal_interval() -> None:
    values = np.array([1.0, 2, 3, 4, 5])
    half = 1.959964 * np.sqrt(2.5 / 5)
    assert mean_interval(values) == pytest.approx((3 - half, 3 + half), rel=1e-6)
    low, high = root_mean_interval(values) or (0, 0)
    assert (low**2, high**2) == pytest.approx((3 - half, 3 + half), rel=1e-6)
    assert root_mean_interval(np.array([0.0, 0, 9])) == (0.0, pytest.approx(2.98, abs=0.01))
    assert mean_interval(np.ones(1)) is None
    assert mean_interval(np.array([1.0, np.inf])) is None


def test_intervals_cover_what_they_promise() -> None:
    random = np.random.default_rng(0)
    hits = 0
    for _ in range(1500):
        low, high = wilson_interval(int(random.binomial(200, 0.93)), 200)
        hits += low <= 0.93 <= high
    assert 0.93 < hits / 1500 < 0.97
    # Two classifiers, right on 90 % and 88 % of the samples, mostly the same ones.
    hits = 0
    for _ in range(1500):
        counts = random.multinomial(300, [0.86, 0.04, 0.02, 0.08])
        low, high = paired_share_interval(*(int(c) for c in counts))
        hits += low <= -0.02 <= high
    assert 0.93 < hits / 1500 < 0.995
