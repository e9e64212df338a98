"""What a network is: operators in execution order and the tensors between them."""

from __future__ import annotations

from qviz.graph.graph import Graph, Source
from qviz.graph.layers import Layer, layers
from qviz.graph.operator import Operator
from qviz.graph.tensor import QuantizationParams, Tensor

__all__ = ["Graph", "Layer", "Operator", "QuantizationParams", "Source", "Tensor", "layers"]
