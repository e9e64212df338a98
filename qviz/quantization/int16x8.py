"""Quantization to int16 activations and int8 weights, as TensorFlow's converter does it.

The converter uses its older quantizer for 16x8, and the result differs in kind from int8:
parameters run forwards only, from each operand to the result; what has to agree is requantized,
operand by operand; each reader of a float island gets a QUANTIZE or DEQUANTIZE of its own.
"""

from __future__ import annotations

from qviz.graph import Graph
from qviz.quantization.int8_propagation import Ranges
from qviz.quantization.int16x8_emission import emit_int16x8
from qviz.quantization.int16x8_plan import Int16x8Plan
from qviz.quantization.integer_form import to_integer_form
from qviz.quantization.preconditions import (
    check_constants,
    check_ranges,
    refuse_float_operators,
)
from qviz.quantization.rules import profile
from qviz.quantization.scheme import Scheme


def quantize_int16x8(graph: Graph, scheme: Scheme, ranges: Ranges) -> Graph:
    """Quantize activations to int16 and weights to int8.

    Parameters
    ----------
    graph : Graph
        A float graph with batch norms folded and activations fused.
    scheme : Scheme
        Of the family ``int16x8``: granularity, type of inputs and outputs, layers kept in float,
        profile, and whether a float operator is an error.
    ranges : Mapping of str to (float, float)
        Smallest and largest value of every float activation.

    Returns
    -------
    Graph
        Operators without a 16x8 form stay in float between DEQUANTIZE and QUANTIZE.

    Raises
    ------
    CalibrationError
        If a range is missing or not finite.
    SchemeError
        If a weight is not finite, or the profile unknown.
    UnsupportedOperatorError
        If the scheme wants integers only and an operator has no 16x8 form.
    """
    check_constants(graph)
    graph = to_integer_form(graph)
    plan = Int16x8Plan(graph, scheme, profile(scheme.profile).int16x8)
    if scheme.integer_only:
        refuse_float_operators(plan.float_operators(), scheme)
    check_ranges(plan.calibrated_values(), ranges)
    return emit_int16x8(plan, scheme, ranges)
