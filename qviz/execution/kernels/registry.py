"""The registry of kernels: which function prepares which kind of operator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from qviz.errors import UnsupportedOperatorError
from qviz.execution.control_flow import Subgraphs
from qviz.execution.delegation import Rules
from qviz.graph import Operator, Tensor

Array = NDArray[Any]

# One array per input of the operator (None where absent), one per output. Arrays are as stored:
# codes are integers, constants included. A kernel never writes into its inputs.
Kernel = Callable[[Sequence[Array | None]], tuple[Array, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """What a kernel is prepared from.

    Attributes
    ----------
    operator : Operator
        The operator that it computes.
    inputs : tuple of (Tensor or None)
        Its inputs; those that are constant, or computed from constants only, carry `data`.
        Dimension 0 of an activation says 1 where the kernel will meet N samples.
    outputs : tuple of Tensor
        Its outputs.
    rules : Rules
        Whose arithmetic the kernel follows.
    subgraphs : Subgraphs or None
        The subgraphs that the operator may call.
    """

    operator: Operator
    inputs: tuple[Tensor | None, ...]
    outputs: tuple[Tensor, ...]
    rules: Rules = Rules.REFERENCE
    subgraphs: Subgraphs | None = None

    def input(self, index: int) -> Tensor:
        """Input `index`, which the operator cannot do without.

        Raises
        ------
        UnsupportedOperatorError
            If it is absent.
        """
        tensor = self.optional_input(index)
        if tensor is None:
            raise self.unsupported(f"its input {index} is missing")
        return tensor

    def optional_input(self, index: int) -> Tensor | None:
        """Input `index`, None if it is absent."""
        return self.inputs[index] if index < len(self.inputs) else None

    def constant(self, index: int) -> Array | None:
        """Value of input `index`; None if it is absent or known only at run time."""
        tensor = self.optional_input(index)
        return None if tensor is None else tensor.data

    @property
    def output(self) -> Tensor:
        """The first output."""
        return self.outputs[0]

    def option(self, name: str, default: Any) -> Any:
        """Field `name` of the operator's options, or the schema's default."""
        return self.operator.option(name, default)

    def unsupported(self, reason: str) -> UnsupportedOperatorError:
        """Error to raise where the operator has no kernel; `reason` completes "because ..."."""
        operator = self.operator
        place = place_of(operator)
        return UnsupportedOperatorError(
            f"{operator.kind} of layer {place!r} cannot be run because {reason}.",
            kind=operator.kind,
            operator=place,
            tensor=next(iter(operator.outputs), ""),
        )


IMPOSSIBLE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    TypeError,
    ValueError,
)
"""What numpy and kernels raise for shapes, types and options that do not fit together."""


def place_of(operator: Operator) -> str:
    """Where an operator stands: its layer, else its first output."""
    return operator.layer or next(iter(operator.outputs), operator.kind)


Prepare = Callable[[Context], Kernel]

# Kinds of operators that are not TFLite's own begin with it.
_CUSTOM = "CUSTOM:"

_RANDOM = "it draws random numbers, so that no two runs agree"
_HASHTABLE = "qviz does not keep hash tables"
# Why kinds of operators that a device can run have no kernel.
_REASONS = {
    "RANDOM_UNIFORM": _RANDOM,
    "RANDOM_STANDARD_NORMAL": _RANDOM,
    "MULTINOMIAL": _RANDOM,
    "STABLEHLO_RNG_BIT_GENERATOR": _RANDOM,
    "HASHTABLE": _HASHTABLE,
    "HASHTABLE_FIND": _HASHTABLE,
    "HASHTABLE_IMPORT": _HASHTABLE,
    "HASHTABLE_SIZE": _HASHTABLE,
    "SKIP_GRAM": "it works on texts, not on numbers",
}

_PREPARE: dict[str, Prepare] = {}


def kernel(*kinds: str) -> Callable[[Prepare], Prepare]:
    """Register the decorated function as the one that prepares operators of `kinds`.

    Raises
    ------
    ValueError
        If a kind has a kernel already.
    """

    def register(prepare: Prepare) -> Prepare:
        for kind in kinds:
            if kind in _PREPARE:
                raise ValueError(f"{kind} has two kernels")
            _PREPARE[kind] = prepare
        return prepare

    return register


@contextmanager
def replaced_kernel(kind: str, change: Callable[[Prepare], Prepare]) -> Iterator[None]:
    """Prepare operators of `kind` by what `change` makes of their function, in this context.

    To try another kernel, or to see that a wrong one is found. Holds for this process; executors
    that exist already keep their kernels.
    """
    prepare = _PREPARE[kind]
    _PREPARE[kind] = change(prepare)
    try:
        yield
    finally:
        _PREPARE[kind] = prepare


def prepare_kernel(context: Context) -> Kernel:
    """Kernel of the operator of `context`.

    Raises
    ------
    UnsupportedOperatorError
        If qviz has none for the kind, or none for its types and options, or these do not fit
        together.
    """
    prepare = _PREPARE.get(context.operator.kind)
    if prepare is None:
        raise context.unsupported(_why_missing(context.operator.kind))
    try:
        return prepare(context)
    except UnsupportedOperatorError as error:
        if error.kind:
            raise
        # What is wrong with a subgraph that it calls is told without the caller.
        raise context.unsupported(f"of what it calls: {str(error).rstrip('.')}") from error
    except IMPOSSIBLE as error:
        reason = f" ({error})" if str(error) else ""
        raise context.unsupported(
            f"its inputs, outputs and options do not fit together{reason}"
        ) from error


def _why_missing(kind: str) -> str:
    if kind.startswith(_CUSTOM):
        name = kind.removeprefix(_CUSTOM)
        if name.startswith("Flex"):
            return f"{name!r} is an operator of TensorFlow itself, which a device cannot run alone"
        return f"{name!r} is an operator of its author's own, whose arithmetic qviz does not know"
    return _REASONS.get(kind, "qviz has no kernel for it")


def has_kernel(kind: str) -> bool:
    """Whether operators of `kind` can be run at all."""
    return kind in _PREPARE
