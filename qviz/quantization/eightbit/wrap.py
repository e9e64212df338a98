"""Every operator wrapped by itself: quantize, 8-bit operator, dequantize.

References
----------
TensorFlow 1, tools/quantization/quantize_graph.py, eightbitize_nodes_recursively.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from qviz.execution import min_max
from qviz.graph import Graph, Operator, QuantizationParams, Tensor
from qviz.quantization.eightbit import kinds
from qviz.quantization.stored_constants import FLOAT32, unique_name

UINT8, INT32 = np.dtype(np.uint8), np.dtype(np.int32)
_NEARLY_ZERO = 1e-6

# Names of a tensor of codes and of the two ends of its range.
Coded = tuple[str, str, str]


def wrap(graph: Graph, chosen: Collection[int] | None = None) -> Graph:
    """Wrap operators that have an 8-bit form, and store their weights in 8 bits.

    Parameters
    ----------
    graph : Graph
        As `separate` gives it.
    chosen : collection of int, optional
        Positions of the operators to wrap; all if not given. Then constants of two and more
        dimensions that operators in float read are stored in 8 bits too.

    Returns
    -------
    Graph
        Tensors keep their names and stay float between the operators; codes, sums and ranges have
        new ones below the name of the operator's result.
    """
    return _Wrapping(graph, chosen).run()


def wrappable(graph: Graph) -> tuple[int, ...]:
    """Positions of the operators that have an 8-bit form."""
    return tuple(
        i
        for i, operator in enumerate(graph.operators)
        if kinds.eightbit_kind(operator, graph.tensors) is not None
    )


class _Wrapping:
    """One pass over a graph."""

    def __init__(self, graph: Graph, chosen: Collection[int] | None) -> None:
        self._graph = graph
        self._chosen = chosen
        self._tensors: dict[str, Tensor] = dict(graph.tensors)
        self._operators: list[Operator] = []
        self._dequantized: dict[str, str] = {}

    def run(self) -> Graph:
        for i, operator in enumerate(self._graph.operators):
            kind = kinds.eightbit_kind(operator, self._graph.tensors)
            if kind is not None and (self._chosen is None or i in self._chosen):
                self._wrap(operator, kind)
            else:
                self._keep(operator)
        return self._graph.rebuild(self._operators, self._tensors.values())

    def _keep(self, operator: Operator) -> None:
        """An operator in float, which reads the values that codes stand for."""
        inputs = []
        for name in operator.inputs:
            tensor = None if name is None else self._graph.tensors[name]
            is_matrix = tensor is not None and tensor.dtype == FLOAT32 and len(tensor.shape) > 1
            if tensor is None or not tensor.is_constant:
                inputs.append(name)
            elif is_matrix and self._chosen is None and tensor.size:
                inputs.append(self._stored(tensor, operator.layer))
            else:
                inputs.append(self._dequantized.get(tensor.name, name))
        self._operators.append(replace(operator, inputs=tuple(inputs)))

    def _wrap(self, operator: Operator, kind: str) -> None:
        out, layer = operator.outputs[0], operator.layer
        names = kinds.operand_names(operator)
        coded = [self._quantize(name, f"{out}/input{i}", layer) for i, name in enumerate(names)]
        codes: tuple[str | None, ...] = tuple(codes for codes, _, _ in coded)
        if operator.kind == "RESHAPE":
            codes += operator.inputs[1:2] if len(operator.inputs) > 1 else (None,)
        ends = tuple(end for _, low, high in coded for end in (low, high))
        shape = self._graph.tensors[out].shape
        sums = kind in kinds.MAKES_SUMS
        made = self._new(f"{out}/sums" if sums else f"{out}/codes", shape, INT32 if sums else UINT8)
        self._add(kind, (*codes, *ends), made, layer, operator)
        if sums:
            made = self._to_eight_bits(out, made, shape, layer)
        mode = {"mode": "MIN_FIRST"}
        self._operators.append(Operator(kinds.DEQUANTIZE, made, (out,), mode, layer))
        self._tensors[out] = replace(self._tensors[out], origin=out)

    def _to_eight_bits(self, out: str, sums: Coded, shape: tuple[int, ...], layer: str) -> Coded:
        wanted = (self._end(f"{out}/range/min"), self._end(f"{out}/range/max"))
        self._operators.append(Operator(kinds.RANGE, sums, wanted, layer=layer))
        made = self._new(f"{out}/codes", shape, UINT8)
        self._operators.append(Operator(kinds.REQUANTIZE, (*sums, *wanted), made, layer=layer))
        return made

    def _quantize(self, name: str, prefix: str, layer: str) -> Coded:
        """Codes of a float tensor between its least and greatest value."""
        tensor = self._graph.tensors[name]
        source = self._stored(tensor, layer) if tensor.is_constant else name
        ends = (self._end(f"{prefix}/min"), self._end(f"{prefix}/max"))
        for kind, end in zip((kinds.MIN, kinds.MAX), ends, strict=True):
            self._operators.append(Operator(kind, (source,), (end,), layer=layer))
        made = self._new(f"{prefix}/codes", tensor.shape, UINT8)
        mode = {"mode": "MIN_FIRST"}
        self._operators.append(Operator(kinds.QUANTIZE, (source, *ends), made, mode, layer))
        return made

    def _stored(self, tensor: Tensor, layer: str) -> str:
        """Name of the values of a constant that is stored in 8 bits from now on."""
        if tensor.name not in self._dequantized:
            codes, low, high = store_weights(tensor)
            self._tensors[tensor.name] = codes
            ends = (f"{tensor.name}/min", f"{tensor.name}/max")
            for end, value in zip(ends, (low, high), strict=True):
                self._tensors[end] = Tensor(end, (1,), FLOAT32, value)
            result = unique_name(self._tensors, f"{tensor.name}/dequantized")
            self._tensors[result] = Tensor(result, tensor.shape, FLOAT32, origin=tensor.name)
            self._operators.append(
                Operator(
                    *(kinds.DEQUANTIZE, (tensor.name, *ends), (result,)),
                    {"mode": "MIN_FIRST"},
                    layer,
                )
            )
            self._dequantized[tensor.name] = result
        return self._dequantized[tensor.name]

    def _add(
        self,
        kind: str,
        inputs: tuple[str | None, ...],
        outputs: Coded,
        layer: str,
        operator: Operator,
    ) -> None:
        self._operators.append(Operator(kind, inputs, outputs, operator.options, layer))

    def _new(self, name: str, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> Coded:
        name = unique_name(self._tensors, name)
        self._tensors[name] = Tensor(name, shape, dtype)
        return name, self._end(f"{name}/min"), self._end(f"{name}/max")

    def _end(self, name: str) -> str:
        name = unique_name(self._tensors, name)
        self._tensors[name] = Tensor(name, (1,), FLOAT32)
        return name


def store_weights(tensor: Tensor) -> tuple[Tensor, NDArray[np.float32], NDArray[np.float32]]:
    """A float constant as 8-bit codes, and the two ends of its range, each of shape (1,).

    References
    ----------
    TensorFlow 1, quantize_graph.py, quantize_weight_eightbit.
    """
    values = tensor.real()
    low, high = weight_range(values)
    least, greatest = min_max.usable_range(np.array([low]), np.array([high]))
    codes = min_max.quantize(values, least, greatest)
    step, first = min_max.first_levels(least, greatest)
    params = QuantizationParams(step, min_max.zero_codes(least, greatest), minimum=float(first[0]))
    stored = replace(tensor, dtype=UINT8, data=codes, quantization=params, origin=tensor.name)
    return stored, least, greatest


def weight_range(values: NDArray[np.float32]) -> tuple[float, float]:
    """Range of weights: from 0 or below, and never a point."""
    if not values.size:
        return 0.0, 1.0
    low, high = min(0.0, float(values.min())), float(values.max())
    if low == high:
        high = low + 1.0 if abs(low) < _NEARLY_ZERO else low / 2.0
    return low, high
