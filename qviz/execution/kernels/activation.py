"""Activations: RELU and kin, LEAKY_RELU, PRELU, ELU, GELU, HARD_SWISH, LOGISTIC, TANH."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from qviz.execution.kernels.c_library import c_function
from qviz.execution.kernels.erf import erfc
from qviz.execution.kernels.interpolation import prepare_table
from qviz.execution.kernels.operands import Array, is_quantized, kernel_of
from qviz.execution.kernels.quantized_activation import (
    prepare_hard_swish_codes,
    prepare_leaky_relu_codes,
    prepare_prelu_codes,
    prepare_relu_codes,
    prepare_sigmoid_int16,
    prepare_tabulated,
)
from qviz.execution.kernels.registry import Context, Kernel, kernel

_F32 = np.float32

# Below this the reference kernel takes the exponential itself for the sigmoid.
_SIGMOID_CUTOFF = _F32(-9)
_MINUS_SQRT_HALF = _F32(-np.sqrt(0.5))
_SQRT_2_OVER_PI = _F32(np.sqrt(2 / np.pi))

_CLAMPS = {
    "RELU": (0.0, np.inf),
    "RELU6": (0.0, 6.0),
    "RELU_N1_TO_1": (-1.0, 1.0),
    "RELU_0_TO_1": (0.0, 1.0),
}


@kernel(*_CLAMPS)
def prepare_relu(context: Context) -> Kernel:
    """Clamp to [0, inf), [0, 6], [-1, 1] or [0, 1]."""
    low, high = _CLAMPS[context.operator.kind]
    if is_quantized(context.input(0)):
        return prepare_relu_codes(context, low, high)
    if np.isinf(high):
        return kernel_of(lambda x: np.maximum(x, x.dtype.type(low)))
    return kernel_of(lambda x: np.clip(x, x.dtype.type(low), x.dtype.type(high)))


def elu(x: Array, expm1: Callable[[Array], Array] = np.expm1) -> Array:
    """``x`` where positive, ``exp(x) - 1`` elsewhere."""
    return np.where(x < 0, expm1(np.minimum(x, x.dtype.type(0))), x)


def hard_swish(x: Array) -> Array:
    """``x min(max(x + 3, 0), 6) / 6``."""
    return np.asarray(x * np.clip(x + _F32(3), _F32(0), _F32(6)) / _F32(6))


def logistic(x: Array) -> Array:
    """``1 / (1 + exp(-x))``, and ``exp(x)`` below -9 as the reference kernel has it.

    References
    ----------
    LiteRT, tflite/kernels/internal/reference/logistic.h.
    """
    middle = _F32(1) / (_F32(1) + np.exp(-x))
    return np.where(x < _SIGMOID_CUTOFF, np.exp(np.minimum(x, _F32(0))), middle)


def gelu(x: Array) -> Array:
    """``x / 2 erfc(-x / sqrt(2))``: Gaussian error linear unit, exact."""
    return np.asarray(_F32(0.5) * x * erfc(x * _MINUS_SQRT_HALF))


def gelu_approximate(x: Array, tanh: Callable[[Array], Array] = np.tanh) -> Array:
    """``x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))``."""
    inner = _SQRT_2_OVER_PI * (x + _F32(0.044715) * x * x * x)
    return np.asarray(_F32(0.5) * x * (_F32(1) + tanh(inner)))


_c_erfc = c_function("erfcf", erfc)
_c_exp = c_function("expf", np.exp)
_c_expm1 = c_function("expm1f", np.expm1)
_c_tanh = c_function("tanhf", np.tanh)
_REAL: dict[str, Callable[[Array], Array]] = {
    "ELU": elu,
    "HARD_SWISH": hard_swish,
    "LOGISTIC": logistic,
    "TANH": np.tanh,
}
# For tables of codes.
_BY_C: dict[str, Callable[[Array], Array]] = {
    "ELU": lambda x: elu(x, _c_expm1),
    "LOGISTIC": lambda x: _F32(1) / (_F32(1) + _c_exp(-x)),
    "TANH": _c_tanh,
    "GELU": lambda x: _F32(0.5) * x * _c_erfc(x * _MINUS_SQRT_HALF),
    "GELU_TANH": lambda x: gelu_approximate(x, _c_tanh),
}


@kernel(*_REAL)
def prepare_activation(context: Context) -> Kernel:
    """Activation without parameters."""
    kind, source = context.operator.kind, context.input(0)
    if not is_quantized(source):
        return _kernel_of_real(_REAL[kind])
    if kind == "HARD_SWISH":
        return prepare_hard_swish_codes(context)
    if source.dtype == np.int16 and kind in ("LOGISTIC", "TANH"):
        return prepare_sigmoid_int16(context)
    return prepare_tabulated(context, _BY_C[kind])


def _kernel_of_real(function: Callable[[Array], Array]) -> Kernel:
    """Kernel of a function of float32 numbers; half precision is widened and rounded back."""

    def apply(x: Array) -> Array:
        if x.dtype != np.float16:
            return function(x)
        return function(x.astype(_F32)).astype(np.float16)

    return kernel_of(apply)


@kernel("GELU")
def prepare_gelu(context: Context) -> Kernel:
    """GELU, exact or by the tanh formula as the option ``approximate`` says."""
    approximate = bool(context.option("approximate", False))
    if is_quantized(context.input(0)):
        function = _BY_C["GELU_TANH" if approximate else "GELU"]
        wide = context.input(0).dtype.itemsize > 1
        return prepare_table(context, function) if wide else prepare_tabulated(context, function)
    return _kernel_of_real(gelu_approximate if approximate else gelu)


@kernel("LEAKY_RELU")
def prepare_leaky_relu(context: Context) -> Kernel:
    """``x`` where positive, ``alpha x`` elsewhere."""
    alpha = _F32(context.option("alpha", 0.0))
    if is_quantized(context.input(0)):
        return prepare_leaky_relu_codes(context, alpha)
    if 0 <= alpha <= 1:
        return kernel_of(lambda x: np.maximum(x, x * alpha))
    return kernel_of(lambda x: np.where(x > 0, x, x * alpha))


@kernel("PRELU")
def prepare_prelu(context: Context) -> Kernel:
    """``x`` where not negative, ``alpha x`` elsewhere; alpha broadcasts against x."""
    if is_quantized(context.input(0)):
        return prepare_prelu_codes(context)
    return kernel_of(lambda x, alpha: np.where(x >= 0, x, x * alpha))
