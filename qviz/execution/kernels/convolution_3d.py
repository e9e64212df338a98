"""CONV_3D and CONV_3D_TRANSPOSE, float."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from qviz.execution.kernels.float_finish import clamp, clamp_of
from qviz.execution.kernels.operands import integers_of
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel

_AXES = ("d", "h", "w")


@dataclass(frozen=True, slots=True)
class _Grid:
    """Stride, dilation and padding rule along depth, height and width."""

    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    padding: str

    @classmethod
    def of(cls, context: Context) -> _Grid:
        return cls(
            tuple(int(context.option(f"stride_{a}", 1)) for a in _AXES),
            tuple(int(context.option(f"dilation_{a}_factor", 1)) for a in _AXES),
            str(context.option("padding", "SAME")),
        )

    def sizes(self, volume: Sequence[int], taps: Sequence[int]) -> tuple[int, ...]:
        """Positions of the window in a volume."""
        if self.padding == "SAME":
            return tuple(-(-n // s) for n, s in zip(volume, self.strides, strict=True))
        return tuple(
            (n - (t - 1) * d - 1) // s + 1
            for n, t, s, d in zip(volume, taps, self.strides, self.dilations, strict=True)
        )

    def before(self, volume: Sequence[int], taps: Sequence[int]) -> tuple[int, ...]:
        """Padding in front of the volume; odd padding has more behind."""
        counts = self.sizes(volume, taps)
        return tuple(
            max((count - 1) * s + (t - 1) * d + 1 - n, 0) // 2 if self.padding == "SAME" else 0
            for n, t, s, d, count in zip(
                volume, taps, self.strides, self.dilations, counts, strict=True
            )
        )

    def overlaps(
        self, volume: Sequence[int], counts: Sequence[int], taps: Sequence[int]
    ) -> Iterator[tuple[tuple[int, ...], tuple[slice, ...], tuple[slice, ...]]]:
        """Each tap with the positions at which it is inside the volume, and what it meets there."""
        before = self.before(volume, taps)
        for tap in np.ndindex(*taps):
            positions, met = [], []
            for axis in range(3):
                stride, offset = self.strides[axis], tap[axis] * self.dilations[axis] - before[axis]
                first = max(0, -(offset // stride))
                stop = min(counts[axis], (volume[axis] - 1 - offset) // stride + 1)
                stop = max(first, stop)
                positions.append(slice(first, stop))
                start = first * stride + offset
                met.append(slice(start, start + max(stop - first - 1, 0) * stride + 1, stride))
            if all(p.stop > p.start for p in positions):
                yield tap, tuple(positions), tuple(met)


@kernel("CONV_3D")
def prepare_conv_3d(context: Context) -> Kernel:
    """Convolution of volumes (n, depth, height, width, in) with weights (d, h, w, in, out).

    References
    ----------
    LiteRT, tflite/kernels/internal/reference/conv3d.h.
    """
    grid, limits = _Grid.of(context), clamp_of(context)
    _check_float(context, 0)

    def run(arrays: Sequence[Array | None]) -> tuple[Array, ...]:
        x, weights = _given(arrays, 0), _given(arrays, 1)
        volume, taps = x.shape[1:4], weights.shape[:3]
        counts = grid.sizes(volume, taps)
        out = np.zeros((len(x), *counts, weights.shape[4]), x.dtype)
        for tap, positions, met in grid.overlaps(volume, counts, taps):
            out[:, *positions] += x[:, *met] @ weights[tap]
        return (_finished(out, arrays[2] if len(arrays) > 2 else None, limits),)

    return run


@kernel("CONV_3D_TRANSPOSE")
def prepare_conv_3d_transpose(context: Context) -> Kernel:
    """The reverse: inputs output_shape, weights (d, h, w, out, in), x and a bias.

    References
    ----------
    LiteRT, tflite/kernels/internal/reference/conv3d_transpose.h.
    """
    grid, limits = _Grid.of(context), clamp_of(context)
    _check_float(context, 2)

    def run(arrays: Sequence[Array | None]) -> tuple[Array, ...]:
        weights, x = _given(arrays, 1), _given(arrays, 2)
        volume, taps = integers_of(_given(arrays, 0))[1:4], weights.shape[:3]
        out = np.zeros((len(x), *volume, weights.shape[3]), x.dtype)
        for tap, positions, met in grid.overlaps(volume, x.shape[1:4], taps):
            out[:, *met] += x[:, *positions] @ weights[tap].T
        return (_finished(out, arrays[3] if len(arrays) > 3 else None, limits),)

    return run


def _finished(out: Array, bias: Array | None, limits: tuple[float, float] | None) -> Array:
    if bias is not None:
        out += bias
    clamp(out, limits)
    return out


def _given(arrays: Sequence[Array | None], index: int) -> Array:
    array = arrays[index]
    if array is None:
        raise ValueError(f"input {index} is missing")
    return array


def _check_float(context: Context, index: int) -> None:
    dtype = context.input(index).dtype
    if dtype.kind != "f":
        raise context.unsupported(f"there is no kernel for {dtype} volumes")
