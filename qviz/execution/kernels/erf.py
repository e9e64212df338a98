"""The complementary error function for arrays, which numpy lacks."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from qviz.execution.kernels.operands import Array

# erfc(z) = t exp(-z^2 + p(t)) with t = 2 / (2 + z) for z >= 0, where p is smooth: a polynomial
# through Chebyshev nodes. Beyond z = 11 erfc is 0 in float32.
_LARGEST = 11.0
_DEGREE = 17

# Elements worked on at once, so that the powers stay in the cache.
_BLOCK = 1 << 14


def _fit() -> list[float]:
    """Coefficients of p by powers of t, the highest first."""
    low = 2 / (2 + _LARGEST)

    def smooth_part(t: Array) -> Array:
        z = 2 / t - 2
        return np.array([math.log(math.erfc(v) / u) + v * v for u, v in zip(t, z, strict=True)])

    series = np.polynomial.Chebyshev.interpolate(smooth_part, _DEGREE, [low, 1.0])
    powers = series.convert(kind=np.polynomial.Polynomial, window=[-1, 1], domain=[-1, 1])
    return [float(c) for c in powers.coef[::-1]]


_COEFFICIENTS = _fit()


def erfc(x: Array) -> NDArray[np.float32]:
    """Complementary error function of float32 numbers, relative error below 1e-7.

    Parameters
    ----------
    x : float32 ndarray
        Real numbers; NaN gives NaN.

    Returns
    -------
    float32 ndarray of the shape of `x`

    References
    ----------
    The form of the fit: Press et al., Numerical Recipes, section 6.2.2. The coefficients are
    computed from ``math.erfc`` when the module is imported.
    """
    flat = np.ascontiguousarray(x, np.float32).reshape(-1)
    result = np.empty_like(flat)
    for start in range(0, len(flat), _BLOCK):
        block = slice(start, start + _BLOCK)
        result[block] = _erfc_of_block(flat[block].astype(np.float64))
    return result.reshape(x.shape)


def _erfc_of_block(x: NDArray[np.float64]) -> NDArray[np.float64]:
    z = np.minimum(np.abs(x), _LARGEST)
    t = 2 / (2 + z)
    power = np.full_like(t, _COEFFICIENTS[0])
    for coefficient in _COEFFICIENTS[1:]:
        power *= t
        power += coefficient
    z *= z
    power -= z
    positive = np.exp(power, out=power)
    positive *= t
    return np.where(x < 0, 2 - positive, positive)
