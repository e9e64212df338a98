"""The float graph as the int8 quantizer works on it: values, who makes and who reads them.

A value is a tensor name. Constants that the converter stores once per reading get one value per
reading here, so that each can have parameters of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from qviz.graph import Graph, Operator, Tensor
from qviz.quantization.rules import BIAS_OPERANDS, Int8Rules

FLOAT32 = np.dtype(np.float32)


class Use(NamedTuple):
    """One reading of a value: index of the operator and position among its operands."""

    operator: int
    operand: int


@dataclass(slots=True)
class Step:
    """An operator whose operands can still be renamed.

    Attributes
    ----------
    source : Operator
        As the float graph has it.
    rule : str
        Its kind, to look up in the rules; empty for an operator that is to stay in float.
    inputs : list of (str or None)
        Values that it reads.
    """

    source: Operator
    rule: str
    inputs: list[str | None]

    @property
    def outputs(self) -> tuple[str, ...]:
        """Values that it makes."""
        return self.source.outputs


class Dataflow:
    """Operators and values of a float graph.

    Attributes
    ----------
    graph : Graph
        The float graph.
    rules : Int8Rules
        What is known about its operators.
    steps : list of Step
        Its operators, in order.
    uses : dict of str to list of Use
        Readings of each value.
    producers : dict of str to int
        Index of the operator that makes each value.
    constants : dict of str to str
        For each float constant value, the name of the tensor with its data.
    """

    def __init__(self, graph: Graph, rules: Int8Rules, float_layers: frozenset[str]) -> None:
        self.graph = graph
        self.rules = rules
        self.steps = [
            Step(o, "" if o.layer in float_layers else o.kind, list(o.inputs))
            for o in graph.operators
        ]
        self.producers = graph.producers()
        self.constants = {
            name: name for name, tensor in graph.constants().items() if tensor.dtype == FLOAT32
        }
        self.uses: dict[str, list[Use]] = {}
        for index, step in enumerate(self.steps):
            for operand, name in enumerate(step.inputs):
                if name is not None:
                    self.uses.setdefault(name, []).append(Use(index, operand))
        self._outputs = frozenset(graph.outputs)
        self._separate_constants()

    def tensor(self, value: str) -> Tensor:
        """The tensor that `value` stands for."""
        return self.graph.tensors[self.constants.get(value, value)]

    def data(self, value: str) -> NDArray[np.float32]:
        """Real values of a constant."""
        data = self.tensor(value).data
        if data is None:
            raise ValueError(f"{value!r} is not a constant")
        return cast("NDArray[np.float32]", data)

    def is_float(self, value: str | None) -> bool:
        """Whether `value` is present and holds float32 numbers."""
        return value is not None and self.tensor(value).dtype == FLOAT32

    def is_output(self, value: str) -> bool:
        """Whether the graph returns `value`."""
        return value in self._outputs

    def float_operands(self, step: Step) -> Iterator[tuple[int, str]]:
        """Positions and values of the float operands of `step`."""
        for operand, value in enumerate(step.inputs):
            if value is not None and self.is_float(value):
                yield operand, value

    def float_results(self, step: Step) -> Iterator[str]:
        """Float values that `step` makes."""
        return (value for value in step.outputs if self.is_float(value))

    def reads_as_weights(self, use: Use) -> bool:
        """Whether a constant read there gets parameters from its own values.

        A bias takes its scale from input and weights, an operand of a same-scale operator from the
        operator; all other constants choose for themselves.
        """
        rule = self.steps[use.operator].rule
        bias = BIAS_OPERANDS.get(rule)
        is_bias = bias is not None and use.operand == bias.bias
        return not is_bias and rule not in self.rules.same_scale

    def separate(self, value: str, use: Use) -> str:
        """Give one reading of a constant a value of its own, and return its name."""
        copy = self._copy_name(value)
        self.constants[copy] = self.constants[value]
        self.steps[use.operator].inputs[use.operand] = copy
        self.uses[value].remove(use)
        self.uses[copy] = [use]
        return copy

    def _separate_constants(self) -> None:
        """One value per reading for constants whose parameters depend on the reader."""
        for value in list(self.constants):
            uses = list(self.uses.get(value, ()))
            dependent = [use for use in uses if not self.reads_as_weights(use)]
            if len(dependent) == len(uses):
                dependent = dependent[1:]  # the first keeps the name
            for use in dependent:
                self.separate(value, use)

    def _copy_name(self, value: str) -> str:
        taken, number = self.graph.tensors, 1
        while (name := f"{value}/copy_{number}") in taken or name in self.constants:
            number += 1
        return name
