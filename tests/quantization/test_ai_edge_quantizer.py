"""The digits sample quantized by qviz and by ai-edge-quantizer 0.10, given the same ranges.

Both read the float file that qviz writes. What is found equal: operators, options, scales, zero
points, biases and all weight codes but one that lies on a half. Where the two differ, and why:

- Rounding. ai-edge-quantizer divides in float32 and rounds halves to even; qviz does as
  TensorFlow's converter, which multiplies by the float32 reciprocal and rounds halves away from
  zero. A code can differ by one where the quotient is within float32 of a half.
- Channels of zeros. Its smallest scale is 1e-9 / 127 = 7.87e-12, the converter's 3.94e-9.
- Biases. It has no guard: a bias too large for int32 becomes the smallest int32, with the sign
  turned. The converter, and qviz, enlarge the scale of the channel's weights.
- Calibration. Its default is a moving average, r = 0.95 r + 0.05 x from sample to sample, which
  depends on their order; qviz takes the minimum and maximum of all. The ranges are therefore given.
- Concatenations. A producer that others read too keeps its own scale, and QUANTIZE is inserted
  before the concatenation; the converter, and qviz, give it the common scale in any case.
- Dynamic range. Its plain recipe has no smallest size of weights; its legacy recipe has the 1024
  elements of the converter. It leaves the inputs symmetric, the converter sets
  `asymmetric_quantize_inputs` in dense layers.
- Files. Its inputs and outputs are int8, its operator versions stay 1 and its constants lie
  outside the flatbuffer, so that its files are read here, and their sizes not compared.
"""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Mapping

import numpy as np
import pytest
from ai_edge_quantizer import quantizer as peer
from ai_edge_quantizer import recipe
from builders import activation, constant, operator
from random_networks import RandomNetwork

from qviz.execution import Executor
from qviz.execution.io import quantize_input
from qviz.formats import open_model
from qviz.formats.tflite import write_tflite
from qviz.formats.tflite.reader import read_tflite
from qviz.graph import Graph, Operator
from qviz.quantization import TensorStatistics, calibrate, quantize, scheme
from qviz.resources import sample_models

INT8 = dataclasses.replace(scheme("int8"), calibration="true")
FOLDER = sample_models() / "digits"


@pytest.fixture(scope="module")
def digits() -> Graph:
    return open_model(FOLDER / "digits.keras")


@pytest.fixture(scope="module")
def data() -> Mapping[str, np.ndarray]:
    with np.load(FOLDER / "digits.npz") as archive:
        return dict(archive)


def float_file(graph: Graph) -> bytearray:
    return bytearray(write_tflite(quantize(graph, "float32")))


def by_peer(
    graph: Graph, how: list[dict], ranges: Mapping[str, TensorStatistics] | None = None
) -> Graph:
    """What ai-edge-quantizer makes of the float file, with qviz's ranges as its calibration."""
    result = None
    if ranges is not None:
        folded = quantize(graph, "float32")
        result = {}
        for name, seen in ranges.items():
            one = (1,) * len(folded.tensors[name].shape)
            low, high = np.float32(seen.minimum), np.float32(seen.maximum)
            result[name] = {"min": np.full(one, low), "max": np.full(one, high)}
    quantizer = peer.Quantizer(float_file(graph), how)
    with warnings.catch_warnings():
        # LiteRT warns that all tensors are kept, numpy of the cast of a bias that overflows.
        warnings.simplefilter("ignore")
        made = quantizer.quantize(result, enable_progress_report=False)
    return read_tflite(bytes(made.quantized_model), "peer.tflite")


def by_qviz(graph: Graph, how: object, ranges: Mapping[str, TensorStatistics] | None) -> Graph:
    return read_tflite(write_tflite(quantize(graph, how, ranges)), "qviz.tflite")


def inner(graph: Graph) -> list[Operator]:
    """Operators but for those that convert."""
    return [o for o in graph.operators if o.kind not in ("QUANTIZE", "DEQUANTIZE")]


@dataclasses.dataclass
class Counts:
    """What a comparison looked at."""

    scales: int = 0
    codes: int = 0
    different_codes: int = 0
    biases: int = 0


def compare(ours: Graph, theirs: Graph, floats: Graph) -> Counts:
    """Compare all operands of all operators in step; `floats` has the weights before."""
    assert [o.kind for o in inner(ours)] == [o.kind for o in inner(theirs)]
    counts, done = Counts(), set()
    for a, b in zip(inner(ours), inner(theirs), strict=True):
        unlike = {key for key in a.options if a.options[key] != b.options.get(key)}
        assert unlike <= {"asymmetric_quantize_inputs"}
        pairs = zip((*a.inputs, *a.outputs), (*b.inputs, *b.outputs), strict=True)
        for name, other in pairs:
            if name not in done:
                done.add(name)
                compare_tensors(ours, name, theirs, other, floats, counts)
    return counts


def compare_tensors(
    ours: Graph, name: str, theirs: Graph, other: str, floats: Graph, counts: Counts
) -> None:
    x, y = ours.tensors[name], theirs.tensors[other]
    assert (x.dtype, x.shape, x.is_constant) == (y.dtype, y.shape, y.is_constant), name
    a, b = x.quantization, y.quantization
    assert (a is None) == (b is None), name
    if a is not None and b is not None:
        np.testing.assert_allclose(a.scale, b.scale, rtol=2e-7, err_msg=name)
        assert np.abs(a.zero_point.astype(int) - b.zero_point).max() <= 1, name
        assert a.quantized_dimension == b.quantized_dimension, name
        counts.scales += len(a.scale)
    if x.data is None or y.data is None:
        return
    apart = np.abs(x.data.astype(np.float64) - y.data)
    if a is None:
        assert not apart.any(), name
        return
    assert apart.max() <= 1, name
    if x.dtype == np.int32:
        counts.biases += apart.size
        return
    counts.codes += apart.size
    counts.different_codes += int((apart > 0).sum())
    axis = [1] * x.data.ndim
    axis[a.quantized_dimension] = -1
    steps = floats.tensors[name].data.astype(np.float64) / a.scale.astype(float).reshape(axis)
    from_half = np.abs(np.abs(steps - np.floor(steps)) - 0.5)
    assert (from_half[apart > 0] < 1e-5).all(), name


def classes(graph: Graph, samples: np.ndarray) -> np.ndarray:
    tensor = graph.tensors[graph.inputs[0]]
    inputs = samples if tensor.is_float else quantize_input(tensor, samples)
    return Executor(graph).run(inputs).outputs[0].argmax(-1)


def test_static_int8(digits, data):
    ranges = calibrate(digits, [data["x_calibration"]])
    ours = by_qviz(digits, INT8, ranges)
    theirs = by_peer(digits, recipe.static_wi8_ai8(), ranges)
    counts = compare(ours, theirs, quantize(digits, "float32"))
    assert (counts.codes, counts.biases) == (138_752, 298)
    assert counts.different_codes <= 1e-4 * counts.codes
    assert theirs.tensors[theirs.inputs[0]].dtype == np.int8
    assert {o.version for o in theirs.operators} == {1}
    np.testing.assert_array_equal(classes(ours, data["x"]), classes(theirs, data["x"]))


def test_dynamic_range(digits, data):
    ours = by_qviz(digits, "dynamic-range", None)
    theirs = by_peer(digits, recipe.dynamic_legacy_wi8_afp32())
    counts = compare(ours, theirs, quantize(digits, "float32"))
    assert counts.codes == 2048 + 36_864 + 98_304
    assert counts.different_codes <= 1e-4 * counts.codes
    plain = by_peer(digits, recipe.dynamic_wi8_afp32())
    small = {n for n, t in plain.tensors.items() if t.dtype == np.int8 and t.data.size < 1024}
    assert small == {"conv1/kernel", "depthwise/depthwise_kernel", "dense2/kernel"}
    for peers in (theirs, plain):
        np.testing.assert_array_equal(classes(ours, data["x"]), classes(peers, data["x"]))


def test_its_calibration_is_a_moving_average(digits, data):
    samples = data["x_calibration"][:6]
    quantizer = peer.Quantizer(float_file(digits), recipe.static_wi8_ai8())
    with warnings.catch_warnings():
        # LiteRT warns that all tensors are kept.
        warnings.simplefilter("ignore", UserWarning)
        one_by_one = [{"image": x[None]} for x in samples]
        found = quantizer.calibrate({"serving_default": one_by_one}, num_threads=1)
    each = [calibrate(digits, [x[None]]) for x in samples]
    whole = calibrate(digits, [samples])
    assert found.keys() == whole.keys()
    for name, ranges in found.items():
        average = each[0][name].maximum
        for seen in each[1:]:
            average = 0.95 * average + 0.05 * seen[name].maximum
        assert float(ranges["max"].item()) == pytest.approx(average, rel=1e-4)
    assert found["dense1"]["max"].item() < whole["dense1"].maximum


def test_zero_channels_and_large_biases():
    net = RandomNetwork(3, 5, 5, 2)
    net.conv(3)
    _, kernel, bias = net.operators[-1].inputs
    weights = net.tensors[kernel].data.copy()
    weights[0], weights[1] = 0, weights[1] * 1e-6
    net.tensors[kernel] = constant(kernel, weights)
    net.tensors[bias] = constant(bias, [0, 3e6, 0])
    graph = net.graph()
    ranges = calibrate(graph, [net.samples(4)])
    ours = by_qviz(graph, INT8, ranges)
    theirs = by_peer(graph, recipe.static_wi8_ai8(), ranges)
    assert ours.tensors[kernel].quantization.scale[0] == pytest.approx(3.94e-9, rel=1e-3)
    assert theirs.tensors[kernel].quantization.scale[0] == pytest.approx(7.87e-12, rel=1e-3)
    assert theirs.tensors[bias].data[1] == np.iinfo(np.int32).min
    assert ours.tensors[bias].data[1] > 2**28


@pytest.mark.parametrize("read_elsewhere", [False, True])
def test_concatenation(read_elsewhere):
    net = RandomNetwork(4, 5, 5, 2)
    a = net.conv(3, source="x")
    b = net.conv(3, source="x")
    net.tensors["joined"] = activation("joined", 1, 5, 5, 6)
    net.operators.append(operator("CONCATENATION", (a, b), "joined", axis=3))
    others = [net.unary("LOGISTIC", source=n) for n in (a, b) if read_elsewhere]
    graph = net.graph("joined", *others)
    ranges = calibrate(graph, [net.samples(4)])
    ours = by_qviz(graph, INT8, ranges)
    theirs = by_peer(graph, recipe.static_wi8_ai8(), ranges)
    common, first, second = (float(ours.tensors[n].quantization.scale[0]) for n in ("joined", a, b))
    assert first == second == common
    own = [float(theirs.tensors[n].quantization.scale[0]) for n in (a, b)]
    inserted = [o.kind for o in theirs.operators].count("QUANTIZE")
    if read_elsewhere:
        assert common not in own
        assert inserted == 2
    else:
        assert own == [common, common]
        assert inserted == 0
