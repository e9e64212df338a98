"""The documents' decision tree: a few questions lead to a scheme and the reason for it.

What the tree says holds on average; :mod:`qviz.evaluation.recommendation` says what was measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qviz.errors import SchemeError
from qviz.evaluation.guide import HARDWARE, MODEL_OPTIMIZATION, POST_TRAINING, TENSORFLOW_JS


@dataclass(frozen=True, slots=True)
class Leaf:
    """Where the tree ends: a scheme, why, and who says so."""

    scheme: str
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Question:
    """Where the tree branches.

    Attributes
    ----------
    key : str
        Of the answer; a key of `QUESTIONS`.
    branches : Mapping of str to Question or Leaf
        By answer.
    """

    key: str
    branches: Mapping[str, Question | Leaf]


@dataclass(frozen=True, slots=True)
class Advice:
    """What the documents advise.

    Attributes
    ----------
    scheme : str
        Id of the scheme.
    reason, source : str
    path : tuple of (str, str)
        Questions that led there, and the answers to them, as people read them.
    remarks : tuple of str
        What else to know, given the answers.
    """

    scheme: str
    reason: str
    source: str
    path: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...] = ()


QUESTIONS: dict[str, tuple[str, dict[str, str]]] = {
    "hardware": ("Where will the model run?", {str(key): text for key, text in HARDWARE.items()}),
    "size": (
        "How much smaller does it have to be?",
        {"4x": "a quarter of the size", "2x": "half the size is enough"},
    ),
    "samples": (
        "Are there samples like those that it will meet (100 to 500, without labels)?",
        {"yes": "yes", "no": "no"},
    ),
    "labels": ("Are there labelled samples?", {"yes": "yes", "no": "no"}),
    "loss": (
        "How much may it lose?",
        {"some": "a little is fine", "none": "next to nothing"},
    ),
}
"""Text of each question, and of its answers by key; the first answer stands where none is given."""

_INTEGERS_ONLY = (
    "It computes with integers only: inputs, outputs and every operator between have to be 8-bit."
)
_ON_INTEGER_HARDWARE = Question(
    "samples",
    {
        "yes": Leaf("int8-only", _INTEGERS_ONLY, POST_TRAINING),
        "no": Leaf(
            "int8-only",
            f"{_INTEGERS_ONLY} That needs the ranges of all activations: collect 100 to 500 "
            "samples first; no scheme that does without them runs there.",
            POST_TRAINING,
        ),
    },
)

TREE = Question(
    "hardware",
    {
        "microcontroller": _ON_INTEGER_HARDWARE,
        "edge-tpu": _ON_INTEGER_HARDWARE,
        "browser": Question(
            "size",
            {
                "2x": Leaf(
                    "tfjs-uint16",
                    "Weights of 16 bits are half the size, and changed no accuracy in any of the "
                    "four demos.",
                    TENSORFLOW_JS,
                ),
                "4x": Question(
                    "loss",
                    {
                        "some": Leaf(
                            "tfjs-uint8",
                            "Weights of 8 bits are a quarter of the size and pack best. Measure "
                            "it: three demos lost nothing to speak of, MobileNetV2 more than half "
                            "of its accuracy.",
                            TENSORFLOW_JS,
                        ),
                        "none": Leaf(
                            "tfjs-uint16",
                            "Weights of 8 bits have one scale per tensor and destroyed MobileNetV2 "
                            "(0.618 to 0.280); 16 bits are the safe ones, at half the size.",
                            TENSORFLOW_JS,
                        ),
                    },
                ),
            },
        ),
        "gpu": Question(
            "size",
            {
                "2x": Leaf(
                    "float16",
                    "GPU delegates compute with float16 directly; the loss is insignificant and no "
                    "data are needed.",
                    POST_TRAINING,
                ),
                "4x": Question(
                    "samples",
                    {
                        "no": Leaf(
                            "dynamic-range",
                            "A quarter of the size with minimal loss and without data. GPUs of "
                            "Android phones take it.",
                            MODEL_OPTIMIZATION,
                        ),
                        "yes": Leaf(
                            "int8",
                            "A quarter of the size with a small loss, and integer arithmetic. GPUs "
                            "of Android phones take it.",
                            MODEL_OPTIMIZATION,
                        ),
                    },
                ),
            },
        ),
        "cpu": Question(
            "size",
            {
                "2x": Leaf(
                    "float16",
                    "Half the size with insignificant loss and without data. A CPU turns the "
                    "weights back into float32, so that it gets no faster.",
                    POST_TRAINING,
                ),
                "4x": Question(
                    "samples",
                    {
                        "no": Leaf(
                            "dynamic-range",
                            "A quarter of the size, 2 to 3 times faster, minimal loss, and no data "
                            "needed: where one starts.",
                            MODEL_OPTIMIZATION,
                        ),
                        "yes": Question(
                            "loss",
                            {
                                "some": Leaf(
                                    "int8",
                                    "A quarter of the size and the fastest on a CPU, for a small "
                                    "loss; operators without an integer form stay in float32.",
                                    POST_TRAINING,
                                ),
                                "none": Leaf(
                                    "int16x8",
                                    "Activations of 16 bits keep the accuracy where those of 8 "
                                    "bits lose it, at nearly the size of int8; but it is slow, as "
                                    "there are no optimized kernels.",
                                    MODEL_OPTIMIZATION,
                                ),
                            },
                        ),
                    },
                ),
            },
        ),
    },
)


_AGREEMENT_ONLY = (
    "Without labels only the agreement with the float model can be measured, not its accuracy."
)
_TRAIN = (
    "If it loses too much: with labelled training data, quantization-aware training loses the "
    "least of all at this size. qviz does not train."
)
_MORE_BITS = "If it loses too much, int16x8 has 16-bit activations at about this size."

REMARKS = (_AGREEMENT_ONLY, _TRAIN, _MORE_BITS)
"""Every remark that an advice can have."""


def advise(answers: Mapping[str, str]) -> Advice:
    """Walk the tree.

    Parameters
    ----------
    answers : Mapping of str to str
        By key of `QUESTIONS`; for a question that is asked and not answered here, its first answer.

    Raises
    ------
    SchemeError
        If an answer is none of those there are.
    """
    for key, answer in answers.items():
        if key not in QUESTIONS or answer not in QUESTIONS[key][1]:
            known = ", ".join(QUESTIONS[key][1] if key in QUESTIONS else QUESTIONS)
            raise SchemeError(f"{key} cannot be {answer!r}. There are: {known}.")
    node: Question | Leaf = TREE
    path: list[tuple[str, str]] = []
    while isinstance(node, Question):
        text, choices = QUESTIONS[node.key]
        answer = answers.get(node.key, next(iter(choices)))
        path.append((text, choices[answer]))
        node = node.branches[answer]
    return Advice(node.scheme, node.reason, node.source, tuple(path), _remarks(node, answers))


def _remarks(leaf: Leaf, answers: Mapping[str, str]) -> tuple[str, ...]:
    remarks = []
    if answers.get("labels") == "no":
        remarks.append(_AGREEMENT_ONLY)
    if answers.get("labels") == "yes" and leaf.scheme.startswith(("int8", "tfjs-uint8")):
        remarks.append(_TRAIN)
    if leaf.scheme == "int8":
        remarks.append(_MORE_BITS)
    return tuple(remarks)
