"""The int8 graph: integer operators, float islands, and the conversions between them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from qviz.graph import Graph, Operator
from qviz.quantization.affine import INT8, UINT8, AffineParams, codes
from qviz.quantization.dataflow import FLOAT32, Dataflow, Use
from qviz.quantization.draft import GraphDraft
from qviz.quantization.int8_propagation import Assignment
from qviz.quantization.int8_results import folded_params, made_params


@dataclass(slots=True)
class _Forms:
    """Tensors that hold one value in the quantized graph.

    Attributes
    ----------
    made : str
        The one that its producer makes, or the graph's input.
    shared : str or None
        Codes with the value's own parameters, for readers without other wishes.
    """

    made: str
    shared: str | None = None


def emit(flow: Dataflow, assignment: Assignment, io_dtype: str) -> Graph:
    """Build the int8 graph.

    A float operator between integer ones reads one DEQUANTIZE per value, and its results pass one
    QUANTIZE per value; neighbouring float operators are not interrupted. A requantization right
    behind an operator that chooses its own output range, without other readers, is left to that
    operator.

    Parameters
    ----------
    flow : Dataflow
        The float graph.
    assignment : Assignment
        Parameters and integer operators from `propagate`.
    io_dtype : {"float32", "int8", "uint8"}
        Type of the graph's float inputs and outputs.
    """
    return _Emission(flow, assignment, io_dtype).run()


class _Emission:
    """The graph in the making and the form of each value in it."""

    def __init__(self, flow: Dataflow, assignment: Assignment, io_dtype: str) -> None:
        self._flow = flow
        self._assignment = assignment
        self._params = assignment.params
        self._requantizations = assignment.requantizations
        self._integer = assignment.integer
        self._io_dtype = io_dtype
        self._draft = GraphDraft(flow.graph)
        self._forms: dict[str, _Forms] = {}
        self._constants: dict[tuple[str, bool], str] = {}
        self._redirected: dict[Use, str] = {}
        self._float_copies: dict[str, str] = {}

    def run(self) -> Graph:
        """Emit inputs, operators and outputs in order."""
        graph = self._flow.graph
        for value in graph.inputs:
            self._emit_input(value)
        for index in range(len(self._flow.steps)):
            self._emit_operator(index)
        outputs = [self._emit_output(value) for value in graph.outputs]
        return self._draft.build(graph.inputs, outputs)

    # ---------------------------------------------------------------- inputs and outputs

    def _emit_input(self, value: str) -> None:
        if not self._flow.is_float(value):
            self._draft.keep(self._flow.tensor(value))
        elif self._io_dtype == "float32" or value not in self._params:
            self._emit_float_value(value)
        elif self._io_dtype == "uint8":
            params = self._params[value].as_uint8()
            self._forms[value] = _Forms(self._put_activation(value, params))
            self._forms[value].shared = self._convert(value, "quantized", self._params[value])
            self._requantize_for_readers(value)
        else:
            self._emit_integer_value(value)

    def _emit_output(self, value: str) -> str:
        if value in self._flow.constants:
            return self._constant(value, as_codes=False)
        if not self._flow.is_float(value):
            return self._draft.keep(self._flow.tensor(value))
        forms = self._forms[value]
        made = self._draft.tensor(forms.made)
        if self._io_dtype == "float32" or (made.is_float and value not in self._params):
            return forms.made if made.is_float else self._dequantized(forms.made)
        if made.dtype == UINT8:
            return forms.made
        if made.is_float:
            # The converter returns float32 here if a float operator reads the value, too.
            shared = forms.shared or self._convert(forms.made, "quantized", self._params[value])
            return self._io_codes(shared)
        producer = self._flow.producers.get(value)
        by_float = producer is not None and not self._integer[producer]
        return self._io_codes(forms.made if by_float else forms.shared or forms.made)

    def _io_codes(self, name: str) -> str:
        """Int8 codes as the type of the graph's inputs and outputs."""
        params = self._draft.tensor(name).quantization
        if self._io_dtype == "int8" or params is None:
            return name
        shifted = replace(params, zero_point=params.zero_point + 128)
        return self._draft.convert(name, "requantized", UINT8, shifted)

    # ---------------------------------------------------------------- operators

    def _emit_operator(self, index: int) -> None:
        step, integer = self._flow.steps[index], self._integer[index]
        inputs = [
            None if value is None else self._operand(Use(index, operand), value, integer)
            for operand, value in enumerate(step.inputs)
        ]
        source = step.source
        version = 0 if integer else source.version
        self._draft.add(
            Operator(
                source.kind, tuple(inputs), source.outputs, source.options, source.layer, version
            )
        )
        for value in step.outputs:
            if not self._flow.is_float(value):
                self._draft.keep(self._flow.tensor(value))
            elif integer:
                self._emit_integer_value(value)
            else:
                self._emit_float_value(value)

    def _operand(self, use: Use, value: str, integer: bool) -> str:
        """Name of the tensor that an operator reads for `value`."""
        if value in self._flow.constants:
            return self._constant(value, as_codes=integer)
        if not self._flow.is_float(value):
            return self._draft.keep(self._flow.tensor(value))
        forms = self._forms[value]
        made = self._draft.tensor(forms.made)
        if not integer:
            # The reader may have asked for other parameters before it turned out to stay in float.
            source = self._redirected.get(use, forms.made)
            return source if self._draft.tensor(source).is_float else self._dequantized(source)
        if use in self._assignment.pulled and made.dtype == INT8:
            return forms.made
        name = self._redirected.get(use, forms.shared)
        assert name is not None
        return name

    def _constant(self, value: str, *, as_codes: bool) -> str:
        """A constant as codes for integer operators, or as float for the others."""
        key = (value if as_codes else self._flow.constants[value], as_codes)
        if key not in self._constants:
            origin = self._flow.constants[value]
            data = self._flow.data(value)
            name = value if as_codes else origin
            if not as_codes and self._read_as_codes(origin):
                name = self._draft.unique_name(f"{origin}/float")
            source = self._flow.tensor(value)
            tensor = replace(source, name=name, origin=source.origin or origin)
            if as_codes:
                params = self._params[value]
                tensor = replace(
                    tensor,
                    dtype=params.dtype,
                    data=codes(data, params),
                    quantization=params.to_quantization_params(),
                )
            self._constants[key] = self._draft.put(tensor)
        return self._constants[key]

    # ---------------------------------------------------------------- values

    def _emit_integer_value(self, value: str) -> None:
        """A value that an integer operator makes, or an int8 input, and its requantized forms."""
        params = made_params(self._flow, self._assignment, value)
        made = self._put_activation(value, params)
        forms = self._forms[value] = _Forms(made, made)
        if folded_params(self._flow, self._assignment, value) is not None:
            return
        if not params.same_as(self._params[value]):
            forms.shared = self._convert(made, "requantized", self._params[value])
        self._requantize_for_readers(value)

    def _emit_float_value(self, value: str) -> None:
        """A value that a float operator makes, or a float input, and its codes if any are read.

        Where the operator, had it become integer, would have needed a requantization behind it,
        the value passes the codes that it would have made, and float readers see these.
        """
        tensor = self._flow.tensor(value)
        forms = self._forms[value] = _Forms(self._draft.put(replace(tensor, origin=value)))
        wanted = self._requantizations.get(value, ())
        if value not in self._params or not (self._read_as_codes(value) or wanted):
            return
        for requantization in wanted:
            if requantization.at_producer:
                forms.made = self._convert(forms.made, "quantized", requantization.params)
                forms.shared = self._convert(forms.made, "requantized", self._params[value])
                break
        else:
            forms.shared = self._convert(forms.made, "quantized", self._params[value])
        self._requantize_for_readers(value)

    def _read_as_codes(self, value: str) -> bool:
        return any(self._integer[use.operator] for use in self._flow.uses.get(value, ()))

    def _requantize_for_readers(self, value: str) -> None:
        """One QUANTIZE for each set of parameters that readers of `value` ask for.

        The converter fails where a value is requantized at its producer and again for a reader
        (a LOGISTIC in two concatenations). Here both start from what the producer made.
        """
        forms, wanted = self._forms[value], self._requantizations.get(value, [])
        from_producer = any(requantization.at_producer for requantization in wanted)
        source = forms.made if from_producer else forms.shared
        assert source is not None
        for requantization in wanted:
            if requantization.at_producer:
                name = source
            else:
                name = self._convert(source, "requantized", requantization.params)
            self._redirected.update(dict.fromkeys(requantization.readers, name))

    def _dequantized(self, name: str) -> str:
        """The float copy of codes, made once."""
        if name not in self._float_copies:
            self._float_copies[name] = self._draft.convert(name, "dequantized", FLOAT32, None)
        return self._float_copies[name]

    def _convert(self, name: str, suffix: str, params: AffineParams) -> str:
        return self._draft.convert(name, suffix, params.dtype, params.to_quantization_params())

    def _put_activation(self, value: str, params: AffineParams) -> str:
        tensor = self._flow.tensor(value)
        quantization = params.to_quantization_params()
        return self._draft.put(
            replace(tensor, dtype=params.dtype, quantization=quantization, origin=value)
        )
