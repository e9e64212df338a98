"""The arithmetic of a batch norm at inference, in float32 as TensorFlow's converter does it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from qviz.errors import QvizError
from qviz.graph.operator import Operator
from qviz.graph.passes.affine_form import AffineForm
from qviz.graph.tensor import Tensor

_PARAMETERS = ("gamma", "beta", "moving mean", "moving variance")


def batch_norm_form(operator: Operator, tensors: Mapping[str, Tensor]) -> AffineForm:
    """Factor ``gamma * rs`` and offset ``beta - mean * factor`` of a BATCH_NORMALIZATION.

    ``rs = 1 / sqrt(variance + epsilon)`` is rounded correctly to float32. TensorFlow's own rsqrt
    is up to 2 units in the last place off and depends on the processor, so that folded weights
    may differ from its file by 4 such units.

    Raises
    ------
    QvizError
        If a parameter is missing or not finite, the variance is negative, or the result overflows.
        The message names the layer.
    """
    gamma, beta, mean, variance = (
        _parameter(operator, tensors, i, needed=i > 2) for i in range(1, 5)
    )
    assert mean is not None
    assert variance is not None
    shifted = variance + np.float32(operator.option("epsilon", 1e-3))
    if shifted.min(initial=1) <= 0:
        channel = int(np.argmin(shifted))
        raise QvizError(
            f"The batch norm {operator.layer!r} has a moving variance of {variance[channel]:g} in "
            f"channel {channel}, which has no square root to divide by. The file's weights are "
            "damaged or do not belong to this layer."
        )
    with np.errstate(over="ignore", invalid="ignore"):
        root = (1.0 / np.sqrt(shifted.astype(np.float64))).astype(np.float32)
        factor = root if gamma is None else gamma * root
        product = mean * factor
        offset = -product if beta is None else beta - product
    if not (np.isfinite(factor).all() and np.isfinite(offset).all()):
        raise QvizError(
            f"The batch norm {operator.layer!r} overflows float32: its gamma or mean is too large "
            "for its variance. Check the weights of this layer."
        )
    source = operator.inputs[0]
    assert source is not None
    return AffineForm(source, factor, offset)


def _parameter(
    operator: Operator, tensors: Mapping[str, Tensor], index: int, *, needed: bool
) -> NDArray[np.float32] | None:
    name = operator.inputs[index] if index < len(operator.inputs) else None
    what = _PARAMETERS[index - 1]
    if name is None:
        if needed:
            raise QvizError(f"The batch norm {operator.layer!r} has no {what}.")
        return None
    data = tensors[name].data
    if data is None:
        raise QvizError(f"The {what} of the batch norm {operator.layer!r} is not a constant.")
    value = data.astype(np.float32).reshape(-1)
    if not np.isfinite(value).all():
        raise QvizError(
            f"The {what} of the batch norm {operator.layer!r} holds NaN or infinity. Training "
            "diverged, or the file is damaged."
        )
    return value
