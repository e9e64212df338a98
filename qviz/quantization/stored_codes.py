"""Whether a model holds codes already when it is opened, so that no scheme can be applied to it."""

from __future__ import annotations

import numpy as np

from qviz.graph import Graph
from qviz.quantization.eightbit.kinds import PREFIX


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
