"""The layer tree of a Keras model, the same for every version of Keras that wrote it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

LayerKind = Literal["layer", "model", "operation", "function"]


class TensorRef(NamedTuple):
    """Output number `output` of use number `call` (from 0) of the layer `layer`."""

    layer: str
    call: int
    output: int


class Weight(NamedTuple):
    """One stored array and the name Keras 2 gives it within its layer (``kernel``, ``gamma``)."""

    name: str
    value: NDArray[Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One use of a layer: its arguments, with a `TensorRef` wherever a tensor stood.

    Attributes
    ----------
    arguments : tuple
        Positional arguments. Tensors may be nested in lists and dicts.
    keywords : Mapping
        Keyword arguments that the file records for this use.
    """

    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any] = field(default_factory=dict)

    @property
    def inputs(self) -> tuple[TensorRef, ...]:
        """Every tensor among the positional arguments, in order."""
        return tuple(tensors_in(self.arguments))

    @property
    def all_tensors(self) -> tuple[TensorRef, ...]:
        """Every tensor that this use reads, those in keywords last."""
        return (*tensors_in(self.arguments), *tensors_in(self.keywords))


@dataclass(frozen=True, slots=True, eq=False)
class KerasLayer:
    """A layer with its configuration and weights.

    Attributes
    ----------
    name : str
        As the file names it; unique in its model.
    path : str
        Names of the models around it and its own, joined by ``/``.
    class_name : str
        Keras 2 or 3 class name, without a package prefix.
    kind : str
        ``layer``; ``model`` for a nested model; ``operation`` for a ``keras.ops`` node of Keras 3;
        ``function`` for a TFOpLambda or SlicingOpLambda of Keras 2.
    config : Mapping
        As stored, with Keras 1 keys renamed and ``__numpy__`` wrappers taken off.
    calls : tuple of Call
        Its uses, in order. Empty for an input layer.
    weights : tuple of Weight
        In Keras' own order.
    model : KerasModel or None
        The nested model, if it is one.
    children : Mapping of str to KerasLayer
        Layers that it wraps, by attribute name (``layer`` of TimeDistributed, ``cell``, ...).
    """

    name: str
    path: str
    class_name: str
    kind: LayerKind
    config: Mapping[str, Any]
    calls: tuple[Call, ...] = ()
    weights: tuple[Weight, ...] = ()
    model: KerasModel | None = None
    children: Mapping[str, KerasLayer] = field(default_factory=dict)

    def weight(self, name: str) -> NDArray[Any] | None:
        """The weight of that name, or None."""
        return next((w.value for w in self.weights if w.name == name), None)


@dataclass(frozen=True, slots=True, eq=False)
class KerasModel:
    """A Sequential or Functional model.

    A Sequential is described as a chain of calls too, so that readers of the tree need only one
    case. If the file gives it no InputLayer, one is made, with `is_synthetic` in its config; its
    ``batch_shape`` is None where the file says nothing about the shape.

    Attributes
    ----------
    name : str
        Of the model.
    is_sequential : bool
        Whether the author wrote a Sequential.
    layers : tuple of KerasLayer
        In the file's order.
    inputs, outputs : tuple of TensorRef
        In the model's order, whatever structure they had.
    keras_version : str
        Of the program that wrote the file, ``"1"`` where nothing is said.
    backend : str
        ``tensorflow``, ``theano``, ...; empty if unknown.
    """

    name: str
    is_sequential: bool
    layers: tuple[KerasLayer, ...]
    inputs: tuple[TensorRef, ...]
    outputs: tuple[TensorRef, ...]
    keras_version: str = ""
    backend: str = ""

    @property
    def major_version(self) -> int:
        """1, 2 or 3."""
        head = self.keras_version.split(".", 1)[0]
        return int(head) if head.isdigit() else 2

    def leaves(self) -> Iterator[KerasLayer]:
        """Layers that are not models, wrapped layers included, in order, once each."""
        for layer in self.layers:
            if layer.model is not None:
                yield from layer.model.leaves()
            else:
                yield from _with_children(layer)

    def with_weights(self, values: Mapping[str, NDArray[Any]]) -> KerasModel:
        """A copy in which weights named ``<layer path>/<weight name>`` have other values."""
        return replace(self, layers=tuple(_with_weights(layer, values) for layer in self.layers))

    def count_parameters(self) -> int:
        """Number of stored weight values."""
        return sum(int(np.size(w.value)) for layer in self.leaves() for w in layer.weights)


def tensors_in(value: Any) -> Iterator[TensorRef]:
    """Every `TensorRef` inside nested tuples, lists and mappings, in order.

    Mappings are read in the order of their keys, as Keras flattens them.
    """
    if isinstance(value, TensorRef):
        yield value
    elif isinstance(value, Mapping):
        for key in sorted(value):
            yield from tensors_in(value[key])
    elif isinstance(value, tuple | list):
        for item in value:
            yield from tensors_in(item)


def _with_weights(layer: KerasLayer, values: Mapping[str, NDArray[Any]]) -> KerasLayer:
    weights = (
        w._replace(value=values.get(f"{layer.path}/{w.name}", w.value)) for w in layer.weights
    )
    children = {key: _with_weights(child, values) for key, child in layer.children.items()}
    model = None if layer.model is None else layer.model.with_weights(values)
    return replace(layer, weights=tuple(weights), children=children, model=model)


def _with_children(layer: KerasLayer) -> Iterator[KerasLayer]:
    yield layer
    for child in layer.children.values():
        if child.model is not None:
            yield from child.model.leaves()
        else:
            yield from _with_children(child)
