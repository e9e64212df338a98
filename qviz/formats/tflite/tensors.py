"""Tensors of a subgraph: shape, type, scales and, for constants, the value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from qviz.errors import ModelFormatError
from qviz.formats.tflite.constants import numpy_type
from qviz.formats.tflite.model_file import ModelFile
from qviz.graph import QuantizationParams, Tensor

_MOST_DIMENSIONS = 32


class Tensors:
    """Tensors of a subgraph by index and by name."""

    def __init__(self, file: ModelFile, entries: list[Any], names: list[str]) -> None:
        self._file = file
        self._entries = dict(zip(names, entries, strict=True))
        self._names = names

    def named(self, indices: Iterable[int]) -> tuple[str, ...]:
        """Names of tensors by index."""
        indices = list(indices)
        for index in indices:
            if not 0 <= index < len(self._names):
                raise ModelFormatError(f"The file is damaged: it has no tensor {index}.")
        return tuple(self._names[i] for i in indices)

    def tensor(self, stored: str, name: str, *, computed: bool) -> Tensor:
        """The tensor `name` with the value stored under `stored`."""
        entry = self._entries[stored]
        shape = self._shape(entry, name)
        dtype = numpy_type(entry.Type(), name)
        params = self._quantization(entry, name, shape)
        raw = None if computed else self._stored(entry, name)
        if raw is not None:
            value = self._file.constants.value(name, entry.Type(), shape, raw, entry.Sparsity())
        elif computed:
            value = None
        else:
            value = _unset(name, shape, dtype, params, is_variable=entry.IsVariable())
        return Tensor(name, shape, dtype, value, params)

    def _stored(self, entry: Any, name: str) -> NDArray[np.uint8] | None:
        if entry.ExternalBuffer():
            raise ModelFormatError(
                f"The values of tensor {name!r} lie in another file; qviz reads models of one file."
            )
        return self._file.constants.stored(entry.Buffer(), name)

    def _shape(self, entry: Any, name: str) -> tuple[int, ...]:
        rank = entry.ShapeLength()
        if rank > _MOST_DIMENSIONS:
            raise ModelFormatError(f"The file is damaged: tensor {name!r} has {rank} dimensions.")
        shape = tuple(entry.Shape(i) for i in range(rank))
        if any(size < 0 for size in shape):
            raise ModelFormatError(f"The file is damaged: tensor {name!r} has the shape {shape}.")
        if any(entry.ShapeSignature(i) < 0 for i in range(min(rank, entry.ShapeSignatureLength()))):
            self._file.free_sizes.append(name)
        return shape

    def _quantization(
        self, entry: Any, name: str, shape: tuple[int, ...]
    ) -> QuantizationParams | None:
        params = entry.Quantization()
        if params is None:
            return None
        if params.DetailsType() not in (
            schema.QuantizationDetails.NONE,
            schema.QuantizationDetails.CustomQuantization,
        ):
            raise ModelFormatError(
                f"Tensor {name!r} has scales by blocks, which qviz does not read."
            )
        count = params.ScaleLength()
        if count == 0:
            return None
        self._file.spend(count)
        scale = np.array(params.ScaleAsNumpy(), np.float32)
        zero_point = np.zeros(count, np.int64)
        if params.ZeroPointLength():
            zero_point[:] = params.ZeroPointAsNumpy()
        if count == 1:
            return QuantizationParams(scale, zero_point)
        dimension = params.QuantizedDimension()
        if not 0 <= dimension < len(shape) or shape[dimension] != count:
            raise ModelFormatError(
                f"The file is damaged: tensor {name!r} of shape {shape} has {count} scales along "
                f"dimension {dimension}."
            )
        return QuantizationParams(scale, zero_point, dimension)


def _unset(
    name: str,
    shape: tuple[int, ...],
    dtype: np.dtype[np.generic],
    params: QuantizationParams | None,
    *,
    is_variable: bool,
) -> NDArray[np.generic]:
    """Value of a tensor that nothing makes and that has no data: a state, or no elements at all."""
    if not is_variable and 0 not in shape:
        raise ModelFormatError(
            f"The file is damaged: tensor {name!r} is read, but it has no data and nothing "
            "makes it."
        )
    start = np.zeros((), dtype)
    if params is not None and dtype.kind in "iu":
        start = start + params.zero_point[0].astype(dtype)
    # A view of one element, so that a large shape takes no memory.
    return np.broadcast_to(start, shape)
