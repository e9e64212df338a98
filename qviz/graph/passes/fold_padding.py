"""Folding a padding layer into the convolution after it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from qviz.graph.graph import Graph
from qviz.graph.operator import Operator
from qviz.graph.passes.draft import Draft
from qviz.graph.passes.folding_report import Folding
from qviz.graph.tensor import Tensor

_Sizes = tuple[int, int]


def fold_padding(graph: Graph) -> Graph:
    """Turn PAD before a convolution without padding into the convolution's own ``SAME`` padding.

    Done, as TF 2.21's converter does it, where the zeros are exactly those that ``SAME`` would
    add and only such convolutions read them.

    Returns
    -------
    Graph
        `graph` itself where nothing was to be folded.
    """
    return describe_padding(graph)[0]


def describe_padding(graph: Graph) -> tuple[Graph, tuple[Folding, ...]]:
    """The graph that `fold_padding` gives, and the layers that went into others."""
    draft, foldings = Draft(graph), list[Folding]()
    for position, operator in enumerate(graph.operators):
        if operator.kind != "PAD" or draft.is_output(operator.outputs[0]):
            continue
        readers = draft.readers(operator.outputs[0])
        if not readers or not all(_is_same(draft, operator, reader) for reader in readers):
            continue
        layers = []
        for reader in readers:
            convolution = draft.operators[reader]
            assert convolution is not None
            inputs = (operator.inputs[0], *convolution.inputs[1:])
            options = {**convolution.options, "padding": "SAME"}
            draft.replace(reader, replace(convolution, inputs=inputs, options=options))
            layers.append(convolution.layer)
        draft.replace(position, None)
        foldings.append(Folding(operator.layer, tuple(dict.fromkeys(layers)), forward=True))
    return (draft.finish() if foldings else graph), tuple(foldings)


def _is_same(draft: Draft, pad: Operator, position: int) -> bool:
    reader = draft.operators[position]
    assert reader is not None
    name = pad.outputs[0]
    if reader.kind not in ("CONV_2D", "DEPTHWISE_CONV_2D") or reader.inputs[0] != name:
        return False
    if reader.option("padding", "SAME") != "VALID" or name in reader.inputs[1:]:
        return False
    source, amounts, weights = pad.inputs[0], pad.inputs[1], reader.inputs[1]
    assert source is not None
    assert amounts is not None
    assert weights is not None
    shape, kernel = draft.tensors[source].shape, draft.tensors[weights].shape
    paddings = draft.tensors[amounts].data
    if paddings is None or paddings.shape != (4, 2) or min(shape) < 1:
        return False
    if np.any(paddings[[0, 3]]) or not _is_plain(draft.tensors[source]):
        return False
    strides = (int(reader.option("stride_h", 1)), int(reader.option("stride_w", 1)))
    factors = ("dilation_h_factor", "dilation_w_factor")
    dilations = tuple(int(reader.option(factor, 1)) for factor in factors)
    made = draft.tensors[reader.outputs[0]].shape
    for axis in (0, 1):
        reach = (kernel[1 + axis] - 1) * dilations[axis] + 1
        size = -(-shape[1 + axis] // strides[axis])
        added = _same_padding(shape[1 + axis], size, strides[axis], reach)
        if (int(paddings[1 + axis, 0]), int(paddings[1 + axis, 1])) != added:
            return False
        if made[1 + axis] != size:
            return False
    return True


def _same_padding(size: int, result: int, stride: int, reach: int) -> _Sizes:
    """Zeros before and after, as TFLite computes them for SAME."""
    total = max((result - 1) * stride + reach - size, 0)
    return total // 2, total - total // 2


def _is_plain(tensor: Tensor) -> bool:
    return tensor.is_float and tensor.quantization is None
