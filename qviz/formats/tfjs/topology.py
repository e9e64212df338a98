"""The topology of a layers model: layers, their names and how they are connected.

It is written in the form that Keras 2 gave it, which is the one that TensorFlow.js reads:
``batch_input_shape``, nodes as lists, uses of a nested model counted from 1 (number 0 is its own
construction), and names of layers unique in the whole tree, since a weight is found by the name
of its layer alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from qviz.errors import SchemeError
from qviz.formats.keras.model import Call, KerasLayer, KerasModel, TensorRef
from qviz.formats.keras.values import dtype_name
from qviz.formats.tfjs.layers import (
    layer_class_and_settings,
    operation_class_and_settings,
    refused,
)
from qviz.formats.tfjs.ranks import rank_of, rank_of_input

_MOST_NORM_DIMENSIONS = 4
_INPUT_DTYPES = {"bool": "bool", "string": "string"}


class Topology:
    """Names and serialized form of a model.

    Parameters
    ----------
    model : KerasModel
        The whole tree.

    Raises
    ------
    SchemeError
        If TensorFlow.js would refuse a layer or compute something else.
    """

    def __init__(self, model: KerasModel) -> None:
        self._keras_major = model.major_version
        self._names = dict(_unique_names(model))
        self.serialized = self._model(model)

    def name_of(self, layer: KerasLayer) -> str:
        """Name of the layer in the written model."""
        return self._names[layer.path]

    def _model(self, model: KerasModel) -> dict[str, Any]:
        local = {layer.name: layer for layer in model.layers}
        entries = [self._layer(layer, model, local) for layer in model.layers]
        if model.is_sequential:
            for entry in entries:
                del entry["inbound_nodes"]
            config: dict[str, Any] = {"name": model.name, "layers": entries}
            return {"class_name": "Sequential", "config": config}
        config = {
            "name": model.name,
            "layers": entries,
            "input_layers": [self._reference(ref, local) for ref in model.inputs],
            "output_layers": [self._reference(ref, local) for ref in model.outputs],
        }
        return {"class_name": "Functional", "config": config}

    def _layer(
        self, layer: KerasLayer, model: KerasModel, local: dict[str, KerasLayer]
    ) -> dict[str, Any]:
        name = self.name_of(layer)
        if layer.model is not None:
            inner = self._model(layer.model)
            class_name, config = inner["class_name"], {**inner["config"], "name": name}
        elif layer.class_name == "InputLayer":
            class_name, config = "InputLayer", {"name": name, **_input_settings(layer)}
        elif layer.kind in ("operation", "function"):
            ranks = [rank_of(ref, model) for call in layer.calls for ref in call.inputs]
            class_name, settings = operation_class_and_settings(layer, ranks)
            config = {"name": name, "trainable": True, **settings}
        else:
            class_name, settings = layer_class_and_settings(layer, self._keras_major)
            _check_axis(layer, model, settings)
            config = {"name": name, "trainable": True, **settings}
        return {
            "class_name": class_name,
            "config": config,
            "name": name,
            "inbound_nodes": [self._node(layer, call, local) for call in layer.calls],
        }

    def _node(self, layer: KerasLayer, call: Call, local: dict[str, KerasLayer]) -> list[list[Any]]:
        if call.keywords.get("training"):
            raise refused(layer, "it is called in training mode")
        if len(call.all_tensors) != len(call.inputs):
            raise refused(layer, "it is given tensors by keyword")
        return [[*self._reference(ref, local), {}] for ref in call.inputs]

    def _reference(self, ref: TensorRef, local: dict[str, KerasLayer]) -> list[Any]:
        layer = local[ref.layer]
        first_use = 1 if layer.model is not None else 0
        return [self.name_of(layer), ref.call + first_use, ref.output]


def _input_settings(layer: KerasLayer) -> dict[str, Any]:
    config = layer.config
    shape = config.get("batch_shape", config.get("batch_input_shape"))
    if shape is None:
        raise SchemeError(
            f"The file does not say the shape of the input {layer.path!r}, and TensorFlow.js "
            "needs it. Build the model with an input shape before saving it."
        )
    # Sizes of integers, and floats of any precision, are one type each in TensorFlow.js.
    dtype = dtype_name(config.get("dtype"))
    kind = "int32" if "int" in dtype else _INPUT_DTYPES.get(dtype, "float32")
    return {"batch_input_shape": list(shape), "dtype": kind, "sparse": False}


def _check_axis(layer: KerasLayer, model: KerasModel, settings: dict[str, Any]) -> None:
    """Batch norm of TensorFlow.js is right along the last axis of 2 to 4; write it as -1."""
    if layer.class_name != "BatchNormalization":
        return
    rank, axis = rank_of_input(layer, model), settings.get("axis", -1)
    if rank is not None and rank > _MOST_NORM_DIMENSIONS:
        raise refused(layer, f"it has no batch norm of {rank} dimensions")
    if axis != -1 and (rank is None or axis != rank - 1):
        raise refused(layer, f"its batch norm is along the last axis, not {axis}")
    settings["axis"] = -1


def _unique_names(model: KerasModel) -> Iterator[tuple[str, str]]:
    """Path and written name of every layer and nested model."""
    taken: set[str] = set()

    def free(name: str) -> str:
        # What TensorFlow.js takes as the name of a tensor.
        name = re.sub(r"[^A-Za-z0-9_./-]", "_", name)
        name = name if re.match("[A-Za-z0-9]", name) else f"layer{name}"
        unique, count = name, 1
        while unique in taken:
            count += 1
            unique = f"{name}_{count}"
        taken.add(unique)
        return unique

    def walk(part: KerasModel) -> Iterator[tuple[str, str]]:
        for layer in part.layers:
            yield layer.path, free(layer.name)
            if layer.model is not None:
                yield from walk(layer.model)

    yield from walk(model)
