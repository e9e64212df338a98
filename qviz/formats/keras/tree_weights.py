"""Weights as Keras 3 (and the ``.keras`` files of Keras 2.12+) store them: a tree of groups.

Below each model stands a container group, in it one group per layer named after its class and
numbered; its arrays are ``vars/0``, ``vars/1``, ... The numbers follow rules that changed between
versions, so groups are paired with layers by order within their class, which held for every
version; since Keras 3.6 an attribute names the layer, which is preferred.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import h5py
from numpy.typing import NDArray

from qviz.errors import ModelFormatError
from qviz.formats.keras.hdf5 import attribute, child, read_array
from qviz.formats.keras.layer_weights import expected_weights
from qviz.formats.keras.model import KerasLayer, KerasModel

_CONTAINERS = ("layers", "_layer_checkpoint_dependencies")
# Stored under the name of the Python class, which for this one is not the exported name.
_PYTHON_NAMES = {"GroupQueryAttention": "GroupedQueryAttention"}
# Where a layer's own sublayers lie, by the name of the attribute in its configuration.
_CHILD_GROUPS = {
    "Bidirectional": {"layer": "forward_layer", "backward_layer": "backward_layer"},
}
_IGNORED_GROUPS = frozenset({"optimizer", "metrics"})


@dataclass(slots=True)
class StoredArrays:
    """Arrays by the identity of their layer, with names; and what no layer claims."""

    arrays: dict[int, list[tuple[str, NDArray[Any]]]] = field(default_factory=dict)
    unclaimed: list[str] = field(default_factory=list)


def read_tree(model: KerasModel, root: h5py.Group) -> StoredArrays:
    """Find the arrays of every layer of `model` below `root`.

    Raises
    ------
    ModelFormatError
        If a layer's group is missing or data are unsafe.
    """
    found = StoredArrays()
    _model(model, root, "", found)
    own = [key for key in root if key not in (*_CONTAINERS, *_IGNORED_GROUPS)]
    for key in own:
        found.unclaimed += [path for path, _ in _arrays_below(child(root, key), key)]
    return found


def snake_case(name: str) -> str:
    """Class name as Keras writes it in group names: ``PReLU`` is ``p_re_lu``."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def _model(model: KerasModel, group: h5py.Group, path: str, found: StoredArrays) -> None:
    name = next((c for c in _CONTAINERS if c in group), None)
    container = None if name is None else child(group, name)
    if not isinstance(container, h5py.Group):
        if any(expected_weights(layer) != [] for layer in model.leaves()):
            raise ModelFormatError(
                f"The file has no weights for the model {model.name!r}; save it again with "
                "model.save()."
            )
        return
    groups = list(container)
    by_layer_name = _named_groups(container, groups)
    by_class: dict[str, list[KerasLayer]] = {}
    for layer in model.layers:
        # Sequential models do not store their input layer, and operations are no layers.
        if layer.kind == "operation" or (model.is_sequential and layer.class_name == "InputLayer"):
            continue
        class_name = _PYTHON_NAMES.get(layer.class_name, layer.class_name)
        by_class.setdefault(snake_case(class_name), []).append(layer)
    used: set[str] = set()
    for base, layers in by_class.items():
        numbered = _numbered(groups, base)
        for i, layer in enumerate(layers):
            key = by_layer_name.get(layer.name) or (numbered[i] if i < len(numbered) else None)
            if key is None:
                if not expected_weights(layer) and not layer.children and layer.model is None:
                    continue
                raise ModelFormatError(f"The file has no weights for layer {layer.path!r}.")
            used.add(key)
            _layer(layer, child(container, key), f"{path}{key}", found)
    for key in groups:
        if key not in used:
            found.unclaimed += [p for p, _ in _arrays_below(child(container, key), path + key)]


def _named_groups(container: h5py.Group, groups: list[str]) -> dict[str, str]:
    """Group of each layer that the file names, empty if it does not name them uniquely."""
    names: dict[str, str] = {}
    for key in groups:
        own = child(container, f"{key}/vars")
        name = attribute(own, "name") if isinstance(own, h5py.Group) else None
        if name in names:
            return {}
        if name is not None:
            names[name] = key
    return names


def _numbered(groups: list[str], base: str) -> list[str]:
    """Groups ``base``, ``base_1``, ... in numerical order."""
    pattern = re.compile(re.escape(base) + r"(?:_(\d+))?")
    hits = [(int(m.group(1) or 0), g) for g in groups if (m := pattern.fullmatch(g))]
    return [g for _, g in sorted(hits)]


def _layer(layer: KerasLayer, group: Any, path: str, found: StoredArrays) -> None:
    if not isinstance(group, h5py.Group):
        raise ModelFormatError(f"The file has no weights for layer {layer.path!r}.")
    if layer.model is not None:
        _model(layer.model, group, f"{path}/", found)
        return
    names = _CHILD_GROUPS.get(layer.class_name, {})
    taken = {"vars"}
    for key_in_config, inner in layer.children.items():
        key = names.get(key_in_config, key_in_config)
        subgroup = child(group, key)
        if subgroup is not None:
            taken.add(key)
            _layer(inner, subgroup, f"{path}/{key}", found)
    arrays = _own(group, path)
    # A recurrent layer keeps its arrays in its cell; an unknown layer may keep them anywhere.
    for key in group:
        if key not in taken:
            below = _arrays_below(child(group, key), f"{path}/{key}")
            specs = expected_weights(layer)
            if specs is None or (not arrays and key == "cell"):
                arrays += [(p, read_array(d, p)) for p, d in below]
            else:
                found.unclaimed += [p for p, _ in below]
    found.arrays[id(layer)] = arrays


def _own(group: h5py.Group, path: str) -> list[tuple[str, NDArray[Any]]]:
    own = child(group, "vars")
    if not isinstance(own, h5py.Group):
        return []
    keys = sorted((k for k in own if k.isdigit()), key=int)
    return [(f"{path}/vars/{k}", read_array(child(own, k), f"{path}/vars/{k}")) for k in keys]


def _arrays_below(group: Any, path: str) -> Iterator[tuple[str, h5py.Dataset]]:
    """Datasets in a group and below, over hard links only; each group once, as links may loop."""
    pending = [(group, path)]
    seen: set[int] = set()
    while pending:
        node, where = pending.pop()
        if isinstance(node, h5py.Dataset):
            yield where, node
        elif isinstance(node, h5py.Group):
            address = h5py.h5o.get_info(node.id).addr
            if address not in seen:
                seen.add(address)
                pending += [(child(node, k), f"{where}/{k}") for k in reversed(list(node))]
