"""Passes: pure functions from Graph to Graph that do not change what is computed."""

from __future__ import annotations

from qviz.graph.graph import Graph
from qviz.graph.passes.fold_batch_norm import (
    describe_folding,
    fold_batch_norm,
    fold_into_weights,
)
from qviz.graph.passes.fold_padding import fold_padding
from qviz.graph.passes.folding_report import Folding, FoldingReport
from qviz.graph.passes.fuse_activations import fuse_activations

__all__ = [
    "Folding",
    "FoldingReport",
    "describe_folding",
    "fold_batch_norm",
    "fold_into_weights",
    "fold_padding",
    "fuse_activations",
    "to_inference_form",
]


def to_inference_form(graph: Graph) -> Graph:
    """Fold into weights and fuse activations: the form that TFLite runs and quantizes.

    `graph` itself where it has that form already.
    """
    return fuse_activations(fold_into_weights(graph))
