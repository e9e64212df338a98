"""Keras layer trees made by hand, and a reader of what is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.formats.keras.model import Call, KerasLayer, KerasModel, TensorRef, Weight

RANDOM = np.random.default_rng(11)


def weights(**shapes: tuple[int, ...]) -> tuple[Weight, ...]:
    return tuple(
        Weight(name, RANDOM.normal(size=shape).astype(np.float32)) for name, shape in shapes.items()
    )


def layer(class_name: str, name: str, *before: str, path: str = "", **config: Any) -> KerasLayer:
    """A layer that is called once on the first outputs of the layers `before`."""
    stored = config.pop("weights", ())
    calls = (Call(tuple(TensorRef(b, 0, 0) for b in before)),) if before else ()
    kind = config.pop("kind", "layer")
    return KerasLayer(name, path or name, class_name, kind, config, calls, stored)


def input_layer(name: str, *shape: int | None, path: str = "") -> KerasLayer:
    return layer("InputLayer", name, path=path, batch_shape=[None, *shape], dtype="float32")


def model(*layers: KerasLayer, sequential: bool = True, keras: str = "3.8.0") -> KerasModel:
    """First layer in, last layer out."""
    ends = (TensorRef(layers[0].name, 0, 0),), (TensorRef(layers[-1].name, 0, 0),)
    return KerasModel("net", sequential, layers, *ends, keras_version=keras, backend="tensorflow")


def one_layer(class_name: str, *shape: int, keras: str = "3.8.0", **config: Any) -> KerasModel:
    return model(
        input_layer("in", *(shape or (8, 8, 4))),
        layer(class_name, "it", "in", **config),
        keras=keras,
    )


def read_weights(folder: Path) -> dict[str, NDArray[Any]]:
    """Weights of a written model as TensorFlow.js decodes them: float32(code * scale + min)."""
    (group,) = json.loads((folder / "model.json").read_text())["weightsManifest"]
    data = b"".join((folder / name).read_bytes() for name in group["paths"])
    values, start = {}, 0
    for spec in group["weights"]:
        how = spec.get("quantization", {})
        stored = np.dtype(how.get("dtype", spec["dtype"]))
        count = int(np.prod(spec["shape"], dtype=int))
        codes = np.frombuffer(data, stored, count, start).reshape(spec["shape"])
        start += codes.nbytes
        real = codes * np.float64(how["scale"]) + how["min"] if "scale" in how else codes
        values[spec["name"]] = real.astype(np.float32)
    assert start == len(data)
    return values
