"""Which of a model's outputs metrics are about."""

from __future__ import annotations

from qviz.errors import SchemeError
from qviz.graph import Graph


def lead_with(graph: Graph, output: str | int | None) -> Graph:
    """The graph with one of its outputs in front, which labels and metrics are then about.

    Parameters
    ----------
    graph : Graph
    output : str, int or None
        Name of an output, or its position from 0, as a number or as text. None or an empty text
        for the first, which is the graph as it is.

    Raises
    ------
    SchemeError
        If the model has no such output; the text lists those there are.
    """
    index = _index_of(graph, output)
    if index == 0:
        return graph
    rest = [name for i, name in enumerate(graph.outputs) if i != index]
    return graph.rebuild(outputs=[graph.outputs[index], *rest])


def _index_of(graph: Graph, output: str | int | None) -> int:
    if output is None or output == "":
        return 0
    if isinstance(output, str) and output in graph.outputs:
        return graph.outputs.index(output)
    try:
        index = int(output)
    except ValueError:
        index = -1
    if not 0 <= index < len(graph.outputs):
        known = ", ".join(f"{i} {name!r}" for i, name in enumerate(graph.outputs))
        raise SchemeError(f"The model has no output {output!r}. It has: {known}.")
    return index
