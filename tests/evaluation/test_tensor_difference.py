"""What counts as a difference between two tensors."""

from __future__ import annotations

import numpy as np
import pytest

from qviz.evaluation.tensor_difference import compare_arrays, same_bits
from qviz.evaluation.verification_results import Difference

INF, NAN = np.inf, np.nan


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int32", "int64", "uint64"])
def test_integers_have_to_be_equal(dtype: str) -> None:
    limits = np.iinfo(dtype)
    theirs = np.array([limits.min, 5, limits.max], dtype)
    assert compare_arrays(theirs.copy(), theirs) == Difference(3)
    ours = np.array([limits.max, 5, limits.max - 1], dtype)
    width = int(limits.max) - int(limits.min)
    assert compare_arrays(ours, theirs) == Difference(3, 2, max_codes=width)


def test_truth_values_have_to_be_equal() -> None:
    found = compare_arrays(np.array([True, False]), np.array([True, True]))
    assert (found.differing, found.max_codes) == (1, 1)


def test_reals_may_differ_by_a_share_of_their_range() -> None:
    theirs = np.array([0.0, 1.0, -1.0, 0.5], np.float32)
    ours = theirs + np.array([1.9e-5, 0, 2.1e-5, 0], np.float32)
    found = compare_arrays(ours, theirs, 2.0)
    assert (found.values, found.differing) == (4, 1)
    assert found.max_share == pytest.approx(1.05e-5, rel=0.01)
    assert compare_arrays(ours, theirs, 4.0).differing == 0


def test_reals_without_a_range_have_to_be_equal() -> None:
    zero = np.zeros(2, np.float32)
    assert compare_arrays(zero, -zero, 0.0) == Difference(2)
    assert compare_arrays(zero + 1e-30, zero, 0.0).differing == 2


def test_what_is_not_finite_equals_only_itself() -> None:
    theirs = np.array([NAN, INF, -INF, NAN, INF, 1.0], np.float32)
    assert compare_arrays(theirs.copy(), theirs, 1.0) == Difference(6)
    ours = np.array([NAN, INF, INF, 1.0, 1.0, NAN], np.float32)
    found = compare_arrays(ours, theirs, 1.0)
    assert found.differing == 4
    assert found.max_share == INF


def test_other_shapes_and_types_differ_as_a_whole() -> None:
    theirs = np.zeros((2, 3), np.int8)
    found = compare_arrays(np.zeros((2, 4), np.int8), theirs)
    assert (found.differing, found.note) == (8, "int8[2, 4] instead of int8[2, 3]")
    assert compare_arrays(theirs.astype(np.int16), theirs).differing == 6
    assert not same_bits(theirs.astype(np.int16), theirs)


def test_complex_values_are_close_by_magnitude() -> None:
    theirs = np.array([1 + 1j, 0], np.complex64)
    assert compare_arrays(theirs + 1e-6j, theirs, 1.4).differing == 0
    assert compare_arrays(theirs + 1e-3j, theirs, 1.4).differing == 2


def test_nothing_differs_in_no_values() -> None:
    empty = np.zeros((1, 0), np.float32)
    assert compare_arrays(empty, empty.copy()) == Difference(0)


def test_differences_add_up() -> None:
    total = Difference(4, 1, 7, 0.1) + Difference(6, 2, 3, 0.5, "a note")
    assert total == Difference(10, 3, 7, 0.5, "a note")
