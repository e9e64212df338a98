"""Traces one element of one operator, and holds the result against the executor."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.errors import ExecutionError, UnsupportedOperatorError
from qviz.evaluation.element.contributions import contributions_of
from qviz.evaluation.element.conversions import CONVERSIONS, conversion_steps
from qviz.evaluation.element.lookups import LOOKUPS, lookup_steps
from qviz.evaluation.element.means import MEANS, mean_steps
from qviz.evaluation.element.moves import MOVES, move_steps
from qviz.evaluation.element.multiply_adds import multiply_add_steps
from qviz.evaluation.element.operation import NoStepsError, Operation, Steps, describe
from qviz.evaluation.element.pooling import POOLS, pooling_steps
from qviz.evaluation.element.products import MULTIPLY_ADDS
from qviz.evaluation.element.results import (
    ElementChoice,
    ElementTrace,
    Operand,
    OperatorChoice,
)
from qviz.evaluation.element.two_operands import TWO_OPERANDS, two_operand_steps
from qviz.evaluation.running import run_real
from qviz.execution import Executor, Trace
from qviz.execution.delegation import rules_of
from qviz.execution.kernels.registry import IMPOSSIBLE, Context
from qviz.graph import Graph, Layer, layers

Array = NDArray[Any]
Sample = Array | tuple[Array, ...] | Mapping[str, Array]

# All tensors of a sample are kept up to this size, so that the next layer needs no run.
_KEPT_BYTES = 64 << 20

_TRACERS: dict[str, Callable[[Operation], Steps]] = {
    **dict.fromkeys(MULTIPLY_ADDS, multiply_add_steps),
    **dict.fromkeys(TWO_OPERANDS, two_operand_steps),
    **dict.fromkeys(POOLS, pooling_steps),
    **dict.fromkeys(MEANS, mean_steps),
    **dict.fromkeys(CONVERSIONS, conversion_steps),
    **dict.fromkeys(LOOKUPS, lookup_steps),
    **dict.fromkeys(MOVES, move_steps),
}
TRACED_KINDS = tuple(_TRACERS)
"""Kinds of operators that have a step view."""


class ElementTracer:
    """Traces elements of a quantized network, beside the float network it was made from.

    Parameters
    ----------
    quantized : Graph
    reference : Graph, optional
        Float, batch norms folded; None where only the quantized file is there.
    mode : str
        Rounding mode, one of ``qviz.execution.MODES``.
    known : collection of str
        Layers of the model as its author wrote it, some of which folding may have taken away.
    not_run : mapping of str to str
        Layers that were left out because they cannot be run, each with the reason.
    """

    def __init__(
        self,
        quantized: Graph,
        reference: Graph | None = None,
        mode: str = "reference",
        known: Collection[str] = (),
        not_run: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.quantized, self.reference, self.mode = quantized, reference, mode
        self._known, self._not_run = frozenset(known), not_run
        self._executor = Executor(quantized, mode)
        self._float_executor = None if reference is None else Executor(reference, mode)
        sizes = (t.size * t.dtype.itemsize for t in quantized.tensors.values())
        self._keeps_all = sum(sizes) <= _KEPT_BYTES
        self._layers = {layer.name: layer for layer in layers(quantized)}
        self._producers = quantized.producers()
        # Going from element to element asks for the same tensors of the same sample.
        self._last: tuple[Sample, frozenset[str], Trace, Trace | None] | None = None

    @property
    def layer_names(self) -> tuple[str, ...]:
        """Layers of the quantized graph, in execution order."""
        return tuple(self._layers)

    def trace(self, sample: Sample, choice: ElementChoice) -> ElementTrace:
        """How the chosen element came about.

        Parameters
        ----------
        sample : ndarray, tuple or mapping
            One sample with its batch dimension: real values for every input in order, or arrays as
            the quantized graph stores them by name of the input.
        choice : ElementChoice

        Raises
        ------
        ExecutionError
            If there is no such layer, operator or element, or if the steps and the executor do
            not agree, which would be a fault of qviz.
        """
        layer = self._layer(choice.layer)
        choices = self._choices(layer)
        chosen = _chosen(layer, choices, choice.operator)
        operator = self.quantized.operators[chosen.index]
        names: tuple[str, ...] = (*operator.present_inputs, *operator.outputs)
        trace, floats = self._run(sample, names)
        output, real = trace[chosen.tensor], trace.real(chosen.tensor)
        expected = self._floats(chosen.tensor, output.shape, floats)
        order = None if expected is None else _largest_first(real, expected)
        at = _coordinates(choice, output.shape, order)
        operation = Operation(
            Context(
                operator,
                tuple(None if n is None else self.quantized.tensors[n] for n in operator.inputs),
                tuple(self.quantized.tensors[n] for n in operator.outputs),
                rules_of(self.mode, operator, self.quantized.tensors),
            ),
            tuple(None if n is None else trace[n] for n in operator.inputs),
            output,
            tuple(
                None if n is None else self._floats(n, trace[n].shape, floats)
                for n in operator.inputs
            ),
            at,
            choice.most_terms,
        )
        return self._assembled(layer.name, chosen, choices, operation, real, expected, order)

    def _with_maker(self, operand: Operand) -> Operand:
        """`operand` with the layer and the operator that make it, if they can be traced."""
        index = self._producers.get(operand.tensor)
        if index is None:
            return operand
        maker = self.quantized.operators[index]
        if maker.outputs[0] != operand.tensor:
            return operand
        return replace(operand, layer=maker.layer or maker.outputs[0], operator=index)

    def _layer(self, name: str) -> Layer:
        if name in self._layers:
            return self._layers[name]
        if name in self._not_run:
            raise ExecutionError(f"The layer {name!r} is not run. {self._not_run[name]}")
        if name in self._known:
            raise ExecutionError(
                f"The layer {name!r} is no longer one of its own in the quantized network: it "
                f"became part of the one before or after it. Trace that layer instead."
            )
        listed = ", ".join(list(self._layers)[:8]) + (", …" if len(self._layers) > 8 else "")
        raise ExecutionError(f"The quantized network has no layer {name!r}; it has {listed}.")

    def _choices(self, layer: Layer) -> tuple[OperatorChoice, ...]:
        found = [(i, self.quantized.operators[i]) for i in layer.operators]
        return tuple(OperatorChoice(i, o.kind, o.outputs[0]) for i, o in found if o.outputs)

    def _run(self, sample: Sample, names: tuple[str, ...]) -> tuple[Trace, Trace | None]:
        if self._keeps_all:
            names = tuple(self.quantized.tensors)
        last = self._last
        if last is not None and last[0] is sample and last[1].issuperset(names):
            return last[2], last[3]
        floats = None
        if isinstance(sample, Mapping):
            trace = self._executor.run(sample, names)
        else:
            trace = run_real(self._executor, self.quantized, sample, names)
            if self.reference is not None and self._float_executor is not None:
                wanted = {self._float_name(n) for n in names} & self.reference.tensors.keys()
                floats = run_real(self._float_executor, self.reference, sample, wanted)
        self._last = (sample, frozenset(names), trace, floats)
        return trace, floats

    def _float_name(self, name: str) -> str:
        return self.quantized.tensors[name].origin or name

    def _floats(self, name: str, shape: tuple[int, ...], floats: Trace | None) -> Array | None:
        """What the float network has for a tensor; None if it has nothing of that shape."""
        float_name = self._float_name(name)
        if floats is None or float_name not in floats.arrays:
            return None
        array = floats[float_name]
        return array if array.dtype.kind == "f" and array.shape == shape else None

    def _assembled(
        self,
        layer: str,
        chosen: OperatorChoice,
        choices: tuple[OperatorChoice, ...],
        operation: Operation,
        real: Array,
        expected: Array | None,
        order: Array | None,
    ) -> ElementTrace:
        output, at = operation.context.output, operation.at
        stored = operation.output[at]
        code = int(stored) if output.quantization is not None and not output.is_float else None
        value = float(real[at])
        float_value = None if expected is None else float(expected[at])
        found, note = _steps(operation)
        if found is not None:
            _check(operation, found, code, value)
        named = _described(operation) if found is None else found.operands
        operands = tuple(self._with_maker(operand) for operand in named)
        channel = at[-1] if at else None
        rank = None if order is None else int(np.flatnonzero(order == operation.flat)[0])
        return ElementTrace(
            layer=layer,
            operator=chosen,
            operators=choices,
            mode=self.mode,
            rules=operation.rules.value,
            at=at,
            output_shape=tuple(operation.output.shape),
            operands=(*operands, describe(output, "output", channel)),
            value=value,
            code=code,
            terms=None if found is None else found.terms,
            steps=() if found is None else found.steps,
            float_value=float_value,
            contributions=(() if found is None else contributions_of(found, value, float_value)),
            rank=rank,
            note=note,
        )


def _chosen(layer: Layer, choices: tuple[OperatorChoice, ...], index: int | None) -> OperatorChoice:
    """The operator of that index, else the last of the layer's kind, else its last."""
    if not choices:
        raise ExecutionError(f"The layer {layer.name!r} makes no tensor, so nothing can be traced.")
    if index is None:
        main = [c for c in choices if c.kind == layer.kind]
        return (main or list(choices))[-1]
    for choice in choices:
        if choice.index == index:
            return choice
    numbers = ", ".join(f"{c.index} ({c.kind})" for c in choices)
    raise ExecutionError(f"The layer {layer.name!r} has no operator {index}; it has {numbers}.")


def _largest_first(real: Array, expected: Array) -> Array:
    """Places of all elements, those with the largest difference first, NaN before all."""
    with np.errstate(all="ignore"):
        errors = np.abs(real.astype(np.float64) - expected).reshape(-1)
    order: Array = np.argsort(-np.nan_to_num(errors, nan=np.inf), kind="stable")
    return order


def _coordinates(
    choice: ElementChoice, shape: tuple[int, ...], order: Array | None
) -> tuple[int, ...]:
    size = int(np.prod(shape, dtype=np.int64))
    if size == 0:
        raise ExecutionError(f"The output of {choice.layer!r} is empty.")
    if choice.at is None:
        if not 0 <= choice.rank < size:
            raise ExecutionError(
                f"The output of {choice.layer!r} has {size} elements; there is no error number "
                f"{choice.rank + 1}."
            )
        flat = choice.rank if order is None else int(order[choice.rank])
        return tuple(int(n) for n in np.unravel_index(flat, shape)) if shape else ()
    at = choice.at
    if len(at) == len(shape) - 1:
        at = (0, *at)
    inside = len(at) == len(shape) and all(0 <= a < n for a, n in zip(at, shape, strict=True))
    if not inside:
        given, last = (",".join(str(n) for n in c) for c in (choice.at, [n - 1 for n in shape]))
        raise ExecutionError(
            f"There is no element {given} in the output of {choice.layer!r}: its shape is "
            f"{' × '.join(str(n) for n in shape)}, so that the last element is {last}."
        )
    return at


def _steps(operation: Operation) -> tuple[Steps | None, str]:
    """Steps of the operator, or a sentence why it has none."""
    tracer = _TRACERS.get(operation.kind)
    context = operation.context
    try:
        if tracer is None:
            reason = "qviz does not take this kind of operator apart"
        else:
            # Infinities and NaN are results like any other.
            with np.errstate(all="ignore"):
                return tracer(operation), ""
    except NoStepsError as error:
        reason = str(error)
    except UnsupportedOperatorError as error:
        reason = str(error).rstrip(".")
    except IMPOSSIBLE as error:
        reason = f"its inputs do not have the shapes that its kind has ({error})"
    made = f"{context.output.dtype} {' × '.join(str(n) for n in operation.output.shape)}"
    return None, (
        f"{operation.kind} has no step view here: {reason}. It makes {made} of "
        f"{_inputs_text(operation)}."
    )


def _inputs_text(operation: Operation) -> str:
    texts = [
        f"{array.dtype} {' × '.join(str(n) for n in array.shape) or 'number'}"
        for array in operation.arrays
        if array is not None
    ]
    return ", ".join(texts) or "nothing"


def _described(operation: Operation) -> list[Operand]:
    tensors = [t for t in operation.context.inputs if t is not None]
    single = len(tensors) == 1
    return [describe(t, "input" if single else f"input {i}") for i, t in enumerate(tensors, 1)]


def _check(operation: Operation, found: Steps, code: int | None, value: float) -> None:
    """The steps give what the executor gave, or an error: nothing wrong is shown."""
    same = found.result == code if code is not None else _same(float(found.result), value)
    if not same:
        where = ",".join(str(n) for n in operation.at)
        raise ExecutionError(
            f"The steps of {operation.kind} give {found.result} at {where}, but the executor gave "
            f"{value if code is None else code}. This is a fault of qviz; please report the model."
        )


def _same(a: float, b: float) -> bool:
    return a == b or (np.isnan(a) and np.isnan(b))
