"""BATCH_NORMALIZATION, as models have it before it is folded into a convolution."""

from __future__ import annotations

from typing import Any

import numpy as np

from qviz.execution.kernels.registry import Array, Context, Kernel, kernel


@kernel("BATCH_NORMALIZATION")
def prepare_batch_normalization(context: Context) -> Kernel:
    """``(x - mean) / sqrt(variance + epsilon) * gamma + beta`` along one axis.

    Computed as one product and one sum per element; factor and offset come from float64.
    """
    x = context.input(0)
    epsilon = float(context.option("epsilon", 1e-3))
    axis = int(context.option("axis", -1)) % max(1, len(x.shape))

    def parts(inputs: Any) -> tuple[Array, Array]:
        gamma, beta, mean, variance = inputs[1:5]
        factor = 1 / np.sqrt(variance.astype(np.float64) + epsilon)
        if gamma is not None:
            factor *= gamma
        offset = -mean.astype(np.float64) * factor
        if beta is not None:
            offset += beta
        shape = [1] * len(x.shape)
        shape[axis] = -1
        return factor.astype(np.float32).reshape(shape), offset.astype(np.float32).reshape(shape)

    values = [context.constant(i) for i in range(5)]
    present = [tensor for tensor in context.inputs[1:] if tensor is not None]
    packed = parts(values) if all(tensor.is_constant for tensor in present) else None

    def normalize(inputs: Any) -> tuple[Array, ...]:
        factor, offset = parts(inputs) if packed is None else packed
        out = inputs[0] * factor
        out += offset
        return (out,)

    return normalize
