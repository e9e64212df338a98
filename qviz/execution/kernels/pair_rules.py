"""What operators of two quantized operands share: a rule on codes, made into a kernel.

Two operands of 8 bits have 65,536 pairs of codes: their results are computed once, with the exact
rule, and then looked up. With 16 bits each operand alone is looked up, and the rest computed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from qviz.execution.delegation import Rules
from qviz.execution.fixed_point import (
    Int64Array,
    code_limits,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
)
from qviz.execution.kernels.operands import (
    Array,
    all_codes,
    kernel_of,
    lookup,
    zero_point_of,
)
from qviz.execution.kernels.registry import Context, Kernel
from qviz.execution.kernels.requantization import code_range
from qviz.execution.kernels.vector_code import in_vectors, run_of
from qviz.graph import Tensor

# Codes of the result, before clamp and cast, of two arrays of codes.
Rule = Callable[[Array, Array], Int64Array]


def kernel_of_rule(context: Context, rule: Rule, in_whole_vectors: Rule | None = None) -> Kernel:
    """Kernel that computes `rule`, clamps to the fused activation and casts.

    The optimized kernels of 8 bits compute whole vectors by the rule `in_whole_vectors`.
    """
    first, second = context.input(0), context.input(1)
    if first.dtype.itemsize > 1 or second.dtype.itemsize > 1:
        return kernel_of(clamped(context, rule))
    plain = _tabulated(context, rule)
    if in_whole_vectors is None or context.rules is not Rules.OPTIMIZED:
        return kernel_of(plain.look_up)
    vectors = _tabulated(context, in_whole_vectors)
    if np.array_equal(plain.codes, vectors.codes):
        return kernel_of(plain.look_up)
    run, is_single = run_of(first, second)
    is_sum = context.operator.kind == "ADD"
    lanes = 8 if context.output.dtype == np.uint8 or (is_single and is_sum) else 16
    compute = in_vectors(context.output, lanes, vectors.look_up, plain.look_up, run)
    return kernel_of(lambda a, b: compute(*np.broadcast_arrays(a, b)))


@dataclass(frozen=True, slots=True, eq=False)
class _PairTable:
    """Codes of the result for all pairs of 8-bit codes."""

    codes: Array
    offset: np.int32

    def look_up(self, a: Array, b: Array) -> Array:
        return np.take(self.codes, (a.astype(np.int32) * 256 + self.offset) + b)


def _tabulated(context: Context, rule: Rule) -> _PairTable:
    first, second = context.input(0).dtype, context.input(1).dtype
    rows, columns = all_codes(first).astype(first), all_codes(second).astype(second)
    codes = clamped(context, rule)(rows[:, None], columns).reshape(-1)
    return _PairTable(codes, np.int32(-256 * code_limits(first)[0] - code_limits(second)[0]))


def clamped(context: Context, rule: Rule) -> Rule:
    """`rule`, clamped to the fused activation and cast to the type of the output."""
    dtype = context.output.dtype
    low, high = code_range(context)

    def compute(a: Array, b: Array) -> Array:
        codes = rule(a, b)
        np.clip(codes, low, high, out=codes)
        return codes.astype(dtype)

    return compute


def rescale(x: Int64Array, multiplier: int, shift: int) -> Int64Array:
    """`multiply_by_quantized_multiplier` of int32 values in place, for shifts to the right."""
    if shift > 0:
        return multiply_by_quantized_multiplier(x, multiplier, shift)
    x *= multiplier
    x += 1 << 30
    x >>= 31
    if shift < 0:
        # Halves away from zero: less by one for negative numbers, then halves up.
        x += x >> 63
        x += 1 << (-shift - 1)
        x >>= -shift
    return x


def shifted_and_rescaled(
    tensor: Tensor,
    left_shift: int,
    real: float,
    scale: Callable[..., Int64Array] = multiply_by_quantized_multiplier,
) -> Callable[[Array], Array]:
    """Look ``REQ((q - zero_point) << left_shift, real)`` up; REQ is `scale`."""
    multiplier, shift = quantize_multiplier(real)
    shifted = (all_codes(tensor.dtype) - zero_point_of(tensor)) << left_shift
    table = scale(shifted, multiplier, shift)
    return lookup(table, tensor.dtype)


def wrap_int16(x: Int64Array) -> Int64Array:
    """What is left of `x` in 16 bits, as the vector code of 8-bit operands has it."""
    return x.astype(np.int16).astype(np.int64)
