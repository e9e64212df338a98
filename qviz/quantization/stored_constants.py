"""Constants stored in fewer bits and turned back into float32 before they are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from qviz.graph import Graph, Operator, Tensor

FLOAT32 = np.dtype(np.float32)


def store_constants(graph: Graph, stored: Mapping[str, Tensor]) -> Graph:
    """Replace float constants by stored forms, each with one DEQUANTIZE before its first reader.

    Parameters
    ----------
    graph : Graph
        Computes in float32.
    stored : Mapping of str to Tensor
        By name of the constant that each replaces; of another dtype, under the same name.

    Returns
    -------
    Graph
        The stored constant keeps its name. Readers read ``<name>/dequantized``, whose DEQUANTIZE
        belongs to the layer of the first of them.
    """
    tensors = {**graph.tensors, **{n: replace(t, origin=n) for n, t in stored.items()}}
    floats: dict[str, str] = {}
    operators: list[Operator] = []
    for operator in graph.operators:
        for name in operator.present_inputs:
            if name in stored and name not in floats:
                floats[name] = result = unique_name(tensors, f"{name}/dequantized")
                tensors[result] = Tensor(result, stored[name].shape, FLOAT32, origin=name)
                operators.append(Operator("DEQUANTIZE", (name,), (result,), layer=operator.layer))
        inputs = tuple(None if n is None else floats.get(n, n) for n in operator.inputs)
        operators.append(replace(operator, inputs=inputs))
    return graph.rebuild(operators, tensors.values())


def float_constants(graph: Graph) -> Iterator[Tensor]:
    """Float32 constants that operators read, in order of their first reader."""
    names = dict.fromkeys(n for operator in graph.operators for n in operator.present_inputs)
    for name in names:
        tensor = graph.tensors[name]
        if tensor.is_constant and tensor.dtype == FLOAT32 and name not in graph.outputs:
            yield tensor


def unique_name(taken: Mapping[str, object], name: str) -> str:
    """`name`, or `name` with a number where it is taken."""
    candidate, number = name, 1
    while candidate in taken:
        candidate, number = f"{name}_{number}", number + 1
    return candidate
