"""Normalization layers.

Batch normalization stays one operator, which a pass folds; the others become the arithmetic that
the TensorFlow converter writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.formats.keras.lowering.builder import Value
from qviz.formats.keras.lowering.registry import layer
from qviz.formats.keras.lowering.scope import Scope


def _axes(scope: Scope, rank: int, default: int = -1) -> list[int]:
    value = scope.get("axis", default)
    values = value if isinstance(value, list | tuple) else [value]
    axes = [scope.integer(v, "axis") for v in values]
    if any(not -rank <= a < rank for a in axes):
        raise scope.malformed(f"its axis is {value!r} and its input has {rank} dimensions")
    return sorted({a % rank for a in axes})


@layer("BatchNormalization")
def _batch_normalization(scope: Scope, inputs: Sequence[Value]) -> Value:
    x = inputs[0]
    axes = _axes(scope, x.rank)
    if len(axes) != 1 or axes[0] == 0:
        raise scope.unsupported(f"normalises over the dimensions {axes}")
    axis = axes[0]
    last = x.rank - 1
    order = [i for i in range(x.rank) if i != axis] + [axis]
    y = scope.transpose(x, order, "channels_last")
    mean = scope.required_weight("moving_mean")
    if mean.shape != (x.shape[axis],):
        raise scope.malformed(f"it has {mean.shape[0]} channels and its input {x.shape[axis]}")
    y = scope.op(
        "BATCH_NORMALIZATION",
        (
            y,
            scope.weight("gamma"),
            scope.weight("beta"),
            mean,
            scope.required_weight("moving_variance"),
        ),
        y.shape,
        epsilon=scope.number("epsilon", 1e-3),
        axis=-1,
    )
    if axis == last:
        return y
    return scope.transpose(y, [order.index(i) for i in range(x.rank)], "channels_first")


@layer("LayerNormalization")
def _layer_normalization(scope: Scope, inputs: Sequence[Value]) -> Value:
    x = inputs[0]
    axes = _axes(scope, x.rank)
    shape = [n if i in axes else 1 for i, n in enumerate(x.shape)]
    epsilon = scope.number("epsilon", 1e-3)
    if scope.get("rms_scaling", False):
        return _scaled(scope, _by_rms(scope, x, axes, epsilon), shape)
    return _scaled(scope, _standardised(scope, x, axes, epsilon), shape)


@layer("GroupNormalization")
def _group_normalization(scope: Scope, inputs: Sequence[Value]) -> Value:
    x = inputs[0]
    axes = _axes(scope, x.rank)
    if len(axes) != 1 or axes[0] == 0 or x.rank < 3:
        raise scope.unsupported(f"normalises {x.shape} over the dimensions {axes}")
    axis = axes[0]
    order = [i for i in range(x.rank) if i != axis] + [axis]
    y = scope.transpose(x, order, "channels_last")
    channels = y.shape[-1]
    groups = int(scope.number("groups", 32))
    groups = channels if groups == -1 else groups
    if groups < 1 or channels % groups:
        raise scope.malformed(f"{channels} channels do not divide into {groups} groups")
    grouped = scope.reshape(y, (*y.shape[:-1], groups, channels // groups), "groups")
    over = [*range(1, y.rank - 1), y.rank]
    grouped = _standardised(scope, grouped, over, scope.number("epsilon", 1e-3))
    y = _scaled(scope, scope.reshape(grouped, y.shape), [channels])
    return scope.transpose(y, [order.index(i) for i in range(x.rank)], "channels_first")


@layer("RMSNormalization")
def _rms_normalization(scope: Scope, inputs: Sequence[Value]) -> Value:
    x = inputs[0]
    axes = _axes(scope, x.rank)
    y = _by_rms(scope, x, axes, scope.number("epsilon", 1e-6))
    shape = [n if i in axes else 1 for i, n in enumerate(x.shape)]
    return scope.binary("MUL", y, scope.required_weight("scale", lambda w: w.reshape(shape)))


@layer("UnitNormalization")
def _unit_normalization(scope: Scope, inputs: Sequence[Value]) -> Value:
    x = inputs[0]
    total = scope.reduce("SUM", scope.unary("SQUARE", x), _axes(scope, x.rank), True)
    # 1 / sqrt(max(sum, 1e-12)), where the smallest sum allowed gives the largest factor.
    factor = scope.binary("MINIMUM", scope.unary("RSQRT", total), 1e6)
    return scope.binary("MUL", x, factor)


@layer("Normalization")
def _normalization(scope: Scope, inputs: Sequence[Value]) -> Value:
    x = inputs[0]
    mean, variance = _statistics(scope, x)
    if variance.min(initial=0.0) < 0:
        raise scope.malformed("a variance is negative")
    deviation = np.maximum(np.sqrt(variance), np.float32(1e-7))
    if scope.get("invert", False):
        scaled = scope.binary("MUL", x, scope.constant("deviation", deviation))
        return scope.binary("ADD", scaled, scope.constant("mean", mean))
    centred = scope.binary("SUB", x, scope.constant("mean", mean))
    return scope.binary("MUL", centred, scope.constant("factor", np.float32(1) / deviation))


def _statistics(scope: Scope, x: Value) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean and variance, shaped to fit `x`."""
    axis = scope.get("axis", -1)
    axes = [] if axis == [] or scope.layer.config.get("axis", -1) is None else _axes(scope, x.rank)
    shape = [n if i in axes else 1 for i, n in enumerate(x.shape)]

    def fitted(key: str) -> NDArray[np.float32]:
        stored: Any = scope.layer.weight(key)
        values = np.asarray(scope.get(key) if stored is None else stored, np.float32)
        try:
            return (
                np.broadcast_to(values, shape).copy() if values.size == 1 else values.reshape(shape)
            )
        except ValueError:
            raise scope.malformed(f"its {key} has the shape {values.shape}") from None

    return fitted("mean"), fitted("variance")


@layer("LayerScale")
def _layer_scale(scope: Scope, inputs: Sequence[Value]) -> Value:
    return scope.binary("MUL", inputs[0], scope.required_weight("gamma"))


def _standardised(scope: Scope, x: Value, axes: Sequence[int], epsilon: float) -> Value:
    """X less its mean over `axes`, over its standard deviation."""
    mean = scope.reduce("MEAN", x, axes, True, "mean")
    centred = scope.binary("SUB", x, mean, "centred")
    difference = scope.binary("SQUARED_DIFFERENCE", x, mean)
    variance = scope.reduce("MEAN", difference, axes, True, "variance")
    inverse = scope.unary("RSQRT", scope.binary("ADD", variance, epsilon), "inverse_deviation")
    return scope.binary("MUL", centred, inverse, "standardised")


def _by_rms(scope: Scope, x: Value, axes: Sequence[int], epsilon: float) -> Value:
    square = scope.reduce("MEAN", scope.unary("SQUARE", x), axes, True)
    return scope.binary("MUL", x, scope.unary("RSQRT", scope.binary("ADD", square, epsilon)))


def _scaled(scope: Scope, x: Value, shape: Sequence[int]) -> Value:
    """Times gamma plus beta, where the layer has them."""
    gamma = scope.weight("gamma", lambda w: w.reshape(shape))
    beta = scope.weight("beta", lambda w: w.reshape(shape))
    if gamma is not None:
        x = scope.binary("MUL", x, gamma, "scaled")
    return x if beta is None else scope.binary("ADD", x, beta, "shifted")
