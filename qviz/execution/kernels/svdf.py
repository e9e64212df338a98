"""SVDF: a dense layer over the last time steps, factored into features and weights of time."""

from __future__ import annotations

import numpy as np

from qviz.execution.fixed_point import (
    Int64Array,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    wrap_int32,
)
from qviz.execution.kernels.operands import kernel_of, scale_of, zero_point_of
from qviz.execution.kernels.recurrent_float import Product, activation_of, weights_of
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel


@kernel("SVDF")
def prepare_svdf(context: Context) -> Kernel:
    """One time step of rows (batch, inputs), to (batch, units).

    The state (batch, filters x memory) holds the last results of each filter. It moves on by one,
    takes in ``features . x`` as the newest, and is summed with the weights of time; the filters of
    a unit (``rank`` of them) are added up, then come bias and activation. A run starts from the
    stored state, see `qviz.execution.states`.

    Float and hybrid: 8-bit features with rows quantized on the fly, weights of time dequantized.
    Integer: ``REQ(sum f (x - z_x), s_x s_f / s_state)`` into an int16 state, then
    ``z + REQ(sum t state + bias, s_state s_t / s)``. The kernel asks for the activation RELU, but
    only the zero point makes it one.

    References
    ----------
    LiteRT, tflite/kernels/svdf.cc and internal/reference/svdf.h.
    """
    if context.input(0).is_float:
        return _prepare_float(context)
    types = tuple(context.input(i).dtype.name for i in (0, 1, 2, 4))
    if types != ("int8", "int8", "int16", "int16"):
        raise context.unsupported(
            f"there is no kernel for {types[0]} rows with {types[2]} weights of time and a "
            f"{types[3]} state"
        )
    return _prepare_integer(context)


def _moved_on(state: Array, newest: Array, memory: int) -> Array:
    """State (rows, filters, memory) with the newest results of each filter."""
    rows, filters = newest.shape
    kept = np.broadcast_to(state.reshape(-1, filters, memory), (rows, filters, memory))
    return np.concatenate([kept[..., 1:], newest[..., None].astype(state.dtype)], -1)


def _rank(context: Context) -> int:
    rank = int(context.option("rank", 0))
    if rank < 1 or context.input(1).shape[0] % rank:
        raise context.unsupported(f"its rank {rank} does not divide its filters")
    return rank


def _prepare_float(context: Context) -> Kernel:
    features = Product(context, context.input(1))
    time = weights_of(context, context.input(2)).astype(np.float32)
    if not context.input(2).is_float:
        time = time * scale_of(context.input(2))
    rank, activation = _rank(context), activation_of(context)

    def run(x: Array, _f: Array, _t: Array, bias: Array | None, state: Array) -> Array:
        moved = _moved_on(state, features(x), time.shape[1])
        filtered = np.einsum("rfm,fm->rf", moved, time)
        units = filtered.reshape(len(x), -1, rank).sum(2, dtype=np.float32)
        return activation(units if bias is None else units + bias)

    return kernel_of(run)


def _prepare_integer(context: Context) -> Kernel:
    x, features, time, state = (context.input(i) for i in (0, 1, 2, 4))
    output = context.output
    scales = [float(scale_of(t)) for t in (x, features, state, time, output)]
    if 0 in scales:
        raise context.unsupported("one of its tensors has no scale")
    x_scale, feature_scale, state_scale, time_scale, output_scale = scales
    to_state = quantize_multiplier(x_scale * feature_scale / state_scale)
    to_output = quantize_multiplier(state_scale * time_scale / output_scale)
    rank = _rank(context)

    def run(x_: Array, f: Array, t: Array, bias: Array | None, start: Array) -> Array:
        sums = _product(x_.astype(np.int64) - zero_point_of(x), f)
        newest = np.clip(multiply_by_quantized_multiplier(sums, *to_state), -(1 << 15), 32767)
        moved = _moved_on(start, newest, t.shape[1])
        filtered = np.einsum("rfm,fm->rf", moved.astype(np.int64), t.astype(np.int64))
        units: Int64Array = filtered.reshape(len(x_), -1, rank).sum(2)
        units = wrap_int32(units if bias is None else units + bias)
        codes = multiply_by_quantized_multiplier(units, *to_output) + zero_point_of(output)
        return np.asarray(np.clip(codes, -128, 127)).astype(np.int8)

    return kernel_of(run)


def _product(rows: Int64Array, weights: Array) -> Int64Array:
    # Below 2**53 float64 holds every sum of 8-bit products.
    exact = rows.astype(np.float64) @ weights.T.astype(np.float64)
    return wrap_int32(exact.astype(np.int64))
