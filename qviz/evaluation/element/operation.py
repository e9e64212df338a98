"""An operator, run on one sample, as the tracers of its kind look at it; and what they give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.evaluation.element.results import Floats, Number, Operand, Step, Terms
from qviz.execution.delegation import Rules
from qviz.execution.kernels.registry import Context
from qviz.graph import QuantizationParams, Tensor

Array = NDArray[Any]


class NoStepsError(Exception):
    """The operator has no step view; the text completes "… has no step view: "."""


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One operator with everything that went in and came out for one sample.

    Attributes
    ----------
    context : Context
        What its kernel was prepared from.
    arrays : tuple of (ndarray or None)
        Its inputs as stored, codes of quantized tensors; None where absent.
    output : ndarray
        Its first output as stored.
    floats : tuple of (ndarray or None)
        The same inputs in the float network; None where it has none of that shape.
    at : tuple of int
        Coordinates of the element in `output`.
    most_terms : int
        How many terms to list.
    """

    context: Context
    arrays: tuple[Array | None, ...]
    output: Array
    floats: tuple[Array | None, ...]
    at: tuple[int, ...]
    most_terms: int

    @property
    def kind(self) -> str:
        """Kind of the operator."""
        return self.context.operator.kind

    @property
    def rules(self) -> Rules:
        """Whose arithmetic it follows."""
        return self.context.rules

    @property
    def flat(self) -> int:
        """Place of the element in the flattened output."""
        return int(np.ravel_multi_index(self.at, self.output.shape)) if self.at else 0

    def tensor(self, index: int) -> Tensor:
        """Input `index`."""
        return self.context.input(index)

    def array(self, index: int) -> Array:
        """Values of input `index`, as stored."""
        array = self.arrays[index] if index < len(self.arrays) else None
        if array is None:
            raise NoStepsError(f"its input {index} is absent")
        return array

    def optional_array(self, index: int) -> Array | None:
        """Values of input `index`; None if it is absent."""
        return self.arrays[index] if index < len(self.arrays) else None

    def float_array(self, index: int) -> Array | None:
        """Values of input `index` in the float network."""
        return self.floats[index] if index < len(self.floats) else None

    def operand(self, index: int, role: str, place: int | None = None) -> Operand:
        """Describe input `index`, of whose flattened elements `place` is read."""
        found = describe(self.tensor(index), role)
        if place is None:
            return found
        at = np.unravel_index(place, self.array(index).shape)
        return replace(found, at=tuple(int(n) for n in at))

    def is_in_vector(self, lanes: int, run: int | None = None) -> bool:
        """Whether vector code of so many lanes computes the element, not the loop behind it."""
        size = run or self.output.size
        return bool(lanes) and self.flat % size < size - size % lanes


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """A change on the way from the float operands to those that the quantized operator meets.

    Attributes
    ----------
    name, sentence : str
        Of the contribution that it makes.
    operands : tuple of ndarray
        All operands after the change, as real values.
    """

    name: str
    sentence: str
    operands: tuple[Floats, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """What a tracer found.

    Attributes
    ----------
    operands : tuple of Operand
        Inputs.
    steps : tuple of Step
    result : int or float
        Code, or real value where the output is real.
    real : callable
        The operator in real numbers, from operands to the element, with float64 arithmetic.
    met : tuple of ndarray
        Real values of the operands that the quantized operator meets.
    given : tuple of ndarray, or None
        Those of the float network.
    stages : tuple of Stage
        From `given` to `met`; empty without a float network.
    terms : Terms or None
    """

    operands: tuple[Operand, ...]
    steps: tuple[Step, ...]
    result: Number
    real: Callable[[Sequence[Floats]], float]
    met: tuple[Floats, ...]
    given: tuple[Floats, ...] | None = None
    stages: tuple[Stage, ...] = field(default=())
    terms: Terms | None = None


def params_of(tensor: Tensor) -> QuantizationParams:
    """Scale and zero point of a tensor that has to have them."""
    if tensor.quantization is None:
        raise NoStepsError(f"{tensor.name!r} has no scale")
    return tensor.quantization


def describe(tensor: Tensor, role: str, channel: int | None = None) -> Operand:
    """A tensor as an operand; with the scale of `channel` where it has one for each."""
    params = tensor.quantization
    if params is None or tensor.is_float:
        return Operand(role, tensor.name, tensor.shape, str(tensor.dtype))
    several = len(params.scale) > 1 and channel is not None
    at = channel if several and channel is not None else 0
    return Operand(
        role,
        tensor.name,
        tensor.shape,
        str(tensor.dtype),
        float(params.scale[at]),
        int(params.zero_point[at]),
        channel if several else None,
    )


def real_values(tensor: Tensor, codes: Array) -> Floats:
    """Real values of some codes of a tensor with one scale, float64."""
    params = params_of(tensor)
    centred = codes.astype(np.int64) - int(params.zero_point[0])
    return np.asarray(centred * float(params.scale[0]), np.float64)
