"""Whether the samples of a batch stay apart in a graph, so that N can be run at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from qviz.graph import Graph, Operator, Tensor

Tensors = Mapping[str, Tensor]

# Each element, row, pixel or image is computed from one sample, whatever the options are.
# fmt: off
_ALWAYS_APART = frozenset(
    {
        "ABS", "ADD", "AVERAGE_POOL_2D", "BATCH_NORMALIZATION", "CAST", "CEIL", "CONV_2D",
        "COS", "DEPTHWISE_CONV_2D", "DEPTH_TO_SPACE", "DEQUANTIZE", "DIV", "ELU", "EQUAL",
        "EXP", "FLOOR", "FLOOR_DIV", "FLOOR_MOD", "GELU", "GREATER", "GREATER_EQUAL",
        "HARD_SWISH", "L2_POOL_2D", "LEAKY_RELU", "LESS", "LESS_EQUAL", "LOG",
        "LOGICAL_AND", "LOGICAL_NOT", "LOGICAL_OR", "LOGISTIC", "MAXIMUM", "ADD_N",
        "MAX_POOL_2D", "MINIMUM", "MUL", "NEG", "NOT_EQUAL", "POW", "PRELU", "QUANTIZE",
        "RELU", "RELU6", "RELU_0_TO_1", "RELU_N1_TO_1", "RESIZE_BILINEAR",
        "RESIZE_NEAREST_NEIGHBOR", "ROUND", "RSQRT", "SELECT", "SELECT_V2", "SIGN", "SIN",
        "SPACE_TO_DEPTH", "SQRT", "SQUARE", "SQUARED_DIFFERENCE", "SUB", "TANH",
        "TRANSPOSE_CONV", "ZEROS_LIKE", "ATAN2", "BITWISE_XOR", "BUCKETIZE", "COMPLEX_ABS",
        "CONV_3D", "CONV_3D_TRANSPOSE", "FAKE_QUANT", "IMAG", "LOCAL_RESPONSE_NORMALIZATION",
        "REAL", "RIGHT_SHIFT",
    }
)
# fmt: on
_FLOAT_REDUCTIONS = ("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD")


def is_batch_transparent(graph: Graph, tensors: Tensors | None = None) -> bool:
    """Whether `graph`, built for one sample, computes N samples independently of each other.

    Every input has to have size 1 (or unknown) in dimension 0, and every operator that reads
    samples has to keep them apart there: a convolution always does, a CONCATENATION where its axis
    is not 0, a RESHAPE where both shapes begin with 1, and so on. An operator that is not known
    to do so makes the answer False, and the samples are then run one by one. SHAPE is let through:
    what is computed from it follows the real batch size, as in the interpreter.

    Parameters
    ----------
    graph : Graph
        As it will be run.
    tensors : Mapping of str to Tensor, optional
        Its tensors where some that are computed from constants carry their value.
    """
    tensors = graph.tensors if tensors is None else tensors
    if not graph.inputs or not all(_has_batch(tensors[n]) for n in graph.inputs):
        return False
    batched = set(graph.inputs)
    for operator in graph.operators:
        readers = [n for n in operator.present_inputs if n in batched]
        if not readers or operator.kind == "SHAPE":
            continue
        if not _keeps_samples_apart(operator, tensors, readers):
            return False
        batched.update(operator.outputs)
    return all(name in batched for name in graph.outputs)


def carries_batch(tensor: Tensor) -> bool:
    """Whether dimension 0 of the tensor may hold N samples where the graph says 1."""
    return tensor.data is None and _has_batch(tensor)


def _has_batch(tensor: Tensor) -> bool:
    return len(tensor.shape) > 0 and tensor.shape[0] in (1, -1)


def _keeps_samples_apart(operator: Operator, tensors: Tensors, batched: list[str]) -> bool:
    if not all(_has_batch(tensors[n]) for n in (*batched, *operator.outputs)):
        return False
    data = _DATA_INPUT.get(operator.kind)
    if data is not None and batched != [operator.inputs[data]]:
        return False
    if operator.kind in _ALWAYS_APART:
        return _broadcasts_along_batch(operator, tensors, batched)
    rule = _RULES.get(operator.kind)
    return rule is not None and rule(operator, tensors)


def _broadcasts_along_batch(operator: Operator, tensors: Tensors, batched: list[str]) -> bool:
    """Samples are aligned: equal ranks, and what is not a sample has no size in dimension 0."""
    rank = len(tensors[operator.outputs[0]].shape)
    if any(len(tensors[n].shape) != rank for n in batched):
        return False
    if operator.kind not in _BROADCASTING:
        return True
    others = [tensors[n].shape for n in operator.present_inputs if n not in batched]
    return all(len(shape) < rank or shape[0] == 1 for shape in others)


# fmt: off
_BROADCASTING = frozenset(
    {
        "ADD", "SUB", "MUL", "DIV", "MAXIMUM", "MINIMUM", "POW", "FLOOR_DIV", "FLOOR_MOD",
        "SQUARED_DIFFERENCE", "EQUAL", "NOT_EQUAL", "GREATER", "GREATER_EQUAL", "LESS",
        "LESS_EQUAL", "LOGICAL_AND", "LOGICAL_OR", "SELECT", "SELECT_V2", "PRELU",
        "ATAN2", "BITWISE_XOR", "RIGHT_SHIFT",
    }
)
# fmt: on


# Operators whose other inputs (weights) must not come from the samples, and which input may.
_DATA_INPUT: Mapping[str, int] = {
    "BATCH_NORMALIZATION": 0,
    "CONV_2D": 0,
    "DEPTHWISE_CONV_2D": 0,
    "FULLY_CONNECTED": 0,
    "TRANSPOSE_CONV": 2,
}


def _input(operator: Operator, tensors: Tensors, index: int) -> Tensor | None:
    name = operator.inputs[index] if index < len(operator.inputs) else None
    return None if name is None else tensors[name]


def _integers(operator: Operator, tensors: Tensors, index: int) -> list[int] | None:
    """Flat constant integers of input `index`, None if they are not constant."""
    tensor = _input(operator, tensors, index)
    if tensor is None or tensor.data is None:
        return None
    return [int(v) for v in np.ravel(tensor.data)]


def _axis_option(operator: Operator, tensors: Tensors, default: int = 0) -> bool:
    """The operator joins or cuts along an axis that is not dimension 0."""
    rank = max(len(tensors[n].shape) for n in (*operator.present_inputs, *operator.outputs))
    return int(operator.option("axis", default)) % rank != 0


def _axes_input(index: int) -> Callable[[Operator, Tensors], bool]:
    """The operator works along axes, a constant input, that leave dimension 0 alone."""

    def rule(operator: Operator, tensors: Tensors) -> bool:
        axes = _integers(operator, tensors, index)
        data = _input(operator, tensors, 1 if index == 0 else 0)
        if axes is None or data is None:
            return False
        return all(axis % max(len(data.shape), 1) != 0 for axis in axes)

    return rule


def _fully_connected(operator: Operator, tensors: Tensors) -> bool:
    x, weights = _input(operator, tensors, 0), _input(operator, tensors, 1)
    if x is None or weights is None or weights.data is None:
        return False
    # Without keep_num_dims all leading dimensions become rows: only one of them may be the batch.
    return bool(operator.option("keep_num_dims", False)) or int(
        np.prod(x.shape[1:], dtype=np.int64)
    ) == int(weights.shape[1])


def _first_is_zero(index: int) -> Callable[[Operator, Tensors], bool]:
    """The first numbers of a constant input (paddings) are 0, 0."""

    def rule(operator: Operator, tensors: Tensors) -> bool:
        numbers = _integers(operator, tensors, index)
        return numbers is not None and numbers[:2] == [0, 0]

    return rule


def _transpose(operator: Operator, tensors: Tensors) -> bool:
    permutation = _integers(operator, tensors, 1)
    return permutation is not None and permutation[0] == 0


def _tile(operator: Operator, tensors: Tensors) -> bool:
    multiples = _integers(operator, tensors, 1)
    return multiples is not None and multiples[0] == 1


def _squeeze(operator: Operator, tensors: Tensors) -> bool:
    x = _input(operator, tensors, 0)
    axes = [int(a) for a in operator.option("squeeze_dims", ())]
    return x is not None and bool(axes) and all(axis % len(x.shape) != 0 for axis in axes)


def _expand_dims(operator: Operator, tensors: Tensors) -> bool:
    axes = _integers(operator, tensors, 1)
    rank = len(tensors[operator.outputs[0]].shape)
    return axes is not None and axes[0] % rank != 0


def _slice(operator: Operator, tensors: Tensors) -> bool:
    begin, size = _integers(operator, tensors, 1), _integers(operator, tensors, 2)
    return begin is not None and size is not None and begin[0] == 0


def _strided_slice(operator: Operator, tensors: Tensors) -> bool:
    """Entry 0 takes the one row there is; an entry that drops or inserts a dimension does not."""
    strides = _integers(operator, tensors, 3)
    changes = (
        operator.option("shrink_axis_mask", 0)
        | operator.option("new_axis_mask", 0)
        | operator.option("ellipsis_mask", 0)
    )
    return strides is not None and strides[0] == 1 and not changes & 1


def _gather(operator: Operator, tensors: Tensors) -> bool:
    """Rows of a constant table, constant places of samples, or places that go with samples."""
    values, indices = _input(operator, tensors, 0), _input(operator, tensors, 1)
    if values is None or indices is None:
        return False
    axis = int(operator.option("axis", 0)) % max(len(values.shape), 1)
    if int(operator.option("batch_dims", 0)) > 0:
        return _has_batch(values) and _has_batch(indices)
    if values.data is not None:
        return axis == 0
    return indices.data is not None and axis != 0


def _batch_matmul(operator: Operator, tensors: Tensors) -> bool:
    """Samples are outer dimensions of the operand with the larger rank, or rows of the first."""
    x, y = _input(operator, tensors, 0), _input(operator, tensors, 1)
    if x is None or y is None:
        return False
    rank = max(len(x.shape), len(y.shape))
    if rank == 2:
        return y.data is not None and not operator.option("adj_x", False)
    return all(_has_batch(t) if len(t.shape) == rank else t.data is not None for t in (x, y))


def _broadcast_to(operator: Operator, tensors: Tensors) -> bool:
    shape, x = _integers(operator, tensors, 1), _input(operator, tensors, 0)
    return shape is not None and x is not None and len(shape) == len(x.shape) and shape[0] == 1


def _works_on_last(operator: Operator, tensors: Tensors) -> bool:
    x = _input(operator, tensors, 0)
    return x is not None and len(x.shape) > 1


def _one_hot(operator: Operator, tensors: Tensors) -> bool:
    indices = _input(operator, tensors, 0)
    return indices is not None and indices.data is None and operator.option("axis", -1) != 0


def _embedding_lookup(operator: Operator, tensors: Tensors) -> bool:
    table = _input(operator, tensors, 1)
    return table is not None and table.data is not None


def _batch_major(operator: Operator, tensors: Tensors) -> bool:
    """Sequences (batch, time, values) whose states are the same for all samples."""
    return not operator.option("time_major", False)


def _rows(operator: Operator, tensors: Tensors) -> bool:
    x = _input(operator, tensors, 0)
    return x is not None and len(x.shape) == 2


def _always(operator: Operator, tensors: Tensors) -> bool:
    return True


def _aligned(operator: Operator, tensors: Tensors) -> bool:
    """The first two inputs, codes with ranges, are aligned like those of an ADD."""
    rank = len(tensors[operator.outputs[0]].shape)

    def fits(operand: Tensor | None) -> bool:
        if operand is None:
            return False
        if operand.data is None:
            return len(operand.shape) == rank
        return len(operand.shape) < rank or operand.shape[0] == 1

    return all(fits(_input(operator, tensors, index)) for index in (0, 1))


_RULES: Mapping[str, Callable[[Operator, Tensors], bool]] = {
    # Both shapes begin with 1, which is checked for every operator: the sample stays in its row.
    "RESHAPE": _always,
    "FULLY_CONNECTED": _fully_connected,
    "CONCATENATION": _axis_option,
    "PACK": _axis_option,
    "UNPACK": _axis_option,
    "SPLIT": _axes_input(0),
    "SPLIT_V": _axes_input(2),
    "TRANSPOSE": _transpose,
    "PAD": _first_is_zero(1),
    "PADV2": _first_is_zero(1),
    "MIRROR_PAD": _first_is_zero(1),
    "TILE": _tile,
    "SQUEEZE": _squeeze,
    "EXPAND_DIMS": _expand_dims,
    "SLICE": _slice,
    "STRIDED_SLICE": _strided_slice,
    "GATHER": _gather,
    "ARG_MAX": _axes_input(1),
    "ARG_MIN": _axes_input(1),
    "REVERSE_V2": _axes_input(1),
    "CUMSUM": _axes_input(1),
    "BATCH_MATMUL": _batch_matmul,
    "BROADCAST_TO": _broadcast_to,
    "ONE_HOT": _one_hot,
    "EMBEDDING_LOOKUP": _embedding_lookup,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _batch_major,
    "UNIDIRECTIONAL_SEQUENCE_RNN": _batch_major,
    "LSTM": _rows,
    "RNN": _rows,
    "SVDF": _rows,
    **dict.fromkeys(
        (
            *("EIGHTBIT_MIN", "EIGHTBIT_MAX", "EIGHTBIT_QUANTIZE_V2", "EIGHTBIT_DEQUANTIZE"),
            *("EIGHTBIT_REQUANTIZATION_RANGE", "EIGHTBIT_REQUANTIZE", "EIGHTBIT_CONV_2D"),
            *("EIGHTBIT_RELU", "EIGHTBIT_RELU6", "EIGHTBIT_RESHAPE"),
            *("EIGHTBIT_MAX_POOL_2D", "EIGHTBIT_AVERAGE_POOL_2D"),
        ),
        _always,
    ),
    **dict.fromkeys(("EIGHTBIT_ADD", "EIGHTBIT_MUL", "EIGHTBIT_BIAS_ADD"), _aligned),
    "EIGHTBIT_MATMUL": _fully_connected,
    "EIGHTBIT_CONCATENATION": _axis_option,
    "SOFTMAX": _works_on_last,
    "LOG_SOFTMAX": _works_on_last,
    "L2_NORMALIZATION": _works_on_last,
    "TOPK_V2": _works_on_last,
    **{kind: _axes_input(1) for kind in (*_FLOAT_REDUCTIONS, "REDUCE_ANY", "REDUCE_ALL")},
}
