"""An editable copy of a graph, for passes that replace operators one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from qviz.graph.graph import Graph
from qviz.graph.operator import Operator
from qviz.graph.tensor import Tensor

# These only give the same elements, in the same order, another shape.
RESHAPING = frozenset({"RESHAPE", "EXPAND_DIMS", "SQUEEZE"})


class Draft:
    """A graph under change: operators can be replaced or removed, constants added.

    Positions are those of the original graph; a removed operator leaves its position empty. Who
    makes and who reads a tensor is kept up to date, so that a pass over n operators takes O(n).

    Attributes
    ----------
    operators : list of (Operator or None)
        By position; None where one was removed.
    tensors : dict of str to Tensor
        By name. Those that nothing names any more are dropped by `finish`.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._outputs = frozenset(graph.outputs)
        self._producers: dict[str, int] = {}
        self._readers: dict[str, list[int]] = {}
        self.operators: list[Operator | None] = [None] * len(graph.operators)
        self.tensors: dict[str, Tensor] = dict(graph.tensors)
        for position, operator in enumerate(graph.operators):
            self.replace(position, operator)

    def replace(self, position: int, operator: Operator | None) -> None:
        """Put `operator` at `position`, or leave the position empty."""
        old = self.operators[position]
        if old is not None:
            for name in old.outputs:
                self._producers.pop(name, None)
            for name in old.present_inputs:
                self._readers[name].remove(position)
        self.operators[position] = operator
        if operator is not None:
            for name in operator.outputs:
                self._producers[name] = position
            for name in operator.present_inputs:
                self._readers.setdefault(name, []).append(position)

    def producer(self, name: str) -> int | None:
        """Position of the operator that makes the tensor; None for inputs and constants."""
        return self._producers.get(name)

    def readers(self, name: str) -> list[int]:
        """Positions of the operators that read the tensor, once per reading."""
        return list(self._readers.get(name, ()))

    def is_output(self, name: str) -> bool:
        """Whether the tensor leaves the graph."""
        return name in self._outputs

    def is_private(self, name: str) -> bool:
        """Whether exactly one operator reads the tensor and nobody else sees it."""
        return name not in self._outputs and len(self._readers.get(name, ())) == 1

    def move_output(self, position: int, name: str) -> None:
        """Let the operator with one output make the tensor `name`, in the shape it makes now."""
        operator = self.operators[position]
        assert operator is not None
        self.tensors[name] = replace(self.tensors[operator.outputs[0]], name=name, origin=None)
        self.replace(position, replace(operator, outputs=(name,)))

    def unique_name(self, name: str) -> str:
        """`name`, or `name` with a number where it is taken."""
        candidate, number = name, 1
        while candidate in self.tensors:
            candidate, number = f"{name}_{number}", number + 1
        return candidate

    def set_constant(self, name: str, value: NDArray[np.float32]) -> str:
        """Make or overwrite the constant `name`; gives its name back."""
        self.tensors[name] = Tensor(name, value.shape, value.dtype, value)
        return name

    def rename_constant(self, old: str, new: str) -> None:
        """Give the constant `old` the name `new`, for all that read it."""
        self.tensors[new] = replace(self.tensors.pop(old), name=new)
        for position in sorted(set(self.readers(old))):
            operator = self.operators[position]
            assert operator is not None
            inputs = tuple(new if name == old else name for name in operator.inputs)
            self.replace(position, replace(operator, inputs=inputs))

    def finish(self) -> Graph:
        """The checked graph."""
        operators = (operator for operator in self.operators if operator is not None)
        return self._graph.rebuild(operators, self.tensors.values())
