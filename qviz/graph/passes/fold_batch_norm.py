"""Batch-norm folding: the layer disappears into the weights beside it.

Where each batch norm goes, as TF 2.21's converter decides it::

    CONV_2D, DEPTHWISE_CONV_2D,       back into these weights, also through a RESHAPE,
    TRANSPOSE_CONV, FULLY_CONNECTED   EXPAND_DIMS or SQUEEZE that keeps the channels last
    → BATCH_NORMALIZATION             (Conv1D)
    BATCH_NORMALIZATION               forward into the weights of every dense layer that reads
    → FULLY_CONNECTED with a bias     it, if they are its only readers
    everything else                   stays, as MUL and ADD with constants
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from qviz.errors import QvizError
from qviz.graph.graph import Graph
from qviz.graph.operator import Operator
from qviz.graph.passes.batch_norm import AffineForm, affine_form
from qviz.graph.passes.draft import RESHAPING, Draft
from qviz.graph.passes.folding_report import Folding, FoldingReport
from qviz.graph.tensor import Tensor

KIND = "BATCH_NORMALIZATION"

_Compute = Callable[[], tuple[NDArray[np.float32], NDArray[np.float32]]]

# Position of the weights, their dimension of output channels, position of the bias.
_FOLDABLE = {
    "CONV_2D": (1, 0, 2),
    "DEPTHWISE_CONV_2D": (1, 3, 2),
    "FULLY_CONNECTED": (1, 0, 2),
    "TRANSPOSE_CONV": (1, 0, 3),
}


def fold_batch_norm(graph: Graph) -> Graph:
    """Fold every batch norm into weights, or make it a MUL and an ADD.

    The operator that took a batch norm up makes the tensor that the batch norm made, and keeps
    its own layer. Folded weights keep their names; a new bias is named ``<layer>/bias``.

    Returns
    -------
    Graph
        Without BATCH_NORMALIZATION; `graph` itself if it had none.

    Raises
    ------
    QvizError
        If the parameters of a batch norm have no finite float32 form; the message names the layer.

    References
    ----------
    Float32 throughout, as TF 2.21's converter: ``k = gamma * rs``, ``W' = W * k``,
    ``b' = (beta - mean * k) + b * k``.
    """
    return _fold(graph)[0]


def describe_folding(graph: Graph) -> FoldingReport:
    """What `fold_batch_norm` does with the batch norms of `graph`, and why."""
    return _fold(graph)[1]


def _fold(graph: Graph) -> tuple[Graph, FoldingReport]:
    positions = [i for i, operator in enumerate(graph.operators) if operator.kind == KIND]
    if not positions:
        return graph, FoldingReport(())
    folder = _Folder(graph)
    foldings = tuple(folder.fold(position) for position in positions)
    return folder.finish(), FoldingReport(foldings)


class _Folder:
    """One run of the pass."""

    def __init__(self, graph: Graph) -> None:
        self._draft = Draft(graph)
        self._remaining: dict[int, AffineForm] = {}
        # A shared layer before a shared batch norm is folded once and stays shared.
        self._made: dict[tuple[str | None, ...], tuple[str, str]] = {}
        self._shared = {n for n, readers in graph.consumers().items() if len(readers) > 1}

    def fold(self, position: int) -> Folding:
        operator = self._draft.operators[position]
        assert operator is not None
        form = affine_form(operator, self._draft.tensors)
        dead = form.dead_channels
        reason = self._axis_reason(operator)
        if not reason:
            chain, reason = self._chain_before(operator)
            if not reason:
                layer = self._fold_back(position, operator, chain, form)
                return Folding(operator.layer, (layer,), dead_channels=dead)
            if readers := self._dense_after(operator):
                layers = self._fold_forward(position, operator, readers, form)
                return Folding(operator.layer, layers, forward=True, dead_channels=dead)
        self._remaining[position] = form
        return Folding(operator.layer, reason=reason, dead_channels=dead)

    def _axis_reason(self, operator: Operator) -> str:
        rank = len(self._draft.tensors[operator.outputs[0]].shape)
        axis = int(operator.option("axis", -1))
        if axis % rank != rank - 1:
            return f"it normalizes axis {axis}, not the channels"
        return ""

    # -- back into the weights before --------------------------------------------------------

    def _chain_before(self, operator: Operator) -> tuple[list[int], str]:
        """Positions from the foldable operator down to the batch norm, or why there is none."""
        draft, name, chain = self._draft, operator.inputs[0], list[int]()
        while True:
            assert name is not None
            position = draft.producer(name)
            if position is None:
                return chain, "it stands before the first weights"
            producer = draft.operators[position]
            assert producer is not None
            where = _describe(producer)
            if draft.is_output(name):
                return chain, f"the result of {where} is also an output of the model"
            if not draft.is_private(name):
                return chain, f"the result of {where} has a second reader"
            chain.insert(0, position)
            if producer.kind in _FOLDABLE:
                return chain, self._unfoldable_reason(producer)
            source = producer.inputs[0]
            if producer.kind not in RESHAPING or source is None:
                return chain, f"it stands after {where}"
            if not _keeps_channels(draft.tensors[source], draft.tensors[name]):
                return chain, f"{where} rearranges the channels before it"
            name = source

    def _unfoldable_reason(self, producer: Operator) -> str:
        index, dimension, bias = _FOLDABLE[producer.kind]
        if producer.activation != "NONE":
            return f"{producer.activation} stands between {producer.layer} and it"
        weights = producer.inputs[index]
        for name in (weights, _input(producer, bias)):
            if name is not None:
                tensor = self._draft.tensors[name]
                if tensor.data is None or not tensor.is_float:
                    return f"the weights of {producer.layer} are not float constants"
        assert weights is not None
        if len(self._draft.tensors[weights].shape) <= dimension:
            return f"the weights of {producer.layer} have an unknown layout"
        return ""

    def _fold_back(
        self, position: int, operator: Operator, chain: list[int], form: AffineForm
    ) -> str:
        draft = self._draft
        producer = draft.operators[chain[0]]
        assert producer is not None
        index, dimension, bias_index = _FOLDABLE[producer.kind]
        weights, bias = producer.inputs[index], _input(producer, bias_index)
        assert weights is not None

        def compute() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
            data = _data(draft, weights)
            shape = [1] * data.ndim
            shape[dimension] = -1
            offset = form.offset
            if bias is not None:
                offset = offset + _data(draft, bias).reshape(-1) * form.factor
            return data * form.factor.reshape(shape), offset

        self._replace_weights(chain[0], operator, index, bias_index, compute)
        draft.replace(position, None)
        draft.move_output(chain[-1], operator.outputs[0])
        return producer.layer

    # -- forward into the dense layers after -------------------------------------------------

    def _dense_after(self, operator: Operator) -> list[tuple[int, ...]]:
        """Chains of positions down to each dense reader; empty unless all readers can take it."""
        chains: list[tuple[int, ...]] = []
        draft, open_ends = self._draft, [(operator.outputs[0], tuple[int, ...]())]
        while open_ends:
            name, chain = open_ends.pop()
            readers = draft.readers(name)
            if draft.is_output(name) or not readers:
                return []
            for position in readers:
                reader = draft.operators[position]
                assert reader is not None
                result = draft.tensors[reader.outputs[0]]
                if reader.kind in RESHAPING and _keeps_channels(draft.tensors[name], result):
                    open_ends.append((reader.outputs[0], (*chain, position)))
                elif self._takes_forward(reader, name):
                    chains.append((*chain, position))
                else:
                    return []
        return sorted(chains)

    def _takes_forward(self, reader: Operator, name: str) -> bool:
        if reader.kind != "FULLY_CONNECTED" or reader.inputs[0] != name:
            return False
        weights, bias = _input(reader, 1), _input(reader, 2)
        if weights is None or bias is None or name in (weights, bias):
            return False
        kernel = self._draft.tensors[weights]
        constant = kernel.is_constant and kernel.is_float and self._draft.tensors[bias].is_constant
        return constant and kernel.shape[-1] == self._draft.tensors[name].shape[-1]

    def _fold_forward(
        self,
        position: int,
        operator: Operator,
        chains: list[tuple[int, ...]],
        form: AffineForm,
    ) -> tuple[str, ...]:
        draft, layers = self._draft, list[str]()
        for chain in chains:
            dense = draft.operators[chain[-1]]
            assert dense is not None
            weights, bias = dense.inputs[1], dense.inputs[2]
            assert weights is not None
            assert bias is not None

            def compute(
                weights: str = weights, bias: str = bias
            ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
                kernel = _data(draft, weights)
                moved = kernel.astype(np.float64) @ form.offset.astype(np.float64)
                total = _data(draft, bias).reshape(-1) + moved
                return kernel * form.factor, total.astype(np.float32)

            self._replace_weights(chain[-1], operator, 1, 2, compute)
            layers.append(dense.layer)
        draft.replace(position, None)
        for first in {chain[0] for chain in chains}:
            reader = draft.operators[first]
            assert reader is not None
            draft.replace(first, replace(reader, inputs=(operator.inputs[0], *reader.inputs[1:])))
        return tuple(dict.fromkeys(layers))

    # -- both ----------------------------------------------------------------------------------

    def _replace_weights(
        self, position: int, operator: Operator, index: int, bias_index: int, compute: _Compute
    ) -> None:
        draft, target = self._draft, self._draft.operators[position]
        assert target is not None
        weights, bias = target.inputs[index], _input(target, bias_index)
        assert weights is not None
        shared = weights in self._shared
        key = (weights, bias, *operator.inputs[1:])
        names = self._made.get(key) if shared else None
        if names is None:
            before = bool(np.isfinite(_data(draft, weights)).all())
            with np.errstate(over="ignore", invalid="ignore"):
                kernel, offset = compute()
            if before and not (np.isfinite(kernel).all() and np.isfinite(offset).all()):
                raise QvizError(
                    f"Folding the batch norm {operator.layer!r} into {target.layer!r} overflows "
                    "float32. Check the weights of these two layers."
                )
            names = self._names(target, weights, bias, shared=shared)
            draft.set_constant(names[0], kernel)
            draft.set_constant(names[1], offset)
            if shared:
                self._made[key] = names
                self._shared.add(names[0])
        inputs = [*target.inputs, *[None] * (bias_index + 1 - len(target.inputs))]
        inputs[index], inputs[bias_index] = names
        draft.replace(position, replace(target, inputs=tuple(inputs)))

    def _names(
        self, target: Operator, weights: str, bias: str | None, *, shared: bool
    ) -> tuple[str, str]:
        draft = self._draft
        if bias is not None and not shared and len(draft.readers(bias)) == 1:
            bias_name = bias
        else:
            prefix = weights.rpartition("/")[0] or target.layer
            bias_name = draft.unique_name(bias or f"{prefix}/bias")
        return (draft.unique_name(weights) if shared else weights), bias_name

    def finish(self) -> Graph:
        """The folded graph, what could not be folded as MUL and ADD."""
        for (weights, bias, *_), made in self._made.items():
            for original, name in zip((weights, bias), made, strict=True):
                # Nobody reads the unfolded weights of a shared layer any more: the name is free.
                if original is not None and not self._draft.readers(original):
                    self._draft.rename_constant(name, original)
        graph = self._draft.finish()
        if not self._remaining:
            return graph
        forms = {self._output(position): form for position, form in self._remaining.items()}
        operators: list[Operator] = []
        for operator in graph.operators:
            if operator.kind == KIND:
                operators += self._multiply_add(operator, forms[operator.outputs[0]])
            else:
                operators.append(operator)
        return graph.rebuild(operators, self._draft.tensors.values())

    def _output(self, position: int) -> str:
        operator = self._draft.operators[position]
        assert operator is not None
        return operator.outputs[0]

    def _multiply_add(self, operator: Operator, form: AffineForm) -> tuple[Operator, Operator]:
        draft, source, result = self._draft, operator.inputs[0], operator.outputs[0]
        tensor = draft.tensors[result]
        rank = len(tensor.shape)
        axis = int(operator.option("axis", -1)) % rank
        shape = (-1,) if axis == rank - 1 else tuple(-1 if i == axis else 1 for i in range(rank))
        constants = [
            draft.set_constant(draft.unique_name(f"{operator.layer}/{what}"), value.reshape(shape))
            for what, value in (("factor", form.factor), ("offset", form.offset))
        ]
        scaled = draft.unique_name(f"{result}/scaled")
        draft.tensors[scaled] = replace(tensor, name=scaled, origin=None)
        layer, options = operator.layer, {"fused_activation_function": "NONE"}
        return (
            Operator("MUL", (source, constants[0]), (scaled,), options, layer),
            Operator("ADD", (scaled, constants[1]), (result,), options, layer),
        )


def _data(draft: Draft, name: str) -> NDArray[np.float32]:
    data = draft.tensors[name].data
    assert data is not None
    return data.astype(np.float32, copy=False)


def _input(operator: Operator, index: int) -> str | None:
    return operator.inputs[index] if index < len(operator.inputs) else None


def _describe(operator: Operator) -> str:
    return f"{operator.kind} of {operator.layer or operator.outputs[0]}"


def _keeps_channels(before: Tensor, after: Tensor) -> bool:
    """Whether the last axis holds the same channels in both shapes."""
    return (
        bool(before.shape and after.shape)
        and before.shape[-1] == after.shape[-1]
        and after.shape[-1] > 0
    )
