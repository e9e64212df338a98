"""The 16x8 graph: one pass over the operators of the float graph, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

import numpy as np

from qviz.graph import Graph, Operator, Tensor
from qviz.quantization.affine import AffineParams, Codes, bias_codes, bias_params
from qviz.quantization.affine_int16 import (
    FIXED_SCALE,
    INT16,
    INT64,
    int16_codes,
    int16_params,
    requantize_int16,
)
from qviz.quantization.dataflow import FLOAT32
from qviz.quantization.draft import GraphDraft
from qviz.quantization.int8_propagation import Ranges
from qviz.quantization.int16x8_plan import Int16x8Constants, Int16x8Plan
from qviz.quantization.rules import BIAS_OPERANDS
from qviz.quantization.scheme import Scheme

# What the options of an int16 operator say beyond those of the float one: the type of the bias, and
# that scales are any numbers, not powers of two.
_OPTIONS: Mapping[str, Mapping[str, object]] = {
    "CONV_2D": {"quantized_bias_type": "INT64"},
    "FULLY_CONNECTED": {"quantized_bias_type": "INT64"},
    "TRANSPOSE_CONV": {"quantized_bias_type": "INT64"},
    "ADD": {"pot_scale_int16": False},
    "SUB": {"pot_scale_int16": False},
}


def emit_int16x8(plan: Int16x8Plan, scheme: Scheme, ranges: Ranges) -> Graph:
    """Build the 16x8 graph.

    Parameters
    ----------
    plan : Int16x8Plan
        The float graph and what becomes integer.
    scheme : Scheme
        Granularity of the weights, type of the graph's inputs and outputs.
    ranges : Mapping of str to (float, float)
        Calibrated minimum and maximum of float activations.
    """
    return _Emission(plan, scheme, ranges).run()


class _Emission:
    """One pass over the operators that emits the quantized graph."""

    def __init__(self, plan: Int16x8Plan, scheme: Scheme, ranges: Ranges) -> None:
        self._plan = plan
        self._graph = plan.graph
        self._ranges = ranges
        self._io_dtype = scheme.io_dtype
        self._draft = GraphDraft(plan.graph)
        self._constants = Int16x8Constants(plan, ranges, per_channel=scheme.per_channel)
        self._params: dict[str, AffineParams] = dict(self._constants.params)
        self._current: dict[str, str] = {}
        self._biases: dict[str, str] = {}
        self._quantized_from: dict[str, str] = {}

    def run(self) -> Graph:
        """Emit inputs, operators and outputs in order."""
        read_as_codes = {
            name
            for operator in filter(self._plan.is_integer, self._graph.operators)
            for _, name in self._plan.operands(operator)
        }
        for name in self._graph.inputs:
            self._emit_input(name, name in read_as_codes)
        for operator in self._graph.operators:
            self._emit_operator(operator)
        outputs = [self._emit_output(name) for name in self._graph.outputs]
        return self._draft.build(self._graph.inputs, outputs)

    # ---------------------------------------------------------------- inputs and outputs

    def _emit_input(self, name: str, read_as_codes: bool) -> None:
        tensor = self._graph.tensors[name]
        as_int16 = self._plan.is_float(name) and name in self._ranges
        if as_int16 and self._io_dtype == "int16":
            self._put_activation(name, int16_params(*self._ranges[name]))
            return
        self._current[name] = self._draft.put(replace(tensor, origin=name))
        if as_int16 and read_as_codes:
            self._current[name] = self._quantized(name, name)

    def _emit_output(self, name: str) -> str:
        if self._graph.tensors[name].is_constant:
            return self._draft.keep(self._graph.tensors[name])
        current = self._current[name]
        if not self._plan.is_float(name):
            return current
        is_float = self._draft.tensor(current).is_float
        if self._io_dtype == "int16":
            return self._quantized(current, name) if is_float else current
        return current if is_float else self._dequantized(current)

    # ---------------------------------------------------------------- operators

    def _emit_operator(self, operator: Operator) -> None:
        integer = self._plan.is_integer(operator)
        if integer:
            inputs = self._integer_operands(operator)
        else:
            inputs = [None if n is None else self._float_operand(n) for n in operator.inputs]
        params = self._result_params(operator, inputs) if integer else None
        if params is not None:
            if operator.kind in self._plan.rules.common_scale:
                pairs = zip(inputs, operator.inputs, strict=True)
                inputs = [self._matched(name, original, params[0]) for name, original in pairs]
            inputs = self._with_forgotten_operand(operator, inputs, params[0])
        options = dict(operator.options)
        if self._plan.bias(operator) is not None:
            inputs = self._with_bias(operator, inputs)
        if integer:
            options |= _OPTIONS.get(operator.kind, {})
        version = 0 if integer else operator.version
        self._draft.add(replace(operator, inputs=tuple(inputs), options=options, version=version))
        for position, name in enumerate(operator.outputs):
            if params is not None and self._plan.is_float(name):
                self._put_activation(name, params[position])
            else:
                tensor = self._graph.tensors[name]
                self._current[name] = self._draft.put(replace(tensor, origin=name))

    def _integer_operands(self, operator: Operator) -> list[str | None]:
        """Tensors that an integer operator reads."""
        as_codes = dict(self._plan.operands(operator))
        inputs: list[str | None] = []
        for position, name in enumerate(operator.inputs):
            if name is None:
                inputs.append(None)
            elif self._graph.tensors[name].is_constant:
                inputs.append(self._constant(name) if position in as_codes else self._kept(name))
            else:
                current = self._current[name]
                if position in as_codes and self._draft.tensor(current).is_float:
                    current = self._quantized(current, name)
                inputs.append(current)
        return inputs

    def _float_operand(self, name: str) -> str:
        """Tensor that a float operator reads, dequantized for it alone."""
        if name in self._constants.tensors:
            return self._dequantized(self._constant(name))
        if self._graph.tensors[name].is_constant:
            return self._kept(name)
        current = self._current[name]
        if self._plan.is_float(name) and not self._draft.tensor(current).is_float:
            return self._dequantized(current)
        return current

    def _result_params(self, operator: Operator, inputs: list[str | None]) -> list[AffineParams]:
        """Parameters of each result of an integer operator."""
        rules = self._plan.rules
        if operator.kind in rules.same_scale:
            position, _ = next(self._plan.operands(operator))
            operand = inputs[position]
            assert operand is not None
            return [self._params[operand]] * len(operator.outputs)
        if operator.kind in rules.fixed_output:
            fixed = AffineParams.per_tensor(FIXED_SCALE, 0, INT16)
            return [fixed] * len(operator.outputs)
        return [int16_params(*self._ranges.get(name, (0.0, 0.0))) for name in operator.outputs]

    def _matched(self, name: str | None, original: str | None, params: AffineParams) -> str | None:
        """An operand with the parameters of the result, requantized if its own differ."""
        if name is None or original is None or name not in self._params:
            return name
        own = self._params[name]
        if np.float32(own.scale[0]) == np.float32(params.scale[0]):
            return name
        tensor = self._draft.tensor(name)
        if tensor.data is not None and self._constants.readers[original] == 1:
            codes = requantize_int16(cast("Codes", tensor.data), own, params)
            self._params[name] = params
            return self._draft.put(self._constants.put(original, params, codes))
        if self._io_dtype == "int16" and name in self._quantized_from:
            # The converter joins two QUANTIZE in a row, but only while it changes input types.
            return self._convert(self._quantized_from[name], "quantized", params)
        return self._convert(name, "requantized", params)

    def _with_forgotten_operand(
        self, operator: Operator, inputs: list[str | None], params: AffineParams
    ) -> list[str | None]:
        """The operands with the one as int16 codes that the converter leaves in float."""
        position = self._plan.rules.forgotten_operands.get(operator.kind, len(inputs))
        name = operator.inputs[position] if position < len(inputs) else None
        if name is None or not self._graph.tensors[name].is_constant:
            return inputs
        codes = int16_codes(self._constants.values(name), params)
        tensor = Tensor(
            self._draft.unique_name(f"{name}/quantized"),
            codes.shape,
            codes.dtype,
            codes,
            params.to_quantization_params(),
            origin=name,
        )
        return [*inputs[:position], self._draft.put(tensor), *inputs[position + 1 :]]

    def _with_bias(self, operator: Operator, inputs: list[str | None]) -> list[str | None]:
        """The operands with the bias as int64 codes.

        A bias that two operators share keeps the scale of the first one. That is a fault of the
        converter, reproduced here: the second operator adds a bias that is off by the ratio of the
        two scales.
        """
        operands = BIAS_OPERANDS[operator.kind]
        bias = operator.inputs[operands.bias]
        source, weights = inputs[operands.input], inputs[operands.weights]
        assert bias is not None
        if source not in self._params or weights not in self._params:
            return inputs
        if bias not in self._biases:
            params = bias_params(self._params[source], self._params[weights], INT64)
            codes = bias_codes(self._constants.values(bias), params)
            # A constant that is also an operand has codes of its own already.
            taken = bias in self._constants.tensors
            name = self._draft.unique_name(f"{bias}/bias") if taken else bias
            self._biases[bias] = self._draft.put(
                Tensor(
                    name,
                    codes.shape,
                    codes.dtype,
                    codes,
                    params.to_quantization_params(),
                    origin=bias,
                )
            )
        return [*inputs[: operands.bias], self._biases[bias], *inputs[operands.bias + 1 :]]

    # ---------------------------------------------------------------- tensors

    def _constant(self, name: str) -> str:
        return self._draft.keep(self._constants.tensors[name])

    def _kept(self, name: str) -> str:
        return self._draft.keep(self._graph.tensors[name])

    def _put_activation(self, name: str, params: AffineParams) -> None:
        tensor = self._graph.tensors[name]
        quantization = params.to_quantization_params()
        self._current[name] = self._draft.put(
            replace(tensor, dtype=params.dtype, quantization=quantization, origin=name)
        )
        self._params[name] = params

    def _quantized(self, name: str, value: str) -> str:
        """An int16 copy of a float tensor, with the parameters of its range."""
        params = int16_params(*self._ranges[value])
        new = self._convert(name, "quantized", params)
        self._quantized_from[new] = name
        return new

    def _dequantized(self, name: str) -> str:
        return self._draft.convert(name, "dequantized", FLOAT32, None)

    def _convert(self, name: str, suffix: str, params: AffineParams) -> str:
        new = self._draft.convert(name, suffix, params.dtype, params.to_quantization_params())
        self._params[new] = params
        return new
