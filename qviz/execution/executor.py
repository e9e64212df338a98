"""The executor: runs a graph operator by operator, float or integer."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from qviz.errors import ExecutionError
from qviz.execution.batching import is_batch_transparent
from qviz.execution.blas import single_threaded_blas
from qviz.execution.control_flow import Run, Subgraphs
from qviz.execution.delegation import MODES, rules_of
from qviz.execution.io import Inputs, check_inputs, name_inputs
from qviz.execution.kernels import Context, Kernel, prepare_kernel
from qviz.execution.kernels.registry import IMPOSSIBLE, place_of
from qviz.execution.memory import reuse_freed_memory
from qviz.execution.parallel import is_worker, map_in_order, worker_count
from qviz.execution.states import STATEFUL_KINDS, fresh_variables
from qviz.execution.team import Team
from qviz.execution.trace import Trace, join_traces
from qviz.graph import Graph, Operator, Tensor

# Bytes of the largest operator (its inputs and outputs) that are worked on at once. More samples
# read the weights less often; beyond it the arrays leave the cache, and memory grows.
_WORKING_SET_BYTES = 12 << 20
# Results of a sample that are worth being computed by another process.
_SMALL_BYTES = 1 << 20
# A batch is cut in two for two workers where the largest operator of each part has these elements;
# less is done before another process begins.
_WORTH_A_WORKER = 1 << 18

Taps = Iterable[str] | Literal["all"]


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """One operator that is run for every batch."""

    operator: Operator
    kernel: Kernel
    last_read: tuple[str, ...]


class Executor:
    """Runs a graph.

    Kernels are prepared once: weights are packed, tables built, and operators that depend on
    constants only are evaluated. A run then keeps every intermediate array just until its last
    reader is done. An executor holds no state between runs (see `qviz.execution.states`) and may
    be used by several threads.

    Parameters
    ----------
    graph : Graph
        Float or quantized.
    mode : str
        Rounding mode, one of `MODES`.
    subgraphs : Subgraphs, optional
        Subgraphs that operators of the graph call; those of the graph's own file if not given.
    threads : int, optional
        Workers that share the samples of a large batch (see `qviz.execution.parallel`); one for
        each core if not given. Results do not depend on it.

    Raises
    ------
    UnsupportedOperatorError
        If an operator has no kernel; the text names its kind and layer.
    ExecutionError
        If the mode is unknown, or `threads` less than 1.

    Attributes
    ----------
    graph : Graph
        As given.
    mode : str
        As given.
    batch_transparent : bool
        Whether several samples are computed at once (see `is_batch_transparent`); otherwise they
        are run one by one and the results joined.
    micro_batch : int
        Samples that are computed at once: as many as fit the cache.
    threads : int
        Workers that share the micro-batches of a run.
    """

    def __init__(
        self,
        graph: Graph,
        mode: str = "reference",
        *,
        subgraphs: Subgraphs | None = None,
        threads: int | None = None,
    ) -> None:
        if mode not in MODES:
            known = ", ".join(repr(m) for m in MODES)
            raise ExecutionError(f"Unknown rounding mode {mode!r}; there is {known}.")
        reuse_freed_memory()
        self.graph = graph
        self.mode = mode
        self.threads = worker_count(threads)
        # Time that a sample took in the last run.
        self._seconds: float | None = None
        self._team = Team()
        self._tensors: dict[str, Tensor] = dict(graph.tensors)
        self._constants: dict[str, NDArray[Any]] = {
            n: _read_only(t.data) for n, t in graph.tensors.items() if t.data is not None
        }
        self._subgraphs = subgraphs or Subgraphs.of(graph, self._prepare_called)
        self._kernels: list[Kernel] = []
        with single_threaded_blas():
            varying = [self._prepare(operator) for operator in graph.operators]
        self._steps = self._plan(varying)
        self.batch_transparent = is_batch_transparent(graph, self._tensors)
        self.micro_batch = self._choose_micro_batch() if self.batch_transparent else 1
        self._elements = self._largest_operator(lambda tensor: tensor.size)

    def _prepare(self, operator: Operator) -> bool:
        """Prepare the kernel of `operator`; whether it has to be run for every batch."""
        kernel = prepare_kernel(self._context(operator))
        self._kernels.append(kernel)
        names = operator.present_inputs
        is_constant = bool(names) and all(n in self._constants for n in names)
        if not is_constant or operator.kind in STATEFUL_KINDS:
            return True
        arrays = [None if n is None else self._constants[n] for n in operator.inputs]
        results = _compute(operator, kernel, arrays)
        for name, result in zip(operator.outputs, results, strict=True):
            self._constants[name] = _read_only(result)
            # Kernels downstream see a constant and can pack it.
            self._tensors[name] = replace(self._tensors[name], data=self._constants[name])
        return False

    def _context(self, operator: Operator, given: Mapping[int, Tensor] | None = None) -> Context:
        inputs = [None if n is None else self._tensors[n] for n in operator.inputs]
        for index, tensor in (given or {}).items():
            inputs[index] = tensor
        outputs = tuple(self._tensors[n] for n in operator.outputs)
        rules = rules_of(self.mode, operator, self.graph.tensors)
        return Context(operator, tuple(inputs), outputs, rules, self._subgraphs)

    def _prepare_called(self, graph: Graph, subgraphs: Subgraphs) -> Run:
        """What runs a subgraph within a run of this graph, on the variables of that run."""
        executor = Executor(graph, self.mode, subgraphs=subgraphs)
        kept = frozenset(graph.outputs)

        def run(arrays: Sequence[NDArray[Any]]) -> tuple[NDArray[Any], ...]:
            named = dict(zip(graph.inputs, arrays, strict=True))
            return executor._run_piece(named, kept).outputs

        return run

    def _plan(self, varying: Sequence[bool]) -> list[_Step]:
        """Steps in order, each with the arrays that nobody reads after it."""
        last: dict[str, int] = {}
        for i, operator in enumerate(self.graph.operators):
            if varying[i]:
                last.update(dict.fromkeys((*operator.present_inputs, *operator.outputs), i))
        ends: dict[int, list[str]] = {}
        for name, i in last.items():
            if name not in self._constants:
                ends.setdefault(i, []).append(name)
        return [
            _Step(operator, self._kernels[i], tuple(ends.get(i, ())))
            for i, operator in enumerate(self.graph.operators)
            if varying[i]
        ]

    def _largest_operator(self, size: Callable[[Tensor], int]) -> int:
        """Size of the activations of the largest operator; at least 1."""
        largest = 1
        for step in self._steps:
            names = (*step.operator.present_inputs, *step.operator.outputs)
            activations = (n for n in names if n not in self._constants)
            largest = max(largest, sum(size(self._tensors[n]) for n in activations))
        return largest

    def _choose_micro_batch(self) -> int:
        """Samples whose largest operator fits the working set; at least one."""
        largest = self._largest_operator(lambda tensor: tensor.size * tensor.dtype.itemsize)
        return max(1, _WORKING_SET_BYTES // largest)

    def _piece_size(self, count: int) -> int:
        """Samples to compute at once of `count`; the same whatever the threads are."""
        pieces = -(-count // self.micro_batch)
        if pieces == 1 and count >= 4 and count // 2 * self._elements >= _WORTH_A_WORKER:
            pieces = 2
        return max(1, -(-count // max(1, pieces)))

    def run(self, inputs: Inputs, taps: Taps = ()) -> Trace:
        """Run the graph on one batch.

        Parameters
        ----------
        inputs : ndarray, sequence or mapping
            One array for a graph of one input; else one per input, in order or by name. N samples
            in dimension 0. Quantized inputs are codes (see `quantize_input`).
        taps : iterable of str or "all"
            Names of further tensors to keep, constants allowed.

        Returns
        -------
        Trace
            Outputs and tapped tensors.

        Raises
        ------
        ExecutionError
            If an input or a tap does not fit the graph.
        """
        arrays = check_inputs(self.graph, inputs)
        kept = self._kept(taps)
        count = _samples(self.graph, arrays)
        size = self._piece_size(count)
        pieces = list(_pieces(self.graph, arrays, count, size))
        workers = min(self.threads, len(pieces)) if self._is_small(kept) else 1
        start = time.perf_counter()
        with single_threaded_blas():
            if workers == 1:
                traces = [self._run_fresh(piece, kept) for piece in pieces]
            else:
                seconds = None if self._seconds is None else self._seconds * size
                items = [(piece, frozenset(kept)) for piece in pieces]
                results = self._team.map_in_order(self._run_apart, items, workers, seconds)
                traces = list(self._complete(pieces, results, kept))
        # Within a worker nothing was shared out.
        used = 1 if is_worker() else workers
        self._seconds = (time.perf_counter() - start) * used / max(1, count)
        return join_traces(traces)

    def _run_apart(
        self, item: tuple[Mapping[str, NDArray[Any]], Collection[str]]
    ) -> dict[str, NDArray[Any]]:
        """What is computed of a piece and kept, for another process."""
        piece, kept = item
        return self._computed(self._run_fresh(piece, kept))

    def _computed(self, trace: Trace) -> dict[str, NDArray[Any]]:
        """Without what is there before a run, and has to stay the same array."""
        given = {*self._constants, *self.graph.inputs}
        return {n: array for n, array in trace.items() if n not in given}

    def _complete(
        self,
        pieces: Iterable[Mapping[str, NDArray[Any]]],
        results: Iterable[Mapping[str, NDArray[Any]]],
        kept: Collection[str],
    ) -> Iterator[Trace]:
        """Traces of pieces from what another process computed of them."""
        for piece, computed in zip(pieces, results, strict=True):
            fresh = {n: _read_only(a) for n, a in (*piece.items(), *computed.items())}
            arrays = {**self._constants, **fresh}
            yield Trace(self.graph, {n: a for n, a in arrays.items() if n in kept})

    def _is_small(self, kept: Collection[str]) -> bool:
        """Whether what is kept of a sample is quickly passed from one process to another."""
        sizes = (self._tensors[n] for n in kept if n not in self._constants)
        return sum(tensor.size * tensor.dtype.itemsize for tensor in sizes) <= _SMALL_BYTES

    def predict(self, x: Inputs, batch_size: int = 32, taps: Taps = ()) -> Iterator[Trace]:
        """Run the graph on a data set, one batch after the other.

        Parameters
        ----------
        x : ndarray, sequence or mapping
            As for `run`, all samples in dimension 0; arrays may be memory-mapped.
        batch_size : int
            Samples per trace; memory is bounded by it.
        taps : iterable of str or "all"
            As for `run`.

        Yields
        ------
        Trace
            Of `batch_size` samples, the last of what is left.
        """
        if batch_size < 1:
            raise ExecutionError(f"A batch holds at least 1 sample, not {batch_size}.")
        taps = taps if taps == "all" else tuple(taps)
        # Not checked as a whole, which could copy or read all of a memory-mapped array.
        arrays = name_inputs(self.graph, x)
        batches = list(_pieces(self.graph, arrays, _samples(self.graph, arrays), batch_size))
        kept = self._kept(taps)
        is_tapped = any(name in kept for name in self.graph.inputs)
        if len(batches) < 2 * self.threads or is_tapped or not self._is_small(kept):
            yield from (self.run(batch, taps) for batch in batches)
            return
        # Whole batches to each worker, which then begins only once.
        seconds = None if self._seconds is None else self._seconds * batch_size

        def run(batch: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
            return self._computed(self.run(batch, taps))

        results = map_in_order(run, batches, self.threads, seconds)
        yield from self._complete(batches, results, kept)

    def run_operator(
        self, index: int, inputs: Sequence[NDArray[Any] | None]
    ) -> tuple[NDArray[Any], ...]:
        """Run operator `index` of the graph alone.

        Parameters
        ----------
        index : int
            Into ``graph.operators``.
        inputs : sequence of (ndarray or None)
            One array per input of the operator, as stored (codes for quantized tensors). Where
            None is given for a constant, the graph's own value is taken; another value given for
            it replaces it in this run.

        Returns
        -------
        tuple of ndarray
            Its outputs.

        Raises
        ------
        ExecutionError
            If the number of inputs is wrong, or one that is not constant is missing.
        """
        operator = self.graph.operators[index]
        if len(inputs) != len(operator.inputs):
            raise ExecutionError(
                f"{operator.kind} has {len(operator.inputs)} input(s), "
                f"but {len(inputs)} were given."
            )
        kernel = self._kernels[index]
        arrays: list[NDArray[Any] | None] = []
        replaced: dict[int, Tensor] = {}
        for i, (name, given) in enumerate(zip(operator.inputs, inputs, strict=True)):
            constant = None if name is None else self._constants.get(name)
            if name is not None and constant is None and given is None:
                raise ExecutionError(f"Input {name!r} of {operator.kind} is missing.")
            if name is not None and given is not None and constant is not None:
                if given is not constant:
                    replaced[i] = replace(self._tensors[name], data=given)
                constant = given
            arrays.append(constant if given is None else given)
        with single_threaded_blas():
            if replaced:
                kernel = prepare_kernel(self._context(operator, replaced))
            return _compute(operator, kernel, arrays)

    def _kept(self, taps: Taps) -> Collection[str]:
        if taps == "all":
            return self._tensors.keys()
        if isinstance(taps, str):
            taps = (taps,)
        names = set(taps)
        unknown = sorted(names - self._tensors.keys())
        if unknown:
            raise ExecutionError(f"The model has no tensor {unknown[0]!r} to tap.")
        return names | set(self.graph.outputs)

    def _run_fresh(self, inputs: Mapping[str, NDArray[Any]], kept: Collection[str]) -> Trace:
        with fresh_variables():
            return self._run_piece(inputs, kept)

    def _run_piece(self, inputs: Mapping[str, NDArray[Any]], kept: Collection[str]) -> Trace:
        arrays = dict(self._constants)
        arrays.update({name: _read_only(array) for name, array in inputs.items()})
        for step in self._steps:
            operands = [None if n is None else arrays[n] for n in step.operator.inputs]
            results = _compute(step.operator, step.kernel, operands)
            for name, result in zip(step.operator.outputs, results, strict=True):
                arrays[name] = _read_only(result)
            del operands, results
            for name in step.last_read:
                if name not in kept:
                    del arrays[name]
        return Trace(self.graph, {n: a for n, a in arrays.items() if n in kept})


def _compute(
    operator: Operator, kernel: Kernel, arrays: Sequence[NDArray[Any] | None]
) -> tuple[NDArray[Any], ...]:
    """Outputs of a kernel; what numpy finds impossible becomes an error that names the operator."""
    try:
        # Overflow, NaN and division by zero are results like any other, as they are on a device.
        with np.errstate(all="ignore"):
            return kernel(arrays)
    except IMPOSSIBLE as error:
        shapes = ", ".join("absent" if a is None else str(a.shape) for a in arrays)
        raise ExecutionError(
            f"{operator.kind} of layer {place_of(operator)!r} cannot work on inputs of shape "
            f"{shapes}: {error}."
        ) from error


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    """A view that no kernel and no reader of a trace can write through."""
    view = np.asarray(array).view()
    view.flags.writeable = False
    return view


def _samples(graph: Graph, arrays: Mapping[str, NDArray[Any]]) -> int:
    """Number of samples in the inputs; 1 for a graph without a batch dimension."""
    for name in graph.inputs:
        shape = graph.tensors[name].shape
        if shape and shape[0] in (1, -1) and arrays[name].ndim:
            return len(arrays[name])
    return 1


def _pieces(
    graph: Graph, arrays: Mapping[str, NDArray[Any]], count: int, size: int
) -> Iterator[dict[str, NDArray[Any]]]:
    """Inputs in pieces of `size` samples; inputs without a batch dimension go with every piece."""
    if count <= size:
        yield dict(arrays)
        return
    batched = {n for n in graph.inputs if graph.tensors[n].shape[:1] in ((1,), (-1,))}
    for start in range(0, count, size):
        part = slice(start, start + size)
        yield {n: a[part] if n in batched else a for n, a in arrays.items()}
