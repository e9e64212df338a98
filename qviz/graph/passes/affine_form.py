"""Operators that only scale and shift each channel: what folding can put into weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.graph.operator import Operator
from qviz.graph.tensor import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class AffineForm:
    """An operator as ``y = x * factor + offset`` along the last axis of its input `source`.

    Attributes
    ----------
    source : str
        Name of the tensor that is scaled and shifted.
    factor : float ndarray of shape (channels,) or (1,), or None
        float32; float64 where the operator divides, so that the quotient is rounded once. None
        for 1.
    offset : float32 ndarray of shape (channels,) or (1,), or None
        None for 0.
    """

    source: str
    factor: NDArray[np.floating[Any]] | None = None
    offset: NDArray[np.float32] | None = None

    @property
    def is_scalar(self) -> bool:
        """Whether all channels are treated alike."""
        return all(part is None or part.size == 1 for part in (self.factor, self.offset))

    @property
    def dead_channels(self) -> int:
        """Number of channels that become constant."""
        return 0 if self.factor is None else int(np.count_nonzero(self.factor == 0))

    def scale(self, values: NDArray[np.float32], dimension: int) -> NDArray[np.float32]:
        """`values` times the factor along `dimension`, rounded once to float32."""
        if self.factor is None:
            return values
        shape = [1] * values.ndim
        shape[dimension] = -1
        # The product of two float32 numbers is exact in float64.
        product = values.astype(np.float64) * self.factor.reshape(shape)
        return product.astype(np.float32)


def arithmetic_form(operator: Operator, tensors: Mapping[str, Tensor]) -> AffineForm | None:
    """An ADD, SUB, MUL or DIV with a constant as an affine form, None if it is not one.

    The constant has to be one number or one for each channel of the last axis, and finite.
    """
    if operator.kind not in ("ADD", "SUB", "MUL", "DIV"):
        return None
    first, second = operator.present_inputs
    if tensors[first].is_constant and operator.kind in ("ADD", "MUL"):
        first, second = second, first
    x, constant = tensors[first], tensors[second]
    if x.is_constant or constant.data is None or not (x.is_float and constant.is_float):
        return None
    if x.quantization is not None or x.shape != tensors[operator.outputs[0]].shape:
        return None
    channels = x.shape[-1] if x.shape else 1
    if constant.size != 1 and not (constant.size == channels == constant.shape[-1]):
        return None
    value = constant.data.astype(np.float32).reshape(-1)
    if not np.isfinite(value).all() or (operator.kind == "DIV" and not value.all()):
        return None
    if operator.kind == "ADD":
        return AffineForm(first, offset=value)
    if operator.kind == "SUB":
        return AffineForm(first, offset=-value)
    if operator.kind == "MUL":
        return AffineForm(first, factor=value)
    return AffineForm(first, factor=1.0 / value.astype(np.float64))
