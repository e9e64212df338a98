"""Between Keras' arrangements of images and sequences and TFLite's, which has channels last."""

from __future__ import annotations

from collections.abc import Sequence

from qviz.formats.keras.lowering.builder import Value
from qviz.formats.keras.lowering.scope import Scope


def to_channels_last(scope: Scope, x: Value, rank: int) -> Value:
    """`x` with channels in the last dimension; `rank` counts spatial dimensions."""
    if x.rank != rank + 2:
        raise scope.malformed(f"it takes {rank + 2} dimensions and its input is {x.shape}")
    if not scope.channels_first:
        return x
    return scope.transpose(x, (0, *range(2, rank + 2), 1), "channels_last")


def to_data_format(scope: Scope, x: Value) -> Value:
    """`x`, channels last, in the layer's own arrangement."""
    if not scope.channels_first:
        return x
    return scope.transpose(x, (0, x.rank - 1, *range(1, x.rank - 1)), "channels_first")


def as_image(scope: Scope, x: Value, rank: int) -> Value:
    """A sequence as an image of height 1, which it may have been before; an image as it is."""
    if rank == 2:
        return x
    shape = (x.shape[0], 1, *x.shape[1:])
    source = scope.builder.source_of_reshape(x)
    if source is not None and source.shape == shape:
        return source
    return scope.reshape(x, shape, "expand")


def from_image(scope: Scope, x: Value, rank: int) -> Value:
    """Undo :func:`as_image`, and give channels back their place."""
    if rank == 1:
        x = scope.reshape(x, (x.shape[0], *x.shape[2:]), "squeeze")
    return to_data_format(scope, x)


def spatial_axes(scope: Scope, rank: int) -> Sequence[int]:
    """Dimensions that are not batch or channels."""
    first = 2 if scope.channels_first else 1
    return range(first, first + rank)
