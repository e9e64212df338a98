"""Which parameters every value of an int8 graph gets, and which operators become integer.

Calibration gives each activation a range, but not each can keep its own: a pool or a reshape only
moves values, so its operand and its result need the same scale; a softmax always ends in [0, 1]; a
bias counts in units of input scale times weight scale. This file decides what wins, as TensorFlow
2.21 does:

1. Drop the ranges that will not be used (`kept_ranges`).
2. The ranges that remain become parameters, and these are never changed again.
3. Spread parameters over operators, the last first, until nothing is left to do. Where a value
   would need two sets of parameters, a `Requantization` is noted.
4. An operator becomes integer if all its float operands and results have parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qviz.quantization.affine import (
    AffineParams,
    activation_params,
    bias_params,
    constant_params,
    guard_bias,
    symmetric_params,
)
from qviz.quantization.dataflow import Dataflow, Step, Use
from qviz.quantization.rules import BIAS_OPERANDS, BiasOperands

Ranges = Mapping[str, tuple[float, float]]


@dataclass(slots=True)
class Requantization:
    """A value that is needed with parameters other than its own.

    Attributes
    ----------
    params : AffineParams
        The other parameters.
    at_producer : bool
        Whether they are what the operator that makes the value yields; its result then has to be
        requantized to the value's own parameters.
    readers : list of Use
        Who needs them.
    """

    params: AffineParams
    at_producer: bool
    readers: list[Use] = field(default_factory=list)


@dataclass(slots=True)
class Assignment:
    """What propagation decided.

    Attributes
    ----------
    params : dict of str to AffineParams
        Parameters of each value that can be integer.
    requantizations : dict of str to list of Requantization
        Conflicts, by value.
    integer : list of bool
        For each operator, whether it becomes integer.
    pulled : set of Use
        Readings of codes as the producer made them, by operators that became integer only because
        their result is smaller than what they read (`int8_results`).
    """

    params: dict[str, AffineParams]
    requantizations: dict[str, list[Requantization]]
    integer: list[bool]
    pulled: set[Use] = field(default_factory=set)


def propagate(flow: Dataflow, ranges: Ranges, *, per_channel: bool) -> Assignment:
    """Assign parameters to the values of `flow`.

    Parameters
    ----------
    flow : Dataflow
        Its constants may be separated further, where a bias enlarges the scale of shared weights.
    ranges : Mapping of str to (float, float)
        Calibrated minimum and maximum of float activations.
    per_channel : bool
        One scale per output channel of weights, or one per tensor.
    """
    propagation = _Propagation(flow, kept_ranges(flow, ranges), per_channel=per_channel)
    propagation.run()
    return propagation.assignment()


# ---------------------------------------------------------------------------- 1. ranges


def kept_ranges(flow: Dataflow, ranges: Ranges) -> dict[str, tuple[float, float]]:
    """The ranges that count, after two sweeps that drop the others.

    Forward: results of operators with a fixed output lose theirs; so do results of a same-scale
    operator with a single float operand, since the operand's range serves both. Backward: from
    every range left on the result of a same-scale operator, its operands lose theirs, and so on
    through same-scale producers. So the result of a concatenation wins over its operands.
    """
    known = {
        value: ranges[value]
        for value in flow.graph.tensors
        if value in ranges and flow.is_float(value) and value not in flow.constants
    }
    dropped = _dropped_forward(flow, known)
    dropped |= _dropped_backward(flow, known, [value for value in known if value not in dropped])
    return {value: known[value] for value in known if value not in dropped}


def _dropped_forward(flow: Dataflow, known: Ranges) -> set[str]:
    dropped: set[str] = set()
    for value in known:
        producer = flow.producers.get(value)
        if producer is not None and flow.steps[producer].rule in flow.rules.fixed_output:
            dropped.add(value)
        for use in flow.uses.get(value, ()):
            step = flow.steps[use.operator]
            if step.rule in flow.rules.same_scale and len(list(flow.float_operands(step))) == 1:
                dropped.update(result for result in step.outputs if result in known)
    return dropped


def _dropped_backward(flow: Dataflow, known: Ranges, remaining: list[str]) -> set[str]:
    dropped: set[str] = set()
    waiting = remaining
    while waiting:
        producer = flow.producers.get(waiting.pop())
        if producer is None or flow.steps[producer].rule not in flow.rules.same_scale:
            continue
        for operand in flow.steps[producer].inputs:
            if operand is not None and operand in known and operand not in dropped:
                dropped.add(operand)
                waiting.append(operand)
    return dropped


# ---------------------------------------------------------------------------- 2. and 3. parameters


class _Propagation:
    """The work list and what it has found so far."""

    def __init__(
        self, flow: Dataflow, ranges: Mapping[str, tuple[float, float]], *, per_channel: bool
    ) -> None:
        self._flow = flow
        self._per_channel = per_channel
        self._params = {value: activation_params(*ranges[value]) for value in ranges}
        self._immutable = frozenset(ranges)
        self._requantizations: dict[str, list[Requantization]] = {}
        self._work: list[int | str] = []
        self._done: set[int | str] = set()

    def run(self) -> None:
        """Visit operators and constants, the last first, until none has anything left to do."""
        flow = self._flow
        self._work = [value for value in flow.constants if flow.uses.get(value)]
        self._work += range(len(flow.steps))
        while self._work:
            item = self._work.pop()
            if item in self._done:
                continue
            self._done.add(item)
            if isinstance(item, str):
                self._visit_constant(item)
            elif not self._visit_operator(item):
                self._done.discard(item)

    def assignment(self) -> Assignment:
        """The result, once `run` has ended."""
        self._forget_float_results()
        integer = [self._is_integer(step) for step in self._flow.steps]
        for index, step in enumerate(self._flow.steps):
            if integer[index] and self._shares_operand_with_float(step):
                integer[index] = False
        return Assignment(self._params, self._requantizations, integer)

    def _visit_constant(self, value: str) -> None:
        """Choose the parameters of weights and of other constants that choose for themselves."""
        flow = self._flow
        uses = [use for use in flow.uses[value] if flow.reads_as_weights(use)]
        if not uses or value in self._params:
            return
        data = flow.data(value)
        for use in uses:
            operand, dimension = flow.rules.coefficients.get(
                flow.steps[use.operator].rule, (None, None)
            )
            if use.operand == operand:
                dimension = dimension if self._per_channel else None
                self._set_result(value, symmetric_params(data, dimension))
                return
        self._set_result(value, constant_params(data))

    def _visit_operator(self, index: int) -> bool:
        """Spread parameters over one operator; False if there is nothing to spread yet."""
        step, rules = self._flow.steps[index], self._flow.rules
        if step.rule in rules.same_scale:
            shared = self._shared_params(step)
            if shared is None:
                return False
            for operand, _ in list(self._flow.float_operands(step)):
                self._set_operand(Use(index, operand), shared)
            for value in self._flow.float_results(step):
                self._set_result(value, shared)
        elif step.rule in rules.fixed_output:
            for value in step.outputs:
                self._set_result(value, AffineParams.per_tensor(*rules.fixed_output[step.rule]))
        elif step.rule in BIAS_OPERANDS and step.rule in rules.quantizable:
            return self._visit_bias(index, BIAS_OPERANDS[step.rule])
        return True

    def _shared_params(self, step: Step) -> AffineParams | None:
        """Parameters for all operands and results of a same-scale operator; None if none is known.

        In this order: of the only operand, of the only result, of the first of several; values
        whose parameters come from calibration before all others.
        """
        operands = [v for v in step.inputs if v is not None and v in self._params]
        results = [v for v in step.outputs if v in self._params]
        for calibrated in (True, False):
            known_operands = [v for v in operands if (v in self._immutable) == calibrated]
            known_results = [v for v in results if (v in self._immutable) == calibrated]
            if len(step.inputs) == 1 and known_operands:
                return self._params[known_operands[0]]
            if len(step.outputs) == 1 and known_results:
                return self._params[known_results[0]]
            if known_operands or known_results:
                return self._params[(known_operands + known_results)[0]]
        return None

    def _visit_bias(self, index: int, operands: BiasOperands) -> bool:
        """Give a bias its scale; False while input or weights have none."""
        step = self._flow.steps[index]
        bias = step.inputs[operands.bias] if operands.bias < len(step.inputs) else None
        if bias is None:
            return True
        source, weights = step.inputs[operands.input], step.inputs[operands.weights]
        if bias in self._params:
            return True
        if source is None or weights is None:
            return True
        if source not in self._params or weights not in self._params:
            return False
        params = bias_params(self._params[source], self._params[weights])
        if bias in self._flow.constants and weights in self._flow.constants:
            params = self._guard(index, operands, bias, params)
        self._set_operand(Use(index, operands.bias), params)
        return True

    def _guard(
        self, index: int, operands: BiasOperands, bias: str, params: AffineParams
    ) -> AffineParams:
        """Enlarge weight scales where the bias would overflow; returns parameters of the bias."""
        flow, inputs = self._flow, self._flow.steps[index].inputs
        source, weights = inputs[operands.input], inputs[operands.weights]
        assert source is not None
        assert weights is not None
        guarded = guard_bias(flow.data(bias), params, self._params[source], self._params[weights])
        if guarded is None:
            return params
        params, weight_params = guarded
        if len(flow.uses[weights]) > 1:  # the other readers keep the smaller scale
            weights = flow.separate(weights, Use(index, operands.weights))
        self._params[weights] = weight_params
        return params

    def _set_result(self, value: str, params: AffineParams) -> None:
        """Parameters that the producer of `value` yields."""
        known = self._params.get(value)
        if known is None:
            self._params[value] = params
            self._work += [use.operator for use in self._flow.uses.get(value, ())]
        elif not known.same_as(params):
            self._requantizations.setdefault(value, []).append(
                Requantization(params, at_producer=True)
            )

    def _set_operand(self, use: Use, params: AffineParams) -> None:
        """Parameters that a reader of a value needs."""
        value = self._flow.steps[use.operator].inputs[use.operand]
        assert value is not None
        known = self._params.get(value)
        if known is None:
            self._params[value] = params
            if value in self._flow.producers:
                self._work.append(self._flow.producers[value])
            return
        if known.same_as(params):
            return
        requantizations = self._requantizations.setdefault(value, [])
        for requantization in requantizations:
            if requantization.params.same_as(params):
                requantization.readers.append(use)
                return
        requantizations.append(Requantization(params, at_producer=False, readers=[use]))

    # ------------------------------------------------------------------------ 4. operators

    def _forget_float_results(self) -> None:
        """Results of operators that stay in float have parameters only by their own range."""
        flow = self._flow
        for value in list(self._params):
            producer = flow.producers.get(value)
            if producer is None or value in self._immutable:
                continue
            if flow.steps[producer].rule not in flow.rules.quantizable:
                del self._params[value]
                self._requantizations.pop(value, None)

    def _is_integer(self, step: Step) -> bool:
        values = [v for _, v in self._flow.float_operands(step)]
        values += self._flow.float_results(step)
        return (
            step.rule in self._flow.rules.quantizable
            and bool(values)
            and all(value in self._params for value in values)
        )

    def _shares_operand_with_float(self, step: Step) -> bool:
        """Whether an operator without float result (ARG_MAX) stays float with its neighbours.

        It does if another reader of its operand is float or the operand is a graph output.
        """
        flow = self._flow
        if any(flow.float_results(step)):
            return False
        return any(
            flow.is_output(value)
            or any(
                flow.steps[use.operator].rule not in flow.rules.quantizable
                for use in flow.uses[value]
            )
            for _, value in flow.float_operands(step)
            if value not in flow.constants
        )
