"""Where the windows of convolutions and pools stand: padding, output sizes, patches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from qviz.execution.kernels.registry import Array, Context


@dataclass(frozen=True, slots=True)
class Placement:
    """A window laid over an image: output size and padding on each side, in pixels."""

    height: int
    width: int
    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0

    @property
    def is_padded(self) -> bool:
        """Whether windows reach over the border."""
        return bool(self.top or self.bottom or self.left or self.right)


@dataclass(frozen=True, slots=True)
class Window:
    """Size, stride, dilation and padding rule of a sliding window.

    Attributes
    ----------
    height, width : int
        In taps.
    stride_h, stride_w, dilation_h, dilation_w : int
        In pixels.
    padding : str
        ``SAME`` or ``VALID``.
    """

    height: int
    width: int
    stride_h: int
    stride_w: int
    dilation_h: int
    dilation_w: int
    padding: str

    @classmethod
    def of(cls, context: Context, height: int, width: int) -> Window:
        """Window of an operator with the schema's stride, dilation and padding options."""
        padding = str(context.option("padding", "SAME"))
        if padding not in ("SAME", "VALID"):
            raise context.unsupported(f"its padding {padding!r} is not known")
        return cls(
            height,
            width,
            int(context.option("stride_h", 1)),
            int(context.option("stride_w", 1)),
            int(context.option("dilation_h_factor", 1)),
            int(context.option("dilation_w_factor", 1)),
            padding,
        )

    @property
    def is_pixelwise(self) -> bool:
        """Whether each output pixel is made of one input pixel, none left out."""
        return (self.height, self.width, self.stride_h, self.stride_w) == (1, 1, 1, 1)

    def place(self, height: int, width: int) -> Placement:
        """Lay the window over an image, as TFLite does (odd padding: more below and right).

        Raises
        ------
        ValueError
            If the image is smaller than the window and not padded.
        """
        out_h, top, bottom = self._fit(height, self.height, self.stride_h, self.dilation_h)
        out_w, left, right = self._fit(width, self.width, self.stride_w, self.dilation_w)
        return Placement(out_h, out_w, top, bottom, left, right)

    def _fit(self, size: int, taps: int, stride: int, dilation: int) -> tuple[int, int, int]:
        reach = (taps - 1) * dilation + 1
        if self.padding == "VALID":
            if size < reach:
                raise ValueError(f"a window of {reach} does not fit into {size} pixels")
            return (size - reach) // stride + 1, 0, 0
        count = -(-size // stride)
        total = max((count - 1) * stride + reach - size, 0)
        return count, total // 2, total - total // 2

    def patches(self, padded: Array, placement: Placement) -> Array:
        """View of shape (n, out_h, out_w, taps_h, taps_w, channels) on padded images."""
        n, _, _, channels = padded.shape
        by_sample, by_row, by_column, by_channel = padded.strides
        return np.lib.stride_tricks.as_strided(
            padded,
            (n, placement.height, placement.width, self.height, self.width, channels),
            (
                by_sample,
                by_row * self.stride_h,
                by_column * self.stride_w,
                by_row * self.dilation_h,
                by_column * self.dilation_w,
                by_channel,
            ),
            writeable=False,
        )

    def taps(self, padded: Array, placement: Placement) -> Iterator[tuple[int, int, Array]]:
        """Each tap with what it sees: (row, column, view (n, out_h, out_w, channels))."""
        for i in range(self.height):
            top = i * self.dilation_h
            rows = slice(top, top + (placement.height - 1) * self.stride_h + 1, self.stride_h)
            for j in range(self.width):
                left = j * self.dilation_w
                stop = left + (placement.width - 1) * self.stride_w + 1
                yield i, j, padded[:, rows, left : stop : self.stride_w]


def pad_images(x: Array, placement: Placement, value: Any) -> Array:
    """Images with the placement's padding filled with `value`; `x` itself if there is none."""
    if not placement.is_padded:
        return x
    p = placement
    n, height, width, channels = x.shape
    padded = np.empty((n, height + p.top + p.bottom, width + p.left + p.right, channels), x.dtype)
    padded[:, : p.top] = value
    padded[:, p.top + height :] = value
    padded[:, :, : p.left] = value
    padded[:, :, p.left + width :] = value
    padded[:, p.top : p.top + height, p.left : p.left + width] = x
    return padded


def image_blocks(
    samples: int, rows: int, elements_per_row: int, budget: int
) -> Iterator[tuple[slice, slice]]:
    """Cut a batch of images into blocks of at most `budget` elements: (samples, rows).

    Several whole images where they fit, else some rows of one image, at least one.
    """
    per_image = max(1, rows * elements_per_row)
    if per_image <= budget:
        step = budget // per_image
        for first in range(0, samples, step):
            yield slice(first, min(first + step, samples)), slice(0, rows)
        return
    step = max(1, budget // max(1, elements_per_row))
    for sample in range(samples):
        for first in range(0, rows, step):
            yield slice(sample, sample + 1), slice(first, min(first + step, rows))
