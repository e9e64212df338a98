"""Float and hybrid LSTM: one time step.

A gate is ``sigmoid(bias + W x + W_aux x_aux + R h + P c)``, the cell gate with the operator's
activation and without the peephole P; with layer normalization it is
``sigmoid(norm * normalized(W x + ...) + bias)``. Then

    c = f c + i g, clipped;  i = 1 - f where the gates are coupled
    h = o activation(c), or its projection, clipped

Hybrid operators take 8-bit weights and quantize x, h and the projected values on the fly
(`recurrent_float.Product`); the rest is float. Sums of floats are formed in another order than in
the interpreter, and its exponentials are approximations, so the last bits differ.

References
----------
LiteRT, tflite/kernels/lstm_eval.cc, LstmStepFloat and LstmStepHybrid.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from qviz.execution.kernels.lstm_inputs import GATES, Gate, LstmInputs
from qviz.execution.kernels.operands import scale_of
from qviz.execution.kernels.recurrent_float import (
    Activation,
    Product,
    Rows,
    activation_of,
    sigmoid,
)
from qviz.execution.kernels.registry import Context
from qviz.graph import Tensor

# Added to the variance of a layer normalization.
_NORMALIZATION = np.float32(1e-8)

Step = Callable[[Rows, Rows | None, Rows, Rows], tuple[Rows, Rows]]


@dataclass(frozen=True, slots=True, eq=False)
class _FloatGate:
    """A gate from its inputs to its activation."""

    products: tuple[Product, Product | None, Product]
    peephole: Rows | None
    bias: Rows
    norm: Rows | None
    activation: Activation

    def __call__(self, x: Rows, aux: Rows | None, h: Rows, c: Rows) -> Rows:
        of_x, of_aux, of_h = self.products
        start = self.bias if self.norm is None else np.float32(0)
        gate = start + of_x(x)
        if of_aux is not None and aux is not None:
            gate = gate + of_aux(aux)
        gate = gate + of_h(h)
        if self.peephole is not None:
            gate = gate + self.peephole * c
        if self.norm is not None:
            gate = _normalized(gate) * self.norm + self.bias
        return self.activation(gate)


def _normalized(x: Rows) -> Rows:
    centred = x - x.mean(1, keepdims=True, dtype=np.float32)
    variance = np.mean(centred * centred, 1, keepdims=True, dtype=np.float32)
    return np.asarray(centred * (np.float32(1) / np.sqrt(variance + _NORMALIZATION)))


def float_step(context: Context, inputs: LstmInputs) -> Step:
    """One time step of a float or hybrid LSTM.

    Returns
    -------
    callable
        From x (rows, inputs), x_aux (rows, aux inputs) or None, output state (rows, outputs) and
        cell state (rows, cells) to the new output state and cell state.
    """
    activation = activation_of(context)
    gates = {
        name: _gate(context, inputs.gates[name], activation if name == "cell" else sigmoid)
        for name in GATES
        if name != "input" or not inputs.couples_gates
    }
    project = None if inputs.projection is None else Product(context, inputs.projection)
    projection_bias = _vector(inputs.projection_bias)
    cell_clip = np.float32(inputs.cell_clip)
    projection_clip = np.float32(inputs.projection_clip)

    def step(x: Rows, aux: Rows | None, h: Rows, c: Rows) -> tuple[Rows, Rows]:
        forget, update = gates["forget"](x, aux, h, c), gates["cell"](x, aux, h, c)
        coupled = inputs.couples_gates
        take = np.float32(1) - forget if coupled else gates["input"](x, aux, h, c)
        c = forget * c + take * update
        if cell_clip > 0:
            c = np.clip(c, -cell_clip, cell_clip)
        h_new = gates["output"](x, aux, h, c) * activation(c)
        if project is not None:
            h_new = project(h_new)
            if projection_bias is not None:
                h_new = h_new + projection_bias
            if projection_clip > 0:
                h_new = np.clip(h_new, -projection_clip, projection_clip)
        return h_new, c

    return step


def _gate(context: Context, gate: Gate, activation: Activation) -> _FloatGate:
    bias = _vector(gate.bias)
    if bias is None:
        raise context.unsupported("the bias of one of its gates is missing")
    aux = None if gate.aux_weights is None else Product(context, gate.aux_weights)
    return _FloatGate(
        (Product(context, gate.weights), aux, Product(context, gate.recurrent)),
        _vector(gate.peephole),
        bias,
        _vector(gate.norm),
        activation,
    )


def _vector(tensor: Tensor | None) -> Rows | None:
    """Values of a constant vector, dequantized if it holds 8-bit weights."""
    if tensor is None or tensor.data is None:
        return None
    values = tensor.data.astype(np.float32)
    return values if tensor.is_float else np.asarray(values * scale_of(tensor))
