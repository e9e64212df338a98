"""Plain recurrent layers: RNN, UNIDIRECTIONAL_SEQUENCE_RNN, BIDIRECTIONAL_SEQUENCE_RNN."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from qviz.execution.kernels.recurrent_float import Product, Rows, activation_of
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel

Step = Callable[[Rows, Rows | None, Rows], Rows]


def _step(context: Context, first: int, aux: int | None = None) -> Step:
    """``h = activation(bias + W x + W_aux x_aux + R h)`` of the weights from input `first` on.

    References
    ----------
    LiteRT, tflite/kernels/internal/kernel_utils.cc, RnnBatchStep.
    """
    if not context.input(0).is_float:
        raise context.unsupported(f"there is no kernel for {context.input(0).dtype} sequences")
    of_x = Product(context, context.optional_input(first))
    of_h = Product(context, context.optional_input(first + 1))
    of_aux = None if aux is None else Product(context, context.optional_input(aux))
    bias = context.constant(first + 2)
    if bias is None:
        raise context.unsupported("its bias is not constant")
    activation = activation_of(context)

    def step(x: Rows, x_aux: Rows | None, h: Rows) -> Rows:
        total = bias + of_x(x)
        if of_aux is not None and x_aux is not None:
            total = total + of_aux(x_aux)
        return activation(total + of_h(h))

    return step


def _walk(
    step: Step,
    x: Array,
    aux: Array | None,
    start: Array,
    *,
    time_major: bool,
    reverse: bool = False,
) -> Array:
    """States of all times, in the order of the input."""
    along = 0 if time_major else 1
    steps, rows = x.shape[along], x.shape[1 - along]
    h: Array = _rows(start, rows)
    states = [h] * steps
    for time in reversed(range(steps)) if reverse else range(steps):
        beside = None if aux is None else np.take(aux, time, along)
        h = states[time] = step(np.take(x, time, along), beside, h)
    return np.stack(states, along)


def _rows(state: Array, rows: int) -> Array:
    return np.broadcast_to(state.reshape(-1, state.shape[-1]), (rows, state.shape[-1]))


def _present(arrays: Sequence[Array | None], index: int) -> Array:
    array = arrays[index]
    if array is None:
        raise ValueError(f"input {index} is missing")
    return array


@kernel("RNN")
def prepare_rnn(context: Context) -> Kernel:
    """One time step of rows (batch, inputs).

    References
    ----------
    LiteRT, tflite/kernels/basic_rnn.cc.
    """
    step = _step(context, 1)

    def run(arrays: Sequence[Array | None]) -> tuple[Array, ...]:
        x = _present(arrays, 0)
        return (step(x, None, _rows(_present(arrays, 4), len(x))),)

    return run


@kernel("UNIDIRECTIONAL_SEQUENCE_RNN")
def prepare_sequence_rnn(context: Context) -> Kernel:
    """States of every time step of a sequence (batch, time, inputs), or time first.

    References
    ----------
    LiteRT, tflite/kernels/unidirectional_sequence_rnn.cc.
    """
    step, time_major = _step(context, 1), bool(context.option("time_major", False))

    def run(arrays: Sequence[Array | None]) -> tuple[Array, ...]:
        x, start = _present(arrays, 0), _present(arrays, 4)
        return (_walk(step, x, None, start, time_major=time_major),)

    return run


@kernel("BIDIRECTIONAL_SEQUENCE_RNN")
def prepare_bidirectional_rnn(context: Context) -> Kernel:
    """A sequence forward and backward, in two outputs or side by side in one.

    Input 9 feeds both directions where its weights are given. Without them it takes the place of
    the first input of the backward direction, but only if time comes first: otherwise the kernel
    overlooks it. With time first the hybrid kernel runs the whole sequence once per time step, on
    the state that the last pass left.

    References
    ----------
    LiteRT, tflite/kernels/bidirectional_sequence_rnn.cc.
    """
    has_aux_weights = context.optional_input(10) is not None
    forward = _step(context, 1, 10 if has_aux_weights else None)
    backward = _step(context, 5, 11 if has_aux_weights else None)
    time_major = bool(context.option("time_major", False))
    merges = bool(context.option("merge_outputs", False))
    repeats = time_major and not context.input(1).is_float

    def run(arrays: Sequence[Array | None]) -> tuple[Array, ...]:
        x = _present(arrays, 0)
        aux = arrays[9] if len(arrays) > 9 else None
        second = aux if aux is not None and time_major and not has_aux_weights else x
        beside = aux if has_aux_weights else None
        starts = _present(arrays, 4), _present(arrays, 8)
        there, back = starts
        for _ in range(len(x) if repeats else 1):
            there = _walk(forward, x, beside, starts[0], time_major=time_major)
            back = _walk(backward, second, beside, starts[1], time_major=time_major, reverse=True)
            starts = there[-1], back[0]
        return (np.concatenate([there, back], -1),) if merges else (there, back)

    return run
