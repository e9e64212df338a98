"""The float graph in the operators of TensorFlow 1: products, biases and activations apart."""

from __future__ import annotations

from dataclasses import replace

from qviz.graph import Graph, Operator, Tensor
from qviz.graph.passes import fold_into_weights
from qviz.graph.passes.fuse_activations import FUSABLE_ACTIVATIONS
from qviz.quantization.stored_constants import unique_name

_WITH_BIAS = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"})
_WITH_ACTIVATION = _WITH_BIAS | {"ADD", "MUL", "AVERAGE_POOL_2D", "MAX_POOL_2D"}


def separate(graph: Graph) -> Graph:
    """Batch norms folded; biases and fused activations as operators of their own.

    The same whether activations were fused before or not.

    Parameters
    ----------
    graph : Graph
        Float.
    """
    folded = fold_into_weights(graph)
    tensors = dict(folded.tensors)
    operators: list[Operator] = []
    for operator in folded.operators:
        operators += _parts(operator, tensors)
    return folded.rebuild(operators, tensors.values())


def _parts(operator: Operator, tensors: dict[str, Tensor]) -> list[Operator]:
    """The operator in parts, each making a tensor that the next reads; the last keeps the name."""
    out = tensors[operator.outputs[0]]
    keeps_fused = operator.activation not in ("NONE", *FUSABLE_ACTIVATIONS)
    if operator.kind not in _WITH_ACTIVATION or not out.is_float or keeps_fused:
        return [operator]
    inputs, bias = operator.inputs, None
    if operator.kind in _WITH_BIAS:
        inputs, bias = inputs[:2], inputs[2] if len(inputs) > 2 else None
    options = {**operator.options, "fused_activation_function": "NONE"}
    first = replace(operator, inputs=inputs, options=options)
    parts = [first]
    if bias is not None:
        parts.append(Operator("ADD", (out.name, bias), (out.name,), layer=operator.layer))
    if operator.activation != "NONE":
        parts.append(Operator(operator.activation, (out.name,), (out.name,), layer=operator.layer))
    for i in range(len(parts) - 1):
        suffix = "product" if i == 0 and bias is not None else "sum"
        name = unique_name(tensors, f"{out.name}/{suffix}")
        tensors[name] = replace(out, name=name, origin=None)
        parts[i] = replace(parts[i], outputs=(name,))
        parts[i + 1] = replace(parts[i + 1], inputs=(name, *parts[i + 1].inputs[1:]))
    return parts
