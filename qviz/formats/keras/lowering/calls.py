"""Nodes that are no layers: ``keras.ops`` of Keras 3 and recorded TensorFlow functions of Keras 2.

Both are tables of names: nothing in a file is ever looked up as Python code.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from qviz.formats.keras.lowering.activation import activate, elu, relu, softmax
from qviz.formats.keras.lowering.builder import Value
from qviz.formats.keras.lowering.registry import CallLowering, function, operation
from qviz.formats.keras.lowering.reshaping import filled
from qviz.formats.keras.lowering.scope import Scope

_MISSING = object()


def _argument(
    args: Sequence[Any], keywords: Mapping[str, Any], place: int, *names: str, default: Any = None
) -> Any:
    """An argument by place or by any of its names."""
    if place < len(args):
        return args[place]
    for name in names:
        value = keywords.get(name, _MISSING)
        if value is not _MISSING:
            return value
    return default


def _tensor(scope: Scope, value: Any) -> Value:
    """`value` as a tensor; numbers and lists become constants."""
    if isinstance(value, Value):
        return value
    try:
        array = np.asarray(value, np.float32)
    except (TypeError, ValueError):
        raise scope.malformed(f"it is called with {value!r}") from None
    return scope.constant("constant", array)


def _first(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    x = _argument(args, keywords, 0, "x", "input", "inputs", "tensor", "input_tensor", "features")
    return _tensor(scope, x)


def _binary(kind: str) -> CallLowering:
    def lower(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
        a = _argument(args, keywords, 0, "x1", "x", "a")
        b = _argument(args, keywords, 1, "x2", "y", "b")
        left, right = (scope.cast(_tensor(scope, v), np.float32) for v in (a, b))
        return scope.binary(kind, left, right)

    return lower


def _unary(kind: str) -> CallLowering:
    return lambda scope, args, keywords: scope.unary(kind, _float(scope, args, keywords))


def _float(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    return scope.cast(_first(scope, args, keywords), np.float32)


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
        axis = _argument(args, keywords, 1, "axis")
        if axis is None:
            raise scope.unsupported("computes across the samples of a batch")
        axes = axis if isinstance(axis, list | tuple) else [axis]
        keep = bool(_argument(args, keywords, 2, "keepdims", default=False))
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
    max_value = _argument(args, keywords, 9, "max_value")
    slope = _argument(args, keywords, 9, "alpha", "negative_slope", default=0.0)
    threshold = _argument(args, keywords, 9, "threshold", default=0.0)
    return relu(scope, x, max_value, float(slope), float(threshold))


@operation("LeakyRelu")
@function("nn.leaky_relu")
def _leaky_relu(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    alpha = _argument(args, keywords, 1, "negative_slope", "alpha", default=0.2)
    return scope.unary("LEAKY_RELU", _float(scope, args, keywords), alpha=float(alpha))


@operation("Elu")
@function("nn.elu")
def _elu(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    alpha = _argument(args, keywords, 1, "alpha", default=1.0)
    return elu(scope, _float(scope, args, keywords), float(alpha))


@operation("Gelu")
@function("nn.gelu")
def _gelu(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    # keras.ops approximates by default, tf.nn does not.
    default = scope.layer.kind == "operation"
    approximate = bool(_argument(args, keywords, 1, "approximate", default=default))
    return scope.unary("GELU", _float(scope, args, keywords), approximate=approximate)


@operation("Softmax")
@function("nn.softmax")
def _softmax(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    axis = _argument(args, keywords, 1, "axis", default=-1)
    axes = axis if isinstance(axis, list | tuple) else [-1 if axis is None else axis]
    return softmax(scope, _float(scope, args, keywords), axes)


@operation("LogSoftmax")
@function("nn.log_softmax")
def _log_softmax(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    x = _float(scope, args, keywords)
    if _argument(args, keywords, 1, "axis", default=-1) not in (None, -1, x.rank - 1):
        raise scope.unsupported("takes the logarithm of a softmax over another dimension")
    return scope.unary("LOG_SOFTMAX", x)


@operation("Clip")
@function("clip_by_value")
def _clip(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    x = _float(scope, args, keywords)
    low = _argument(args, keywords, 1, "x_min", "clip_value_min")
    high = _argument(args, keywords, 2, "x_max", "clip_value_max")
    if low == 0 and high == 6:
        return scope.unary("RELU6", x)
    if not isinstance(low, int | float) or not isinstance(high, int | float):
        raise scope.unsupported("clips at computed values")
    y = scope.binary("MINIMUM", x, float(high))
    return scope.unary("RELU", y) if low == 0 else scope.binary("MAXIMUM", y, float(low))


@operation("Concatenate")
@function("concat", "keras.backend.concatenate")
def _concatenate(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    values = _argument(args, keywords, 0, "xs", "values")
    axis = _argument(
        args, keywords, 1, "axis", default=0 if scope.layer.kind == "operation" else -1
    )
    return scope.concatenate([_tensor(scope, v) for v in values], scope.integer(axis, "axis"))


@operation("Reshape")
@function("reshape")
def _reshape(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    x = _first(scope, args, keywords)
    shape = list(_argument(args, keywords, 1, "newshape", "shape"))
    # The batch may be left open besides one other dimension; here it is 1.
    if shape and shape[0] in (-1, None) and len(shape) > 1:
        rest = [n for n in shape[1:] if n not in (-1, None)]
        if len(rest) < len(shape) - 1 or math.prod(rest) == math.prod(x.shape):
            shape[0] = 1
    target = filled(scope, shape, math.prod(x.shape))
    if target[:1] != [1]:
        raise scope.unsupported("mixes samples and features in one dimension")
    return scope.reshape(x, target)


@operation("Transpose")
@function("transpose")
def _transpose(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    x = _first(scope, args, keywords)
    axes = _argument(args, keywords, 1, "axes", "perm")
    order = [int(a) % x.rank for a in (axes if axes is not None else range(x.rank)[::-1])]
    if sorted(order) != list(range(x.rank)) or order[0] != 0:
        raise scope.unsupported("moves the samples of a batch")
    return scope.transpose(x, order)


@operation("ExpandDims")
@function("expand_dims")
def _expand_dims(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    x = _first(scope, args, keywords)
    axis = scope.integer(_argument(args, keywords, 1, "axis"), "axis") % (x.rank + 1)
    if axis == 0:
        raise scope.unsupported("puts a dimension before the batch")
    return scope.reshape(x, (*x.shape[:axis], 1, *x.shape[axis:]))


@operation("Squeeze")
@function("squeeze")
def _squeeze(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    x = _first(scope, args, keywords)
    axis = _argument(args, keywords, 1, "axis")
    axes = axis if isinstance(axis, list | tuple) else ([] if axis is None else [axis])
    gone = {int(a) % x.rank for a in axes} or {i for i, n in enumerate(x.shape) if n == 1 and i > 0}
    if 0 in gone or any(x.shape[i] != 1 for i in gone):
        raise scope.malformed(f"it removes dimensions {sorted(gone)} of {x.shape}")
    return scope.reshape(x, [n for i, n in enumerate(x.shape) if i not in gone])


@operation("GetItem")
@function("__operators__.getitem")
def _get_item(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    x = _first(scope, args, keywords)
    key = _argument(args, keywords, 1, "key", "slice_spec")
    keys = [_key(scope, k) for k in (key if isinstance(key, list | tuple) else [key])]
    if Ellipsis in keys:
        i = keys.index(Ellipsis)
        present = sum(k is not None and k is not Ellipsis for k in keys)
        keys[i : i + 1] = [slice(None)] * (x.rank - present)
    slices: list[slice] = []
    shape: list[int] = []
    for k in keys:
        if k is None:
            shape.append(1)
            continue
        size = x.shape[len(slices)] if len(slices) < x.rank else 0
        part = slice(k % size, k % size + 1) if isinstance(k, int) and -size <= k < size else k
        if not isinstance(part, slice):
            raise scope.unsupported(f"takes elements by {k!r}")
        slices.append(part)
        if not isinstance(k, int):
            shape.append(len(range(size)[part]))
    shape += x.shape[len(slices) :]
    slices += [slice(None)] * (x.rank - len(slices))
    # An index 0 into the batch of one would pass for a whole dimension.
    if isinstance(keys[0], int) or keys[0] is None:
        raise scope.unsupported("takes apart the samples of a batch")
    return scope.reshape(scope.slice(x, slices), shape, "index")


def _key(scope: Scope, key: Any) -> Any:
    if isinstance(key, Mapping) and {"start", "stop"} <= key.keys():
        return slice(key["start"], key["stop"], key.get("step"))
    if key == "...":
        return Ellipsis
    if isinstance(key, float) and key == int(key):
        return int(key)
    return key


@operation("Cast")
@function("cast")
def _cast(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    x = _first(scope, args, keywords)
    dtype = str(_argument(args, keywords, 1, "dtype", default="float32"))
    # Casts between floating-point types separate mixed-precision layers; qviz computes in float32.
    if "float" in dtype:
        return scope.cast(x, np.float32)
    if dtype in ("int32", "int64", "bool"):
        return scope.cast(x, dtype)
    raise scope.unsupported(f"converts to {dtype}")


@operation("NotEqual")
@function("math.not_equal")
def _not_equal(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    x = _first(scope, args, keywords)
    other = _argument(args, keywords, 1, "x2", "y")
    right = other if isinstance(other, Value) else scope.constant("constant", other, x.dtype)
    return scope.binary("NOT_EQUAL", x, right)


@operation("Matmul")
@function("linalg.matmul")
def _matmul(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    a = _tensor(scope, _argument(args, keywords, 0, "x1", "a"))
    b = _tensor(scope, _argument(args, keywords, 1, "x2", "b"))
    flags = [bool(keywords.get(k, False)) for k in ("transpose_a", "transpose_b")]
    if a.rank < 3 or a.rank != b.rank or a.shape[:-2] != b.shape[:-2]:
        raise scope.unsupported(f"multiplies matrices of shapes {a.shape} and {b.shape}")
    rows, inner = a.shape[-2:] if not flags[0] else a.shape[:-3:-1]
    summed, columns = b.shape[-2:] if not flags[1] else b.shape[:-3:-1]
    if inner != summed:
        raise scope.malformed(f"shapes {a.shape} and {b.shape} do not fit each other")
    shape = (*a.shape[:-2], rows, columns)
    return scope.op("BATCH_MATMUL", (a, b), shape, adj_x=flags[0], adj_y=flags[1])


@operation("Pad")
@function("pad")
def _pad(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    x = _first(scope, args, keywords)
    width = _argument(args, keywords, 1, "pad_width", "paddings")
    mode = str(_argument(args, keywords, 9, "mode", default="constant")).lower()
    value = _argument(args, keywords, 9, "constant_values", default=0)
    if mode != "constant" or value not in (None, 0, 0.0):
        raise scope.unsupported(f"pads in the mode {mode!r}")
    pairs = [width] * x.rank if not isinstance(width, list | tuple) else list(width)
    pairs = [[p, p] if isinstance(p, int) else p for p in pairs]
    if len(pairs) != x.rank or any(len(p) != 2 for p in pairs) or list(pairs[0]) != [0, 0]:
        raise scope.unsupported(f"pads by {width!r}")
    return scope.pad(
        x, [(scope.integer(a, "pad_width"), scope.integer(b, "pad_width")) for a, b in pairs]
    )


@operation("Stack")
@function("stack")
def _stack(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    values = [_tensor(scope, v) for v in _argument(args, keywords, 0, "xs", "values")]
    rank = values[0].rank + 1
    axis = scope.integer(_argument(args, keywords, 1, "axis", default=0), "axis") % rank
    if axis == 0:
        raise scope.unsupported("puts a dimension before the batch")
    expanded = [
        scope.reshape(v, (*v.shape[:axis], 1, *v.shape[axis:]), f"expand_{i}")
        for i, v in enumerate(values)
    ]
    return scope.concatenate(expanded, axis)
