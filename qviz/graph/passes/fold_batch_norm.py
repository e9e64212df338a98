"""Batch-norm folding."""

from __future__ import annotations

from qviz.graph.graph import Graph


def fold_batch_norm(graph: Graph) -> Graph:
    """To be replaced."""
    raise NotImplementedError
