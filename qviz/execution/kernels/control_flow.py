"""Operators that run subgraphs: IF, WHILE, CALL_ONCE, STABLEHLO_COMPOSITE, STABLEHLO_CASE."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qviz.errors import ExecutionError, UnsupportedOperatorError
from qviz.execution.control_flow import Run
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel

# A loop that is still running then will not end: the interpreter would hang.
_MOST_ITERATIONS = 1_000_000


def _callee(context: Context, option: str, inputs: int, outputs: int) -> Run:
    """What runs the subgraph that `option` names, which has to take and give so many tensors."""
    return _numbered_callee(context, int(context.option(option, 0)), inputs, outputs)


def _numbered_callee(context: Context, index: int, inputs: int, outputs: int) -> Run:
    if context.subgraphs is None:
        raise context.unsupported("the graph has no subgraphs")
    if context.subgraphs.signature(index) != (inputs, outputs):
        raise context.unsupported(
            f"subgraph {index}, which it calls, does not have {inputs} inputs and {outputs} outputs"
        )
    try:
        return context.subgraphs.run_of(index)
    except UnsupportedOperatorError as error:
        reason = str(error).rstrip(".")
        raise context.unsupported(f"subgraph {index}, which it calls, cannot: {reason}") from error


def _present(arrays: Sequence[Array | None]) -> list[Array]:
    return [array for array in arrays if array is not None]


@kernel("STABLEHLO_COMPOSITE")
def prepare_composite(context: Context) -> Kernel:
    """Run the operators that a composite stands for."""
    option = "decomposition_subgraph_index"
    run = _callee(context, option, len(context.inputs), len(context.outputs))
    return lambda arrays: run(_present(arrays))


@kernel("CALL_ONCE")
def prepare_call_once(context: Context) -> Kernel:
    """Run a subgraph that gives variables their first values; a run is always a first one."""
    run = _callee(context, "init_subgraph_index", 0, 0)
    return lambda arrays: run(())


@kernel("IF")
def prepare_if(context: Context) -> Kernel:
    """Run one of two subgraphs, as input 0 says; the other inputs are theirs."""
    inputs, outputs = len(context.inputs) - 1, len(context.outputs)
    then = _callee(context, "then_subgraph_index", inputs, outputs)
    otherwise = _callee(context, "else_subgraph_index", inputs, outputs)

    def branch(arrays: Sequence[Array | None]) -> tuple[Array, ...]:
        condition, *rest = _present(arrays)
        return (then if condition.reshape(-1)[0] else otherwise)(rest)

    return branch


@kernel("STABLEHLO_CASE")
def prepare_case(context: Context) -> Kernel:
    """Run one of several subgraphs, as input 0 says; the last one for a number out of range."""
    inputs, outputs = len(context.inputs) - 1, len(context.outputs)
    indices = context.option("branch_subgraph_indices", ())
    runs = [_numbered_callee(context, int(i), inputs, outputs) for i in indices]
    if not runs:
        raise context.unsupported("it names no branch")

    def branch(arrays: Sequence[Array | None]) -> tuple[Array, ...]:
        chosen, *rest = _present(arrays)
        index = int(chosen.reshape(-1)[0])
        return runs[index if 0 <= index < len(runs) else -1](rest)

    return branch


@kernel("WHILE")
def prepare_while(context: Context) -> Kernel:
    """Run the body on its own results for as long as the condition says yes.

    Raises
    ------
    ExecutionError
        From the kernel, if the loop does not end.
    """
    count = len(context.inputs)
    condition = _callee(context, "cond_subgraph_index", count, 1)
    body = _callee(context, "body_subgraph_index", count, count)

    def loop(arrays: Sequence[Array | None]) -> tuple[Array, ...]:
        values: tuple[Array, ...] = tuple(_present(arrays))
        for _ in range(_MOST_ITERATIONS):
            if not np.any(condition(values)[0]):
                return values
            values = body(values)
        raise ExecutionError(
            f"{context.operator.kind} of layer {context.operator.layer!r} has not come to an end "
            f"after {_MOST_ITERATIONS:,} turns; with these inputs it may never do."
        )

    return loop
