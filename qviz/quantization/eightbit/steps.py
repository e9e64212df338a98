"""The way from float to 8 bits, step by step."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from qviz.errors import SchemeError
from qviz.graph import Graph
from qviz.quantization.eightbit.pictures import Picture, picture
from qviz.quantization.eightbit.separate import separate
from qviz.quantization.eightbit.strip import redundant_pairs, strip
from qviz.quantization.eightbit.wrap import wrap, wrappable
from qviz.quantization.stored_codes import stored_codes


@dataclass(frozen=True, slots=True, eq=False)
class EightbitStep:
    """One state of the graph on its way.

    Attributes
    ----------
    form : str
        ``before``, ``wrapped`` or ``stripped``: the picture of the document that it belongs to.
    title, text : str
        What was done, and what to see.
    graph : Graph
        The whole graph in this state; it can be run.
    picture : Picture
        The part that is looked at.
    """

    form: str
    title: str
    text: str
    graph: Graph
    picture: Picture


def eightbit_steps(
    graph: Graph, layers: Collection[str] = (), *, every: bool = True
) -> Iterator[EightbitStep]:
    """The float graph, its operators wrapped one by one, its pairs stripped one by one.

    Parameters
    ----------
    graph : Graph
        Float, folded or not.
    layers : collection of str
        The part to look at; the whole model if empty. Only its operators are wrapped singly.
    every : bool
        Every step, or only the three pictures: before, wrapped, stripped.

    Raises
    ------
    SchemeError
        If a layer does not exist, or was folded into another, or the graph holds codes already.
    """
    if found := stored_codes(graph):
        raise SchemeError(
            f"The model is quantized already: {found}. These steps begin with float numbers; open "
            f"the float model that it was made from to see them."
        )
    before = separate(graph)
    _check(graph, before, layers)
    yield EightbitStep(
        *("before", "Float", "Every operator reads and makes float numbers."),
        *(before, picture(before, layers)),
    )
    part = [i for i in wrappable(before) if not layers or before.operators[i].layer in layers]
    for count in range(1 if every else len(part), len(part) + 1):
        whole = wrap(before, _chosen(part, count, layers))
        last = before.operators[part[count - 1]] if count else None
        what = f"{last.kind} of {last.layer or last.outputs[0]}" if last and every else "Operators"
        yield EightbitStep(
            "wrapped",
            f"{what} wrapped",
            "Min and Max look at the float values when the graph runs; QuantizeV2 gives them "
            "codes, the 8-bit operator works on codes, Dequantize gives float numbers again.",
            *(whole, picture(whole, layers)),
        )
    wrapped = wrap(before, _chosen(part, len(part), layers))
    pairs = redundant_pairs(wrapped)
    for count in range(1 if every else len(pairs), len(pairs) + 1):
        whole = strip(wrapped, count)
        yield EightbitStep(
            "stripped",
            f"{count} of {len(pairs)} pairs stripped",
            "A Dequantize whose values only go into a QuantizeV2 does nothing but lose time: "
            "codes and their range are handed on as they are.",
            *(whole, picture(whole, layers)),
        )


def _chosen(part: list[int], count: int, layers: Collection[str]) -> list[int] | None:
    """Operators to wrap; None for all of them, which stores the weights of the others too."""
    return None if count == len(part) and not layers else part[:count]


def _check(graph: Graph, before: Graph, layers: Collection[str]) -> None:
    there = {operator.layer for operator in before.operators}
    for layer in layers:
        if layer in there:
            continue
        if any(operator.layer == layer for operator in graph.operators):
            raise SchemeError(
                f"The layer {layer!r} is folded into the one before or after it; name that layer."
            )
        raise SchemeError(f"The model has no layer {layer!r}. `inspect` lists its layers.")
