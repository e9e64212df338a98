"""Operators, in TFLite's vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

_NO_OPTIONS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Operator:
    """One step of a graph.

    Attributes
    ----------
    kind : str
        TFLite's builtin operator name (``CONV_2D``, ``FULLY_CONNECTED``, ...), or
        ``BATCH_NORMALIZATION`` in an unfolded graph: inputs x, gamma, beta, mean, variance (gamma
        and beta may be None), options ``epsilon`` (float) and ``axis`` (int, default -1).
    inputs : tuple of (str or None)
        Tensor names in the operator's order; None for an optional input that is absent.
    outputs : tuple of str
        Tensor names.
    options : Mapping
        The fields of the operator's options table in the TFLite schema, in snake_case
        (``stride_h``, ``dilation_w_factor``, ``keep_dims``, ``new_shape``, ...). Enumerations are
        their names as str: ``padding`` is ``"SAME"`` or ``"VALID"``,
        ``fused_activation_function`` is ``"NONE"``, ``"RELU"``, ``"RELU6"``, ``"RELU_N1_TO_1"``.
        A missing field has the schema's default.
    layer : str
        Path of the layer that it comes from ("block_1/conv"); in a file without layers, the name
        of its first output.
    version : int
        Operator version as a file gives it; 0 where the writer is to choose it.
    """

    kind: str
    inputs: tuple[str | None, ...]
    outputs: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=lambda: _NO_OPTIONS)
    layer: str = ""
    version: int = 0

    @property
    def activation(self) -> str:
        """Fused activation, ``"NONE"`` if there is none."""
        return str(self.options.get("fused_activation_function", "NONE"))

    def option(self, name: str, default: Any) -> Any:
        """Field `name` of the options, or `default`."""
        return self.options.get(name, default)

    @property
    def present_inputs(self) -> tuple[str, ...]:
        """Names of the inputs that are not absent."""
        return tuple(name for name in self.inputs if name is not None)
