"""float16: every weight in half the bits, computation in float32."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from qviz.graph import Graph
from qviz.quantization.stored_constants import float_constants, store_constants

LARGEST_FLOAT16 = 65504.0


def encode_float16(values: NDArray[np.float32]) -> NDArray[np.float16]:
    """Nearest halves of `values`, ties to even; values beyond ±65504 become ±65504.

    References
    ----------
    As TF 2.21's converter writes them; the clipping keeps a large weight from becoming infinite.
    """
    return np.clip(values, -LARGEST_FLOAT16, LARGEST_FLOAT16).astype(np.float16)


def quantize_float16(graph: Graph) -> Graph:
    """Every float32 constant of a folded graph as float16, whatever its size, biases included."""
    stored = {}
    for tensor in float_constants(graph):
        codes = encode_float16(tensor.real())
        stored[tensor.name] = replace(tensor, dtype=codes.dtype, data=codes)
    return store_constants(graph, stored)
