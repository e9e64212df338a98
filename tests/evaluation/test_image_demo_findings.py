"""What MobileNetV2's demo says of its numbers follows from them."""

from __future__ import annotations

import pytest

from qviz.errors import ModelFormatError
from qviz.evaluation.demo import GzipRow
from qviz.evaluation.image_demo import check_network
from qviz.evaluation.image_demo_findings import image_demo_findings
from qviz.evaluation.image_scores import ImageDemoResult, ImageScores, RightUnder
from qviz.formats import open_model
from qviz.resources import sample_models

SAMPLES = 1000


def scores(
    scaling: str, scheme: str, top1: float | None, agreement: float = 0.9, word: float | None = None
) -> ImageScores:
    return ImageScores(scaling, scheme, SAMPLES, top1, top1, word, word, agreement)


def result(
    *, tensor: float | None, channel: float | None, same: float | None = 0.7
) -> ImageDemoResult:
    base = None if tensor is None else 0.7
    fed = None if tensor is None else 0.6
    rows = (
        scores("0..1", "float32", fed, 1.0),
        scores("-1..1", "float32", base, 1.0),
        scores("-1..1", "tfjs-uint16", base, 1.0),
        scores("-1..1", "tfjs-uint8", tensor, 0.3),
        scores("-1..1", "int8", channel, 0.95),
    )
    return ImageDemoResult(rows, (GzipRow("float32", 100, 50),), SAMPLES, same_class=same)


def test_the_lesson_of_the_example_is_told_where_it_was_met() -> None:
    told = image_demo_findings(result(tensor=0.3, channel=0.69))
    assert told[0] == (
        "Input range: float32 has 60.0% top-1 with inputs 0..1 and 70.0% with -1..1, a change by "
        "−10.0 points that no quantization has a part in."
    )
    assert told[1] == "Both scalings give 70.0% of the images the same class in float32."
    assert "(tfjs-uint16): top-1 changes by 0.0 points, 100.0% of the images keep" in told[2]
    assert "(tfjs-uint8): top-1 changes by −40.0 points, 30.0% of the images keep" in told[3]
    assert "(int8): top-1 changes by −1.0 points" in told[4]
    assert told[5].endswith("per channel after folding is better.")
    assert told[6].endswith("16 bits +0.6 points, 8 bits −33.8 points.")


@pytest.mark.parametrize(
    ("tensor", "channel", "ending"),
    [
        (0.69, 0.7, "1000 images cannot tell the two apart."),
        (0.69, 0.3, "per channel after folding is worse here."),
    ],
)
def test_another_outcome_is_told_as_it_is(tensor: float, channel: float, ending: str) -> None:
    told = image_demo_findings(result(tensor=tensor, channel=channel))
    assert told[5].endswith(ending)


@pytest.mark.parametrize(
    ("right", "interval", "said", "scaling"),
    [
        (RightUnder(550, 50, 150, 250), "−12.7 to −7.3", "Inputs -1..1 do better", "-1..1"),
        (RightUnder(550, 150, 50, 250), "+7.3 to +12.7", "Inputs 0..1 do better", "0..1"),
        (RightUnder(600, 52, 50, 298), "−1.8 to +2.2", "These images cannot tell", "-1..1"),
    ],
)
def test_the_scaling_that_fits_is_measured(
    right: RightUnder, interval: str, said: str, scaling: str
) -> None:
    rows = tuple(
        scores(inputs, scheme, share)
        for inputs, shares in {"0..1": (0.5, 0.4), "-1..1": (0.7, 0.5)}.items()
        for scheme, share in zip(("float32", "int8"), shares, strict=True)
    )
    told = image_demo_findings(ImageDemoResult(rows, (), SAMPLES, right=right))
    assert f"points (95 % interval {interval}) that no quantization" in told[0]
    assert told[1].startswith(said)
    # Of the schemes that is told which was measured under the scaling that fits.
    change = {"-1..1": "−20.0", "0..1": "−10.0"}[scaling]
    assert f"(int8): top-1 changes by {change} points" in told[2]


def test_without_labels_the_class_of_float32_is_what_counts() -> None:
    told = image_demo_findings(result(tensor=None, channel=None))
    assert told[0] == "Both scalings give 70.0% of the images the same class in float32."
    assert told[1].endswith("(tfjs-uint16): 100.0% of the images keep the class of float32.")
    assert "agreement with float32: 30.0% per tensor" in told[4]
    assert told[4].endswith("per channel after folding is better.")
    assert not any("top-1" in sentence for sentence in told)


def test_what_was_not_run_yet_is_not_told() -> None:
    first = ImageDemoResult((scores("0..1", "float32", 0.6, 1.0),), (), SAMPLES)
    assert image_demo_findings(first) == ()
    rows = (*first.rows, scores("-1..1", "float32", 0.7, 1.0), scores("-1..1", "int8", 0.7))
    told = image_demo_findings(ImageDemoResult(rows, (), SAMPLES))
    assert [sentence.split(":")[0] for sentence in told] == [
        "Input range",
        "8 bits per channel after folding (int8)",
        "Published (inputs 0..1, by word, 1,000 images)",
    ]


def test_a_network_for_images_is_told_from_others() -> None:
    check_network(open_model(sample_models() / "digits" / "digits.keras"))
    housing = open_model(sample_models() / "housing" / "housing.keras")
    with pytest.raises(
        ModelFormatError, match=r"takes \(8\) and gives \(1\)\. Choose another file"
    ):
        check_network(housing)
