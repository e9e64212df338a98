"""How a file holds the weights of a layer: type, scale and zero point, for tables and JSON."""

from __future__ import annotations

from typing import Any

from qviz.graph import Tensor

_SHORT = 4


def codes_of(tensor: Tensor) -> dict[str, Any] | None:
    """Scale and zero point of stored codes; None for floating-point weights.

    Returns
    -------
    dict or None
        ``per_channel``; ``quantized_dimension`` (null for one scale); ``scale`` and ``zero_point``,
        a list each, with one number for each channel; ``minimum``, the real value of code 0 where
        the file has that instead of a zero point, else null.
    """
    params = tensor.quantization
    if params is None:
        return None
    return {
        "per_channel": params.scale.size > 1,
        "quantized_dimension": params.quantized_dimension,
        "scale": [float(scale) for scale in params.scale],
        "zero_point": [int(zero) for zero in params.zero_point],
        "minimum": params.minimum,
    }


def scale_text(tensor: Tensor) -> str:
    """The scale, or the ends of those of the channels; a dash for floating-point weights."""
    params = tensor.quantization
    if params is None:
        return "–"
    if params.scale.size > 1:
        low, high = (f"{end:.{_SHORT}g}" for end in (params.scale.min(), params.scale.max()))
        return f"per channel, {low} to {high}"
    return f"{params.scale[0]:.{_SHORT}g}"


def zero_point_text(tensor: Tensor) -> str:
    """The zero point, or the ends of those of the channels; a dash for floating-point weights."""
    params = tensor.quantization
    if params is None:
        return "–"
    low, high = int(params.zero_point.min()), int(params.zero_point.max())
    return str(low) if low == high else f"{low} to {high}"
