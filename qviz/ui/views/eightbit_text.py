"""What the boxes and arrows of the eightbit pictures are called and explained with."""

from __future__ import annotations

from dataclasses import dataclass

from qviz.jobs.eightbit import EightbitPictures
from qviz.quantization.eightbit import Node, Picture
from qviz.ui.wording import tr


@dataclass(frozen=True, slots=True)
class Arrow:
    """All that flows from one box to another.

    Attributes
    ----------
    source, target : str
        Ids of nodes.
    labels : tuple of str
        ``float``, ``8 bit``, ``32 bit``, ``min``, ``max``.
    """

    source: str
    target: str
    labels: tuple[str, ...]

    @property
    def main(self) -> str:
        """What names and colours the arrow: the values rather than their range."""
        return next((x for x in self.labels if x not in ("min", "max")), "min/max")


def tidy(picture: Picture) -> tuple[tuple[Node, ...], tuple[Arrow, ...]]:
    """Boxes and arrows as they are drawn.

    Values and the two ends of their range share one arrow; a stored weight is one box with its
    ends, not three.
    """
    constants = {node.id for node in picture.nodes if node.kind == "constant"}
    merged = {
        name: name.removesuffix(end)
        for name in constants
        for end in ("/min", "/max")
        if name.removesuffix(end) != name and name.removesuffix(end) in constants
    }
    labels: dict[tuple[str, str], dict[str, None]] = {}
    for edge in picture.edges:
        ends = (merged.get(edge.source, edge.source), edge.target)
        labels.setdefault(ends, {}).setdefault(edge.label)
    nodes = tuple(node for node in picture.nodes if node.id not in merged)
    return nodes, tuple(Arrow(*ends, tuple(names)) for ends, names in labels.items())


def operators(picture: Picture) -> int:
    """How many boxes compute something."""
    return sum(node.kind not in ("end", "constant") for node in picture.nodes)


def step_titles() -> tuple[str, str, str]:
    """Names of the three pictures."""
    return tr("1 Float"), tr("2 Wrapped"), tr("3 Stripped")


def step_text(step: int) -> str:
    """What to see in a picture."""
    texts = (
        tr("Every operator reads and makes float numbers."),
        tr(
            "Every operator by itself: Min and Max look at the values, QuantizeV2 gives them "
            "codes, the operator works on codes, Dequantize gives float back. Hatched boxes undo "
            "each other and vanish in step 3."
        ),
        tr(
            "Codes and their range go from operator to operator as they are; float is left at the "
            "border, and around operators that have no 8-bit form."
        ),
    )
    return texts[step]


def node_text(node: Node, *, vanishes: bool) -> str:
    """Explanation of a box, for its tooltip."""
    lines = [node.label, _about(node)]
    if node.layer:
        lines.append(tr("Layer: {0}").format(node.layer))
    if vanishes:
        lines.append(tr("Redundant: it is undone at once, and gone in step 3."))
    return "\n".join(line for line in lines if line)


def _about(node: Node) -> str:
    texts = {
        "Min": tr("Least value of the tensor, found each time the graph runs."),
        "Max": tr("Greatest value of the tensor, found each time the graph runs."),
        "QuantizeV2": tr(
            "Gives float values codes 0 to 255 between the minimum and the maximum (MIN_FIRST)."
        ),
        "Dequantize": tr("Gives codes back their float values, by the range that came with them."),
        "RequantizationRange": tr(
            "Looks which part of the 32-bit range the sums really take, so that 8 bits suffice."
        ),
        "Requantize": tr("Brings 32-bit sums to 8-bit codes in the range that was found."),
        "QuantizedConv2D": tr(
            "Convolution of 8-bit codes; products are summed in 32 bits, hence Requantize after it."
        ),
        "QuantizedMatMul": tr(
            "Matrix product of 8-bit codes, summed in 32 bits, hence Requantize after it."
        ),
        "QuantizedBiasAdd": tr(
            "Adds two tensors of codes with different ranges, in 32 bits of a common range."
        ),
        "QuantizedRelu": tr("The larger of code and code of 0: works on codes as they are."),
    }
    kinds = {
        "end": tr("Comes from, or goes to, the rest of the model."),
        "constant": tr("A constant of the model."),
        "float": tr("Computes in float."),
        "eightbit": tr("Works on 8-bit codes and hands their range on."),
    }
    return texts.get(node.label) or kinds.get(node.kind, "")


def summary(pictures: EightbitPictures) -> str:
    """The three pictures in one sentence, for screen readers."""
    counts = [operators(step) for step in pictures.steps]
    eightbit = sum(node.kind == "eightbit" for node in pictures.wrapped.nodes)
    floats = [n.label for n in pictures.stripped.nodes if n.kind == "float"]
    text = tr(
        "{0}: {1} float operators become {2} when each is wrapped, {3} of them in 8 bits; "
        "{4} are redundant, {5} are left."
    ).format(
        ", ".join(pictures.layers), counts[0], counts[1], eightbit, counts[1] - counts[2], counts[2]
    )
    if floats:
        text += " " + tr("In float, for want of an 8-bit form: {0}.").format(
            ", ".join(dict.fromkeys(floats))
        )
    return text
