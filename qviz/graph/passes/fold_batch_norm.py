"""Batch-norm folding, alone and as part of everything that goes into weights."""

from __future__ import annotations

from qviz.graph.graph import Graph
from qviz.graph.passes.fold_into_weights import Folder
from qviz.graph.passes.fold_padding import describe_padding
from qviz.graph.passes.folding_chains import BATCH_NORMALIZATION
from qviz.graph.passes.folding_report import FoldingReport


def fold_batch_norm(graph: Graph) -> Graph:
    """Fold every batch norm into weights, or make it a MUL and an ADD.

    The operator that took a batch norm up makes the tensor that the batch norm made, and keeps
    its own layer. Folded weights keep their names; a new bias is named ``<layer>/bias``.

    Returns
    -------
    Graph
        Without BATCH_NORMALIZATION; `graph` itself if it had none.

    Raises
    ------
    QvizError
        If the parameters of a batch norm have no finite float32 form; the message names the layer.

    References
    ----------
    Float32 throughout, as TF 2.21's converter: ``k = gamma * rs``, ``W' = W * k``,
    ``b' = (beta - mean * k) + b * k``.
    """
    if all(operator.kind != BATCH_NORMALIZATION for operator in graph.operators):
        return graph
    return Folder(graph, arithmetic=False).run()[0]


def fold_into_weights(graph: Graph) -> Graph:
    """Fold batch norms and arithmetic with constants into weights, and padding into convolutions.

    Beside batch norms these are, as in TF 2.21's converter, a Rescaling, the ``x + 3`` of a hard
    sigmoid, and a ZeroPadding that a convolution can do itself.

    Returns
    -------
    Graph
        `graph` itself where nothing was to be folded.
    """
    return _fold(graph)[0]


def describe_folding(graph: Graph) -> FoldingReport:
    """Which layers `fold_into_weights` folds into which, and why some batch norms stay."""
    return _fold(graph)[1]


def _fold(graph: Graph) -> tuple[Graph, FoldingReport]:
    padded, paddings = describe_padding(graph)
    folded, foldings = Folder(padded, arithmetic=True).run()
    untouched = not foldings and not paddings
    return graph if untouched else folded, FoldingReport((*paddings, *foldings))
