"""Write a TensorFlow.js layers model: ``model.json`` and the shards with the weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz import __version__
from qviz.errors import SchemeError
from qviz.files import whole_directory
from qviz.formats.keras.model import KerasModel
from qviz.formats.tfjs.topology import Topology
from qviz.graph import QuantizationParams

SHARD_BYTES = 4 * 2**20
"""Largest shard, as the public converter cuts them: what browsers cache."""

# The form in which the topology is written; see `topology`.
_TOPOLOGY_VERSION = "2.15.0"
_WEIGHT_DTYPES = frozenset({"float32", "int32", "uint8", "uint16", "float16"})

EncodedWeight = tuple[NDArray[Any], QuantizationParams | None]
"""Values or codes of a weight; how codes map to values, None for float32 and float16."""


def write_layers_model(
    model: KerasModel, encoded: Mapping[str, EncodedWeight], directory: Path
) -> None:
    """Write a layers model that ``tf.loadLayersModel`` opens.

    Parameters
    ----------
    model : KerasModel
        Layers and weights as their author wrote them.
    encoded : mapping of str to EncodedWeight
        By ``"<path of the layer>/<weight>"``; a weight that is not in it is written as float32.
    directory : Path
        The folder to make; it appears whole or not at all.

    Raises
    ------
    SchemeError
        If TensorFlow.js does not have a layer of the model or would compute something else.
    ExportError
        If the folder cannot be written.

    References
    ----------
    tfjs-converter, python/tensorflowjs/write_weights.py (layout of shards and manifest).
    """
    topology = Topology(model)
    entries: list[dict[str, Any]] = []
    parts: list[bytes] = []
    for layer in model.leaves():
        for weight in layer.weights:
            codes, params = encoded.get(f"{layer.path}/{weight.name}", (weight.value, None))
            name = f"{topology.name_of(layer)}/{weight.name}"
            entry, data = _weight(name, codes, params)
            entries.append(entry)
            parts.append(data)
    shards = _shards(b"".join(parts))
    manifest = [{"paths": list(shards), "weights": entries}] if entries else []
    text = json.dumps(_model_json(topology, manifest), ensure_ascii=False, allow_nan=False)
    with whole_directory(directory) as folder:
        for name, data in shards.items():
            (folder / name).write_bytes(data)
        (folder / "model.json").write_text(text, encoding="utf-8")


def _model_json(topology: Topology, manifest: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "format": "layers-model",
        "generatedBy": f"keras v{_TOPOLOGY_VERSION}",
        "convertedBy": f"qviz {__version__}",
        "modelTopology": {
            "keras_version": _TOPOLOGY_VERSION,
            "backend": "tensorflow",
            "model_config": topology.serialized,
        },
        "weightsManifest": manifest,
    }


def _weight(
    name: str, codes: NDArray[Any], params: QuantizationParams | None
) -> tuple[dict[str, Any], bytes]:
    """Manifest entry and bytes of a weight."""
    dtype = codes.dtype.name
    if dtype not in _WEIGHT_DTYPES:
        raise SchemeError(f"TensorFlow.js has no weights of type {dtype}, as {name!r} has.")
    entry: dict[str, Any] = {"name": name, "shape": list(codes.shape), "dtype": dtype}
    if params is not None:
        entry["dtype"] = "float32"
        entry["quantization"] = {
            "dtype": dtype,
            "min": params.minimum,
            "scale": float(params.scale[0]),
            "original_dtype": "float32",
        }
    elif dtype == "float16":
        entry["dtype"] = "float32"
        entry["quantization"] = {"dtype": dtype, "original_dtype": "float32"}
    return entry, np.ascontiguousarray(codes, codes.dtype.newbyteorder("<")).tobytes()


def _shards(data: bytes) -> dict[str, bytes]:
    count = -(-len(data) // SHARD_BYTES)
    return {
        f"group1-shard{i + 1}of{count}.bin": data[i * SHARD_BYTES : (i + 1) * SHARD_BYTES]
        for i in range(count)
    }
