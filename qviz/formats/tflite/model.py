"""What a TFLite file holds beside the graph that is shown."""

from __future__ import annotations

from dataclasses import dataclass

from qviz.graph import Graph


@dataclass(frozen=True, slots=True, eq=False)
class TfliteModel:
    """All networks of a TFLite file.

    Attributes
    ----------
    subgraphs : tuple of Graph
        In the file's order; the first is the one that is shown. Operators such as WHILE and
        CALL_ONCE name the others by their position.
    tensor_names : tuple of str
        Names of the first network's tensors as its graph has them, at the positions by which the
        file and the interpreter know them.
    """

    subgraphs: tuple[Graph, ...]
    tensor_names: tuple[str, ...] = ()


def called_subgraphs(graph: Graph) -> tuple[Graph, ...]:
    """Subgraphs beside the first one, which `graph` is or was made from."""
    model = None if graph.source is None else graph.source.model
    return model.subgraphs[1:] if isinstance(model, TfliteModel) else ()
