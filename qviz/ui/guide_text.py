"""What the documents say of a scheme, as rich text for tool tips and tables."""

from __future__ import annotations

from html import escape

from qviz.evaluation.guide import HARDWARE, Technique, technique_of
from qviz.quantization.scheme import Scheme
from qviz.ui.wording import tr


def scheme_guide(scheme: Scheme) -> str:
    """Title of a scheme and its row of the documents' tables."""
    technique = technique_of(scheme.id)
    head = f"<b>{escape(tr(scheme.title))}</b>"
    if technique is None:
        return head
    rows = "".join(
        f"<tr><td>{escape(name)}&nbsp;</td><td>{escape(text)}</td></tr>"
        for name, text in technique_facts(technique)
    )
    remark = escape(tr(technique.remark))
    sources = escape("; ".join(technique.sources))
    return f"{head}<table>{rows}</table><p>{remark}</p><p><i>{sources}</i></p>"


def technique_facts(technique: Technique) -> tuple[tuple[str, str], ...]:
    """The row of the documents' tables as names and texts."""
    facts = (
        (tr("Quantized"), ", ".join(tr(part) for part in technique.quantized)),
        (tr("Size"), size_text(technique)),
        (tr("Data needed"), tr(technique.data)),
        (tr("Loss"), tr(technique.accuracy)),
        (tr("Speed"), tr(technique.speed)),
        (tr("Runs on"), hardware_text(technique)),
    )
    return tuple((name, text) for name, text in facts if text)


def size_text(technique: Technique) -> str:
    """How much smaller the model gets."""
    return tr("{0} times smaller ({1} bits)").format(technique.times_smaller, technique.bits)


def hardware_text(technique: Technique) -> str:
    """Where it runs."""
    return ", ".join(tr(HARDWARE[h]) for h in technique.hardware)
