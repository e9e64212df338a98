"""Shapes and types of a model's inputs, also where the file leaves them open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from qviz.errors import ModelFormatError, UnsupportedLayerError
from qviz.formats.keras.model import KerasLayer, KerasModel
from qviz.formats.keras.values import dtype_name, integer

InputShape = Sequence[int] | Mapping[str, Sequence[int]] | None

_IMAGE_SIZE = 224
_STEPS = 100
_MAX_RANK = 6
_INTEGER_TYPES = frozenset({"int8", "uint8", "int16", "int32", "int64", "bool"})


def input_shape(
    layer: KerasLayer, model: KerasModel, wanted: InputShape
) -> tuple[tuple[int, ...], str]:
    """Shape of an input with batch size 1, and a sentence if sizes had to be assumed.

    Parameters
    ----------
    layer : KerasLayer
        An InputLayer.
    model : KerasModel
        Its model, whose first weights tell how many features it takes where the file does not.
    wanted : sequence of int, Mapping or None
        What the user asks for: sizes without the batch, for all inputs or by input name.

    Raises
    ------
    ModelFormatError
        If nothing tells the shape, or `wanted` contradicts the file.
    """
    declared = _declared(layer)
    asked = wanted.get(layer.name) if isinstance(wanted, Mapping) else wanted
    if asked is not None:
        return (1, *_asked(layer, declared, asked)), ""
    if declared is None:
        declared = _from_weights(model, layer)
    if None not in declared:
        return (1, *(n for n in declared if n is not None)), ""
    assumed = _assumed(declared, _from_weights(model, layer, required=False))
    sizes = "×".join(map(str, assumed))
    return (1, *assumed), (
        f"The model leaves the size of its input {layer.name!r} open; it was opened for {sizes}. "
        "Another size can be given as the input shape."
    )


def input_dtype(layer: KerasLayer) -> np.dtype[Any]:
    """Type of an input's elements; every floating-point type becomes float32.

    Raises
    ------
    UnsupportedLayerError
        If they are no numbers.
    """
    if layer.config.get("sparse") or layer.config.get("ragged"):
        raise UnsupportedLayerError(
            f"The input {layer.path!r} is sparse or ragged, which TFLite models cannot take.",
            layer=layer.path,
            layer_class=layer.class_name,
        )
    name = dtype_name(layer.config.get("dtype", layer.config.get("input_dtype"))) or "float32"
    if name in _INTEGER_TYPES:
        return np.dtype(name)
    if "float" in name:
        return np.dtype(np.float32)
    raise UnsupportedLayerError(
        f"The input {layer.path!r} takes {name}, which is not numbers.",
        layer=layer.path,
        layer_class=layer.class_name,
    )


def _declared(layer: KerasLayer) -> list[int | None] | None:
    """Sizes without the batch as the file has them, or None if it has none."""
    for key in ("batch_shape", "batch_input_shape"):
        shape = layer.config.get(key)
        if isinstance(shape, list | tuple) and 1 <= len(shape) <= _MAX_RANK:
            what = f"{key!r} of {layer.path!r}"
            sizes = [None if n is None else integer(n, what) for n in shape[1:]]
            return [None if n == -1 else n for n in sizes]
        if isinstance(shape, list | tuple | dict):
            raise ModelFormatError(f"The input {layer.path!r} has the shape {shape!r}.")
    return None


def _asked(
    layer: KerasLayer, declared: list[int | None] | None, asked: Sequence[int]
) -> tuple[int, ...]:
    sizes = tuple(int(n) for n in asked)
    if declared is not None and len(sizes) == len(declared) + 1:
        sizes = sizes[1:]
    fits = declared is None or (
        len(sizes) == len(declared)
        and all(d is None or d == n for d, n in zip(declared, sizes, strict=True))
    )
    if not fits or any(n < 1 for n in sizes):
        raise ModelFormatError(
            f"The input {layer.name!r} takes the shape {declared}, not {list(sizes)}."
        )
    return sizes


def _assumed(declared: list[int | None], weights: list[int | None]) -> tuple[int, ...]:
    """Open sizes: channels and features from the weights, the others a usual size."""
    usual = _IMAGE_SIZE if len(declared) == 3 else _STEPS
    known = weights if len(weights) == len(declared) else [None] * len(declared)
    filled = [d if d is not None else k for d, k in zip(declared, known, strict=True)]
    if len(filled) == 3 and filled[-1] is None and filled[0] is None:
        filled[-1] = 3
    return tuple(usual if n is None else n for n in filled)


def _from_weights(model: KerasModel, layer: KerasLayer, required: bool = True) -> list[int | None]:
    """Rank and features of an input, told by the first layer with weights."""
    for leaf in model.leaves():
        kernel = leaf.weight("kernel")
        if leaf.class_name == "Dense" and kernel is not None:
            return [int(kernel.shape[0])]
        if leaf.class_name == "Conv2D" and kernel is not None:
            groups = leaf.config.get("groups", 1)
            return [None, None, int(kernel.shape[2]) * int(groups)]
        if leaf.class_name == "Conv1D" and kernel is not None:
            return [None, int(kernel.shape[1])]
        depthwise = leaf.weight("depthwise_kernel")
        if leaf.class_name in ("DepthwiseConv2D", "SeparableConv2D") and depthwise is not None:
            return [None, None, int(depthwise.shape[2])]
        if leaf.class_name == "Embedding":
            return [None]
        if leaf.class_name in ("Flatten", "Reshape") or leaf.weights:
            break
    if required:
        raise ModelFormatError(
            f"The file does not tell the shape of the input {layer.name!r}; give it as the input "
            "shape."
        )
    return []
