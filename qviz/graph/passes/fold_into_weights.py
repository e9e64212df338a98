"""Folding: layers that only scale and shift their channels disappear into the weights beside them.

What is folded where, as TF 2.21's converter decides it. A step is a batch norm, or an addition,
subtraction, multiplication or division with constants::

    CONV_2D, DEPTHWISE_CONV_2D,       back into these weights, also through a RESHAPE,
    TRANSPOSE_CONV, FULLY_CONNECTED   EXPAND_DIMS or SQUEEZE that keeps the channels last
    → step                            (Conv1D)
    step → FULLY_CONNECTED            forward, if all that read it can take it; an offset that
                                      differs between channels needs a bias to go to
    step → CONV_2D,                   forward, if it treats all channels alike; an offset only
    DEPTHWISE_CONV_2D                 where nothing is padded
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from qviz.errors import QvizError
from qviz.graph.graph import Graph
from qviz.graph.operator import Operator
from qviz.graph.passes.affine_form import AffineForm, arithmetic_form
from qviz.graph.passes.batch_norm import batch_norm_form
from qviz.graph.passes.draft import Draft
from qviz.graph.passes.folding_chains import (
    BATCH_NORMALIZATION,
    FOLDABLE,
    chain_before,
    chains_after,
    input_at,
    present,
    treats_channels,
)
from qviz.graph.passes.folding_report import Folding

_Weights = tuple[NDArray[np.float32], NDArray[np.float32] | None]


class Folder:
    """One run of folding over a graph.

    Parameters
    ----------
    graph : Graph
        Float.
    arithmetic : bool
        Whether arithmetic with constants is folded too, or batch norms only.
    """

    def __init__(self, graph: Graph, *, arithmetic: bool) -> None:
        self._draft = Draft(graph)
        self._forms: dict[int, AffineForm] = {}
        for position, operator in enumerate(graph.operators):
            form: AffineForm | None = None
            if operator.kind == BATCH_NORMALIZATION:
                form = batch_norm_form(operator, graph.tensors)
            elif arithmetic:
                form = arithmetic_form(operator, graph.tensors)
            if form is not None:
                self._forms[position] = form
        # A shared layer before a shared batch norm is folded once and stays shared.
        self._made: dict[tuple[str | None, ...], tuple[str, str | None]] = {}
        self._shared = {n for n, readers in graph.consumers().items() if len(readers) > 1}

    def run(self) -> tuple[Graph, tuple[Folding, ...]]:
        """The folded graph, and what became of each step in execution order."""
        done: dict[int, Folding] = {}
        reasons: dict[int, str] = {}
        for position in self._forms:
            result = self._fold_back(position)
            if isinstance(result, Folding):
                done[position] = result
            else:
                reasons[position] = result
        # The last first: what stands before it may then reach the weights too.
        for position in reversed(reasons):
            folding = self._fold_forward(position)
            if folding is not None:
                done[position] = folding
            elif self._operator(position).kind == BATCH_NORMALIZATION:
                done[position] = self._folding(position, reason=reasons[position])
        return self._finish(), tuple(done[position] for position in sorted(done))

    def _operator(self, position: int) -> Operator:
        return present(self._draft, position)

    def _folding(
        self,
        position: int,
        into: tuple[str, ...] = (),
        *,
        forward: bool = False,
        reason: str = "",
    ) -> Folding:
        dead = self._forms[position].dead_channels
        return Folding(self._operator(position).layer, into, forward, reason, dead)

    # -- back into the weights before --------------------------------------------------------

    def _fold_back(self, position: int) -> Folding | str:
        """Fold a step back, or say why not."""
        draft, form, operator = self._draft, self._forms[position], self._operator(position)
        if not treats_channels(self._draft, operator, form):
            return f"it normalizes axis {operator.option('axis', -1)}, not the channels"
        chain, reason = chain_before(self._draft, form.source)
        if reason:
            return reason
        producer = self._operator(chain[0])
        index, dimension, bias_index = FOLDABLE[producer.kind]

        def fold(kernel: NDArray[np.float32], bias: NDArray[np.float32] | None) -> _Weights:
            offset = form.offset
            if bias is not None:
                scaled = form.scale(bias, 0)
                offset = scaled if offset is None else offset + scaled
            channels = kernel.shape[dimension]
            if offset is not None and offset.size != channels:
                offset = np.broadcast_to(offset, (channels,)).copy()
            return form.scale(kernel, dimension), offset

        folding = self._folding(position, (producer.layer,))
        self._replace_weights(chain[0], operator, index, bias_index, fold, forward=False)
        if operator.activation != "NONE":
            self._set_activation(chain[0], operator.activation)
        draft.replace(position, None)
        draft.move_output(chain[-1], operator.outputs[0])
        return folding

    def _set_activation(self, position: int, activation: str) -> None:
        producer = self._operator(position)
        options = {**producer.options, "fused_activation_function": activation}
        self._draft.replace(position, replace(producer, options=options))

    # -- forward into the weights after ------------------------------------------------------

    def _fold_forward(self, position: int) -> Folding | None:
        draft, form, operator = self._draft, self._forms[position], self._operator(position)
        chains = chains_after(self._draft, operator, form)
        if not chains:
            return None
        layers: list[str] = []
        for chain in chains:
            reader = self._operator(chain[-1])
            index, dimension, bias_index = FOLDABLE[reader.kind]

            def fold(
                kernel: NDArray[np.float32],
                bias: NDArray[np.float32] | None,
                dimension: int = dimension,
            ) -> _Weights:
                scaled = form.scale(kernel, kernel.ndim - 1)
                if form.offset is None:
                    return scaled, bias
                # Convolutions take one offset only, so that the last axis is as good as any.
                moved = kernel.astype(np.float64) * form.offset.astype(np.float64)
                axes = tuple(i for i in range(kernel.ndim) if i != dimension)
                total = moved.sum(axis=axes) + (0.0 if bias is None else bias)
                return scaled, total.astype(np.float32)

            self._replace_weights(chain[-1], operator, index, bias_index, fold, forward=True)
            layers.append(reader.layer)
        folding = self._folding(position, tuple(dict.fromkeys(layers)), forward=True)
        draft.replace(position, None)
        for first in {chain[0] for chain in chains}:
            reader = self._operator(first)
            draft.replace(first, replace(reader, inputs=(form.source, *reader.inputs[1:])))
        return folding

    # -- both ----------------------------------------------------------------------------------

    def _replace_weights(
        self,
        position: int,
        step: Operator,
        index: int,
        bias_index: int,
        fold: Callable[[NDArray[np.float32], NDArray[np.float32] | None], _Weights],
        *,
        forward: bool,
    ) -> None:
        draft, target = self._draft, self._operator(position)
        weights, bias = target.inputs[index], input_at(target, bias_index)
        assert weights is not None
        shared = weights in self._shared
        constants = (n for n in step.present_inputs if draft.tensors[n].is_constant)
        key = (weights, bias, "forward" if forward else "back", step.kind, *constants)
        names = self._made.get(key) if shared else None
        if names is None:
            kernel = _data(draft, weights)
            with np.errstate(over="ignore", invalid="ignore"):
                folded, offset = fold(kernel, None if bias is None else _data(draft, bias))
            finite = np.isfinite(folded).all() and (offset is None or np.isfinite(offset).all())
            if not finite and np.isfinite(kernel).all():
                raise QvizError(
                    f"Folding the layer {step.layer!r} into {target.layer!r} overflows float32. "
                    "Check the weights of these two layers."
                )
            names = self._names(target, weights, bias, shared=shared, biased=offset is not None)
            draft.set_constant(names[0], folded)
            if names[1] is not None and offset is not None:
                draft.set_constant(names[1], offset)
            if shared:
                self._made[key] = names
                self._shared.add(names[0])
        inputs = [*target.inputs, *[None] * (bias_index + 1 - len(target.inputs))]
        inputs[index], inputs[bias_index] = names
        if names[1] is None and len(target.inputs) <= bias_index:
            inputs = inputs[: len(target.inputs)]
        draft.replace(position, replace(target, inputs=tuple(inputs)))

    def _names(
        self, target: Operator, weights: str, bias: str | None, *, shared: bool, biased: bool
    ) -> tuple[str, str | None]:
        draft = self._draft
        kernel_name = draft.unique_name(weights) if shared else weights
        if not biased:
            return kernel_name, None
        if bias is not None and not shared and len(draft.readers(bias)) == 1:
            return kernel_name, bias
        prefix = weights.rpartition("/")[0] or target.layer
        return kernel_name, draft.unique_name(bias or f"{prefix}/bias")

    def _finish(self) -> Graph:
        """The folded graph, batch norms that could not be folded as MUL and ADD."""
        for (weights, bias, *_), made in self._made.items():
            for original, name in zip((weights, bias), made, strict=True):
                # Nobody reads the unfolded weights of a shared layer any more: the name is free.
                if original is None or name is None or self._draft.readers(original):
                    continue
                self._draft.rename_constant(name, original)
        remaining = {
            operator.outputs[0]: self._forms[position]
            for position, operator in enumerate(self._draft.operators)
            if operator is not None and operator.kind == BATCH_NORMALIZATION
        }
        graph = self._draft.finish()
        if not remaining:
            return graph
        operators: list[Operator] = []
        for operator in graph.operators:
            if operator.kind == BATCH_NORMALIZATION:
                operators += self._multiply_add(operator, remaining[operator.outputs[0]])
            else:
                operators.append(operator)
        return graph.rebuild(operators, self._draft.tensors.values())

    def _multiply_add(self, operator: Operator, form: AffineForm) -> tuple[Operator, Operator]:
        draft, source, result = self._draft, operator.inputs[0], operator.outputs[0]
        tensor = draft.tensors[result]
        rank = len(tensor.shape)
        axis = int(operator.option("axis", -1)) % rank
        shape = (-1,) if axis == rank - 1 else tuple(-1 if i == axis else 1 for i in range(rank))
        assert form.factor is not None
        assert form.offset is not None
        parts = (("factor", form.factor.astype(np.float32)), ("offset", form.offset))
        constants = [
            draft.set_constant(draft.unique_name(f"{operator.layer}/{what}"), value.reshape(shape))
            for what, value in parts
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
