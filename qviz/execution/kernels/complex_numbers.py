"""Complex numbers: RFFT2D, REAL, IMAG, COMPLEX_ABS."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from qviz.execution.kernels.operands import integers_of, kernel_of
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel

_PARTS: dict[str, Callable[[Array], Array]] = {
    "REAL": np.real,
    "IMAG": np.imag,
    "COMPLEX_ABS": np.abs,
}


@kernel(*_PARTS)
def prepare_complex_part(context: Context) -> Kernel:
    """Real part, imaginary part or magnitude."""
    part = _PARTS[context.operator.kind]
    return kernel_of(lambda x: np.ascontiguousarray(part(x)))


@kernel("RFFT2D")
def prepare_rfft2d(context: Context) -> Kernel:
    """Fourier transform of the last two dimensions, cut or filled with zeros to a size.

    Of the last dimension only the first half is kept, and one.

    References
    ----------
    LiteRT, tflite/kernels/rfft2d.cc; computed in double, as there.
    """

    def transform(x: Array, size: Array) -> Array:
        height, width = integers_of(size)
        spectrum = np.fft.rfft2(x.astype(np.float64), (height, width))
        return np.asarray(spectrum.astype(np.complex64))

    return kernel_of(transform)
