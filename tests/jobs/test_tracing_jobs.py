from __future__ import annotations

from pathlib import Path

import pytest

from qviz.errors import CalibrationError, DatasetError
from qviz.evaluation.element import ElementChoice
from qviz.jobs.results import DataSpec, RunOptions
from qviz.jobs.task import Partial, Progress, run
from qviz.jobs.tasks import trace_task
from qviz.quantization.scheme import SCHEMES
from qviz.resources import sample_models

DIGITS = str(sample_models() / "digits" / "digits.keras")
DATA = DataSpec("digits")


def test_the_second_element_needs_no_calibration() -> None:
    def messages(choice: ElementChoice, sample: int = 0) -> list[str]:
        events: list[Progress | Partial] = []
        found = run(
            trace_task(DIGITS, SCHEMES["int8"], choice, sample=sample, data=DATA), events.append
        )
        assert found.trace.layer == choice.layer
        assert (found.sample, found.samples) == (sample, 450)
        return [event.message for event in events if isinstance(event, Progress)]

    assert "calibrating" in messages(ElementChoice("conv2"))
    for choice, sample in ((ElementChoice("conv2", (0, 0, 3)), 0), (ElementChoice("dense1"), 7)):
        assert "calibrating" not in messages(choice, sample)


def test_options_of_a_run_give_its_codes() -> None:
    def code(options: RunOptions) -> tuple[int | None, str]:
        task = trace_task(
            DIGITS, SCHEMES["int8"], ElementChoice("conv2", (1, 1, 3)), data=DATA, options=options
        )
        trace = run(task).trace
        return trace.code, trace.rules

    assert code(RunOptions())[1] == "reference"
    assert code(RunOptions(rounding="xnnpack"))[1] == "xnnpack"
    # Ranges of one sample are narrower than those of a hundred.
    assert code(RunOptions(calibration_samples=1))[0] != code(RunOptions())[0]


def test_quantized_files_are_traced_as_they_are(tmp_path: Path) -> None:
    from qviz.jobs.tasks import export_task

    target = str(tmp_path / "digits.tflite")
    run(export_task(DIGITS, SCHEMES["int8"], target, DATA))
    found = run(trace_task(target, SCHEMES["float32"], ElementChoice("conv2"), sample=4))
    assert found.samples == 0
    assert found.is_as_stored
    assert found.trace.steps
    assert found.trace.float_value is None
    with_data = run(trace_task(target, SCHEMES["float32"], ElementChoice("conv2"), data=DATA))
    assert with_data.samples == 450


def test_what_is_missing_is_a_sentence() -> None:
    with pytest.raises(CalibrationError, match="int8 needs samples"):
        run(trace_task(DIGITS, SCHEMES["int8"], ElementChoice("conv2")))
    with pytest.raises(DatasetError, match="no sample 450"):
        run(trace_task(DIGITS, SCHEMES["int8"], ElementChoice("conv2"), sample=450, data=DATA))
