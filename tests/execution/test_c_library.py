"""Functions of the C library for tables, and what stands in for them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from qviz.execution.kernels.c_library import c_function

X = np.linspace(-20, 3, 60, dtype=np.float32).reshape(3, 20)


@pytest.mark.parametrize(
    ("name", "function"), [("expf", np.exp), ("expm1f", np.expm1), ("tanhf", np.tanh)]
)
def test_results_are_the_real_ones_to_a_few_units(
    name: str, function: Callable[[Any], Any]
) -> None:
    result = c_function(name, function)(X)
    assert result.dtype == np.float32
    real = function(X.astype(np.float64))
    np.testing.assert_array_less(np.abs(result - real), 3 * np.spacing(np.abs(result)) + 1e-45)


def test_a_function_that_the_library_lacks_is_computed_in_double_precision() -> None:
    result = c_function("no_such_functionf", np.tanh)(X)
    expected = np.tanh(X.astype(np.float64)).astype(np.float32)
    np.testing.assert_array_equal(result, expected, strict=True)
