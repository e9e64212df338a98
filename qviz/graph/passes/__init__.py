"""Passes: pure functions from Graph to Graph that do not change what is computed."""

from __future__ import annotations

from qviz.graph.graph import Graph
from qviz.graph.passes.fold_batch_norm import describe_folding, fold_batch_norm
from qviz.graph.passes.folding_report import Folding, FoldingReport
from qviz.graph.passes.fuse_activations import fuse_activations

__all__ = [
    "Folding",
    "FoldingReport",
    "describe_folding",
    "fold_batch_norm",
    "fuse_activations",
    "to_inference_form",
]


def to_inference_form(graph: Graph) -> Graph:
    """Fold batch norms and fuse activations: the form that TFLite runs and quantizes."""
    return fuse_activations(fold_batch_norm(graph))
