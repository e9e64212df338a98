"""Where a step that scales and shifts channels can go: the chains to the weights beside it.

The rules, those of TF 2.21's converter, stand in ``fold_into_weights``. A chain is a list of
positions in a draft, from the operator with the weights to the step, or from the step to it.
"""

from __future__ import annotations

from qviz.graph.operator import Operator
from qviz.graph.passes.affine_form import AffineForm
from qviz.graph.passes.draft import RESHAPING, Draft
from qviz.graph.tensor import Tensor

BATCH_NORMALIZATION = "BATCH_NORMALIZATION"

FOLDABLE = {
    "CONV_2D": (1, 0, 2),
    "DEPTHWISE_CONV_2D": (1, 3, 2),
    "FULLY_CONNECTED": (1, 0, 2),
    "TRANSPOSE_CONV": (1, 0, 3),
}
"""Position of the weights, their dimension of output channels, position of the bias."""

_CONVOLUTIONS = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D"})


def present(draft: Draft, position: int) -> Operator:
    """The operator at a position that is known to have one."""
    operator = draft.operators[position]
    assert operator is not None
    return operator


def input_at(operator: Operator, index: int) -> str | None:
    """Name of an input; None where there is none."""
    return operator.inputs[index] if index < len(operator.inputs) else None


def treats_channels(draft: Draft, operator: Operator, form: AffineForm) -> bool:
    """Whether a step treats channels, each in its own way, and not another dimension."""
    if operator.kind != BATCH_NORMALIZATION or form.is_scalar:
        return True
    rank = len(draft.tensors[operator.outputs[0]].shape)
    return int(operator.option("axis", -1)) % rank == rank - 1


def chain_before(draft: Draft, name: str) -> tuple[list[int], str]:
    """Positions from the foldable operator down to the step, or why there is none."""
    chain = list[int]()
    while True:
        position = draft.producer(name)
        if position is None:
            return chain, "it stands before the first weights"
        producer = present(draft, position)
        where = f"{producer.kind} of {producer.layer or producer.outputs[0]}"
        if draft.is_output(name):
            return chain, f"the result of {where} is also an output of the model"
        if not draft.is_private(name):
            return chain, f"the result of {where} has a second reader"
        chain.insert(0, position)
        if producer.kind in FOLDABLE:
            return chain, _unfoldable_reason(draft, producer)
        source = producer.inputs[0]
        if producer.kind not in RESHAPING or source is None:
            return chain, f"it stands after {where}"
        if not _keeps_channels(draft.tensors[source], draft.tensors[name]):
            return chain, f"{where} rearranges the channels before it"
        name = source


def chains_after(draft: Draft, operator: Operator, form: AffineForm) -> list[tuple[int, ...]]:
    """Chains of positions down to each reader; empty unless all readers can take the step."""
    if operator.activation != "NONE" or not treats_channels(draft, operator, form):
        return []
    chains: list[tuple[int, ...]] = []
    open_ends = [(operator.outputs[0], tuple[int, ...]())]
    while open_ends:
        name, chain = open_ends.pop()
        readers = draft.readers(name)
        if draft.is_output(name) or not readers:
            return []
        for position in readers:
            reader = present(draft, position)
            result = draft.tensors[reader.outputs[0]]
            if reader.kind in RESHAPING and _keeps_channels(draft.tensors[name], result):
                open_ends.append((reader.outputs[0], (*chain, position)))
            elif _takes(draft, reader, name, form, direct=not chain):
                chains.append((*chain, position))
            else:
                return []
    return sorted(chains)


def _takes(draft: Draft, reader: Operator, name: str, form: AffineForm, *, direct: bool) -> bool:
    if reader.kind not in FOLDABLE or not _has_float_weights(draft, reader):
        return False
    if reader.inputs[0] != name or name in reader.inputs[1:]:
        return False
    if reader.kind == "FULLY_CONNECTED":
        channels = draft.tensors[name].shape[-1]
        weights = input_at(reader, 1)
        needs_bias = form.offset is not None and form.offset.size > 1
        return (
            weights is not None
            and draft.tensors[weights].shape[-1] == channels
            and not (needs_bias and input_at(reader, 2) is None)
        )
    padded = reader.option("padding", "SAME") != "VALID"
    return (
        reader.kind in _CONVOLUTIONS
        and direct
        and form.is_scalar
        and not (padded and form.offset is not None)
    )


def _unfoldable_reason(draft: Draft, producer: Operator) -> str:
    if producer.activation != "NONE":
        return f"{producer.activation} stands between {producer.layer} and it"
    if not _has_float_weights(draft, producer):
        return f"the weights of {producer.layer} are not float constants"
    return ""


def _has_float_weights(draft: Draft, operator: Operator) -> bool:
    index, dimension, bias_index = FOLDABLE[operator.kind]
    weights, bias = input_at(operator, index), input_at(operator, bias_index)
    if weights is None or len(draft.tensors[weights].shape) <= dimension:
        return False
    tensors = (draft.tensors[n] for n in (weights, bias) if n is not None)
    return all(tensor.is_constant and tensor.is_float for tensor in tensors)


def _keeps_channels(before: Tensor, after: Tensor) -> bool:
    """Whether the last axis holds the same channels in both shapes."""
    return (
        bool(before.shape and after.shape)
        and before.shape[-1] == after.shape[-1]
        and after.shape[-1] > 0
    )
