"""Integer LSTM: 8-bit inputs and weights, 16-bit gates and cell state.

With z of the input's and the output state's zero points, and REQ the double rounding of
`multiply_by_quantized_multiplier`, each gate is, cut to 16 bits after every line:

    g  = REQ(bias + sum W (x - z_x), s_W s_x / s_g)
    g += REQ(sum R (h - z_h), s_R s_h / s_g)
    g += REQ(P c, 2**e s_P / s_g)                       peephole, e = log2 of the cell's scale
    g  = layer normalization of g                       if there are coefficients
    g  = sigmoid(g), or tanh(g) for the cell gate       Q3.12 to Q0.15

where s_g is 2**-12, or the scale of the gate's inner tensor before a layer normalization. Then,
with RDP the rounding division by a power of two, halves away from zero:

    c = RDP(f c, 15) + RDP(i g, 30 + e), clipped;  i = 32767 - f where the gates are coupled
    h = z + REQ(o tanh(c), 2**-30 / s_hidden)           Q0.15 times Q0.15

and, with a projection, h is the hidden value of the inner tensor 4, and the output
``z_h + REQ(bias + sum W (h + z), s_W s_hidden / s_h)``. There h is made with the zero point
negated and taken with it added; both are zero in files of the converter.

All scales are combined in float32, from left to right, the powers of two in double.

References
----------
LiteRT, tflite/kernels/unidirectional_sequence_lstm.cc (PopulateQuantizedLstmParams8x8_16,
PopulatePrecomputedZPTimesWeightsWithBias), lstm_eval.cc (LstmStepInteger8x8_16) and
internal/reference/portable_tensor_utils.cc.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.execution.fixed_point import (
    Int64Array,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    rounding_divide_by_pot,
    wrap_int32,
)
from qviz.execution.kernels.fixed_point_functions import inverse_square_root
from qviz.execution.kernels.fixed_point_int16 import sigmoid_table, tanh_table
from qviz.execution.kernels.lstm_inputs import GATES, Gate, LstmInputs
from qviz.execution.kernels.operands import scale_of, zero_point_of
from qviz.execution.kernels.registry import Array, Context
from qviz.graph import Tensor

_F32 = np.float32
# Option under which a reader leaves the tensors of the inner steps.
_INTERMEDIATES = "intermediates"
_INT16 = (-(1 << 15), (1 << 15) - 1)
_INT8 = (-(1 << 7), (1 << 7) - 1)
_GATE_SCALE = _F32(2.0**-12)
_HIDDEN = 4
# Of a value from a scale of 1 to the weights of layer normalization: extra bits of resolution.
_NORM_BITS = 10

Step = Callable[[Array, Array, Array], tuple[Array, Array]]
Factor = tuple[int, int]


def _values(tensor: Tensor) -> Int64Array:
    assert tensor.data is not None
    return tensor.data.astype(np.int64)


def _clip(x: Int64Array, limits: tuple[int, int]) -> Int64Array:
    return np.clip(x, *limits)


@dataclass(frozen=True, slots=True, eq=False)
class _Product:
    """``REQ(bias + sum weights (x - zero_point))`` of the rows of an input."""

    weights: NDArray[np.float64]
    bias: Int64Array
    factor: Factor

    @classmethod
    def of(cls, weights: Tensor, zero_point: int, bias: Tensor | None, scale: Any) -> _Product:
        values = _values(weights)
        offset = -zero_point * values.sum(1)
        if bias is not None:
            offset = offset + _values(bias)
        # The sums stay below 2**53, so that float64 holds them exactly.
        return cls(values.T.astype(np.float64), offset, quantize_multiplier(float(_F32(scale))))

    def __call__(self, x: Array) -> Int64Array:
        sums = (x.astype(np.float64) @ self.weights).astype(np.int64)
        return multiply_by_quantized_multiplier(wrap_int32(sums + self.bias), *self.factor)


@dataclass(frozen=True, slots=True, eq=False)
class _Norm:
    """Layer normalization of 16-bit numbers over the cells."""

    weights: Int64Array
    bias: Int64Array
    factor: Factor
    variance_guard: int

    @classmethod
    def of(cls, gate: Gate) -> _Norm:
        assert gate.norm is not None
        assert gate.bias is not None
        scale = scale_of(gate.norm)
        multiplier, shift = quantize_multiplier(float(scale))
        guard = max(1, int(_F32(10000) * scale))
        return cls(_values(gate.norm), _values(gate.bias), (multiplier, shift + 12), guard)

    def __call__(self, x: Int64Array) -> Int64Array:
        count, unit = x.shape[1], 1 << (2 * _NORM_BITS)
        mean = _divide(x.sum(1, keepdims=True) << _NORM_BITS, count)
        squares = (x * x).sum(1, keepdims=True)
        variance = _divide(squares * (unit // count) - mean * mean, unit)
        variance = np.where(variance < 1, self.variance_guard, variance)
        deviation = wrap_int32((x << _NORM_BITS) - mean)
        normal = multiply_by_quantized_multiplier(deviation, *inverse_square_root(variance))
        weighted = wrap_int32(normal * self.weights + self.bias)
        rounded = _divide(weighted + np.where(weighted > 0, 512, -512), 1 << _NORM_BITS)
        return _clip(multiply_by_quantized_multiplier(rounded, *self.factor), _INT16)


def _divide(x: Int64Array, divisor: int) -> Int64Array:
    """Quotient cut toward zero."""
    quotient: Int64Array = np.abs(x) // divisor
    return np.where(x < 0, -quotient, quotient)


@dataclass(frozen=True, slots=True, eq=False)
class _IntegerGate:
    """A gate from its inputs to its activation."""

    product: _Product
    recurrent: _Product
    peephole: tuple[Int64Array, Factor] | None
    norm: _Norm | None
    table: NDArray[np.int16]

    def __call__(self, x: Array, h: Array, c: Array) -> Int64Array:
        gate = _clip(self.product(x), _INT16)
        gate = _clip(gate + self.recurrent(h), _INT16)
        if self.peephole is not None:
            weights, factor = self.peephole
            count = len(weights)
            seen = multiply_by_quantized_multiplier(c[:, :count] * weights, *factor)
            gate[:, :count] = _clip(gate[:, :count] + seen, _INT16)
        if self.norm is not None:
            gate = self.norm(gate)
        return self.table[gate - _INT16[0]].astype(np.int64)


def integer_step(context: Context, inputs: LstmInputs) -> Step:
    """One time step of an integer LSTM.

    Returns
    -------
    callable
        From x (rows, inputs), output state (rows, outputs) and cell state (rows, cells), as codes,
        to the new output state and cell state.

    Raises
    ------
    UnsupportedOperatorError
        If a scale is missing or no constant, or the cell's scale is not a power of two.
    """
    hidden = _inner_scales(context)[_HIDDEN]
    exponent = _exponent(context, inputs.cell_state)
    gates = {
        name: _gate(context, inputs, name, exponent)
        for name in GATES
        if name != "input" or not inputs.couples_gates
    }
    to_output = _output(context, inputs, hidden)
    cell_clip = _quantized_clip(inputs.cell_clip, scale_of(inputs.cell_state), _INT16)
    cell_tanh = tanh_table(15 + exponent)

    def step(x: Array, h: Array, c: Array) -> tuple[Array, Array]:
        c = c.astype(np.int64)
        forget, update = gates["forget"](x, h, c), gates["cell"](x, h, c)
        take = _INT16[1] - forget if inputs.couples_gates else gates["input"](x, h, c)
        kept = rounding_divide_by_pot(forget * c, 15)
        c = _clip(kept + rounding_divide_by_pot(take * update, 30 + exponent), _INT16)
        if cell_clip:
            c = _clip(c, (-cell_clip, cell_clip))
        shown = gates["output"](x, h, c) * cell_tanh[c - _INT16[0]].astype(np.int64)
        return to_output(shown).astype(np.int8), c.astype(np.int16)

    return step


def _inner_scales(context: Context) -> tuple[Tensor, ...]:
    inner = tuple(context.option(_INTERMEDIATES, ()))
    if len(inner) != 5:
        raise context.unsupported(f"it has {len(inner)} inner tensors; only 5 are known")
    if inner[_HIDDEN].quantization is None:
        raise context.unsupported("its hidden state has no scale")
    return inner


def _exponent(context: Context, cell_state: Tensor) -> int:
    logarithm = math.log2(float(scale_of(cell_state)) or 1)
    exponent = round(logarithm)
    is_power = abs(logarithm - exponent) < 1e-3 and -15 <= exponent <= -9
    if cell_state.dtype != np.int16 or not is_power:
        raise context.unsupported("its cell state is not int16 with a power of two as scale")
    return exponent


def _gate(context: Context, inputs: LstmInputs, name: str, exponent: int) -> _IntegerGate:
    gate = inputs.gates[name]
    for tensor in (gate.weights, gate.recurrent):
        if tensor is None or tensor.data is None or tensor.data.ndim != 2:
            raise context.unsupported("its weights are not constant matrices")
    assert gate.weights is not None
    assert gate.recurrent is not None
    scale = _GATE_SCALE
    if inputs.normalizes:
        scale = scale_of(context.option(_INTERMEDIATES, ())[GATES.index(name)])
        if scale == 0:
            raise context.unsupported(f"the inner tensor of its {name} gate has no scale")
    x, h = context.input(0), inputs.output_state
    bias = None if inputs.normalizes else gate.bias
    peephole = None
    if gate.peephole is not None:
        # The kernel counts outputs here, not cells; with a projection the two differ.
        weights = _values(gate.peephole)[: gate.recurrent.shape[1]]
        seen = 2.0**exponent * float(scale_of(gate.peephole)) / float(scale)
        peephole = (weights, quantize_multiplier(float(_F32(seen))))
    return _IntegerGate(
        _Product.of(
            gate.weights, zero_point_of(x), bias, scale_of(gate.weights) * scale_of(x) / scale
        ),
        _Product.of(
            gate.recurrent,
            zero_point_of(h),
            None,
            scale_of(gate.recurrent) * scale_of(h) / scale,
        ),
        peephole,
        _Norm.of(gate) if inputs.normalizes else None,
        tanh_table(3) if name == "cell" else sigmoid_table(),
    )


def _output(
    context: Context, inputs: LstmInputs, hidden: Tensor
) -> Callable[[Int64Array], Int64Array]:
    """From ``o tanh(c)`` to the codes of the output state."""
    hidden_scale, zero_point = float(scale_of(hidden)), zero_point_of(hidden)
    factor = quantize_multiplier(float(_F32(2.0**-15 / hidden_scale * 2.0**-15)))
    if inputs.projection is None:
        return lambda shown: _clip(
            multiply_by_quantized_multiplier(shown, *factor) + zero_point, _INT8
        )
    state = inputs.output_state
    scale = scale_of(inputs.projection) * _F32(hidden_scale) / scale_of(state)
    project = _Product.of(inputs.projection, -zero_point, inputs.projection_bias, scale)
    clip = _quantized_clip(inputs.projection_clip, scale_of(context.output), _INT8)

    def to_output(shown: Int64Array) -> Int64Array:
        codes = multiply_by_quantized_multiplier(shown, *factor) - zero_point
        output = _clip(project(_clip(codes, _INT8)) + zero_point_of(state), _INT8)
        return _clip(output, (-clip, clip)) if clip else output

    return to_output


def _quantized_clip(clip: float, scale: Any, limits: tuple[int, int]) -> int:
    """Limit in codes, cut toward zero; 0 for none."""
    return int(np.clip(_F32(clip) / scale, *limits)) if clip > 0 else 0
