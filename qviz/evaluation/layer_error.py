"""How far each layer of a quantized network is from the float network.

Three errors are told apart: of the weights, of the layer alone (local), and of everything up to
and including the layer (accumulated).
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.evaluation.metrics import ErrorAccumulator, error_metrics
from qviz.evaluation.results import ErrorMetrics, LayerError
from qviz.evaluation.running import run_real
from qviz.evaluation.weights import quantized_counterpart
from qviz.execution import Executor, Trace
from qviz.execution.blas import single_threaded_blas
from qviz.execution.io import quantize_input
from qviz.execution.parallel import map_in_order
from qviz.execution.states import VARIABLE_KINDS
from qviz.graph import Graph, Layer, Tensor, layers
from qviz.quantization.scheme import Scheme

Array = NDArray[Any]
Piece = Array | tuple[Array, ...]


@dataclass(frozen=True, slots=True, eq=False)
class LayerPath:
    """The part of a quantized graph that stands for one layer of the float graph.

    Attributes
    ----------
    target : str
        Tensor of the quantized graph that holds the layer's output.
    feeds : tuple of (str, str)
        Tensors of the quantized graph that go in, each with the float tensor it stands for.
    operators : tuple of int
        Indices of the operators between them, in execution order.
    """

    target: str
    feeds: tuple[tuple[str, str], ...]
    operators: tuple[int, ...]


def layer_inputs(graph: Graph, layer: Layer) -> tuple[str, ...]:
    """Activations that a layer reads from other layers."""
    operators = [graph.operators[i] for i in layer.operators]
    own = {name for operator in operators for name in operator.outputs}
    read = (name for operator in operators for name in operator.present_inputs)
    return tuple(
        dict.fromkeys(n for n in read if n not in own and not graph.tensors[n].is_constant)
    )


def find_path(
    reference: Graph, layer: Layer, quantized: Graph, producers: dict[str, int]
) -> LayerPath | None:
    """Operators of `quantized` that compute `layer` of `reference`; None where it has none.

    The way is followed from the layer's output back to the first tensors that stand for its
    inputs, so that inserted QUANTIZE and DEQUANTIZE operators and unfolded batch norms on the way
    count as part of the layer.
    """
    target = find_target(quantized, layer.output)
    if target is None:
        return None
    inputs = set(layer_inputs(reference, layer))
    feeds: dict[str, str] = {}
    operators: set[int] = set()
    waiting = [target]
    while waiting:
        name = waiting.pop()
        tensor = quantized.tensors[name]
        stands_for = tensor.origin or name
        if stands_for in inputs and name != target:
            feeds[name] = stands_for
        elif name in producers:
            if producers[name] not in operators:
                operators.add(producers[name])
                waiting.extend(quantized.operators[producers[name]].present_inputs)
        elif not tensor.is_constant:
            return None
    return LayerPath(target, tuple(feeds.items()), tuple(sorted(operators)))


def find_target(quantized: Graph, name: str) -> str | None:
    """Tensor of `quantized` that holds what float tensor `name` holds, codes before copies."""
    if name in quantized.tensors and not quantized.tensors[name].is_constant:
        return name
    made = (n for operator in quantized.operators for n in operator.outputs)
    return next((n for n in made if quantized.tensors[n].origin == name), None)


def weight_error(graph: Graph, layer: Layer, quantized: Graph) -> ErrorMetrics | None:
    """Error of the largest weight tensor of a layer; None where weights stay as they are.

    Parameters
    ----------
    graph : Graph
        Float graph that `quantized` was made from: folded, or unfolded for tfjs.
    layer : Layer
        Of `graph`.
    quantized : Graph
    """
    if not layer.weights:
        return None
    name = max(layer.weights, key=lambda n: graph.tensors[n].size)
    found = quantized_counterpart(quantized, name)
    if found is None or not graph.tensors[name].is_float:
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        values = found.real()
    return error_metrics(graph.tensors[name].real(), values, _steps(found))


def _steps(tensor: Tensor) -> Array | None:
    """Scale of a quantized tensor, shaped to broadcast against its values."""
    params = tensor.quantization
    if params is None:
        return None
    if params.quantized_dimension is None:
        return params.scale[:1].reshape((1,) * len(tensor.shape))
    shape = [1] * len(tensor.shape)
    shape[params.quantized_dimension] = -1
    return params.scale.reshape(shape)


class LocalRunner:
    """Runs the operators of one layer of a quantized graph on float inputs."""

    def __init__(self, executor: Executor, graph: Graph, path: LayerPath) -> None:
        self._executor = executor
        self._graph = graph
        self._path = path
        fed = {name for name, _ in path.feeds}
        constant = {name for name, tensor in graph.tensors.items() if tensor.is_constant} - fed
        varying = []
        for index in path.operators:
            operator = graph.operators[index]
            if constant.issuperset(operator.present_inputs):
                # Weights that are dequantized first; the executor has done that once and for all.
                constant.update(set(operator.outputs) - fed)
            else:
                varying.append(index)
        self._varying = tuple(varying)

    def run(self, trace: Trace) -> Array:
        """The layer's output as it is stored (codes), from its inputs in a float trace."""
        values: dict[str, Array] = {}
        for name, stands_for in self._path.feeds:
            values[name] = quantize_input(self._graph.tensors[name], trace[stands_for])
        for index in self._varying:
            values.update(self._run(index, values))
        return values[self._path.target]

    def _run(self, index: int, values: dict[str, Array]) -> dict[str, Array]:
        operator = self._graph.operators[index]
        inputs = [None if name is None else values.get(name) for name in operator.inputs]
        outputs = self._executor.run_operator(index, inputs)
        return dict(zip(operator.outputs, outputs, strict=True))


@dataclass(slots=True, eq=False)
class _Sums:
    """What one layer, or a part of the samples of it, adds up to."""

    local: ErrorAccumulator = field(default_factory=ErrorAccumulator)
    accumulated: ErrorAccumulator = field(default_factory=ErrorAccumulator)


@dataclass(frozen=True, slots=True, eq=False)
class _Measured:
    """One layer that is measured while samples go by."""

    layer: Layer
    path: LayerPath
    target: Tensor
    # None where the layer depends on variables, which only a run of the whole graph has.
    runner: LocalRunner | None
    sums: _Sums

    def measure(self, trace: Trace, outcome: Trace) -> _Sums:
        """Errors on the samples of a float run and of a quantized one."""
        sums = _Sums()
        expected = trace[self.layer.output]
        self._add(sums.accumulated, expected, outcome[self.path.target])
        if self.runner is not None:
            self._add(sums.local, expected, self.runner.run(trace))
        return sums

    def _add(self, errors: ErrorAccumulator, expected: Array, values: Array) -> None:
        params = self.target.quantization
        if params is None or values.dtype.kind == "f":
            step = None if params is None else float(params.scale[0])
            errors.update(expected, values.astype(np.float32, copy=False), step)
        else:
            errors.update_codes(expected, values, params)


def layer_error_steps(
    reference: Graph,
    unfolded: Graph,
    quantized: Graph,
    scheme: Scheme,
    batches: Iterable[Piece],
    *,
    reference_executor: Executor,
    executor: Executor,
) -> Generator[int, None, tuple[LayerError, ...]]:
    """Measure every layer, yielding the number of samples done from time to time.

    Parameters
    ----------
    reference : Graph
        Float graph with batch norms folded; its layers are the ones reported.
    unfolded : Graph
        The model as its author wrote it, whose weights tfjs stores.
    quantized : Graph
    scheme : Scheme
    batches : iterable
        Preprocessed samples. They are run a few at a time, on the threads of `executor`; memory is
        bounded by one batch and by those few.
    reference_executor, executor : Executor
        Of `reference` and of `quantized`.

    Returns
    -------
    tuple of LayerError
        In execution order of `reference`.
    """
    found = layers(reference)
    producers = quantized.producers()
    measured: dict[str, _Measured] = {}
    for layer in found:
        path = find_path(reference, layer, quantized, producers)
        if path is None or not reference.tensors[layer.output].is_float:
            continue
        kinds = {quantized.operators[i].kind for i in path.operators}
        alone = VARIABLE_KINDS.isdisjoint(kinds)
        runner = LocalRunner(executor, quantized, path) if alone else None
        target = quantized.tensors[path.target]
        measured[layer.name] = _Measured(layer, path, target, runner, _Sums())
    targets = tuple(dict.fromkeys(m.path.target for m in measured.values()))
    tapped = tapped_tensors(reference)
    layers_measured = tuple(measured.values())

    def measure(piece: Piece) -> tuple[int, list[_Sums]]:
        with single_threaded_blas():
            trace = run_real(reference_executor, reference, piece, tapped)
            outcome = run_real(executor, quantized, piece, targets)
            return _samples(piece), [m.measure(trace, outcome) for m in layers_measured]

    done = 0
    size = min(executor.micro_batch, reference_executor.micro_batch)
    pieces = (piece for batch in batches for piece in _pieces(batch, size))
    for count, sums in map_in_order(measure, pieces, executor.threads):
        # In the order of the samples, so that the sums do not depend on the threads.
        for m, part in zip(layers_measured, sums, strict=True):
            m.sums.local.merge(part.local)
            m.sums.accumulated.merge(part.accumulated)
        done += count
        yield done
    weighted = unfolded if scheme.family == "tfjs" else reference
    by_name = {layer.name: layer for layer in layers(weighted)}
    with single_threaded_blas():
        return tuple(
            _layer_error(
                layer, measured.get(layer.name), weighted, by_name, quantized, scheme, done
            )
            for layer in found
        )


def _samples(batch: Piece) -> int:
    return len(batch[0]) if isinstance(batch, tuple) else len(batch)


def _pieces(batch: Piece, size: int) -> Iterator[Piece]:
    """A batch in pieces of `size` samples."""
    for start in range(0, _samples(batch), size):
        part = slice(start, start + size)
        yield tuple(a[part] for a in batch) if isinstance(batch, tuple) else batch[part]


def tapped_tensors(reference: Graph) -> tuple[str, ...]:
    """Tensors of the float graph that layer errors need: inputs and outputs of all layers."""
    names: dict[str, None] = {}
    for layer in layers(reference):
        names.update(dict.fromkeys((*layer_inputs(reference, layer), layer.output)))
    # Layers that only change variables make no tensor.
    return tuple(name for name in names if name)


def _is_in_float(measured: _Measured, quantized: Graph, scheme: Scheme) -> bool:
    """Whether a scheme with integer activations leaves the layer in float."""
    if scheme.family == "eightbit":
        # What an 8-bit operator computes has a kind of its own.
        return any(
            quantized.operators[i].kind == measured.layer.kind for i in measured.path.operators
        )
    return scheme.is_integer and quantized.tensors[measured.path.target].is_float


def _layer_error(
    layer: Layer,
    measured: _Measured | None,
    weighted: Graph,
    by_name: dict[str, Layer],
    quantized: Graph,
    scheme: Scheme,
    samples: int,
) -> LayerError:
    own = by_name.get(layer.name)
    in_float = measured is not None and _is_in_float(measured, quantized, scheme)
    has_outputs = measured is not None and samples > 0
    is_local = has_outputs and measured is not None and measured.runner is not None
    return LayerError(
        layer=layer.name,
        kind=layer.kind,
        tensor=layer.output,
        weight=None if own is None else weight_error(weighted, own, quantized),
        local=measured.sums.local.result() if measured and is_local else None,
        accumulated=measured.sums.accumulated.result() if measured and has_outputs else None,
        in_float=in_float,
    )
