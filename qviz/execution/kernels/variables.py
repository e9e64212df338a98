"""Resource variables: VAR_HANDLE, ASSIGN_VARIABLE, READ_VARIABLE.

Their values belong to the run (`qviz.execution.states`). A handle is a number; the array of it
has the one-field type under which the reader made the tensor.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qviz.errors import ExecutionError
from qviz.execution.kernels.operands import kernel_of
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel
from qviz.execution.states import current_variables


def _number(handle: Array) -> int:
    return int(handle.reshape(-1).view(np.int32)[0])


@kernel("VAR_HANDLE")
def prepare_var_handle(context: Context) -> Kernel:
    """Handle of the variable that the options name."""
    container = str(context.option("container", ""))
    name = str(context.option("shared_name", ""))
    output = context.output
    if output.dtype.itemsize != 4:
        raise context.unsupported(f"its output is {output.dtype}, not a handle")

    def handle(arrays: Sequence[Array | None]) -> tuple[Array, ...]:
        number = np.array([current_variables().handle(container, name)], np.int32)
        return (number.view(output.dtype).reshape(output.shape),)

    return handle


@kernel("ASSIGN_VARIABLE")
def prepare_assign_variable(context: Context) -> Kernel:
    """Give a variable a value, for what comes later in the run."""

    def assign(handle: Array, value: Array) -> tuple[Array, ...]:
        current_variables().values[_number(handle)] = value
        return ()

    return kernel_of(assign)


@kernel("READ_VARIABLE")
def prepare_read_variable(context: Context) -> Kernel:
    """Value of a variable.

    Raises
    ------
    ExecutionError
        From the kernel, if nothing has given it one.
    """

    def read(handle: Array) -> Array:
        variables = current_variables()
        number = _number(handle)
        if number not in variables.values:
            known = variables.names[number : number + 1]
            raise ExecutionError(
                f"Variable {known[0][1] if known else number!r} is read before it has a value."
            )
        return variables.values[number]

    return kernel_of(read)
