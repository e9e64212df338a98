"""Models that others made, against the reference interpreter."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from litert_reference import RESOLVERS, run_interpreter
from numpy.typing import NDArray

from qviz.execution import MODES, Executor
from qviz.formats.tflite import read_tflite
from qviz.formats.tflite.types import STRING
from qviz.graph import Graph

# Integer from end to end: no value may differ.
INTEGER_MODELS = (
    "069c76-conv11.tflite",
    "09d853-pc_conv.bin",
    "3cc6d2-mobilenet_v1_0.5_160_quant.tflite",
    "45d0d0-vww96_q.tflite",
    "505ee4-hello_world_int8.tflite",
    "79e488-conv8.tflite",
    "b86192-mnist_resnet_q.tflite",
    "b97b09-mnist_valid_q.tflite",
    "bcf699-bodypix_mobilenet_v1_075_1280_720_16_per_tensor_quant.tflite",
    "bea9df-conv7.tflite",
    "c1143b-presence_0_320_240_1_20220117_140437_201k_26k_96ops.tflite",
    "91e943-dtln_noise_suppression.tflite",
    "94375e-micro_speech_lstm.tflite",
    "a44e4d-trained_lstm_quant.tflite",
    "ce7980-mnist_dw_q.tflite",
    "d540a3-conv14.tflite",
    "dc27dc-pretrainedResnet_large_int8.tflite",
    "f2e8dc-mbnet96_0.25_q.tflite",
    "fcf9ba-automl_labeler_model.tflite",
)

# Inputs that cannot be any numbers: the k of TOPK_V2, the indices of SCATTER_ND.
CHOSEN = {
    "35d792-simple_topk_op_runtime_k.tflite": (0, 2),
    "a5c3b4-simple_scatter_nd_op.tflite": (0, 0),
}
TOLERANCE = 1e-5

# Dynamic range behind float operators whose last bits XNNPACK sums in another order: now and then
# such a bit takes a value to the next of its 255 codes.
STEPPING = {("e5004c-kws_ref_model_float32.tflite", "xnnpack"): 1e-3}


def random_inputs(graph: Graph, seed: int) -> list[NDArray[Any]]:
    """One array per input: codes over the whole range, reals around 0, small indices."""
    rng = np.random.default_rng(seed)
    arrays = []
    for name in graph.inputs:
        tensor = graph.tensors[name]
        shape = [max(1, size) for size in tensor.shape]
        if tensor.is_float:
            array = rng.uniform(-1, 1, shape)
        elif tensor.dtype == STRING:
            array = np.full(shape, b"text", STRING)
        elif tensor.quantization is not None:
            limits = np.iinfo(tensor.dtype)
            array = rng.integers(limits.min, limits.max + 1, shape)
        else:
            array = rng.integers(0, 2, shape)
        arrays.append(array.astype(tensor.dtype))
    return arrays


def read(folder: Path, name: str) -> tuple[bytes, Graph]:
    path = folder / "zoo" / "tflite" / name
    data = path.read_bytes()
    return data, read_tflite(data, str(path))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", INTEGER_MODELS)
def test_integer_models_have_no_differing_value(name: str, mode: str, shared_folder: Path) -> None:
    data, graph = read(shared_folder, name)
    inputs = random_inputs(graph, 1)
    outputs = Executor(graph, mode).run(inputs).outputs
    for ours, theirs in zip(outputs, run_interpreter(data, inputs, mode), strict=True):
        np.testing.assert_array_equal(ours, theirs, strict=True)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.filterwarnings("ignore:Warning. Enabling `experimental_preserve_all_tensors`")
def test_every_tensor_of_an_integer_model_is_the_interpreters(
    mode: str, shared_folder: Path
) -> None:
    data, graph = read(shared_folder, "45d0d0-vww96_q.tflite")
    inputs = random_inputs(graph, 2)
    trace = Executor(graph, mode).run(inputs, taps="all")
    interpreter = Interpreter(
        model_content=data,
        experimental_op_resolver_type=RESOLVERS[mode],
        experimental_preserve_all_tensors=True,
    )
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], inputs[0])
    interpreter.invoke()
    compared = 0
    for detail in interpreter.get_tensor_details():
        if detail["name"] in trace and not graph.tensors[detail["name"]].is_constant:
            theirs = interpreter.get_tensor(detail["index"])
            np.testing.assert_array_equal(trace[detail["name"]], theirs, err_msg=detail["name"])
            compared += 1
    assert compared == sum(not t.is_constant for t in graph.tensors.values())


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "name", ["45d0d0-vww96_q.tflite", "dc27dc-pretrainedResnet_large_int8.tflite"]
)
def test_a_batch_equals_its_samples(name: str, mode: str, shared_folder: Path) -> None:
    _, graph = read(shared_folder, name)
    executor = Executor(graph, mode)
    assert executor.batch_transparent
    samples = [random_inputs(graph, seed)[0] for seed in range(5)]
    together = executor.run(np.concatenate(samples)).outputs[0]
    singles = [executor.run(sample).outputs[0] for sample in samples]
    np.testing.assert_array_equal(together, np.concatenate(singles))


@pytest.mark.parametrize("mode", MODES)
def test_all_other_models_are_close_to_the_interpreter(mode: str, shared_folder: Path) -> None:
    index = shared_folder / "zoo" / "tflite" / "INDEX.tsv"
    with index.open(newline="") as lines:
        names = [row["file"] for row in csv.DictReader(lines, delimiter="\t")]
    compared = 0
    for name in sorted(set(names) - set(INTEGER_MODELS)):
        data, graph = read(shared_folder, name)
        inputs = random_inputs(graph, 3)
        if name in CHOSEN:
            position, value = CHOSEN[name]
            inputs[position][...] = value
        executor = Executor(graph, mode)
        outputs = executor.run(inputs).outputs
        for ours, theirs in zip(outputs, run_interpreter(data, inputs, mode), strict=True):
            assert ours.dtype == theirs.dtype, name
            assert ours.shape == theirs.shape, name
            if theirs.dtype.kind != "f":
                np.testing.assert_array_equal(ours, theirs, err_msg=name)
                continue
            tolerance = STEPPING.get((name, mode), TOLERANCE)
            bound = tolerance * max(float(np.ptp(theirs)), float(np.abs(theirs).max()))
            np.testing.assert_allclose(ours, theirs, rtol=0, atol=bound, err_msg=name)
        compared += 1
    assert compared == 112 - len(INTEGER_MODELS)
