"""Read a TensorFlow.js layers model: the topology of ``model.json`` and the weights beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from qviz.errors import ModelFormatError
from qviz.formats.keras.layer_weights import expected_weights
from qviz.formats.keras.model import KerasLayer, KerasModel
from qviz.formats.keras.reader import attach_weights, check_layers, notes_about
from qviz.formats.keras.topology import read_topology
from qviz.formats.keras.tree_weights import StoredArrays
from qviz.formats.keras.values import read_json
from qviz.formats.tfjs.manifest import read_weights
from qviz.formats.tfjs.semantics import as_javascript_computes

MODEL_FILE = "model.json"
_MAX_JSON_BYTES = 64 << 20

_Named = list[tuple[str, NDArray[Any]]]
# Converted from Keras 3, whose depthwise kernels have the plain name.
_OTHER_NAMES = {"depthwise_kernel": "kernel"}


@dataclass(frozen=True, slots=True, eq=False)
class LayersModel:
    """A layers model as it was read.

    Attributes
    ----------
    model : KerasModel
        With weights, computing what TensorFlow.js computes.
    notes : list of str
        What the user should know, as sentences.
    writer : str
        Program that made the files, as they say.
    files : tuple of Path
        ``model.json`` and the shards.
    """

    model: KerasModel
    notes: list[str]
    writer: str
    files: tuple[Path, ...]


def read_layers_model(path: Path, *, allow_code: bool = False) -> LayersModel:
    """Read a layers model, float32 or with quantized weights, of the converter or of JavaScript.

    Parameters
    ----------
    path : Path
        ``model.json``, under any name, or the folder that holds it.
    allow_code : bool
        As :func:`qviz.formats.keras.reader.read_keras_archive`.

    Raises
    ------
    ModelFormatError
        If it is no layers model, or is damaged, unsafe, or without finite weights.
    UntrustedCodeError
        If it holds code and `allow_code` is false.
    """
    file = path / MODEL_FILE if path.is_dir() else path
    if file.stat().st_size > _MAX_JSON_BYTES:
        raise ModelFormatError(f"{file.name} is larger than the description of any model.")
    content = read_json(file.read_bytes(), file.name)
    topology = _topology(content, file.name)
    config = _model_config(topology, file.name)
    version, backend = str(topology.get("keras_version") or "2"), str(topology.get("backend") or "")
    model = read_topology(config, version, backend)
    check_layers(model, allow_code)
    stored = read_weights(content.get("weightsManifest", []), file.parent)
    given = _given_to_layers(model, stored.arrays)
    model, notes = attach_weights(model, given, notes_about(model, config))
    if stored.codes:
        notes.append(
            f"The weights are stored as {' and '.join(stored.codes)}; qviz shows the values that "
            "TensorFlow.js computes with."
        )
    model, differences = as_javascript_computes(model)
    writer = next(
        (str(content[k]) for k in ("convertedBy", "generatedBy") if content.get(k)),
        f"Keras {version}",
    )
    return LayersModel(model, [*notes, *differences], writer, (file, *stored.shards))


def is_layers_model(content: Any) -> bool:
    """Whether parsed JSON is the ``model.json`` of some TensorFlow.js model."""
    return isinstance(content, Mapping) and ("modelTopology" in content or _MANIFEST in content)


_MANIFEST = "weightsManifest"


def _topology(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    topology = content.get("modelTopology")
    is_graph = isinstance(topology, Mapping) and ("node" in topology or "library" in topology)
    if content.get("format") == "graph-model" or is_graph:
        raise ModelFormatError(
            f"{name} is a TensorFlow.js graph model, which has TensorFlow's operators instead of "
            "layers. Open the SavedModel or the Keras file that it was converted from."
        )
    if not isinstance(topology, Mapping):
        raise ModelFormatError(
            f"{name} holds weights but not the layers they belong to (modelTopology)."
        )
    return topology


def _model_config(topology: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The serialized model: below ``model_config``, sometimes as a string, or the topology."""
    config = topology.get("model_config", topology)
    if isinstance(config, str):
        config = read_json(config, name)
    if not isinstance(config, Mapping) or "class_name" not in config:
        raise ModelFormatError(f"{name} is a TensorFlow.js model without layers in it.")
    return config


def _given_to_layers(model: KerasModel, arrays: Mapping[str, NDArray[Any]]) -> StoredArrays:
    """Each array to the layer that its name contains; order tells nothing here."""
    found = StoredArrays()
    owners = _owners(model.leaves())
    named: dict[int, _Named] = {}
    leaves: dict[int, KerasLayer] = {}
    for name, array in arrays.items():
        parts = name.removesuffix(":0").split("/")
        layer = _owner(parts, owners)
        if layer is None:
            found.unclaimed.append(name)
            continue
        leaves[id(layer)] = layer
        named.setdefault(id(layer), []).append((parts[-1], array))
    for key, weights in named.items():
        found.arrays[key] = _in_keras_order(leaves[key], weights)
    return found


def _owners(leaves: Iterable[KerasLayer]) -> dict[str, KerasLayer]:
    """Layers with weights by name, which has to be one of a kind in the whole tree."""
    owners: dict[str, KerasLayer] = {}
    for leaf in leaves:
        if expected_weights(leaf) == [] and not leaf.children:
            continue
        if leaf.name in owners:
            raise ModelFormatError(
                f"Two layers with weights are named {leaf.name!r}; TensorFlow.js finds weights by "
                "the name of the layer and refuses such a model too."
            )
        owners[leaf.name] = leaf
    return owners


def _owner(parts: list[str], owners: Mapping[str, KerasLayer]) -> KerasLayer | None:
    """The layer whose name is the last and longest run of components before the weight's name."""
    for end in range(len(parts) - 1, 0, -1):
        for start in range(end):
            layer = owners.get("/".join(parts[start:end]))
            if layer is not None:
                return _wrapped(layer)
    return None


def _wrapped(layer: KerasLayer) -> KerasLayer:
    """What a wrapper without weights of its own wraps: its weights bear the wrapper's name."""
    while len(layer.children) == 1 and expected_weights(layer) == []:
        layer = next(iter(layer.children.values()))
    return layer


def _in_keras_order(layer: KerasLayer, weights: _Named) -> _Named:
    specs = expected_weights(layer)
    if specs is None:
        return weights
    by_name = dict(weights)
    if len(by_name) != len(weights):
        raise ModelFormatError(f"Two weights of the layer {layer.path!r} have one name.")
    names = {spec.name: spec.name for spec in specs}
    for wanted, other in _OTHER_NAMES.items():
        if wanted in names and wanted not in by_name and other not in names:
            names[wanted] = other
    if set(by_name) != set(names.values()):
        wanted = ", ".join(names) or "none"
        raise ModelFormatError(
            f"Layer {layer.path!r} ({layer.class_name}) should have the weights {wanted}; the "
            f"manifest gives it {', '.join(by_name)}."
        )
    return [(spec.name, by_name[names[spec.name]]) for spec in specs]
