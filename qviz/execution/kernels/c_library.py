"""Elementary functions as the C library computes them, which is what the interpreter calls."""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache

import numpy as np
from numpy.typing import NDArray

from qviz.execution.kernels.operands import Array


def c_function(name: str, function: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """The C library's function of one float, for the entries of a table.

    It need not be the number nearest to the real result: tanhf of glibc is off by up to two units
    in the last place, which shows where 1 is added to it. Where the library or the function is not
    found, `function` in float64 is rounded to float32 once.

    Parameters
    ----------
    name : str
        In C, with the f of a float function: ``"tanhf"``.
    function : callable
        The same for float64 arrays.

    Returns
    -------
    callable
        From float32 arrays to float32 arrays, an element at a time.
    """

    def compute(x: Array) -> NDArray[np.float32]:
        scalar = _scalar_function(name)
        if scalar is None:
            return function(x.astype(np.float64)).astype(np.float32)
        return np.array([scalar(v) for v in x.reshape(-1)], np.float32).reshape(x.shape)

    return compute


@cache
def _scalar_function(name: str) -> Callable[[float], float] | None:
    library = _library()
    with suppress(AttributeError):
        scalar = getattr(library, name)
        scalar.restype = ctypes.c_float
        scalar.argtypes = (ctypes.c_float,)
        return scalar  # type: ignore[no-any-return]
    return None


@cache
def _library() -> ctypes.CDLL | None:
    with suppress(OSError, TypeError):
        if sys.platform == "win32":
            return ctypes.CDLL("ucrtbase")
        # To look for the file starts other programs; its name on Linux is known.
        known = "libm.so.6" if sys.platform == "linux" else ctypes.util.find_library("m")
        return ctypes.CDLL(known)
    return None
