"""RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR, float and integer."""

from __future__ import annotations

import numpy as np

from qviz.execution.delegation import Rules
from qviz.execution.fixed_point import round_half_away_float32
from qviz.execution.kernels.operands import Array, integers_of, kernel_of
from qviz.execution.kernels.registry import Context, Kernel, kernel

_F32 = np.float32


@kernel("RESIZE_NEAREST_NEIGHBOR")
def prepare_resize_nearest(context: Context) -> Kernel:
    """Pick the nearest pixel, in coordinates computed in float32.

    Without ``align_corners`` pixel i reads ``floor((i + o) in / out)``, with o = 0.5 for
    ``half_pixel_centers``, else 0; with it ``round((i + o) (in - 1) / (out - 1))``.

    References
    ----------
    LiteRT, tflite/kernels/internal/reference/resize_nearest_neighbor.h.
    """
    align = bool(context.option("align_corners", False))
    offset = _F32(0.5) if context.option("half_pixel_centers", False) else _F32(0)

    def indices(size: int, wanted: int) -> Array:
        if align and wanted > 1:
            scale = _F32(size - 1) / _F32(wanted - 1)
        else:
            scale = _F32(size) / _F32(wanted)
        position = (np.arange(wanted, dtype=_F32) + offset) * scale
        index = round_half_away_float32(position) if align else np.floor(position)
        return np.clip(index.astype(np.int64), 0, size - 1)

    def resize(x: Array, sizes: Array) -> Array:
        height, width = integers_of(sizes)
        rows = x[:, indices(x.shape[1], height)]
        return np.take(rows, indices(x.shape[2], width), axis=2)

    return kernel_of(resize)


@kernel("RESIZE_BILINEAR")
def prepare_resize_bilinear(context: Context) -> Kernel:
    """Interpolate between the four nearest pixels; int8 and int16 codes in fixed point."""
    align = bool(context.option("align_corners", False))
    half_pixel = bool(context.option("half_pixel_centers", False))
    if context.rules is Rules.XNNPACK and context.input(0).dtype.itemsize == 1:
        return kernel_of(lambda x, sizes: _bilinear_11(x, integers_of(sizes), align, half_pixel))
    if context.input(0).dtype == np.uint8 and context.rules is Rules.OPTIMIZED:
        return kernel_of(lambda x, sizes: _bilinear_uint8(x, integers_of(sizes), align, half_pixel))
    if context.input(0).dtype.name in ("float32", "uint8"):
        return kernel_of(lambda x, sizes: _bilinear(x, integers_of(sizes), align, half_pixel))
    return kernel_of(lambda x, sizes: _bilinear_codes(x, integers_of(sizes), align, half_pixel))


def _bilinear(x: Array, sizes: list[int], align: bool, half_pixel: bool) -> Array:
    """Interpolate in float32; codes of uint8 are rounded, halves up.

    References
    ----------
    LiteRT, tflite/kernels/internal/reference/resize_bilinear.h.
    """
    y0, y1, dy = _positions(x.shape[1], sizes[0], align, half_pixel)
    x0, x1, dx = _positions(x.shape[2], sizes[1], align, half_pixel)
    dy, dx = dy[:, None, None], dx[:, None]
    real = x.astype(_F32, copy=False)
    top, bottom = real[:, y0], real[:, y1]
    one = _F32(1)
    result = (
        top[:, :, x0] * (one - dy) * (one - dx)
        + bottom[:, :, x0] * dy * (one - dx)
        + top[:, :, x1] * (one - dy) * dx
        + bottom[:, :, x1] * dy * dx
    )
    if x.dtype.kind != "f":
        result += _F32(0.5)
    return np.asarray(result.astype(x.dtype, copy=False))


def _bilinear_uint8(x: Array, sizes: list[int], align: bool, half_pixel: bool) -> Array:
    """As `_bilinear`, but the weights of both directions are multiplied first.

    References
    ----------
    LiteRT, tflite/kernels/internal/optimized/resize_bilinear.h.
    """
    y0, y1, dy = _positions(x.shape[1], sizes[0], align, half_pixel)
    x0, x1, dx = _positions(x.shape[2], sizes[1], align, half_pixel)
    dy, dx = dy[:, None, None], dx[:, None]
    real = x.astype(_F32)
    top, bottom = real[:, y0], real[:, y1]
    one = _F32(1)
    result = (
        top[:, :, x0] * ((one - dy) * (one - dx))
        + top[:, :, x1] * ((one - dy) * dx)
        + bottom[:, :, x0] * (dy * (one - dx))
        + bottom[:, :, x1] * (dy * dx)
    )
    return np.asarray((result + _F32(0.5)).astype(x.dtype))


def _positions(size: int, wanted: int, align: bool, half_pixel: bool) -> tuple[Array, Array, Array]:
    """Lower and upper source pixel of each wanted pixel, and the weight of the upper one."""
    scale = _F32(size) / _F32(wanted)
    if align and wanted > 1:
        scale = _F32(size - 1) / _F32(wanted - 1)
    index = np.arange(wanted, dtype=_F32)
    position = (index + _F32(0.5)) * scale - _F32(0.5) if half_pixel else index * scale
    whole = np.floor(position)
    lower = np.maximum(whole.astype(np.int64), 0)
    upper = np.minimum(np.ceil(position).astype(np.int64), size - 1)
    return np.minimum(lower, size - 1), upper, position - lower.astype(_F32)


def _bilinear_codes(x: Array, sizes: list[int], align: bool, half_pixel: bool) -> Array:
    """Interpolate codes with weights of 10 bits, rounding halves away from zero.

    The positions are products of a scale ``(2^10 in + out / 2) / out``; the four products of 20
    bits are summed, half of 2^20 is added by sign, and the quotient is truncated.

    References
    ----------
    LiteRT, tflite/kernels/internal/reference/resize_bilinear.h, ResizeBilinearInteger.
    """
    y0, y1, dy = _fixed_positions(x.shape[1], sizes[0], align, half_pixel)
    x0, x1, dx = _fixed_positions(x.shape[2], sizes[1], align, half_pixel)
    # Sums of 8-bit codes fit 32 bits; integers may be added in any order.
    dtype = np.int32 if x.dtype.itemsize == 1 else np.int64
    wide = x.astype(dtype)
    dy, dx = dy[:, None, None].astype(dtype), dx[:, None].astype(dtype)
    rows = wide[:, :, x0] * (1024 - dx) + wide[:, :, x1] * dx
    total = rows[:, y0] * (1024 - dy)
    total += rows[:, y1] * dy
    # Truncation after a half by sign: to the nearest, halves away from zero (0 stays 0).
    magnitude = (np.abs(total) + (1 << 19)) >> 20
    return np.asarray(np.where(total < 0, -magnitude, magnitude)).astype(x.dtype)


def _bilinear_11(x: Array, sizes: list[int], align: bool, half_pixel: bool) -> Array:
    """Interpolate codes with weights of 11 bits, columns first, rounding halves up once.

    Positions are computed in float32.

    References
    ----------
    XNNPACK, src/indirection.c, xnn_indirection_init_resize_bilinear2d_hwc_q11, and
    src/s8-ibilinear.
    """
    y0, y1, dy = _clamped_positions(x.shape[1], sizes[0], align, half_pixel)
    x0, x1, dx = _clamped_positions(x.shape[2], sizes[1], align, half_pixel)
    wide = x.astype(np.int32)
    rows = (wide[:, :, x0] << 11) + (wide[:, :, x1] - wide[:, :, x0]) * dx[:, None]
    # Sums of 11 + 11 + 8 bits fit int32 just so; half of the last place is added first.
    lower, upper = rows[:, y0].astype(np.int64), rows[:, y1]
    total = (lower << 11) + (upper - lower) * dy[:, None, None] + (1 << 21)
    return np.asarray((total >> 22).astype(x.dtype))


def _clamped_positions(
    size: int, wanted: int, align: bool, half_pixel: bool
) -> tuple[Array, Array, Array]:
    """As `_positions`, the weight of the upper pixel in units of 2^-11."""
    adjust = int(align and wanted != 1)
    scale = _F32(size - adjust) / _F32(wanted - adjust)
    offset = _F32(_F32(0.5) * scale - _F32(0.5)) if half_pixel and not align else _F32(0)
    position = np.arange(wanted, dtype=_F32) * scale + offset
    position = np.clip(position, _F32(0), _F32(size - 1))
    lower = position.astype(np.int64)
    weight = np.rint((position - lower.astype(_F32)) * _F32(2048)).astype(np.int32)
    return lower, np.minimum(lower + 1, size - 1), weight


def _fixed_positions(
    size: int, wanted: int, align: bool, half_pixel: bool
) -> tuple[Array, Array, Array]:
    """As `_positions`, in units of 1/1024 pixel."""
    scale = (1024 * size + wanted // 2) // wanted
    if align and wanted > 1:
        scale = (1024 * (size - 1) + (wanted - 1) // 2) // (wanted - 1)
    position = np.arange(wanted, dtype=np.int64) * scale
    if half_pixel:
        position = position + scale // 2 - 512
    lower = np.maximum(_truncate(position), 0)
    upper = np.minimum(_truncate(position + 1023), size - 1)
    return lower, upper, position - (lower << 10)


def _truncate(position: Array) -> Array:
    """``position / 1024`` towards zero."""
    return np.asarray(np.sign(position) * (np.abs(position) >> 10))
