"""Keras 1: its names for layers and arguments, and the layouts of its weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.errors import UnsupportedLayerError

_CLASSES = {
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "Deconvolution2D": "Conv2DTranspose",
    "SeparableConvolution2D": "SeparableConv2D",
    "TimeDistributedDense": "Dense",
}
_MERGES = {
    "sum": "Add",
    "mul": "Multiply",
    "concat": "Concatenate",
    "ave": "Average",
    "max": "Maximum",
    "dot": "Dot",
}
_KEYS = {
    "nb_filter": "filters",
    "border_mode": "padding",
    "subsample": "strides",
    "subsample_length": "strides",
    "stride": "strides",
    "filter_length": "kernel_size",
    "pool_length": "pool_size",
    "atrous_rate": "dilation_rate",
    "bias": "use_bias",
    "p": "rate",
    "inner_activation": "recurrent_activation",
    "sigma": "stddev",
    "length": "size",
}
_ORDERINGS = {"th": "channels_first", "tf": "channels_last"}


def modernise(class_name: str, config: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Class and configuration of a Keras 1 layer in the words of Keras 2.

    Raises
    ------
    UnsupportedLayerError
        If the layer does what no later layer does.
    """
    name = str(config.get("name", class_name))
    result = {_KEYS.get(k, k): v for k, v in config.items()}
    class_name = _CLASSES.get(class_name, class_name)
    if "nb_row" in result and "nb_col" in result:
        result["kernel_size"] = [result.pop("nb_row"), result.pop("nb_col")]
    if "dim_ordering" in result:
        ordering = result.pop("dim_ordering")
        result["data_format"] = _ORDERINGS.get(ordering, "channels_last")
    if class_name in ("Dense", "LSTM", "GRU", "SimpleRNN") and "output_dim" in result:
        result["units"] = result.pop("output_dim")
    if class_name == "Merge":
        return _merge(name, config)
    if class_name == "BatchNormalization" and result.get("mode", 0) not in (0, 2):
        raise UnsupportedLayerError(
            f"Layer {name!r} is a BatchNormalization of Keras 1 that normalises each sample by "
            "itself (mode 1), which qviz does not do.",
            layer=name,
            layer_class=class_name,
        )
    if class_name == "ZeroPadding2D" and isinstance(result.get("padding"), dict):
        sides = result["padding"]
        result["padding"] = [
            [sides.get("top_pad", 0), sides.get("bottom_pad", 0)],
            [sides.get("left_pad", 0), sides.get("right_pad", 0)],
        ]
    return class_name, result


def _merge(name: str, config: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    mode = config.get("mode")
    if mode not in _MERGES or config.get("layers"):
        raise UnsupportedLayerError(
            f"Layer {name!r} is a Merge of Keras 1 in a form that qviz does not read; "
            "save the model again with Keras 2.",
            layer=name,
            layer_class="Merge",
        )
    result: dict[str, Any] = {"name": name}
    if mode == "concat":
        result["axis"] = config.get("concat_axis", -1)
    if mode == "dot":
        result["axes"] = config.get("dot_axes", -1)
    return _MERGES[str(mode)], result


def convert_weights(
    class_name: str, config: Mapping[str, Any], weights: Sequence[NDArray[Any]]
) -> list[NDArray[Any]]:
    """Weights of a Keras 1 layer in the layouts of Keras 2.

    Parameters
    ----------
    class_name, config
        As :func:`modernise` returned them.
    weights : sequence of ndarray
        As stored.
    """
    arrays = list(weights)
    channels_first = config.get("data_format") == "channels_first"
    if class_name in ("Conv2D", "Conv2DTranspose") and arrays and arrays[0].ndim == 4:
        transposed = class_name == "Conv2DTranspose"
        # Theano order is (filters, in, rows, cols), TensorFlow's (rows, cols, in, filters).
        if channels_first:
            arrays[0] = arrays[0].transpose((2, 3, 0, 1) if transposed else (2, 3, 1, 0))
        elif transposed:
            arrays[0] = arrays[0].transpose(0, 1, 3, 2)
    elif class_name == "SeparableConv2D" and channels_first:
        arrays[:2] = [a.transpose(2, 3, 1, 0) for a in arrays[:2]]
    elif class_name == "Conv1D" and arrays and arrays[0].ndim == 4:
        arrays[0] = _conv1d_kernel(arrays[0], config)
    elif class_name == "LSTM" and len(arrays) == 12:
        arrays = [_gates(arrays, i, (0, 2, 1, 3)) for i in range(3)]
    elif class_name == "GRU" and len(arrays) == 9:
        arrays = [_gates(arrays, i, (0, 1, 2)) for i in range(3)]
    return arrays


def _conv1d_kernel(kernel: NDArray[Any], config: Mapping[str, Any]) -> NDArray[Any]:
    """(length, 1, in, filters) or Theano's (filters, in, length, 1) as (length, in, filters)."""
    if kernel.shape[0] == config.get("filters") and kernel.shape[3] == 1:
        return kernel[:, :, :, 0].transpose(2, 1, 0)
    return kernel[:, 0]


def _gates(arrays: Sequence[NDArray[Any]], part: int, order: Sequence[int]) -> NDArray[Any]:
    """W, U or b of every gate side by side; Keras 1 stores W, U, b gate by gate (i, c, f, o)."""
    return np.concatenate([arrays[3 * gate + part] for gate in order], axis=-1)
