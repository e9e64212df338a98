"""Collecting operators and tensors, and making a graph of those that the outputs need."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.errors import ModelFormatError
from qviz.graph import Graph, Operator, Tensor

# A nested model that is called twice inside one that is called twice ... grows without end.
_MAX_OPERATORS = 8_000
_MAX_ELEMENTS = 1 << 31


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """A tensor that is not named yet: an input, a constant, or the result of an operator."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    data: NDArray[Any] | None = None

    @property
    def rank(self) -> int:
        """Number of dimensions."""
        return len(self.shape)


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    kind: str
    inputs: tuple[Value | None, ...]
    outputs: tuple[Value, ...]
    options: Mapping[str, Any]
    layer: str


@dataclass(slots=True)
class GraphBuilder:
    """Operators and values in the order they were made.

    Names are wishes until :meth:`finish`: what a layer returns is named as the layer, first come
    first served; other values take what is left, with a number where a name is taken.
    """

    _steps: list[_Step] = field(default_factory=list)
    _producers: dict[Value, _Step] = field(default_factory=dict)
    _wishes: dict[Value, str] = field(default_factory=dict)
    _claims: dict[Value, str] = field(default_factory=dict)
    _shared: dict[tuple[int, str], Value] = field(default_factory=dict)
    masked: set[Value] = field(default_factory=set)

    def input(self, name: str, shape: Sequence[int], dtype: np.dtype[Any]) -> Value:
        """An input of the graph."""
        value = Value(tuple(shape), dtype)
        self._claims[value] = name
        return value

    def constant(self, name: str, array: NDArray[Any]) -> Value:
        """A constant."""
        array = np.ascontiguousarray(array).reshape(array.shape)
        value = Value(array.shape, array.dtype, array)
        self._wishes[value] = name
        return value

    def shared_constant(self, key: tuple[int, str], name: str, array: NDArray[Any]) -> Value:
        """A constant that is made once for each `key`, however often a layer is used."""
        if key not in self._shared:
            self._shared[key] = self.constant(name, array)
        return self._shared[key]

    def emit(
        self,
        kind: str,
        inputs: Sequence[Value | None],
        outputs: Sequence[Value],
        options: Mapping[str, Any],
        layer: str,
        name: str,
    ) -> None:
        """Add an operator.

        Raises
        ------
        ModelFormatError
            If the graph or a tensor grows beyond any real model.
        """
        if len(self._steps) >= _MAX_OPERATORS:
            raise ModelFormatError(f"The model has more than {_MAX_OPERATORS:,} operators.")
        for output in outputs:
            if math.prod(output.shape) > _MAX_ELEMENTS or min(output.shape, default=1) < 1:
                sizes = "×".join(map(str, output.shape))
                raise ModelFormatError(
                    f"Layer {layer!r} would make a tensor of {sizes} values; "
                    "give a fitting input shape if the model leaves it open."
                )
        step = _Step(kind, tuple(inputs), tuple(outputs), options, layer)
        self._steps.append(step)
        for output in outputs:
            self._producers[output] = step
            self._wishes[output] = name

    def source_of_reshape(self, value: Value) -> Value | None:
        """What `value` is the same as in another shape; None if it is no RESHAPE's result."""
        step = self._producers.get(value)
        return step.inputs[0] if step is not None and step.kind == "RESHAPE" else None

    def source_of_transpose(self, value: Value) -> tuple[Value, tuple[int, ...]] | None:
        """What `value` is a transposition of, and its permutation; None if it is none."""
        step = self._producers.get(value)
        if step is None or step.kind != "TRANSPOSE":
            return None
        source, permutation = step.inputs
        assert source is not None
        assert permutation is not None
        assert permutation.data is not None
        return source, tuple(int(axis) for axis in permutation.data)

    def claim(self, value: Value, name: str) -> None:
        """Name the result of a layer, unless another layer has named it before."""
        if value.data is None:
            self._claims.setdefault(value, name)

    def finish(self, name: str, inputs: Sequence[Value], outputs: Sequence[Value]) -> Graph:
        """The graph of everything that `outputs` need."""
        steps = self._needed(outputs)
        names = self._names(steps, inputs)
        operators = [
            Operator(
                s.kind,
                tuple(None if v is None else names[v] for v in s.inputs),
                tuple(names[v] for v in s.outputs),
                s.options,
                s.layer,
            )
            for s in steps
        ]
        tensors = [Tensor(n, v.shape, v.dtype, v.data) for v, n in names.items()]
        return Graph.build(
            operators, tensors, (names[v] for v in inputs), (names[v] for v in outputs), name=name
        )

    def _needed(self, outputs: Sequence[Value]) -> list[_Step]:
        wanted = set(outputs)
        kept = []
        for step in reversed(self._steps):
            if not wanted.isdisjoint(step.outputs):
                kept.append(step)
                wanted.update(v for v in step.inputs if v is not None)
            else:
                # A layer's name outlives a movement of its data that was undone behind it.
                self._hand_down_claim(step)
        return kept[::-1]

    def _hand_down_claim(self, step: _Step) -> None:
        source = step.inputs[0] if step.inputs else None
        claim = self._claims.get(step.outputs[0])
        if step.kind in ("TRANSPOSE", "RESHAPE") and claim is not None and source is not None:
            producer = self._producers.get(source)
            if producer is not None and producer.layer == step.layer:
                self._claims.setdefault(source, claim)

    def _names(self, steps: Sequence[_Step], inputs: Sequence[Value]) -> dict[Value, str]:
        # A dict in order of appearance: inputs first, then operators with what they read.
        present: dict[Value, None] = dict.fromkeys(inputs)
        for step in steps:
            present.update(dict.fromkeys(v for v in step.inputs if v is not None))
            present.update(dict.fromkeys(step.outputs))
        names: dict[Value, str] = {}
        taken: set[str] = set()
        for wishes in (self._claims, self._wishes):
            for value in present:
                if value not in names and value in wishes:
                    names[value] = _free_name(wishes[value], taken)
        return {value: names[value] for value in present}


def _free_name(wish: str, taken: set[str]) -> str:
    name = wish
    numbers = itertools.count(2)
    while name in taken:
        name = f"{wish}_{next(numbers)}"
    taken.add(name)
    return name
