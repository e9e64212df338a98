"""What follows the sums of a float operator: bias and fused activation."""

from __future__ import annotations

import math

import numpy as np

from qviz.execution.fixed_point import float_activation_range
from qviz.execution.kernels.accumulation import Finish
from qviz.execution.kernels.registry import Array, Context


def clamp_of(context: Context) -> tuple[float, float] | None:
    """Range of the fused activation of a float operator, None if there is none to apply.

    Raises
    ------
    UnsupportedOperatorError
        If the activation is not a clamp.
    """
    try:
        low, high = float_activation_range(context.operator.activation)
    except ValueError as error:
        raise context.unsupported(str(error)) from error
    return None if math.isinf(low) and math.isinf(high) else (low, high)


def clamp(x: Array, limits: tuple[float, float] | None) -> None:
    """Apply a fused activation in place; NaN stays NaN."""
    if limits is None:
        return
    if math.isinf(limits[1]):
        np.maximum(x, x.dtype.type(limits[0]), out=x)
    else:
        np.clip(x, x.dtype.type(limits[0]), x.dtype.type(limits[1]), out=x)


def add_bias_and_clamp(context: Context, bias: Array | None) -> Finish:
    """Finish of a float operator: sums + bias, then the fused activation."""
    limits = clamp_of(context)

    def finish(sums: Array, out: Array) -> None:
        if bias is not None:
            np.add(sums, bias, out=out)
        elif sums is not out:
            np.copyto(out, sums)
        clamp(out, limits)

    return finish
