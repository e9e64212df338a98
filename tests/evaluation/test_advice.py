from __future__ import annotations

import itertools

import pytest

from qviz.errors import SchemeError
from qviz.evaluation.advice import QUESTIONS, TREE, Leaf, Question, advise
from qviz.evaluation.guide import technique_of
from qviz.quantization import SCHEMES


def leaves(node: Question | Leaf) -> list[Leaf]:
    if isinstance(node, Leaf):
        return [node]
    return [leaf for branch in node.branches.values() for leaf in leaves(branch)]


def test_every_question_has_a_branch_for_every_answer() -> None:
    waiting: list[Question | Leaf] = [TREE]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Question):
            assert set(node.branches) == set(QUESTIONS[node.key][1])
            waiting.extend(node.branches.values())


def test_every_leaf_is_a_scheme_with_a_reason_of_the_documents() -> None:
    for leaf in leaves(TREE):
        technique = technique_of(leaf.scheme)
        assert leaf.scheme in SCHEMES
        assert technique is not None
        assert leaf.source in technique.sources
        assert leaf.reason.endswith(".")


def test_advice_fits_hardware_size_and_data() -> None:
    keys = list(QUESTIONS)
    for answers in itertools.product(*(QUESTIONS[key][1] for key in keys)):
        given = dict(zip(keys, answers, strict=True))
        advice = advise(given)
        technique = technique_of(advice.scheme)
        assert technique is not None
        assert given["hardware"] in technique.hardware
        if given["samples"] == "no" and technique.data != "none":
            assert "collect" in advice.reason
        safer = advice.scheme == "tfjs-uint16" and given["loss"] == "none"
        if given["size"] == "4x" and not safer:
            assert technique.times_smaller == 4
        if given["labels"] == "no":
            assert any("agreement" in remark for remark in advice.remarks)


@pytest.mark.parametrize(
    ("answers", "scheme"),
    [
        ({}, "int8"),
        ({"hardware": "cpu", "samples": "no"}, "dynamic-range"),
        ({"hardware": "cpu", "size": "2x"}, "float16"),
        ({"hardware": "cpu", "loss": "none"}, "int16x8"),
        ({"hardware": "gpu", "size": "2x"}, "float16"),
        ({"hardware": "edge-tpu"}, "int8-only"),
        ({"hardware": "microcontroller", "samples": "no"}, "int8-only"),
        ({"hardware": "browser"}, "tfjs-uint8"),
        ({"hardware": "browser", "size": "2x"}, "tfjs-uint16"),
    ],
)
def test_known_cases(answers: dict[str, str], scheme: str) -> None:
    advice = advise(answers)
    assert advice.scheme == scheme
    assert advice.path[0][0] == "Where will the model run?"


@pytest.mark.parametrize("answers", [{"hardware": "abacus"}, {"size": "8x"}, {"colour": "red"}])
def test_unknown_answers_are_said(answers: dict[str, str]) -> None:
    with pytest.raises(SchemeError, match="There are: "):
        advise(answers)
