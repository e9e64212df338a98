"""Nodes that move, join or cut tensors: ``keras.ops`` and TensorFlow functions, by name."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from qviz.formats.keras.lowering.arguments import argument, first, tensor
from qviz.formats.keras.lowering.builder import Value
from qviz.formats.keras.lowering.registry import function, operation
from qviz.formats.keras.lowering.reshaping import filled
from qviz.formats.keras.lowering.scope import Scope


@operation("Concatenate")
@function("concat", "keras.backend.concatenate")
def _concatenate(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    values = argument(args, keywords, 0, "xs", "values")
    axis = argument(args, keywords, 1, "axis", default=0 if scope.layer.kind == "operation" else -1)
    return scope.concatenate([tensor(scope, v) for v in values], scope.integer(axis, "axis"))


@operation("Reshape")
@function("reshape")
def _reshape(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    x = first(scope, args, keywords)
    shape = list(argument(args, keywords, 1, "newshape", "shape"))
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
    x = first(scope, args, keywords)
    axes = argument(args, keywords, 1, "axes", "perm")
    order = [int(a) % x.rank for a in (axes if axes is not None else range(x.rank)[::-1])]
    if sorted(order) != list(range(x.rank)) or order[0] != 0:
        raise scope.unsupported("moves the samples of a batch")
    return scope.transpose(x, order)


@operation("ExpandDims")
@function("expand_dims")
def _expand_dims(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    x = first(scope, args, keywords)
    axis = scope.integer(argument(args, keywords, 1, "axis"), "axis") % (x.rank + 1)
    if axis == 0:
        raise scope.unsupported("puts a dimension before the batch")
    return scope.reshape(x, (*x.shape[:axis], 1, *x.shape[axis:]))


@operation("Squeeze")
@function("squeeze")
def _squeeze(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    x = first(scope, args, keywords)
    axis = argument(args, keywords, 1, "axis")
    axes = axis if isinstance(axis, list | tuple) else ([] if axis is None else [axis])
    gone = {int(a) % x.rank for a in axes} or {i for i, n in enumerate(x.shape) if n == 1 and i > 0}
    if 0 in gone or any(x.shape[i] != 1 for i in gone):
        raise scope.malformed(f"it removes dimensions {sorted(gone)} of {x.shape}")
    return scope.reshape(x, [n for i, n in enumerate(x.shape) if i not in gone])


@operation("GetItem")
@function("__operators__.getitem")
def _get_item(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    x = first(scope, args, keywords)
    key = argument(args, keywords, 1, "key", "slice_spec")
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


@operation("Pad")
@function("pad")
def _pad(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    x = first(scope, args, keywords)
    width = argument(args, keywords, 1, "pad_width", "paddings")
    mode = str(argument(args, keywords, 9, "mode", default="constant")).lower()
    value = argument(args, keywords, 9, "constant_values", default=0)
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
    values = [tensor(scope, v) for v in argument(args, keywords, 0, "xs", "values")]
    rank = values[0].rank + 1
    axis = scope.integer(argument(args, keywords, 1, "axis", default=0), "axis") % rank
    if axis == 0:
        raise scope.unsupported("puts a dimension before the batch")
    expanded = [
        scope.reshape(v, (*v.shape[:axis], 1, *v.shape[axis:]), f"expand_{i}")
        for i, v in enumerate(values)
    ]
    return scope.concatenate(expanded, axis)
