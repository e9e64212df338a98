"""One rounding mode beside the LiteRT interpreter.

The whole model is run on both sides and every tensor is compared. Where a tensor differs, so do
most after it; therefore each operator is also held alone against LiteRT's, given the very inputs
that it had there. That names a wrong kernel although errors pile up, and a right one although its
inputs differ in the last bit, as those of real values do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from qviz.errors import ExecutionError, QvizError
from qviz.evaluation.litert import KeptTensors, LitertProcess
from qviz.evaluation.tensor_difference import compare_arrays, same_bits
from qviz.evaluation.verification_results import (
    Difference,
    OperatorCheck,
    Place,
    TensorCheck,
    VerificationReport,
)
from qviz.execution import MODES, Executor, Trace
from qviz.formats.tflite.model import TfliteModel
from qviz.graph import Graph, Operator

Array = NDArray[Any]


class SideBySide:
    """Runs samples in qviz and in LiteRT and counts what differs.

    Parameters
    ----------
    graph : Graph
        As it was read from a ``.tflite`` file.
    mode : str
        Rounding mode.
    litert : LitertProcess
        With that file loaded.
    positions : sequence of int, optional
        Of the operators in the file that users know, where the graph is a part of that; their own
        if not given.

    Raises
    ------
    ExecutionError
        If the executor has no such mode, or the graph does not come from a ``.tflite`` file.
    UnsupportedOperatorError
        If an operator has no kernel.
    """

    def __init__(
        self,
        graph: Graph,
        mode: str,
        litert: LitertProcess,
        positions: Sequence[int] | None = None,
    ) -> None:
        if mode not in MODES:
            raise ExecutionError(f"The mode {mode} is not available in this version of qviz.")
        self._graph, self._mode, self._litert = graph, mode, litert
        self._positions = range(len(graph.operators)) if positions is None else positions
        self._indices = tensor_indices(graph)
        self._executor = Executor(graph, mode)
        self._samples = 0
        # Tensors of real values have to be measured first: what a difference means depends on it.
        self._measured = [
            self._indices[n] for n, t in graph.tensors.items() if t.dtype.kind in "fc"
        ]
        self._ranges: dict[int, tuple[float, float]] = {}
        self._tensors: dict[str, Difference] = {}
        self._operators: dict[int, Difference] = {}
        self._problems: dict[int, str] = {}
        self._not_compared: dict[str, str] = {}
        # Tensors that LiteRT has no value of, that it gives another value each time, and all that
        # follow from these.
        self._unread: set[str] = set()
        self._unstable: set[str] = set()
        self._tainted: set[str] = set()

    @property
    def measures(self) -> bool:
        """Whether there are real values, so that :meth:`measure` has to see all samples first."""
        return bool(self._measured)

    def measure(self, arrays: Mapping[str, Array]) -> None:
        """Learn from one sample how far real values reach; arguments and errors of :meth:`add`."""
        found = self._litert.ranges(self._mode, self._by_index(arrays), self._measured)
        for index, (low, high) in found.items():
            lowest, highest = self._ranges.get(index, (0.0, 0.0))
            self._ranges[index] = (min(low, lowest), max(high, highest))

    def add(self, arrays: Mapping[str, Array]) -> None:
        """Run one sample on both sides and count.

        Parameters
        ----------
        arrays : Mapping of str to ndarray
            Every input of the graph by name, as stored (codes of quantized inputs).

        Raises
        ------
        ExecutionError
            If qviz cannot run it.
        InterpreterError
            If LiteRT cannot.
        """
        trace = self._executor.run(arrays, taps="all")
        # A handle (kind V) has no value outside the interpreter.
        wanted = [
            self._indices[n]
            for n, t in self._graph.tensors.items()
            if not t.is_constant and t.dtype.kind != "V"
        ]
        with self._litert.run(self._mode, self._by_index(arrays), wanted) as kept:
            self._set_unstable_aside(arrays, trace, kept)
            for index, operator in enumerate(self._graph.operators):
                self._compare(index, operator, trace, kept)
        self._samples += 1

    def _set_unstable_aside(
        self, arrays: Mapping[str, Array], trace: Trace, kept: KeptTensors
    ) -> None:
        """Find tensors that LiteRT computes otherwise when it is asked again.

        Some of its kernels read memory that is not theirs, or leave part of a result unset. What
        they give can be neither right nor wrong, nor can what is computed from it.
        """
        differing = {
            name: self._indices[name]
            for operator in self._graph.operators
            for name in operator.outputs
            if self._indices[name] in kept
            and self._is_kept(operator)
            and self._difference(name, trace[name], kept[self._indices[name]]).differing
        }
        if not differing:
            return
        with self._litert.run(self._mode, self._by_index(arrays), differing.values()) as again:
            changed = {n for n, i in differing.items() if not same_bits(kept[i], again.get(i))}
        for index, operator in enumerate(self._graph.operators):
            follows = any(name in self._tainted for name in operator.present_inputs)
            for name in operator.outputs:
                if not follows and name in changed:
                    self._unstable.add(name)
                    self._operators.pop(index, None)
                if follows or name in changed:
                    self._tainted.add(name)
                    self._tensors.pop(name, None)
                    self._not_compared[name] = (
                        f"operator {self._place(index)} works on values of that kind"
                        if follows
                        else "LiteRT gives other values each time that it runs"
                    )

    def _compare(self, index: int, operator: Operator, trace: Trace, kept: KeptTensors) -> None:
        """Outputs of one operator: in the run as a whole, and given LiteRT's inputs."""
        theirs = self._theirs(operator, trace, kept)
        if not theirs:
            return
        whole = {n: self._difference(n, trace[n], array) for n, array in theirs.items()}
        for name, difference in whole.items():
            if name not in self._tainted:
                self._tensors[name] = self._tensors.get(name, Difference()) + difference
        alone = self._alone(index, operator, trace, kept)
        if alone is None:
            found = whole
        else:
            found = {
                n: self._difference(n, alone[n], array) for n, array in theirs.items() if n in alone
            }
        total = sum(found.values(), self._operators.get(index, Difference()))
        self._operators[index] = total

    def _difference(self, name: str, ours: Array, theirs: Array) -> Difference:
        low, high = self._ranges.get(self._indices[name], (0.0, 0.0))
        return compare_arrays(ours, theirs, high - low)

    def _by_index(self, arrays: Mapping[str, Array]) -> dict[int, Array]:
        return {self._indices[name]: array for name, array in arrays.items()}

    def _theirs(self, operator: Operator, trace: Trace, kept: KeptTensors) -> dict[str, Array]:
        """What LiteRT has for the outputs of an operator."""
        arrays = {}
        for name in operator.outputs:
            index = self._indices[name]
            if name in self._unstable:
                continue
            if index in kept and (self._is_kept(operator) or same_bits(trace[name], kept[index])):
                arrays[name] = kept[index]
            elif self._graph.tensors[name].dtype.kind != "V":
                reason = kept.missing.get(index, "XNNPACK takes it in as a weight")
                self._not_compared[name] = reason
                self._unread.add(name)
        return arrays

    def _is_kept(self, operator: Operator) -> bool:
        """Whether LiteRT computes the operator; XNNPACK unpacks constants for itself instead."""
        if self._mode != "xnnpack" or operator.kind != "DEQUANTIZE":
            return True
        return any(self._varies(name) for name in operator.present_inputs)

    def _alone(
        self, index: int, operator: Operator, trace: Trace, kept: KeptTensors
    ) -> dict[str, Array] | None:
        """Outputs that the operator has with LiteRT's inputs; None where those are qviz's own."""
        given: list[Array | None] = []
        for name in operator.inputs:
            their = None if name is None else self._input(name, kept)
            ours = None if name is None or their is None else trace[name]
            given.append(None if ours is None or same_bits(ours, their) else their)
        if all(array is None for array in given):
            return None
        given = [
            trace[name] if array is None and name is not None and self._varies(name) else array
            for name, array in zip(operator.inputs, given, strict=True)
        ]
        try:
            results = self._executor.run_operator(index, given)
        except QvizError as error:
            self._problems[index] = str(error)
            return {}
        return dict(zip(operator.outputs, results, strict=True))

    def _input(self, name: str, kept: KeptTensors) -> Array | None:
        index = self._indices[name]
        known = self._varies(name) and index in kept and name not in self._unread
        return kept[index] if known else None

    def _varies(self, name: str) -> bool:
        return not self._graph.tensors[name].is_constant

    def report(self, problem: str = "") -> VerificationReport:
        """What was found up to now; `problem` says why no more samples were run."""
        places = {n: self._place(i) for n, i in self._graph.producers().items()}
        return VerificationReport(
            mode=self._mode,
            samples=self._samples,
            tensors=tuple(
                TensorCheck(name, str(self._graph.tensors[name].dtype), places[name], difference)
                for name, difference in self._tensors.items()
            ),
            operators=tuple(
                OperatorCheck(self._place(i), difference, self._problems.get(i, ""))
                for i, difference in self._operators.items()
            ),
            not_compared=tuple(self._not_compared.items()),
            problem=problem,
        )

    def _place(self, index: int) -> Place:
        operator = self._graph.operators[index]
        return Place(self._positions[index], operator.kind, operator.layer)


def tensor_indices(graph: Graph) -> dict[str, int]:
    """Index in its ``.tflite`` file of every tensor of a graph that was read from one.

    Raises
    ------
    ExecutionError
        If the graph does not come from a ``.tflite`` file.
    """
    model = None if graph.source is None else graph.source.model
    if not isinstance(model, TfliteModel):
        raise ExecutionError("Only what was read from a .tflite file can be held against LiteRT.")
    return {name: index for index, name in enumerate(model.tensor_names)}
