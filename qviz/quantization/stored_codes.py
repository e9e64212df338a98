"""Whether a model holds codes already when it is opened, so that no scheme can be applied to it."""

from __future__ import annotations

from collections import Counter

import numpy as np

from qviz.graph import Graph, Tensor
from qviz.quantization.eightbit.kinds import PREFIX
from qviz.quantization.scheme import Family, Scheme

AS_IT_IS = "as it is"
"""Id of what a quantized file holds; it names no scheme that could be applied."""


def stored_codes(graph: Graph) -> str:
    """What shows that `graph` is quantized, as part of a sentence; empty for a float model.

    Weights of float16 count, as they are what a scheme has made of float32.
    """
    if any(operator.kind.startswith(PREFIX) for operator in graph.operators):
        return "it has 8-bit operators"
    for tensor in graph.tensors.values():
        stored_half = tensor.is_constant and tensor.dtype == np.float16
        if tensor.quantization is not None or stored_half:
            return f"{tensor.name!r} is {tensor.dtype}"
    return ""


def stored_scheme(graph: Graph) -> Scheme:
    """What a quantized file holds, in the terms of a scheme; its id is ``as it is``.

    Family and types are those of its weights and of what its operators pass on, so that it is drawn
    as its like.
    """
    family, activations = _family(graph)
    return Scheme(
        AS_IT_IS,
        "The file as it is, quantized before it was opened",
        family,
        _weight_dtype(graph),
        any(t.is_constant and _is_per_channel(t) for t in graph.tensors.values()),
        activations,
        _io_dtype(graph),
    )


def _family(graph: Graph) -> tuple[Family, str]:
    """Family and type of the activations: the type that most of them have."""
    if any(operator.kind.startswith(PREFIX) for operator in graph.operators):
        return "eightbit", "uint8"
    made = [graph.tensors[name] for operator in graph.operators for name in operator.outputs]
    coded = Counter(str(t.dtype) for t in made if t.quantization is not None)
    if coded:
        dtype = coded.most_common(1)[0][0]
        return ("int16x8" if dtype == "int16" else "int8"), dtype
    if any(t.is_constant and t.quantization is not None for t in graph.tensors.values()):
        return "dynamic-range", "float32"
    return "float16", "float32"


def _weight_dtype(graph: Graph) -> str:
    """Type of the largest weight."""
    held = [t for t in graph.tensors.values() if t.is_constant and _is_coded(t)]
    if any(operator.kind.startswith(PREFIX) for operator in graph.operators):
        return "uint8"
    return str(max(held, key=lambda t: t.size).dtype) if held else "float32"


def _io_dtype(graph: Graph) -> str:
    return str(graph.tensors[graph.inputs[0]].dtype) if graph.inputs else "float32"


def _is_coded(tensor: Tensor) -> bool:
    return tensor.quantization is not None or tensor.dtype == np.float16


def _is_per_channel(tensor: Tensor) -> bool:
    return tensor.quantization is not None and tensor.quantization.scale.size > 1
