"""TensorFlow.js' weight quantization: each weight as its author wrote it, one scale per tensor."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.errors import SchemeError
from qviz.formats.keras.model import KerasModel
from qviz.graph import Graph, QuantizationParams, Tensor
from qviz.quantization.float16 import LARGEST_FLOAT16, encode_float16
from qviz.quantization.stored_constants import float_constants, store_constants

_BITS = {"uint8": 8, "uint16": 16}


def encode_tfjs(
    values: NDArray[Any], dtype: str, *, name: str = ""
) -> tuple[NDArray[Any], QuantizationParams | None]:
    """Codes of one weight as tfjs-converter makes them under numpy 2 (in float64).

    Parameters
    ----------
    values : float32 ndarray
        Any shape, also empty.
    dtype : {"uint8", "uint16", "float16"}
        Type of the codes.
    name : str
        Of the tensor, for the error.

    Returns
    -------
    codes : ndarray of `dtype`, of the shape of `values`
        ``round((x - minimum) / scale)``, halves to even. For float16 the nearest half; beyond
        ±65504 it is clipped there, where the public converter would write infinity.
    params : QuantizationParams or None
        With `minimum`; None for float16. The scale stays float64, as model.json carries it:
        rounded to float32, code times scale plus minimum would no longer be exactly 0 for 0.

    Raises
    ------
    SchemeError
        If a value is NaN or infinite, or the type is unknown.

    Notes
    -----
    ``scale = (hi - lo) / (2**bits - 1)``. Where 0 lies between `lo` and `hi`, `minimum` is moved
    to a multiple of the scale, which makes 0 exact; where it does not, the range is kept as it is
    (unlike TFLite, it is not extended to 0). A constant tensor has code 0 and scale 1.

    References
    ----------
    tfjs-converter, python/tensorflowjs/quantization.py.
    """
    if not np.isfinite(values).all():
        where = f"The weight {name!r}" if name else "A weight"
        raise SchemeError(
            f"{where} holds NaN or infinity, which no code stands for. Training diverged, or the "
            "file is damaged."
        )
    if dtype == "float16":
        return encode_float16(values), None
    if dtype not in _BITS:
        known = ", ".join((*_BITS, "float16"))
        raise SchemeError(f"TensorFlow.js has no weights of type {dtype!r}. Types: {known}.")
    codes_type = np.dtype(dtype)
    if not values.size:
        return np.zeros(values.shape, codes_type), _params(1.0, 0.0)
    wide = values.astype(np.float64)
    lowest, highest = float(wide.min()), float(wide.max())
    if lowest == highest:
        return np.zeros(values.shape, codes_type), _params(1.0, lowest)
    levels = 2 ** _BITS[dtype] - 1
    scale = (highest - lowest) / levels
    if lowest <= 0 <= highest:
        zero_point = round((0.0 - lowest) / scale)
        lowest = -zero_point * scale
        highest = levels * scale + lowest
    codes = np.rint((np.clip(wide, lowest, highest) - lowest) / scale)
    return codes.astype(codes_type), _params(scale, lowest)


def _params(scale: float, minimum: float) -> QuantizationParams:
    # Only the nearest code to 0, which may lie far outside of a range without 0.
    zero_point = round(min(max(-minimum / scale, -(2.0**31)), 2.0**31))
    return QuantizationParams(
        np.array([scale], np.float64),
        np.array([zero_point], np.int64),
        minimum=minimum,
    )


def quantize_tfjs(graph: Graph, dtype: str) -> Graph:
    """Every weight of the unfolded `graph` as `dtype`, biases and batch-norm statistics included.

    Parameters
    ----------
    graph : Graph
        As its author wrote it.
    dtype : {"uint8", "uint16", "float16"}
        Type of the stored weights.

    Returns
    -------
    Graph
        Computes in float32 on the weights that TensorFlow.js would compute on.

    Raises
    ------
    SchemeError
        If a weight holds NaN or infinity; the message names it.
    """
    stored = {}
    for tensor in keras_weights(graph):
        codes, params = encode_tfjs(tensor.real(), dtype, name=tensor.name)
        stored[tensor.name] = replace(tensor, dtype=codes.dtype, data=codes, quantization=params)
    return store_constants(graph, stored)


def keras_weights(graph: Graph) -> list[Tensor]:
    """The float32 constants that are weights of Keras layers.

    A graph without Keras layers has every constant that is not a single number.
    """
    constants = list(float_constants(graph))
    model = graph.source.model if graph.source is not None else None
    if isinstance(model, KerasModel):
        names = {f"{x.path}/{weight.name}" for x in model.leaves() for weight in x.weights}
        if weights := [tensor for tensor in constants if tensor.name in names]:
            return weights
    return [tensor for tensor in constants if tensor.shape]


def overflowing_weights(graph: Graph) -> tuple[str, ...]:
    """Names of the float32 constants with values that float16 cannot hold, clipped to ±65504."""
    return tuple(
        tensor.name
        for tensor in float_constants(graph)
        if tensor.size and np.abs(tensor.real()).max() > LARGEST_FLOAT16
    )
