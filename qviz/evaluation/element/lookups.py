"""Operators that look the code up in a table: LOGISTIC, TANH, HARD_SWISH and others."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from qviz.evaluation.element.contributions import input_stages, own_codes
from qviz.evaluation.element.operation import (
    Array,
    NoStepsError,
    Operation,
    Stage,
    Steps,
    params_of,
    real_values,
)
from qviz.evaluation.element.requantizing import Chain, real_of_code
from qviz.evaluation.element.results import Floats, real_text
from qviz.execution.fixed_point import code_limits
from qviz.execution.kernels.activation import gelu, gelu_approximate
from qviz.execution.kernels.operands import all_codes
from qviz.execution.kernels.registry import prepare_kernel

Function = Callable[[Array], Array]

_FORMULAS = {
    "LOGISTIC": "1 / (1 + exp(−{x}))",
    "TANH": "tanh({x})",
    "HARD_SWISH": "{x} × min(max({x} + 3, 0), 6) / 6",
    "ELU": "{x} where positive, else exp({x}) − 1",
    "GELU": "{x} × Φ({x})",
    "LEAKY_RELU": "{x} where positive, else {alpha} × {x}",
    "RELU": "max({x}, 0)",
    "RELU6": "min(max({x}, 0), 6)",
    "RELU_N1_TO_1": "min(max({x}, −1), 1)",
}
LOOKUPS = tuple(_FORMULAS)
"""Kinds of one operand whose result depends on its code alone."""


def lookup_steps(operation: Operation) -> Steps:
    """Steps of an operator whose results form a table of the input's codes.

    The table is computed from the operator's kernel, for all codes.

    Raises
    ------
    NoStepsError
        If it computes in float.
    """
    source, target = operation.tensor(0), operation.context.output
    if source.is_float or target.is_float:
        raise NoStepsError("it computes in float32, without codes")
    x = operation.array(0)
    code = int(x.reshape(-1)[operation.flat])
    lowest, _ = code_limits(source.dtype)
    codes = all_codes(source.dtype).astype(source.dtype)
    table = prepare_kernel(operation.context)([codes])[0]
    entry = int(table[code - lowest])
    met = real_values(source, np.array([code]))
    function = _function(operation)
    chain = Chain()
    real_in = float(met[0])
    zero_point, scale = int(params_of(source).zero_point[0]), float(params_of(source).scale[0])
    chain.add(
        "Input code",
        f"({code} − {zero_point}) × {real_text(scale)} = {real_text(real_in)}",
        real_in,
        "real value",
        "What the code stands for.",
    )
    exact = float(function(met)[0])
    alpha = operation.context.option("alpha", 0.0)
    formula = _FORMULAS[operation.kind].format(x=real_text(real_in), alpha=real_text(alpha))
    chain.add(
        "The function",
        f"{formula} = {real_text(exact)}",
        exact,
        "real value",
        "In real numbers; a device does not compute this.",
    )
    out_zero, out_scale = int(params_of(target).zero_point[0]), float(params_of(target).scale[0])
    place = exact / out_scale + out_zero
    chain.add(
        "On the output's grid",
        f"{real_text(exact)} / {real_text(out_scale)} + {out_zero} = {real_text(place)}",
        place,
        "output codes, not rounded",
        "Where the exact result lies between the codes.",
    )
    chain.add(
        "Look up",
        f"table[{code}] = {entry}",
        entry,
        "output code",
        _how_filled(operation, len(table), entry - place),
    )
    real_of_code(chain, operation.context, entry)
    given, stages = _given(operation, met)
    return Steps(
        operands=(operation.operand(0, "input", operation.flat),),
        steps=tuple(chain.steps),
        result=entry,
        real=lambda operands: float(function(operands[0])[0]),
        met=(met,),
        given=given,
        stages=stages,
    )


def _given(operation: Operation, met: Floats) -> tuple[tuple[Floats] | None, tuple[Stage, ...]]:
    floats = operation.float_array(0)
    if floats is None or floats.size != operation.array(0).size:
        return None, ()
    given = (floats.reshape(-1)[[operation.flat]].astype(np.float64),)
    own = own_codes(operation.tensor(0), given[0])
    return given, input_stages(given, {0: own}, {0: met})


def _how_filled(operation: Operation, entries: int, off: float) -> str:
    nearest = (
        "the nearest code" if abs(off) <= 0.5 else f"{abs(off):.2f} codes from the exact place"
    )
    if operation.tensor(0).dtype.itemsize == 1:
        return f"One of {entries} results, computed beforehand for every code; this is {nearest}."
    return f"16-bit codes are interpolated between the entries of a small table; this is {nearest}."


def _function(operation: Operation) -> Function:
    clips = {"RELU": (0.0, math.inf), "RELU6": (0.0, 6.0), "RELU_N1_TO_1": (-1.0, 1.0)}
    if operation.kind in clips:
        low, high = clips[operation.kind]
        return lambda x: np.asarray(np.clip(x, low, high))
    if operation.kind == "LEAKY_RELU":
        alpha = float(operation.context.option("alpha", 0.0))
        return lambda x: np.where(x >= 0, x, alpha * x)
    if operation.kind == "GELU":
        approximate = bool(operation.context.option("approximate", False))
        return lambda x: np.asarray((gelu_approximate if approximate else gelu)(x))
    plain: dict[str, Function] = {
        "LOGISTIC": lambda x: np.asarray(1 / (1 + np.exp(-x))),
        "TANH": np.tanh,
        "HARD_SWISH": lambda x: np.asarray(x * np.clip(x + 3, 0, 6) / 6),
        "ELU": lambda x: np.where(x < 0, np.expm1(np.minimum(x, 0)), x),
    }
    return plain[operation.kind]
