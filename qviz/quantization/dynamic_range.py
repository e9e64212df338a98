"""Dynamic range: int8 weights, activations quantized on the fly by the kernels."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from qviz.graph import Graph, Operator, QuantizationParams, Tensor
from qviz.quantization.affine import round_half_away
from qviz.quantization.scheme import Scheme
from qviz.quantization.stored_constants import FLOAT32, unique_name

# Position of the weights, and their dimension of output channels (None: one scale per tensor).
_WEIGHTS: dict[str, tuple[int, int | None]] = {
    "CONV_2D": (1, 0),
    "DEPTHWISE_CONV_2D": (1, 3),
    "FULLY_CONNECTED": (1, 0),
    "TRANSPOSE_CONV": (1, 0),
    "BATCH_MATMUL": (1, None),
    "EMBEDDING_LOOKUP": (1, None),
    "GATHER": (0, None),
}

# Only these options tables have the field.
_ASYMMETRIC_INPUTS = frozenset({"FULLY_CONNECTED", "BATCH_MATMUL"})

# Looked up, not multiplied: the result is int8 and a DEQUANTIZE follows. A table that several
# operators look up is dequantized as a whole instead.
_LOOKUPS = frozenset({"GATHER", "EMBEDDING_LOOKUP"})

MINIMUM_ELEMENTS = 1024
"""Smaller weights stay float: TensorFlow's converter holds that they are not worth it."""

_SMALLEST_MAGNITUDE = 5e-7


def encode_dynamic_range(
    values: NDArray[np.float32], channel_dimension: int | None
) -> tuple[NDArray[np.int8], QuantizationParams]:
    """Symmetric int8 codes of a weight.

    Parameters
    ----------
    values : float32 ndarray
        The weight.
    channel_dimension : int or None
        Dimension with a scale for each index; None for one scale.

    Returns
    -------
    codes : int8 ndarray, shape of `values`
        ``round(w / scale)`` in [-127, 127], halves away from zero.
    params : QuantizationParams
        ``scale = 2 * max|w| / 254``, kept in float64 for the codes and stored as float32; a
        channel with nothing above 5e-7 has the scale of 5e-7.

    References
    ----------
    TF 2.21's converter; without a difference in 4.07 million codes.
    """
    wide = values.astype(np.float64)
    axes = tuple(i for i in range(values.ndim) if i != channel_dimension)
    largest = np.abs(wide).max(axis=None if channel_dimension is None else axes, initial=0.0)
    largest = np.atleast_1d(largest)
    largest = np.where(2 * largest > 1e-6, largest, _SMALLEST_MAGNITUDE)
    scale = (largest - -largest) / 254
    shape = [1] * values.ndim
    if channel_dimension is not None:
        shape[channel_dimension] = -1
    rounded = round_half_away(wide / scale.reshape(shape))
    codes = np.clip(rounded, -127, 127).astype(np.int8)
    zero_point = np.zeros(scale.shape, np.int64)
    return codes, QuantizationParams(scale.astype(np.float32), zero_point, channel_dimension)


def quantize_dynamic_range(graph: Graph, scheme: Scheme) -> Graph:
    """Weights of convolutions, dense layers, matrix products and look-ups as int8.

    The graph has to be folded. A weight of fewer than 1024 elements and every bias stay float32,
    and so do the layers named in ``scheme.float_layers``. An embedding's result is int8, with a
    DEQUANTIZE after it; a table that several operators look up is int8, with a DEQUANTIZE before
    the first.
    """
    return _Quantizer(graph, scheme).run()


class _Quantizer:
    """One run."""

    def __init__(self, graph: Graph, scheme: Scheme) -> None:
        self._graph = graph
        self._scheme = scheme
        self._tensors: dict[str, Tensor] = dict(graph.tensors)
        self._codes: dict[tuple[str, int | None], Tensor] = {}
        self._floats: dict[str, str] = {}
        self._plans = [self._plan(operator) for operator in graph.operators]
        self._lookups = Counter(
            operator.inputs[plan[0]]
            for operator, plan in zip(graph.operators, self._plans, strict=True)
            if plan is not None and operator.kind in _LOOKUPS
        )
        self._tables: dict[str, str] = {}
        self._float_readers = {
            name
            for operator, plan in zip(graph.operators, self._plans, strict=True)
            for position, name in enumerate(operator.inputs)
            if name is not None and (plan is None or position != plan[0])
        }

    def _plan(self, operator: Operator) -> tuple[int, int | None] | None:
        """Position and channel dimension of the weights to quantize."""
        if operator.kind not in _WEIGHTS or operator.layer in self._scheme.float_layers:
            return None
        position, dimension = _WEIGHTS[operator.kind]
        name = operator.inputs[position] if position < len(operator.inputs) else None
        tensor = None if name is None else self._graph.tensors[name]
        if tensor is None or not tensor.is_constant or tensor.dtype != FLOAT32:
            return None
        if tensor.size < MINIMUM_ELEMENTS:
            return None
        return position, dimension if self._scheme.per_channel else None

    def run(self) -> Graph:
        operators: list[Operator] = []
        for operator, plan in zip(self._graph.operators, self._plans, strict=True):
            operators += self._rewrite(operator, plan)
        outputs = [self._floats.get(name, name) for name in self._graph.outputs]
        return self._graph.rebuild(operators, self._tensors.values(), outputs=outputs)

    def _rewrite(self, operator: Operator, plan: tuple[int, int | None] | None) -> list[Operator]:
        inputs = [None if n is None else self._floats.get(n, n) for n in operator.inputs]
        if plan is None:
            return [replace(operator, inputs=tuple(inputs))]
        position, dimension = plan
        name = operator.inputs[position]
        assert name is not None
        weights = self._quantized(name, dimension)
        if self._lookups[name] > 1 and operator.kind in _LOOKUPS:
            dequantize = [] if name in self._tables else [self._dequantize_table(operator, weights)]
            inputs[position] = self._tables[name]
            return [*dequantize, replace(operator, inputs=tuple(inputs))]
        inputs[position] = weights.name
        options = operator.options
        if operator.kind in _ASYMMETRIC_INPUTS:
            options = {**options, "asymmetric_quantize_inputs": True}
        changed = replace(operator, inputs=tuple(inputs), options=options)
        if operator.kind not in _LOOKUPS:
            return [changed]
        return [changed, self._dequantize_result(operator, weights)]

    def _quantized(self, name: str, dimension: int | None) -> Tensor:
        """The int8 form of a weight, made once for all that read it the same way."""
        key = name, dimension
        if key not in self._codes:
            tensor = self._graph.tensors[name]
            codes, params = encode_dynamic_range(tensor.real(), dimension)
            taken = name in self._float_readers or any(n == name for n, _ in self._codes)
            own = unique_name(self._tensors, f"{name}/int8") if taken else name
            self._codes[key] = Tensor(own, tensor.shape, codes.dtype, codes, params, name)
            self._tensors[own] = self._codes[key]
        return self._codes[key]

    def _dequantize_result(self, lookup: Operator, weights: Tensor) -> Operator:
        """Make the look-up's result int8, and give the operator that makes it float again."""
        name = lookup.outputs[0]
        tensor = self._tensors[name]
        result = unique_name(self._tensors, f"{name}/dequantized")
        self._tensors[result] = replace(tensor, name=result, origin=name)
        self._tensors[name] = replace(
            tensor, dtype=weights.dtype, quantization=weights.quantization, origin=name
        )
        self._floats[name] = result
        return Operator("DEQUANTIZE", (name,), (result,), layer=lookup.layer)

    def _dequantize_table(self, lookup: Operator, weights: Tensor) -> Operator:
        """Make the whole table float again, for all that look something up in it."""
        name = weights.origin or weights.name
        result = unique_name(self._tensors, f"{name}/dequantized")
        self._tensors[result] = Tensor(result, weights.shape, FLOAT32, origin=name)
        self._tables[name] = result
        return Operator("DEQUANTIZE", (weights.name,), (result,), layer=lookup.layer)
