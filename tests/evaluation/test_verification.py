"""qviz beside LiteRT: other people's models, its own, and kernels that were broken on purpose."""

from __future__ import annotations

import contextlib
import dataclasses
import platform
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders import activation, constant, operator

import qviz
from qviz import progress
from qviz.errors import ExecutionError, SchemeError
from qviz.evaluation import Verification, VerificationReport, load_dataset
from qviz.evaluation.litert import KeptTensors, LitertProcess
from qviz.evaluation.side_by_side import tensor_indices
from qviz.evaluation.verification import verification_steps, verify
from qviz.evaluation.verification_results import Difference
from qviz.execution.kernels import registry
from qviz.execution.kernels.registry import replaced_kernel
from qviz.formats.tflite import read_tflite, write_tflite
from qviz.graph import Graph, QuantizationParams
from qviz.resources import sample_models

DIGITS = sample_models() / "digits" / "digits.keras"
# Takes text, of which there are no random values; it has no operator either.
TEXT_ONLY = {"9f0256-string_input_model_with_signature.bin"}


@pytest.fixture(scope="module")
def litert() -> Iterator[LitertProcess]:
    with LitertProcess() as process:
        yield process


@pytest.fixture(scope="module")
def digits() -> dict[str, bytes]:
    """The sample, quantized: .tflite files by scheme."""
    model = qviz.open_model(DIGITS)
    data = qviz.load_dataset("digits", model=model)
    statistics = qviz.calibrate(model, data.calibration_batches(40))
    schemes = ("int8", "int8-only", "int16x8", "dynamic-range", "float16")
    return {scheme: write_tflite(qviz.quantize(model, scheme, statistics)) for scheme in schemes}


def finish(content: bytes, litert: LitertProcess, **options: object) -> Verification:
    steps = verification_steps(content, interpreter=litert, **options)  # type: ignore[arg-type]
    return progress.finish(steps)


def reference(content: bytes, litert: LitertProcess, **options: object) -> VerificationReport:
    (report,) = finish(content, litert, modes=["reference"], **options).modes
    return report


def is_integer(graph: Graph) -> bool:
    return all(t.is_constant or t.dtype.kind in "iub" for t in graph.tensors.values())


@pytest.mark.parametrize("integer", [True, False], ids=["integer", "float"])
def test_models_of_others_differ_in_no_value(
    integer: bool, shared_folder: Path, litert: LitertProcess
) -> None:
    failed: dict[str, object] = {}
    compared = 0
    for path in sorted((shared_folder / "zoo" / "tflite").iterdir()):
        if path.suffix == ".tsv" or path.name in TEXT_ONLY:
            continue
        content = path.read_bytes()
        graph = read_tflite(content, path.name)
        if is_integer(graph) is not integer:
            continue
        report = reference(content, litert, samples=2, seed=1)
        found = report.difference
        if report.problem or found.differing or report.wrong_operators or report.not_compared:
            reasons = (report.problem, report.first_operator, found, report.not_compared)
            failed[path.name] = [reason for reason in reasons if reason]
        assert report.problem or found.values or not graph.operators, path.name
        compared += found.values > 0
    assert failed == {}
    assert compared > 40


@pytest.mark.parametrize("scheme", ["int8", "int8-only", "int16x8", "dynamic-range", "float16"])
def test_what_qviz_writes_runs_the_same_in_litert(
    scheme: str, digits: dict[str, bytes], litert: LitertProcess
) -> None:
    data = load_dataset("digits")
    verification = finish(digits[scheme], litert, modes=["reference"], samples=3, data=data)
    (report,) = verification.modes
    graph = read_tflite(digits[scheme])
    assert not verification.differs
    assert verification.complete
    assert report.samples == 6
    assert (verification.random_samples, verification.data_samples) == (3, 3)
    # Every tensor that is not a constant or an input, each six times.
    computed = [n for operator in graph.operators for n in operator.outputs]
    assert [check.name for check in report.tensors] == computed
    assert report.difference.values == 6 * sum(graph.tensors[n].size for n in computed)
    assert len(report.operators) == len(graph.operators)
    assert report.first_operator is None


def test_weights_that_xnnpack_takes_in_are_not_compared(
    digits: dict[str, bytes], litert: LitertProcess
) -> None:
    (report,) = finish(digits["float16"], litert, modes=["xnnpack"], samples=3).modes
    graph = read_tflite(digits["float16"])
    kinds = {n: o.kind for o in graph.operators for n in o.outputs}
    weights = {n for n, kind in kinds.items() if kind == "DEQUANTIZE"}
    assert {name for name, _ in report.not_compared} == weights
    assert {why for _, why in report.not_compared} == {"XNNPACK takes it in as a weight"}
    assert {check.name for check in report.tensors} == set(kinds) - weights
    assert not report.difference.differing
    assert not report.wrong_operators


@pytest.fixture
def changes() -> Iterator[contextlib.ExitStack]:
    """Changes of kernels, undone after the test."""
    with contextlib.ExitStack() as stack:
        yield stack


def break_kernel(changes: contextlib.ExitStack, kind: str, output: str, by: int = 1) -> None:
    """Let the operator that makes `output` be off by `by` in its first value."""

    def break_it(prepare: registry.Prepare) -> registry.Prepare:
        def prepare_broken(context: registry.Context) -> registry.Kernel:
            kernel = prepare(context)
            if context.output.name != output:
                return kernel

            def broken(inputs):  # type: ignore[no-untyped-def]
                first, *others = kernel(inputs)
                wrong = first.copy()
                wrong.reshape(-1)[0] += wrong.dtype.type(by if wrong.flat[0] < 100 else -by)
                return (wrong, *others)

            return broken

        return prepare_broken

    changes.enter_context(replaced_kernel(kind, break_it))


def test_a_wrong_kernel_is_found_and_named(
    digits: dict[str, bytes], litert: LitertProcess, changes: contextlib.ExitStack
) -> None:
    graph = read_tflite(digits["int8"])
    kinds = [operator.kind for operator in graph.operators]
    early = kinds.index("CONV_2D")
    late = len(kinds) - 1 - kinds[::-1].index("FULLY_CONNECTED")
    assert early + 2 < late
    for index in (early, late):
        break_kernel(changes, kinds[index], graph.operators[index].outputs[0], by=2)
    verification = finish(digits["int8"], litert, modes=["reference"], samples=2)
    (report,) = verification.modes
    assert verification.differs
    assert report.first_operator is not None
    assert (report.first_operator.index, report.first_operator.kind) == (early, "CONV_2D")
    # What is wrong spreads, but only those two are wrong for themselves, in one value a sample.
    assert sum(check.difference.differing > 0 for check in report.tensors) > 2
    assert [check.place.index for check in report.wrong_operators] == [early, late]
    for check in report.wrong_operators:
        assert (check.difference.differing, check.difference.max_codes) == (2, 2)
    assert report.first_operator.layer == graph.operators[early].layer


def test_a_wrong_float_kernel_is_found(litert: LitertProcess) -> None:
    graph = Graph.build(
        [operator("MUL", ("x", "two"), "doubled"), operator("TANH", ("doubled",), "y")],
        [*(activation(name, 1, 50) for name in ("x", "doubled", "y")), constant("two", [2.0])],
        ["x"],
        ["y"],
    )
    content = write_tflite(graph)
    right = reference(content, litert)
    assert (right.difference.values, right.difference.differing) == (400, 0)
    assert right.difference.max_share < 1e-6

    def break_it(prepare: registry.Prepare) -> registry.Prepare:
        def prepare_broken(context: registry.Context) -> registry.Kernel:
            kernel = prepare(context)
            return lambda inputs: tuple(a * np.float32(1.0001) for a in kernel(inputs))

        return prepare_broken

    with replaced_kernel("MUL", break_it):
        report = reference(content, litert)
    assert [check.place.kind for check in report.wrong_operators] == ["MUL"]
    assert 1e-5 < report.difference.max_share < 1e-3
    assert report.difference.differing > 200


class Unsteady(LitertProcess):
    """LiteRT with one kernel whose result depends on how often it was run."""

    def __init__(self, index: int) -> None:
        super().__init__()
        self.index = index
        self.times = 0

    @contextlib.contextmanager
    def run(
        self, mode: str, inputs: Mapping[int, Any], tensors: Iterable[int]
    ) -> Iterator[KeptTensors]:
        self.times += 1
        with super().run(mode, inputs, tensors) as kept:
            arrays = {str(index): array for index, array in kept.items()}
            if self.index in kept:
                arrays[str(self.index)] = kept[self.index] + self.times
            if self.index + 1 in kept:
                # As the operator after it would, which negates.
                arrays[str(self.index + 1)] = kept[self.index + 1] - self.times
            yield KeptTensors(arrays, kept.missing)


def test_what_litert_computes_otherwise_each_time_is_set_aside() -> None:
    graph = Graph.build(
        [
            operator("ABS", ("x",), "calm"),
            operator("SIN", ("x",), "wild"),
            operator("NEG", ("wild",), "after"),
        ],
        [activation(name, 1, 6) for name in ("x", "calm", "wild", "after")],
        ["x"],
        ["calm", "after"],
    )
    content = write_tflite(graph)
    with Unsteady(tensor_indices(read_tflite(content))["wild"]) as litert:
        report = reference(content, litert, samples=3)
        assert litert.times == 6
    assert dict(report.not_compared) == {
        "wild": "LiteRT gives other values each time that it runs",
        "after": "operator 2 NEG (after) works on values of that kind",
    }
    assert [check.name for check in report.tensors] == ["calm"]
    assert report.difference == Difference(18)
    # NEG itself is right, whatever it is given.
    assert [check.place.kind for check in report.operators] == ["ABS", "NEG"]
    assert not report.wrong_operators


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="needs glibc to fill fresh memory")
def test_a_result_that_litert_leaves_half_unset_is_set_aside(litert: LitertProcess) -> None:
    """Its reference kernel of SUM writes one byte for each int16."""
    params = QuantizationParams.per_tensor(0.01)
    x, y = (
        dataclasses.replace(activation(name, *shape, dtype=np.int16), quantization=params)
        for name, shape in (("x", (1, 4, 6)), ("y", (1, 6)))
    )
    graph = Graph.build(
        [operator("SUM", ("x", "axes"), "y", keep_dims=False)],
        [x, constant("axes", [1], np.int32), y],
        ["x"],
        ["y"],
    )
    report = reference(write_tflite(graph), litert)
    assert report.not_compared == (("y", "LiteRT gives other values each time that it runs"),)
    assert not report.tensors


def test_results_of_another_shape_are_wrong(litert: LitertProcess) -> None:
    graph = Graph.build(
        [operator("ABS", ("x",), "y")],
        [activation("x", 1, 6), activation("y", 1, 6)],
        ["x"],
        ["y"],
    )
    with replaced_kernel("ABS", lambda _: lambda _: lambda inputs: (inputs[0][:, :4],)):
        report = reference(write_tflite(graph), litert, samples=1)
    assert report.difference.differing == 6
    assert report.difference.note == "float32[1, 4] instead of float32[1, 6]"
    assert len(report.wrong_operators) == 1


def test_operators_that_litert_lacks_are_said(litert: LitertProcess) -> None:
    graph = Graph.build(
        [operator("ELU", ("x",), "y")],
        [activation("x", 1, 4), activation("y", 1, 4)],
        ["x"],
        ["y"],
    )
    verification = finish(write_tflite(graph), litert, modes=["reference"])
    (report,) = verification.modes
    assert not verification.complete
    assert not verification.differs
    assert report.problem == (
        "LiteRT's reference kernels have no ELU of version 1, so this mode cannot run."
    )


def test_operators_that_qviz_lacks_are_said(litert: LitertProcess) -> None:
    graph = Graph.build(
        [operator("CUSTOM:Mine", ("x",), "y")],
        [activation("x", 1, 4), activation("y", 1, 4)],
        ["x"],
        ["y"],
    )
    assert "CUSTOM:Mine" in reference(write_tflite(graph), litert).problem


def test_text_is_refused(litert: LitertProcess) -> None:
    text = dataclasses.replace(activation("words", 1, 3), dtype=np.dtype(object))
    graph = Graph.build([], [text], ["words"], ["words"])
    report = reference(write_tflite(graph), litert)
    assert "'words' takes text" in report.problem


def test_a_mode_that_the_executor_lacks_is_not_available(
    digits: dict[str, bytes], litert: LitertProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qviz.evaluation.side_by_side.MODES", ("reference",))
    both = finish(digits["int8"], litert, modes=["reference", "xnnpack"], samples=1)
    assert [report.mode for report in both.modes] == ["reference", "xnnpack"]
    assert not both.modes[0].problem
    assert both.modes[1].problem == "The mode xnnpack is not available in this version of qviz."
    assert not both.complete


def test_unknown_modes_and_no_samples_are_refused(digits: dict[str, bytes]) -> None:
    with pytest.raises(SchemeError, match="no mode 'fast'; modes are reference, xnnpack"):
        verify(digits["int8"], modes=["fast"])
    with pytest.raises(SchemeError, match="no mode is named"):
        verify(digits["int8"], modes=[])
    with pytest.raises(ExecutionError, match="at least 1 sample"):
        verify(digits["int8"], samples=0)


def test_a_float_model_is_written_and_verified() -> None:
    met: list[progress.Progress] = []
    verification = qviz.verify(DIGITS, samples=2, modes=["reference"], on_progress=met.append)
    assert verification.model == "digits.keras"
    assert not verification.differs
    assert verification.modes[0].difference.values > 10_000
    assert [step.done for step in met] == [0, 0, 0, 0, 1]
    assert {step.total for step in met} == {2}


def test_states_do_not_reach_the_next_sample(shared_folder: Path, litert: LitertProcess) -> None:
    content = (
        shared_folder / "zoo" / "tflite" / "83e379-resource_vars_calibrated.bin"
    ).read_bytes()
    together = reference(content, litert, samples=3)
    assert not together.difference.differing
    assert together.samples == 3
