"""Keras files of every layout, written by hand."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, Sequence[NDArray[Any]]]
NamedArrays = Mapping[str, Sequence[tuple[str, NDArray[Any]]]]


def layer(class_name: str, name: str, **config: Any) -> dict[str, Any]:
    """A serialized layer of a Sequential model."""
    return {"class_name": class_name, "config": {"name": name, "trainable": True, **config}}


def sequential(*layers: dict[str, Any], name: str = "model") -> dict[str, Any]:
    """A serialized Sequential model of Keras 2 or 3."""
    return {"class_name": "Sequential", "config": {"name": name, "layers": list(layers)}}


def input_layer(*shape: int | None, name: str = "in", **config: Any) -> dict[str, Any]:
    """A serialized InputLayer of Keras 3; the batch is left open."""
    return layer("InputLayer", name, batch_shape=[None, *shape], dtype="float32", **config)


def dense(name: str = "dense", units: int = 2, **config: Any) -> dict[str, Any]:
    """A serialized Dense layer."""
    return layer("Dense", name, units=units, activation="linear", use_bias=True, **config)


def write_keras(
    path: Path,
    config: Mapping[str, Any] | str,
    groups: Arrays,
    *,
    version: str = "3.8.0",
    extra: Mapping[str, bytes] | None = None,
) -> Path:
    """Write a ``.keras`` archive; `groups` has arrays by path, as ``layers/dense``."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for group, arrays in groups.items():
            for i, array in enumerate(arrays):
                file.create_dataset(f"{group}/vars/{i}", data=array)
    text = config if isinstance(config, str) else json.dumps(config)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": version}))
        archive.writestr("config.json", text)
        archive.writestr("model.weights.h5", buffer.getvalue())
        for name, data in (extra or {}).items():
            archive.writestr(name, data)
    return path


def write_h5(
    path: Path,
    config: Mapping[str, Any] | None,
    layers: NamedArrays,
    *,
    version: str | None = "2.15.0",
    backend: str | None = "tensorflow",
) -> Path:
    """Write an ``.h5`` model; `layers` has named arrays by layer. Without config, weights only."""
    with h5py.File(path, "w") as file:
        root = file if config is None else file.create_group("model_weights")
        if config is not None:
            file.attrs["model_config"] = json.dumps(config).encode()
        for attributes in {id(file): file.attrs, id(root): root.attrs}.values():
            if version is not None:
                attributes["keras_version"] = version.encode()
            if backend is not None:
                attributes["backend"] = backend.encode()
        root.attrs["layer_names"] = np.array([n.encode() for n in layers])
        for name, arrays in layers.items():
            group = root.create_group(name)
            group.attrs["weight_names"] = np.array([n.encode() for n, _ in arrays], "S80")
            for weight, array in arrays:
                group.create_dataset(weight, data=array)
    return path


def dense_file(path: Path, seed: int = 0) -> Path:
    """A small sound ``.keras`` model: one Dense layer."""
    random = np.random.default_rng(seed)
    arrays = [random.normal(size=(3, 2)).astype("f4"), random.normal(size=2).astype("f4")]
    return write_keras(path, sequential(input_layer(3), dense()), {"layers/dense": arrays})
