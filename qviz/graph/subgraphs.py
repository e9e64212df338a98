"""Subgraphs that operators of a graph run: bodies of loops, branches, first values of variables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from qviz.graph.graph import Graph
from qviz.graph.operator import Operator
from qviz.graph.tensor import Tensor

EIGHTBIT = "EIGHTBIT_"
"""What kinds of TensorFlow 1's 8-bit operators begin with."""
_OPTIONS = ("subgraph", "subgraph_index", "subgraph_indices")


@runtime_checkable
class HasSubgraphs(Protocol):
    """What a reader leaves in ``Source.model`` of a file with several networks."""

    @property
    def subgraphs(self) -> tuple[Graph, ...]:
        """All of them; the first is the one that is shown."""
        ...


def file_subgraphs(graph: Graph) -> tuple[Graph, ...]:
    """All networks of the file that `graph` is or was made from; empty if it has no other."""
    model = None if graph.source is None else graph.source.model
    return model.subgraphs if isinstance(model, HasSubgraphs) else ()


def called_numbers(operator: Operator) -> tuple[int, ...]:
    """Numbers of the subgraphs that `operator` itself runs."""
    named = [v for k, v in operator.options.items() if k.endswith(_OPTIONS)]
    return tuple(int(i) for v in named for i in (v if isinstance(v, tuple) else (v,)))


def called_by(graph: Graph, *operators: Operator) -> dict[int, Graph]:
    """Subgraphs that `operators` of `graph` run, and those that these run, by number."""
    known = file_subgraphs(graph)
    found: dict[int, Graph] = {}
    waiting = [number for operator in operators for number in called_numbers(operator)]
    while waiting:
        number = waiting.pop(0)
        # A number that the file does not have is told when the operator is run.
        if 0 < number < len(known) and number not in found:
            found[number] = known[number]
            waiting += [n for o in known[number].operators for n in called_numbers(o)]
    return dict(sorted(found.items()))


def weights_inside(graph: Graph, *operators: Operator) -> dict[str, tuple[Graph, Tensor]]:
    """Weights in the subgraphs that `operators` of `graph` run.

    Returns
    -------
    dict of str to (Graph, Tensor)
        By a name that no tensor of `graph` has: the tensor's own, with the number of the subgraph
        where that is taken.
    """
    found: dict[str, tuple[Graph, Tensor]] = {}
    for number, subgraph in called_by(graph, *operators).items():
        for tensor in read_weights(subgraph):
            taken = tensor.name in graph.tensors or tensor.name in found
            name = f"{tensor.name} (subgraph {number})" if taken else tensor.name
            found[name] = (subgraph, tensor)
    return found


def read_weights(graph: Graph) -> Iterator[Tensor]:
    """Constants with real values that operators of `graph` read, each once."""
    read = (name for operator in graph.operators for name in weights_of(graph, operator))
    for name in dict.fromkeys(read):
        yield graph.tensors[name]


def weights_of(graph: Graph, operator: Operator) -> Iterator[str]:
    """Names of the constants with real values, as float or as codes, that `operator` reads.

    The ends of ranges that TensorFlow 1's 8-bit operators read beside their codes are no weights.
    """
    reads_ends = operator.kind.startswith(EIGHTBIT)
    for name in operator.present_inputs:
        tensor = graph.tensors[name]
        if not tensor.is_constant:
            continue
        if tensor.quantization is not None or (tensor.is_float and not reads_ends):
            yield name
