"""Into 8 bits, out of them, and from sums back: the conversions of TensorFlow 1's eightbit graphs.

Operators whose kind begins with ``EIGHTBIT_`` are not TFLite's: they take a range, two tensors of
shape (1,), beside each tensor of codes, and give one beside each result. The arithmetic is that of
`qviz.execution.min_max`. In a batch every sample has ranges of its own, as it has where it runs
alone.

References
----------
TensorFlow, core/kernels/{quantize_op, dequantize_op, requantization_range_op, requantize}.cc.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from qviz.execution import min_max
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel


def arrays_of(inputs: Sequence[Array | None]) -> tuple[Any, ...]:
    """The inputs of an operator all of whose inputs are there."""
    return tuple(inputs)


@kernel("EIGHTBIT_MIN", "EIGHTBIT_MAX")
def prepare_extreme(context: Context) -> Kernel:
    """Least or greatest value of a float tensor."""
    extreme = np.min if context.operator.kind == "EIGHTBIT_MIN" else np.max
    shape = context.input(0).shape
    has_samples = bool(shape) and shape[0] in (1, -1)

    def compute(inputs: Sequence[Array | None]) -> tuple[Array, ...]:
        (x,) = arrays_of(inputs)
        rows = x.reshape(len(x) if has_samples else 1, -1)
        if not rows.shape[1]:
            return (np.zeros(len(rows), np.float32),)
        return (extreme(rows, axis=1).astype(np.float32),)

    return compute


@kernel("EIGHTBIT_QUANTIZE_V2")
def prepare_quantize_v2(context: Context) -> Kernel:
    """Codes of (x, min, max), and the range that they were given."""
    mode = _mode(context)

    def compute(inputs: Sequence[Array | None]) -> tuple[Array, ...]:
        x, lowest, highest = arrays_of(inputs)
        low, high = min_max.usable_range(lowest, highest)
        return min_max.quantize(x, low, high, mode), low, high

    return compute


@kernel("EIGHTBIT_DEQUANTIZE")
def prepare_dequantize(context: Context) -> Kernel:
    """Real values of (codes, min, max)."""
    mode = _mode(context)

    def compute(inputs: Sequence[Array | None]) -> tuple[Array, ...]:
        codes, low, high = arrays_of(inputs)
        return (min_max.dequantize(codes, low, high, mode),)

    return compute


@kernel("EIGHTBIT_REQUANTIZATION_RANGE")
def prepare_requantization_range(context: Context) -> Kernel:
    """Range that the sums (sums, min, max) really take, from 0 or below."""

    def compute(inputs: Sequence[Array | None]) -> tuple[Array, ...]:
        sums, low, high = arrays_of(inputs)
        rows = sums.reshape(max(len(low), 1), -1)
        if not rows.shape[1]:
            return np.zeros_like(low), np.zeros_like(high)
        least = min_max.sums_to_real(rows.min(1), low, high)
        return np.minimum(np.float32(0), least), min_max.sums_to_real(rows.max(1), low, high)

    return compute


@kernel("EIGHTBIT_REQUANTIZE")
def prepare_requantize(context: Context) -> Kernel:
    """Sums (sums, min, max, wanted min, wanted max) as 8-bit codes, and the wanted range."""

    def compute(inputs: Sequence[Array | None]) -> tuple[Array, ...]:
        sums, low, high, wanted_low, wanted_high = arrays_of(inputs)
        codes = min_max.requantize(sums, (low, high), (wanted_low, wanted_high))
        return codes, wanted_low, wanted_high

    return compute


def _mode(context: Context) -> min_max.Mode:
    mode = str(context.option("mode", "MIN_FIRST"))
    for known in min_max.MODES:
        if mode == known:
            return known
    raise context.unsupported(f"its mode {mode!r} is not known")
