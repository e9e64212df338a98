"""Operators that pick elements by index, and that make index tensors."""

from __future__ import annotations

import numpy as np

from qviz.execution.kernels.operands import Array, integers_of, kernel_of
from qviz.execution.kernels.registry import Context, Kernel, kernel


@kernel("GATHER")
def prepare_gather(context: Context) -> Kernel:
    """Pick along ``axis``; the first ``batch_dims`` dimensions go in step with the indices'."""
    axis = int(context.option("axis", 0))
    batch_dims = int(context.option("batch_dims", 0))

    def gather(x: Array, indices: Array) -> Array:
        dimension = axis % x.ndim
        if batch_dims == 0:
            return np.take(x, indices, dimension)
        together = batch_dims % (indices.ndim + 1) if batch_dims < 0 else batch_dims
        batch = np.broadcast_shapes(x.shape[:together], indices.shape[:together])
        x = np.broadcast_to(x, batch + x.shape[together:])
        indices = np.broadcast_to(indices, batch + indices.shape[together:])
        picked = [np.take(x[i], indices[i], dimension - together) for i in np.ndindex(batch)]
        return np.stack(picked).reshape(batch + picked[0].shape)

    return kernel_of(gather)


@kernel("GATHER_ND")
def prepare_gather_nd(context: Context) -> Kernel:
    """Pick elements or slices by the index vectors in the last dimension of the indices."""
    return kernel_of(lambda x, indices: x[tuple(np.moveaxis(indices, -1, 0))])


@kernel("SCATTER_ND")
def prepare_scatter_nd(context: Context) -> Kernel:
    """Zeros of the given shape with the updates added at the index vectors."""

    def scatter(indices: Array, updates: Array, shape: Array) -> Array:
        result = np.zeros(integers_of(shape), updates.dtype)
        add = np.logical_or if updates.dtype == np.bool_ else np.add
        add.at(result, tuple(np.moveaxis(indices, -1, 0)), updates)
        return result

    return kernel_of(scatter)


@kernel("EMBEDDING_LOOKUP")
def prepare_embedding_lookup(context: Context) -> Kernel:
    """Rows of a table; a table of codes under a float output is dequantized row by row."""
    table = context.input(1)
    dequantize = context.output.is_float and not table.is_float
    quantization = table.quantization

    def look_up(ids: Array, values: Array) -> Array:
        rows = np.take(values, ids, 0)
        if not dequantize or quantization is None:
            return rows
        scale = quantization.scale
        per_row = scale[ids] if quantization.quantized_dimension == 0 else scale[:1]
        shape = (-1,) + (1,) * (rows.ndim - 1) if per_row.size > 1 else (1,) * rows.ndim
        return rows.astype(np.float32) * per_row.reshape(shape).astype(np.float32)

    return kernel_of(look_up)


@kernel("DYNAMIC_UPDATE_SLICE")
def prepare_dynamic_update_slice(context: Context) -> Kernel:
    """Copy with a box overwritten; the box is moved inside where it would stick out."""

    def update(x: Array, part: Array, start: Array) -> Array:
        result = x.copy()
        box = tuple(
            slice(first, first + length)
            for first, length in (
                (min(max(begin, 0), size - length), length)
                for begin, size, length in zip(integers_of(start), x.shape, part.shape, strict=True)
            )
        )
        result[box] = part
        return result

    return kernel_of(update)


@kernel("ONE_HOT")
def prepare_one_hot(context: Context) -> Kernel:
    """`on` where the new dimension ``axis`` counts to the index, `off` elsewhere."""
    axis = int(context.option("axis", -1))

    def one_hot(indices: Array, depth: Array, on: Array, off: Array) -> Array:
        dimension = indices.ndim if axis == -1 else axis
        counts = np.arange(integers_of(depth)[0])
        counts = counts.reshape((-1,) + (1,) * (indices.ndim - dimension))
        hot = np.expand_dims(indices, dimension) == counts
        return np.asarray(np.where(hot, on.reshape(-1)[0], off.reshape(-1)[0])).astype(on.dtype)

    return kernel_of(one_hot)


@kernel("SHAPE")
def prepare_shape(context: Context) -> Kernel:
    """Sizes of the dimensions, the batch that runs included."""
    dtype = context.output.dtype
    return kernel_of(lambda x: np.array(x.shape, dtype))


@kernel("RANK")
def prepare_rank(context: Context) -> Kernel:
    """Number of dimensions."""
    return kernel_of(lambda x: np.array(x.ndim, np.int32))


@kernel("FILL")
def prepare_fill(context: Context) -> Kernel:
    """One value everywhere."""
    return kernel_of(
        lambda shape, value: np.full(integers_of(shape), value.reshape(-1)[0], value.dtype)
    )


@kernel("RANGE")
def prepare_range(context: Context) -> Kernel:
    """Numbers from start to before limit in steps of delta.

    As the kernel: ``start + i * delta`` accumulates by addition in the tensor's own type.
    """

    def count(start: Array, limit: Array, delta: Array) -> Array:
        first, last, step = (v.reshape(-1)[0] for v in (start, limit, delta))
        length = max(int(np.ceil((float(last) - float(first)) / float(step))), 0)
        steps = np.full(length, step, start.dtype)
        if length:
            steps[0] = first
        return np.cumsum(steps, dtype=start.dtype)

    return kernel_of(count)


@kernel("ZEROS_LIKE")
def prepare_zeros_like(context: Context) -> Kernel:
    """Zeros of the operand's shape and type."""
    return kernel_of(np.zeros_like)
