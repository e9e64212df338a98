"""AVERAGE_POOL_2D and MAX_POOL_2D of codes, step by step."""

from __future__ import annotations

from collections.abc import Sequence

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
from qviz.evaluation.element.receptive_field import window_field
from qviz.evaluation.element.requantizing import Chain, clamp_code, real_of_code
from qviz.evaluation.element.results import Floats, Terms, integer_text, real_text
from qviz.execution.fixed_point import float_activation_range
from qviz.execution.kernels.requantization import code_range

POOLS = ("AVERAGE_POOL_2D", "MAX_POOL_2D")
"""Kinds that pool."""


def pooling_steps(operation: Operation) -> Steps:
    """Steps of a pool of codes.

    Raises
    ------
    NoStepsError
        If it computes in float.
    """
    context, source = operation.context, operation.tensor(0)
    if source.is_float:
        raise NoStepsError("it computes in float32, without codes")
    field = window_field(operation)
    is_maximum = operation.kind == "MAX_POOL_2D"
    x = operation.array(0)
    zero_point, scale = int(params_of(source).zero_point[0]), float(params_of(source).scale[0])
    codes = field.pick(x, zero_point).astype(np.int64)
    inside = codes[~field.is_padding]
    chain = Chain()
    if is_maximum:
        total = code = int(inside.max())
        chain.add(
            "Largest code",
            f"max over {len(inside)} codes = {code}",
            code,
            "input code",
            "Larger codes stand for larger numbers, so codes can be compared as they are.",
        )
    else:
        total = int(inside.sum())
        chain.add(
            "Sum the codes",
            f"Σ over {len(inside)} codes = {integer_text(total)}",
            total,
            "input codes",
            "The zero point may stay in: input and output have the same scale and zero point.",
        )
        code = int(np.sign(total)) * ((abs(total) + len(inside) // 2) // len(inside))
        chain.add(
            "Divide by the count, round",
            f"round({integer_text(total)} / {len(inside)}) = "
            f"round({real_text(total / len(inside))}) = {code}",
            code,
            "output code",
            "Only pixels inside of the image count; halves go away from zero.",
        )
    if context.operator.activation != "NONE":
        code = clamp_code(chain, context, code, *code_range(context))
    real_of_code(chain, context, code)
    low, high = float_activation_range(context.operator.activation)
    reduce = np.max if is_maximum else np.mean

    def real(operands: Sequence[Floats]) -> float:
        return float(np.clip(reduce(operands[0]), low, high))

    met = (real_values(source, inside),)
    floats = operation.float_array(0)
    given: tuple[Floats, ...] | None = None
    if floats is not None and floats.size == x.size:
        given = (field.pick(floats)[~field.is_padding].astype(np.float64),)
    stages: tuple[Stage, ...] = ()
    if given is not None:
        stages = input_stages(given, {0: own_codes(source, given[0])}, {0: met[0]})
    counted = np.where(field.is_padding, np.int64(-(1 << 31)) if is_maximum else 0, codes)
    running = np.maximum.accumulate(counted) if is_maximum else np.cumsum(counted)
    places = np.full((len(codes), x.ndim), -1, np.int64)
    places[~field.is_padding] = np.stack(
        np.unravel_index(field.inputs[~field.is_padding], x.shape), axis=1
    )
    n = operation.most_terms
    return Steps(
        operands=(operation.operand(0, "input"),),
        steps=tuple(chain.steps),
        result=code,
        real=real,
        met=met,
        given=given,
        stages=stages,
        terms=Terms(
            count=len(codes),
            kernel_shape=field.shape,
            taps=field.taps()[:n],
            places=places[:n],
            is_padding=field.is_padding[:n],
            codes=codes[:n],
            weights=None,
            products=np.where(field.is_padding, 0, codes)[:n],
            running=running[:n],
            total=total,
            unit=scale,
            float_inputs=None if given is None else _spread(field.is_padding, given[0])[:n],
            is_maximum=is_maximum,
        ),
    )


def _spread(is_padding: object, values: Floats) -> Floats:
    """Values of the terms inside, with 0 for those outside."""
    outside = np.asarray(is_padding)
    result = np.zeros(len(outside))
    result[~outside] = values
    return result
