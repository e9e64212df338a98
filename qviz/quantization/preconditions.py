"""What has to hold before a graph can be quantized, with an error that says what to do."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from qviz.errors import CalibrationError, SchemeError, UnsupportedOperatorError
from qviz.graph import Graph, Operator
from qviz.quantization.scheme import Scheme


def check_constants(graph: Graph) -> None:
    """Refuse constants that no scale can stand for.

    Raises
    ------
    SchemeError
        If a float constant holds NaN or an infinity; the message names it.
    """
    for name, tensor in graph.constants().items():
        if tensor.is_float and not np.isfinite(np.asarray(tensor.data)).all():
            raise SchemeError(
                f"{name} holds NaN or infinite values, which have no integer code. "
                "Look at its histogram and train or export the model again."
            )


def check_ranges(names: Iterable[str], ranges: Mapping[str, tuple[float, float]]) -> None:
    """Refuse missing and meaningless ranges.

    Raises
    ------
    CalibrationError
        If a tensor of `names` has no range, or one that is not finite.
    """
    for name in names:
        if name not in ranges:
            raise CalibrationError(
                f"Calibration has no range for {name}. "
                "Calibrate with the same graph that is quantized."
            )
        low, high = ranges[name]
        if not (math.isfinite(low) and math.isfinite(high)) or low > high:
            raise CalibrationError(
                f"The calibrated range of {name} is {low} to {high}. "
                "Check the calibration data and its preprocessing."
            )


def refuse_float_operators(operators: Sequence[Operator], scheme: Scheme) -> None:
    """Refuse operators without an integer form where the scheme wants integers only.

    Raises
    ------
    UnsupportedOperatorError
        If there are any; the message lists them and names the scheme that keeps them in float.
    """
    if not operators:
        return
    listed = ", ".join(dict.fromkeys(operator_label(operator) for operator in operators))
    first = operators[0]
    raise UnsupportedOperatorError(
        f"Scheme {scheme.id} allows integers only, but these operators have no {scheme.family} "
        f"form in profile {scheme.profile}: {listed}. "
        f"Choose scheme {scheme.family} to keep them in float32.",
        kind=first.kind,
        operator=first.layer or first.outputs[0],
    )


def operator_label(operator: Operator) -> str:
    """Kind and place of an operator, as lists show it: ``ELU block_1/act``."""
    return f"{operator.kind} {operator.layer or operator.outputs[0]}"
