"""Full-integer quantization with int8 activations, as TensorFlow's converter does it.

Given the converter's own ranges the graph is the same as its file: operators, wiring, scales, zero
points, codes and biases. It departs from the converter only where that fails or does worse:

- a value that is requantized at its producer and again for a reader (a LOGISTIC in two
  concatenations) makes the converter fail;
- an operator with several results (SPLIT, UNPACK) of which one is not read may stay in float there,
  depending on the order of its rewriting; here it becomes integer;
- a TRANSPOSE_CONV that stays in float keeps float weights; there they become int8;
- with int8 or uint8 outputs, an output that a float operator reads too is float32 there;
- weights that operators read along different dimensions are copied (`integer_form`).
"""

from __future__ import annotations

from qviz.graph import Graph
from qviz.quantization.dataflow import Dataflow
from qviz.quantization.int8_emission import emit
from qviz.quantization.int8_propagation import Ranges, propagate
from qviz.quantization.int8_results import dequantize_late
from qviz.quantization.integer_form import to_integer_form
from qviz.quantization.preconditions import (
    check_constants,
    check_ranges,
    refuse_float_operators,
)
from qviz.quantization.rules import profile
from qviz.quantization.scheme import Scheme


def quantize_int8(graph: Graph, scheme: Scheme, ranges: Ranges) -> Graph:
    """Quantize weights and activations to int8.

    Parameters
    ----------
    graph : Graph
        A float graph with batch norms folded and activations fused.
    scheme : Scheme
        Of the family ``int8``: granularity, type of inputs and outputs, layers kept in float,
        profile, and whether a float operator is an error.
    ranges : Mapping of str to (float, float)
        Smallest and largest value of every float activation.

    Returns
    -------
    Graph
        Operators without an int8 form stay in float between DEQUANTIZE and QUANTIZE.

    Raises
    ------
    CalibrationError
        If a range is missing or not finite.
    SchemeError
        If a weight is not finite, or the profile unknown.
    UnsupportedOperatorError
        If the scheme wants integers only and an operator has no int8 form.
    """
    rules = profile(scheme.profile).int8
    check_constants(graph)
    graph = to_integer_form(graph)
    flow = Dataflow(graph, rules, frozenset(scheme.float_layers))
    check_ranges(
        [
            value
            for step in flow.steps
            if step.rule in rules.quantizable
            for value in (
                *(v for _, v in flow.float_operands(step) if v not in flow.constants),
                *(flow.float_results(step) if step.rule not in rules.fixed_output else ()),
            )
        ],
        ranges,
    )
    assignment = propagate(flow, ranges, per_channel=scheme.per_channel)
    dequantize_late(flow, assignment)
    if scheme.integer_only:
        refuse_float_operators(
            [
                step.source
                for step, integer in zip(flow.steps, assignment.integer, strict=True)
                if not integer and (any(flow.float_operands(step)) or any(flow.float_results(step)))
            ],
            scheme,
        )
    return emit(flow, assignment, scheme.io_dtype)
