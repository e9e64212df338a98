"""Things worth knowing about a quantized network, each said in a sentence with its evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from qviz.evaluation.coarse_weights import coarse_weight_notes
from qviz.graph import Graph, Tensor
from qviz.quantization import eightbit, quantization_notes
from qviz.quantization.notes import integer_notes
from qviz.quantization.scheme import Scheme

_COPIES = ("QUANTIZE", "DEQUANTIZE")
_NAMED = 4
_STAYS = "stays in float32."
_WRAPPED = (
    "Errors of layers are those of the wrapped form, in which each operator reads and makes float "
    "numbers; accuracy and size are those of the stripped one."
)


def float_operators(quantized: Graph, scheme: Scheme) -> tuple[str, ...]:
    """Operators that an integer scheme leaves in float, as ``KIND layer``."""
    if scheme.family == "eightbit":
        return eightbit.float_operators(quantized)
    if not scheme.is_integer:
        return ()
    return tuple(
        f"{operator.kind} {operator.layer}".rstrip()
        for operator in quantized.operators
        if operator.kind not in _COPIES
        and any(quantized.tensors[name].is_float for name in operator.outputs)
    )


def findings(
    graph: Graph,
    quantized: Graph,
    scheme: Scheme,
    input_ranges: Mapping[str, tuple[float, float]],
    rounding: str = "reference",
) -> tuple[str, ...]:
    """Sentences on what the quantized graph leaves in float, clips, saturates or overflows.

    Parameters
    ----------
    graph : Graph
        The model as it was opened.
    quantized : Graph
    scheme : Scheme
    input_ranges : Mapping
        Least and greatest value of the preprocessed test data, by input.
    rounding : str
        Rounding mode that it was measured with, one of ``qviz.execution.MODES``.
    """
    # Operators in float are told below, together and with those that only their neighbours keep
    # there.
    foreseen = (n for n in quantization_notes(graph, scheme) if not n.endswith(_STAYS))
    return (
        *_islands(quantized, scheme),
        *foreseen,
        *_quantizer_notes(graph, quantized, scheme),
        *coarse_weight_notes(graph, quantized, scheme),
        *_input_ranges(graph, quantized, input_ranges),
        *_saturated_biases(quantized),
        *_reference_sums(quantized, rounding),
    )


def stored_findings(
    graph: Graph,
    scheme: Scheme,
    input_ranges: Mapping[str, tuple[float, float]],
    rounding: str = "reference",
) -> tuple[str, ...]:
    """Sentences on a model that was quantized before it was opened; arguments as for `findings`."""
    return (
        *_islands(graph, scheme),
        *_input_ranges(graph, graph, input_ranges),
        *_saturated_biases(graph),
        *_reference_sums(graph, rounding),
    )


def one_class_only(
    predicted: NDArray[np.int64], expected: NDArray[np.int64], class_names: Sequence[str]
) -> tuple[str, ...]:
    """A sentence if every sample gets the same class although the float model sees several."""
    if len(predicted) < 2 or len(np.unique(predicted)) > 1 or len(np.unique(expected)) < 2:
        return ()
    only = int(predicted[0])
    if only < 0:
        return ("Every output is NaN.",)
    name = f" ({class_names[only]})" if only < len(class_names) else ""
    return (f"Predicts class {only}{name} for every sample: the network has collapsed.",)


def _quantizer_notes(graph: Graph, quantized: Graph, scheme: Scheme) -> tuple[str, ...]:
    if scheme.family == "eightbit":
        return (_WRAPPED,)
    if not scheme.is_integer:
        return ()
    return integer_notes(graph, quantized, scheme.profile)


def _islands(quantized: Graph, scheme: Scheme) -> tuple[str, ...]:
    left = float_operators(quantized, scheme)
    if not left:
        return ()
    named = ", ".join(left[:_NAMED]) + (", ..." if len(left) > _NAMED else "")
    if len(left) == 1:
        return (f"1 operator {_STAYS[:-1]}: {named}.",)
    return (f"{len(left)} operators stay in float32: {named}.",)


def _input_ranges(
    graph: Graph, quantized: Graph, input_ranges: Mapping[str, tuple[float, float]]
) -> tuple[str, ...]:
    """Data that leave the range of the input codes, or use little of it."""
    sentences = []
    for name in graph.inputs:
        tensor = _coded_input(quantized, name)
        if tensor is None or name not in input_ranges:
            continue
        lowest, highest = _code_reach(tensor)
        low, high = input_ranges[name]
        reach = highest - lowest
        if low < lowest - 0.01 * reach or high > highest + 0.01 * reach:
            sentences.append(
                f"The data reach from {low:.4g} to {high:.4g}, but the input {name} is quantized "
                f"for {lowest:.4g} to {highest:.4g}: values beyond are clipped. Check the "
                f"preprocessing of the calibration and of the test data."
            )
        elif 0 < high - low < 0.4 * reach and tensor.dtype != np.int16:
            sentences.append(
                f"The data use only {(high - low) / reach:.0%} of the range that the input {name} "
                f"is quantized for ({low:.4g} to {high:.4g} of {lowest:.4g} to {highest:.4g}). "
                f"Check the preprocessing."
            )
    return tuple(sentences)


def _coded_input(quantized: Graph, name: str) -> Tensor | None:
    """Tensor with the codes of float input `name`, if it is quantized on entry."""
    for other in quantized.inputs:
        tensor = quantized.tensors[other]
        if tensor.quantization is not None and name in (tensor.origin, other):
            return tensor
    for operator in quantized.operators:
        if operator.kind == "QUANTIZE" and operator.inputs[0] == name:
            return quantized.tensors[operator.outputs[0]]
    return None


def _code_reach(tensor: Tensor) -> tuple[float, float]:
    """Real values of the lowest and the highest code."""
    params = tensor.quantization
    assert params is not None
    limits = np.iinfo(np.dtype(tensor.dtype).name)
    scale, zero_point = float(params.scale[0]), int(params.zero_point[0])
    return (limits.min - zero_point) * scale, (limits.max - zero_point) * scale


def _saturated_biases(quantized: Graph) -> tuple[str, ...]:
    limit = np.iinfo(np.int32).max
    hit = []
    for tensor in quantized.tensors.values():
        if tensor.data is None or tensor.dtype != np.int32 or tensor.quantization is None:
            continue
        count = int((np.abs(tensor.data.astype(np.int64)) >= limit).sum())
        if count:
            hit.append(f"{tensor.name} ({count} of {tensor.size})")
    if not hit:
        return ()
    return (
        f"Biases too large for 32 bits at their scale are clipped: {', '.join(hit[:_NAMED])}. "
        f"Their inputs have a very small range, or their weights are nearly 0.",
    )


def _reference_sums(quantized: Graph, rounding: str) -> tuple[str, ...]:
    """A fault of LiteRT's reference kernels: SUM takes signed codes for unsigned bytes."""
    layers = [
        operator.layer or operator.outputs[0]
        for operator in quantized.operators
        if operator.kind == "SUM"
        and quantized.tensors[operator.outputs[0]].quantization is not None
        and np.dtype(quantized.tensors[operator.outputs[0]].dtype).kind == "i"
    ]
    if not layers or rounding != "reference":
        return ()
    named = ", ".join(layers[:_NAMED]) + (", ..." if len(layers) > _NAMED else "")
    return (
        f"LiteRT's reference kernels (2.3) take the codes that SUM adds up for unsigned bytes, so "
        f"that their results are wrong: {named}. The default interpreter adds them up right; "
        f"choose the rounding mode xnnpack to see what it gives.",
    )
