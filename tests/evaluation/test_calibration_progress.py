"""Calibration inside a comparison shows where it is, and stops where it is asked to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from small_network import network, samples

from qviz.evaluation.comparison import comparison_steps
from qviz.evaluation.dataset import Dataset
from qviz.progress import Progress
from qviz.quantization import Calibrator


def messages(steps: Iterator[Any]) -> list[str]:
    return [e.message for e in steps if isinstance(e, Progress) and "calibrating" in e.message]


def steps_of(data: Dataset) -> Iterator[Any]:
    return comparison_steps(network(), data, ["int8"], calibration_samples=10, batch_size=4)


def test_every_batch_of_calibration_is_a_step() -> None:
    found = messages(steps_of(samples(network())))
    assert found == ["calibrating 0/10", "calibrating 4/10", "calibrating 8/10"]


def test_a_stop_during_calibration_runs_no_further_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    observed: list[int] = []
    observe = Calibrator.observe

    def counted(self: Calibrator, batch: Any) -> None:
        observe(self, batch)
        observed.append(self.samples)

    monkeypatch.setattr(Calibrator, "observe", counted)
    steps = steps_of(samples(network()))
    for event in steps:
        if isinstance(event, Progress) and event.message == "calibrating 4/10":
            break
    steps.close()  # type: ignore[attr-defined]
    assert observed == [4]
