"""Tables of functions of real numbers: 256 entries for 8 bits, 513 to interpolate for 16."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.execution.fixed_point import (
    Int64Array,
    code_limits,
    round_half_away,
    round_half_away_float32,
)
from qviz.execution.kernels.operands import (
    Array,
    all_codes,
    kernel_of,
    lookup,
    scale_of,
    zero_point_of,
)
from qviz.execution.kernels.registry import Context, Kernel
from qviz.graph import Tensor

_STEPS = 512


@dataclass(frozen=True, slots=True, eq=False)
class InterpolatedTable:
    """A function of 16-bit codes, sampled at every 128th of them.

    Attributes
    ----------
    samples : int64 ndarray of shape (513,)
        Output codes, each lowered by half the error that linear interpolation has at the middle of
        the interval that it begins.
    """

    samples: Int64Array

    @classmethod
    def of(
        cls,
        function: Callable[[Array], Array],
        input_scale: float,
        input_zero_point: int,
        output_scale: float,
        output_zero_point: int = 0,
        dtype: type[np.floating[Any]] = np.float64,
    ) -> InterpolatedTable:
        """Sample `function` of real values.

        Parameters
        ----------
        function : callable
            On arrays of `dtype`.
        input_scale, input_zero_point, output_scale, output_zero_point
            How codes map to real values.
        dtype : type
            Of all the arithmetic: float64 for softmax, float32 for the unary operators.

        References
        ----------
        LiteRT, tflite/kernels/internal/common.h, LUTPopulate for int16.
        """
        one = dtype(1)
        lowest = dtype(input_scale) * dtype(-32768 - input_zero_point)
        highest = dtype(input_scale) * dtype(32767 - input_zero_point)
        output_lowest = dtype(output_scale) * dtype(-32768 - output_zero_point)
        output_highest = dtype(output_scale) * dtype(32767 - output_zero_point)
        step = (highest - lowest) / dtype(_STEPS)
        half_step = step / dtype(2)
        inverse = dtype(65536) / (output_highest - output_lowest)
        rounded = round_half_away if dtype is np.float64 else round_half_away_float32
        index = np.arange(_STEPS).astype(dtype)
        start = lowest + index * step
        value = function(start) * inverse
        middle = function(start + half_step) * inverse
        following = function(lowest + (index + one) * step) * inverse
        interpolated = rounded((following + rounded(value)) / dtype(2))
        bias = rounded((interpolated - rounded(middle)) / dtype(2))
        last = rounded(function(np.array([highest], dtype)) * inverse)
        samples = np.append(rounded(value) - bias, last)
        return cls(np.clip(samples, -32768, 32767).astype(np.int64))

    def look_up(self, codes: Array) -> Int64Array:
        """Output codes, int64, of 16-bit codes; the slope wraps as an int16 variable does.

        References
        ----------
        LiteRT, tflite/kernels/internal/common.h, LUTLookup for int16.
        """
        wide = codes.astype(np.int64)
        index, offset = 256 + (wide >> 7), wide & 127
        slopes = np.diff(self.samples).astype(np.int16).astype(np.int64)
        result: Int64Array = self.samples[index] + ((slopes[index] * offset + 64) >> 7)
        return result


def real_table(
    source: Tensor,
    target: Tensor,
    function: Callable[[NDArray[np.float32]], Array],
    *,
    halves_even: bool = False,
) -> Array:
    """Output codes of all 8-bit input codes for a function of real numbers.

    ``trunc(round(f32(f(scale_in (q - z_in)) / scale_out)) + z_out)``, clamped; everything in
    float32, the division as a product with the inverse. Halves are rounded away from zero; with
    `halves_even`, as XNNPACK does, to the even one of the codes, the zero point included.

    References
    ----------
    LiteRT, tflite/kernels/internal/common.h, LUTPopulate for int8, and activations.cc,
    PopulateLookupTable; XNNPACK, src/operators/unary-elementwise-nc.c, create_lut_op.
    """
    real = scale_of(source) * (all_codes(source.dtype) - zero_point_of(source)).astype(np.float32)
    inverse = np.float32(1) / scale_of(target)
    with np.errstate(all="ignore"):
        scaled = function(real).astype(np.float32) * inverse
    zero_point = np.float32(zero_point_of(target))
    if halves_even:
        codes = np.rint(scaled + zero_point)
    else:
        codes = np.trunc(round_half_away_float32(scaled) + zero_point)
    low, high = code_limits(target.dtype)
    return np.asarray(np.clip(codes, low, high)).astype(target.dtype)


def prepare_table(context: Context, function: Callable[[Array], Array]) -> Kernel:
    """Kernel that looks a function of real numbers up: of all 8-bit codes, or interpolated."""
    source, target = context.input(0), context.output
    if source.dtype.itemsize == 1:
        return kernel_of(lookup(real_table(source, target, function), source.dtype))
    with np.errstate(all="ignore"):
        table = InterpolatedTable.of(
            function,
            float(scale_of(source)),
            zero_point_of(source),
            float(scale_of(target)),
            zero_point_of(target),
            np.float32,
        )
    codes = table.look_up(all_codes(source.dtype)).astype(target.dtype)
    return kernel_of(lookup(codes, source.dtype))
