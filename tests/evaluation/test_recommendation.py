from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from qviz.evaluation import Comparison, DataInfo, Interval, ModelInfo, PairedTest, SchemeResult
from qviz.evaluation.dataset import Dataset
from qviz.evaluation.float_quality import baseline
from qviz.evaluation.judgement import loss_of
from qviz.evaluation.pareto import pareto_front
from qviz.evaluation.recommendation import recommend
from qviz.quantization import SCHEMES, scheme


def row(
    name: str, top1: float, size: int, *, lost: tuple[float, float] | None = (0.0, 0.0)
) -> SchemeResult:
    """A scheme with `top1`, whose loss has the interval `lost`."""
    test = None
    if lost is not None and name != "float32":
        interval = Interval(-lost[1], -lost[0], "Newcombe")
        test = PairedTest("McNemar", 0.5, "mid-p", 0.6, 1, 2, top1 - 0.9, interval)
    return SchemeResult(scheme(name), {"top1": top1}, 1.0, size, size // 2, paired=test)


def comparison(*rows: SchemeResult, samples: int = 1000) -> Comparison:
    model = ModelInfo("m", "", "keras", "", "", 0, 0, 0)
    return Comparison(model, DataInfo("d", "", "classification", samples, "none"), rows)


THREE = comparison(
    row("float32", 0.90, 4000),
    row("float16", 0.90, 2000, lost=(-0.002, 0.002)),
    row("int8", 0.897, 1050, lost=(-0.003, 0.009)),
    row("int8-only", 0.893, 1000, lost=(-0.001, 0.015)),
    row("tfjs-uint8", 0.80, 990, lost=(0.08, 0.12)),
)


def test_smallest_that_fits_with_its_interval() -> None:
    found = recommend(THREE, 0.01)
    assert found.scheme == "int8"
    assert found.smallest_unsure == "int8-only"
    verdicts = {j.scheme: j.verdict for j in found.judgements}
    assert verdicts == {
        "float16": "fits",
        "int8": "fits",
        "int8-only": "unsure",
        "tfjs-uint8": "loses",
    }
    assert "at most 1 point below float32 with 95% confidence: int8 with top-1 89.70%" in (
        found.sentence
    )
    assert "int8-only measured inside that limit too" in found.sentence
    assert "3.8 times smaller" in found.sentence


def test_what_no_hardware_takes_is_no_answer() -> None:
    found = recommend(comparison(*THREE.rows, row("eightbit", 0.90, 900)), 0.01)
    assert found.scheme == "int8"
    assert found.judgements[-1].verdict == "elsewhere"


@pytest.mark.parametrize(
    ("tolerance", "chosen", "unsure"),
    [
        (0.0, "", "float16"),
        (0.002, "float16", ""),
        (0.005, "float16", "int8"),
        (0.02, "int8-only", ""),
        (0.2, "tfjs-uint8", ""),
    ],
)
def test_tolerance_decides(tolerance: float, chosen: str, unsure: str) -> None:
    found = recommend(THREE, tolerance)
    assert (found.scheme, found.smallest_unsure) == (chosen, unsure)


def test_a_loss_as_large_as_the_tolerance_is_inside() -> None:
    found = comparison(row("float32", 0.997, 400), row("int8", 0.992, 100, lost=(0.0, 0.005)))
    assert 0.997 - 0.992 > 0.005
    assert recommend(found, 0.005).scheme == "int8"


def test_hardware_decides() -> None:
    assert recommend(THREE, 0.02, "gpu").scheme == "int8"
    assert recommend(THREE, 0.02, "microcontroller").scheme == "int8-only"
    browser = recommend(THREE, 0.02, "browser")
    assert browser.scheme == ""
    assert browser.sentence == (
        "No scheme for a web browser (TensorFlow.js) stays at most 2 points below float32."
    )


def test_too_few_samples_are_said() -> None:
    rows = [row("float32", 0.9, 4000), row("int8", 0.9, 1000, lost=(-0.08, 0.08))]
    found = recommend(comparison(*rows, samples=20), 0.01)
    assert found.scheme == ""
    assert found.smallest_unsure == "int8"
    assert "20 samples are too few to say so with 95% confidence" in found.sentence


def test_front_has_what_no_other_beats() -> None:
    # float16 is as good as float32 and smaller.
    assert pareto_front(THREE) == ("tfjs-uint8", "int8-only", "int8", "float16")
    same = comparison(row("float32", 0.9, 10), row("int8", 0.8, 5), row("int8-only", 0.8, 5))
    assert pareto_front(same) == ("int8", "int8-only", "float32")
    without = comparison(*THREE.rows[1:])
    assert pareto_front(without) == ("tfjs-uint8", "int8-only", "int8", "float16")
    assert recommend(without).sentence == ""


def test_pruned_artifacts_are_told_apart_gzipped() -> None:
    pruned = replace(row("int8:prune=0.5", 0.85, 1000), gzip_bytes=300)
    found = comparison(row("float32", 0.9, 4000), row("int8", 0.9, 1000), pruned)
    assert pareto_front(found) == ("int8",)
    assert pareto_front(found, gzipped=True) == ("int8:prune=0.5", "int8")
    advice = recommend(found, 0.01)
    assert (advice.pareto, advice.gzip_pareto) == (("int8",), ("int8:prune=0.5", "int8"))


def test_one_that_only_packs_better_is_said_to() -> None:
    packed = replace(row("int8:prune=0.1", 0.9, 1050, lost=(-0.01, 0.02)), gzip_bytes=400)
    found = comparison(*THREE.rows[:3], packed)
    assert "int8:prune=0.1 measured inside that limit too and packs better" in (
        recommend(found, 0.01).sentence
    )


def test_errors_are_judged_by_their_increase() -> None:
    def numbers(name: str, mae: float, size: int, worst: float) -> SchemeResult:
        test = PairedTest(
            "Wilcoxon signed-rank",
            0.5,
            "exact",
            0.5,
            1,
            1,
            mae - 0.5,
            Interval(-1, worst, "normal"),
        )
        return SchemeResult(SCHEMES[name], {"mae": mae, "rmse": mae}, 0.99, size, size, paired=test)

    found = comparison(
        replace(numbers("float32", 0.5, 400, 0), paired=None),
        numbers("int8", 0.502, 100, 0.004),
        numbers("int8-only", 0.51, 90, 0.02),
    )
    loss = loss_of(found.rows[2], found)
    assert (loss.measured, loss.at_worst) == (pytest.approx(0.02), pytest.approx(0.04))
    best = recommend(found, 0.01)
    assert best.scheme == "int8"
    assert "at most 1% above float32" in best.sentence
    assert recommend(found, 0.05).scheme == "int8-only"


def test_without_labels_flips_are_the_loss() -> None:
    rows = (
        SchemeResult(SCHEMES["float32"], {}, 1.0, 400, 300),
        SchemeResult(SCHEMES["int8"], {}, 0.99, 100, 90, flipped=(1, 2, 3, 4, 5)),
        SchemeResult(SCHEMES["float16"], {}, 0.9993, 200, 190),
    )
    found = comparison(*rows, samples=500)
    classes = loss_of(rows[1], found)
    assert classes.measured == pytest.approx(0.01)
    assert 0.01 < classes.at_worst < 0.03
    determination = loss_of(rows[2], found)
    assert determination.measured == pytest.approx(0.0007)
    assert math.isnan(determination.at_worst)
    assert recommend(found, 0.01).scheme == "float16"
    assert recommend(found, 0.03).scheme == "int8"


def test_nothing_is_advised_of_nothing() -> None:
    found = recommend(comparison())
    assert (found.scheme, found.sentence, found.pareto) == ("", "", ())
    lost = comparison(row("float32", math.nan, 4), row("int8", math.nan, 1, lost=None))
    assert recommend(lost).scheme == ""


def test_what_is_larger_than_float32_is_not_advised() -> None:
    tiny = comparison(
        row("float32", 0.90, 2200), row("int8", 0.90, 3200), row("float16", 0.9, 2400)
    )
    found = recommend(tiny, 0.01)
    assert (found.scheme, found.smallest_unsure) == ("", "")
    assert found.sentence == (
        "No scheme that stays at most 1 point below float32 has a smaller artifact than float32."
    )
    # Where float32 does not run, the larger one is still the answer.
    integers = comparison(row("float32", 0.90, 2200), row("int8-only", 0.90, 3200))
    there = recommend(integers, 0.01, "microcontroller")
    assert there.scheme == "int8-only"
    assert "3.2 kB, not smaller than float32 (2.2 kB)" in there.sentence


def test_front_of_hardware_has_only_what_runs_there() -> None:
    assert recommend(THREE, 0.01).pareto == ("tfjs-uint8", "int8-only", "int8", "float16")
    found = recommend(THREE, 0.01, "cpu")
    assert found.pareto == found.gzip_pareto == ("int8-only", "int8", "float16")
    assert recommend(THREE, 0.01, "browser").pareto == ("tfjs-uint8",)


def test_a_smaller_one_that_nothing_runs_is_named_as_such() -> None:
    found = recommend(comparison(*THREE.rows, row("eightbit", 0.90, 900)), 0.01)
    assert found.sentence.startswith(
        "Smallest artifact that TensorFlow Lite or TensorFlow.js can run, at most 1 point below"
    )
    assert found.sentence.endswith(
        " eightbit (900 B) is smaller, but no runtime of today takes it."
    )
    assert "eightbit" not in recommend(comparison(*THREE.rows, row("eightbit", 0.8, 900))).sentence
    on_gpu = recommend(THREE, 0.02, "gpu").sentence
    assert on_gpu.endswith(" int8-only (1.0 kB) is smaller, but not for the GPU of a phone.")


def test_16_bit_activations_run_on_microcontrollers_with_a_proviso() -> None:
    rows = (row("float32", 0.9, 4000), row("int16x8-only", 0.9, 1100), row("int16x8", 0.9, 1000))
    found = recommend(comparison(*rows), 0.01, "microcontroller")
    assert found.scheme == "int16x8-only"
    assert "16-bit kernels for the common operators only" in found.sentence
    assert found.judgements[1].verdict == "elsewhere"
    assert "Micro" not in recommend(comparison(*rows), 0.01, "cpu").sentence
    few = (rows[0], row("int16x8-only", 0.9, 1100, lost=(-0.1, 0.1)))
    unsure = recommend(comparison(*few, samples=12), 0.01, "microcontroller")
    assert unsure.smallest_unsure == "int16x8-only"
    assert "16-bit kernels for the common operators only" in unsure.sentence


def test_where_none_was_compared_it_is_not_said_that_all_lose() -> None:
    found = recommend(comparison(*THREE.rows[:3]), 0.01, "browser")
    assert found.scheme == ""
    assert found.sentence == (
        "None of the schemes compared runs on a web browser (TensorFlow.js). Compare some that "
        "do: --schemes tfjs-uint16,tfjs-float16,tfjs-uint8."
    )


@pytest.mark.parametrize(
    ("top1", "guess", "told"),
    [
        (0.10, 0.10, True),
        (0.11, 0.105, True),
        (0.14, 0.105, False),
        (0.985, 0.98, False),
        (0.975, 0.98, True),
        (0.9, None, False),
    ],
)
def test_nothing_is_recommended_on_top_of_a_guess(
    top1: float, guess: float | None, told: bool
) -> None:
    rows = comparison(row("float32", top1, 4000), row("int8", top1, 1000))
    found = recommend(replace(rows, data=replace(rows.data, baseline=guess)), 0.01)
    assert found.scheme == ("" if told else "int8")
    assert found.sentence.startswith("The float model itself is at chance level") == told


def test_no_better_than_the_mean() -> None:
    rows = tuple(
        SchemeResult(SCHEMES[name], {"mae": 50.0, "rmse": 60.0}, 1.0, size, size)
        for name, size in (("float32", 400), ("int8", 100))
    )
    found = comparison(*rows)
    poor = recommend(replace(found, data=replace(found.data, baseline=12.5)))
    assert (poor.scheme, poor.smallest_unsure) == ("", "")
    assert "no better than the mean: MAE 50, where always answering the mean" in poor.sentence
    assert recommend(replace(found, data=replace(found.data, baseline=80.0))).scheme == "int8"


def test_baseline_is_the_best_answer_that_ignores_the_sample() -> None:
    x = np.zeros((4, 2), np.float32)
    assert baseline(Dataset.of(x, np.array([1, 1, 1, 0]))) == 0.75
    assert baseline(Dataset.of(x, np.array([1, 1, 1, 1]))) is None
    assert baseline(Dataset.of(x, np.array([[0.5], [1.5], [2.5], [3.5]]))) == 1.0
    assert baseline(Dataset.of(x)) is None


def test_hardly_any_gain_is_not_praised() -> None:
    rows = (row("float32", 0.9, 4000), row("int8", 0.9, 3990))
    said = recommend(comparison(*rows)).sentence
    assert "hardly smaller than float32 (4.0 kB)" in said
    assert "times" not in said
