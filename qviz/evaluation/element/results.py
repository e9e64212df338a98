"""One number of a quantized network, taken apart: what a trace of an element holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.execution.fixed_point import Int64Array

Floats = NDArray[np.floating[Any]]
Number = int | float


MOST_TERMS = 2048
"""Products that are listed one by one; more are in the totals only."""


@dataclass(frozen=True, slots=True)
class ElementChoice:
    """Which element is traced.

    Attributes
    ----------
    layer : str
    at : tuple of int, or None
        Coordinates in the output of one sample, with or without the first one, which is 0. None
        for the element that `rank` names.
    rank : int
        Place among all elements of the output by their difference to the float network, 0 for the
        largest; without a float network the first element is taken.
    operator : int or None
        Index in the quantized graph, where the layer has several; None for its main one.
    most_terms : int
    """

    layer: str
    at: tuple[int, ...] | None = None
    rank: int = 0
    operator: int | None = None
    most_terms: int = MOST_TERMS


@dataclass(frozen=True, slots=True)
class Operand:
    """A tensor that goes into the element, or comes out.

    Attributes
    ----------
    role : str
        ``input``, ``weights``, ``bias``, ``output``; numbered where there are several inputs.
    tensor : str
        Name in the quantized graph.
    shape : tuple of int
    dtype : str
    scale : float or None
        Real value of one code; of the element's channel where scales are per channel, or found
        while the model runs. None for real numbers.
    zero_point : int or None
        Code of the real value 0.
    channel : int or None
        Which of several scales it is.
    layer : str
        The layer that makes it; empty for constants and inputs of the network.
    operator : int or None
        The operator that makes it.
    at : tuple of int, or None
        The element that is read, where it is one; else the terms say which ones are.
    """

    role: str
    tensor: str
    shape: tuple[int, ...]
    dtype: str
    scale: float | None = None
    zero_point: int | None = None
    channel: int | None = None
    layer: str = ""
    operator: int | None = None
    at: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """What is added up, term by term, channel by channel and there from top left to bottom right.

    The arrays hold the first terms where there are very many; `count` and `total` are of all.

    Attributes
    ----------
    count : int
        Number of terms.
    kernel_shape : tuple of int
        Rows, columns and channels of the receptive field.
    taps : int64 ndarray of shape (n, 3)
        Row, column and channel of each term in the receptive field.
    places : int64 ndarray of shape (n, rank)
        Where its code lies in the input tensor; -1 outside of the image.
    is_padding : bool ndarray of shape (n,)
        Whether the term lies outside: its code is the zero point, its product 0.
    codes, weights : int64 ndarray of shape (n,)
        Codes as they are stored. `weights` is None where nothing is multiplied (pools).
    products, running : int64 ndarray of shape (n,)
        ``(code - zero_point) * (weight - zero_point)`` and the accumulator after it; for pools the
        code, and the sum or maximum so far.
    total : int
        The accumulator after all terms, before the bias.
    unit : float
        Real value of an accumulator of 1.
    float_inputs, float_weights, float_running : float64 ndarray of shape (n,), or None
        The same terms in the float network, and their sum so far as a real value.
    float_total : float or None
        Sum of all float terms, before the bias.
    is_maximum : bool
        Whether the largest is taken instead of the sum.
    """

    count: int
    kernel_shape: tuple[int, int, int]
    taps: Int64Array
    places: Int64Array
    is_padding: NDArray[np.bool_]
    codes: Int64Array
    weights: Int64Array | None
    products: Int64Array
    running: Int64Array
    total: int
    unit: float
    float_inputs: Floats | None = None
    float_weights: Floats | None = None
    float_running: Floats | None = None
    float_total: float | None = None
    is_maximum: bool = False

    @property
    def shown(self) -> int:
        """Number of terms that the arrays hold."""
        return len(self.codes)


@dataclass(frozen=True, slots=True)
class Step:
    """One step from the accumulator, or from the operands, to the code.

    Attributes
    ----------
    name : str
        What is done, in two or three words.
    formula : str
        With the numbers put in, the result included.
    value : int or float
        The result.
    unit : str
        What the result counts.
    sentence : str
        What the step is for.
    """

    name: str
    formula: str
    value: Number
    unit: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Contribution:
    """A part of the difference between the real value of the code and the float value.

    Attributes
    ----------
    name : str
    value : float
        In units of the output.
    sentence : str
    """

    name: str
    value: float
    sentence: str


@dataclass(frozen=True, slots=True)
class OperatorChoice:
    """An operator of the layer that can be traced.

    Attributes
    ----------
    index : int
        In the quantized graph.
    kind : str
    tensor : str
        Its output.
    """

    index: int
    kind: str
    tensor: str


@dataclass(frozen=True, slots=True, eq=False)
class ElementTrace:
    """How one element of one operator came about.

    Attributes
    ----------
    layer : str
    operator : OperatorChoice
        The one that is traced.
    operators : tuple of OperatorChoice
        All of the layer, in execution order.
    mode, rules : str
        Rounding mode, and whose arithmetic the operator follows in it: ``reference``,
        ``optimized`` or ``xnnpack``.
    at : tuple of int
        Coordinates of the element in the output of one sample.
    output_shape : tuple of int
    operands : tuple of Operand
        Inputs first, the output last.
    value : float
        Real value of the element in the quantized network.
    code : int or None
        Its code, which the steps gave and the executor too; None where the output is real.
    terms : Terms or None
        What is added up; None for operators that add nothing up.
    steps : tuple of Step
        Empty where `note` says why.
    float_value : float or None
        The same element in the float network; None if there is no float network.
    contributions : tuple of Contribution
        Parts of ``value - float_value``, which add up to it.
    rank : int or None
        Place of the element among all of the output by its difference, 0 for the largest.
    note : str
        Why there are no steps; empty otherwise.
    """

    layer: str
    operator: OperatorChoice
    operators: tuple[OperatorChoice, ...]
    mode: str
    rules: str
    at: tuple[int, ...]
    output_shape: tuple[int, ...]
    operands: tuple[Operand, ...]
    value: float
    code: int | None
    terms: Terms | None = None
    steps: tuple[Step, ...] = ()
    float_value: float | None = None
    contributions: tuple[Contribution, ...] = ()
    rank: int | None = None
    note: str = ""

    @property
    def difference(self) -> float | None:
        """``value - float_value``."""
        return None if self.float_value is None else self.value - self.float_value


_MINUS = re.compile(r"(?<!\w)-(?=\d)")


def with_minus(text: str) -> str:
    """`text` with true minus signs before its numbers, and no two signs in a row."""
    signed = _MINUS.sub("−", text)
    return signed.replace("+ −", "− ").replace("− −", "+ ")


def integer_text(value: Any) -> str:
    """An integer with thousands separated."""
    return f"{int(value):,}"


def real_text(value: Any) -> str:
    """A real number to six digits."""
    # Without the sign of a negative 0.
    return f"{float(value) + 0.0:.6g}"
