"""Which elements of the input, and which weights, make one element of an operator with weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qviz.evaluation.element.operation import NoStepsError, Operation
from qviz.execution.fixed_point import Int64Array
from qviz.execution.kernels.windows import Window


@dataclass(frozen=True, slots=True, eq=False)
class ReceptiveField:
    """Places of the terms, channel by channel and there row by row.

    Attributes
    ----------
    shape : tuple of int
        Rows, columns, channels.
    inputs : int64 ndarray of shape (terms,)
        Into the flattened input; -1 outside of it.
    weights : int64 ndarray of shape (terms,)
        Into the flattened weights.
    channel : int
        Of the output: which scale and which bias.
    """

    shape: tuple[int, int, int]
    inputs: Int64Array
    weights: Int64Array
    channel: int

    @property
    def is_padding(self) -> NDArray[np.bool_]:
        """Which terms lie outside of the input."""
        return self.inputs < 0

    def taps(self) -> Int64Array:
        """Row, column and channel of every term, shape (terms, 3)."""
        rows, columns, channels = self.shape
        c, i, j = np.indices((channels, rows, columns)).reshape(3, -1)
        return np.stack([i, j, c], axis=1).astype(np.int64)

    def pick(self, x: NDArray[np.generic], outside: float = 0) -> NDArray[np.generic]:
        """Elements of the input in the order of the terms; `outside` beyond the border."""
        taken = x.reshape(-1)[np.maximum(self.inputs, 0)]
        return np.where(self.is_padding, np.array(outside, x.dtype), taken)


def convolution_field(operation: Operation) -> ReceptiveField:
    """Field of an element of CONV_2D, whose weights are (out, rows, columns, in / groups)."""
    x, weights = operation.array(0), operation.array(1)
    outputs, rows, columns, group_channels = weights.shape
    _, y, x_at, channel = operation.at
    groups = max(1, x.shape[3] // group_channels)
    first = channel // (outputs // groups) * group_channels
    down, across = _covered(operation, rows, columns, y, x_at)
    c, i, j = _grid(group_channels, rows, columns)
    flat = _flat(operation.array(0), down[i], across[j], c + first)
    at = ((channel * rows + i) * columns + j) * group_channels + c
    return ReceptiveField((rows, columns, group_channels), flat, at, channel)


def depthwise_field(operation: Operation) -> ReceptiveField:
    """Field of an element of DEPTHWISE_CONV_2D, whose weights are (1, rows, columns, out)."""
    x, weights = operation.array(0), operation.array(1)
    _, rows, columns, outputs = weights.shape
    _, y, x_at, channel = operation.at
    source = channel // (outputs // x.shape[3])
    down, across = _covered(operation, rows, columns, y, x_at)
    c, i, j = _grid(1, rows, columns)
    flat = _flat(x, down[i], across[j], c + source)
    return ReceptiveField((rows, columns, 1), flat, (i * columns + j) * outputs + channel, channel)


def dense_field(operation: Operation) -> ReceptiveField:
    """Field of an element of FULLY_CONNECTED: a row of the input."""
    outputs, values = operation.array(1).shape
    row, channel = divmod(operation.flat, outputs)
    terms = np.arange(values, dtype=np.int64)
    return ReceptiveField((1, 1, values), row * values + terms, channel * values + terms, channel)


def transposed_field(operation: Operation) -> ReceptiveField:
    """Field of an element of TRANSPOSE_CONV: the taps whose input pixel spreads to it.

    Inputs are (output shape, weights (out, rows, columns, in), x, bias).
    """
    weights, x = operation.array(1), operation.array(2)
    _, rows, columns, channels = weights.shape
    _, y, x_at, channel = operation.at
    window = Window.of(operation.context, rows, columns)
    placement = window.place(operation.output.shape[1], operation.output.shape[2])
    down = _spreading(y + placement.top, rows, window.stride_h, x.shape[1])
    across = _spreading(x_at + placement.left, columns, window.stride_w, x.shape[2])
    c, i, j = _grid(channels, rows, columns)
    at = ((channel * rows + i) * columns + j) * channels + c
    return ReceptiveField((rows, columns, channels), _flat(x, down[i], across[j], c), at, channel)


def window_field(operation: Operation) -> ReceptiveField:
    """Field of an element of a pool: a window of one channel."""
    option = operation.context.option
    rows, columns = int(option("filter_height", 1)), int(option("filter_width", 1))
    _, y, x_at, channel = operation.at
    down, across = _covered(operation, rows, columns, y, x_at)
    c, i, j = _grid(1, rows, columns)
    flat = _flat(operation.array(0), down[i], across[j], c + channel)
    return ReceptiveField((rows, columns, 1), flat, np.zeros_like(flat), channel)


def _grid(channels: int, rows: int, columns: int) -> tuple[Int64Array, Int64Array, Int64Array]:
    """Channel, row and column of every term."""
    c, i, j = np.indices((channels, rows, columns)).reshape(3, -1).astype(np.int64)
    return c, i, j


def _covered(
    operation: Operation, rows: int, columns: int, y: int, x: int
) -> tuple[Int64Array, Int64Array]:
    """Rows and columns of the input under the window at an output pixel; -1 outside."""
    image = operation.array(0)
    if image.ndim != 4:
        raise NoStepsError(f"its input has {image.ndim} dimensions instead of 4")
    window = Window.of(operation.context, rows, columns)
    placement = window.place(image.shape[1], image.shape[2])
    down = y * window.stride_h - placement.top + np.arange(rows) * window.dilation_h
    across = x * window.stride_w - placement.left + np.arange(columns) * window.dilation_w
    return _within(down, image.shape[1]), _within(across, image.shape[2])


def _within(places: Int64Array, size: int) -> Int64Array:
    return np.where((places >= 0) & (places < size), places, -1).astype(np.int64)


def _spreading(place: int, taps: int, stride: int, size: int) -> Int64Array:
    """For every tap the input row that it spreads to `place`; -1 if there is none."""
    reach = place - np.arange(taps)
    rows = np.where(reach % stride == 0, reach // stride, -1)
    return _within(rows, size)


def _flat(
    x: NDArray[np.generic], rows: Int64Array, columns: Int64Array, c: Int64Array
) -> Int64Array:
    _, _, width, channels = x.shape
    flat = (rows * width + columns) * channels + c
    return np.where((rows < 0) | (columns < 0), -1, flat).astype(np.int64)
