"""From an integer accumulator to the output's code, step by step, by the rules of the kernels.

Each chain is written out with the numbers of one element. That it gives the code of the executor,
whose kernels compute the same in another way, is checked by `qviz.evaluation.element.tracer`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from qviz.evaluation.element.operation import NoStepsError, Operation
from qviz.evaluation.element.results import Step, integer_text, real_text, with_minus
from qviz.execution.delegation import Rules
from qviz.execution.fixed_point import (
    quantize_multiplier,
    reduce_multiplier,
    round_half_away,
    rounding_divide_by_pot,
    saturating_rounding_doubling_high_mul,
    wrap_int32,
)
from qviz.execution.kernels.registry import Context
from qviz.execution.kernels.requantization import (
    code_range,
    effective_scales,
    rounds_upwards,
    zero_point_of,
)

Halves = Literal["away", "up"]
_INT32_MAX = (1 << 31) - 1
_int, _real = integer_text, real_text


@dataclass(slots=True)
class Chain:
    """Steps, each added with its result."""

    steps: list[Step] = field(default_factory=list)

    def add(self, name: str, formula: str, value: float, unit: str, sentence: str) -> None:
        """Append a step."""
        self.steps.append(Step(name, with_minus(formula), value, unit, with_minus(sentence)))


def requantize_sum(
    chain: Chain, operation: Operation, context: Context, acc: int, channel: int, *, is_wide: bool
) -> int:
    """Steps from the accumulator of an operator with weights to its code; gives the code.

    Parameters
    ----------
    chain : Chain
        Gets the steps.
    operation : Operation
    context : Context
        Of the operator, with x, weights and bias as inputs 0, 1 and 2.
    acc : int
        The bias included.
    channel : int
    is_wide : bool
        Whether the accumulator has 64 bits.
    """
    channels = context.output.shape[-1]
    if not is_wide and acc != _wrapped(acc):
        chain.add(
            "Overflow",
            f"{_int(acc)} in 32 bits is {_int(_wrapped(acc))}",
            _wrapped(acc),
            "accumulator",
            "The sum leaves 32 bits, and wraps around.",
        )
        acc = _wrapped(acc)
    if context.rules is Rules.XNNPACK:
        scaled = _in_float32(chain, context, acc, channel)
    elif context.operator.kind == "FULLY_CONNECTED":
        scaled = _dense(chain, context, acc, channel, channels, is_wide=is_wide)
    else:
        single = context.input(0).dtype == np.uint8
        real = float(effective_scales(context, channels, single=single)[channel])
        if is_wide:
            scaled = _by_short_multiplier(chain, acc, real)
        else:
            scaled = by_multiplier(chain, acc, real, _halves(operation, context, channel, channels))
    return finish_code(chain, context, scaled)


def by_multiplier(
    chain: Chain,
    acc: int,
    real: float,
    halves: Halves = "away",
    *,
    ratio: str = "input scale × weight scale / output scale",
) -> int:
    """Scale by a 31-bit multiplier and a shift, rounding twice."""
    multiplier, shift = quantize_multiplier(real)
    _say_multiplier(chain, real, multiplier, shift, ratio)
    return scale_in_fixed_point(chain, acc, multiplier, shift, halves)


def scale_in_fixed_point(
    chain: Chain, acc: int, multiplier: int, shift: int, halves: Halves
) -> int:
    """``round(round(acc * multiplier / 2**31) * 2**shift)``, step by step."""
    shifted = acc
    if shift > 0:
        shifted = _wrapped(acc << (shift & 31))
        chain.add(
            "Shift left",
            f"{_int(acc)} × 2^{shift} = {_int(shifted)}",
            shifted,
            "accumulator × 2^shift",
            "The factor is above 1, so the shift comes first.",
        )
    high = int(saturating_rounding_doubling_high_mul(shifted, multiplier))
    chain.add(
        "Multiply, keep the high half",
        f"round({_int(shifted)} × {_int(multiplier)} / 2^31) = {_int(high)}",
        high,
        "output codes × 2^right shift" if shift < 0 else "output codes",
        "A 32-bit product has 64 bits; the upper half of twice the product is kept, rounded.",
    )
    right = max(-shift, 0)
    if not right:
        return high
    if halves == "up":
        result = (high + ((1 << right) >> 1)) >> right
        how = "halves go up, as in ruy's vector code"
    else:
        result = int(rounding_divide_by_pot(high, right))
        how = "halves go away from zero, as in the reference kernels"
    chain.add(
        "Shift right, round",
        f"round({_int(high)} / 2^{right}) = round({_real(high / 2**right)}) = {_int(result)}",
        result,
        "output codes above the zero point",
        f"The second rounding: {how}.",
    )
    return result


def _say_multiplier(chain: Chain, real: float, multiplier: int, shift: int, ratio: str) -> None:
    chain.add(
        "Real multiplier",
        f"{ratio} = {_real(real)}",
        real,
        "output codes per accumulator unit",
        "One unit of the accumulator is worth this many codes of the output.",
    )
    chain.add(
        "Multiplier as an integer",
        f"{_real(real)} ≈ {_int(multiplier)} × 2^-31 × 2^{shift}",
        multiplier,
        f"Q0.31, shift {shift}",
        "A device without floats keeps the factor as a 31-bit integer and a power of two.",
    )


def _by_short_multiplier(chain: Chain, acc: int, real: float) -> int:
    """Scale a 64-bit accumulator (16x8): the multiplier has 15 bits, and there is one rounding."""
    multiplier, shift = quantize_multiplier(real)
    _say_multiplier(chain, real, multiplier, shift, "input scale × weight scale / output scale")
    short, right = (int(v) for v in reduce_multiplier(multiplier, shift))
    chain.add(
        "Shorten to 15 bits",
        f"round({_int(multiplier)} / 2^16) = {_int(short)}, to be shifted right by {right}",
        short,
        f"Q0.15, right shift {right}",
        "The accumulator has up to 48 bits here, so only 15 are left for the multiplier.",
    )
    half = np.int64(1) << np.int64((right - 1) & 63)
    with np.errstate(over="ignore"):
        wide = np.int64(acc) * np.int64(short)
        shifted = (wide + half) >> np.int64(right & 63)
    result = _wrapped(int(shifted))
    chain.add(
        "Multiply, shift right, round",
        f"round({_int(acc)} × {_int(short)} / 2^{right}) = {_int(result)}",
        result,
        "output codes above the zero point",
        "One rounding, halves up.",
    )
    return result


def _dense(
    chain: Chain, context: Context, acc: int, channel: int, channels: int, *, is_wide: bool
) -> int:
    """FULLY_CONNECTED outside of XNNPACK: by a double, or in fixed point where it is optimized."""
    bias = context.optional_input(2)
    bias_type = context.option("quantized_bias_type", "") if bias is None else bias.dtype.name
    if context.rules is Rules.OPTIMIZED and bias_type.lower() != "int64":
        weights = context.input(1).quantization
        single = weights is None or len(weights.scale) == 1
        real = float(effective_scales(context, channels, single=single)[channel])
        return by_multiplier(chain, _wrapped(acc), real, "up")
    real = float(effective_scales(context, channels)[channel])
    chain.add(
        "Real multiplier",
        f"input scale × weight scale / output scale = {_real(real)}",
        real,
        "output codes per accumulator unit",
        "Kept in double precision: the reference kernel of this operator has no integer form.",
    )
    exact = float(acc) * real
    rounded = float(round_half_away(exact))
    if rounded > _INT32_MAX or rounded < -_INT32_MAX - 1:
        # What the cast to int32 makes of it on x86; see `requantize_dense`.
        rounded = _INT32_MAX if zero_point_of(context.output) < 0 else -_INT32_MAX - 1
    chain.add(
        "Multiply, round",
        f"round({_int(acc)} × {_real(real)}) = round({_real(exact)}) = {_int(rounded)}",
        int(rounded),
        "output codes above the zero point",
        "One rounding, halves away from zero.",
    )
    return int(rounded)


def _in_float32(chain: Chain, context: Context, acc: int, channel: int) -> int:
    """Scale as XNNPACK does: one product in float32, the nearest integer, halves to even."""
    x, weights, out = (context.input(0), context.input(1), context.output)
    assert x.quantization is not None
    assert weights.quantization is not None
    assert out.quantization is not None
    scales = weights.quantization.scale
    weight_scale = scales[channel] if len(scales) > 1 else scales[0]
    factor = np.float32(x.quantization.scale[0] * weight_scale) / out.quantization.scale[0]
    return in_float32(chain, context, acc, np.float32(factor))


def in_float32(
    chain: Chain,
    context: Context,
    acc: int,
    factor: np.float32,
    ratio: str = "input scale × weight scale / output scale",
) -> int:
    """One product in float32, clamped, rounded to the nearest even integer."""
    chain.add(
        "Multiplier in float32",
        f"{ratio} = {float(factor):.9g}",
        float(factor),
        "output codes per accumulator unit",
        "XNNPACK uses the processor's float unit: no integer multiplier, no shift.",
    )
    low, high = code_range(context)
    zero_point = zero_point_of(context.output)
    product = np.float32(np.float64(acc)) * factor
    clipped = np.clip(product, np.float32(low - zero_point), np.float32(high - zero_point))
    result = int(np.rint(clipped))
    inside = "" if clipped == product else f", clamped to {_real(clipped)},"
    chain.add(
        "Multiply, round",
        f"round({_int(acc)} × {float(factor):.9g}) = round({_real(product)}){inside} = "
        f"{_int(result)}",
        result,
        "output codes above the zero point",
        "One product in float32 and one rounding, halves to the even integer.",
    )
    return result


def finish_code(chain: Chain, context: Context, scaled: int) -> int:
    """Add the zero point and clamp to what the activation lets through; gives the code."""
    zero_point = zero_point_of(context.output)
    shifted = scaled + zero_point
    chain.add(
        "Add the zero point",
        f"{_int(scaled)} + {zero_point} = {_int(shifted)}",
        shifted,
        "output code",
        "The output's code for the real value 0 is its zero point.",
    )
    low, high = code_range(context)
    return clamp_code(chain, context, shifted, low, high)


def clamp_code(chain: Chain, context: Context, code: int, low: int, high: int) -> int:
    """Clamp a code; gives it."""
    clamped = min(max(code, low), high)
    activation = context.operator.activation
    why = (
        f"{low} and {high} are the ends of {context.output.dtype}"
        if activation == "NONE"
        else f"{activation} lets codes from {low} to {high} through"
    )
    changed = "nothing is cut off" if clamped == code else f"{_int(code)} is cut off"
    chain.add(
        "Clamp",
        f"min(max({_int(code)}, {low}), {high}) = {clamped}",
        clamped,
        "output code",
        f"{why}: {changed}.",
    )
    return clamped


def real_of_code(chain: Chain, context: Context, code: int) -> float:
    """The step from a code to its real value; gives it."""
    params = context.output.quantization
    if params is None:
        raise NoStepsError(f"{context.output.name!r} has no scale")
    zero_point, scale = int(params.zero_point[0]), float(params.scale[0])
    value = float(params.dequantize(np.array([code], context.output.dtype))[0])
    chain.add(
        "Real value",
        f"({code} − {zero_point}) × {_real(scale)} = {_real(value)}",
        value,
        "real value",
        "What the code stands for.",
    )
    return value


def _halves(operation: Operation, context: Context, channel: int, channels: int) -> Halves:
    upwards = bool(rounds_upwards(context, channels)[channel])
    is_tail = (
        context.operator.kind == "TRANSPOSE_CONV"
        and context.rules is Rules.OPTIMIZED
        and context.input(0).dtype == np.uint8
        and not operation.is_in_vector(16)
    )
    return "up" if upwards and not is_tail else "away"


def _wrapped(value: int) -> int:
    return int(wrap_int32(np.array(value, np.int64)))
