"""Operators that change the shape of a tensor or move whole parts of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from qviz.execution.batching import carries_batch
from qviz.execution.fixed_point import round_half_away_float32
from qviz.execution.kernels.operands import Array, integers_of, kernel_of, zero_point_of
from qviz.execution.kernels.registry import Context, Kernel, kernel
from qviz.graph import Tensor


@kernel("RESHAPE")
def prepare_reshape(context: Context) -> Kernel:
    """New shape over the same elements; a leading 1 stands for the batch that runs.

    The shape is the second input or, where that is absent, the option ``new_shape``.
    """
    has_batch = carries_batch(context.input(0))
    new_shape = integers_of(context.option("new_shape", ()))

    def reshape(x: Array, shape: Array | None = None) -> Array:
        target = new_shape if shape is None else integers_of(shape)
        if has_batch and target and target[0] == 1:
            target = [len(x), *target[1:]]
        return x.reshape(target)

    return kernel_of(reshape)


@kernel("SQUEEZE")
def prepare_squeeze(context: Context) -> Kernel:
    """Leave out the dimensions of size 1 that ``squeeze_dims`` lists, or all of them."""
    dimensions = tuple(integers_of(context.option("squeeze_dims", ())))
    return kernel_of(lambda x: np.squeeze(x, dimensions or None))


@kernel("EXPAND_DIMS")
def prepare_expand_dims(context: Context) -> Kernel:
    """Insert a dimension of size 1."""
    return kernel_of(lambda x, axis: np.expand_dims(x, integers_of(axis)[0]))


@kernel("TRANSPOSE")
def prepare_transpose(context: Context) -> Kernel:
    """Permute the dimensions."""
    return kernel_of(lambda x, order: np.ascontiguousarray(x.transpose(integers_of(order))))


@kernel("PAD", "PADV2")
def prepare_pad(context: Context) -> Kernel:
    """Pad with the real value 0 (PAD), or with the value of the third input (PADV2).

    The code for 0 is the output's zero point.
    """
    zero = zero_point_of(context.output)

    def pad(x: Array, widths: Array, value: Array | None = None) -> Array:
        constant = zero if value is None else value.reshape(-1)[0]
        return np.pad(x, _pairs(widths), constant_values=x.dtype.type(constant))

    return kernel_of(pad)


@kernel("MIRROR_PAD")
def prepare_mirror_pad(context: Context) -> Kernel:
    """Pad with the mirrored content, the border left out (REFLECT) or doubled (SYMMETRIC)."""
    mode = str(context.option("mode", "REFLECT")).lower()
    if mode == "symmetric":
        return kernel_of(lambda x, widths: np.pad(x, _pairs(widths), mode="symmetric"))
    return kernel_of(lambda x, widths: np.pad(x, _pairs(widths), mode="reflect"))


def _pairs(widths: Array) -> list[tuple[int, int]]:
    return [(int(before), int(after)) for before, after in widths.reshape(-1, 2)]


@kernel("CONCATENATION")
def prepare_concatenation(context: Context) -> Kernel:
    """Join along ``axis``; a constant operand is repeated for each sample of the batch.

    Codes of uint8 whose scale or zero point is not the output's are rescaled in float32.

    References
    ----------
    LiteRT, tflite/kernels/concatenation.cc and internal/reference/concatenation.h.
    """
    axis = int(context.option("axis", 0))
    rescale = [_to_output(context, tensor) for tensor in context.inputs]

    def concatenate(*parts: Array) -> Array:
        rescaled = [change(part) for change, part in zip(rescale, parts, strict=True)]
        if axis % rescaled[0].ndim != 0:
            rescaled = over_batch(rescaled)
        return np.concatenate(rescaled, axis)

    return kernel_of(concatenate)


def _to_output(context: Context, tensor: Tensor | None) -> Callable[[Array], Array]:
    """Map from the codes of an operand of CONCATENATION to the output's."""
    source = None if tensor is None else tensor.quantization
    target = context.output.quantization
    if context.output.dtype != np.uint8 or source is None or target is None:
        return lambda x: x
    if source.scale[0] == target.scale[0] and source.zero_point[0] == target.zero_point[0]:
        return lambda x: x
    scale = np.float32(source.scale[0] * (np.float32(1) / target.scale[0]))
    bias = np.float32(np.float32(-source.zero_point[0]) * scale)
    zero_point = int(target.zero_point[0])

    def change(codes: Array) -> Array:
        real = round_half_away_float32(codes.astype(np.float32) * scale + bias)
        return np.asarray(np.clip(real.astype(np.int64) + zero_point, 0, 255)).astype(np.uint8)

    return change


@kernel("PACK")
def prepare_pack(context: Context) -> Kernel:
    """Join along a new dimension ``axis``."""
    axis = int(context.option("axis", 0))

    def pack(*parts: Array) -> Array:
        is_first = axis % (parts[0].ndim + 1) == 0
        return np.stack(parts if is_first else over_batch(parts), axis)

    return kernel_of(pack)


def over_batch(parts: Sequence[Array]) -> list[Array]:
    """`parts` with dimension 0 broadcast to the number of samples in the batch."""
    batch = max(len(part) for part in parts)
    return [
        part if len(part) == batch else np.broadcast_to(part, (batch, *part.shape[1:]))
        for part in parts
    ]


@kernel("UNPACK")
def prepare_unpack(context: Context) -> Kernel:
    """Take dimension ``axis`` apart into one tensor for each index."""
    axis = int(context.option("axis", 0))

    def unpack(x: Array) -> tuple[Array, ...]:
        return tuple(np.ascontiguousarray(part) for part in np.moveaxis(x, axis, 0))

    return kernel_of(unpack)


@kernel("SPLIT")
def prepare_split(context: Context) -> Kernel:
    """Cut dimension `axis`, the first input, into equal parts, one for each output."""
    count = len(context.outputs)

    def split(axis: Array, x: Array) -> tuple[Array, ...]:
        dimension = integers_of(axis)[0]
        return tuple(np.ascontiguousarray(part) for part in np.split(x, count, dimension))

    return kernel_of(split)


@kernel("SPLIT_V")
def prepare_split_v(context: Context) -> Kernel:
    """Cut dimension `axis` into parts of the given sizes; a size of -1 takes what is left."""

    def split(x: Array, sizes: Array, axis: Array) -> tuple[Array, ...]:
        dimension, lengths = integers_of(axis)[0], integers_of(sizes)
        known = sum(length for length in lengths if length >= 0)
        lengths = [x.shape[dimension] - known if n < 0 else n for n in lengths]
        cuts = np.cumsum(lengths)[:-1]
        return tuple(np.ascontiguousarray(part) for part in np.split(x, cuts, dimension))

    return kernel_of(split)


@kernel("TILE")
def prepare_tile(context: Context) -> Kernel:
    """Repeat the content along each dimension."""
    return kernel_of(lambda x, multiples: np.tile(x, integers_of(multiples)))


@kernel("BROADCAST_TO")
def prepare_broadcast_to(context: Context) -> Kernel:
    """Repeat dimensions of size 1; a leading 1 in the shape stands for the batch that runs."""
    has_batch = carries_batch(context.input(0))

    def broadcast(x: Array, shape: Array) -> Array:
        target = integers_of(shape)
        if has_batch and len(target) == x.ndim and target[0] == 1:
            target = [len(x), *target[1:]]
        return np.broadcast_to(x, target).copy()

    return kernel_of(broadcast)


@kernel("REVERSE_V2")
def prepare_reverse(context: Context) -> Kernel:
    """Reverse the order along the given dimensions."""
    return kernel_of(lambda x, axes: np.ascontiguousarray(np.flip(x, tuple(integers_of(axes)))))


@kernel("REVERSE_SEQUENCE")
def prepare_reverse_sequence(context: Context) -> Kernel:
    """Reverse the first elements of each sequence, as many as its length says."""
    along = int(context.option("seq_dim", 0))
    batch = int(context.option("batch_dim", 0))

    def reverse(x: Array, lengths: Array) -> Array:
        places = np.arange(x.shape[along])
        stops = lengths.reshape(-1, 1)
        order = np.where(places < stops, stops - 1 - places, places)
        shape = [1] * x.ndim
        shape[batch], shape[along] = order.shape
        if batch > along:
            order = order.T
        return np.take_along_axis(x, order.reshape(shape), along)

    return kernel_of(reverse)


@kernel("BROADCAST_ARGS")
def prepare_broadcast_args(context: Context) -> Kernel:
    """The shape that two shapes broadcast to."""

    def broadcast(a: Array, b: Array) -> Array:
        shape = np.broadcast_shapes(tuple(integers_of(a)), tuple(integers_of(b)))
        return np.array(shape, a.dtype)

    return kernel_of(broadcast)
