"""``qviz verify`` as a shell runs it, and the job that the window offers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from builders import activation, operator

import qviz
from qviz.cli import main
from qviz.evaluation import Verification
from qviz.execution.kernels import registry
from qviz.files import write_bytes
from qviz.formats.tflite import write_tflite
from qviz.graph import Graph
from qviz.jobs.results import DataSpec
from qviz.jobs.task import Progress, run
from qviz.jobs.tasks import TASKS
from qviz.resources import sample_models

DIGITS = str(sample_models() / "digits" / "digits.keras")
MODE_KEYS = {"mode", "problem", "verdict", "samples", "tensors", "values", "differing"} | {
    "max_difference",
    "max_float_difference",
    "first_operator",
    "wrong_operators",
    "differing_tensors",
    "not_compared",
}


@pytest.fixture(scope="module")
def int8(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample as an int8 file."""
    model = qviz.open_model(DIGITS)
    data = qviz.load_dataset("digits", model=model)
    quantized = qviz.quantize(model, "int8", qviz.calibrate(model, data.calibration_batches(20)))
    target = tmp_path_factory.mktemp("verify") / "digits.tflite"
    return write_bytes(target, write_tflite(quantized))


def command(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as stop:
        main(["verify", *(str(argument) for argument in arguments)])
    assert isinstance(stop.value.code, int)
    return stop.value.code


def test_nothing_differs(int8: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "found.json"
    options = ("--data", "digits", "--samples", "2", "--modes", "reference", "--seed", "5")
    assert command(int8, *options, "--json", out) == 0
    told = capsys.readouterr()
    assert "2 random inputs (seed 5) and 2 samples of digits" in told.out
    assert "reference, against LiteRT's reference kernels: no value of" in told.out
    assert told.err == ""
    found = json.loads(out.read_text())
    assert (found["model"], found["seed"]) == ("digits.tflite", 5)
    (mode,) = found["modes"]
    assert set(mode) == MODE_KEYS
    assert (mode["mode"], mode["differing"], mode["max_difference"]) == ("reference", 0, 0)
    assert mode["first_operator"] is None
    assert mode["samples"] == 4
    assert mode["tensors"] > 8
    assert mode["values"] > 10_000


def test_a_difference_is_exit_code_3(
    int8: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def break_it(prepare: registry.Prepare) -> registry.Prepare:
        def prepare_broken(context: registry.Context) -> registry.Kernel:
            kernel = prepare(context)
            return lambda inputs: tuple(np.minimum(a, 126) + np.int8(1) for a in kernel(inputs))

        return prepare_broken

    out = tmp_path / "found.json"
    with registry.replaced_kernel("DEPTHWISE_CONV_2D", break_it):
        assert command(int8, "--modes", "reference", "--samples", "1", "--json", out) == 3
    told = " ".join(capsys.readouterr().out.split())
    assert "differs although its inputs are the same" in told
    assert "by up to 1 code" in told
    (mode,) = json.loads(out.read_text())["modes"]
    assert mode["first_operator"]["kind"] == "DEPTHWISE_CONV_2D"
    assert {o["kind"] for o in mode["wrong_operators"]} == {"DEPTHWISE_CONV_2D"}
    assert mode["differing_tensors"][0]["operator"] == mode["first_operator"]["index"]
    assert mode["differing"] == sum(t["differing"] for t in mode["differing_tensors"])


def test_what_cannot_be_verified_is_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    graph = Graph.build(
        [operator("ELU", ("x",), "y")],
        [activation("x", 1, 4), activation("y", 1, 4)],
        ["x"],
        ["y"],
    )
    model = write_bytes(tmp_path / "elu.tflite", write_tflite(graph))
    assert command(model, "--modes", "reference") == 1
    assert "have no ELU of version 1" in capsys.readouterr().out
    for arguments, reason in (
        ((tmp_path / "none.tflite",), "There is no file"),
        ((model, "--modes", "fast"), "there is no mode 'fast'"),
        ((model, "--data", "digits"), "The model expects samples of shape (4,)"),
        ((model, "--json", tmp_path / "none" / "found.json"), "there is no folder"),
    ):
        assert command(*arguments) == 1
        told = capsys.readouterr()
        assert reason in told.err
        assert told.err.count("\n") == 1
        assert told.out == ""


def test_the_job_yields_progress_and_a_result(int8: Path) -> None:
    met: list[object] = []
    task = TASKS["verify"](str(int8), DataSpec("digits"), modes=("reference",), seed=1, samples=2)
    result = run(task, met.append)
    assert isinstance(result, Verification)
    assert not result.differs
    assert (result.random_samples, result.data_samples, result.data) == (2, 2, "digits")
    steps = [step for step in met if isinstance(step, Progress)]
    assert len(steps) == len(met)
    assert [step.done for step in steps][-4:] == [0, 1, 2, 3]
    assert steps[-1].total == 4
    assert steps[-1].message == "reference: sample 4"
