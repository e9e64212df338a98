"""MEAN of codes, step by step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qviz.evaluation.element.contributions import input_stages, own_codes
from qviz.evaluation.element.operation import (
    NoStepsError,
    Operation,
    Stage,
    Steps,
    params_of,
    real_values,
)
from qviz.evaluation.element.requantizing import (
    Chain,
    clamp_code,
    real_of_code,
    scale_in_fixed_point,
)
from qviz.evaluation.element.results import Floats, Terms, integer_text, real_text
from qviz.execution.delegation import Rules
from qviz.execution.fixed_point import Int64Array, code_limits, quantize_multiplier
from qviz.execution.kernels.operands import scale_of, zero_point_of
from qviz.execution.kernels.quantized_reduction import axes_of

MEANS = ("MEAN",)
"""Kinds that take the mean along dimensions."""

_F32 = np.float32


@dataclass(frozen=True, slots=True, eq=False)
class _Averaged:
    """Places of the elements, into the flattened input, and the shape that they have."""

    places: Int64Array
    shape: tuple[int, int, int]
    of_pixels: bool


def mean_steps(operation: Operation) -> Steps:
    """Steps of a mean of codes.

    Raises
    ------
    NoStepsError
        If it computes in float.
    """
    context, source = operation.context, operation.tensor(0)
    if source.is_float or context.output.is_float:
        raise NoStepsError("it computes in float32, without codes")
    averaged = _averaged(operation)
    x = operation.array(0)
    scale = float(params_of(source).scale[0])
    codes = x.reshape(-1)[averaged.places].astype(np.int64)
    total = int(codes.sum())
    chain = Chain()
    chain.add(
        "Sum the codes",
        f"Σ over {len(codes)} codes = {integer_text(total)}",
        total,
        "input codes",
        f"The zero point is in it {len(codes)} times, and is taken out below.",
    )
    if context.rules is Rules.XNNPACK:
        code = _in_float32(chain, operation, total, len(codes))
    elif context.rules is Rules.OPTIMIZED and averaged.of_pixels and source.dtype.itemsize == 1:
        code = _of_pixels(chain, operation, total, len(codes))
    else:
        code = _by_multiplier(chain, operation, total, len(codes))
    code = clamp_code(chain, context, code, *code_limits(context.output.dtype))
    real_of_code(chain, context, code)
    met = (real_values(source, codes),)
    floats = operation.float_array(0)
    given: tuple[Floats, ...] | None = None
    stages: tuple[Stage, ...] = ()
    if floats is not None and floats.size == x.size:
        given = (floats.reshape(-1)[averaged.places].astype(np.float64),)
        stages = input_stages(given, {0: own_codes(source, given[0])}, {0: met[0]})
    n, rows_columns = operation.most_terms, np.indices(averaged.shape).reshape(3, -1).T
    return Steps(
        operands=(operation.operand(0, "input"),),
        steps=tuple(chain.steps),
        result=code,
        real=lambda operands: float(np.mean(operands[0])),
        met=met,
        given=given,
        stages=stages,
        terms=Terms(
            count=len(codes),
            kernel_shape=averaged.shape,
            taps=rows_columns[:n].astype(np.int64),
            places=np.stack(np.unravel_index(averaged.places, x.shape), axis=1)[:n],
            is_padding=np.zeros(len(codes), np.bool_)[:n],
            codes=codes[:n],
            weights=None,
            products=codes[:n],
            running=np.cumsum(codes)[:n],
            total=total,
            unit=scale,
            float_inputs=None if given is None else given[0][:n],
        ),
    )


def _averaged(operation: Operation) -> _Averaged:
    x = operation.array(0)
    axes = axes_of(operation.array(1), x)
    keeps = bool(operation.context.option("keep_dims", False))
    kept = [d for d in range(x.ndim) if d not in axes]
    chosen: list[int | slice] = [slice(None)] * x.ndim
    for position, d in enumerate(kept):
        chosen[d] = operation.at[d if keeps else position]
    places = np.arange(x.size).reshape(x.shape)[tuple(chosen)]
    is_image = x.ndim == 4 and axes == (1, 2)
    shape = (places.shape[0], places.shape[1], 1) if is_image else (1, 1, places.size)
    return _Averaged(places.reshape(-1).astype(np.int64), shape, is_image and keeps)


def _by_multiplier(chain: Chain, operation: Operation, total: int, n: int) -> int:
    """The reference kernel's: the multiplier is divided by the count."""
    source, target = operation.tensor(0), operation.context.output
    z_in = zero_point_of(source)
    centred = total - n * z_in
    chain.add(
        "Take the zero points out",
        f"{integer_text(total)} − {n} × {_in_brackets(z_in)} = {integer_text(centred)}",
        centred,
        "input steps",
        "What is left counts steps above the real value 0.",
    )
    real = float(scale_of(source)) / float(scale_of(target))
    multiplier, shift = quantize_multiplier(real)
    extra = min(n.bit_length() - 1, 32, 31 + shift)
    factor, exponent = (multiplier << extra) // n, shift - extra
    chain.add(
        "Multiplier divided by the count",
        f"input scale / output scale / {n} = {real_text(real / n)} ≈ {integer_text(factor)} × "
        f"2^-31 × 2^{exponent}",
        factor,
        f"Q0.31, shift {exponent}",
        "So that the division is part of the scaling.",
    )
    scaled = scale_in_fixed_point(chain, centred, factor, exponent, "away")
    return _with_zero_point(chain, scaled, zero_point_of(target))


def _of_pixels(chain: Chain, operation: Operation, total: int, n: int) -> int:
    """The optimized kernel's for images: the zero points are one number that is added."""
    source, target = operation.tensor(0), operation.context.output
    s_in, s_out = scale_of(source), scale_of(target)
    zero = _F32(_F32(_F32(zero_point_of(source)) * s_in) / s_out)
    bias = zero_point_of(target) - int(_F32(zero + (_F32(0.5) if zero > 0 else _F32(-0.5))))
    real = float(s_in / _F32(_F32(n) * s_out))
    multiplier, shift = quantize_multiplier(real)
    chain.add(
        "Multiplier as an integer",
        f"input scale / ({n} × output scale) = {real_text(real)} ≈ {integer_text(multiplier)} × "
        f"2^-31 × 2^{shift}",
        multiplier,
        f"Q0.31, shift {shift}",
        "The division by the count is part of the scaling.",
    )
    channels = operation.output.shape[-1]
    in_vector = operation.at[-1] < channels - channels % 16
    scaled = scale_in_fixed_point(chain, total, multiplier, shift, "up" if in_vector else "away")
    code = scaled + bias
    chain.add(
        "Add both zero points",
        f"{integer_text(scaled)} + {integer_text(bias)} = {integer_text(code)}",
        code,
        "output code",
        "The output's zero point less that of the input in output codes, rounded beforehand.",
    )
    return code


def _in_float32(chain: Chain, operation: Operation, total: int, n: int) -> int:
    source, target = operation.tensor(0), operation.context.output
    ratio = _F32(scale_of(source) / scale_of(target))
    factor = _F32(ratio * (_F32(1) / _F32(n)))
    offset = _F32(_F32(_F32(-zero_point_of(source) * n) * factor) + _F32(zero_point_of(target)))
    exact = _F32(_F32(total) * factor + offset)
    code = int(np.rint(exact))
    chain.add(
        "Multiply and add in float32, round",
        f"round({integer_text(total)} × {real_text(factor)} + {real_text(offset)}) = "
        f"round({real_text(exact)}) = {code}",
        code,
        "output code",
        f"The factor is input scale / output scale / {n}; the number added holds both zero "
        "points. Halves go to the even integer.",
    )
    return code


def _with_zero_point(chain: Chain, scaled: int, zero_point: int) -> int:
    chain.add(
        "Add the zero point",
        f"{integer_text(scaled)} + {zero_point} = {integer_text(scaled + zero_point)}",
        scaled + zero_point,
        "output code",
        "The output's code for the real value 0 is its zero point.",
    )
    return scaled + zero_point


def _in_brackets(number: int) -> str:
    return f"({number})" if number < 0 else str(number)
