"""STABLEHLO_GATHER and STABLEHLO_SCATTER: boxes of elements by the place of their first one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qviz.execution.kernels.operands import kernel_of
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel
from qviz.execution.kernels.window_reduction import reduction_of


def _option(context: Context, name: str) -> list[int]:
    return [int(n) for n in context.option(name, ())]


def _starts(indices: Array, vector_dim: int, targets: Sequence[int], rank: int) -> Array:
    """Places (batch..., rank) of the first elements; dimensions without an index start at 0."""
    vectors = indices[..., None] if vector_dim == indices.ndim else indices
    vectors = np.moveaxis(vectors, vector_dim, -1).astype(np.int64)
    starts = np.zeros((*vectors.shape[:-1], rank), np.int64)
    starts[..., list(targets)] = vectors
    return starts


def _places(starts: Array, sizes: Sequence[int]) -> list[Array]:
    """For each dimension the places (batch..., sizes...) that the boxes cover."""
    rank, batch = len(sizes), starts.shape[:-1]
    places = []
    for axis, size in enumerate(sizes):
        inside = [1] * rank
        inside[axis] = size
        first = starts[..., axis].reshape(*batch, *[1] * rank)
        places.append(first + np.arange(size).reshape(inside))
    return [np.asarray(p) for p in np.broadcast_arrays(*places)]


@kernel("STABLEHLO_GATHER")
def prepare_stablehlo_gather(context: Context) -> Kernel:
    """Boxes of an array; one that would stick out is moved inside.

    References
    ----------
    LiteRT, tflite/kernels/stablehlo_gather.cc.
    """
    offset_dims, collapsed, start_map, sizes = (
        _option(context, name)
        for name in ("offset_dims", "collapsed_slice_dims", "start_index_map", "slice_sizes")
    )
    vector_dim = int(context.option("index_vector_dim", 0))

    def gather(x: Array, indices: Array) -> Array:
        starts = _starts(indices, vector_dim, start_map, x.ndim)
        limits = np.array(x.shape) - np.array(sizes)
        starts = np.clip(starts, 0, limits)
        boxes = x[tuple(_places(starts, sizes))]
        batch = starts.ndim - 1
        boxes = boxes.squeeze(tuple(batch + axis for axis in collapsed))
        kept = range(batch, batch + len(offset_dims))
        return np.ascontiguousarray(np.moveaxis(boxes, tuple(kept), tuple(offset_dims)))

    return kernel_of(gather)


@kernel("STABLEHLO_SCATTER")
def prepare_stablehlo_scatter(context: Context) -> Kernel:
    """Boxes of updates put into an array, one element after the other.

    What a subgraph of one operator computes combines them with what is there; an empty one
    replaces it. Elements outside are left out.

    References
    ----------
    LiteRT, tflite/kernels/stablehlo_scatter.cc.
    """
    operation = reduction_of(context, int(context.option("update_computation_subgraph_index", 0)))
    window_dims, inserted, targets = (
        _option(context, name)
        for name in (
            "update_window_dims",
            "inserted_window_dims",
            "scatter_dims_to_operand_dims",
        )
    )
    vector_dim = int(context.option("index_vector_dim", 0))

    def scatter(x: Array, indices: Array, updates: Array) -> Array:
        starts = _starts(indices, vector_dim, targets, x.ndim)
        sizes = [1] * x.ndim
        for axis, dim in zip(
            (d for d in range(x.ndim) if d not in inserted), window_dims, strict=True
        ):
            sizes[axis] = updates.shape[dim]
        # Places in the layout of the updates, so that they are met in the updates' order.
        batch = starts.ndim - 1
        dropped = tuple(batch + axis for axis in inserted)
        kept = tuple(range(batch, batch + len(window_dims)))
        places = [
            np.moveaxis(p.squeeze(dropped), kept, tuple(window_dims)).reshape(-1)
            for p in _places(starts, sizes)
        ]
        inside = np.ones(updates.size, bool)
        for place, size in zip(places, x.shape, strict=True):
            inside &= (place >= 0) & (place < size)
        result = x.copy()
        where = tuple(p[inside] for p in places)
        values = updates.reshape(-1)[inside]
        if operation is None:
            result[where] = values
        else:
            operation.at(result, where, values)
        return result

    return kernel_of(scatter)
