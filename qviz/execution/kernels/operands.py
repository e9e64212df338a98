"""What kernels ask of their operands: arrays, scales, zero points, lookup tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.execution.fixed_point import code_limits
from qviz.execution.kernels.registry import Array, Kernel
from qviz.graph import Tensor

__all__ = [
    "Array",
    "all_codes",
    "integers_of",
    "is_quantized",
    "kernel_of",
    "lookup",
    "scale_of",
    "zero_point_of",
]


def kernel_of(function: Callable[..., Array | tuple[Array, ...]]) -> Kernel:
    """Kernel that calls `function` with the operator's inputs as separate arguments.

    Infinities and NaNs of the data pass without numpy's warnings.
    """

    def run(inputs: Sequence[Array | None]) -> tuple[Array, ...]:
        with np.errstate(all="ignore"):
            result = function(*inputs)
        return result if isinstance(result, tuple) else (result,)

    return run


def is_quantized(tensor: Tensor | None) -> bool:
    """Whether the elements are codes of activations; int32 is plain to TFLite, scale or not."""
    return (
        tensor is not None
        and tensor.quantization is not None
        and tensor.dtype.name in ("int8", "uint8", "int16")
    )


def scale_of(tensor: Tensor | None) -> np.float32:
    """Scale of a tensor that has one for all its elements; 0 where it has none, as TFLite."""
    if tensor is None or tensor.quantization is None:
        return np.float32(0)
    return np.float32(tensor.quantization.scale.reshape(-1)[0])


def zero_point_of(tensor: Tensor | None) -> int:
    """Zero point of a tensor that has one for all its elements; 0 where it has none."""
    if tensor is None or tensor.quantization is None:
        return 0
    return int(tensor.quantization.zero_point.reshape(-1)[0])


def integers_of(values: Array) -> list[int]:
    """Elements of an index tensor as Python integers."""
    return [int(v) for v in np.asarray(values).reshape(-1)]


def all_codes(dtype: np.dtype[Any]) -> NDArray[np.int64]:
    """Every code of an integer type, ascending."""
    low, high = code_limits(dtype)
    return np.arange(low, high + 1, dtype=np.int64)


def lookup(table: Array, dtype: np.dtype[Any]) -> Callable[[Array], Array]:
    """Look codes up in `table`, which lists the result for `all_codes(dtype)`.

    Parameters
    ----------
    table : ndarray of shape (256,) or (65536,)
        Results in the order of ascending codes.
    dtype : numpy.dtype
        Integer type of the codes.

    Returns
    -------
    callable
        Maps an array of codes to an array of the table's type.
    """
    unsigned = np.dtype(dtype.str.replace("i", "u"))
    # Negative codes, seen as unsigned numbers, come after the positive ones.
    ordered = np.roll(table, code_limits(dtype)[0])

    def look_up(codes: Array) -> Array:
        return np.asarray(ordered[codes.view(unsigned)])

    return look_up
