"""Products and sums of 8-bit codes with ranges: results are int32 sums with the range they span.

References
----------
TensorFlow, core/kernels/{quantized_conv_ops, quantized_matmul_op, quantized_mul_op,
quantized_bias_add_op, quantized_add_op}.cc.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qviz.execution import min_max
from qviz.execution.kernels.accumulation import exact_carrier
from qviz.execution.kernels.convolution import convolve
from qviz.execution.kernels.eightbit_conversion import arrays_of
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel

# Ends of the range of a sum, in multiples of the largest end of what is added.
_BIAS_HEADROOM = np.float32(1 << 17)
_ADD_HEADROOM = np.float32(1 << 14)
_LARGEST_CODE = 255


@kernel("EIGHTBIT_CONV_2D")
def prepare_conv_2d(context: Context) -> Kernel:
    """Convolution of (x, weights, x min, x max, weights min, weights max)."""
    weights, low, high = _weights(context)
    carrier = exact_carrier(weights.reshape(len(weights), -1).T, _LARGEST_CODE)
    multiply = convolve(context, weights, carrier, _keep, 0)

    def compute(inputs: Sequence[Array | None]) -> tuple[Array, ...]:
        x, _, x_low, x_high, *_ = arrays_of(inputs)
        # The border is the real value 0, which is the code 0 once the code of 0 is subtracted.
        sums = multiply(_centred(x, x_low, x_high))
        return sums, *min_max.product_range((x_low, x_high), (low, high))

    return compute


@kernel("EIGHTBIT_MATMUL")
def prepare_matmul(context: Context) -> Kernel:
    """Rows of x times weights (out, in); inputs as EIGHTBIT_CONV_2D."""
    weights, low, high = _weights(context)
    carrier = exact_carrier(weights.T, _LARGEST_CODE)
    matrix = np.ascontiguousarray(weights.T.astype(carrier))
    keeps_dimensions = bool(context.option("keep_num_dims", False))

    def compute(inputs: Sequence[Array | None]) -> tuple[Array, ...]:
        x, _, x_low, x_high, *_ = arrays_of(inputs)
        rows = _centred(x, x_low, x_high).reshape(-1, len(matrix)).astype(carrier)
        sums = (rows @ matrix).astype(np.int32)
        if keeps_dimensions:
            sums = sums.reshape(*x.shape[:-1], matrix.shape[1])
        return sums, *min_max.product_range((x_low, x_high), (low, high))

    return compute


@kernel("EIGHTBIT_MUL")
def prepare_mul(context: Context) -> Kernel:
    """Products of (x, y, x min, x max, y min, y max)."""

    def compute(inputs: Sequence[Array | None]) -> tuple[Array, ...]:
        x, y, x_low, x_high, y_low, y_high = arrays_of(inputs)
        products = _centred(x, x_low, x_high) * _centred(y, y_low, y_high)
        low, high = min_max.product_range((x_low, x_high), (y_low, y_high))
        return products.astype(np.int32), low, high

    return compute


@kernel("EIGHTBIT_BIAS_ADD")
def prepare_bias_add(context: Context) -> Kernel:
    """Sums of (x, bias, x min, x max, bias min, bias max), the bias along the last dimension."""

    def compute(inputs: Sequence[Array | None]) -> tuple[Array, ...]:
        x, bias, *ranges = arrays_of(inputs)
        low, high = _sum_range(ranges, _BIAS_HEADROOM)
        terms = []
        for codes, (least, greatest) in ((x, ranges[:2]), (bias, ranges[2:])):
            real = min_max.dequantize(codes, least, greatest)
            ends = min_max.along(low, x.ndim), min_max.along(high, x.ndim)
            terms.append(min_max.real_to_sums(real, *ends))
        # The code of 0, which is 0 or, by the rounding of the range, -1.
        zero = min_max.real_to_sums_in_double(np.zeros_like(low), low, high)
        sums = terms[0] + terms[1] + min_max.along(zero, x.ndim)
        return sums.astype(np.int32), low, high

    return compute


@kernel("EIGHTBIT_ADD")
def prepare_add(context: Context) -> Kernel:
    """Sums of (x, y, x min, x max, y min, y max).

    A step of a code is a whole number of steps of the sum, the difference of the first two levels,
    so that large codes are a little off.
    """

    def compute(inputs: Sequence[Array | None]) -> tuple[Array, ...]:
        x, y, *ranges = arrays_of(inputs)
        ends = _sum_range(ranges, _ADD_HEADROOM)
        sums = _on_grid(x, ranges[:2], ends) + _on_grid(y, ranges[2:], ends)
        return (sums.astype(np.int32), *ends)

    return compute


def _on_grid(codes: Array, given: Sequence[Array], ends: tuple[Array, Array]) -> Array:
    """8-bit codes on the grid of sums, int64, by a whole number of steps a code."""
    step = (given[1] - given[0]).astype(np.float64) * (256 / 255.0) / 256
    least = min_max.least_level(given[0], step.astype(np.float32))
    first, second = (
        min_max.real_to_sums_in_double((least + i * step).astype(np.float32), *ends) for i in (0, 1)
    )
    steps = min_max.along(second - first, codes.ndim)
    return np.asarray(min_max.along(first, codes.ndim) + codes * steps)


def _sum_range(ranges: Sequence[Array], headroom: np.float32) -> tuple[Array, Array]:
    largest = np.abs(ranges[0])
    for ends in ranges[1:]:
        largest = np.maximum(largest, np.abs(ends))
    high = (largest * headroom).astype(np.float32)
    return -high, high


def _centred(codes: Array, lowest: Array, highest: Array) -> Array:
    """Codes less the code of 0; the product with a step is their real value."""
    zero = min_max.along(min_max.zero_codes(lowest, highest), codes.ndim)
    return (codes.astype(np.int32) - zero.astype(np.int32)).astype(np.int32)


def _weights(context: Context) -> tuple[Array, Array, Array]:
    """Centred constant weights and their range."""
    codes, low, high = (context.constant(index) for index in (1, 4, 5))
    if codes is None or low is None or high is None:
        raise context.unsupported("its weights are not constant")
    return _centred(codes, low, high), low, high


def _keep(sums: Array, out: Array) -> None:
    """Exact sums in a float type as int32."""
    np.copyto(out, sums, casting="unsafe")
