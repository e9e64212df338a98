"""What integer kernels demand of a float graph before it is quantized."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from qviz.graph import Graph, Operator, Tensor
from qviz.quantization.rules import BIAS_OPERANDS, CHANNEL_DIMENSION

_NEED_BIAS = ("CONV_2D", "DEPTHWISE_CONV_2D")


def to_integer_form(graph: Graph, values: Collection[str] = ()) -> Graph:
    """Give convolutions a bias, and weights one channel dimension.

    LiteRT refuses an integer CONV_2D or DEPTHWISE_CONV_2D without a bias, so each that has none
    gets one of zeros, as from TensorFlow's converter; FULLY_CONNECTED and TRANSPOSE_CONV do
    without. The new constant stands beside the weights: ``conv/kernel`` gets ``conv/bias``.

    One tensor of weights that operators read along different channel dimensions (a CONV_2D and a
    DEPTHWISE_CONV_2D, say) cannot have one set of scales: it is copied. The converter writes a
    file here that does not load, or fails.

    Parameters
    ----------
    graph : Graph
        A float graph.
    values : collection of str
        Constants that operators read as values of another type than weights have. An operator that
        reads one of them as its weights gets a copy, too.

    Returns
    -------
    Graph
        `graph` itself where there is nothing to do.
    """
    form = _IntegerForm(graph, values)
    operators = [form.convert(operator) for operator in graph.operators]
    if not form.added:
        return graph
    return graph.rebuild(operators, [*graph.tensors.values(), *form.added.values()])


class _IntegerForm:
    """The constants that are added, and along which dimension each tensor of weights is read."""

    def __init__(self, graph: Graph, values: Collection[str]) -> None:
        self._graph = graph
        self._copies: dict[tuple[str, int], str] = {}
        self._dimensions: dict[str, int | None] = dict.fromkeys(values)
        self.added: dict[str, Tensor] = {}

    def convert(self, operator: Operator) -> Operator:
        """The operator with a bias, and with weights of its own where it needs them."""
        positions = BIAS_OPERANDS.get(operator.kind)
        weights = None if positions is None else operator.inputs[positions.weights]
        if positions is None or weights is None or not self._graph.tensors[weights].is_constant:
            return operator
        inputs = list(operator.inputs)
        inputs[positions.weights] = self._weights(weights, CHANNEL_DIMENSION[operator.kind])
        bias = inputs[positions.bias] if positions.bias < len(inputs) else None
        if bias is None and operator.kind in _NEED_BIAS:
            inputs[positions.bias :] = [self._zeros(weights, CHANNEL_DIMENSION[operator.kind])]
        return (
            operator if tuple(inputs) == operator.inputs else replace(operator, inputs=(*inputs,))
        )

    def _weights(self, name: str, dimension: int) -> str:
        """The weights, or a copy if they are read as values or along another dimension, too."""
        if self._dimensions.setdefault(name, dimension) == dimension:
            return name
        if (name, dimension) not in self._copies:
            copy = replace(
                self._graph.tensors[name], name=self._unique(f"{name}/copy"), origin=name
            )
            self._copies[name, dimension] = copy.name
            self.added[copy.name] = copy
        return self._copies[name, dimension]

    def _zeros(self, weights: str, dimension: int) -> str:
        """A new bias of zeros for `weights`."""
        name = self._unique(f"{weights.rpartition('/')[0] or weights}/bias")
        zeros = np.zeros(self._graph.tensors[weights].shape[dimension], np.float32)
        self.added[name] = Tensor(name, zeros.shape, zeros.dtype, zeros)
        return name

    def _unique(self, name: str) -> str:
        candidate, number = name, 1
        while candidate in self._graph.tensors or candidate in self.added:
            candidate, number = f"{name}_{number}", number + 1
        return candidate
