"""Layers: the operators of a graph grouped as the model's author named them."""

from __future__ import annotations

from dataclasses import dataclass

from qviz.graph.graph import Graph
from qviz.graph.subgraphs import EIGHTBIT, weights_inside, weights_of

# Kinds that say what a layer is, before the ones that only move or scale data.
_MAIN = (
    "CONV_2D",
    "DEPTHWISE_CONV_2D",
    "FULLY_CONNECTED",
    "TRANSPOSE_CONV",
    "BATCH_MATMUL",
    "BATCH_NORMALIZATION",
    "WHILE",
    "IF",
    f"{EIGHTBIT}CONV_2D",
    f"{EIGHTBIT}MATMUL",
)
# Kinds that only bring values to codes, or codes to other codes.
_BETWEEN = (
    "QUANTIZE",
    "DEQUANTIZE",
    *(
        f"{EIGHTBIT}{kind}"
        for kind in (
            "MIN",
            "MAX",
            "QUANTIZE_V2",
            "DEQUANTIZE",
            "REQUANTIZATION_RANGE",
            "REQUANTIZE",
        )
    ),
)


@dataclass(frozen=True, slots=True)
class Layer:
    """Operators that belong together.

    Attributes
    ----------
    name : str
        Path of the layer.
    kind : str
        Kind of its main operator.
    operators : tuple of int
        Indices into ``Graph.operators``.
    weights : tuple of str
        Names of its constant float or quantized tensors with weights, biases included, shape
        vectors and other index tensors left out.
    output : str
        Name of the tensor that its last operator makes; empty if it makes none.
    parameters : int
        Number of weights, those of `inner_weights` included.
    inner_weights : tuple of str
        Names, as ``weights_inside`` gives them, of the weights in subgraphs that its operators run.
    """

    name: str
    kind: str
    operators: tuple[int, ...]
    weights: tuple[str, ...]
    output: str
    parameters: int
    inner_weights: tuple[str, ...] = ()


def layers(graph: Graph) -> tuple[Layer, ...]:
    """Layers of `graph` in execution order.

    QUANTIZE and DEQUANTIZE belong to the layer they name; a float or quantized constant that is
    dequantized first (float16, tfjs) counts as a weight of the layer that reads it.
    """
    groups: dict[str, list[int]] = {}
    for i, operator in enumerate(graph.operators):
        place = operator.layer or next(iter(operator.outputs), operator.kind)
        groups.setdefault(place, []).append(i)
    return tuple(_layer(graph, name, indices) for name, indices in groups.items())


def _layer(graph: Graph, name: str, indices: list[int]) -> Layer:
    operators = [graph.operators[i] for i in indices]
    kinds = [o.kind for o in operators]
    main = next((k for k in _MAIN if k in kinds), None)
    if main is None:
        main = next((k for k in kinds if k not in _BETWEEN), kinds[0])
    weights = dict.fromkeys(n for o in operators for n in weights_of(graph, o))
    inner = weights_inside(graph, *operators)
    parameters = sum(graph.tensors[n].size for n in weights)
    parameters += sum(tensor.size for _, tensor in inner.values())
    # CALL_ONCE and ASSIGN_VARIABLE make no tensor.
    output = next((o.outputs[0] for o in reversed(operators) if o.outputs), "")
    return Layer(name, main, tuple(indices), tuple(weights), output, parameters, tuple(inner))
