"""Where the difference to the float network comes from: one change after the other."""

from __future__ import annotations

import numpy as np

from qviz.evaluation.element.operation import Stage, Steps
from qviz.evaluation.element.results import Contribution, Floats
from qviz.execution.io import quantize_input
from qviz.graph import Tensor

_FLOAT32 = (
    "float32 sums",
    "The float network adds in float32; the difference to adding without rounding.",
)


def contributions_of(
    found: Steps, value: float, float_value: float | None
) -> tuple[Contribution, ...]:
    """Parts of ``value - float_value``, which add up to it.

    The operator is computed in real numbers with its operands replaced one after the other by what
    the quantized operator meets; each replacement changes the result by its part. What is left is
    the rounding of the result itself. Without a float network only that is known.

    Parameters
    ----------
    found : Steps
    value : float
        Real value of the element in the quantized network.
    float_value : float or None
        The element in the float network.
    """
    rounding = (
        "rounding the output",
        "From the real number that the codes stand for to the output's code: rounding and clamp.",
    )
    with np.errstate(all="ignore"):
        exact = found.real(found.met)
        if found.given is None or float_value is None:
            return (Contribution(rounding[0], value - exact, rounding[1]),)
        before = found.real(found.given)
        parts = [Contribution(_FLOAT32[0], before - float_value, _FLOAT32[1])]
        for stage in found.stages:
            after = found.real(stage.operands)
            parts.append(Contribution(stage.name, after - before, stage.sentence))
            before = after
    parts.append(Contribution(rounding[0], value - exact, rounding[1]))
    return (*parts[1:], parts[0])


def own_codes(tensor: Tensor, values: Floats) -> Floats:
    """Real values rounded to the codes of `tensor`, as real values again."""
    params = tensor.quantization
    if params is None or tensor.is_float:
        return values
    with np.errstate(all="ignore"):
        codes = quantize_input(tensor, values.astype(np.float32))
    centred = codes.astype(np.int64) - int(params.zero_point[0])
    return np.asarray(centred * float(params.scale[0]), np.float64)


def input_stages(
    given: tuple[Floats, ...], rounded: dict[int, Floats], met: dict[int, Floats]
) -> tuple[Stage, ...]:
    """Stages that replace inputs first by their own codes, then by the codes that are met.

    Parameters
    ----------
    given : tuple of ndarray
        Operands of the float network.
    rounded, met : dict of int to ndarray
        By position among the operands.
    """
    own = tuple(rounded.get(i, values) for i, values in enumerate(given))
    after = tuple(met.get(i, values) for i, values in enumerate(own))
    return (
        Stage(
            "rounding the inputs",
            "The float inputs rounded to the nearest codes.",
            own,
        ),
        Stage(
            "layers before",
            "What the inputs' codes differ by already, because of the layers before.",
            after,
        ),
    )
