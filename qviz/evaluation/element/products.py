"""The products of an operator with weights: their operands, their list, what is said of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from qviz.evaluation.element.operation import (
    Array,
    Operation,
    Stage,
    describe,
    params_of,
)
from qviz.evaluation.element.receptive_field import (
    ReceptiveField,
    convolution_field,
    dense_field,
    depthwise_field,
    transposed_field,
)
from qviz.evaluation.element.requantizing import Chain
from qviz.evaluation.element.results import Floats, Operand, Terms, integer_text, real_text
from qviz.execution.fixed_point import Int64Array, float_activation_range
from qviz.execution.kernels.registry import Context
from qviz.execution.kernels.requantization import zero_point_of

_FIELDS: dict[str, Callable[[Operation], ReceptiveField]] = {
    "CONV_2D": convolution_field,
    "DEPTHWISE_CONV_2D": depthwise_field,
    "FULLY_CONNECTED": dense_field,
    "TRANSPOSE_CONV": transposed_field,
}
MULTIPLY_ADDS = tuple(_FIELDS)
"""Kinds that multiply and add."""


@dataclass(frozen=True, slots=True, eq=False)
class Products:
    """The terms of an operator with weights, with its operands in the order x, weights, bias.

    Attributes
    ----------
    operation : Operation
    context : Context
        With the inputs x, weights, bias.
    field : ReceptiveField
    x, weights : ndarray
        As stored.
    bias : ndarray or None
    floats : tuple of (ndarray or None)
        x, weights, bias in the float network.
    """

    operation: Operation
    context: Context
    field: ReceptiveField
    x: Array
    weights: Array
    bias: Array | None
    floats: tuple[Array | None, Array | None, Array | None]

    @property
    def channel(self) -> int:
        """Of the output."""
        return self.field.channel

    def centred_weights(self) -> Int64Array:
        """Weights of the field, less their zero point."""
        weights = self.context.input(1)
        taken = self.weights.reshape(-1)[self.field.weights].astype(np.int64)
        # Of int8 depthwise weights the kernels ignore the zero point, which should be 0.
        ignored = self.operation.kind == "DEPTHWISE_CONV_2D" and weights.dtype != np.uint8
        return taken if ignored else taken - zero_point_of(weights)

    def weight_scale(self) -> float:
        """Scale of the weights of the channel."""
        scales = params_of(self.context.input(1)).scale
        return float(scales[self.channel] if len(scales) > 1 else scales[0])

    def given(self) -> tuple[Floats, Floats, Floats] | None:
        """Float inputs, weights and bias of the terms; None without a float network."""
        x, weights, bias = self.floats
        if x is None or weights is None or x.size != self.x.size:
            return None
        if weights.shape != self.weights.shape:
            return None
        # A bias that the quantizer made has none to be held against.
        own = self.met_bias()
        if bias is not None:
            own = bias.reshape(-1)[[self.channel]].astype(np.float64)
        return (
            self.field.pick(x).astype(np.float64),
            weights.reshape(-1)[self.field.weights].astype(np.float64),
            own,
        )

    def met_bias(self) -> Floats:
        """Real value of the bias that the quantized operator adds."""
        if self.bias is None:
            return np.zeros(1)
        value = float(self.bias.reshape(-1)[self.channel])
        if self.bias.dtype.kind == "f":
            return np.array([value])
        scale = float(params_of(self.context.input(0)).scale[0]) * self.weight_scale()
        return np.array([value * scale])

    def terms(self, codes: Int64Array, offset: int, unit: float) -> Terms:
        """The list of products of `codes`, whose zero point is `offset`."""
        weights = self.centred_weights()
        products = (codes - offset) * weights
        n = min(self.operation.most_terms, len(products))
        given = self.given()
        real = None if given is None else given[0] * given[1]
        running = np.cumsum(products)
        places = np.full((len(codes), self.x.ndim), -1, np.int64)
        inside = ~self.field.is_padding
        places[inside] = np.stack(np.unravel_index(self.field.inputs[inside], self.x.shape), axis=1)
        stored = self.weights.reshape(-1)[self.field.weights].astype(np.int64)
        return Terms(
            count=len(products),
            kernel_shape=self.field.shape,
            taps=self.field.taps()[:n],
            places=places[:n],
            is_padding=self.field.is_padding[:n],
            codes=codes[:n],
            weights=stored[:n],
            products=products[:n],
            running=running[:n],
            total=int(running[-1]) if len(running) else 0,
            unit=unit,
            float_inputs=None if given is None else given[0][:n],
            float_weights=None if given is None else given[1][:n],
            float_running=None if real is None else np.cumsum(real)[:n],
            float_total=None if real is None else float(real.sum()),
        )

    def real(self, operands: Sequence[Floats]) -> float:
        """The operator in real numbers: products, bias, activation."""
        x, weights, bias = operands
        low, high = float_activation_range(self.context.operator.activation)
        return float(np.clip((x * weights).sum() + bias[0], low, high))


def products_of(operation: Operation) -> Products:
    """Operands of an operator with weights in the order x, weights, bias."""
    context, order = operation.context, (0, 1, 2)
    if operation.kind == "TRANSPOSE_CONV":
        order = (2, 1, 3)
        context = replace(
            context,
            inputs=(context.input(2), context.input(1), context.optional_input(3)),
        )
    field = _FIELDS[operation.kind](operation)
    x, weights, bias = order
    return Products(
        operation,
        context,
        field,
        operation.array(x),
        operation.array(weights),
        operation.optional_array(bias),
        (
            operation.float_array(x),
            operation.float_array(weights),
            operation.float_array(bias),
        ),
    )


def operands_of(products: Products) -> tuple[Operand, ...]:
    """Input, weights and bias."""
    context = products.context
    found = [
        describe(context.input(0), "input"),
        describe(context.input(1), "weights", products.channel),
    ]
    if context.optional_input(2) is not None:
        found.append(describe(context.input(2), "bias", products.channel))
    return tuple(found)


def say_sum(chain: Chain, products: Products, terms: Terms, unit: float) -> None:
    """The step of the products."""
    rows, columns, channels = terms.kernel_shape
    what = f"{rows} × {columns} × {channels}" if rows * columns > 1 else f"{channels}"
    outside = int(products.field.is_padding.sum())
    border = f" {outside} of them lie outside and count 0." if outside else ""
    chain.add(
        "Sum the products",
        f"Σ (input − zero point) × (weight − zero point) over {what} terms = "
        f"{integer_text(terms.total)}",
        terms.total,
        "accumulator",
        f"Products of integers are exact, in any order; one unit stands for {real_text(unit)}."
        + border,
    )


def weight_stages(
    given: tuple[Floats, Floats, Floats], met: tuple[Floats, Floats, Floats]
) -> tuple[Stage, ...]:
    """Stages that replace the weights, then the bias."""
    weights = Stage(
        "rounding the weights",
        "The weights' codes in place of the float weights.",
        (given[0], met[1], given[2]),
    )
    bias = Stage("rounding the bias", "The bias as an integer of the accumulator's units.", met)
    return weights, bias
