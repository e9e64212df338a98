"""Small graphs made by hand, for tests that need no file."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qviz.graph import Operator, Tensor


def activation(name: str, *shape: int, dtype: Any = np.float32) -> Tensor:
    """A tensor without data."""
    return Tensor(name, shape, np.dtype(dtype))


def constant(name: str, data: ArrayLike, dtype: Any = np.float32) -> Tensor:
    """A tensor with data."""
    array: NDArray[Any] = np.asarray(data, dtype)
    return Tensor(name, array.shape, array.dtype, array)


def operator(kind: str, inputs: tuple[str | None, ...], output: str, **options: Any) -> Operator:
    """An operator with one output, whose layer is named by it."""
    return Operator(kind, inputs, (output,), options, layer=output)
