"""The quantizer."""

from __future__ import annotations

from collections.abc import Mapping

from qviz.graph import Graph
from qviz.quantization.calibration import TensorStatistics
from qviz.quantization.scheme import Scheme


def quantize(
    graph: Graph,
    scheme: str | Scheme,
    statistics: Mapping[str, TensorStatistics] | None = None,
) -> Graph:
    """To be replaced."""
    raise NotImplementedError
