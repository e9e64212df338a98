"""Reading a Keras file: configuration, weights, and the checks that both fit together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from qviz.errors import ModelFormatError, UntrustedCodeError
from qviz.formats.keras import keras1
from qviz.formats.keras.archive import read_archive
from qviz.formats.keras.hdf5 import attribute, attribute_names, child, open_hdf5
from qviz.formats.keras.layer_weights import named_weights
from qviz.formats.keras.legacy_weights import read_layer_groups
from qviz.formats.keras.model import KerasLayer, KerasModel
from qviz.formats.keras.topology import MODEL_CLASSES, read_topology
from qviz.formats.keras.tree_weights import StoredArrays, read_tree
from qviz.formats.keras.values import class_name, dtype_name, holds_code, read_json

_PLAIN_POLICIES = frozenset({"DTypePolicy", "FloatDTypePolicy", "Policy", "PolicyV1"})
_CONVOLUTIONS = frozenset({"Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose"})
_MAX_LISTED = 3


def read_keras_archive(path: Path, *, allow_code: bool = False) -> tuple[KerasModel, list[str]]:
    """Read a ``.keras`` file.

    Parameters
    ----------
    path : Path
        A zip archive.
    allow_code : bool
        Read on although the file holds Python code. It is never run here, but whoever converts
        the model later will run it.

    Returns
    -------
    KerasModel
        With weights.
    list of str
        What the user should know, as sentences.

    Raises
    ------
    ModelFormatError
        If the file is damaged, unsafe or no model.
    UntrustedCodeError
        If it holds code and `allow_code` is false.
    """
    archive = read_archive(path)
    config = read_json(archive.config, path.name)
    metadata = read_json(archive.metadata, path.name) if archive.metadata else {}
    model = read_topology(config, str(metadata.get("keras_version", "")), "")
    check_layers(model, allow_code)
    with open_hdf5(archive.weights, path.name) as file:
        return attach_weights(model, read_tree(model, file), notes_about(model, config))


def read_keras_hdf5(path: Path, *, allow_code: bool = False) -> tuple[KerasModel, list[str]]:
    """Read an ``.h5`` or ``.hdf5`` file of any Keras version, as :func:`read_keras_archive`.

    A file of weights alone is read together with the configuration in a ``.json`` beside it.
    """
    with open_hdf5(path, path.name) as file:
        root = child(file, "model_weights")
        group = root if isinstance(root, h5py.Group) else file
        config = attribute(file, "model_config")
        serialized = (
            _configuration_beside(path, file) if config is None else read_json(config, path.name)
        )
        model = read_topology(serialized, _version(file, group, serialized), _backend(file, group))
        check_layers(model, allow_code)
        is_tree = attribute_names(group, "layer_names") is None and "layers" in group
        stored = read_tree(model, group) if is_tree else read_layer_groups(model, group)
        return attach_weights(model, stored, notes_about(model, serialized))


def _version(file: h5py.File, group: h5py.Group, config: Mapping[str, Any]) -> str:
    """Version of the writer; Keras 1 wrote it to the root only, if at all."""
    version = attribute(group, "keras_version")
    if version is not None:
        return version
    version = attribute(file, "keras_version")
    if version is not None:
        return version if version.startswith("1") else f"1 ({version})"
    return str(config.get("keras_version") or "1")


def _backend(file: h5py.File, group: h5py.Group) -> str:
    return attribute(group, "backend") or attribute(file, "backend") or ""


def _configuration_beside(path: Path, file: h5py.File) -> dict[str, Any]:
    stem = path.name.removesuffix(path.suffix).removesuffix(".weights")
    for name in dict.fromkeys((stem, stem.removesuffix("_weights"))):
        beside = path.with_name(f"{name}.json")
        if beside.is_file():
            return read_json(beside.read_bytes(), beside.name)
    if "layer_names" in file.attrs or "layer_names0" in file.attrs or "layers" in file:
        raise ModelFormatError(
            f"{path.name} holds weights but not the layers they belong to. Save the whole model "
            f"with model.save(), or put model.to_json() beside it as {stem}.json."
        )
    raise ModelFormatError(f"{path.name} is an HDF5 file but holds no Keras model.")


def check_layers(model: KerasModel, allow_code: bool) -> None:
    """Refuse layers with code that was not allowed, and layers that Keras has quantized.

    Raises
    ------
    UntrustedCodeError
        If a layer holds code and `allow_code` is false.
    ModelFormatError
        If a layer is quantized already.
    """
    for layer in model.leaves():
        if (layer.class_name == "Lambda" or holds_code(layer.config)) and not allow_code:
            raise UntrustedCodeError(
                f"Layer {layer.path!r} ({layer.class_name}) holds Python code, which opening the "
                "model would run. If you trust the file, open it with code allowed."
            )
        dtype = layer.config.get("dtype")
        policy = dtype.get("class_name") if isinstance(dtype, Mapping) else None
        name = dtype_name(dtype)
        quantized = isinstance(policy, str) and (
            policy.endswith("Policy") and policy not in _PLAIN_POLICIES
        )
        if quantized or "_from_" in name:
            raise ModelFormatError(
                f"Layer {layer.path!r} was already quantized by Keras (dtype policy {name!r}); "
                "open the model as it was before model.quantize()."
            )


def notes_about(model: KerasModel, serialized: Mapping[str, Any]) -> list[str]:
    """What qviz leaves out or does otherwise than Keras."""
    notes = []
    name = class_name(serialized)
    if name not in MODEL_CLASSES:
        notes.append(
            f"The model is of the custom class {name!r}; qviz runs its layers, and what the code "
            "of the class may do beyond them is not in the file."
        )
    policies = {dtype_name(leaf.config.get("dtype")) for leaf in model.leaves()}
    reduced = sorted(p for p in policies if "float16" in p)
    if reduced:
        notes.append(
            f"The model computes in {' and '.join(reduced)} in Keras; qviz computes in float32, "
            "so results differ slightly."
        )
    return notes


def attach_weights(
    model: KerasModel, stored: StoredArrays, notes: list[str]
) -> tuple[KerasModel, list[str]]:
    """The model with its arrays, checked, and `notes` with a word on arrays that are left over."""
    if stored.unclaimed:
        listed = ", ".join(stored.unclaimed[:_MAX_LISTED])
        more = len(stored.unclaimed) - _MAX_LISTED
        notes = [
            *notes,
            f"The file also stores {listed}{f' and {more} more' if more > 0 else ''}, "
            "which no layer uses.",
        ]
    return _model_with_weights(model, model, stored), notes


def _model_with_weights(model: KerasModel, root: KerasModel, stored: StoredArrays) -> KerasModel:
    layers = tuple(_layer_with_weights(layer, root, stored) for layer in model.layers)
    return replace(model, layers=layers)


def _layer_with_weights(layer: KerasLayer, root: KerasModel, stored: StoredArrays) -> KerasLayer:
    if layer.model is not None:
        return replace(layer, model=_model_with_weights(layer.model, root, stored))
    children = {k: _layer_with_weights(v, root, stored) for k, v in layer.children.items()}
    named = stored.arrays.get(id(layer), [])
    arrays = _in_todays_layout(layer, root, [array for _, array in named])
    names = [n for n, _ in named] if len(named) == len(arrays) else [str(i) for i in range(3)]
    weights = named_weights(layer, arrays, names)
    for weight in weights:
        _check_finite(layer, weight.name, weight.value)
    return replace(layer, weights=weights, children=children)


def _in_todays_layout(
    layer: KerasLayer, root: KerasModel, arrays: Sequence[NDArray[Any]]
) -> list[NDArray[Any]]:
    if root.major_version == 1:
        return keras1.convert_weights(layer.class_name, layer.config, arrays)
    result = list(arrays)
    if root.backend == "theano" and layer.class_name in _CONVOLUTIONS and result:
        # Theano convolves, all others correlate: the kernel is mirrored in space.
        result[0] = np.flip(result[0], tuple(range(result[0].ndim - 2)))
    return result


def _check_finite(layer: KerasLayer, name: str, value: NDArray[Any]) -> None:
    if value.dtype.kind == "f" and not np.isfinite(value).all():
        what = "NaN" if np.isnan(value).any() else "infinite"
        raise ModelFormatError(
            f"Weight {name!r} of layer {layer.path!r} has {what} values, so the model cannot be "
            "run; its training has probably diverged."
        )
