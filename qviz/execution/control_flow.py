"""Subgraphs that operators of a graph call: IF, WHILE, CALL_ONCE, STABLEHLO_COMPOSITE.

They are prepared like the graph itself, once and only where an operator names them. In a called
subgraph nothing is batched: an operator that calls one makes its graph run sample by sample.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from numpy.typing import NDArray

from qviz.errors import UnsupportedOperatorError
from qviz.graph import Graph
from qviz.graph.subgraphs import file_subgraphs

Array = NDArray[Any]
Run = Callable[[Sequence[Array]], tuple[Array, ...]]


class Subgraphs:
    """The subgraphs beside a graph, by the number under which operators name them.

    Parameters
    ----------
    graphs : tuple of Graph
        All networks of the file; the first is the main one.
    prepare : callable
        Makes what runs a subgraph: from inputs in order to outputs in order. It is handed this
        object, for the subgraphs that the subgraph itself calls.
    """

    def __init__(
        self, graphs: tuple[Graph, ...], prepare: Callable[[Graph, Subgraphs], Run]
    ) -> None:
        self._graphs = graphs
        self._prepare = prepare
        self._prepared: dict[int, Run] = {}
        self._under_way: list[int] = []

    @classmethod
    def of(cls, graph: Graph, prepare: Callable[[Graph, Subgraphs], Run]) -> Subgraphs:
        """Subgraphs of the file that `graph` is or was made from; none if it has no other."""
        return cls(file_subgraphs(graph), prepare)

    def signature(self, index: int) -> tuple[int, int]:
        """Number of inputs and outputs of subgraph `index`.

        Raises
        ------
        UnsupportedOperatorError
            If there is no such subgraph.
        """
        graph = self.graph(index)
        return len(graph.inputs), len(graph.outputs)

    def run_of(self, index: int) -> Run:
        """What runs subgraph `index`.

        Raises
        ------
        UnsupportedOperatorError
            If there is no such subgraph, it calls itself, or holds an operator without a kernel.
        """
        if index in self._under_way:
            raise UnsupportedOperatorError(f"Subgraph {index} of the model calls itself.")
        if index not in self._prepared:
            self._under_way.append(index)
            try:
                self._prepared[index] = self._prepare(self.graph(index), self)
            finally:
                self._under_way.pop()
        return self._prepared[index]

    def graph(self, index: int) -> Graph:
        """Subgraph `index`.

        Raises
        ------
        UnsupportedOperatorError
            If there is no such subgraph.
        """
        if not 0 < index < len(self._graphs):
            raise UnsupportedOperatorError(
                f"An operator calls subgraph {index}, which the model does not have."
            )
        return self._graphs[index]
