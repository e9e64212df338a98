"""The LSTM cell of older files (kernel type BASIC): one product, gates side by side.

``i, g, f, o`` are the four blocks of rows of ``W [x, h] + b``, in this order; then
``c = sigmoid(i) tanh(g) + sigmoid(f) c`` and ``h = sigmoid(o) tanh(c)``. The states are inputs and
outputs of the operator. Of its four outputs the last two are the kernel's scratch: [x, h] and the
gates before their activation.

With uint8 codes, which stand for (q - 128) / 128, gates are Q3.12: the sums times
``4096 bias_scale``, rounded halves up (the reference resolver, too, has the optimized kernel here),
and cut to 16 bits. The cell state is Q4.11, products round halves up, and h is
``128 + RDP(o tanh(c), 8)``, RDP rounding halves away from zero.

References
----------
LiteRT, tflite/kernels/lstm.cc (basic) and internal/optimized/optimized_ops.h, LstmCell.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from qviz.execution.fixed_point import (
    Int64Array,
    multiply_by_quantized_multiplier_up,
    quantize_multiplier,
    rounding_divide_by_pot,
    wrap_int32,
)
from qviz.execution.kernels.activation import logistic
from qviz.execution.kernels.fixed_point_int16 import mul, sigmoid_table, tanh_table
from qviz.execution.kernels.operands import kernel_of, scale_of, zero_point_of
from qviz.execution.kernels.registry import Array, Context, Kernel

_INT16 = (-(1 << 15), (1 << 15) - 1)
_STATE_BITS = 4
_POINT = 128

Step = Callable[[Array, Array, Array, Array], tuple[Array, Array, Array]]


def prepare_basic_lstm(context: Context) -> Kernel:
    """Inputs x, h, weights (4 cells, inputs + cells), biases and c; outputs h, c and scratch."""
    if len(context.inputs) != 5 or len(context.outputs) != 4:
        raise context.unsupported("a BASIC cell has 5 inputs and 4 outputs")
    types = [context.input(i).dtype.name for i in range(5)]
    if types == ["float32"] * 5:
        step: Step = _float_step
    elif types == ["uint8", "uint8", "uint8", "int32", "int16"]:
        step = _integer_step(context)
    else:
        raise context.unsupported(f"there is no BASIC kernel for {types[0]} rows and {types[4]}")

    def run(x: Array, h: Array, weights: Array, bias: Array, c: Array) -> tuple[Array, ...]:
        rows = np.concatenate([x, np.broadcast_to(h, (len(x), h.shape[-1]))], -1)
        h_new, c_new, gates = step(rows, weights, bias, c)
        return h_new, c_new, rows, gates

    return kernel_of(run)


def _float_step(rows: Array, weights: Array, bias: Array, c: Array) -> tuple[Array, Array, Array]:
    gates = rows @ weights.T + bias
    i, g, f, o = np.split(gates, 4, -1)
    c_new = logistic(i) * np.tanh(g) + logistic(f) * c
    return logistic(o) * np.tanh(c_new), c_new, gates


def _integer_step(context: Context) -> Step:
    weight_point = zero_point_of(context.input(2))
    factor = quantize_multiplier(4096 * float(scale_of(context.input(3))))
    sigmoid, tanh, state_tanh = sigmoid_table(), tanh_table(3), tanh_table(_STATE_BITS)

    def look_up(table: Array, x: Int64Array) -> Int64Array:
        return table[x - _INT16[0]].astype(np.int64)

    def step(rows: Array, weights: Array, bias: Array, c: Array) -> tuple[Array, Array, Array]:
        centred = weights.astype(np.float64) - weight_point
        # Sums stay far below 2**53, where float64 is exact.
        sums = ((rows.astype(np.float64) - _POINT) @ centred.T).astype(np.int64) + bias
        gates = np.clip(multiply_by_quantized_multiplier_up(wrap_int32(sums), *factor), *_INT16)
        i, g, f, o = np.split(gates, 4, -1)
        taken = rounding_divide_by_pot(mul(look_up(sigmoid, i), look_up(tanh, g)), _STATE_BITS)
        kept = mul(look_up(sigmoid, f), c.astype(np.int64))
        c_new = np.clip(taken + kept, *_INT16)
        shown = mul(look_up(sigmoid, o), look_up(state_tanh, c_new))
        h_new = np.clip(rounding_divide_by_pot(shown, 8), -_POINT, _POINT - 1) + _POINT
        return h_new.astype(np.uint8), c_new.astype(np.int16), gates.astype(np.int16)

    return step
