"""What follows the sums of an integer operator: bias, scaling to the output's codes, clamp."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from qviz.execution.delegation import Rules
from qviz.execution.fixed_point import (
    Int64Array,
    activation_range,
    code_limits,
    multiply_by_quantized_multiplier,
    multiply_by_quantized_multiplier_64,
    multiply_by_quantized_multiplier_up,
    quantize_multipliers,
    round_half_away,
    wrap_int32,
)
from qviz.execution.kernels.accumulation import Finish
from qviz.execution.kernels.float32_scaling import scale_in_float32
from qviz.execution.kernels.float64_scaling import scale_and_round_twice, scale_wide_sums
from qviz.execution.kernels.registry import Array, Context
from qviz.graph import QuantizationParams, Tensor

# Codes, before zero point and clamp, of sums, multipliers and shifts.
Scale = Callable[[Int64Array, Int64Array, Int64Array], Int64Array]

_INT32_MAX = (1 << 31) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Accumulator:
    """What is known beforehand about the sums of an integer operator.

    Attributes
    ----------
    bias : int64 ndarray of shape (channels,)
        To be added to the sums as they leave the product: the operator's bias and the terms of
        the zero points.
    bound : int64 ndarray of shape (channels,)
        Largest magnitude of a sum before the bias, of the bias, and of both together.
    total_bound : int64 ndarray of shape (channels,)
        Largest magnitude of both together.
    is_wide : bool
        Whether the reference accumulates in 64 bits (16x8 with 64-bit bias); else in int32.
    """

    bias: Int64Array
    bound: Int64Array
    total_bound: Int64Array
    is_wide: bool

    @classmethod
    def of(
        cls,
        context: Context,
        weights: Array,
        bias: Array | None,
        *,
        centred: bool = False,
    ) -> Accumulator:
        """Accumulator of inputs 0 (codes) and `weights`.

        Parameters
        ----------
        context : Context
            Of the operator; input 0 gives zero point and type.
        weights : integer ndarray of shape (taps, channels)
            Less their zero point.
        bias : integer ndarray of shape (channels,), or None
            The operator's own.
        centred : bool
            Whether inputs enter the product less their zero point.
        """
        x = context.input(0)
        zero_point = zero_point_of(x)
        low, high = code_limits(x.dtype)
        positive = np.maximum(weights, 0).sum(0, dtype=np.int64)
        negative = np.minimum(weights, 0).sum(0, dtype=np.int64)
        own = np.zeros(len(positive), np.int64) if bias is None else bias.astype(np.int64).ravel()
        centred_max = positive * (high - zero_point) + negative * (low - zero_point)
        centred_min = positive * (low - zero_point) + negative * (high - zero_point)
        total = np.maximum(np.abs(centred_max + own), np.abs(centred_min + own))
        if centred:
            largest = max(abs(low - zero_point), abs(high - zero_point))
        else:
            largest = max(abs(low), abs(high))
            own = own - zero_point * (positive + negative)
        is_wide = x.dtype == np.int16 and (bias is None or bias.dtype == np.int64)
        bound = np.maximum((positive - negative) * largest, np.maximum(np.abs(own), total))
        return cls(own, bound, total, is_wide)


def zero_point_of(tensor: Tensor) -> int:
    """Zero point of a tensor with one for all elements; 0 where it has none."""
    return 0 if tensor.quantization is None else int(tensor.quantization.zero_point[0])


def input_bound(tensor: Tensor, *, centred: bool = False) -> int:
    """Largest magnitude of a code of `tensor`, less its zero point if `centred`."""
    low, high = code_limits(tensor.dtype)
    offset = zero_point_of(tensor) if centred else 0
    return max(abs(low - offset), abs(high - offset))


def centred_weights(tensor: Tensor, weights: Array) -> Array:
    """Weights less their zero point, int16 where that is needed."""
    zero_point = zero_point_of(tensor)
    if zero_point == 0:
        return weights
    return weights.astype(np.int16) - np.int16(zero_point)


def effective_scales(
    context: Context, channels: int, *, single: bool = False
) -> NDArray[np.float64]:
    """``input_scale * weight_scale / output_scale`` per output channel, in float64.

    With `single`, input and weight scale are multiplied in float32 first.

    References
    ----------
    LiteRT, tflite/kernels/kernel_util.cc, PopulateConvolutionQuantizationParams and
    GetQuantizedConvolutionMultipler.
    """
    x, weights, out = _quantization_params(context)
    if single:
        product = (x.scale[0] * weights.scale).astype(np.float64)
    else:
        product = np.float64(x.scale[0]) * weights.scale.astype(np.float64)
    per_channel: NDArray[np.float64] = product / np.float64(out.scale[0])
    return np.broadcast_to(per_channel, (channels,)).copy()


def _quantization_params(
    context: Context,
) -> tuple[QuantizationParams, QuantizationParams, QuantizationParams]:
    """Of input, weights and output."""
    tensors = [context.input(0), context.input(1), context.output]
    x, weights, out = (tensor.quantization for tensor in tensors)
    if x is None or weights is None or out is None:
        missing = next(t.name for t in tensors if t.quantization is None)
        raise context.unsupported(f"its integer tensor {missing!r} has no scale")
    return x, weights, out


def requantize(context: Context, accumulator: Accumulator) -> Finish:
    """Finish of convolutions, by the rules that the operator follows."""
    if context.rules is Rules.XNNPACK:
        return _requantize_in_float32(context, accumulator)
    # The kernels of legacy uint8 models take the product of the scales in float32.
    is_legacy = context.input(0).dtype == np.uint8
    scales = effective_scales(context, len(accumulator.bias), single=is_legacy)
    return _requantize_in_fixed_point(context, accumulator, scales)


def requantize_dense(context: Context, accumulator: Accumulator) -> Finish:
    """Finish of FULLY_CONNECTED, by the rules that the operator follows."""
    if context.rules is Rules.XNNPACK:
        return _requantize_in_float32(context, accumulator)
    bias = context.optional_input(2)
    # Where there is no bias the option says which kernel of 16x8 runs.
    bias_type = context.option("quantized_bias_type", "") if bias is None else bias.dtype.name
    if context.rules is Rules.OPTIMIZED and bias_type.lower() != "int64":
        weights = context.input(1).quantization
        single = weights is None or len(weights.scale) == 1
        scales = effective_scales(context, len(accumulator.bias), single=single)
        narrow = replace(accumulator, is_wide=False)
        return _requantize_in_fixed_point(context, narrow, scales)
    return _requantize_in_double(context, accumulator)


def _requantize_in_fixed_point(
    context: Context, accumulator: Accumulator, scales: NDArray[np.float64]
) -> Finish:
    """Fixed-point scaling as the builtin kernels do it.

    Codes are ``clamp(zero_point + round(round(acc * multiplier * 2**-31) * 2**shift))`` for 32-bit
    accumulators, with one rounding of a 15-bit multiplier for 64-bit ones. At halves the second
    rounding is away from zero, or upwards in most optimized kernels of 8 bits. The same numbers
    come out of float64 where all of them stay below 2**53, which is a few times faster; else of
    int64, where an int32 accumulator also wraps as the reference's does.

    References
    ----------
    LiteRT, tflite/kernels/internal/reference/integer_ops/conv.h; ruy, ruy/apply_multiplier.cc.
    """
    zero_point = zero_point_of(context.output)
    multiplier, shift = quantize_multipliers(scales)
    limits, dtype = code_range(context), context.output.dtype
    if accumulator.is_wide:
        wide = scale_wide_sums(
            accumulator.bias, accumulator.bound, multiplier, shift, limits, dtype
        )
        scale: Scale = multiply_by_quantized_multiplier_64
        return wide or _in_integers(accumulator, scale, multiplier, shift, limits, zero_point)
    upwards = rounds_upwards(context, len(scales))
    fast = None
    if upwards.all() or not upwards.any():
        fast = scale_and_round_twice(
            accumulator.bias,
            accumulator.bound,
            multiplier,
            shift,
            limits,
            zero_point,
            dtype,
            halves_up=bool(upwards.any()),
        )
    scale = partial(_scale_32, upwards)
    return fast or _in_integers(accumulator, scale, multiplier, shift, limits, zero_point)


def rounds_upwards(context: Context, channels: int) -> NDArray[np.bool_]:
    """Of which channels the second rounding goes up at halves instead of away from zero."""
    x, kind = context.input(0), context.operator.kind
    is_optimized = context.rules is Rules.OPTIMIZED
    if is_optimized and kind == "FULLY_CONNECTED":
        return np.ones(channels, np.bool_)
    if is_optimized and kind == "CONV_2D" and x.dtype.itemsize == 1:
        # Convolutions in groups have no optimized kernel.
        return np.full(channels, context.input(1).shape[-1] == x.shape[-1])
    if is_optimized and kind == "TRANSPOSE_CONV" and x.dtype == np.uint8:
        return np.ones(channels, np.bool_)
    if is_optimized and x.dtype == np.int8:
        # Vectors of eight channels round up, what is left over rounds as the reference does.
        return np.arange(channels) < channels - channels % 8
    return np.zeros(channels, np.bool_)


def _scale_32(
    upwards: NDArray[np.bool_], total: Int64Array, multiplier: Int64Array, shift: Int64Array
) -> Int64Array:
    away = multiply_by_quantized_multiplier(total, multiplier, shift)
    if not upwards.any():
        return away
    return np.where(upwards, multiply_by_quantized_multiplier_up(total, multiplier, shift), away)


def _requantize_in_float32(context: Context, accumulator: Accumulator) -> Finish:
    """One product in float32 (see `scale_in_float32`); the scale is ``(s_in * s_weight) / s_out``.

    References
    ----------
    XNNPACK, src/operators/convolution-nhwc.c and fully-connected-nc.c.
    """
    zero_point = zero_point_of(context.output)
    x, weights, out = _quantization_params(context)
    scale = np.float32(x.scale[0] * weights.scale) / out.scale[0]
    scales = np.broadcast_to(scale, (len(accumulator.bias),))
    return scale_in_float32(
        accumulator.bias,
        accumulator.total_bound,
        scales,
        code_range(context),
        zero_point,
        context.output.dtype,
    )


def code_range(context: Context) -> tuple[int, int]:
    """Smallest and largest code of the output, by the fused activation.

    Raises
    ------
    UnsupportedOperatorError
        If the activation has no integer form.
    """
    halves_even = context.rules is Rules.XNNPACK
    try:
        return activation_range(
            context.operator.activation, context.output, halves_even=halves_even
        )
    except ValueError as error:
        raise context.unsupported(str(error)) from error


def _in_integers(
    accumulator: Accumulator,
    scale: Scale,
    multiplier: Int64Array,
    shift: Int64Array,
    limits: tuple[int, int],
    zero_point: int,
) -> Finish:
    """The formula as the C code writes it, in int64."""

    def finish(sums: Array, out: Array) -> None:
        total = sums.astype(np.int64) + accumulator.bias
        if not accumulator.is_wide:
            total = wrap_int32(total)
        codes = scale(total, multiplier, shift)
        np.clip(codes + zero_point, *limits, out=out, casting="unsafe")

    return finish


def _requantize_in_double(context: Context, accumulator: Accumulator) -> Finish:
    """One product in double, halves away from zero.

    References
    ----------
    LiteRT, tflite/kernels/fully_connected.cc; the reference kernels of all integer types scale by
    a double instead of a fixed-point multiplier.
    """
    low, high = code_range(context)
    zero_point = zero_point_of(context.output)
    scales = effective_scales(context, len(accumulator.bias))
    wraps = not accumulator.is_wide and bool((accumulator.total_bound >= 1 << 31).any())
    overflows = bool((accumulator.total_bound * scales >= _INT32_MAX).any())

    def finish(sums: Array, out: Array) -> None:
        total = sums.astype(np.float64) + accumulator.bias
        if wraps:
            total = wrap_int32(total.astype(np.int64)).astype(np.float64)
        codes = round_half_away(total * scales)
        if overflows:
            # On x86 the cast to int32 makes the smallest number of what lies beyond; a negative
            # zero point then wraps it to the largest.
            beyond = (codes > _INT32_MAX) | (codes < -_INT32_MAX - 1)
            codes[beyond] = _INT32_MAX if zero_point < 0 else -_INT32_MAX - 1
        np.clip(codes, low - zero_point, high - zero_point, out=codes)
        np.add(codes, zero_point, out=out, casting="unsafe")

    return finish
