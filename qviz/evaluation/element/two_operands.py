"""ADD, SUB and MUL of codes, step by step."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

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
from qviz.evaluation.element.requantizing import (
    Chain,
    by_multiplier,
    finish_code,
    in_float32,
    real_of_code,
)
from qviz.evaluation.element.results import Floats, integer_text, real_text
from qviz.execution.delegation import Rules
from qviz.execution.fixed_point import (
    float_activation_range,
    multiply_by_quantized_multiplier,
    multiply_by_quantized_multiplier_once,
    quantize_multiplier,
    rounding_divide_by_pot,
    saturating_rounding_doubling_high_mul,
)
from qviz.execution.kernels.operands import scale_of, zero_point_of
from qviz.execution.kernels.quantized_addition import right_shifts
from qviz.execution.kernels.vector_code import run_of

TWO_OPERANDS = ("ADD", "SUB", "MUL")
"""Kinds of two operands."""

_SIGNS = {"ADD": "+", "SUB": "−", "MUL": "×"}
_F32 = np.float32
_int, _real = integer_text, real_text
_HOW = {
    "away": "rounded twice, halves away from zero",
    "once": "rounded once, halves up, as the vector code does it",
    "truncated": "rounded once and cut off, as the vector code for uint8 does it",
}


def two_operand_steps(operation: Operation) -> Steps:
    """Steps of ADD, SUB or MUL of codes.

    Raises
    ------
    NoStepsError
        If it computes in float, or by a rule without steps.
    """
    context = operation.context
    for tensor in (operation.tensor(0), operation.tensor(1), context.output):
        if tensor.is_float:
            raise NoStepsError("it computes in float32, without codes")
        if tensor.dtype.name not in ("int8", "uint8", "int16"):
            raise NoStepsError(f"its {tensor.dtype} numbers are no codes")
        params_of(tensor)
    codes = [_element(operation, operation.array(i)) for i in (0, 1)]
    chain = Chain()
    centred = []
    for i, name in enumerate(("first", "second")):
        code, zero_point = int(codes[i]), zero_point_of(operation.tensor(i))
        centred.append(code - zero_point)
        chain.add(
            f"Take the {name} code",
            f"{code} − {zero_point} = {centred[i]}",
            centred[i],
            f"steps of {_real(scale_of(operation.tensor(i)))}",
            f"Less its zero point; it stands for "
            f"{_real(centred[i] * float(scale_of(operation.tensor(i))))}.",
        )
    code = (
        _product(chain, operation, centred)
        if operation.kind == "MUL"
        else _sum(chain, operation, centred)
    )
    real_of_code(chain, context, code)
    met = tuple(real_values(operation.tensor(i), np.array([codes[i]])) for i in (0, 1))
    given = _given(operation)
    stages: tuple[Stage, ...] = ()
    if given is not None:
        rounded = {i: own_codes(operation.tensor(i), given[i]) for i in (0, 1)}
        stages = input_stages(given, rounded, {0: met[0], 1: met[1]})
    return Steps(
        operands=tuple(
            operation.operand(i, f"{name} input", _place(operation, operation.array(i)))
            for i, name in enumerate(("first", "second"))
        ),
        steps=tuple(chain.steps),
        result=code,
        real=_real_form(operation),
        met=met,
        given=given,
        stages=stages,
    )


def _element(operation: Operation, array: Array) -> Any:
    """The element of an operand that is broadcast to the output."""
    return array.reshape(-1)[_place(operation, array)]


def _place(operation: Operation, array: Array) -> int:
    """Its place in the flattened operand."""
    places = np.arange(array.size).reshape(array.shape)
    return int(np.broadcast_to(places, operation.output.shape)[operation.at])


def _given(operation: Operation) -> tuple[Floats, Floats] | None:
    values = []
    for i in (0, 1):
        array = operation.float_array(i)
        if array is None or array.size != operation.array(i).size:
            return None
        values.append(np.array([_element(operation, array)], np.float64))
    return values[0], values[1]


def _real_form(operation: Operation) -> Callable[[Sequence[Floats]], float]:
    low, high = float_activation_range(operation.context.operator.activation)
    combine = {"ADD": np.add, "SUB": np.subtract, "MUL": np.multiply}[operation.kind]
    return lambda operands: float(np.clip(combine(operands[0], operands[1])[0], low, high))


def _product(chain: Chain, operation: Operation, centred: list[int]) -> int:
    context = operation.context
    if context.rules is Rules.XNNPACK and len(set(context.operator.inputs)) == 1:
        raise NoStepsError("XNNPACK squares by a table of real numbers")
    s1, s2, s = (scale_of(t) for t in (context.input(0), context.input(1), context.output))
    ratio, name = _F32(_F32(s1 * s2) / s), "first scale × second scale / output scale"
    product = centred[0] * centred[1]
    chain.add(
        "Multiply",
        f"{centred[0]} × {centred[1]} = {_int(product)}",
        product,
        f"units of {_real(float(s1) * float(s2))}",
        "Exact: a product of two integers.",
    )
    if context.rules is Rules.XNNPACK:
        return finish_code(chain, context, in_float32(chain, context, product, ratio, name))
    scaled = by_multiplier(chain, product, float(ratio), ratio=name)
    if (
        _in_vectors(operation)
        and not -(1 << 15) <= scaled + zero_point_of(context.output) < 1 << 15
    ):
        raise NoStepsError("the result leaves the 16 bits of the vector code")
    return finish_code(chain, context, scaled)


def _sum(chain: Chain, operation: Operation, centred: list[int]) -> int:
    if operation.rules is Rules.XNNPACK:
        return _sum_in_xnnpack(chain, operation, centred)
    context, sign = operation.context, _SIGNS[operation.kind]
    s1, s2, s = (float(scale_of(t)) for t in (context.input(0), context.input(1), context.output))
    is_wide = context.output.dtype.itemsize > 1
    if is_wide and context.option("pot_scale_int16", True):
        shifts = right_shifts(s1, s2, s)
        if shifts is not None:
            return _sum_by_shifts(chain, operation, centred, shifts)
    left, twice = (15 if is_wide else 20), 2 * max(s1, s2)
    how = _operand_rounding(operation)
    scaled = []
    for i, scale in enumerate((s1, s2)):
        multiplier, shift = quantize_multiplier(scale / twice)
        x = centred[i] << left
        scaled.append(_rounded(how, x, multiplier, shift))
        chain.add(
            f"Scale the {('first', 'second')[i]}",
            f"round({centred[i]} × 2^{left} × {_int(multiplier)} × 2^-31 × 2^{shift}) = "
            f"{_int(scaled[i])}",
            scaled[i],
            f"units of {_real(twice)} / 2^{left}",
            f"Both operands are brought to one scale, twice the larger: {_HOW[how]}.",
        )
    total = scaled[0] - scaled[1] if sign == "−" else scaled[0] + scaled[1]
    chain.add(
        "Subtract" if sign == "−" else "Add",
        f"{_int(scaled[0])} {sign} {_int(scaled[1])} = {_int(total)}",
        total,
        f"units of {_real(twice)} / 2^{left}",
        "On one scale integers can simply be added.",
    )
    real = twice / (2.0**left * s)
    if sign == "−" and quantize_multiplier(real)[1] > 0:
        raise NoStepsError("its factor is above 1, for which the kernel's formula is not made")
    result = by_multiplier(
        chain, total, real, ratio=f"2 × larger scale / (2^{left} × output scale)"
    )
    if how != "away" and not is_wide:
        wrapped = int(np.int64(result + zero_point_of(context.output)).astype(np.int16))
        result = wrapped - zero_point_of(context.output)
    return finish_code(chain, context, result)


def _sum_by_shifts(
    chain: Chain, operation: Operation, centred: list[int], shifts: tuple[int, int]
) -> int:
    """16 bits whose scales are all powers of two: operands are shifted, nothing is multiplied."""
    sign = _SIGNS[operation.kind]
    moved = [int(rounding_divide_by_pot(c, s)) for c, s in zip(centred, shifts, strict=True)]
    total = moved[0] - moved[1] if sign == "−" else moved[0] + moved[1]
    chain.add(
        "Shift, then add",
        f"round({centred[0]} / 2^{shifts[0]}) {sign} round({centred[1]} / 2^{shifts[1]}) = {total}",
        total,
        "output codes above the zero point",
        "All scales are powers of two, so that shifts are enough.",
    )
    return finish_code(chain, operation.context, total)


def _sum_in_xnnpack(chain: Chain, operation: Operation, centred: list[int]) -> int:
    context, sign = operation.context, _SIGNS[operation.kind]
    target = context.output
    ratios = [float(_F32(scale_of(context.input(i)) / scale_of(target))) for i in (0, 1)]
    shift = 20 - (math.frexp(max(ratios))[1] - 1)
    first, second = (round(ratio * 2.0**shift) for ratio in ratios)
    chain.add(
        "Multipliers as integers",
        f"{_real(ratios[0])} ≈ {_int(first)} × 2^-{shift}, {_real(ratios[1])} ≈ {_int(second)} × "
        f"2^-{shift}",
        first,
        f"{shift} bits behind the point",
        "Each input scale over the output scale, so that the larger has 21 bits.",
    )
    if sign == "−":
        second = -second
    total = centred[0] * first + centred[1] * second
    chain.add(
        "Multiply and add",
        f"{centred[0]} × {_int(first)} + {centred[1]} × {_int(second)} = {_int(total)}",
        total,
        f"output codes × 2^{shift}",
        "Exact, in 32 bits.",
    )
    scaled = (total + (1 << (shift - 1))) >> shift
    chain.add(
        "Shift right, round",
        f"round({_int(total)} / 2^{shift}) = round({_real(total / 2**shift)}) = {scaled}",
        scaled,
        "output codes above the zero point",
        "One rounding, halves up.",
    )
    return finish_code(chain, context, scaled)


def _operand_rounding(operation: Operation) -> str:
    if operation.rules is not Rules.OPTIMIZED or operation.kind != "ADD":
        return "away"
    first, second = operation.tensor(0), operation.tensor(1)
    if first.dtype.itemsize > 1:
        vectors = first.shape == second.shape and operation.is_in_vector(16)
        return "once" if vectors else "away"
    if not _in_vectors(operation):
        return "away"
    return "once" if operation.context.output.dtype == np.int8 else "truncated"


def _in_vectors(operation: Operation) -> bool:
    """Whether the vector code for 8 bits computes the element."""
    first, second, target = operation.tensor(0), operation.tensor(1), operation.context.output
    if operation.rules is not Rules.OPTIMIZED or target.dtype.itemsize > 1:
        return False
    run, is_single = run_of(first, second)
    narrow = target.dtype == np.uint8 or (is_single and operation.kind == "ADD")
    return operation.is_in_vector(8 if narrow else 16, run)


def _rounded(how: str, x: int, multiplier: int, shift: int) -> int:
    if how == "once":
        return int(multiply_by_quantized_multiplier_once(x, multiplier, shift))
    if how == "truncated":
        return int(saturating_rounding_doubling_high_mul(x, multiplier) >> -shift)
    return int(multiply_by_quantized_multiplier(x, multiplier, shift))
