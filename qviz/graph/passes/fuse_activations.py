"""Fusing activations into the operators before them."""

from __future__ import annotations

from qviz.graph.graph import Graph


def fuse_activations(graph: Graph) -> Graph:
    """To be replaced."""
    raise NotImplementedError
