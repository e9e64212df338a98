"""A model described as plain dictionaries, for ``qviz inspect --json``."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from qviz.cli.weight_codes import codes_of
from qviz.evaluation import model_info
from qviz.evaluation.partial_model import described, states_of_layers
from qviz.execution import runnable_part
from qviz.graph import Graph, Layer, Tensor, layers
from qviz.graph.passes import describe_folding
from qviz.graph.subgraphs import weights_inside
from qviz.quantization.stored_codes import stored_codes


def inspection(graph: Graph) -> dict[str, Any]:
    """Model, layers with their weights, and what folding will do.

    Returns
    -------
    dict
        The fields of ``ModelInfo``, ``layers`` (``name``, ``kind``, ``parameters``,
        ``output_shape``, ``weights`` with their ``quantization``, and ``can_be_run``: false also
        for one that depends on an operator that cannot), ``quantized`` (what shows that the file
        holds codes already, else null), ``cannot_be_run`` (the operators, with place and reason)
        and ``folding``, one sentence a batch norm. Inputs and outputs of codes have
        ``quantization`` too.
    """
    info = dataclasses.asdict(model_info(graph))
    for key in ("inputs", "outputs"):
        info[key] = [
            {
                "name": name,
                "shape": list(shape),
                "dtype": dtype,
                **_codes_of_end(graph.tensors[name]),
            }
            for name, shape, dtype in info[key]
        ]
    info["notes"] = list(info["notes"])
    found = runnable_part(graph)
    states = states_of_layers(graph, found)
    return {
        **info,
        "quantized": stored_codes(graph) or None,
        "layers": [_layer(graph, layer, states) for layer in layers(graph)],
        "cannot_be_run": [dataclasses.asdict(m) for m in described(graph, found).missing],
        "folding": list(describe_folding(graph).sentences),
    }


def _layer(graph: Graph, layer: Layer, states: dict[str, str]) -> dict[str, Any]:
    inside = weights_inside(graph, *(graph.operators[i] for i in layer.operators))
    return {
        "name": layer.name,
        "kind": layer.kind,
        "parameters": layer.parameters,
        "output_shape": list(graph.tensors[layer.output].shape) if layer.output else None,
        "weights": [
            *(_weight(name, graph.tensors[name]) for name in layer.weights),
            *(_weight(name, tensor) for name, (_, tensor) in inside.items()),
        ],
        "can_be_run": layer.name not in states,
    }


def _codes_of_end(tensor: Tensor) -> dict[str, Any]:
    found = codes_of(tensor)
    return {} if found is None else {"quantization": found}


def _weight(name: str, tensor: Tensor) -> dict[str, Any]:
    values = tensor.real()
    ends = (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)
    low, high = (end if math.isfinite(end) else None for end in ends)
    return {
        "name": name,
        "shape": list(tensor.shape),
        "dtype": str(tensor.dtype),
        "minimum": low,
        "maximum": high,
        "quantization": codes_of(tensor),
    }
