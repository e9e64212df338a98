"""Weights as ``.h5`` files store them: one group per layer, with the names of its arrays listed.

The arrays of a nested model stand in one group, all trainable ones first, so they are given to
their layers by the layer's name in the array's path, and by order only where names do not tell.
"""

from __future__ import annotations

from typing import Any

import h5py
from numpy.typing import NDArray

from qviz.errors import ModelFormatError
from qviz.formats.keras.hdf5 import attribute_names, child, read_array
from qviz.formats.keras.layer_weights import expected_weights
from qviz.formats.keras.model import KerasLayer, KerasModel
from qviz.formats.keras.tree_weights import StoredArrays

_Named = list[tuple[str, NDArray[Any]]]


def read_layer_groups(model: KerasModel, root: h5py.Group) -> StoredArrays:
    """Find the arrays of every layer of `model` in the groups below `root`.

    Raises
    ------
    ModelFormatError
        If a listed layer or array is missing, or names repeat.
    """
    names = attribute_names(root, "layer_names")
    if names is None:
        raise ModelFormatError("The file lists no layers with weights; save it again with Keras.")
    found = StoredArrays()
    by_name = {layer.name: layer for layer in model.layers}
    for name in names:
        arrays = _arrays(root, name)
        layer = by_name.get(name)
        if layer is None:
            found.unclaimed += [n for n, _ in arrays]
        else:
            _give(layer, arrays, found)
    return found


def _arrays(root: h5py.Group, name: str) -> _Named:
    group = child(root, name)
    if not isinstance(group, h5py.Group):
        raise ModelFormatError(f"The file lists layer {name!r} but holds no weights for it.")
    listed = attribute_names(group, "weight_names") or []
    if len(set(listed)) != len(listed):
        raise ModelFormatError(
            f"Two weights of layer {name!r} have one name: Keras 3.0 wrote nested models so and "
            "lost their weights. Save the model again as .keras."
        )
    arrays: _Named = []
    for weight in listed:
        dataset = child(group, weight)
        if dataset is None:
            raise ModelFormatError(
                f"Weight {weight!r} of layer {name!r} is missing; the file was not written whole."
            )
        arrays.append((weight, read_array(dataset, f"{name}/{weight}")))
    return arrays


def _give(layer: KerasLayer, arrays: _Named, found: StoredArrays) -> None:
    if layer.model is not None:
        leaves = list(layer.model.leaves())
    elif layer.children and layer.class_name != "Bidirectional":
        leaves = list(_wrapped(layer))
    else:
        found.arrays[id(layer)] = arrays
        return
    given = _by_name(leaves, arrays) or _by_order(leaves, arrays) or _inner_first(leaves, arrays)
    if given is None:
        raise ModelFormatError(
            f"The weights of the nested layer {layer.path!r} cannot be told apart by name or "
            "order; save the model again as .keras."
        )
    found.arrays.update(given)


def _wrapped(layer: KerasLayer) -> list[KerasLayer]:
    inner: list[KerasLayer] = [layer]
    for wrapped in layer.children.values():
        inner += list(wrapped.model.leaves()) if wrapped.model is not None else [wrapped]
    return inner


def _by_name(leaves: list[KerasLayer], arrays: _Named) -> dict[int, _Named] | None:
    """Each array to the leaf whose name is the longest run of components of its path."""
    by_name = {leaf.name: leaf for leaf in leaves}
    if len(by_name) != len(leaves):
        return None
    given: dict[int, _Named] = {id(leaf): [] for leaf in leaves}
    for path, array in arrays:
        leaf = _leaf_in(path.split("/"), by_name)
        if leaf is None:
            return None
        given[id(leaf)].append((path, array))
    fits = all(
        specs is None or len(specs) == len(given[id(leaf)])
        for leaf in leaves
        for specs in (expected_weights(leaf),)
    )
    return given if fits else None


def _leaf_in(parts: list[str], by_name: dict[str, KerasLayer]) -> KerasLayer | None:
    for end in range(len(parts) - 1, 0, -1):
        for start in range(end):
            leaf = by_name.get("/".join(parts[start:end]))
            if leaf is not None:
                return leaf
    return None


def _by_order(leaves: list[KerasLayer], arrays: _Named) -> dict[int, _Named] | None:
    """Trainable weights of all leaves, then the others; a frozen leaf's weights all come last."""
    plans: list[tuple[int, bool]] = []
    for wanted_trainable in (True, False):
        for leaf in leaves:
            specs = expected_weights(leaf)
            if specs is None:
                return None
            frozen = leaf.config.get("trainable") is False
            trainable = [s.trainable and not frozen for s in specs]
            plans += [(id(leaf), t) for t in trainable if t == wanted_trainable]
    if len(plans) != len(arrays):
        return None
    given: dict[int, _Named] = {id(leaf): [] for leaf in leaves}
    for (key, _), array in zip(plans, arrays, strict=True):
        given[key].append(array)
    return given


def _inner_first(leaves: list[KerasLayer], arrays: _Named) -> dict[int, _Named] | None:
    """A wrapper with arrays of its own, such as SpectralNormalization, lists them last."""
    specs = expected_weights(leaves[-1])
    if len(leaves) != 2 or specs is None or len(specs) > len(arrays):
        return None
    wrapper, inner = leaves
    return {id(inner): arrays[: len(specs)], id(wrapper): arrays[len(specs) :]}
