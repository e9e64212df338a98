"""Quantization to int16 activations and int8 weights, as TensorFlow's converter does it.

The converter uses its older quantizer for 16x8, and the result differs in kind from int8:
parameters run forwards only, from each operand to the result; what has to agree is requantized,
operand by operand; each reader of a float island gets a QUANTIZE or DEQUANTIZE of its own.

Given the converter's own ranges the graph is the same as its file, faults included, of which
`notes` tells the user (a shared bias, sums that saturate). It departs from the converter only
where the converter's file cannot be run, or gives no numbers:

- an activation that was always zero gets a small scale instead of one that makes the scales behind
  it infinite (`affine_int16.int16_params`);
- the pad value of a PADV2 becomes int16; there it stays float32, which no kernel takes;
- a float operator that reads a graph input or a constant gets a DEQUANTIZE also where it stands
  before the first integer reader;
- weights that operators read along different dimensions, or that other operators read as values
  (an embedding that is the weights of a dense layer, too), are copied (`integer_form`); there all
  readers share the codes of the first, int16 weights or int8 values, which no kernel takes.
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

    Arguments, result and errors are those of :func:`qviz.quantization.int8.quantize_int8`, for a
    scheme of the family ``int16x8``.
    """
    check_constants(graph)
    rules = profile(scheme.profile).int16x8
    values = Int16x8Plan(graph, scheme, rules).constant_values()
    plan = Int16x8Plan(to_integer_form(graph, values), scheme, rules)
    if scheme.integer_only:
        refuse_float_operators(plan.float_operators(), scheme)
    check_ranges(plan.calibrated_values(), ranges)
    return emit_int16x8(plan, scheme, ranges)
