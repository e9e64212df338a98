"""A weight tensor before and after quantization, as histograms over its code grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.errors import QvizError
from qviz.evaluation.metrics import error_metrics
from qviz.evaluation.results import ErrorMetrics
from qviz.graph import Graph, Tensor

# Enough to show a grid of 256 codes between its levels, few enough to draw in milliseconds.
_MAX_BINS = 512
_ERROR_BINS = 101
# Dimension of the output channels of a weight tensor, by the operator that reads it.
_CHANNEL_DIMENSION = {
    "CONV_2D": 0,
    "DEPTHWISE_CONV_2D": 3,
    "FULLY_CONNECTED": 0,
    "TRANSPOSE_CONV": 0,
    "EIGHTBIT_CONV_2D": 0,
    "EIGHTBIT_MATMUL": 0,
}
_DEQUANTIZING = ("DEQUANTIZE", "EIGHTBIT_DEQUANTIZE")


@dataclass(frozen=True, slots=True, eq=False)
class WeightView:
    """A weight tensor, float and quantized, ready to draw.

    Attributes
    ----------
    layer, tensor : str
    scheme_id : str
        Scheme of the quantized side; "float32" where there is none.
    channel : int or None
        Channel shown; None for the whole tensor.
    channels : int
    shape : tuple of int
    count : int
        Number of values shown.
    float_edges : float64 ndarray of shape (bins + 1,)
    float_counts : int64 ndarray of shape (bins,)
    levels : float64 ndarray of shape (levels,)
        Real values of the codes in use, rising; empty without a quantized side. For one scale per
        channel and channel None the codes of all channels are drawn over the real axis in the same
        bins as the float values.
    level_counts : int64 ndarray of shape (levels,)
    codes : int64 ndarray of shape (levels,)
        Code of each level; empty where channels of different scale are mixed.
    error_edges : float64 ndarray of shape (error_bins + 1,)
    error_counts : int64 ndarray of shape (error_bins,)
    scale : float
        Of the channel; the largest where channels are mixed; 0 without a quantized side.
    zero_point : int
    grid_minimum, grid_maximum : float
        Real values of the lowest and the highest code there is.
    occupied_codes, available_codes : int
    metrics : ErrorMetrics or None
    channel_minimum, channel_maximum : float32 ndarray of shape (channels,)
        Range of every channel, for the per-channel view.
    stored_as : str
        Type of the codes where the file itself holds them instead of float32; else empty. Then
        there is nothing beside the codes: `float_counts` is 0 everywhere, `metrics` None, and
        `levels`, `float_edges` and the grid are in codes, whose real values are
        ``code * scale + first_level``. For float16 they are real values.
    smallest_scale : float
        The smallest where channels are mixed, else `scale`; 0 unless `stored_as` says integers.
    first_level : float
        Real value of code 0 of what is stored; NaN where channels are mixed.
    """

    layer: str
    tensor: str
    scheme_id: str
    channel: int | None
    channels: int
    shape: tuple[int, ...]
    count: int
    float_edges: NDArray[np.float64]
    float_counts: NDArray[np.int64]
    levels: NDArray[np.float64]
    level_counts: NDArray[np.int64]
    codes: NDArray[np.int64]
    error_edges: NDArray[np.float64]
    error_counts: NDArray[np.int64]
    scale: float
    zero_point: int
    grid_minimum: float
    grid_maximum: float
    occupied_codes: int
    available_codes: int
    metrics: ErrorMetrics | None
    channel_minimum: NDArray[np.float32]
    channel_maximum: NDArray[np.float32]
    stored_as: str = ""
    smallest_scale: float = 0.0
    first_level: float = 0.0

    @property
    def are_codes(self) -> bool:
        """Whether `levels` are the integer codes that the file holds."""
        return bool(self.stored_as) and self.codes.size > 0


def channel_dimension(graph: Graph, name: str) -> int | None:
    """Dimension along which the output channels of a weight tensor lie; None if it has none.

    A bias and other vectors count as one channel each; only tensors of two and more dimensions that
    a convolution or a dense layer reads as their weights, dequantized or not, have channels.
    """
    tensor = graph.tensors[name]
    if len(tensor.shape) < 2:
        return None
    names = {name}
    for operator in graph.operators:
        if operator.kind in _DEQUANTIZING and operator.inputs[0] == name:
            names.add(operator.outputs[0])
        if len(operator.inputs) > 1 and operator.inputs[1] in names:
            return _CHANNEL_DIMENSION.get(operator.kind)
    return None


def quantized_counterpart(graph: Graph, name: str) -> Tensor | None:
    """Stored codes of the float weight `name` in a quantized graph; None if it stays float32."""
    for tensor in graph.tensors.values():
        if tensor.is_constant and name in (tensor.origin, tensor.name) and is_coded(tensor):
            return tensor
    return None


def is_coded(tensor: Tensor) -> bool:
    """Whether a tensor is stored as codes or in half precision."""
    return tensor.quantization is not None or tensor.dtype == np.float16


def weight_view(
    graph: Graph,
    layer: str,
    name: str,
    *,
    quantized: Graph | None = None,
    scheme_id: str = "float32",
    channel: int | None = None,
) -> WeightView:
    """Histograms of the weight tensor `name`.

    Parameters
    ----------
    graph : Graph
        Graph that has the tensor: the float one, or a file that holds codes already.
    layer : str
        Layer it is shown under.
    name : str
        Of the tensor.
    quantized : Graph, optional
        The same model under the scheme `scheme_id`.
    channel : int, optional
        Show one output channel only.

    Raises
    ------
    QvizError
        If the graph has no such constant, the constant no values, or no such channel.
    """
    tensor = graph.tensors.get(name)
    if tensor is None or not tensor.is_constant or not tensor.size:
        raise QvizError(f"{layer} has no weights named {name} to show. Choose another tensor.")
    values = tensor.real()
    dimension = channel_dimension(graph, name)
    coded = None if quantized is None else quantized_counterpart(quantized, name)
    rows = _by_channel(values, dimension)
    channels = len(rows)
    if channel is not None and not 0 <= channel < channels:
        raise QvizError(f"{name} has channels 0 to {channels - 1}; there is no {channel}.")
    shown = rows if channel is None else rows[channel : channel + 1]
    if is_coded(tensor):
        return _stored_view(tensor, layer, dimension, channel, rows)
    edges = _edges(shown)
    side = _QuantizedSide.of(coded, dimension, channel, shown, edges)
    return WeightView(
        layer=layer,
        tensor=name,
        scheme_id=scheme_id if coded is not None else "float32",
        channel=channel,
        channels=channels,
        shape=tensor.shape,
        count=int(shown.size),
        float_edges=edges,
        float_counts=np.histogram(shown, edges)[0].astype(np.int64),
        levels=side.levels,
        level_counts=side.counts,
        codes=side.codes,
        error_edges=side.error_edges,
        error_counts=side.error_counts,
        scale=side.scale,
        zero_point=side.zero_point,
        grid_minimum=side.grid_minimum,
        grid_maximum=side.grid_maximum,
        occupied_codes=side.occupied,
        available_codes=side.available,
        metrics=side.metrics,
        channel_minimum=rows.min(axis=1).astype(np.float32),
        channel_maximum=rows.max(axis=1).astype(np.float32),
    )


def _stored_view(
    tensor: Tensor,
    layer: str,
    dimension: int | None,
    channel: int | None,
    rows: NDArray[np.float32],
) -> WeightView:
    """What is seen of a tensor that the file holds as codes: the codes, and no float32 beside."""
    assert tensor.data is not None
    pick = slice(None) if channel is None else slice(channel, channel + 1)
    codes = _by_channel(tensor.data, dimension)[pick]
    used, counts = np.unique(codes, return_counts=True)
    occupied = int(used.size)
    lowest, highest = _code_range(tensor)
    scale, zero_point, minimum = _affine_of(tensor, channel)
    first = -float(zero_point) * float(scale[0]) if minimum is None else minimum
    are_codes = tensor.quantization is not None
    if are_codes:
        edges = _edges(np.array([float(used[0]) - 0.5, float(used[-1]) + 0.5]))
    else:
        # Halves have too many levels to be drawn one by one.
        edges = _edges(rows[pick])
        binned = np.histogram(rows[pick], edges)[0]
        filled = np.flatnonzero(binned)
        used, counts = (edges[filled] + edges[filled + 1]) / 2, binned[filled]
    return WeightView(
        layer=layer,
        tensor=tensor.name,
        scheme_id=str(tensor.dtype),
        channel=channel,
        channels=len(rows),
        shape=tensor.shape,
        count=int(codes.size),
        float_edges=edges,
        float_counts=np.zeros(edges.size - 1, np.int64),
        levels=used.astype(np.float64),
        level_counts=counts.astype(np.int64),
        codes=used.astype(np.int64) if are_codes else np.zeros(0, np.int64),
        error_edges=np.array([0.0, 1.0]),
        error_counts=np.zeros(1, np.int64),
        scale=float(scale.max()),
        zero_point=zero_point,
        grid_minimum=float(lowest),
        grid_maximum=float(highest),
        occupied_codes=occupied,
        available_codes=highest - lowest + 1,
        metrics=None,
        channel_minimum=rows.min(axis=1),
        channel_maximum=rows.max(axis=1),
        stored_as=str(tensor.dtype),
        smallest_scale=float(scale.min()),
        first_level=first if scale.size == 1 else np.nan,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _QuantizedSide:
    """What a WeightView says of the codes."""

    levels: NDArray[np.float64]
    counts: NDArray[np.int64]
    codes: NDArray[np.int64]
    error_edges: NDArray[np.float64]
    error_counts: NDArray[np.int64]
    scale: float = 0.0
    zero_point: int = 0
    grid_minimum: float = 0.0
    grid_maximum: float = 0.0
    occupied: int = 0
    available: int = 0
    metrics: ErrorMetrics | None = None

    @classmethod
    def of(
        cls,
        coded: Tensor | None,
        dimension: int | None,
        channel: int | None,
        reference: NDArray[Any],
        edges: NDArray[np.float64],
    ) -> _QuantizedSide:
        """Levels, codes and errors of the channels shown; empty where nothing is coded."""
        if coded is None or coded.data is None:
            none = np.zeros(0)
            whole = np.zeros(0, np.int64)
            return cls(none, whole, whole, np.array([0.0, 1.0]), np.zeros(1, np.int64))
        all_codes = _by_channel(coded.data, dimension)
        all_real = _by_channel(coded.real(), dimension)
        pick = slice(None) if channel is None else slice(channel, channel + 1)
        codes, real = all_codes[pick], all_real[pick]
        scale, zero_point, minimum = _affine_of(coded, channel)
        lowest, highest = _code_range(coded)
        one_grid = scale.size == 1 and coded.quantization is not None
        if one_grid:
            used, counts = np.unique(codes, return_counts=True)
            used = used.astype(np.int64)
            levels = _levels(used, scale[0], zero_point, minimum)
            ends = _levels(np.array([lowest, highest]), scale[0], zero_point, minimum)
        else:
            # Levels of different grids, or of a floating-point format: counted per bin.
            binned = np.histogram(np.clip(real, edges[0], edges[-1]), edges)[0]
            filled = np.flatnonzero(binned)
            levels = (edges[filled] + edges[filled + 1]) / 2
            used, counts = np.zeros(0, np.int64), binned[filled]
            ends = np.array([float(real.min()), float(real.max())])
        error = real.astype(np.float64) - reference.astype(np.float64)
        error_edges = _error_edges(error, float(scale.max()))
        step: float | NDArray[np.float64] | None = None
        if coded.quantization is not None:
            # A bias is one row here, with a scale for each of its values.
            shape = (1, -1) if dimension is None else (-1, 1)
            step = float(scale[0]) if one_grid else scale.astype(np.float64).reshape(shape)
        return cls(
            levels=levels.astype(np.float64),
            counts=counts.astype(np.int64),
            codes=used,
            error_edges=error_edges,
            error_counts=np.histogram(error, error_edges)[0].astype(np.int64),
            scale=float(scale.max()),
            zero_point=zero_point,
            grid_minimum=float(ends[0]),
            grid_maximum=float(ends[1]),
            occupied=int(np.unique(codes).size),
            available=highest - lowest + 1,
            metrics=error_metrics(reference, real, step),
        )


def _levels(
    codes: NDArray[np.int64], scale: np.floating[Any], zero_point: int, minimum: float | None
) -> NDArray[np.float64]:
    exact = codes.astype(np.float64)
    if minimum is not None:
        return exact * float(scale) + minimum
    return (exact - zero_point) * float(scale)


def _affine_of(tensor: Tensor, channel: int | None) -> tuple[NDArray[Any], int, float | None]:
    """Scales, zero point and minimum of the channels shown; a zero scale for float16."""
    params = tensor.quantization
    if params is None:
        return np.zeros(1, np.float32), 0, None
    scale = params.scale
    if params.is_per_channel and channel is not None:
        return scale[channel : channel + 1], int(params.zero_point[channel]), None
    return scale, int(params.zero_point[0]), params.minimum


def _code_range(tensor: Tensor) -> tuple[int, int]:
    """Lowest and highest code that a weight of this type can have."""
    if tensor.dtype == np.float16:
        return -31743, 31743  # finite halves, counted from the smallest
    limits = np.iinfo(str(tensor.dtype))
    params = tensor.quantization
    symmetric = params is not None and params.minimum is None and not params.zero_point.any()
    return (-limits.max if symmetric else limits.min), limits.max


def _by_channel(values: NDArray[Any], dimension: int | None) -> NDArray[Any]:
    """The values as (channels, values of a channel); one row where there are no channels."""
    if dimension is None:
        return values.reshape(1, -1)
    return np.moveaxis(values, dimension, 0).reshape(values.shape[dimension], -1)


def _edges(values: NDArray[Any]) -> NDArray[np.float64]:
    """Equal bins over the values, as many as they can fill."""
    lowest, highest = float(values.min()), float(values.max())
    if lowest == highest:
        half = abs(lowest) / 2 or 0.5
        lowest, highest = lowest - half, highest + half
    bins = int(np.clip(2 * np.sqrt(values.size), 16, _MAX_BINS))
    return np.linspace(lowest, highest, bins + 1)


def _error_edges(error: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    """Symmetric bins over the error; at least one step wide where there is a step."""
    reach = max(float(np.abs(error).max()), scale / 2) or 1.0
    return np.linspace(-reach, reach, _ERROR_BINS + 1)
