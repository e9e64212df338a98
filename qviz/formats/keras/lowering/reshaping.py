"""Layers that move, repeat, cut or resize without computing with weights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from qviz.formats.keras.lowering.builder import Value
from qviz.formats.keras.lowering.registry import layer
from qviz.formats.keras.lowering.scope import Scope
from qviz.formats.keras.lowering.space import spatial_axes, to_channels_last, to_data_format


@layer("Flatten", integers=True)
def _flatten(scope: Scope, inputs: Sequence[Value]) -> Value:
    x = inputs[0]
    # Keras before 2.2 has no data_format here and flattens in memory order.
    if scope.channels_first and x.rank > 2:
        x = scope.transpose(x, (0, *range(2, x.rank), 1), "channels_last")
    return scope.reshape(x, (x.shape[0], math.prod(x.shape[1:])))


@layer("Reshape", integers=True)
def _reshape(scope: Scope, inputs: Sequence[Value]) -> Value:
    target = scope.get("target_shape", [])
    return scope.reshape(inputs[0], (1, *filled(scope, target, math.prod(inputs[0].shape))))


def filled(scope: Scope, shape: Sequence[Any], size: int) -> list[int]:
    """`shape` with its one open dimension set so that it holds `size` values."""
    sizes = [-1 if n is None else scope.integer(n, "shape") for n in shape]
    known = math.prod(n for n in sizes if n >= 0)
    if sizes.count(-1) > 1 or any(n < -1 for n in sizes) or (-1 in sizes and known == 0):
        raise scope.malformed(f"its target shape is {list(shape)}")
    return [size // known if n == -1 else n for n in sizes]


@layer("Permute", integers=True)
def _permute(scope: Scope, inputs: Sequence[Value]) -> Value:
    x = inputs[0]
    order = (0, *scope.integers("dims", x.rank - 1))
    if sorted(order) != list(range(x.rank)):
        raise scope.malformed(f"its order is {order[1:]} and its input {x.shape}")
    return scope.transpose(x, order)


@layer("RepeatVector", integers=True)
def _repeat_vector(scope: Scope, inputs: Sequence[Value]) -> Value:
    x = inputs[0]
    if x.rank != 2:
        raise scope.malformed(f"it takes vectors and its input is {x.shape}")
    count = scope.integers("n", 1)[0]
    return _tile(scope, scope.reshape(x, (1, 1, x.shape[1]), "expand"), (1, count, 1))


def _tile(scope: Scope, x: Value, times: Sequence[int]) -> Value:
    if all(n == 1 for n in times):
        return x
    shape = [n * m for n, m in zip(x.shape, times, strict=True)]
    return scope.op("TILE", (x, scope.integers_constant("multiples", times)), shape, dtype=x.dtype)


def _sides(scope: Scope, key: str, rank: int) -> list[tuple[int, int]]:
    """Amounts before and after each spatial dimension, from any of Keras' notations."""
    value = scope.get(key, 1)
    if rank == 1:
        return [_side(scope, key, value)]
    if not isinstance(value, list | tuple):
        value = [value] * rank
    if len(value) == 2 * rank and all(isinstance(v, int) for v in value):
        value = [value[2 * i : 2 * i + 2] for i in range(rank)]
    if len(value) != rank:
        raise scope.malformed(f"{key!r} is {value!r}")
    return [_side(scope, key, v) for v in value]


def _side(scope: Scope, key: str, value: Any) -> tuple[int, int]:
    pair = list(value) if isinstance(value, list | tuple) else [value, value]
    if len(pair) == 1:
        pair *= 2
    if len(pair) != 2:
        raise scope.malformed(f"{key!r} is {value!r}")
    before, after = scope.integer(pair[0], key), scope.integer(pair[1], key)
    if before < 0 or after < 0:
        raise scope.malformed(f"{key!r} is {value!r}")
    return before, after


def _spatial_rank(scope: Scope, x: Value) -> int:
    rank = int(scope.layer.class_name[-2])
    if x.rank != rank + 2 and not (rank == 1 and x.rank == 3):
        raise scope.malformed(f"it takes {rank + 2} dimensions and its input is {x.shape}")
    return rank


@layer("ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D")
def _zero_padding(scope: Scope, inputs: Sequence[Value]) -> Value:
    x = inputs[0]
    rank = _spatial_rank(scope, x)
    padding = [(0, 0)] * x.rank
    sides = _sides(scope, "padding", rank)
    for axis, pair in zip(spatial_axes(scope, rank), sides, strict=True):
        padding[axis] = pair
    return scope.pad(x, padding)


@layer("Cropping1D", "Cropping2D", "Cropping3D")
def _cropping(scope: Scope, inputs: Sequence[Value]) -> Value:
    x = inputs[0]
    rank = _spatial_rank(scope, x)
    slices = [slice(None)] * x.rank
    sides = _sides(scope, "cropping", rank)
    for axis, (before, after) in zip(spatial_axes(scope, rank), sides, strict=True):
        if before + after >= x.shape[axis]:
            raise scope.malformed(f"it crops {x.shape} by {before} and {after}")
        slices[axis] = slice(before, x.shape[axis] - after)
    return scope.slice(x, slices)


@layer("CenterCrop")
def _center_crop(scope: Scope, inputs: Sequence[Value]) -> Value:
    x = to_channels_last(scope, inputs[0], 2)
    sizes = (*scope.integers("height", 1), *scope.integers("width", 1))
    if any(n < m for n, m in zip(x.shape[1:3], sizes, strict=True)):
        raise scope.unsupported(f"enlarges {x.shape[1:3]} to {sizes} before it crops")
    starts = [(n - m) // 2 for n, m in zip(x.shape[1:3], sizes, strict=True)]
    parts = [slice(a, a + m) for a, m in zip(starts, sizes, strict=True)]
    return to_data_format(scope, scope.slice(x, [slice(None), *parts, slice(None)]))


@layer("RandomCrop")
def _random_crop(scope: Scope, inputs: Sequence[Value]) -> Value:
    # Keras 2 crops or resizes at inference, Keras 3 returns its input.
    sizes = (*scope.integers("height", 1), *scope.integers("width", 1))
    if inputs[0].shape[1:3] != sizes:
        raise scope.unsupported("crops in some versions of Keras and does nothing in others")
    return inputs[0]


@layer("UpSampling1D")
def _upsampling_1d(scope: Scope, inputs: Sequence[Value]) -> Value:
    x = inputs[0]
    size = scope.integers("size", 1, 2)[0]
    if x.rank != 3:
        raise scope.malformed(f"it takes 3 dimensions and its input is {x.shape}")
    steps, channels = x.shape[1:]
    tiled = _tile(scope, scope.reshape(x, (1, steps, 1, channels), "expand"), (1, 1, size, 1))
    return scope.reshape(tiled, (1, steps * size, channels))


@layer("UpSampling2D")
def _upsampling_2d(scope: Scope, inputs: Sequence[Value]) -> Value:
    x = to_channels_last(scope, inputs[0], 2)
    factors = scope.integers("size", 2, 2)
    sizes = [n * f for n, f in zip(x.shape[1:3], factors, strict=True)]
    mode = str(scope.get("interpolation", "nearest"))
    # Keras samples at the centres of pixels; the reader of TensorFlow.js models says otherwise.
    half_pixel = mode != "nearest" and scope.get("half_pixel_centers", True) is True
    return to_data_format(scope, _resize(scope, x, sizes, mode, half_pixel=half_pixel))


@layer("Resizing")
def _resizing(scope: Scope, inputs: Sequence[Value]) -> Value:
    for key in ("crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias"):
        if scope.get(key, False):
            raise scope.unsupported(f"resizes with {key}, which no operator does")
    x = to_channels_last(scope, inputs[0], 2)
    sizes = (*scope.integers("height", 1), *scope.integers("width", 1))
    mode = str(scope.get("interpolation", "bilinear"))
    return to_data_format(scope, _resize(scope, x, sizes, mode, half_pixel=True))


def _resize(scope: Scope, x: Value, sizes: Sequence[int], mode: str, half_pixel: bool) -> Value:
    kinds = {"nearest": "RESIZE_NEAREST_NEIGHBOR", "bilinear": "RESIZE_BILINEAR"}
    if mode not in kinds:
        raise scope.unsupported(f"resizes by {mode!r}, which no operator does")
    if tuple(sizes) == x.shape[1:3]:
        return x
    return scope.op(
        kinds[mode],
        (x, scope.integers_constant("size", sizes)),
        (x.shape[0], *sizes, x.shape[3]),
        dtype=x.dtype,
        align_corners=False,
        half_pixel_centers=half_pixel,
    )
