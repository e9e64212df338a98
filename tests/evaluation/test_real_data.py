"""Whole comparisons on the shipped sample and on real data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from builders import activation, constant, operator

from qviz.evaluation import Comparison, Preprocessing, compare, load_dataset
from qviz.graph import Graph
from qviz.quantization import SCHEMES
from qviz.resources import sample_models


@pytest.fixture(scope="module")
def digits() -> Comparison:
    return compare(sample_models() / "digits" / "digits.keras", "digits")


def test_every_scheme_runs_on_digits(digits: Comparison) -> None:
    assert [row.scheme.id for row in digits.rows] == list(SCHEMES)
    assert digits.skipped == ()
    assert digits.data.samples == 450


def test_digits_keep_their_accuracy(digits: Comparison) -> None:
    accuracy = {row.scheme.id: row.metrics["top1"] for row in digits.rows}
    # As trained; see the sample's card.
    assert accuracy["float32"] == pytest.approx(0.9933, abs=5e-4)
    for scheme in ("tfjs-uint8", "tfjs-uint16", "tfjs-float16", "float16"):
        assert accuracy[scheme] == pytest.approx(accuracy["float32"], abs=0.0045), scheme
    for scheme in ("int8", "int8-only", "int8-only-uint8", "int16x8", "dynamic-range"):
        assert abs(accuracy[scheme] - accuracy["float32"]) <= 0.01, scheme


def test_digits_shrink_by_two_and_four(digits: Comparison) -> None:
    size = {row.scheme.id: row.size_bytes for row in digits.rows}
    for scheme in ("float16", "tfjs-float16", "tfjs-uint16"):
        assert 1.9 < size["float32"] / size[scheme] < 2.1, scheme
    for scheme in ("int8", "int8-only", "int16x8", "dynamic-range", "tfjs-uint8"):
        assert 3.5 < size["float32"] / size[scheme] < 4.2, scheme


def test_error_falls_with_the_bits(digits: Comparison) -> None:
    def least(scheme: str) -> float:
        row = digits.row(scheme)
        assert row is not None
        return min(e.accumulated.sqnr_db for e in row.layers if e.accumulated is not None)

    assert least("tfjs-uint16") > least("tfjs-float16") > least("tfjs-uint8") > 25
    assert least("int8") > least("int8-per-tensor")


def test_a_line_through_housing_prices(shared_folder: Path) -> None:
    path = shared_folder / "data" / "california_housing.npz"
    raw = load_dataset(path)
    x = raw.x.astype(np.float64)
    mean, std = x.mean(axis=0), x.std(axis=0)
    standard = np.c_[(x - mean) / std, np.ones(len(x))]
    assert raw.y is not None
    prices = raw.y.astype(np.float64)
    weights = np.linalg.lstsq(standard, prices, rcond=None)[0]
    tensors = [
        activation("x", 1, 8),
        constant("dense/kernel", weights[None, :8]),
        constant("dense/bias", weights[8:]),
        activation("price", 1, 1),
    ]
    graph = Graph.build(
        [operator("FULLY_CONNECTED", ("x", "dense/kernel", "dense/bias"), "price")],
        tensors,
        ["x"],
        ["price"],
    )
    steps = Preprocessing(mean=tuple(mean), std=tuple(std))
    data = load_dataset(path, preprocessing=steps, limit=2000, model=graph)
    comparison = compare(graph, data, ["float32", "int8", "int16x8"], calibration_samples=500)
    expected = np.abs(standard[:2000] @ weights - prices[:2000])
    row = comparison.rows[0]
    assert row.metrics["mae"] == pytest.approx(expected.mean(), rel=1e-4)
    assert row.metrics["rmse"] == pytest.approx(np.sqrt((expected**2).mean()), rel=1e-4)
    for row in comparison.rows:
        assert row.metrics["mae"] == pytest.approx(expected.mean(), rel=0.03)
        assert 0.99 < row.agreement <= 1
        assert row.flipped == ()
    assert "mean (" in comparison.data.preprocessing
    # Two of the weights, in dollars, are beyond what half precision holds.
    (half,) = compare(graph, data, ["float16"]).rows
    assert half.metrics["mae"] > 2 * expected.mean()
    assert any("65504" in note for note in half.notes)
