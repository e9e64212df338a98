"""What the worker sends to the window: small frozen summaries, never whole models."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qviz.evaluation.results import ErrorMetrics, ModelInfo


@dataclass(frozen=True, slots=True)
class TensorSummary:
    """One weight tensor of a layer.

    Attributes
    ----------
    name : str
        In the graph.
    shape : tuple of int
    dtype : str
    channels : int
        Length of the channel dimension; 1 if the tensor has none.
    minimum, maximum : float
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    channels: int
    minimum: float
    maximum: float


@dataclass(frozen=True, slots=True)
class LayerSummary:
    """One layer as lists show it.

    Attributes
    ----------
    name : str
    kind : str
        Kind of its main operator.
    parameters : int
    output_shape : tuple of int
    weights : tuple of TensorSummary
        Largest first.
    in_folded : bool
        Whether the layer is still there once batch norms are folded.
    """

    name: str
    kind: str
    parameters: int
    output_shape: tuple[int, ...]
    weights: tuple[TensorSummary, ...]
    in_folded: bool = True


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """What the window knows of an open model.

    Attributes
    ----------
    info : ModelInfo
    layers : tuple of LayerSummary
        Of the folded graph, which is what the schemes quantize and layer errors name.
    unfolded_layers : tuple of LayerSummary
        As the author wrote them.
    notes : tuple of str
        From the reader and the passes (what was folded, what was not and why).
    first_weights : WeightView or None
        Histogram of the largest weight tensor: the first picture needs no second round trip.
    """

    info: ModelInfo
    layers: tuple[LayerSummary, ...]
    unfolded_layers: tuple[LayerSummary, ...]
    notes: tuple[str, ...] = ()
    first_weights: WeightView | None = None


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
