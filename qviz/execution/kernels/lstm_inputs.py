"""Inputs of LSTM operators by meaning: which tensor feeds which gate."""

from __future__ import annotations

from dataclasses import dataclass

from qviz.execution.kernels.registry import Context
from qviz.graph import Tensor

GATES = ("input", "forget", "cell", "output")


@dataclass(frozen=True, slots=True, eq=False)
class Gate:
    """Constants of one gate; those that are absent are None.

    Attributes
    ----------
    weights : Tensor or None
        Of shape (cells, inputs); None for the input gate of a cell that couples it to the forget
        gate (CIFG).
    aux_weights : Tensor or None
        For the second input of a bidirectional LSTM, of shape (cells, aux inputs).
    recurrent : Tensor or None
        For the output of the step before, of shape (cells, outputs).
    peephole : Tensor or None
        For the cell state, element by element, of shape (cells,).
    bias, norm : Tensor or None
        Bias and coefficients of the layer normalization, of shape (cells,).
    """

    weights: Tensor | None
    aux_weights: Tensor | None
    recurrent: Tensor | None
    peephole: Tensor | None
    bias: Tensor | None
    norm: Tensor | None


@dataclass(frozen=True, slots=True, eq=False)
class LstmInputs:
    """Constants of one direction of an LSTM.

    Attributes
    ----------
    gates : dict of str to Gate
        By name, as in `GATES`.
    projection, projection_bias : Tensor or None
        From cells to outputs, of shapes (outputs, cells) and (outputs,).
    output_state, cell_state : Tensor
        What the first step starts from.
    cell_clip, projection_clip : float
        Limits of the cell state and of the projected output; 0 for none.
    activation : str
        Of the cell gate and of the cell state on its way out.
    """

    gates: dict[str, Gate]
    projection: Tensor | None
    projection_bias: Tensor | None
    output_state: Tensor
    cell_state: Tensor
    cell_clip: float
    projection_clip: float
    activation: str

    @property
    def couples_gates(self) -> bool:
        """Whether the input gate is 1 minus the forget gate."""
        return self.gates["input"].weights is None

    @property
    def normalizes(self) -> bool:
        """Whether the gates are normalized over the cells."""
        return self.gates["forget"].norm is not None


def _inputs_of(
    context: Context, first: int, states: tuple[int, int], aux: int | None, norm: int | None
) -> LstmInputs:
    """Inputs of one direction, whose weights begin at input `first`."""

    def optional(position: int | None) -> Tensor | None:
        return None if position is None else context.optional_input(position)

    gates = {
        name: Gate(
            weights=optional(first + i),
            aux_weights=optional(None if aux is None else aux + i),
            recurrent=optional(first + 4 + i),
            peephole=None if name == "cell" else optional(first + (8, 9, 0, 10)[i]),
            bias=optional(first + 11 + i),
            norm=optional(None if norm is None else norm + i),
        )
        for i, name in enumerate(GATES)
    }
    return LstmInputs(
        gates=gates,
        projection=optional(first + 15),
        projection_bias=optional(first + 16),
        output_state=context.input(states[0]),
        cell_state=context.input(states[1]),
        cell_clip=float(context.option("cell_clip", 0.0)),
        projection_clip=float(context.option("proj_clip", 0.0)),
        activation=context.operator.activation,
    )


def one_direction(context: Context) -> LstmInputs:
    """Inputs of LSTM (full kernel) and UNIDIRECTIONAL_SEQUENCE_LSTM: 20, or 24 with norms."""
    if len(context.inputs) not in (20, 24):
        raise context.unsupported(f"it has {len(context.inputs)} inputs, not 20 or 24")
    return _inputs_of(context, 1, (18, 19), None, 20 if len(context.inputs) == 24 else None)


def both_directions(context: Context) -> tuple[LstmInputs, LstmInputs]:
    """Inputs of BIDIRECTIONAL_SEQUENCE_LSTM: forward and backward."""
    if len(context.inputs) != 48:
        raise context.unsupported(f"it has {len(context.inputs)} inputs, not 48")
    return (
        _inputs_of(context, 1, (35, 36), 40, None),
        _inputs_of(context, 18, (37, 38), 44, None),
    )
