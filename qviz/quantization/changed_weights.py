"""Pruning and clustering of a float model, before any scheme quantizes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.formats.keras.model import KerasModel
from qviz.graph import Graph
from qviz.quantization.clustering import clustering
from qviz.quantization.preconditions import check_constants
from qviz.quantization.pruning import prunings
from qviz.quantization.scheme import Scheme

Array = NDArray[Any]

# Position of the kernel among the inputs. Depthwise kernels are left alone, as TensorFlow's model
# optimization toolkit leaves them: they are few, and a network seldom bears their loss.
_KERNELS = {
    "CONV_2D": 1,
    "CONV_3D": 1,
    "CONV_3D_TRANSPOSE": 1,
    "FULLY_CONNECTED": 1,
    "TRANSPOSE_CONV": 1,
}


def kernel_names(graph: Graph) -> tuple[str, ...]:
    """Constants that pruning and clustering change, in order of their first reader.

    Kernels of convolutions and dense layers in float32; neither depthwise kernels nor biases nor
    batch norms.
    """
    names: dict[str, None] = {}
    for operator in graph.operators:
        position = _KERNELS.get(operator.kind, len(operator.inputs))
        name = operator.inputs[position] if position < len(operator.inputs) else None
        if name is not None:
            tensor = graph.tensors[name]
            if tensor.is_constant and tensor.dtype == np.float32 and tensor.size:
                names.setdefault(name)
    return tuple(names)


def change_weights(graph: Graph, scheme: Scheme) -> Graph:
    """The float model that `scheme` quantizes: `graph`, pruned and clustered as it says.

    Parameters
    ----------
    graph : Graph
        Float, as its author wrote it.
    scheme : Scheme

    Returns
    -------
    Graph
        `graph` itself where the scheme changes nothing. Else a copy; if it comes from Keras layers,
        the layers of its source hold the changed weights too.

    Raises
    ------
    SchemeError
        If a weight holds NaN or infinity, which have no place in an order by magnitude.
    """
    if not scheme.changes_weights:
        return graph
    check_constants(graph)
    kernels: dict[str, Array] = {n: graph.tensors[n].real() for n in kernel_names(graph)}
    changes = _changes(kernels, scheme)
    changed = {name: changes[name](values) for name, values in kernels.items()}
    tensors = (
        replace(t, data=changed[t.name]) if t.name in changed else t for t in graph.tensors.values()
    )
    result = graph.rebuild(tensors=tensors)
    model = graph.source.model if graph.source is not None else None
    if graph.source is None or not isinstance(model, KerasModel):
        return result
    # The layers hold the same values in another layout; the changes do not look at the layout.
    stored = {
        f"{layer.path}/{weight.name}": weight.value
        for layer in model.leaves()
        for weight in layer.weights
    }
    values = {name: changes[name](stored[name]) for name in changes if name in stored}
    return result.with_source(replace(graph.source, model=model.with_weights(values)))


def _changes(kernels: Mapping[str, Array], scheme: Scheme) -> dict[str, Callable[[Array], Array]]:
    pruned = prunings(kernels, scheme.pruning, scheme.pruning_scope) if scheme.pruning else {}
    changes: dict[str, Callable[[Array], Array]] = {}
    for name, values in kernels.items():
        steps: list[Callable[[Array], Array]] = [pruned[name]] if name in pruned else []
        if scheme.clusters:
            left = pruned[name](values) if name in pruned else values
            steps.append(
                clustering(
                    left,
                    scheme.clusters,
                    start=scheme.cluster_start,
                    keep_zero=bool(scheme.pruning),
                )
            )
        changes[name] = _Chain(tuple(steps))
    return changes


class _Chain:
    """One change after the other."""

    def __init__(self, steps: tuple[Callable[[Array], Array], ...]) -> None:
        self._steps = steps

    def __call__(self, values: Array) -> Array:
        for step in self._steps:
            values = step(values)
        return values
