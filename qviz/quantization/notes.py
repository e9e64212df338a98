"""What a user should read about an integer graph: where the quantizer lost more than rounding.

The converter's rules have hazards, and a few faults, that leave no error message behind. Each is
found here by looking at the finished graph beside the float one, and told in a sentence with its
layer and its size. Operators left in float are listed elsewhere (`unsupported_operators`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import numpy as np
from numpy.typing import NDArray

from qviz.graph import Graph, Operator, QuantizationParams, Tensor
from qviz.graph.passes import to_inference_form
from qviz.quantization.affine import (
    SMALLEST_RANGE,
    Reals,
    largest_magnitude,
    scale_mismatch,
    symmetric_params,
)
from qviz.quantization.affine_int16 import DEAD_MAGNITUDE
from qviz.quantization.refusals import refusals
from qviz.quantization.rules import BIAS_OPERANDS, BiasOperands, profile

_INT8, _INT16, _INT64 = np.dtype(np.int8), np.dtype(np.int16), np.dtype(np.int64)


def integer_notes(
    float_graph: Graph, quantized: Graph, profile_name: str = "tf-2.21"
) -> tuple[str, ...]:
    """Sentences on what full-integer quantization did to a graph beyond rounding it.

    Parameters
    ----------
    float_graph : Graph
        The float graph, folded or not.
    quantized : Graph
        What `quantize` made of it with an ``int8`` or ``int16x8`` scheme.
    profile_name : str
        The rules that were used.

    Returns
    -------
    tuple of str
        On enlarged weight scales, channels without weights, dead activations, shared biases,
        clipped constants, sums that saturate, and operators that no interpreter runs.
    """
    notes = _Notes(to_inference_form(float_graph), quantized, profile_name)
    found = (
        note
        for operator in quantized.operators
        # One that only changes a variable makes nothing that could be noted.
        if operator.outputs
        for note in (
            *notes.weights(operator),
            *notes.shared_bias(operator),
            *notes.constants(operator),
            *notes.int16_operator(operator),
        )
    )
    told = (*found, *notes.dead_activations(), *refusals(quantized, profile_name))
    return tuple(dict.fromkeys(told))


class _Notes:
    """Looks at one operator of the quantized graph after the other."""

    def __init__(self, float_graph: Graph, quantized: Graph, profile_name: str) -> None:
        self._float = float_graph
        self._quantized = quantized
        self._rules = profile(profile_name)
        self._profile = profile_name
        self._bias_owner: dict[str, tuple[str, NDArray[np.float64]]] = {}

    # ---------------------------------------------------------------- weights and biases

    def weights(self, operator: Operator) -> Iterator[str]:
        """On enlarged scales and channels of zeros."""
        operands = BIAS_OPERANDS.get(operator.kind)
        tensor = None if operands is None else self._operand(operator, operands.weights)
        if tensor is None or not tensor.is_constant or tensor.dtype != _INT8:
            return
        params, values = _params(tensor), self._real_values(tensor)
        if values is None:
            return
        dimension = params.quantized_dimension
        own = symmetric_params(values, dimension).scale
        zero = largest_magnitude(values, dimension) == 0
        ratio = np.where(zero, 1.0, params.scale.astype(np.float64) / own)
        enlarged = ratio > 1.001
        mismatch = scale_mismatch(values, float(params.scale[0])) if len(own) == 1 else 1.0
        if mismatch > 1.001 and self._is_int8(operator):
            yield (
                f"{operator.layer}: the bias is too large for the scale of the weights. That scale "
                f"was enlarged, but the codes of the weights were not made with it, so that the "
                f"weights are too large by a factor of {mismatch:.3g}. TensorFlow writes the same "
                f"(profile {self._profile}); quantize per channel to avoid it."
            )
        elif enlarged.any():
            where = f"in {int(enlarged.sum())} of {len(own)} channels " if len(own) > 1 else ""
            yield (
                f"{operator.layer}: {where}the bias is too large for the scale of the weights. "
                f"That scale was enlarged {_up_to(ratio.max())}, which leaves those weights "
                f"{_levels(ratio.max())}."
            )
        if zero.any() and len(own) > 1:
            count = int(zero.sum())
            yield f"{operator.layer}: {count} of {len(own)} channels have only zeros as weights."

    def shared_bias(self, operator: Operator) -> Iterator[str]:
        """On a 16x8 bias that is read with the scale of another layer."""
        operands = BIAS_OPERANDS.get(operator.kind)
        if operands is None or (scale := self._accumulator_scale(operator, operands)) is None:
            return
        bias = self._operand(operator, operands.bias)
        if bias is None or bias.dtype != _INT64 or not np.any(bias.data):
            return
        owner, first = self._bias_owner.setdefault(bias.name, (operator.layer, scale))
        if len(first) != len(scale):
            return
        used = (first > 0) & (scale > 0)
        off = np.abs(np.log(scale[used] / first[used]))
        if off.size and off.max() > 1e-3:
            yield (
                f"{operator.layer} shares its bias with {owner} and reads it with the scale of "
                f"that layer, so that it is off {_up_to(float(np.exp(off.max())))}. "
                f"TensorFlow writes the same (profile {self._profile}); keep {operator.layer} in "
                f"float32 or use int8."
            )

    def _accumulator_scale(
        self, operator: Operator, operands: BiasOperands
    ) -> NDArray[np.float64] | None:
        source = self._operand(operator, operands.input)
        weights = self._operand(operator, operands.weights)
        if source is None or source.quantization is None:
            return None
        if weights is None or weights.quantization is None:
            return None
        step = float(source.quantization.scale[0])
        return step * weights.quantization.scale.astype(np.float64)

    # ---------------------------------------------------------------- other operands

    def constants(self, operator: Operator) -> Iterator[str]:
        """On constants that lie outside of the range that they have to share."""
        operands = BIAS_OPERANDS.get(operator.kind)
        special = () if operands is None else (operands.weights, operands.bias)
        for position in range(len(operator.inputs)):
            tensor = self._operand(operator, position)
            if position in special or tensor is None or not tensor.is_constant:
                continue
            values = self._real_values(tensor)
            if values is None or tensor.quantization is None:
                continue
            distance = np.abs(tensor.real() - values)
            clipped = int((distance > 1.01 * tensor.quantization.scale[0]).sum())
            if clipped:
                yield (
                    f"{operator.layer}: {clipped} of {values.size} values of {tensor.name} lie "
                    f"outside of the range that calibration saw and are clipped. Calibrate with "
                    f"more samples."
                )

    def int16_operator(self, operator: Operator) -> Iterator[str]:
        """On int16 results with the scale of an operand, and operators without a kernel."""
        result = self._quantized.tensors[operator.outputs[0]]
        if result.dtype != _INT16 or result.quantization is None:
            return
        rules = self._rules.int16x8
        if operator.kind in rules.without_kernel:
            yield (
                f"LiteRT has no int16 kernel for {operator.kind} ({operator.layer}): the written "
                f"model does not run, as TensorFlow's does not. Keep {operator.layer} in float32."
            )
        if operator.kind == "SUM":
            reach = 32767 * float(result.quantization.scale[0])
            yield (
                f"{operator.layer}: a sum keeps the scale of its operand in 16x8 (profile "
                f"{self._profile}), so that sums beyond ±{reach:.4g} are clipped."
            )
        positions = rules.operands.get(operator.kind, (0,))
        if operator.kind in rules.same_scale and len(positions) > 1:
            operands = [self._operand(operator, position) for position in positions]
            scales = [_params(t).scale[0] for t in operands if t is not None and t.quantization]
            if scales and max(scales) > 1.001 * min(scales):
                yield (
                    f"{operator.layer}: the operands of {operator.kind} have different scales, and "
                    f"the result has that of the first: values of the others are off "
                    f"{_up_to(float(max(scales) / min(scales)))} (profile {self._profile})."
                )

    # ---------------------------------------------------------------- activations

    def dead_activations(self) -> Iterator[str]:
        """On activations that were zero for every calibration sample."""
        for operator in self._quantized.operators:
            for name in operator.outputs:
                tensor = self._quantized.tensors[name]
                if tensor.quantization is None or not _is_dead(tensor):
                    continue
                reach = (
                    f"it can hold values up to {DEAD_MAGNITUDE:.2g} only"
                    if tensor.dtype == _INT16
                    else "its scale is so small that it cannot hold anything else; some runtimes "
                    "refuse such a model"
                )
                yield (
                    f"{operator.layer}: {tensor.origin or name} was zero for all calibration "
                    f"samples, and {reach}. Calibrate with more varied samples, or remove the "
                    f"dead layer."
                )

    # ---------------------------------------------------------------- access

    def _operand(self, operator: Operator, position: int) -> Tensor | None:
        name = operator.inputs[position] if position < len(operator.inputs) else None
        return None if name is None else self._quantized.tensors[name]

    def _real_values(self, tensor: Tensor) -> Reals | None:
        """Float values of a quantized constant, None for one that the float graph lacks."""
        source = self._float.tensors.get(tensor.origin or tensor.name)
        if source is None or source.data is None or not source.is_float:
            return None
        return cast("Reals", source.data)

    def _is_int8(self, operator: Operator) -> bool:
        return self._quantized.tensors[operator.outputs[0]].dtype == _INT8


def _is_dead(tensor: Tensor) -> bool:
    scale = _params(tensor).scale[0]
    if tensor.dtype == _INT16:
        return bool(scale == np.float32(DEAD_MAGNITUDE) / np.float32(32767))
    return tensor.dtype == _INT8 and float(scale) * 255 <= 3 * SMALLEST_RANGE


def _params(tensor: Tensor) -> QuantizationParams:
    assert tensor.quantization is not None
    return tensor.quantization


def _up_to(factor: float) -> str:
    """A largest factor in words."""
    return f"by a factor of up to {factor:.3g}"


def _levels(ratio: float) -> str:
    """How much of ±127 is left for weights whose scale is `ratio` times too large."""
    left = round(127 / ratio)
    return "no level but 0" if left == 0 else f"codes of ±{left} at most"
