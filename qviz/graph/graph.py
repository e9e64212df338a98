"""The graph: what every reader makes, every quantizer maps and every executor runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from qviz.graph.operator import Operator
from qviz.graph.tensor import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Where a graph comes from.

    Attributes
    ----------
    path : str
        File or folder as the user gave it.
    format : str
        ``keras``, ``h5``, ``tflite``, ``tfjs``, ``savedmodel``, ``converted`` or ``qviz``.
    writer : str
        Program and version that wrote the file, e.g. ``Keras 2.15.0``; empty if unknown.
    sha256 : str
        Of the file (of ``model.json`` in a folder), hexadecimal.
    size_bytes : int
        Of the file, or of all files of the folder.
    model : object or None
        What the reader parsed before lowering (``formats.keras.KerasModel``), kept for writers that
        need the layers as the author wrote them. Opaque to everything below `formats`.
    notes : tuple of str
        Sentences the user should read, e.g. what the reader had to assume.
    """

    path: str
    format: str
    writer: str = ""
    sha256: str = ""
    size_bytes: int = 0
    model: Any = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Graph:
    """Operators in execution order and tensors by name; immutable.

    Attributes
    ----------
    name : str
        Of the model.
    operators : tuple of Operator
        Each after those that make its inputs.
    tensors : Mapping of str to Tensor
        Every tensor that an operator, `inputs` or `outputs` names.
    inputs, outputs : tuple of str
        Names of the tensors that go in and come out, in the model's order.
    source : Source or None
        Where it comes from.
    """

    name: str
    operators: tuple[Operator, ...]
    tensors: Mapping[str, Tensor]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    source: Source | None = None

    def __repr__(self) -> str:
        """One line; the arrays of a model fill pages."""

        def described(names: tuple[str, ...]) -> str:
            tensors = (self.tensors[name] for name in names)
            return ", ".join(f"{t.name} {t.shape} {t.dtype}" for t in tensors)

        counts = f"{len(self.operators)} operators, {len(self.tensors)} tensors"
        ends = f"takes {described(self.inputs)}, gives {described(self.outputs)}"
        return f"<Graph {self.name!r}: {counts}, {ends}>"

    @classmethod
    def build(
        cls,
        operators: Iterable[Operator],
        tensors: Iterable[Tensor],
        inputs: Iterable[str],
        outputs: Iterable[str],
        *,
        name: str = "model",
        source: Source | None = None,
    ) -> Graph:
        """Make a graph, keep only the tensors in use, and check that it is well formed.

        Raises
        ------
        ValueError
            If a tensor is missing, defined twice, or used before it is made.
        """
        by_name: dict[str, Tensor] = {}
        for tensor in tensors:
            if tensor.name in by_name:
                raise ValueError(f"two tensors are named {tensor.name!r}")
            by_name[tensor.name] = tensor
        ordered, inputs, outputs = tuple(operators), tuple(inputs), tuple(outputs)
        used: dict[str, None] = dict.fromkeys(inputs)
        ready = {n for n, t in by_name.items() if t.is_constant} | set(inputs)
        for operator in ordered:
            for tensor_name in operator.present_inputs:
                used.setdefault(tensor_name)
                if tensor_name not in ready and tensor_name in by_name:
                    raise ValueError(f"{operator.kind} reads {tensor_name!r} before it is made")
            for tensor_name in operator.outputs:
                used.setdefault(tensor_name)
                if tensor_name in ready:
                    raise ValueError(f"{operator.kind} makes {tensor_name!r} a second time")
                ready.add(tensor_name)
        for tensor_name in outputs:
            used.setdefault(tensor_name)
            if tensor_name not in ready and tensor_name in by_name:
                raise ValueError(f"no operator makes the output {tensor_name!r}")
        missing = [n for n in used if n not in by_name]
        if missing:
            raise ValueError(f"the graph has no tensor named {missing[0]!r}")
        kept = {n: by_name[n] for n in used}
        return cls(name, ordered, MappingProxyType(kept), inputs, outputs, source)

    def rebuild(
        self,
        operators: Iterable[Operator] | None = None,
        tensors: Iterable[Tensor] | None = None,
        *,
        inputs: Iterable[str] | None = None,
        outputs: Iterable[str] | None = None,
    ) -> Graph:
        """Checked copy with some parts replaced, as passes need it."""
        return Graph.build(
            self.operators if operators is None else operators,
            self.tensors.values() if tensors is None else tensors,
            self.inputs if inputs is None else inputs,
            self.outputs if outputs is None else outputs,
            name=self.name,
            source=self.source,
        )

    def with_source(self, source: Source) -> Graph:
        """The same graph with another source."""
        return replace(self, source=source)

    def producers(self) -> dict[str, int]:
        """Index of the operator that makes each tensor."""
        return {n: i for i, operator in enumerate(self.operators) for n in operator.outputs}

    def consumers(self) -> dict[str, list[int]]:
        """Indices of the operators that read each tensor, once per reading."""
        readers: dict[str, list[int]] = {}
        for i, operator in enumerate(self.operators):
            for name in operator.present_inputs:
                readers.setdefault(name, []).append(i)
        return readers

    def constants(self) -> dict[str, Tensor]:
        """The tensors that are part of the model, by name."""
        return {n: t for n, t in self.tensors.items() if t.is_constant}
