"""Nodes that compute: ``keras.ops`` of Keras 3 and TensorFlow functions that Keras 2 recorded.

Both are tables of names: nothing in a file is ever looked up as Python code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from qviz.formats.keras.lowering.activation import activate, elu, relu, softmax
from qviz.formats.keras.lowering.arguments import argument, first, tensor
from qviz.formats.keras.lowering.builder import Value
from qviz.formats.keras.lowering.registry import CallLowering, function, operation
from qviz.formats.keras.lowering.scope import Scope


def _binary(kind: str) -> CallLowering:
    def lower(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
        a = argument(args, keywords, 0, "x1", "x", "a")
        b = argument(args, keywords, 1, "x2", "y", "b")
        # As the converter does, which leaves operators that can be quantized.
        if kind == "POW" and b in (2, 2.0) and isinstance(a, Value):
            return scope.unary("SQUARE", scope.cast(a, np.float32))
        if kind == "DIV" and isinstance(b, int | float) and b != 0:
            return scope.binary("MUL", scope.cast(tensor(scope, a), np.float32), 1.0 / b)
        left, right = (scope.cast(tensor(scope, v), np.float32) for v in (a, b))
        return scope.binary(kind, left, right)

    return lower


def _unary(kind: str) -> CallLowering:
    return lambda scope, args, keywords: scope.unary(kind, _float(scope, args, keywords))


def _float(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    return scope.cast(first(scope, args, keywords), np.float32)


def _activation(name: str) -> CallLowering:
    return lambda scope, args, keywords: activate(scope, _float(scope, args, keywords), name)


_BINARY = {
    "ADD": ("Add", "__operators__.add", "math.add"),
    "SUB": ("Subtract", "__operators__.sub", "math.subtract"),
    "MUL": ("Multiply", "__operators__.mul", "math.multiply"),
    "DIV": ("TrueDivide", "Divide", "__operators__.truediv", "math.divide", "math.truediv"),
    "MAXIMUM": ("Maximum", "math.maximum"),
    "MINIMUM": ("Minimum", "math.minimum"),
    "SQUARED_DIFFERENCE": ("SquaredDifference", "math.squared_difference"),
    "POW": ("Power", "math.pow", "__operators__.pow"),
}
_UNARY = {
    "ABS": ("Absolute", "Abs", "math.abs"),
    "NEG": ("Negative", "math.negative", "__operators__.neg"),
    "EXP": ("Exp", "math.exp"),
    "LOG": ("Log", "math.log"),
    "SQRT": ("Sqrt", "math.sqrt"),
    "RSQRT": ("Rsqrt", "math.rsqrt"),
    "SQUARE": ("Square", "math.square"),
    "SIN": ("Sin", "math.sin"),
    "COS": ("Cos", "math.cos"),
    "FLOOR": ("Floor", "math.floor"),
    "CEIL": ("Ceil", "math.ceil"),
}
_ACTIVATIONS = {
    "relu6": ("Relu6", "nn.relu6"),
    "sigmoid": ("Sigmoid", "nn.sigmoid", "math.sigmoid"),
    "tanh": ("Tanh", "nn.tanh", "math.tanh"),
    "silu": ("Silu", "Swish", "nn.silu", "nn.swish"),
    "softplus": ("Softplus", "nn.softplus", "math.softplus"),
    "softsign": ("Softsign", "nn.softsign"),
    "selu": ("Selu", "nn.selu"),
    "hard_sigmoid": ("HardSigmoid",),
    "hard_silu": ("HardSilu", "HardSwish"),
    "hard_tanh": ("HardTanh",),
    "log_sigmoid": ("LogSigmoid", "math.log_sigmoid"),
    "mish": ("Mish",),
    "tanh_shrink": ("TanhShrink",),
    "squareplus": ("Squareplus",),
}
_REDUCTIONS = {
    "MEAN": ("Mean", "math.reduce_mean"),
    "SUM": ("Sum", "math.reduce_sum"),
    "REDUCE_MAX": ("Max", "math.reduce_max"),
    "REDUCE_MIN": ("Min", "math.reduce_min"),
}


def _register(names: Sequence[str], lowering: CallLowering) -> None:
    """Capitalised names are operations of Keras 3, the others functions of TensorFlow."""
    operation(*(n for n in names if n[0].isupper()))(lowering)
    function(*(n for n in names if not n[0].isupper()))(lowering)


def _reduction(kind: str) -> CallLowering:
    def lower(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
        x = _float(scope, args, keywords)
        axis = argument(args, keywords, 1, "axis")
        if axis is None:
            raise scope.unsupported("computes across the samples of a batch")
        axes = axis if isinstance(axis, list | tuple) else [axis]
        keep = bool(argument(args, keywords, 2, "keepdims", default=False))
        return scope.reduce(kind, x, [scope.integer(a, "axis") for a in axes], keep)

    return lower


for _table, _make in (
    (_BINARY, _binary),
    (_UNARY, _unary),
    (_ACTIVATIONS, _activation),
    (_REDUCTIONS, _reduction),
):
    _maker: Callable[[str], CallLowering] = _make
    for _kind, _names in _table.items():
        _register(_names, _maker(_kind))


@operation("Relu", "ReLU")
@function("nn.relu", "keras.backend.relu", "keras.activations.relu")
def _relu(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    x = _float(scope, args, keywords)
    max_value = argument(args, keywords, 9, "max_value")
    slope = argument(args, keywords, 9, "alpha", "negative_slope", default=0.0)
    threshold = argument(args, keywords, 9, "threshold", default=0.0)
    return relu(scope, x, max_value, float(slope), float(threshold))


@operation("LeakyRelu")
@function("nn.leaky_relu")
def _leaky_relu(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    alpha = argument(args, keywords, 1, "negative_slope", "alpha", default=0.2)
    return scope.unary("LEAKY_RELU", _float(scope, args, keywords), alpha=float(alpha))


@operation("Elu")
@function("nn.elu")
def _elu(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    alpha = argument(args, keywords, 1, "alpha", default=1.0)
    return elu(scope, _float(scope, args, keywords), float(alpha))


@operation("Gelu")
@function("nn.gelu")
def _gelu(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    # keras.ops approximates by default, tf.nn does not.
    default = scope.layer.kind == "operation"
    approximate = bool(argument(args, keywords, 1, "approximate", default=default))
    return scope.unary("GELU", _float(scope, args, keywords), approximate=approximate)


@operation("Softmax")
@function("nn.softmax")
def _softmax(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    axis = argument(args, keywords, 1, "axis", default=-1)
    axes = axis if isinstance(axis, list | tuple) else [-1 if axis is None else axis]
    return softmax(scope, _float(scope, args, keywords), axes)


@operation("LogSoftmax")
@function("nn.log_softmax")
def _log_softmax(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    x = _float(scope, args, keywords)
    if argument(args, keywords, 1, "axis", default=-1) not in (None, -1, x.rank - 1):
        raise scope.unsupported("takes the logarithm of a softmax over another dimension")
    return scope.unary("LOG_SOFTMAX", x)


@operation("Clip")
@function("clip_by_value")
def _clip(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    x = _float(scope, args, keywords)
    low = argument(args, keywords, 1, "x_min", "clip_value_min")
    high = argument(args, keywords, 2, "x_max", "clip_value_max")
    if low == 0 and high == 6:
        return scope.unary("RELU6", x)
    if not isinstance(low, int | float) or not isinstance(high, int | float):
        raise scope.unsupported("clips at computed values")
    y = scope.binary("MINIMUM", x, float(high))
    return scope.unary("RELU", y) if low == 0 else scope.binary("MAXIMUM", y, float(low))


@operation("Cast")
@function("cast")
def _cast(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    x = first(scope, args, keywords)
    dtype = str(argument(args, keywords, 1, "dtype", default="float32"))
    # Casts between floating-point types separate mixed-precision layers; qviz computes in float32.
    if "float" in dtype:
        return scope.cast(x, np.float32)
    if dtype in ("int32", "int64", "bool"):
        return scope.cast(x, dtype)
    raise scope.unsupported(f"converts to {dtype}")


@operation("NotEqual")
@function("math.not_equal")
def _not_equal(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    x = first(scope, args, keywords)
    other = argument(args, keywords, 1, "x2", "y")
    right = other if isinstance(other, Value) else scope.constant("constant", other, x.dtype)
    return scope.binary("NOT_EQUAL", x, right)


@operation("Matmul")
@function("linalg.matmul")
def _matmul(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    a = tensor(scope, argument(args, keywords, 0, "x1", "a"))
    b = tensor(scope, argument(args, keywords, 1, "x2", "b"))
    flags = [bool(keywords.get(k, False)) for k in ("transpose_a", "transpose_b")]
    if a.rank < 3 or a.rank != b.rank or a.shape[:-2] != b.shape[:-2]:
        raise scope.unsupported(f"multiplies matrices of shapes {a.shape} and {b.shape}")
    rows, inner = a.shape[-2:] if not flags[0] else a.shape[:-3:-1]
    summed, columns = b.shape[-2:] if not flags[1] else b.shape[:-3:-1]
    if inner != summed:
        raise scope.malformed(f"shapes {a.shape} and {b.shape} do not fit each other")
    shape = (*a.shape[:-2], rows, columns)
    return scope.op("BATCH_MATMUL", (a, b), shape, adj_x=flags[0], adj_y=flags[1])
