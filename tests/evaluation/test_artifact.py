from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from small_network import network, samples

import qviz
from qviz.errors import ExportError, SchemeError
from qviz.evaluation import artifact_files, artifact_size, load_dataset, write_artifact
from qviz.execution import Executor
from qviz.execution.io import quantize_input
from qviz.graph import Graph
from qviz.quantization import SCHEMES, calibrate, quantize
from qviz.resources import sample_models

DIGITS = sample_models() / "digits" / "digits.keras"


@pytest.fixture(scope="module")
def digits() -> Graph:
    return qviz.open_model(DIGITS)


def test_size_is_of_all_files_and_does_not_depend_on_the_time() -> None:
    files = {"model.json": b"{}" * 500, "weights.bin": bytes(1000)}
    size, packed = artifact_size(files)
    assert size == 2000
    assert packed == sum(len(gzip.compress(f, 6, mtime=0)) for f in files.values())
    assert artifact_size(files) == (size, packed)
    assert artifact_size({}) == (0, 0)


@pytest.mark.parametrize("scheme", [s.id for s in SCHEMES.values() if s.artifact == "tflite"])
def test_written_file_runs_in_the_interpreter_as_in_the_executor(
    digits: Graph, tmp_path: Path, scheme: str
) -> None:
    data = load_dataset("digits", model=digits)
    recipe = SCHEMES[scheme]
    statistics = None
    if recipe.needs_calibration:
        statistics = calibrate(digits, data.calibration_batches(20))
    quantized = quantize(digits, recipe, statistics)
    path = write_artifact(digits, quantized, scheme, tmp_path / "digits.tflite")
    files = artifact_files(digits, quantized, scheme)
    assert path.read_bytes() == files["model.tflite"]

    interpreter = Interpreter(
        str(path), experimental_op_resolver_type=OpResolverType.BUILTIN_REF, num_threads=1
    )
    interpreter.allocate_tensors()
    tensor = interpreter.get_input_details()[0]
    sample = quantize_input(quantized.tensors[quantized.inputs[0]], data.batch(3, 4))
    interpreter.set_tensor(tensor["index"], sample)
    interpreter.invoke()
    expected = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    got = Executor(quantized).run(sample).outputs[0]
    if recipe.is_integer:
        assert np.array_equal(got, expected)
    else:
        np.testing.assert_allclose(got, expected, atol=1e-5)


@pytest.mark.parametrize("scheme", ["tfjs-uint8", "tfjs-uint16", "tfjs-float16"])
def test_tfjs_is_written_as_a_folder(digits: Graph, tmp_path: Path, scheme: str) -> None:
    quantized = quantize(digits, scheme)
    folder = write_artifact(digits, quantized, scheme, tmp_path / "digits")
    manifest = json.loads((folder / "model.json").read_text())["weightsManifest"]
    dtypes = {w["quantization"]["dtype"] for group in manifest for w in group["weights"]}
    assert dtypes == {SCHEMES[scheme].weight_dtype}
    written = {f.name: f.read_bytes() for f in folder.iterdir()}
    assert written == artifact_files(digits, quantized, scheme)
    # Every weight as a code, and a few kilobytes of JSON.
    weights = sum(len(data) for name, data in written.items() if name != "model.json")
    assert weights == 139_626 * np.dtype(SCHEMES[scheme].weight_dtype).itemsize
    again = write_artifact(digits, quantized, scheme, tmp_path / "digits")
    assert sorted(p.name for p in tmp_path.iterdir()) == [again.name]


def test_tfjs_needs_layers(tmp_path: Path) -> None:
    graph = network()
    with pytest.raises(SchemeError, match="needs a model with Keras layers"):
        write_artifact(graph, quantize(graph, "tfjs-uint8"), "tfjs-uint8", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    graph = network()
    quantized = quantize(graph, "int8", calibrate(graph, samples(graph).calibration_batches()))
    with pytest.raises(ExportError, match="Cannot write"):
        write_artifact(graph, quantized, "int8", tmp_path / "missing" / "model.tflite")
    other = tmp_path / "folder"
    other.mkdir()
    (other / "letter.txt").write_text("mine")
    with pytest.raises(ExportError):
        write_artifact(graph, quantized, "int8", other)
    assert [p.name for p in tmp_path.rglob("*")] == ["folder", "letter.txt"]
