"""The three pictures of a layer on its way to TensorFlow 1's 8 bits, for the window to draw."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from qviz.errors import SchemeError
from qviz.graph import Graph
from qviz.quantization.eightbit import Picture, eightbit_steps

# Boxes that a person can still follow, and that are laid out at once.
_MOST_BOXES = 400


@dataclass(frozen=True, slots=True)
class EightbitPictures:
    """A part of a graph in float, wrapped and stripped.

    Attributes
    ----------
    layer : str
        In the middle of the part.
    around : int
        How many layers before and after it belong to the part.
    layers : tuple of str
        All layers of the part, in execution order.
    before, wrapped, stripped : Picture
        The same operator has the same id in each.
    """

    layer: str
    around: int
    layers: tuple[str, ...]
    before: Picture
    wrapped: Picture
    stripped: Picture

    @property
    def steps(self) -> tuple[Picture, Picture, Picture]:
        """The three pictures in order."""
        return self.before, self.wrapped, self.stripped

    @property
    def vanishing(self) -> frozenset[str]:
        """Ids of the nodes of `wrapped` that `stripped` is without."""
        return frozenset(n.id for n in self.wrapped.nodes) - {n.id for n in self.stripped.nodes}


def eightbit_pictures(graph: Graph, layer: str, around: int) -> EightbitPictures:
    """The pictures of `layer` and its neighbours.

    Parameters
    ----------
    graph : Graph
        Float and folded.
    layer : str
    around : int
        How many layers along the data to go, forwards and backwards.

    Raises
    ------
    SchemeError
        If the layer is not there, or the part is too large to be drawn.
    """
    part = neighbourhood(graph, layer, around)
    pictures = {s.form: s.picture for s in eightbit_steps(graph, part, every=False)}
    result = EightbitPictures(
        layer, around, part, pictures["before"], pictures["wrapped"], pictures["stripped"]
    )
    boxes = len(result.wrapped.nodes)
    if boxes > _MOST_BOXES:
        raise SchemeError(
            f"The pictures around {layer!r} would have {boxes} boxes. Choose fewer layers around."
        )
    return result


def neighbourhood(graph: Graph, layer: str, around: int) -> tuple[str, ...]:
    """`layer` and the layers up to `around` steps before and after it, in execution order."""
    producers = graph.producers()
    before: dict[str, set[str]] = defaultdict(set)
    after: dict[str, set[str]] = defaultdict(set)
    for operator in graph.operators:
        for name in operator.present_inputs:
            if name in producers:
                source = graph.operators[producers[name]].layer
                before[operator.layer].add(source)
                after[source].add(operator.layer)
    part = {layer}
    for links in (before, after):
        reached = {layer}
        for _ in range(around):
            reached = {other for name in reached for other in links[name]} - part
            part |= reached
    ordered = dict.fromkeys(o.layer for o in graph.operators if o.layer in part)
    return tuple(ordered) or (layer,)
