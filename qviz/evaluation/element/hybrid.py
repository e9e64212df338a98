"""Dynamic range: real inputs that get their codes while the model runs, int8 weights, real results.

The chains are those of `qviz.execution.kernels.hybrid`, for one element.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from qviz.evaluation.element.operation import Array, NoStepsError, Stage, Steps
from qviz.evaluation.element.products import Products, operands_of, say_sum, weight_stages
from qviz.evaluation.element.requantizing import Chain
from qviz.evaluation.element.results import integer_text, real_text
from qviz.execution.delegation import Rules
from qviz.execution.fixed_point import Int64Array
from qviz.execution.kernels.float_finish import clamp, clamp_of
from qviz.execution.kernels.hybrid import (
    asymmetric_codes,
    nearest_even_codes,
    symmetric_codes,
    weight_scales_of,
)
from qviz.execution.kernels.windows import Window

_F32 = np.float32


def hybrid_steps(products: Products) -> Steps:
    """Steps of an operator with real inputs and int8 weights.

    Raises
    ------
    NoStepsError
        For TRANSPOSE_CONV outside of XNNPACK, which adds rounded floats in a certain order.
    """
    context, field = products.context, products.field
    if products.operation.kind == "TRANSPOSE_CONV" and context.rules is not Rules.XNNPACK:
        raise NoStepsError("it adds up products that are scaled and rounded in float one by one")
    stored, scale = _codes(products)
    codes = field.pick(stored, 0).astype(np.int64)
    weight_scales = weight_scales_of(context)
    weight_scale = weight_scales[products.channel if len(weight_scales) > 1 else 0]
    unit = float(scale) * float(weight_scale)
    terms = products.terms(codes, 0, unit)
    chain = Chain()
    chain.add(
        "Scale of the inputs",
        f"range of this input / 255 = {real_text(scale)}",
        float(scale),
        "real value of one code",
        "Codes and scale are found while the model runs, from the values that are there; the codes "
        "below are less their zero point.",
    )
    say_sum(chain, products, terms, unit)
    value = _scaled(chain, products, terms.total, scale, weight_scale)
    source, *others = operands_of(products)
    met = (
        codes * float(scale),
        products.centred_weights() * float(weight_scale),
        products.met_bias(),
    )
    given = products.given()
    stages: tuple[Stage, ...] = ()
    if given is not None:
        met_floats = field.pick(products.x).astype(np.float64)
        stages = (
            Stage(
                "layers before",
                "What the inputs differ by already, because of the layers before.",
                (met_floats, given[1], given[2]),
            ),
            Stage(
                "rounding the inputs",
                "The inputs rounded to the codes that were found while the model ran.",
                (met[0], given[1], given[2]),
            ),
            weight_stages((met[0], given[1], given[2]), met)[0],
        )
    return Steps(
        operands=(replace(source, scale=float(scale), zero_point=0), *others),
        steps=tuple(chain.steps),
        result=float(value),
        real=products.real,
        met=met,
        given=given,
        stages=stages,
        terms=terms,
    )


def _codes(products: Products) -> tuple[Int64Array, np.float32]:
    """Codes of the whole input, in its shape and less their zero point, and the field's scale."""
    context, x = products.context, products.x
    row, rows = 0, x.reshape(1, -1)
    quantize = asymmetric_codes
    if products.operation.kind == "FULLY_CONNECTED":
        outputs, values = products.weights.shape
        rows, row = x.reshape(-1, values), products.operation.flat // outputs
        if not context.option("asymmetric_quantize_inputs", False):
            quantize = symmetric_codes
    elif products.operation.kind == "CONV_2D":
        params = context.input(1).quantization
        if params is not None and len(params.scale) == 1:
            quantize = symmetric_codes
    if context.rules is Rules.XNNPACK:
        quantize = nearest_even_codes
        if _is_by_pixel(products):
            rows = x.reshape(-1, x.shape[-1])
            row = products.operation.flat // products.operation.output.shape[-1]
    with np.errstate(all="ignore"):
        codes, scales = quantize(np.asarray(rows, np.float32))
    return codes.reshape(x.shape).astype(np.int64), _F32(scales[row, 0])


def _is_by_pixel(products: Products) -> bool:
    """Whether each pixel has a scale of its own: XNNPACK takes such a CONV_2D as a product."""
    weights: Array = products.weights
    if products.operation.kind != "CONV_2D":
        return False
    window = Window.of(products.context, *weights.shape[1:3])
    return window.is_pixelwise and weights.shape[3] == products.x.shape[-1] and weights.size > 1


def _scaled(
    chain: Chain, products: Products, total: int, scale: np.float32, weight_scale: np.float32
) -> np.float32:
    """The real result: scales in the order of the kernel, bias, activation."""
    context, acc = products.context, _F32(np.float64(total))
    bias = None if products.bias is None else _F32(products.bias.reshape(-1)[products.channel])
    with np.errstate(all="ignore"):
        if context.rules is Rules.XNNPACK:
            wide = np.float64(_F32(acc * scale)) * np.float64(weight_scale)
            result = _F32(wide if bias is None else wide + np.float64(bias))
            scaled = _F32(wide)
            order = "XNNPACK multiplies by the weight's scale and adds the bias in one rounding."
        else:
            scaled, order = _in_order(products, acc, scale, weight_scale)
            result = scaled if bias is None else _F32(scaled + bias)
    chain.add(
        "Back to real numbers",
        f"{integer_text(total)} × {real_text(scale)} × {real_text(weight_scale)} = "
        f"{real_text(scaled)}",
        float(scaled),
        "real value",
        order,
    )
    if bias is not None:
        chain.add(
            "Add the bias",
            f"{real_text(scaled)} + {real_text(bias)} = {real_text(result)}",
            float(result),
            "real value",
            "The bias is a float32 number here.",
        )
    final = np.array([result], np.float32)
    clamp(final, clamp_of(context))
    if context.operator.activation != "NONE":
        chain.add(
            "Activation",
            f"{context.operator.activation}({real_text(result)}) = {real_text(final[0])}",
            float(final[0]),
            "real value",
            "The fused activation cuts the real value.",
        )
    return _F32(final[0])


def _in_order(
    products: Products, acc: np.float32, scale: np.float32, weight_scale: np.float32
) -> tuple[np.float32, str]:
    """The sum scaled as the builtin kernel does it; the order matters for the last bit."""
    kind, rules = products.operation.kind, products.context.rules
    params = products.context.input(1).quantization
    per_tensor = params is not None and len(params.scale) == 1
    if kind == "DEPTHWISE_CONV_2D":
        combined = rules is Rules.REFERENCE
    else:
        combined = kind == "FULLY_CONNECTED" or per_tensor or rules is Rules.OPTIMIZED
    if combined:
        return _F32(acc * _F32(weight_scale * scale)), "Both scales are multiplied first."
    channels = products.operation.output.shape[-1]
    is_rest = kind == "DEPTHWISE_CONV_2D" and products.channel >= channels - channels % 4
    if is_rest:
        return _F32(_F32(acc * scale) * weight_scale), "The input's scale comes first."
    return _F32(_F32(acc * weight_scale) * scale), "The weight's scale comes first."
