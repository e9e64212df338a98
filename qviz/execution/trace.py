"""What a run leaves behind: its outputs and the tensors that were tapped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.errors import ExecutionError
from qviz.graph import Graph


@dataclass(frozen=True, slots=True, eq=False)
class Trace(Mapping[str, NDArray[Any]]):
    """Chosen tensors of one run, by name; the arrays are read-only.

    Attributes
    ----------
    graph : Graph
        What was run.
    arrays : Mapping of str to ndarray
        Outputs and tapped tensors as they were computed: codes of quantized tensors, N samples
        in dimension 0.
    """

    graph: Graph
    arrays: Mapping[str, NDArray[Any]]

    @property
    def outputs(self) -> tuple[NDArray[Any], ...]:
        """Outputs in the graph's order, as computed (codes of quantized outputs)."""
        return tuple(self.arrays[name] for name in self.graph.outputs)

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self.arrays:
            raise KeyError(f"tensor {name!r} was not tapped in this run")
        return self.arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.arrays)

    def __len__(self) -> int:
        return len(self.arrays)

    def real(self, name: str) -> NDArray[np.float32]:
        """Real values of tensor `name`, float32, dequantized if it is quantized."""
        array = self[name]
        params = self.graph.tensors[name].quantization
        if params is None or array.dtype.kind == "f":
            return array.astype(np.float32, copy=False)
        return params.dequantize(array)


def join_traces(traces: Sequence[Trace]) -> Trace:
    """One trace of runs that followed each other, samples joined along dimension 0.

    Constants are the same in every run and are not joined; scalars are stacked.
    """
    if len(traces) == 1:
        return traces[0]
    first = traces[0]
    arrays: dict[str, NDArray[Any]] = {}
    for name, array in first.arrays.items():
        parts = [trace.arrays[name] for trace in traces]
        if all(part is array for part in parts):
            arrays[name] = array
            continue
        try:
            arrays[name] = np.concatenate(parts) if array.ndim else np.stack(parts)
        except ValueError as error:
            raise ExecutionError(
                f"Tensor {name!r} has another shape for each sample; run the samples one by one."
            ) from error
        arrays[name].flags.writeable = False
    return Trace(first.graph, arrays)
