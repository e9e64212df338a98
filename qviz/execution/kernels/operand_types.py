"""Which arithmetic an operator with weights uses."""

from __future__ import annotations

from enum import Enum

from qviz.execution.kernels.registry import Context


class Arithmetic(Enum):
    """How products are formed and what the result is."""

    FLOAT = "float"
    INTEGER = "integer"
    HYBRID = "hybrid"


_ARITHMETIC = {
    ("float32", "float32"): Arithmetic.FLOAT,
    ("int8", "int8"): Arithmetic.INTEGER,
    ("uint8", "uint8"): Arithmetic.INTEGER,
    ("int16", "int8"): Arithmetic.INTEGER,
    ("float32", "int8"): Arithmetic.HYBRID,
}


def arithmetic_of(context: Context, x: int = 0, weights: int = 1) -> Arithmetic:
    """Arithmetic of the operator, by the types of inputs `x` and `weights`.

    Raises
    ------
    UnsupportedOperatorError
        If qviz has no kernel for the pair.
    """
    pair = (context.input(x).dtype.name, context.input(weights).dtype.name)
    if pair not in _ARITHMETIC:
        raise context.unsupported(
            f"there is no kernel for {pair[0]} activations with {pair[1]} weights"
        )
    return _ARITHMETIC[pair]
