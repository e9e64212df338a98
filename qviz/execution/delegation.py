"""Which kernels the default LiteRT interpreter uses for an operator.

The interpreter hands every operator that XNNPACK can compute to the XNNPACK delegate; the rest runs
on the builtin kernels, which are the optimized ones there. Both round differently from the
reference kernels. What the delegate takes depends on types, on constants being constant, and on
ratios of scales; the conditions below are those of LiteRT 2.3.

Kinds that are not listed run on the builtin kernels, or move data and are alike on both. Float
operators need no rule here: float results of both differ in their last bits only, and qviz follows
neither to the bit.

What is not equal to the interpreter's integers, and why:

- codes of real numbers that float operators have computed: XNNPACK sums in another order and
  approximates exponentials, so results are within 1e-5 of their range, and a QUANTIZE, or an
  operator with activations quantized on the fly, now and then takes such a number to the next code;
- results far beyond 16 bits in the optimized ADD and MUL for 8 bits, parts of which wrap there; it
  takes operands with a scale more than a hundred times that of the result;
- a batch that the interpreter was resized to: vector code rounds the last elements of the whole
  batch in another way, where qviz does so for each sample, as a device with a batch of 1.

References
----------
LiteRT, tflite/delegates/xnnpack/xnnpack_delegate.cc, Subgraph::VisitNode and what it calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from qviz.execution.delegation_conditions import (
    Condition,
    Node,
    bias,
    codes_or_float,
    constant,
    converts,
    has_rank,
    input_count,
    leaks,
    not_empty,
    one_arithmetic,
    pools,
    same_parameters,
    same_type,
    scale_product_within,
    scales_within,
    transposes,
    weights,
)
from qviz.graph import Operator, Tensor

MODES = ("reference", "xnnpack")
"""Rounding modes: ``reference`` computes what TFLite's reference kernels do, ``xnnpack`` what the
default interpreter does; integers bit for bit."""


class Rules(Enum):
    """Whose arithmetic an operator follows.

    Attributes
    ----------
    REFERENCE
        The reference kernels (BUILTIN_REF).
    OPTIMIZED
        The builtin kernels of the default interpreter, on x86-64.
    XNNPACK
        The XNNPACK delegate.
    """

    REFERENCE = "reference"
    OPTIMIZED = "optimized"
    XNNPACK = "xnnpack"


def rules_of(mode: str, operator: Operator, tensors: Mapping[str, Tensor]) -> Rules:
    """Rules that `operator` follows in a rounding mode.

    Parameters
    ----------
    mode : str
        One of `MODES`.
    operator : Operator
        Of a graph.
    tensors : Mapping of str to Tensor
        Of the graph, as they stand in the file: what is computed from constants is no constant to
        the delegate.
    """
    if mode == "reference":
        return Rules.REFERENCE
    inputs = tuple(None if name is None else tensors[name] for name in operator.inputs)
    node = Node(operator, inputs, tuple(tensors[name] for name in operator.outputs))
    return Rules.XNNPACK if is_delegated(node) else Rules.OPTIMIZED


def is_delegated(node: Node) -> bool:
    """Whether the XNNPACK delegate takes the operator."""
    conditions = CONDITIONS.get(node.operator.kind)
    return conditions is not None and all(condition(node) for condition in conditions)


_FLOATS = ("float32",)
_ELEMENTWISE = (input_count(2, 2), codes_or_float(0, 1), same_type(0, 1))

CONDITIONS: Mapping[str, tuple[Condition, ...]] = {
    "ADD": (*_ELEMENTWISE, scales_within(1 / 1024, 256)),
    "SUB": (*_ELEMENTWISE, scales_within(1 / 1024, 256)),
    "MUL": (*_ELEMENTWISE, scale_product_within(1 / 65536, 256)),
    "CONV_2D": (
        input_count(2, 3),
        codes_or_float(0),
        weights(1, 0),
        constant(1),
        bias(2),
        one_arithmetic(0, 1, hybrid=True),
    ),
    "DEPTHWISE_CONV_2D": (
        input_count(2, 3),
        codes_or_float(0),
        weights(1, 3),
        constant(1),
        bias(2),
        one_arithmetic(0, 1, hybrid=False),
    ),
    "FULLY_CONNECTED": (
        input_count(2, 3),
        codes_or_float(0),
        weights(1, 0),
        constant(1),
        bias(2),
        one_arithmetic(0, 1, hybrid=True),
    ),
    "TRANSPOSE_CONV": (
        input_count(3, 4),
        constant(0, 1),
        codes_or_float(2),
        weights(1, 0),
        bias(3),
        one_arithmetic(2, 1, hybrid=True),
        transposes,
    ),
    "BATCH_MATMUL": (codes_or_float(0, kinds=_FLOATS),),
    "MAX_POOL_2D": (codes_or_float(0), pools),
    "MEAN": (codes_or_float(0), constant(1), not_empty(1)),
    "SUM": (codes_or_float(0), constant(1), not_empty(1)),
    "REDUCE_MAX": (codes_or_float(0), constant(1), not_empty(1)),
    "REDUCE_MIN": (codes_or_float(0), constant(1), not_empty(1)),
    "QUANTIZE": (codes_or_float(0), converts),
    "DEQUANTIZE": (codes_or_float(0),),
    "LOGISTIC": (codes_or_float(0), same_type(0)),
    "TANH": (codes_or_float(0), same_type(0)),
    "ELU": (codes_or_float(0, kinds=("float32", "int8")), same_type(0)),
    "LEAKY_RELU": (codes_or_float(0), same_type(0), leaks),
    "RESIZE_BILINEAR": (codes_or_float(0), has_rank(0, 4), constant(1)),
    "RESHAPE": (codes_or_float(0), same_parameters),
}
"""Kinds that the delegate takes, each where all of its conditions hold."""
