"""Quantized activations with random parameters, and the constants that go with them."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis.extra.numpy import mutually_broadcastable_shapes
from litert_reference import codes_tensor
from numpy.typing import ArrayLike
from random_operators import random_codes, random_scales

from qviz.graph import Tensor

EIGHT_BITS = [np.int8, np.uint8]
ALL_CODES = [np.int8, np.uint8, np.int16]

BROADCAST_PAIRS = mutually_broadcastable_shapes(num_shapes=2, min_dims=1, max_dims=4, max_side=5)


def quantized(
    rng: np.random.Generator,
    name: str,
    shape: tuple[int, ...],
    dtype: Any,
    scale: float | None = None,
    zero_point: int | None = None,
) -> Tensor:
    """A quantized activation; what is not given is random, the zero point of int16 is 0."""
    if scale is None:
        scale = float(random_scales(rng, 1)[0])
    if zero_point is None:
        zero_point = 0 if dtype == np.int16 else int(random_codes(rng, (1,), dtype)[0])
    return codes_tensor(name, shape, dtype, float(np.float32(scale)), zero_point)


def like(tensor: Tensor, name: str, shape: tuple[int, ...] | None = None) -> Tensor:
    """A tensor with the same type, scale and zero point."""
    shape = tensor.shape if shape is None else shape
    return Tensor(name, shape, tensor.dtype, None, tensor.quantization)


def scale_of(tensor: Tensor) -> float:
    assert tensor.quantization is not None
    return float(tensor.quantization.scale[0])


def zero_point_of(tensor: Tensor) -> int:
    assert tensor.quantization is not None
    return int(tensor.quantization.zero_point[0])


def plain(name: str, shape: tuple[int, ...], dtype: Any = np.float32) -> Tensor:
    """An activation without quantization."""
    return Tensor(name, shape, np.dtype(dtype))


def integers(name: str, values: ArrayLike, dtype: Any = np.int32) -> Tensor:
    """A constant index tensor."""
    data = np.asarray(values, dtype)
    return Tensor(name, data.shape, data.dtype, data)
