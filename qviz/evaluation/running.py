"""Running a graph on real values, whatever types its inputs and outputs have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.execution import Executor, Trace
from qviz.execution.io import quantize_input
from qviz.graph import Graph

Array = NDArray[Any]

_LARGEST_TRACE_BYTES = 96 << 20


def run_real(
    executor: Executor, graph: Graph, batch: Array | tuple[Array, ...], taps: Iterable[str] = ()
) -> Trace:
    """Run `graph` on a batch of real values; quantized inputs get the codes a device would make.

    Parameters
    ----------
    executor : Executor
        Of `graph`.
    batch : ndarray, or tuple of ndarray for several inputs
        float32, or integers for inputs that take indices.
    taps : iterable of str
        Tensors to keep.
    """
    arrays = batch if isinstance(batch, tuple) else (batch,)
    codes = [
        quantize_input(graph.tensors[name], values)
        for name, values in zip(graph.inputs, arrays, strict=True)
    ]
    return executor.run(codes, taps=taps)


def batch_size_for(graph: Graph, names: Iterable[str], largest: int) -> int:
    """Samples to run at once so that the named tensors stay within about 100 MB."""
    sizes = (graph.tensors[name] for name in names)
    bytes_per_sample = sum(max(t.size, 1) * np.dtype(t.dtype).itemsize for t in sizes)
    return max(1, min(largest, _LARGEST_TRACE_BYTES // max(bytes_per_sample, 1)))
