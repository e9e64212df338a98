"""A quantized graph in the making: names, inserted operators, and what is left when all is done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from qviz.graph import Graph, Operator, QuantizationParams, Tensor

_INSERTED = ("QUANTIZE", "DEQUANTIZE")


class GraphDraft:
    """Collects tensors and operators of a quantized graph.

    The tensor that an operator of the float graph makes keeps its name there. Copies of it that
    inserted QUANTIZE and DEQUANTIZE operators make are named ``<name>/quantized``,
    ``<name>/dequantized`` and ``<name>/requantized``, with a number where that is taken.

    An inserted operator belongs to the layer that needs it, which is the layer of the first
    operator that reads its result; one that only serves a graph output belongs to the layer that
    makes the value.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._tensors: dict[str, Tensor] = {}
        self._operators: list[Operator] = []
        self._inserted: set[str] = set()

    def __contains__(self, name: object) -> bool:
        return name in self._tensors

    def tensor(self, name: str) -> Tensor:
        """The tensor of that name."""
        return self._tensors[name]

    def put(self, tensor: Tensor) -> str:
        """Add a tensor, or replace the one of that name; returns the name."""
        self._tensors[tensor.name] = tensor
        return tensor.name

    def keep(self, tensor: Tensor) -> str:
        """Take over a tensor of the float graph as it is, once; returns the name."""
        self._tensors.setdefault(tensor.name, tensor)
        return tensor.name

    def unique_name(self, name: str) -> str:
        """`name`, or `name` with the first free number."""
        candidate, number = name, 1
        while candidate in self._tensors or candidate in self._graph.tensors:
            candidate, number = f"{name}_{number}", number + 1
        return candidate

    def add(self, operator: Operator) -> None:
        """Append an operator of the float graph, in its quantized or unchanged form."""
        self._operators.append(operator)

    def convert(
        self,
        name: str,
        suffix: str,
        dtype: np.dtype[np.generic],
        quantization: QuantizationParams | None,
    ) -> str:
        """Append a QUANTIZE or DEQUANTIZE of tensor `name`.

        Parameters
        ----------
        name : str
            What it reads.
        suffix : str
            ``quantized``, ``dequantized`` or ``requantized``.
        dtype : numpy.dtype
            Of the result; float32 makes it a DEQUANTIZE.
        quantization : QuantizationParams or None
            Of the result.

        Returns
        -------
        str
            Name of the new tensor.
        """
        source = self._tensors[name]
        origin = source.origin or source.name
        result = replace(
            source,
            name=self.unique_name(f"{origin}/{suffix}"),
            dtype=np.dtype(dtype),
            quantization=quantization,
            data=None,
            origin=origin,
        )
        kind = "DEQUANTIZE" if result.is_float else "QUANTIZE"
        self._operators.append(Operator(kind, (name,), (result.name,)))
        self._inserted.add(result.name)
        return self.put(result)

    def build(self, inputs: Iterable[str], outputs: Iterable[str]) -> Graph:
        """The finished graph, without operators whose results nobody reads.

        Those that make nothing change variables, and stay.
        """
        outputs = tuple(outputs)
        live, kept = set(outputs), []
        for operator in reversed(self._operators):
            if not operator.outputs or live.intersection(operator.outputs):
                kept.append(operator)
                live.update(operator.present_inputs)
        operators = self._with_layers(kept[::-1])
        return self._graph.rebuild(
            operators, self._tensors.values(), inputs=inputs, outputs=outputs
        )

    def _with_layers(self, operators: list[Operator]) -> list[Operator]:
        """Name the layer of each inserted operator."""
        needed_by: dict[str, str] = {}
        for operator in reversed(operators):  # so that the first reader has the last word
            layer = operator.layer or needed_by.get(next(iter(operator.outputs), ""), "")
            if layer:
                needed_by.update(dict.fromkeys(operator.present_inputs, layer))
        made_by: dict[str, str] = {}
        named = []
        for operator in operators:
            if self._inserted.intersection(operator.outputs):
                (result,) = operator.outputs
                layer = needed_by.get(result) or made_by.get(operator.present_inputs[0], "")
                operator = replace(operator, layer=layer)
            made_by.update(dict.fromkeys(operator.outputs, operator.layer))
            named.append(operator)
        return named
