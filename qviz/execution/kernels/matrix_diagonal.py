"""MATRIX_DIAG and MATRIX_SET_DIAG."""

from __future__ import annotations

import numpy as np

from qviz.execution.kernels.operands import kernel_of
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel


@kernel("MATRIX_DIAG")
def prepare_matrix_diag(context: Context) -> Kernel:
    """Square matrices with the last dimension of the input on their diagonals, 0 elsewhere."""

    def diagonal(x: Array) -> Array:
        size = x.shape[-1]
        result = np.zeros((*x.shape, size), x.dtype)
        result[..., np.arange(size), np.arange(size)] = x
        return result

    return kernel_of(diagonal)


@kernel("MATRIX_SET_DIAG")
def prepare_matrix_set_diag(context: Context) -> Kernel:
    """Matrices with other diagonals."""

    def replace(x: Array, values: Array) -> Array:
        result = x.copy()
        size = min(x.shape[-2:])
        result[..., np.arange(size), np.arange(size)] = values[..., :size]
        return result

    return kernel_of(replace)
