"""What integer operators make: parameters of their own results, and who joins them late.

Propagation gives every value parameters; where a requantization stands between a value and the
operator that makes it, this file says which parameters are the operator's.
"""

from __future__ import annotations

from qviz.quantization.affine import AffineParams
from qviz.quantization.dataflow import Dataflow, Use
from qviz.quantization.int8_propagation import Assignment


def chooses_range(flow: Dataflow, assignment: Assignment, value: str) -> bool:
    """Whether an integer operator makes `value` that can yield any parameters."""
    producer = flow.producers.get(value)
    if producer is None or not assignment.integer[producer]:
        return False
    rule = flow.steps[producer].rule
    return rule not in flow.rules.fixed_output and rule not in flow.rules.same_scale


def folded_params(flow: Dataflow, assignment: Assignment, value: str) -> AffineParams | None:
    """Parameters that the only reader of `value` wants, if the producer can yield them."""
    wanted = assignment.requantizations.get(value, [])
    if len(wanted) != 1 or wanted[0].at_producer or len(flow.uses.get(value, ())) != 1:
        return None
    if flow.is_output(value) or not chooses_range(flow, assignment, value):
        return None
    return wanted[0].params


def made_params(flow: Dataflow, assignment: Assignment, value: str) -> AffineParams:
    """Parameters of the codes that the producer of `value` makes."""
    if not chooses_range(flow, assignment, value):
        for requantization in assignment.requantizations.get(value, ()):
            if requantization.at_producer:
                return requantization.params
    return folded_params(flow, assignment, value) or assignment.params[value]


def dequantize_late(flow: Dataflow, assignment: Assignment) -> None:
    """Let a same-scale operator that shrinks its operand work on codes before they become float.

    Some same-scale operators stay in float because parameters reached their operand only after
    they had been visited. Where such an operator is the only float reader of codes, has one result
    and makes it smaller than the operand (a pool, a slice), TensorFlow moves the DEQUANTIZE behind
    it, since fewer elements are then converted. `assignment` is changed in place.
    """
    for index, step in enumerate(flow.steps):
        if assignment.integer[index] or step.rule not in flow.rules.same_scale:
            continue
        operands = list(flow.float_operands(step))
        if len(step.outputs) != 1 or len(operands) != 1:
            continue
        position, value = operands[0]
        if not _has_codes(flow, assignment, value) or _float_readings(flow, assignment, value) != 1:
            continue
        result = step.outputs[0]
        if 0 < flow.tensor(result).size < flow.tensor(value).size:
            assignment.integer[index] = True
            assignment.params[result] = made_params(flow, assignment, value)
            assignment.pulled.add(Use(index, position))


def _has_codes(flow: Dataflow, assignment: Assignment, value: str) -> bool:
    """Whether `value` comes as codes, from an integer operator or through the graph's input."""
    if value in flow.constants or value not in assignment.params:
        return False
    producer = flow.producers.get(value)
    return producer is None or assignment.integer[producer]


def _float_readings(flow: Dataflow, assignment: Assignment, value: str) -> int:
    """Number of float operators and graph outputs that read `value`."""
    by_operators = sum(not assignment.integer[use.operator] for use in flow.uses.get(value, ()))
    return by_operators + flow.graph.outputs.count(value)
