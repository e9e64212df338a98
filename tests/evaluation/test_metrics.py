from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qviz.evaluation.metrics import (
    ClassificationAccumulator,
    ErrorAccumulator,
    R2Accumulator,
    RegressionAccumulator,
    error_metrics,
    predicted_classes,
)
from qviz.graph import QuantizationParams


def test_metrics_follow_their_formulas() -> None:
    x, y = np.array([1.0, 2.0, -2.0]), np.array([1.5, 2.0, -3.0])
    metrics = error_metrics(x, y, 0.5)
    assert metrics.mse == pytest.approx(1.25 / 3)
    assert metrics.sqnr_db == pytest.approx(10 * math.log10(9 / 1.25))
    assert metrics.cosine == pytest.approx(11.5 / (3 * math.sqrt(15.25)))
    assert metrics.max_abs == 1.0
    assert metrics.rmse_over_scale == pytest.approx(math.sqrt(1.25 / 3) / 0.5)


def test_zero_over_zero_has_a_rule() -> None:
    zero, one = np.zeros(3), np.ones(3)
    assert error_metrics(one, one).sqnr_db == math.inf
    assert error_metrics(zero, zero).sqnr_db == math.inf
    assert error_metrics(zero, one).sqnr_db == -math.inf
    assert error_metrics(zero, zero).cosine == 1.0
    assert error_metrics(zero, one).cosine == 0.0
    assert error_metrics(one, one).rmse_over_scale is None
    empty = ErrorAccumulator().result()
    assert (empty.mse, empty.max_abs, empty.rmse_over_scale) == (0.0, 0.0, None)


def test_nan_and_infinity_are_not_hidden() -> None:
    x = np.array([1.0, 2.0])
    lost = error_metrics(x, np.array([1.0, np.inf]))
    assert lost.mse == math.inf
    assert lost.sqnr_db == -math.inf
    unknown = error_metrics(x, np.array([1.0, np.nan]))
    assert math.isnan(unknown.mse)
    assert math.isnan(unknown.sqnr_db)
    assert math.isnan(unknown.max_abs)


def test_error_is_weighed_by_the_scale_of_each_channel() -> None:
    x = np.zeros((2, 3))
    y = np.array([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]])
    scale = np.array([1.0, 4.0]).reshape(2, 1)
    expected = math.sqrt((1 + 0.25) / 2)
    assert error_metrics(x, y, scale).rmse_over_scale == pytest.approx(expected)


@given(st.integers(0, 2**31), st.integers(1, 40), st.integers(1, 39))
def test_batches_add_up_to_the_whole(seed: int, count: int, cut: int) -> None:
    random = np.random.default_rng(seed)
    x = random.normal(100, 3, (count, 3))
    y = x + random.normal(0, 0.1, x.shape)
    parts, r2 = ErrorAccumulator(), R2Accumulator()
    for rows in (slice(0, cut), slice(cut, None)):
        parts.update(x[rows], y[rows], 0.2)
        r2.update(x[rows], y[rows])
    whole = error_metrics(x, y, 0.2)
    assert parts.result().mse == pytest.approx(whole.mse, rel=1e-12)
    assert parts.result().sqnr_db == pytest.approx(whole.sqnr_db, rel=1e-12)
    assert parts.result().max_abs == whole.max_abs
    expected = 1 - ((y - x) ** 2).sum() / ((x - x.mean()) ** 2).sum()
    assert r2.result() == pytest.approx(expected, rel=1e-9)


def test_a_reference_that_does_not_vary_is_matched_or_not() -> None:
    same, other = R2Accumulator(), R2Accumulator()
    same.update(np.ones(4), np.ones(4))
    other.update(np.ones(4), np.zeros(4))
    assert (same.result(), other.result()) == (1.0, 0.0)


def test_top_one_and_top_five() -> None:
    scores = ClassificationAccumulator()
    outputs = np.array([[9, 8, 7, 6, 5, 4], [1, 2, 3, 4, 5, 6]], np.float32)
    scores.update(outputs, np.array([0, 1]))
    scores.update(outputs, np.array([5, 0]))
    assert scores.result() == {"top1": 0.25, "top5": 0.5}


def test_equal_scores_go_to_the_first_class() -> None:
    outputs = np.zeros((3, 7))
    assert predicted_classes(outputs).tolist() == [0, 0, 0]
    scores = ClassificationAccumulator()
    scores.update(outputs, np.array([0, 1, 5]))
    assert scores.result() == {"top1": pytest.approx(1 / 3), "top5": pytest.approx(2 / 3)}


def test_few_classes_have_no_top_five() -> None:
    scores = ClassificationAccumulator()
    scores.update(np.eye(3), np.arange(3))
    assert scores.result() == {"top1": 1.0}
    assert ClassificationAccumulator().result() == {}


def test_one_probability_means_the_second_class() -> None:
    probabilities = np.array([[0.2], [0.5], [0.51], [np.nan]])
    assert predicted_classes(probabilities).tolist() == [0, 0, 1, -1]


def test_nan_never_counts_as_right() -> None:
    outputs = np.full((2, 6), np.nan)
    outputs[1, 2] = 0.1
    assert predicted_classes(outputs).tolist() == [-1, 2]
    scores = ClassificationAccumulator()
    scores.update(outputs, np.array([0, 2]))
    assert scores.result() == {"top1": 0.5, "top5": 0.5}


@given(st.integers(0, 2**31))
def test_top_one_is_the_accuracy_of_the_predicted_class(seed: int) -> None:
    random = np.random.default_rng(seed)
    # Few levels, so that ties are common, as among the outputs of an int8 network.
    outputs = random.integers(0, 3, (20, 8)).astype(np.float32)
    labels = random.integers(0, 8, 20)
    scores = ClassificationAccumulator()
    scores.update(outputs, labels)
    assert scores.result()["top1"] == (predicted_classes(outputs) == labels).mean()


def test_mean_absolute_and_root_mean_square_error() -> None:
    numbers = RegressionAccumulator()
    numbers.update(np.array([[1.0], [2.0]]), np.array([1.0, 5.0]))
    numbers.update(np.array([[0.0]]), np.array([[1.0]]))
    assert numbers.result() == {"mae": pytest.approx(4 / 3), "rmse": pytest.approx((10 / 3) ** 0.5)}
    assert RegressionAccumulator().result() == {}


@pytest.mark.parametrize("size", [1, 5_000, 100_000])
@pytest.mark.parametrize("magnitude", [1e-25, 1e-3, 1.0, 1e18])
def test_float32_is_summed_as_closely_as_float64(size: int, magnitude: float) -> None:
    random = np.random.default_rng(size)
    x = random.normal(3, 1, size).astype(np.float32) * np.float32(magnitude)
    y = (x * random.normal(1, 0.01, size)).astype(np.float32)
    single = error_metrics(x, y, magnitude)
    double = error_metrics(x.astype(np.float64), y.astype(np.float64), magnitude)
    assert single.mse == pytest.approx(double.mse, rel=1e-5)
    assert single.sqnr_db == pytest.approx(double.sqnr_db, abs=1e-4)
    assert single.cosine == pytest.approx(double.cosine, abs=1e-6)
    assert single.max_abs == pytest.approx(double.max_abs, rel=1e-6)
    assert single.rmse_over_scale == pytest.approx(double.rmse_over_scale, rel=1e-5)


def test_float32_hides_nothing_either() -> None:
    x = np.ones(40_000, np.float32)
    for odd, largest in ((np.nan, math.nan), (np.inf, math.inf), (1e30, 1e30)):
        y = x.copy()
        y[35_000] = odd
        metrics = error_metrics(x, y)
        assert metrics.max_abs == pytest.approx(largest, nan_ok=True)
        assert metrics.mse == pytest.approx(largest**2 / x.size, nan_ok=True)
    dead = np.zeros(40_000, np.float32)
    assert error_metrics(dead, dead).sqnr_db == math.inf
    assert error_metrics(dead, x).sqnr_db == -math.inf


def test_codes_are_measured_as_their_real_values() -> None:
    params = QuantizationParams.per_tensor(0.03, 5)
    random = np.random.default_rng(1)
    x = random.normal(0, 1, (3, 70, 500)).astype(np.float32)
    codes = random.integers(-128, 128, x.shape).astype(np.int8)
    errors = ErrorAccumulator()
    errors.update_codes(x, codes, params)
    assert errors.result() == error_metrics(x, params.dequantize(codes), float(params.scale[0]))


def test_parts_that_are_merged_are_the_whole() -> None:
    random = np.random.default_rng(2)
    x = random.normal(0, 1, (4, 100)).astype(np.float32)
    y = x + np.float32(0.25)
    whole, merged = ErrorAccumulator(), ErrorAccumulator()
    for row, other in zip(x, y, strict=True):
        whole.update(row, other, 0.5)
        part = ErrorAccumulator()
        part.update(row, other, 0.5)
        merged.merge(part)
    assert merged.result() == whole.result()
    lost = ErrorAccumulator()
    lost.update(np.ones(2), np.array([1.0, np.nan]))
    merged.merge(lost)
    assert math.isnan(merged.result().max_abs)
