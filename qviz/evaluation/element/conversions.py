"""QUANTIZE and DEQUANTIZE, step by step."""

from __future__ import annotations

import numpy as np

from qviz.evaluation.element.contributions import own_codes
from qviz.evaluation.element.operation import (
    NoStepsError,
    Operation,
    Stage,
    Steps,
    params_of,
    real_values,
)
from qviz.evaluation.element.requantizing import Chain, by_multiplier, clamp_code, real_of_code
from qviz.evaluation.element.results import Floats, integer_text, real_text
from qviz.execution.delegation import Rules
from qviz.execution.fixed_point import (
    code_limits,
    round_half_away,
    round_half_away_float32,
)

CONVERSIONS = ("QUANTIZE", "DEQUANTIZE")
"""Kinds between real numbers and codes."""

_F32 = np.float32


def conversion_steps(operation: Operation) -> Steps:
    """Steps of QUANTIZE (from real numbers or from codes) or DEQUANTIZE.

    Raises
    ------
    NoStepsError
        If there is no code on either side.
    """
    source = operation.tensor(0)
    chain = Chain()
    result: int | float
    if operation.kind == "DEQUANTIZE":
        if source.is_float or params_of(source).is_per_channel:
            raise NoStepsError("it unpacks stored numbers before the network runs")
        result = _dequantize(chain, operation)
    elif params_of(operation.context.output).is_per_channel:
        raise NoStepsError("its output has a scale per channel")
    else:
        result = _quantize(chain, operation) if source.is_float else _rescale(chain, operation)
        real_of_code(chain, operation.context, int(result))
    raw = operation.array(0).reshape(-1)[[operation.flat]]
    met = raw.astype(np.float64) if source.is_float else real_values(source, raw)
    floats = operation.float_array(0)
    given: tuple[Floats, ...] | None = None
    stages: tuple[Stage, ...] = ()
    if floats is not None and floats.size == operation.array(0).size:
        given = (floats.reshape(-1)[[operation.flat]].astype(np.float64),)
        before = "What the input differs by already, because of the layers before."
        if not source.is_float:
            own = (own_codes(source, given[0]),)
            stages = (Stage("rounding the input", "The float input as a code.", own),)
        stages = (*stages, Stage("layers before", before, (met,)))
    return Steps(
        operands=(operation.operand(0, "input", operation.flat),),
        steps=tuple(chain.steps),
        result=result,
        real=lambda operands: float(operands[0][0]),
        met=(met,),
        given=given,
        stages=stages,
    )


def _dequantize(chain: Chain, operation: Operation) -> float:
    params = params_of(operation.tensor(0))
    code = int(operation.array(0).reshape(-1)[operation.flat])
    scale, zero_point = params.scale[0], int(params.zero_point[0])
    if params.minimum is not None:
        raise NoStepsError("its codes have a stored minimum instead of a zero point")
    is_vector = operation.rules is Rules.OPTIMIZED and operation.is_in_vector(8)
    if is_vector and operation.tensor(0).dtype.itemsize == 1:
        value = _F32(_F32(code) * scale + _F32(_F32(-zero_point) * scale))
        how = "As vector code does it: both products are rounded before they are added."
    else:
        value = _F32(_F32(code - zero_point) * scale)
        how = "The difference is exact, the product is rounded to float32."
    chain.add(
        "Real value",
        f"({code} − {zero_point}) × {real_text(scale)} = {real_text(value)}",
        float(value),
        "real value",
        how,
    )
    return float(value)


def _quantize(chain: Chain, operation: Operation) -> int:
    output = operation.context.output
    params = params_of(output)
    value = _F32(operation.array(0).reshape(-1)[operation.flat])
    scale, zero_point = params.scale[0], int(params.zero_point[0])
    low, high = code_limits(output.dtype)
    if np.isnan(value):
        return _not_a_number(chain, operation, zero_point, high)
    by_inverse = operation.rules is not Rules.REFERENCE and output.dtype.name in (
        *("int8", "uint8", "int16"),
    )
    if by_inverse and operation.rules is Rules.OPTIMIZED and not operation.is_in_vector(8):
        steps, rounded = float(value) / float(scale), round_half_away
        how = "in double precision, halves away from zero: the loop behind the vector code."
    elif by_inverse:
        steps = float(_F32(value * _F32(_F32(1) / scale)))
        rounded = np.rint  # type: ignore[assignment]
        how = "by the inverse of the scale in float32, halves to the even integer."
    else:
        steps, rounded = float(_F32(value / scale)), round_half_away_float32  # type: ignore[assignment]
        how = "in float32, halves away from zero."
    chain.add(
        "Divide by the scale",
        f"{real_text(value)} / {real_text(scale)} = {real_text(steps)}",
        steps,
        "steps",
        f"How many steps of the code grid the number is from 0; {how}",
    )
    limited = min(max(steps, low - zero_point), high - zero_point)
    whole = int(rounded(limited))
    inside = "" if limited == steps else f", clamped to {real_text(limited)},"
    chain.add(
        "Round",
        f"round({real_text(steps)}){inside} = {integer_text(whole)}",
        whole,
        "output codes above the zero point",
        "This is where information is lost: at most half a step, unless the number is beyond the "
        "range.",
    )
    shifted = whole + zero_point
    chain.add(
        "Add the zero point",
        f"{integer_text(whole)} + {zero_point} = {shifted}",
        shifted,
        "output code",
        "The code of the real value 0 is the zero point.",
    )
    return clamp_code(chain, operation.context, shifted, low, high)


def _not_a_number(chain: Chain, operation: Operation, zero_point: int, high: int) -> int:
    is_reference = operation.rules is Rules.REFERENCE or (
        operation.rules is Rules.OPTIMIZED and not operation.is_in_vector(8)
    )
    code = zero_point if is_reference else high
    chain.add(
        "Not a number",
        f"NaN becomes {code}",
        code,
        "output code",
        "Codes have no NaN: the reference kernel makes it 0, vector code the largest code.",
    )
    return code


def _rescale(chain: Chain, operation: Operation) -> int:
    source, target = operation.tensor(0), operation.context.output
    scales = params_of(source).scale[0], params_of(target).scale[0]
    zero_in, zero_out = (int(params_of(t).zero_point[0]) for t in (source, target))
    code = int(operation.array(0).reshape(-1)[operation.flat])
    centred = code - zero_in
    chain.add(
        "Take the code",
        f"{code} − {zero_in} = {centred}",
        centred,
        f"steps of {real_text(scales[0])}",
        f"Less its zero point; it stands for {real_text(centred * float(scales[0]))}.",
    )
    if operation.rules is Rules.XNNPACK:
        multiplier = int(np.rint(_F32(256) * _F32(scales[0] / scales[1])))
        scaled = (centred * 128 * multiplier + (1 << 14)) >> 15
        chain.add(
            "Multiply, shift, round",
            f"round({centred} × {multiplier} / 2^8) = {scaled}",
            scaled,
            "output codes above the zero point",
            "XNNPACK keeps input scale / output scale with 8 bits behind the point.",
        )
    else:
        narrow = source.dtype.itemsize + target.dtype.itemsize == 2
        is_vector = operation.rules is Rules.OPTIMIZED and narrow and operation.is_in_vector(16)
        real = float(scales[0]) / float(scales[1])
        scaled = by_multiplier(
            chain, centred, real, "up" if is_vector else "away", ratio="input scale / output scale"
        )
    shifted = scaled + zero_out
    chain.add(
        "Add the zero point",
        f"{integer_text(scaled)} + {zero_out} = {integer_text(shifted)}",
        shifted,
        "output code",
        "The output's code for the real value 0.",
    )
    return clamp_code(chain, operation.context, shifted, *code_limits(target.dtype))
