"""Fixed sentences that the folders below the window say in English, and the window translates.

They know nothing of Qt: their sentences are extracted from here (``./run translations``) instead of
from the source, and translated where they are shown, by :func:`qviz.ui.wording.tr`. Sentences with
numbers and names in them are not fixed and stay in English.
"""

from __future__ import annotations

from collections.abc import Iterator

from qviz.evaluation.advice import QUESTIONS, REMARKS, TREE, Leaf, Question
from qviz.evaluation.element.text import TERM_COLUMNS
from qviz.evaluation.guide import HARDWARE, TECHNIQUES
from qviz.quantization.scheme import SCHEMES


def told_below() -> tuple[str, ...]:
    """Every such sentence once: of the advice, the documents' tables, schemes, columns of terms."""
    texts = dict.fromkeys(HARDWARE.values())
    for question, choices in QUESTIONS.values():
        texts |= dict.fromkeys((question, *choices.values()))
    texts |= dict.fromkeys((*_reasons(TREE), *REMARKS))
    for technique in TECHNIQUES:
        row = (technique.name, *technique.quantized, technique.data, technique.accuracy)
        texts |= dict.fromkeys((*row, technique.speed, technique.remark))
    texts |= dict.fromkeys(scheme.title for scheme in SCHEMES.values())
    texts |= dict.fromkeys(TERM_COLUMNS)
    return tuple(text for text in texts if text)


def _reasons(node: Question | Leaf) -> Iterator[str]:
    if isinstance(node, Leaf):
        yield node.reason
        return
    for branch in node.branches.values():
        yield from _reasons(branch)
