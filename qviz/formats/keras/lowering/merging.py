"""Layers that make one tensor of several."""

from __future__ import annotations

from collections.abc import Sequence

from qviz.formats.keras.lowering.builder import Value
from qviz.formats.keras.lowering.registry import layer
from qviz.formats.keras.lowering.scope import Scope

_KINDS = {
    "Add": "ADD",
    "Subtract": "SUB",
    "Multiply": "MUL",
    "Average": "ADD",
    "Maximum": "MAXIMUM",
    "Minimum": "MINIMUM",
}


@layer(*_KINDS)
def _merge(scope: Scope, inputs: Sequence[Value]) -> Value:
    if scope.layer.class_name == "Subtract" and len(inputs) != 2:
        raise scope.malformed(f"it subtracts {len(inputs)} tensors")
    kind = _KINDS[scope.layer.class_name]
    total, *others = _of_equal_rank(scope, inputs)
    for other in others:
        total = scope.binary(kind, total, other)
    if scope.layer.class_name == "Average" and others:
        return scope.binary("MUL", total, 1 / len(inputs), "average")
    return total


def _of_equal_rank(scope: Scope, inputs: Sequence[Value]) -> list[Value]:
    """Keras puts the missing dimensions of smaller tensors right behind the batch."""
    rank = max(v.rank for v in inputs)
    return [scope.reshape(v, (1,) * (rank - v.rank + 1) + v.shape[1:], "expand") for v in inputs]


@layer("Concatenate", integers=True)
def _concatenate(scope: Scope, inputs: Sequence[Value]) -> Value:
    axis = scope.integer(scope.get("axis", -1), "axis")
    dtypes = {v.dtype for v in inputs}
    values = list(inputs) if len(dtypes) == 1 else [scope.cast(v, "float32") for v in inputs]
    if not -values[0].rank <= axis < values[0].rank:
        raise scope.malformed(f"it joins tensors of shape {values[0].shape} along axis {axis}")
    return scope.concatenate(values, axis)


@layer("Dot")
def _dot(scope: Scope, inputs: Sequence[Value]) -> Value:
    if len(inputs) != 2:
        raise scope.malformed(f"it multiplies {len(inputs)} tensors")
    a, b = inputs
    first, second = (
        axis % v.rank for axis, v in zip(scope.integers("axes", 2), inputs, strict=True)
    )
    if 0 in (first, second) or max(a.rank, b.rank) > 3 or min(a.rank, b.rank) < 2:
        raise scope.unsupported(f"multiplies tensors of shapes {a.shape} and {b.shape}")
    if a.shape[first] != b.shape[second]:
        raise scope.malformed(f"shapes {a.shape} and {b.shape} do not fit each other")
    if scope.get("normalize", False):
        a, b = _unit(scope, a, first), _unit(scope, b, second)
    # As matrices (rows, summed) and (summed, columns).
    left = scope.reshape(a, (1, 1, a.shape[1])) if a.rank == 2 else a
    right = scope.reshape(b, (1, b.shape[1], 1)) if b.rank == 2 else b
    if a.rank == 3 and first == 1:
        left = scope.transpose(left, (0, 2, 1))
    if b.rank == 3 and second == 2:
        right = scope.transpose(right, (0, 2, 1))
    shape = (1, left.shape[1], right.shape[2])
    product = scope.op("BATCH_MATMUL", (left, right), shape, adj_x=False, adj_y=False)
    kept = [
        n
        for v, axis in ((a, first), (b, second))
        for i, n in enumerate(v.shape)
        if i not in (0, axis)
    ]
    return scope.reshape(product, (1, *(kept or [1])))


def _unit(scope: Scope, x: Value, axis: int) -> Value:
    total = scope.reduce("SUM", scope.unary("SQUARE", x), [axis], True)
    return scope.binary("MUL", x, scope.binary("MINIMUM", scope.unary("RSQRT", total), 1e6))
