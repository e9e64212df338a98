"""Fusing activations into the operators before them, as TensorFlow's converter does."""

from __future__ import annotations

from dataclasses import replace

from qviz.graph.graph import Graph
from qviz.graph.operator import Operator
from qviz.graph.passes.draft import RESHAPING, Draft

FUSABLE_ACTIVATIONS = frozenset({"RELU", "RELU6", "RELU_N1_TO_1"})

# Kinds that TF 2.21's converter fuses into. CONCATENATION and the reductions have no activation
# in practice although the schema gives some of them a field for it.
_PRODUCERS = frozenset(
    {
        "CONV_2D",
        "DEPTHWISE_CONV_2D",
        "FULLY_CONNECTED",
        "TRANSPOSE_CONV",
        "ADD",
        "SUB",
        "MUL",
        "DIV",
        "AVERAGE_POOL_2D",
        "MAX_POOL_2D",
    }
)


def fuse_activations(graph: Graph) -> Graph:
    """Fuse RELU, RELU6 and RELU_N1_TO_1 into the convolution, dense, arithmetic or pool before.

    An activation is fused where it is the only reader of that operator's float output, also
    through a RESHAPE, EXPAND_DIMS or SQUEEZE in between (which Conv1D lowers to). The operator
    keeps its layer and makes the tensor that the activation made. The rest stays as it is.

    Returns
    -------
    Graph
        `graph` itself where nothing was to be fused.
    """
    draft = Draft(graph)
    fused = False
    for position, operator in enumerate(graph.operators):
        if operator.kind in FUSABLE_ACTIVATIONS and _fuse(draft, position, operator):
            fused = True
    return draft.finish() if fused else graph


def _fuse(draft: Draft, position: int, activation: Operator) -> bool:
    source = activation.inputs[0]
    assert source is not None
    before = last = draft.producer(source)
    name = source
    while True:
        if before is None or not draft.is_private(name) or not _is_plain_float(draft, name):
            return False
        producer = draft.operators[before]
        assert producer is not None
        if producer.kind not in RESHAPING or producer.inputs[0] is None:
            break
        name = producer.inputs[0]
        before = draft.producer(name)
    if producer.kind not in _PRODUCERS or producer.activation != "NONE":
        return False
    options = {**producer.options, "fused_activation_function": activation.kind}
    draft.replace(before, replace(producer, options=options))
    draft.replace(position, None)
    assert last is not None
    draft.move_output(last, activation.outputs[0])
    return True


def _is_plain_float(draft: Draft, name: str) -> bool:
    tensor = draft.tensors[name]
    return tensor.is_float and tensor.quantization is None
