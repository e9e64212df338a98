"""A part of a graph as nodes and edges, ready to be drawn."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from qviz.graph import Graph, Operator, Tensor
from qviz.quantization.eightbit import kinds

NodeKind = Literal["end", "constant", "float", "eightbit", "conversion", "range"]

# What TensorFlow calls the operators, and what they are for.
_NODES: dict[str, tuple[str, NodeKind]] = {
    kinds.MIN: ("Min", "range"),
    kinds.MAX: ("Max", "range"),
    kinds.QUANTIZE: ("QuantizeV2", "conversion"),
    kinds.DEQUANTIZE: ("Dequantize", "conversion"),
    kinds.RANGE: ("RequantizationRange", "range"),
    kinds.REQUANTIZE: ("Requantize", "conversion"),
}
_FLOAT_NAMES = {
    "CONV_2D": "Conv2D",
    "FULLY_CONNECTED": "MatMul",
    "MAX_POOL_2D": "MaxPool",
    "AVERAGE_POOL_2D": "AvgPool",
    "CONCATENATION": "Concat",
    "DEPTHWISE_CONV_2D": "DepthwiseConv2D",
    "RELU6": "Relu6",
    "RELU": "Relu",
    "MATMUL": "MatMul",
    "BIAS_ADD": "BiasAdd",
}
_TYPES = {"float32": "float", "uint8": "8 bit", "int32": "32 bit"}


@dataclass(frozen=True, slots=True)
class Node:
    """A box.

    Attributes
    ----------
    id : str
        Unique in the picture; the same operator has the same id in every step.
    label : str
        What it is called in TensorFlow, or the name of a constant or tensor.
    kind : str
        ``end`` of the part that is shown, ``constant``, ``float`` operator, ``eightbit`` operator,
        ``conversion`` between float and codes, or ``range``.
    layer : str
        Of the model; empty at an end.
    """

    id: str
    label: str
    kind: NodeKind
    layer: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow between two nodes, by their ids; `label` is ``float``, ``8 bit``, ``min``, ..."""

    source: str
    target: str
    label: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Nodes in execution order, and the edges between them."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def picture(graph: Graph, layers: Collection[str] = ()) -> Picture:
    """The operators of `layers`, or of the whole graph, with what goes in and comes out.

    Parameters
    ----------
    graph : Graph
        Any of the three forms, or one between them.
    layers : collection of str
        Names of layers; all if empty.
    """
    shown = [o for o in graph.operators if not layers or o.layer in layers]
    drawn = {id(operator) for operator in shown}
    inside = {name: o for o in shown for name in o.outputs}
    readers = graph.consumers()
    nodes: dict[str, Node] = {}
    edges: dict[Edge, None] = {}
    for operator in shown:
        for name in operator.present_inputs:
            tensor = graph.tensors[name]
            label = _edge_label(tensor, operator, graph)
            if name in inside:
                source = _id(inside[name])
            elif tensor.is_constant and not tensor.is_float and tensor.quantization is None:
                continue  # shapes and axes
            else:
                source = f"from {name}"
                kind: NodeKind = "constant" if tensor.is_constant else "end"
                layer = operator.layer if tensor.is_constant else ""
                nodes.setdefault(source, Node(source, name, kind, layer))
            edges.setdefault(Edge(source, _id(operator), label))
        nodes[_id(operator)] = Node(_id(operator), *_node(operator), operator.layer)
    for name, operator in inside.items():
        outside = any(id(graph.operators[i]) not in drawn for i in readers.get(name, ()))
        if name in graph.outputs or outside:
            target = f"to {name}"
            nodes[target] = Node(target, name, "end")
            edges.setdefault(Edge(_id(operator), target, _edge_label(graph.tensors[name])))
    return Picture(tuple(nodes.values()), tuple(edges))


def _id(operator: Operator) -> str:
    return f"{operator.kind} {operator.outputs[0]}"


def _node(operator: Operator) -> tuple[str, NodeKind]:
    if operator.kind in _NODES:
        return _NODES[operator.kind]
    plain = operator.kind.removeprefix(kinds.PREFIX)
    name = _FLOAT_NAMES.get(plain) or "".join(p.capitalize() for p in plain.split("_"))
    return (f"Quantized{name}", "eightbit") if plain != operator.kind else (name, "float")


def _edge_label(tensor: Tensor, reader: Operator | None = None, graph: Graph | None = None) -> str:
    """Which end of a range a tensor is, else the type of its elements."""
    if tensor.is_float and tensor.shape == (1,) and reader is not None and graph is not None:
        is_codes_reader = reader.kind.startswith(kinds.PREFIX)
        if is_codes_reader and reader.kind not in (kinds.MIN, kinds.MAX):
            place = reader.inputs.index(tensor.name)
            before = sum(1 for n in reader.present_inputs[:place] if _is_end(graph.tensors[n]))
            return "max" if before % 2 else "min"
    return _TYPES.get(str(tensor.dtype), str(tensor.dtype))


def _is_end(tensor: Tensor) -> bool:
    return tensor.is_float and tensor.shape == (1,)
