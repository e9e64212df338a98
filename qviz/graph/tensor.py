"""Tensors and the affine map between their codes and real values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Integers below it, and their differences, are exact in float32.
_EXACT = 1 << 22


@dataclass(frozen=True, slots=True, eq=False)
class QuantizationParams:
    """The affine map of a quantized tensor: ``real = (code - zero_point) * scale``.

    Attributes
    ----------
    scale : float32 ndarray of shape (channels,) or (1,)
        Step between two neighbouring levels.
    zero_point : int64 ndarray, shape of `scale`
        Code that stands for the real value 0.
    quantized_dimension : int or None
        Dimension along which `scale` varies; None for one scale per tensor.
    minimum : float or None
        Real value of code 0 where it is stored instead of a zero point (tfjs, eightbit); then
        ``real = code * scale + minimum`` and `zero_point` is only the nearest code to 0.
    """

    scale: NDArray[np.float32]
    zero_point: NDArray[np.int64]
    quantized_dimension: int | None = None
    minimum: float | None = None

    @classmethod
    def per_tensor(cls, scale: float, zero_point: int = 0) -> QuantizationParams:
        """Parameters with one scale and one zero point."""
        return cls(np.array([scale], np.float32), np.array([zero_point], np.int64))

    @property
    def is_per_channel(self) -> bool:
        """Whether the scale varies along a dimension."""
        return self.quantized_dimension is not None

    def same_as(self, other: QuantizationParams | None) -> bool:
        """Whether both describe the same map, to the last bit."""
        return (
            other is not None
            and self.quantized_dimension == other.quantized_dimension
            and self.minimum == other.minimum
            and np.array_equal(self.scale, other.scale)
            and np.array_equal(self.zero_point, other.zero_point)
        )

    def dequantize(self, codes: NDArray[np.generic]) -> NDArray[np.float32]:
        """Real values of `codes`, float32, of their shape.

        Computed as TFLite's reference kernel does: the difference in integers, then one product.
        With `minimum` as tfjs does: in float64, rounded once.
        """
        if self.minimum is not None:
            wide = codes.astype(np.float64) * float(self.scale[0]) + self.minimum
            return wide.astype(np.float32)
        scale, zero_point = self._broadcast(codes.ndim)
        is_narrow = codes.dtype.kind in "iu" and codes.dtype.itemsize <= 2
        if is_narrow and (np.abs(zero_point) < _EXACT).all():
            # The same numbers without the detour: float32 holds these integers.
            values = codes.astype(np.float32)
            values -= zero_point.astype(np.float32)
            values *= scale
            return values
        centred = codes.astype(np.int64) - zero_point
        return centred.astype(np.float32) * scale

    def _broadcast(self, rank: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        if self.quantized_dimension is None:
            return self.scale[:1].reshape((1,) * rank), self.zero_point[:1].reshape((1,) * rank)
        shape = [1] * rank
        shape[self.quantized_dimension] = -1
        return self.scale.reshape(shape), self.zero_point.reshape(shape)


@dataclass(frozen=True, slots=True, eq=False)
class Tensor:
    """One array of a graph: a constant, an input, or the result of an operator.

    Attributes
    ----------
    name : str
        Unique in its graph.
    shape : tuple of int
        With batch size 1 in dimension 0 of activations. -1 marks a size known only at run time.
    dtype : numpy.dtype
        Of the elements. A packed int4 tensor is int8 here, unpacked when read.
    data : ndarray or None
        Value of a constant, of `shape` and `dtype`; None for an activation.
    quantization : QuantizationParams or None
        How codes map to real values; None for float and index tensors.
    origin : str or None
        Name of the float tensor whose values this one stands for, where a quantizer made it.
        The tensor that holds the result of the operator itself (not of an inserted QUANTIZE or
        DEQUANTIZE) keeps the float tensor's name, and its origin is that name.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    data: NDArray[np.generic] | None = None
    quantization: QuantizationParams | None = None
    origin: str | None = None

    @property
    def is_constant(self) -> bool:
        """Whether the value is part of the model."""
        return self.data is not None

    @property
    def is_float(self) -> bool:
        """Whether elements are floating-point numbers."""
        return self.dtype.kind == "f"

    @property
    def size(self) -> int:
        """Number of elements at batch size 1; 0 while a size is unknown."""
        return int(np.prod(self.shape, dtype=np.int64)) if all(n >= 0 for n in self.shape) else 0

    def real(self) -> NDArray[np.float32]:
        """Real values of a constant, float32, dequantized if it is quantized."""
        if self.data is None:
            raise ValueError(f"tensor {self.name!r} is not a constant")
        if self.quantization is None:
            return self.data.astype(np.float32)
        return self.quantization.dequantize(self.data)
