"""Sparse tensors: TFLite's compressed levels, made dense when they are read."""

from __future__ import annotations

from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from qviz.errors import ModelFormatError

_MOST_LEVELS = 16

Ints = NDArray[np.int64]


def densify(
    name: str, shape: tuple[int, ...], values: NDArray[np.generic], sparsity: Any
) -> NDArray[np.generic]:
    """Dense array of a sparse tensor.

    A tensor is stored level by level in `traversal_order`; a level is dense (every index) or
    compressed (segments and indices, as CSR has them). Dimensions beyond the tensor's rank are
    blocks inside the dimensions that `block_map` names.

    Parameters
    ----------
    name : str
        Of the tensor, for messages.
    shape : tuple of int
        Of the dense tensor.
    values : ndarray
        Stored elements, in level order.
    sparsity : schema.SparsityParameters
        Levels as the file has them.

    Raises
    ------
    ModelFormatError
        If levels, values and shape do not fit together.

    References
    ----------
    LiteRT, kernels/internal/utils/sparsity_format_converter.cc.
    """
    if max(sparsity.DimMetadataLength(), sparsity.TraversalOrderLength()) > _MOST_LEVELS:
        raise _damaged(name, "it has too many levels")
    levels = schema.SparsityParametersT.InitFromObj(sparsity)
    order = _ints(levels.traversalOrder)
    blocks = _ints(levels.blockMap)
    rank = len(shape)
    if (
        sorted(order.tolist()) != list(range(rank + len(blocks)))
        or len(levels.dimMetadata or ()) != len(order)
        or any(not 0 <= d < rank for d in blocks.tolist())
    ):
        raise _damaged(name, "its levels do not fit its rank")
    coordinates = _coordinates(name, order, levels.dimMetadata, values.size)
    if coordinates.shape[1] != values.size:
        raise _damaged(name, f"it stores {values.size} values for {coordinates.shape[1]} places")
    position = coordinates[:rank]
    for i, dimension in enumerate(blocks.tolist()):
        size = levels.dimMetadata[order.tolist().index(rank + i)].denseSize
        position[dimension] = position[dimension] * size + coordinates[rank + i]
    limits = np.array(shape, np.int64).reshape(-1, 1)
    if (position < 0).any() or (position >= limits).any():
        raise _damaged(name, "an index is outside its shape")
    dense = np.zeros(shape, values.dtype)
    dense[tuple(position)] = values
    return dense


def _coordinates(name: str, order: Ints, levels: Any, stored: int) -> Ints:
    """Coordinate of every stored value in each (blocked) dimension, one column a value."""
    # A level never has more places than there are values below it or segments that divide it.
    most = max(stored, *(len(_vector(level.arraySegments)) for level in levels))
    columns: list[Ints] = []
    count = 1
    for level in levels:
        if level.format == schema.DimensionType.DENSE:
            size = level.denseSize
            if size < 0 or count * size > most:
                raise _damaged(name, "its levels are larger than its values")
            columns = [np.repeat(c, size) for c in columns]
            columns.append(np.tile(np.arange(size, dtype=np.int64), count))
            count *= size
        else:
            segments, indices = _vector(level.arraySegments), _vector(level.arrayIndices)
            lengths = np.diff(segments)
            if len(segments) != count + 1 or (lengths < 0).any() or segments[0] != 0:
                raise _damaged(name, "its segments do not follow each other")
            if segments[-1] != len(indices) or len(indices) > most:
                raise _damaged(name, "its segments do not fit its indices")
            columns = [np.repeat(c, lengths) for c in columns]
            columns.append(indices)
            count = len(indices)
    placed = np.empty((len(order), count), np.int64)
    for dimension, column in zip(order.tolist(), columns, strict=True):
        placed[dimension] = column
    return placed


def _vector(union: Any) -> Ints:
    return _ints(None if union is None else union.values)


def _ints(values: Any) -> Ints:
    return np.asarray([] if values is None else values, np.int64).ravel()


def _damaged(name: str, why: str) -> ModelFormatError:
    return ModelFormatError(f"The file is damaged: tensor {name!r} is sparse, but {why}.")
