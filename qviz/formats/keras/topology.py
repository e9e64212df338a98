"""From the JSON configuration of a model to its layer tree, still without weights."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from qviz.errors import ModelFormatError
from qviz.formats.keras import keras1
from qviz.formats.keras.model import Call, KerasLayer, KerasModel, LayerKind, TensorRef
from qviz.formats.keras.nodes import (
    count_from_zero,
    read_calls,
    read_references,
    replace_references,
)
from qviz.formats.keras.values import class_name, plain

MODEL_CLASSES = frozenset({"Sequential", "Functional", "Model"})
_FUNCTIONS = frozenset({"TFOpLambda", "SlicingOpLambda"})
_OPERATION_MODULES = ("keras.src.ops", "keras.ops")
# Layers whose configuration lacks "trainable", by which operations are told from layers in .h5.
_WITHOUT_TRAINABLE = frozenset(
    {"InputLayer", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"}
)
_MAX_LAYERS = 20_000
_MAX_DEPTH = 32


@dataclass(slots=True)
class _Reader:
    """State of one reading: who wrote the file, and how many layers were met."""

    version: str
    backend: str
    layers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def is_keras1(self) -> bool:
        return self.version.split(".", 1)[0] == "1"


def read_topology(config: Mapping[str, Any], version: str, backend: str) -> KerasModel:
    """Read the tree of layers.

    Parameters
    ----------
    config : Mapping
        The serialized model: ``class_name`` and ``config``.
    version : str
        Version of Keras that wrote it.
    backend : str
        Backend that it ran on, empty if unknown.

    Raises
    ------
    ModelFormatError
        If it is no Sequential or Functional model, or is malformed.
    """
    if not _is_model(config):
        name = class_name(config) or "unknown"
        raise ModelFormatError(
            f"The model is of the custom class {name!r}: its structure is Python code, which the "
            "file does not hold. Export it with model.export() and open the SavedModel instead."
        )
    return _model(config, "", _Reader(version, backend), 0)


def _is_model(config: Mapping[str, Any]) -> bool:
    inner = config.get("config")
    if class_name(config) in MODEL_CLASSES:
        return isinstance(inner, list) or (isinstance(inner, dict) and "layers" in inner)
    # A subclass of Functional keeps its layers and their connections.
    return isinstance(inner, dict) and "layers" in inner and "output_layers" in inner


def _model(serialized: Mapping[str, Any], path: str, reader: _Reader, depth: int) -> KerasModel:
    if depth > _MAX_DEPTH:
        raise ModelFormatError("The file nests models deeper than any real one does.")
    config = serialized["config"]
    is_list = isinstance(config, list)
    entries = config if is_list else config["layers"]
    if not isinstance(entries, list) or not entries:
        raise ModelFormatError(f"The model {path or 'in the file'!r} has no layers.")
    name = str((None if is_list else config.get("name")) or serialized.get("name") or "model")
    layers = [_layer(entry, i, path, reader, depth) for i, entry in enumerate(entries)]
    seen: set[str] = set()
    for layer in layers:
        if layer.name in seen:
            raise ModelFormatError(f"Two layers of the model are named {layer.path!r}.")
        seen.add(layer.name)
    if class_name(serialized) == "Sequential":
        shape = None if is_list else config.get("build_input_shape")
        shape = shape or _build_shape(serialized)
        return _sequential(name, layers, entries, shape, reader)
    return _functional(name, layers, entries, config, reader)


def _layer(entry: Any, index: int, path: str, reader: _Reader, depth: int) -> KerasLayer:
    if next(reader.layers) > _MAX_LAYERS:
        raise ModelFormatError(f"The file has more than {_MAX_LAYERS:,} layers.")
    if not isinstance(entry, dict) or not isinstance(entry.get("class_name"), str):
        raise ModelFormatError(f"Layer {index} of the model is not written as Keras does.")
    class_ = class_name(entry)
    config = entry.get("config")
    named = config.get("name") if isinstance(config, dict) else None
    name = str(entry.get("name") or named or f"{class_.lower()}_{index + 1}")
    own_path = f"{path}/{name}" if path else name
    if _is_model(entry):
        model = _model(entry, own_path, reader, depth + 1)
        return KerasLayer(name, own_path, class_, "model", {}, model=model)
    if not isinstance(config, dict):
        raise ModelFormatError(f"Layer {own_path!r} ({class_}) has no configuration.")
    kind = _kind(class_, entry, config, reader)
    if reader.is_keras1:
        class_, config = keras1.modernise(class_, config)
    children = {}
    for attribute in ("layer", "backward_layer"):
        inner = config.get(attribute)
        if isinstance(inner, dict) and "class_name" in inner and kind == "layer":
            children[attribute] = _layer(inner, 0, own_path, reader, depth + 1)
    return KerasLayer(name, own_path, class_, kind, plain(config), children=children)


def _kind(class_: str, entry: dict[str, Any], config: dict[str, Any], reader: _Reader) -> LayerKind:
    if class_ in _FUNCTIONS:
        return "function"
    module = entry.get("module")
    if isinstance(module, str):
        return "operation" if module.startswith(_OPERATION_MODULES) else "layer"
    # In .h5 files of Keras 3 nothing but the missing key tells the operation Add from the layer.
    if reader.version.startswith("3") and "trainable" not in config:
        return "layer" if class_ in _WITHOUT_TRAINABLE else "operation"
    return "layer"


def _build_shape(serialized: Mapping[str, Any]) -> Any:
    build = serialized.get("build_config")
    return build.get("input_shape") if isinstance(build, dict) else None


def _sequential(
    name: str, layers: list[KerasLayer], entries: list[Any], shape: Any, reader: _Reader
) -> KerasModel:
    if layers[0].class_name != "InputLayer":
        first = layers[0].config.get("batch_input_shape")
        known = first or shape or _build_shape(entries[0])
        synthetic = f"{layers[0].name}_input"
        while any(layer.name == synthetic for layer in layers):
            synthetic += "_"
        path = layers[0].path.removesuffix(layers[0].name) + synthetic
        config = {
            "name": synthetic,
            "batch_shape": plain(known) if isinstance(known, list) else None,
            "dtype": layers[0].config.get("input_dtype", "float32"),
            "is_synthetic": True,
        }
        layers = [KerasLayer(synthetic, path, "InputLayer", "layer", config), *layers]
    chained = [layers[0]]
    for layer in layers[1:]:
        previous = _outputs(chained[-1])
        argument: Any = previous[0] if len(previous) == 1 else list(previous)
        chained.append(replace(layer, calls=(Call((argument,)),)))
    return KerasModel(
        name,
        True,
        tuple(chained),
        (TensorRef(layers[0].name, 0, 0),),
        _outputs(chained[-1]),
        reader.version,
        reader.backend,
    )


def _outputs(layer: KerasLayer) -> tuple[TensorRef, ...]:
    count = len(layer.model.outputs) if layer.model is not None else 1
    return tuple(TensorRef(layer.name, 0, i) for i in range(count))


def _functional(
    name: str,
    layers: list[KerasLayer],
    entries: list[Any],
    config: Mapping[str, Any],
    reader: _Reader,
) -> KerasModel:
    known = frozenset(layer.name for layer in layers)
    calls = [
        () if layer.class_name == "InputLayer" else read_calls(entry.get("inbound_nodes"), known)
        for layer, entry in zip(layers, entries, strict=True)
    ]
    inputs = read_references(config["input_layers"])
    outputs = read_references(config["output_layers"])
    used = [ref for uses in calls for call in uses for ref in call.all_tensors]
    for ref in (*used, *inputs, *outputs):
        if ref.layer not in known:
            raise ModelFormatError(f"The model refers to a layer {ref.layer!r} that it lacks.")
    calls_used, calls_returned = _calls_by_layer(used), _calls_by_layer(outputs)
    base, base_of_outputs = {}, {}
    for layer, uses in zip(layers, calls, strict=True):
        is_functional = layer.model is not None and not layer.model.is_sequential
        base[layer.name], base_of_outputs[layer.name] = count_from_zero(
            is_functional and reader.version.startswith("3"),
            len(uses),
            calls_used.get(layer.name, ()),
            calls_returned.get(layer.name, ()),
        )
    return KerasModel(
        name,
        False,
        tuple(
            replace(layer, calls=tuple(_from_zero(call, base) for call in uses))
            for layer, uses in zip(layers, calls, strict=True)
        ),
        tuple(TensorRef(ref.layer, 0, ref.output) for ref in inputs),
        replace_references(outputs, base_of_outputs),
        reader.version,
        reader.backend,
    )


def _calls_by_layer(references: Iterable[TensorRef]) -> dict[str, set[int]]:
    calls: dict[str, set[int]] = {}
    for ref in references:
        calls.setdefault(ref.layer, set()).add(ref.call)
    return calls


def _from_zero(call: Call, base: Mapping[str, int]) -> Call:
    return Call(replace_references(call.arguments, base), replace_references(call.keywords, base))
