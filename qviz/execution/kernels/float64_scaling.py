"""Fixed-point scaling in float64: the integers of the C code, a few times faster than in int64.

A product of an accumulator and a multiplier, both integers times powers of two, is exact in
float64 as long as it stays below 2**53 units, and so is the sum of such products. Every function
here checks that bound beforehand and returns None where it does not hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.execution.fixed_point import Int64Array, code_limits, reduce_multiplier
from qviz.execution.kernels.accumulation import Finish
from qviz.execution.kernels.registry import Array

_EXACT = 1 << 53
# Elements of an inner loop that are worth its start, and of one that is hardly so.
_LONG_ROW, _SHORT_ROW = 8192, 1024


def scale_and_round_twice(
    bias: Int64Array,
    bound: Int64Array,
    multiplier: Int64Array,
    shift: Int64Array,
    limits: tuple[int, int],
    zero_point: int,
    dtype: np.dtype[Any],
    *,
    halves_up: bool = False,
) -> Finish | None:
    """Finish that computes `multiply_by_quantized_multiplier` of sums + bias.

    Parameters
    ----------
    bias : int64 ndarray of shape (channels,)
        Added to the sums.
    bound : int64 ndarray of shape (channels,)
        Magnitude that neither the bias nor a sum, with or without bias, exceeds.
    multiplier, shift : int64 ndarray of shape (channels,)
        Of each channel.
    limits : tuple of int
        Smallest and largest code.
    zero_point : int
        Of the codes.
    dtype : numpy.dtype
        Of the codes.
    halves_up : bool
        Whether it is `multiply_by_quantized_multiplier_up` instead.
    """
    left, right = np.maximum(shift, 0), np.maximum(-shift, 0)
    if (left > 30).any() or (bound > ((1 << 31) - 1) >> left).any():
        return None
    if not _fits(bound, multiplier, [1 << 30] * len(bound)):
        return None
    factor = multiplier * 2.0**-31 * 2.0**left
    halved = np.where(right > 0, 0.5, 0.0) + 0.5 ** (right + 1)
    # With both roundings upwards, floor(floor(v + 1/2) / 2**right + 1/2) is one floor. The second
    # rounds away from zero, which differs only at negative halves: not where the activation clamps
    # them, or where there is no second rounding.
    is_one_floor = halves_up or limits[0] >= zero_point or not right.any()
    smallest = code_limits(dtype)[0]
    span = [
        (1 << 30) + (1 << (30 + int(r))) + ((zero_point - smallest) << (31 + int(r))) for r in right
    ]
    if is_one_floor and _fits(bound, multiplier, span):
        step = 0.5**right
        return _floor(factor * step, (bias * factor) * step + halved + zero_point, limits, dtype)
    if halves_up:
        return None
    return _round_twice(factor, bias * factor + 0.5, right, limits, zero_point)


def scale_wide_sums(
    bias: Int64Array,
    bound: Int64Array,
    multiplier: Int64Array,
    shift: Int64Array,
    limits: tuple[int, int],
    dtype: np.dtype[Any],
) -> Finish | None:
    """Finish that computes `multiply_by_quantized_multiplier_64` of sums + bias (16x8).

    Parameters are those of `scale_and_round_twice`; the zero point is 0.
    """
    reduced, total_shift = reduce_multiplier(multiplier, shift)
    smallest = code_limits(dtype)[0]
    if (total_shift < 1).any():
        return None
    # Beyond int32 the reference wraps.
    largest = zip(bound.tolist(), reduced.tolist(), total_shift.tolist(), strict=True)
    if any((b * m >> t) + 1 >= 1 << 31 for b, m, t in largest):
        return None
    if not _fits(bound, reduced, [(1 - 2 * smallest) << int(t) for t in total_shift]):
        return None
    factor = reduced * 2.0 ** -total_shift.astype(np.float64)
    return _floor(factor, bias * factor + 0.5, limits, dtype)


def _fits(bound: Int64Array, multiplier: Int64Array, more: list[int]) -> bool:
    """Whether ``bound * multiplier + more`` stays exact in every channel."""
    numbers = zip(bound.tolist(), multiplier.tolist(), more, strict=True)
    return all(b * m + extra < _EXACT for b, m, extra in numbers)


def _floor(
    factor: NDArray[np.float64],
    offset: NDArray[np.float64],
    limits: tuple[int, int],
    dtype: np.dtype[Any],
) -> Finish:
    """Codes ``floor(sums * factor + offset)``, clamped.

    Computed from the smallest code of the type upwards, where a cast to the unsigned type is a
    floor; turning the sign bit over gives the signed code.
    """
    smallest = code_limits(dtype)[0]
    low, high = float(limits[0] - smallest), float(limits[1] - smallest)
    unsigned = np.dtype(f"u{dtype.itemsize}")
    repeat = repeats(len(factor))
    factor, offset = np.tile(factor, repeat), np.tile(offset - smallest, repeat)

    def finish(sums: Array, out: Array) -> None:
        for part, result in long_rows(sums, out, repeat):
            width = part.shape[1]
            # Two passes are faster than one product of mixed types.
            scaled = part.astype(np.float64, copy=False)
            np.multiply(scaled, factor[:width], out=scaled)
            np.add(scaled, offset[:width], out=scaled)
            np.clip(scaled, low, high, out=scaled)
            codes = result.view(unsigned)
            np.copyto(codes, scaled, casting="unsafe")
            if smallest < 0:
                np.bitwise_xor(codes, unsigned.type(-smallest), out=codes)

    return finish


def _round_twice(
    factor: NDArray[np.float64],
    offset: NDArray[np.float64],
    right: Int64Array,
    limits: tuple[int, int],
    zero_point: int,
) -> Finish:
    """Codes ``zero_point + round(floor(sums * factor + offset) / 2**right)``, clamped.

    rint rounds halves to even; a push of 2**-40 off the exact half makes that away from zero, and
    moves no other multiple of 2**-right, right <= 31, over a half.
    """
    low, high = float(limits[0] - zero_point), float(limits[1] - zero_point)
    push = np.where(right > 0, 0.5**right * (1 + 2.0**-40), 1.0)
    repeat = repeats(len(factor))
    factor, offset, push = (np.tile(a, repeat) for a in (factor, offset, push))

    def finish(sums: Array, out: Array) -> None:
        for part, result in long_rows(sums, out, repeat):
            width = part.shape[1]
            # Two passes are faster than one product of mixed types.
            scaled = part.astype(np.float64, copy=False)
            np.multiply(scaled, factor[:width], out=scaled)
            np.add(scaled, offset[:width], out=scaled)
            np.floor(scaled, out=scaled)
            np.multiply(scaled, push[:width], out=scaled)
            np.rint(scaled, out=scaled)
            np.clip(scaled, low, high, out=scaled)
            np.add(scaled, zero_point, out=result, casting="unsafe")

    return finish


def repeats(channels: int) -> int:
    """How many rows of `channels` are worked on as one by `long_rows`."""
    return max(1, _LONG_ROW // max(1, channels))


def long_rows(sums: Array, out: Array, repeat: int) -> Iterator[tuple[Array, Array]]:
    """Both arrays (rows, channels) as rows of up to `repeat` times the channels.

    numpy's inner loop runs along a row; with few channels its start would cost more than the loop.
    """
    rows, channels = sums.shape
    fitting = _largest_divisor(rows, repeat)
    if fitting * channels < _SHORT_ROW and fitting < min(rows, repeat):
        whole = rows - rows % repeat
        shape = (whole // repeat, repeat * channels)
        yield sums[:whole].reshape(shape), out[:whole].reshape(shape)
        yield sums[whole:], out[whole:]
    elif rows:
        shape = (rows // fitting, fitting * channels)
        yield sums.reshape(shape), out.reshape(shape)


@cache
def _largest_divisor(number: int, most: int) -> int:
    """Largest divisor of `number` up to `most`; at least 1."""
    return next((d for d in range(min(number, most), 1, -1) if number % d == 0), 1)
