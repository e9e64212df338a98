"""A model described as plain dictionaries, for ``qviz inspect --json``."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from qviz.evaluation import model_info
from qviz.graph import Graph, Layer, Tensor, layers
from qviz.graph.passes import describe_folding


def inspection(graph: Graph) -> dict[str, Any]:
    """Model, layers with their weights, and what folding will do.

    Returns
    -------
    dict
        The fields of ``ModelInfo``, ``layers`` (``name``, ``kind``, ``parameters``,
        ``output_shape``, ``weights``) and ``folding``, one sentence a batch norm.
    """
    info = dataclasses.asdict(model_info(graph))
    for key in ("inputs", "outputs"):
        info[key] = [
            {"name": name, "shape": list(shape), "dtype": dtype} for name, shape, dtype in info[key]
        ]
    info["notes"] = list(info["notes"])
    return {
        **info,
        "layers": [_layer(graph, layer) for layer in layers(graph)],
        "folding": list(describe_folding(graph).sentences),
    }


def _layer(graph: Graph, layer: Layer) -> dict[str, Any]:
    return {
        "name": layer.name,
        "kind": layer.kind,
        "parameters": layer.parameters,
        "output_shape": list(graph.tensors[layer.output].shape),
        "weights": [_weight(graph.tensors[name]) for name in layer.weights],
    }


def _weight(tensor: Tensor) -> dict[str, Any]:
    values = tensor.real()
    ends = (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)
    low, high = (end if math.isfinite(end) else None for end in ends)
    return {
        "name": tensor.name,
        "shape": list(tensor.shape),
        "dtype": str(tensor.dtype),
        "minimum": low,
        "maximum": high,
    }
