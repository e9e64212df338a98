"""Pooling layers."""

from __future__ import annotations

from collections.abc import Sequence

from qviz.formats.keras.lowering.builder import Value
from qviz.formats.keras.lowering.convolution import window_sizes
from qviz.formats.keras.lowering.registry import layer
from qviz.formats.keras.lowering.scope import Scope
from qviz.formats.keras.lowering.space import as_image, from_image, spatial_axes, to_channels_last


@layer("MaxPooling1D", "MaxPooling2D", "AveragePooling1D", "AveragePooling2D")
def _pooling(scope: Scope, inputs: Sequence[Value]) -> Value:
    rank = int(scope.layer.class_name[-2])
    x = as_image(scope, to_channels_last(scope, inputs[0], rank), rank)
    window = scope.integers("pool_size", rank, 2)
    strides = scope.integers("strides", rank, list(window))
    if rank == 1:
        window, strides = (1, *window), (1, *strides)
    padding = str(scope.get("padding", "valid")).upper()
    if padding not in ("SAME", "VALID"):
        raise scope.unsupported(f"pads by {padding.lower()!r}")
    return from_image(scope, _pool(scope, x, window, strides, padding), rank)


def _pool(
    scope: Scope, x: Value, window: Sequence[int], strides: Sequence[int], padding: str
) -> Value:
    kind = "MAX_POOL_2D" if "Max" in scope.layer.class_name else "AVERAGE_POOL_2D"
    shape = (x.shape[0], *window_sizes(scope, x, window, strides, padding), x.shape[3])
    return scope.op(
        kind,
        (x,),
        shape,
        padding=padding,
        stride_h=strides[0],
        stride_w=strides[1],
        filter_height=window[0],
        filter_width=window[1],
        fused_activation_function="NONE",
    )


@layer(
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAveragePooling3D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalMaxPooling3D",
)
def _global_pooling(scope: Scope, inputs: Sequence[Value]) -> Value:
    x = inputs[0]
    rank = int(scope.layer.class_name[-2])
    if x.rank != rank + 2:
        raise scope.malformed(f"it takes {rank + 2} dimensions and its input is {x.shape}")
    kind = "MEAN" if "Average" in scope.layer.class_name else "REDUCE_MAX"
    keep = bool(scope.get("keepdims", False))
    return scope.reduce(kind, x, spatial_axes(scope, rank), keep)


@layer(
    "AdaptiveAveragePooling1D",
    "AdaptiveAveragePooling2D",
    "AdaptiveMaxPooling1D",
    "AdaptiveMaxPooling2D",
)
def _adaptive_pooling(scope: Scope, inputs: Sequence[Value]) -> Value:
    rank = int(scope.layer.class_name[-2])
    x = to_channels_last(scope, inputs[0], rank)
    sizes = scope.integers("output_size", rank)
    if any(m < 1 or n % m for n, m in zip(x.shape[1:-1], sizes, strict=True)):
        raise scope.unsupported(
            f"pools {x.shape[1:-1]} to {sizes} in windows of unequal sizes, which no operator does"
        )
    window = tuple(n // m for n, m in zip(x.shape[1:-1], sizes, strict=True))
    if rank == 1:
        window = (1, *window)
    y = _pool(scope, as_image(scope, x, rank), window, window, "VALID")
    return from_image(scope, y, rank)
