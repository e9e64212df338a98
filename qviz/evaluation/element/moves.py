"""Operators that copy codes: CONCATENATION, RESHAPE and others that only move them."""

from __future__ import annotations

import numpy as np

from qviz.evaluation.element.contributions import input_stages, own_codes
from qviz.evaluation.element.operation import (
    NoStepsError,
    Operation,
    Stage,
    Steps,
    params_of,
    real_values,
)
from qviz.evaluation.element.requantizing import Chain, clamp_code, real_of_code
from qviz.evaluation.element.results import Floats, real_text
from qviz.execution.fixed_point import round_half_away_float32
from qviz.execution.kernels.registry import prepare_kernel
from qviz.graph import Tensor

# Inputs that hold what is moved; the others say where to.
_JOINING = ("CONCATENATION", "PACK")
MOVES = (
    *_JOINING,
    *("RESHAPE", "SQUEEZE", "EXPAND_DIMS", "TRANSPOSE", "SLICE", "STRIDED_SLICE"),
    *("SPACE_TO_DEPTH", "DEPTH_TO_SPACE", "REVERSE_V2", "TILE", "GATHER"),
    *("PAD", "PADV2", "MIRROR_PAD", "RESIZE_NEAREST_NEIGHBOR"),
)
"""Kinds that move elements."""

_F32 = np.float32
# Places begin here, so that none is taken for a code that PAD fills in.
_FIRST_PLACE = 1 << 40


def move_steps(operation: Operation) -> Steps:
    """Steps of an operator that moves codes: where the element comes from.

    Raises
    ------
    NoStepsError
        If it moves real numbers.
    """
    target = operation.context.output
    if target.is_float or target.quantization is None:
        raise NoStepsError(f"it moves {target.dtype} numbers as they are")
    index, place = _source(operation)
    if place < 0:
        return _filled_in(operation)
    source = operation.tensor(index)
    params_of(source)
    array = operation.array(index)
    code = int(array.reshape(-1)[place])
    at = ", ".join(str(int(n)) for n in np.unravel_index(place, array.shape))
    chain = Chain()
    which = f"input {index + 1} of {len(operation.arrays)}" if _joins(operation) else "the input"
    chain.add(
        "Copy",
        f"{which} at [{at}] = {code}",
        code,
        "input code",
        "The code is moved; nothing is computed.",
    )
    code = _rescaled(chain, operation, source, code)
    real_of_code(chain, operation.context, code)
    met = (real_values(source, array.reshape(-1)[[place]]),)
    floats = operation.float_array(index)
    given: tuple[Floats, ...] | None = None
    stages: tuple[Stage, ...] = ()
    if floats is not None and floats.size == array.size:
        given = (floats.reshape(-1)[[place]].astype(np.float64),)
        stages = input_stages(given, {0: own_codes(source, given[0])}, {0: met[0]})
    role = f"input {index + 1}" if _joins(operation) else "input"
    return Steps(
        operands=(operation.operand(index, role, place),),
        steps=tuple(chain.steps),
        result=code,
        real=lambda operands: float(operands[0][0]),
        met=met,
        given=given,
        stages=stages,
    )


def _filled_in(operation: Operation) -> Steps:
    """Steps of an element that PAD adds around its input."""
    code = int(operation.output[operation.at])
    chain = Chain()
    chain.add(
        "Fill in",
        f"outside of the input = {code}",
        code,
        "output code",
        "The element lies in the border that is added around the input.",
    )
    real_of_code(chain, operation.context, code)
    met = (real_values(operation.context.output, np.array([code])),)
    return Steps(
        operands=(operation.operand(0, "input"),),
        steps=tuple(chain.steps),
        result=code,
        real=lambda operands: float(operands[0][0]),
        met=met,
    )


def _joins(operation: Operation) -> bool:
    return operation.kind in _JOINING


def _source(operation: Operation) -> tuple[int, int]:
    """Which input the element comes from, and its place in the flattened input.

    The kernel moves the places themselves. The place is -1 if the element is in none.
    """
    if operation.kind == "CONCATENATION":
        return _joined_source(operation)
    arrays = list(operation.arrays)
    count = len(arrays) if _joins(operation) else 1
    starts, total = [], _FIRST_PLACE
    for i in range(count):
        array = operation.array(i)
        arrays[i] = np.arange(total, total + array.size, dtype=np.int64).reshape(array.shape)
        starts.append(total)
        total += array.size
    moved = int(prepare_kernel(operation.context)(arrays)[0][operation.at])
    if moved < _FIRST_PLACE:
        return 0, -1
    index = int(np.searchsorted(starts, moved, side="right")) - 1
    return index, moved - starts[index]


def _joined_source(operation: Operation) -> tuple[int, int]:
    """As `_source`, for CONCATENATION, whose kernel may rescale what it moves."""
    axis = int(operation.context.option("axis", 0)) % len(operation.at)
    at, offset = list(operation.at), operation.at[axis]
    for index in range(len(operation.arrays)):
        array = operation.array(index)
        if offset < array.shape[axis]:
            at[axis] = offset
            return index, int(np.ravel_multi_index(at, array.shape))
        offset -= array.shape[axis]
    raise NoStepsError("none of its inputs holds the element")


def _rescaled(chain: Chain, operation: Operation, source: Tensor, code: int) -> int:
    """CONCATENATION of uint8 brings an operand to the output's scale, in float32."""
    target = operation.context.output
    own, other = params_of(source), params_of(target)
    same = own.scale[0] == other.scale[0] and own.zero_point[0] == other.zero_point[0]
    if operation.kind != "CONCATENATION" or target.dtype != np.uint8 or same:
        return code
    scale = _F32(own.scale[0] * (_F32(1) / other.scale[0]))
    bias = _F32(_F32(-own.zero_point[0]) * scale)
    exact = _F32(_F32(code) * scale + bias)
    rounded = int(round_half_away_float32(exact))
    chain.add(
        "To the output's scale",
        f"round(({code} − {int(own.zero_point[0])}) × {real_text(scale)}) = {rounded}",
        rounded,
        "output codes above the zero point",
        "Input scale / output scale, in float32, halves away from zero.",
    )
    zero_point = int(other.zero_point[0])
    chain.add(
        "Add the zero point",
        f"{rounded} + {zero_point} = {rounded + zero_point}",
        rounded + zero_point,
        "output code",
        "The output's code for the real value 0.",
    )
    return clamp_code(chain, operation.context, rounded + zero_point, 0, 255)
