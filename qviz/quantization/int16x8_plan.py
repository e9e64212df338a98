"""What becomes integer in a 16x8 graph, and the codes of its constants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from qviz.graph import Graph, Operator, Tensor
from qviz.quantization import affine_int16
from qviz.quantization.affine import AffineParams, Codes, Reals, largest_magnitude
from qviz.quantization.dataflow import FLOAT32
from qviz.quantization.int8_propagation import Ranges
from qviz.quantization.rules import BIAS_OPERANDS, CHANNEL_DIMENSION, BiasOperands, Int16x8Rules
from qviz.quantization.scheme import Scheme


class Int16x8Plan:
    """Which operators and operands become integer."""

    def __init__(self, graph: Graph, scheme: Scheme, rules: Int16x8Rules) -> None:
        self.graph = graph
        self.rules = rules
        self._float_layers = frozenset(scheme.float_layers)

    def is_float(self, name: str | None) -> bool:
        """Whether a tensor is present and holds float32 numbers."""
        return name is not None and self.graph.tensors[name].dtype == FLOAT32

    def touches_float(self, operator: Operator) -> bool:
        """Whether an operator reads or makes float numbers."""
        return any(self.is_float(name) for name in (*operator.present_inputs, *operator.outputs))

    def is_integer(self, operator: Operator) -> bool:
        """Whether an operator on float numbers becomes integer."""
        return (
            operator.kind in self.rules.quantizable
            and operator.layer not in self._float_layers
            and self.touches_float(operator)
        )

    def float_operators(self) -> list[Operator]:
        """Operators that stay in float."""
        return [
            operator
            for operator in self.graph.operators
            if self.touches_float(operator) and not self.is_integer(operator)
        ]

    def operands(self, operator: Operator) -> Iterator[tuple[int, str]]:
        """Positions and names of the float operands that an integer operator reads as codes."""
        positions = self.rules.operands.get(operator.kind, (0,))
        if operator.kind in self.rules.common_scale:
            positions = tuple(range(len(operator.inputs)))
        for position in positions:
            name = operator.inputs[position] if position < len(operator.inputs) else None
            if name is not None and self.is_float(name):
                yield position, name

    def constant_values(self) -> set[str]:
        """Constants that integer operators read as int16 values, not as weights."""
        return {
            name
            for operator in filter(self.is_integer, self.graph.operators)
            if operator.kind not in BIAS_OPERANDS
            for _, name in self.operands(operator)
            if self.graph.tensors[name].is_constant
        }

    def calibrated_values(self) -> Iterator[str]:
        """Activations whose ranges are needed."""
        derived = self.rules.same_scale | self.rules.fixed_output
        for operator in filter(self.is_integer, self.graph.operators):
            for _, name in self.operands(operator):
                if not self.graph.tensors[name].is_constant:
                    yield name
            if operator.kind not in derived:
                yield from filter(self.is_float, operator.outputs)

    def bias(self, operator: Operator) -> BiasOperands | None:
        """Positions of input, weights and bias, if the operator has a constant bias."""
        operands = BIAS_OPERANDS.get(operator.kind)
        if operands is None or not self.is_integer(operator):
            return None
        name = operator.inputs[operands.bias] if operands.bias < len(operator.inputs) else None
        return operands if name is not None and self.graph.tensors[name].is_constant else None


class Int16x8Constants:
    """Codes of the constants, each chosen by the first operator that reads it as codes."""

    def __init__(self, plan: Int16x8Plan, ranges: Ranges, *, per_channel: bool) -> None:
        self._plan = plan
        self._ranges = ranges
        self._per_channel = per_channel
        self.params: dict[str, AffineParams] = {}
        self.tensors: dict[str, Tensor] = {}
        self.readers: dict[str, int] = {}
        self._magnitudes: dict[str, tuple[Reals, int | None]] = {}
        for operator in filter(plan.is_integer, plan.graph.operators):
            self._measure_weights(operator)
        for operator in plan.graph.operators:
            self._visit(operator)

    def put(self, name: str, params: AffineParams, codes: Codes) -> Tensor:
        """Set or replace the codes of a constant."""
        source = self._plan.graph.tensors[name]
        self.params[name] = params
        self.tensors[name] = replace(
            source,
            dtype=codes.dtype,
            data=codes,
            quantization=params.to_quantization_params(),
            origin=source.origin or name,
        )
        return self.tensors[name]

    def values(self, name: str) -> Reals:
        """Real values of a constant."""
        return cast("Reals", self._plan.graph.tensors[name].data)

    def _measure_weights(self, operator: Operator) -> None:
        """Largest absolute weights per channel, with room for the bias."""
        operands = BIAS_OPERANDS.get(operator.kind)
        weights = None if operands is None else operator.inputs[operands.weights]
        if operands is None or weights is None:
            return
        if not self._plan.graph.tensors[weights].is_constant:
            return
        if weights not in self._magnitudes:
            dimension = CHANNEL_DIMENSION[operator.kind] if self._per_channel else None
            magnitude = largest_magnitude(self.values(weights), dimension)
            self._magnitudes[weights] = magnitude, dimension
        source = operator.inputs[operands.input]
        if self._plan.bias(operator) is None or source is None or source not in self._ranges:
            return
        bias = operator.inputs[operands.bias]
        assert bias is not None
        magnitude, dimension = self._magnitudes[weights]
        # The calibrated range of the input counts here, although the input may in the end have
        # the parameters of another value (behind a pool, say).
        input_scale = affine_int16.int16_params(*self._ranges[source]).scale[0]
        magnitude = affine_int16.guarded_magnitude(magnitude, self.values(bias), input_scale)
        self._magnitudes[weights] = magnitude, dimension

    def _visit(self, operator: Operator) -> None:
        """Choose codes for the constants that `operator` reads, and count its readings."""
        names = set(operator.present_inputs)
        for name in names:
            self.readers[name] = self.readers.get(name, 0) + 1
        if not self._plan.is_integer(operator):
            return
        for _, name in self._plan.operands(operator):
            if self._plan.graph.tensors[name].is_constant and name not in self.tensors:
                self._quantize(operator.kind, name)

    def _quantize(self, kind: str, name: str) -> None:
        values, rules = self.values(name), self._plan.rules
        if name in self._magnitudes and kind in BIAS_OPERANDS:
            magnitude, dimension = self._magnitudes[name]
            params = affine_int16.weight_params(magnitude, dimension)
            self.put(name, params, affine_int16.weight_codes(values, magnitude, dimension))
        elif kind in rules.int16_constants or kind in rules.same_scale:
            params = affine_int16.int16_constant_params(values)
            self.put(name, params, affine_int16.int16_codes(values, params))
        else:
            magnitude = largest_magnitude(values, None)
            params = affine_int16.weight_params(magnitude, None)
            self.put(name, params, affine_int16.weight_codes(values, magnitude, None))
