"""Activations, by name or as layers, in the operators that the TensorFlow converter chooses."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from qviz.formats.keras.lowering.builder import Value
from qviz.formats.keras.lowering.registry import LAYERS, layer
from qviz.formats.keras.lowering.scope import Scope
from qviz.formats.keras.model import KerasLayer
from qviz.formats.keras.values import class_name, is_code

Activation = Callable[[Scope, Value], Value]

# Constants of Klambauer et al. 2017, as Keras writes them.
_SELU_ALPHA = 1.6732632423543772848170429916717
_SELU_SCALE = 1.0507009873554804934193349852946


def activate(scope: Scope, x: Value, activation: Any) -> Value:
    """Apply what a layer's ``activation`` key asks for.

    Parameters
    ----------
    activation : str, Mapping or None
        A name, a serialized function, a serialized layer, or None for nothing.

    Raises
    ------
    UnsupportedLayerError
        If qviz does not know it; an unknown activation is never taken for the identity.
    """
    if activation is None:
        return x
    if isinstance(activation, Mapping):
        return _serialized(scope, x, activation)
    if not isinstance(activation, str):
        raise scope.unsupported(f"has the activation {activation!r}, which qviz does not know")
    function = _FUNCTIONS.get(activation.rsplit(">", 1)[-1])
    if function is None:
        raise scope.unsupported(f"has the activation {activation!r}, which qviz does not know")
    return function(scope, x)


def _serialized(scope: Scope, x: Value, activation: Mapping[str, Any]) -> Value:
    if is_code(activation):
        raise scope.unsupported("has an activation that is Python code")
    name, config = class_name(activation), activation.get("config")
    if name == "function" or name not in LAYERS:
        inner = config.get("name") if isinstance(config, Mapping) else config
        return activate(scope, x, inner if name == "function" else name)
    if name == "PReLU":
        raise scope.unsupported("has a PReLU as activation, whose weights Keras does not save")
    if not isinstance(config, Mapping):
        raise scope.malformed(f"its activation is {activation!r}")
    wrapped = KerasLayer(name, scope.layer.path, name, "layer", config)
    return LAYERS[name](scope.within(wrapped), [x])


def _unary(kind: str, **options: Any) -> Activation:
    return lambda scope, x: scope.unary(kind, x, **options)


def _silu(scope: Scope, x: Value) -> Value:
    return scope.binary("MUL", x, scope.unary("LOGISTIC", x))


def hard_sigmoid(scope: Scope, x: Value) -> Value:
    """clip(0.2 x + 0.5, 0, 1) until Keras 2, relu6(x + 3) / 6 since Keras 3."""
    if scope.major_version < 3:
        y = scope.binary("ADD", scope.binary("MUL", x, 0.2), 0.5)
        return scope.unary("RELU", scope.binary("MINIMUM", y, 1.0))
    return scope.binary("MUL", scope.unary("RELU6", scope.binary("ADD", x, 3.0)), 1 / 6)


def softplus(scope: Scope, x: Value) -> Value:
    """log(exp(x) + 1), as the converter writes it."""
    return scope.unary("LOG", scope.binary("ADD", scope.unary("EXP", x), 1.0))


def _softsign(scope: Scope, x: Value) -> Value:
    return scope.binary("DIV", x, scope.binary("ADD", scope.unary("ABS", x), 1.0))


def _mish(scope: Scope, x: Value) -> Value:
    return scope.binary("MUL", x, scope.unary("TANH", softplus(scope, x)))


def select(scope: Scope, condition: Value, a: Value, b: Value) -> Value:
    """`a` where the condition holds, else `b`."""
    shape = np.broadcast_shapes(condition.shape, a.shape, b.shape)
    return scope.op("SELECT_V2", (condition, a, b), shape, dtype=a.dtype)


def elu(scope: Scope, x: Value, alpha: float = 1.0) -> Value:
    """X where positive, else alpha (exp(x) - 1)."""
    y = scope.unary("ELU", x)
    if alpha == 1.0:
        return y
    positive = scope.binary("GREATER", x, 0.0)
    return select(scope, positive, y, scope.binary("MUL", y, alpha))


def _selu(scope: Scope, x: Value) -> Value:
    positive = scope.binary("GREATER", x, 0.0)
    scaled = scope.binary("MUL", x, _SELU_SCALE)
    negative = scope.binary("MUL", scope.unary("ELU", x), _SELU_SCALE * _SELU_ALPHA)
    return select(scope, positive, scaled, negative)


def _celu(scope: Scope, x: Value) -> Value:
    # With alpha = 1, the only one a name can stand for, CELU is ELU.
    return scope.unary("ELU", x)


def _log_sigmoid(scope: Scope, x: Value) -> Value:
    return scope.unary("NEG", softplus(scope, scope.unary("NEG", x)))


def _tanh_shrink(scope: Scope, x: Value) -> Value:
    return scope.binary("SUB", x, scope.unary("TANH", x))


def _soft_shrink(scope: Scope, x: Value) -> Value:
    # What reaches over 0.5 on either side, without comparisons.
    upper = scope.unary("RELU", scope.binary("SUB", x, 0.5))
    lower = scope.unary("RELU", scope.binary("SUB", -0.5, x))
    return scope.binary("SUB", upper, lower)


def _hard_shrink(scope: Scope, x: Value) -> Value:
    outside = scope.binary("GREATER", scope.unary("ABS", x), 0.5)
    return select(scope, outside, x, scope.constant("zero", 0.0))


def _squareplus(scope: Scope, x: Value) -> Value:
    root = scope.unary("SQRT", scope.binary("ADD", scope.unary("SQUARE", x), 4.0))
    return scope.binary("MUL", scope.binary("ADD", x, root), 0.5)


def _sparse_plus(scope: Scope, x: Value) -> Value:
    above = scope.binary("ADD", x, 1.0)
    curve = scope.binary("MUL", scope.unary("SQUARE", above), 0.25)
    inside = select(scope, scope.binary("LESS", x, 1.0), curve, x)
    outside = scope.binary("LESS_EQUAL", x, -1.0)
    return select(scope, outside, scope.constant("zero", 0.0), inside)


def _glu(scope: Scope, x: Value) -> Value:
    half = x.shape[-1] // 2
    whole = [slice(None)] * (x.rank - 1)
    value = scope.slice(x, [*whole, slice(0, half)], "value")
    gate = scope.slice(x, [*whole, slice(half, 2 * half)], "gate")
    return scope.binary("MUL", value, scope.unary("LOGISTIC", gate))


def softmax(scope: Scope, x: Value, axes: Sequence[int]) -> Value:
    """Softmax over one or more dimensions, transposed so that they come last."""
    chosen = sorted({axis % x.rank for axis in axes})
    if 0 in chosen:
        raise scope.unsupported("takes the softmax across the samples of a batch")
    if chosen == [x.rank - 1]:
        return scope.unary("SOFTMAX", x, beta=1.0)
    order = [i for i in range(x.rank) if i not in chosen] + chosen
    moved = scope.transpose(x, order)
    split = len(order) - len(chosen)
    flat = scope.reshape(moved, (*moved.shape[:split], math.prod(moved.shape[split:])))
    y = scope.reshape(scope.unary("SOFTMAX", flat, beta=1.0), moved.shape)
    return scope.transpose(y, [order.index(i) for i in range(x.rank)])


def relu(
    scope: Scope,
    x: Value,
    max_value: float | None = None,
    negative_slope: float = 0.0,
    threshold: float = 0.0,
) -> Value:
    """ReLU with Keras' three parameters.

    x from `max_value` on gives `max_value`, from `threshold` on x, below it
    ``negative_slope * (x - threshold)``.
    """
    if threshold == 0.0 and negative_slope == 0.0:
        if max_value == 6.0:
            return scope.unary("RELU6", x)
        y = scope.unary("RELU", x)
        return y if max_value is None else scope.binary("MINIMUM", y, max_value)
    if threshold == 0.0:
        y = scope.unary("LEAKY_RELU", x, alpha=negative_slope)
        return y if max_value is None else scope.binary("MINIMUM", y, max_value)
    below = scope.binary("MUL", scope.binary("SUB", x, threshold), negative_slope)
    y = select(scope, scope.binary("GREATER_EQUAL", x, threshold), x, below)
    return y if max_value is None else scope.binary("MINIMUM", y, max_value)


_FUNCTIONS: dict[str, Activation] = {
    "linear": lambda _, x: x,
    "relu": _unary("RELU"),
    "relu6": _unary("RELU6"),
    "sigmoid": _unary("LOGISTIC"),
    "tanh": _unary("TANH"),
    "softmax": lambda scope, x: softmax(scope, x, (-1,)),
    "log_softmax": _unary("LOG_SOFTMAX"),
    "silu": _silu,
    "swish": _silu,
    "gelu": _unary("GELU", approximate=False),
    "elu": elu,
    "selu": _selu,
    "celu": _celu,
    "softplus": softplus,
    "softsign": _softsign,
    "exponential": _unary("EXP"),
    "hard_silu": _unary("HARD_SWISH"),
    "hard_swish": _unary("HARD_SWISH"),
    "hard_sigmoid": hard_sigmoid,
    "hard_tanh": _unary("RELU_N1_TO_1"),
    "leaky_relu": _unary("LEAKY_RELU", alpha=0.2),
    "mish": _mish,
    "log_sigmoid": _log_sigmoid,
    "tanh_shrink": _tanh_shrink,
    "soft_shrink": _soft_shrink,
    "hard_shrink": _hard_shrink,
    "squareplus": _squareplus,
    "sparse_plus": _sparse_plus,
    "glu": _glu,
}


@layer("Activation")
def _activation(scope: Scope, inputs: Sequence[Value]) -> Value:
    return activate(scope, inputs[0], scope.get("activation"))


@layer("ReLU")
def _relu_layer(scope: Scope, inputs: Sequence[Value]) -> Value:
    max_value = None if scope.get("max_value") is None else scope.number("max_value", 0.0)
    slope = scope.number("negative_slope", 0.0)
    return relu(scope, inputs[0], max_value, slope, scope.number("threshold", 0.0))


@layer("LeakyReLU")
def _leaky_relu(scope: Scope, inputs: Sequence[Value]) -> Value:
    alpha = scope.number("negative_slope", scope.number("alpha", 0.3))
    return scope.unary("LEAKY_RELU", inputs[0], alpha=alpha)


@layer("ThresholdedReLU")
def _thresholded_relu(scope: Scope, inputs: Sequence[Value]) -> Value:
    above = scope.binary("GREATER", inputs[0], scope.number("theta", 1.0))
    return select(scope, above, inputs[0], scope.constant("zero", 0.0))


@layer("ELU")
def _elu_layer(scope: Scope, inputs: Sequence[Value]) -> Value:
    return elu(scope, inputs[0], scope.number("alpha", 1.0))


@layer("PReLU")
def _prelu(scope: Scope, inputs: Sequence[Value]) -> Value:
    return scope.op("PRELU", (inputs[0], scope.required_weight("alpha")), inputs[0].shape)


@layer("Softmax")
def _softmax_layer(scope: Scope, inputs: Sequence[Value]) -> Value:
    axis = scope.get("axis", -1)
    return softmax(scope, inputs[0], axis if isinstance(axis, list) else [axis])


def activation_of(scope: Scope, x: Value) -> Value:
    """Apply the layer's own ``activation`` key."""
    return activate(scope, x, scope.get("activation"))
