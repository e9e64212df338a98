"""LSTM, UNIDIRECTIONAL_SEQUENCE_LSTM and BIDIRECTIONAL_SEQUENCE_LSTM: the walk through time.

Every run starts from the state inputs as they are stored (`qviz.execution.states`); rows of the
batch are sequences of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from qviz.execution.kernels.lstm_basic import prepare_basic_lstm
from qviz.execution.kernels.lstm_float import float_step
from qviz.execution.kernels.lstm_inputs import LstmInputs, both_directions, one_direction
from qviz.execution.kernels.lstm_integer import integer_step
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel

# From x and x_aux (or None) at one time, output state and cell state to the two new states.
Step = Callable[[Array, Array | None, Array, Array], tuple[Array, Array]]


@kernel("UNIDIRECTIONAL_SEQUENCE_LSTM")
def prepare_sequence_lstm(context: Context) -> Kernel:
    """Outputs of every time step of a sequence (batch, time, inputs), or time first.

    References
    ----------
    LiteRT, tflite/kernels/unidirectional_sequence_lstm.cc.
    """
    inputs = one_direction(context)
    step = _step(context, inputs)
    time_major = bool(context.option("time_major", False))

    def run(arrays: Sequence[Array | None]) -> tuple[Array, ...]:
        x = _given(arrays, 0)
        start = _given(arrays, 18), _given(arrays, 19)
        return (_walk(step, x, None, start, time_major=time_major),)

    return run


@kernel("LSTM")
def prepare_lstm(context: Context) -> Kernel:
    """One time step of rows (batch, inputs); in older files a sequence with time first.

    References
    ----------
    LiteRT, tflite/kernels/lstm.cc, the full kernel; for the other one see `lstm_basic`.
    """
    if context.option("kernel_type", "FULL") == "BASIC":
        return prepare_basic_lstm(context)
    inputs = one_direction(context)
    step = _step(context, inputs)

    def run(arrays: Sequence[Array | None]) -> tuple[Array, ...]:
        x = _given(arrays, 0)
        start = _given(arrays, 18), _given(arrays, 19)
        if x.ndim == 3:
            return (_walk(step, x, None, start, time_major=True),)
        return (step(x, None, *_rows(start, len(x)))[0],)

    return run


@kernel("BIDIRECTIONAL_SEQUENCE_LSTM")
def prepare_bidirectional_lstm(context: Context) -> Kernel:
    """A sequence forward and backward, in two outputs or side by side in one.

    The second input (39) feeds both directions where its weights are given. Without them, a
    stacked cell, it takes the place of the first input of the backward direction.

    References
    ----------
    LiteRT, tflite/kernels/bidirectional_sequence_lstm.cc.
    """
    if not context.input(0).is_float:
        raise context.unsupported(f"there is no kernel for {context.input(0).dtype} sequences")
    forward, backward = both_directions(context)
    steps = _step(context, forward), _step(context, backward)
    time_major = bool(context.option("time_major", True))
    merges = bool(context.option("merge_outputs", False))
    has_aux_weights = forward.gates["forget"].aux_weights is not None

    def run(arrays: Sequence[Array | None]) -> tuple[Array, ...]:
        x, aux = _given(arrays, 0), arrays[39]
        second = x if aux is None or has_aux_weights else aux
        beside = aux if has_aux_weights else None
        starts = [(_given(arrays, i), _given(arrays, i + 1)) for i in (35, 37)]
        there = _walk(steps[0], x, beside, starts[0], time_major=time_major)
        back = _walk(steps[1], second, beside, starts[1], time_major=time_major, reverse=True)
        return (np.concatenate([there, back], -1),) if merges else (there, back)

    return run


def _step(context: Context, inputs: LstmInputs) -> Step:
    x = context.input(0)
    if x.is_float:
        return float_step(context, inputs)
    if x.dtype != np.int8:
        raise context.unsupported(f"there is no kernel for {x.dtype} sequences")
    step = integer_step(context, inputs)
    return lambda rows, aux, h, c: step(rows, h, c)


def _walk(
    step: Step,
    x: Array,
    aux: Array | None,
    start: tuple[Array, Array],
    *,
    time_major: bool,
    reverse: bool = False,
) -> Array:
    """Output states of all times, in the order of the input."""
    along = 0 if time_major else 1
    steps, rows = x.shape[along], x.shape[1 - along]
    h, c = _rows(start, rows)
    outputs: list[Array] = [h] * steps
    for time in reversed(range(steps)) if reverse else range(steps):
        beside = None if aux is None else np.take(aux, time, along)
        h, c = step(np.take(x, time, along), beside, h, c)
        outputs[time] = h
    return np.stack(outputs, along)


def _rows(start: tuple[Array, Array], rows: int) -> tuple[Array, Array]:
    """States for so many rows; the same one for all where the graph holds it for one sample."""
    h, c = (np.atleast_2d(state) for state in start)
    return (
        np.broadcast_to(h.reshape(-1, h.shape[-1]), (rows, h.shape[-1])),
        np.broadcast_to(c.reshape(-1, c.shape[-1]), (rows, c.shape[-1])),
    )


def _given(arrays: Sequence[Array | None], index: int) -> Array:
    array = arrays[index]
    if array is None:
        raise ValueError(f"input {index} is missing")
    return array
