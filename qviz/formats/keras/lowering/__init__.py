"""Lowering Keras layers to TFLite's operators, one family a file."""

from __future__ import annotations

from qviz.formats.keras.lowering import (  # noqa: F401  (each registers its layers)
    activation,
    calls,
    convolution,
    core,
    merging,
    moving_calls,
    normalization,
    pooling,
    reshaping,
)
from qviz.formats.keras.lowering.lower import lower

__all__ = ["lower"]
