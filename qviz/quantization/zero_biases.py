"""Zero biases for convolutions that have none, because their integer kernels demand one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from qviz.graph import Graph, Operator, Tensor
from qviz.quantization.rules import BIAS_OPERANDS, CHANNEL_DIMENSION

_DEMANDING = ("CONV_2D", "DEPTHWISE_CONV_2D")


def with_zero_biases(graph: Graph) -> Graph:
    """Give each CONV_2D and DEPTHWISE_CONV_2D without a bias one of zeros.

    LiteRT refuses an integer convolution without a bias, so TensorFlow's converter adds one, too.
    FULLY_CONNECTED and TRANSPOSE_CONV do without. The new constant stands beside the weights:
    ``conv/kernel`` gets ``conv/bias``.

    Returns
    -------
    Graph
        `graph` itself where every convolution has a bias.
    """
    added: dict[str, Tensor] = {}
    operators = [_with_bias(graph, operator, added) for operator in graph.operators]
    if not added:
        return graph
    return graph.rebuild(operators, [*graph.tensors.values(), *added.values()])


def _with_bias(graph: Graph, operator: Operator, added: dict[str, Tensor]) -> Operator:
    if operator.kind not in _DEMANDING:
        return operator
    positions = BIAS_OPERANDS[operator.kind]
    present = operator.inputs[positions.bias : positions.bias + 1]
    weights = operator.inputs[positions.weights]
    if present not in ((), (None,)) or weights is None:
        return operator
    stem = weights.rpartition("/")[0] or weights
    name, number = f"{stem}/bias", 1
    while name in graph.tensors or name in added:
        name, number = f"{stem}/bias_{number}", number + 1
    channels = graph.tensors[weights].shape[CHANNEL_DIMENSION[operator.kind]]
    zeros = np.zeros(channels, np.float32)
    added[name] = Tensor(name, zeros.shape, zeros.dtype, zeros)
    return replace(operator, inputs=(*operator.inputs[: positions.bias], name))
