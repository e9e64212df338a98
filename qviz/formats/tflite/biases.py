"""Biases of zero for convolutions that have none.

TFLite's convolutions take the bias as optional in name only: without it the default interpreter
refuses CONV_2D and the reference kernels read memory that is not theirs (seen in LiteRT 2.1).
TensorFlow's converter therefore always writes one, and so does qviz.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from qviz.graph import Graph, Operator, QuantizationParams, Tensor

# Dimension of the weights that counts the output channels.
_CHANNELS = {"CONV_2D": 0, "DEPTHWISE_CONV_2D": -1}
_BIAS_POSITION = 2


def with_biases(graph: Graph) -> Graph:
    """The graph with a bias on every convolution; the same object if none was missing."""
    added: list[Tensor] = []
    operators: list[Operator] = []
    taken = set(graph.tensors)
    for operator in graph.operators:
        has_weights = len(operator.present_inputs) >= _BIAS_POSITION
        has_bias = any(operator.inputs[_BIAS_POSITION:])
        if operator.kind in _CHANNELS and has_weights and not has_bias:
            bias = _zero_bias(graph, operator, taken)
            taken.add(bias.name)
            added.append(bias)
            operator = replace(operator, inputs=(*operator.inputs[:_BIAS_POSITION], bias.name))
        operators.append(operator)
    return graph.rebuild(operators, [*graph.tensors.values(), *added]) if added else graph


def _zero_bias(graph: Graph, operator: Operator, taken: set[str]) -> Tensor:
    x, weights = (graph.tensors[name] for name in operator.present_inputs[:_BIAS_POSITION])
    count = weights.shape[_CHANNELS[operator.kind]]
    name = f"{operator.layer or operator.outputs[0]}/bias"
    while name in taken:
        name += "_"
    if x.quantization is None or weights.quantization is None:
        return _zeros(name, count, np.dtype(np.float32), None)
    scale = (x.quantization.scale[0] * weights.quantization.scale).astype(np.float32)
    dimension = 0 if weights.quantization.is_per_channel else None
    params = QuantizationParams(scale, np.zeros(scale.shape, np.int64), dimension)
    dtype = np.dtype(np.int64 if x.dtype == np.int16 else np.int32)
    return _zeros(name, count, dtype, params)


def _zeros(
    name: str, count: int, dtype: np.dtype[np.generic], params: QuantizationParams | None
) -> Tensor:
    return Tensor(name, (count,), dtype, np.zeros(count, dtype), params)
