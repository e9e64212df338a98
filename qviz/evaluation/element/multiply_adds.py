"""CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED and TRANSPOSE_CONV of codes, product by product."""

from __future__ import annotations

import numpy as np

from qviz.evaluation.element.contributions import input_stages, own_codes
from qviz.evaluation.element.hybrid import hybrid_steps
from qviz.evaluation.element.operation import (
    NoStepsError,
    Operation,
    Stage,
    Steps,
    params_of,
    real_values,
)
from qviz.evaluation.element.products import (
    Products,
    operands_of,
    products_of,
    say_sum,
    weight_stages,
)
from qviz.evaluation.element.requantizing import Chain, real_of_code, requantize_sum
from qviz.evaluation.element.results import Floats, integer_text, real_text
from qviz.execution.kernels.operand_types import Arithmetic, arithmetic_of
from qviz.execution.kernels.requantization import zero_point_of


def multiply_add_steps(operation: Operation) -> Steps:
    """Steps of an operator with weights.

    Raises
    ------
    NoStepsError
        If it computes in float, or with types that have no kernel.
    """
    products = products_of(operation)
    arithmetic = arithmetic_of(products.context)
    if arithmetic is Arithmetic.FLOAT:
        raise NoStepsError("it computes in float32, without codes")
    if arithmetic is Arithmetic.HYBRID:
        return hybrid_steps(products)
    return _integer_steps(products)


def _integer_steps(products: Products) -> Steps:
    context, field, x = products.context, products.field, products.context.input(0)
    offset, input_scale = zero_point_of(x), float(params_of(x).scale[0])
    unit = input_scale * products.weight_scale()
    codes = field.pick(products.x, offset).astype(np.int64)
    terms = products.terms(codes, offset, unit)
    chain = Chain()
    say_sum(chain, products, terms, unit)
    acc = terms.total
    if products.bias is not None:
        bias = int(products.bias.reshape(-1)[products.channel])
        acc += bias
        chain.add(
            "Add the bias",
            f"{integer_text(terms.total)} + {integer_text(bias)} = {integer_text(acc)}",
            acc,
            "accumulator",
            f"The bias is stored in the same units; the sum stands for {real_text(acc * unit)}.",
        )
    is_wide = x.dtype == np.int16 and (products.bias is None or products.bias.dtype == np.int64)
    code = requantize_sum(
        chain, products.operation, context, acc, products.channel, is_wide=is_wide
    )
    real_of_code(chain, context, code)
    weights = products.centred_weights() * products.weight_scale()
    met = (real_values(x, codes), weights, products.met_bias())
    return Steps(
        operands=operands_of(products),
        steps=tuple(chain.steps),
        result=code,
        real=products.real,
        met=met,
        given=products.given(),
        stages=_stages(products, met),
        terms=terms,
    )


def _stages(products: Products, met: tuple[Floats, Floats, Floats]) -> tuple[Stage, ...]:
    given = products.given()
    if given is None:
        return ()
    x = products.context.input(0)
    own = np.where(products.field.is_padding, 0.0, own_codes(x, given[0]))
    stages = input_stages(given, {0: own}, {0: met[0]})
    weights, bias = weight_stages((met[0], given[1], given[2]), met)
    return (*stages, weights) if products.bias is None else (*stages, weights, bias)
