"""What float and hybrid recurrent operators share: products of rows with weights, activations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.execution.kernels.activation import logistic
from qviz.execution.kernels.hybrid import asymmetric_codes, symmetric_codes
from qviz.execution.kernels.operands import scale_of
from qviz.execution.kernels.registry import Array, Context
from qviz.graph import Tensor

Rows = NDArray[np.float32]
Activation = Callable[[Rows], Rows]


def _relu(x: Rows) -> Rows:
    return np.maximum(x, np.float32(0))


_ACTIVATIONS: dict[str, Activation] = {
    "NONE": lambda x: x,
    "RELU": _relu,
    "RELU6": lambda x: np.clip(x, np.float32(0), np.float32(6)),
    "RELU_N1_TO_1": lambda x: np.clip(x, np.float32(-1), np.float32(1)),
    "TANH": np.tanh,
}


def activation_of(context: Context) -> Activation:
    """The fused activation of a recurrent operator.

    Raises
    ------
    UnsupportedOperatorError
        If the kernel has no such activation.
    """
    name = context.operator.activation
    if name not in _ACTIVATIONS:
        raise context.unsupported(f"{name} is not an activation of recurrent operators")
    return _ACTIVATIONS[name]


def sigmoid(x: Rows) -> Rows:
    """Sigmoid of a gate."""
    return logistic(x)


def weights_of(context: Context, tensor: Tensor | None) -> Array:
    """Value of a weights input.

    Raises
    ------
    UnsupportedOperatorError
        If it is absent, not constant, or neither float32 nor int8.
    """
    if tensor is None or tensor.data is None:
        raise context.unsupported("its weights are not constant")
    if tensor.dtype.name not in ("float32", "int8"):
        raise context.unsupported(f"there is no kernel for {tensor.dtype} weights")
    return tensor.data


class Product:
    """Product of float rows with weights (out, in), float or 8-bit.

    With 8-bit weights each row is quantized on the fly, symmetrically or, with
    `asymmetric_quantize_inputs`, over its own range; the result is
    ``f32(sum) * f32(row_scale * weight_scale)``. Weights of one dimension stand for a diagonal
    matrix and are not quantized by rows.

    References
    ----------
    LiteRT, tflite/kernels/lstm_eval.cc (CalculateLstmGateHybrid), internal/kernel_utils.cc
    (RnnBatchStep), internal/optimized/sse_tensor_utils.cc.
    """

    def __init__(self, context: Context, tensor: Tensor | None) -> None:
        weights = weights_of(context, tensor)
        self._is_hybrid = weights.dtype == np.int8
        self._is_diagonal = weights.ndim == 1
        self._scale = scale_of(tensor)
        if self._is_hybrid and self._scale == 0:
            raise context.unsupported("its 8-bit weights have no scale")
        if self._is_diagonal:
            weights = weights.astype(np.float32) * (self._scale if self._is_hybrid else 1)
        # Sums of codes stay far below 2**53, so that float64 holds them exactly.
        self._weights: NDArray[Any] = weights.T.astype(
            np.float64 if self._is_hybrid and not self._is_diagonal else np.float32
        )
        asymmetric = bool(context.option("asymmetric_quantize_inputs", False))
        self._quantize = asymmetric_codes if asymmetric else symmetric_codes

    def __call__(self, rows: Rows) -> Rows:
        """Products of rows (rows, in), as (rows, out)."""
        if self._is_diagonal:
            return np.asarray(rows * self._weights, np.float32)
        if not self._is_hybrid:
            return np.asarray(rows @ self._weights)
        codes, scales = self._quantize(np.ascontiguousarray(rows))
        sums = (codes.astype(np.float64) @ self._weights).astype(np.float32)
        return np.asarray(sums * (self._scale * scales))
