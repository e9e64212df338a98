"""Ranges of activations against direct computation and against TensorFlow's calibrator."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from builders import activation, constant, operator
from hypothesis import given, settings
from hypothesis import strategies as st
from quantizer_golden import NAMES, golden
from random_networks import RandomNetwork, random_network

from qviz.errors import CalibrationError, ExecutionError, UnsupportedOperatorError
from qviz.execution import Executor
from qviz.graph import Graph
from qviz.graph.passes import to_inference_form
from qviz.quantization import Calibrator, TensorStatistics, as_tensorflow_records, calibrate
from qviz.quantization.histogram import StreamingHistogram
from qviz.quantization.tensorflow_records import in_place_unions, true_ranges


def float_activations(graph: Graph) -> set[str]:
    made = {n for o in graph.operators for n in o.outputs}
    return {n for n in made | set(graph.inputs) if graph.tensors[n].is_float}


@pytest.mark.parametrize("seed", range(8))
def test_min_max_is_that_of_all_samples(seed: int) -> None:
    net = random_network(seed)
    x = net.samples(11)
    statistics = calibrate(net.graph(), [x[:4], x[4:5], x[5:]])
    folded = to_inference_form(net.graph())
    assert set(statistics) == float_activations(folded)
    trace = Executor(folded).run(x, taps="all")
    for name, seen in statistics.items():
        values = trace[name]
        # Sums are taken in another order when the batch has another size.
        near = pytest.approx(float(values.min()), abs=1e-5 * float(np.abs(values).max()))
        assert seen.minimum == seen.lower == near
        near = pytest.approx(float(values.max()), abs=1e-5 * float(np.abs(values).max()))
        assert seen.maximum == seen.upper == near
        assert seen.count == values.size
        assert seen.histogram is None


def test_range_is_that_after_a_fused_activation() -> None:
    net = RandomNetwork(1, 5, 5, 2)
    net.conv(3)
    relu = net.unary("RELU6")
    statistics = calibrate(net.graph(), [net.samples(20) * 10])
    assert statistics.keys() == {"x", relu}
    assert (statistics[relu].minimum, statistics[relu].maximum) == (0, 6)


def test_steps_are_the_same_as_all_at_once() -> None:
    net = random_network(3)
    x = net.samples(6)
    calibrator = Calibrator(net.graph())
    for sample in x:
        calibrator.observe(sample[None])
    assert calibrator.samples == 6
    at_once = calibrate(net.graph(), [x[i : i + 1] for i in range(6)])
    for name, seen in calibrator.statistics().items():
        assert (seen.minimum, seen.maximum) == (at_once[name].minimum, at_once[name].maximum)


def test_large_batches_are_run_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qviz.quantization.calibration._TAPPED_ELEMENTS", 1000)
    net = random_network(4)
    x = net.samples(9)
    calibrator = Calibrator(net.graph())
    sizes = []
    run = calibrator._executor.run
    monkeypatch.setattr(
        calibrator._executor, "run", lambda b, t: sizes.append(len(b["x"])) or run(b, t)
    )
    calibrator.observe(x)
    assert calibrator.samples == 9
    assert sizes == [1] * 9


def test_no_sample_is_an_error() -> None:
    with pytest.raises(CalibrationError, match="at least one sample"):
        calibrate(random_network(0).graph(), [])


def test_data_of_the_wrong_shape_is_an_error() -> None:
    with pytest.raises(ExecutionError, match="expects shape"):
        calibrate(random_network(0).graph(), [np.zeros((2, 7, 8, 3), np.float32)])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"estimator": "entropy"}, "'entropy'; there are min-max and percentile"),
        ({"estimator": "percentile", "percentile": 101.0}, "50 to 100, not 101"),
        ({"estimator": "percentile", "percentile": 0.999}, "50 to 100, not 0.999"),
    ],
)
def test_unknown_options_are_errors(options: dict, words: str) -> None:
    net = random_network(0)
    with pytest.raises(CalibrationError, match=words):
        calibrate(net.graph(), [net.samples(1)], **options)


def test_unknown_operator_is_an_error() -> None:
    graph = Graph.build(
        [operator("CUSTOM:whatever", ("x",), "y")],
        [activation("x", 1, 2), activation("y", 1, 2)],
        ["x"],
        ["y"],
    )
    with pytest.raises(UnsupportedOperatorError):
        Calibrator(graph)


def test_nan_is_skipped_and_only_nan_is_an_error_that_names_the_layer() -> None:
    tensors = [activation("x", 1, 4), activation("root", 1, 4), activation("y", 1, 4)]
    graph = Graph.build(
        [operator("SQRT", ("x",), "root"), operator("ABS", ("root",), "y")], tensors, ["x"], ["y"]
    )
    x = np.array([[4, -1, 9, -1]], np.float32)
    seen = calibrate(graph, [x])["root"]
    assert (seen.minimum, seen.maximum, seen.count, seen.skipped) == (2, 3, 2, 2)
    with pytest.raises(CalibrationError, match="layer 'root' were NaN or infinite"):
        calibrate(graph, [-np.ones((2, 4), np.float32)])
    with pytest.raises(CalibrationError, match="the input 'x' were NaN"):
        calibrate(graph, [np.full((1, 4), np.inf, np.float32)])


# -- percentile -------------------------------------------------------------------------------


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 6),
    st.sampled_from([50.0, 90.0, 99.0, 99.9, 100.0]),
    st.sampled_from(["normal", "relu", "constant", "far", "wide", "steps"]),
)
def test_percentile_keeps_the_share_and_is_exact_to_a_bin(
    seed: int, pieces: int, percent: float, kind: str
) -> None:
    random = np.random.default_rng(seed)
    values = random.normal(0, 1, (pieces, 500)).astype(np.float32)
    if kind == "relu":
        values = np.maximum(values, 0)
    elif kind == "constant":
        values[:] = values[0, 0]
    elif kind == "far":
        values += 1e6
    elif kind == "wide":
        values *= (10.0 ** random.uniform(-8, 8, (pieces, 1))).astype(np.float32)
    elif kind == "steps":
        values = np.rint(values)
    histogram = StreamingHistogram()
    for piece in values:
        histogram.add(piece)
    assert histogram.counts.sum() == values.size
    assert len(histogram.counts) <= 4097
    low, high = histogram.edges
    assert low <= values.min()
    assert values.max() <= high
    lower, upper = histogram.central_range(percent)
    inside = np.mean((values >= lower) & (values <= upper))
    assert inside >= percent / 100 - 1e-12
    allowed = values.size * (100 - percent) / 200
    values = values.astype(np.float64)
    # One bin less on either side would leave out too many.
    assert np.sum(values < lower) <= allowed < np.sum(values < lower + histogram.width)
    assert np.sum(values >= upper) <= allowed < np.sum(values >= upper - histogram.width)


def test_histogram_is_the_same_in_whatever_order_values_come() -> None:
    random = np.random.default_rng(5)
    values = (random.normal(0, 1, 4000) * 10.0 ** random.uniform(-3, 3, 4000)).astype(np.float32)
    one, many = StreamingHistogram(), StreamingHistogram()
    one.add(values)
    for piece in np.array_split(np.sort(np.abs(values)) * np.sign(values), 37):
        many.add(piece)
    other = StreamingHistogram()
    other.add(np.sort(np.abs(values)) * np.sign(values))
    assert many.width == pytest.approx(other.width, rel=1.01)
    assert many.counts.sum() == one.counts.sum() == 4000


def test_percentile_estimator_cuts_outliers() -> None:
    net = RandomNetwork(1, 5, 5, 2)
    net.conv(3)
    graph, x = net.graph(), net.samples(40)
    x[0, 0, 0, 0] = 1e4
    seen = calibrate(graph, [x[:9], x[9:]], estimator="percentile", percentile=99.0)["x"]
    assert seen.maximum == 1e4
    low, high = np.quantile(x, [0.005, 0.995])
    width = (seen.histogram_range[1] - seen.histogram_range[0]) / len(seen.histogram)
    assert seen.lower == pytest.approx(low, abs=2 * width)
    assert seen.upper == pytest.approx(high, abs=2 * width)
    assert seen.histogram.sum() == seen.count == x.size
    whole = calibrate(graph, [x], estimator="percentile", percentile=100.0)["x"]
    assert (whole.lower, whole.upper) == (whole.minimum, whole.maximum)


# -- as TensorFlow records --------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_ranges_are_those_that_tensorflow_recorded(name: str) -> None:
    # The data of make_quantizer_golden.py, which needs only numpy.
    graph = golden(name).graph("float")
    random = np.random.default_rng(zlib.crc32(name.encode()) + 1)
    calibrator = Calibrator(graph)
    for _ in range(8):
        calibrator.observe(
            [
                random.uniform(-1, 1.5, t.shape).astype(np.float32)
                if t.is_float
                else random.integers(0, 10, t.shape).astype(t.dtype)
                for t in (graph.tensors[n] for n in graph.inputs)
            ]
        )
    recorded = golden(name).ranges()
    ranges = as_tensorflow_records(calibrator.graph, calibrator.statistics())
    compared = 0
    for tensor, (low, high) in recorded.items():
        if tensor not in ranges:
            continue
        noise = 2e-6 * (high - low)
        assert ranges[tensor] == (pytest.approx(low, abs=noise), pytest.approx(high, abs=noise))
        compared += 1
    assert compared >= 1


def residual() -> tuple[Graph, np.ndarray]:
    net = RandomNetwork(2, 6, 6, 3)
    first = net.conv(3)
    second = net.conv(3)
    net.binary("ADD", second, first)
    net.conv(2)
    return net.graph(), net.samples(10)


def test_in_place_add_widens_its_input() -> None:
    graph, x = residual()
    statistics = calibrate(graph, [x])
    unions = in_place_unions(graph)
    assert unions == [("conv_1", "add_2")]
    recorded, true = as_tensorflow_records(graph, statistics), true_ranges(statistics)
    assert recorded["conv_1"] == (
        min(true["conv_1"][0], true["add_2"][0]),
        max(true["conv_1"][1], true["add_2"][1]),
    )
    assert {n for n in true if recorded[n] != true[n]} == {"conv_1"}


def test_in_place_rule_spares_inputs_outputs_and_tensors_read_twice() -> None:
    net = RandomNetwork(2, 6, 6, 3)
    net.binary("ADD", "x", "x")
    conv = net.conv(3)
    net.binary("MUL", conv, conv)
    net.conv(3)
    net.unary("SOFTMAX", beta=1.0)
    assert in_place_unions(net.graph()) == []


def test_in_place_rule_looks_through_reshapes() -> None:
    net = RandomNetwork(2, 6, 6, 3)
    conv = net.conv(4)
    flat = net.reshape(1, 144)
    soft = net.unary("SOFTMAX", beta=1.0)
    net.dense(2)
    assert in_place_unions(net.graph()) == [(flat, soft)]
    # The memory behind the reshape is an input of the second reader: nothing is written over.
    net.dense(2, source=net.reshape(1, 36, 4, source=conv))
    assert in_place_unions(net.graph()) == []


def test_recorded_maximum_is_never_below_the_smallest_normal_number() -> None:
    statistics = {"x": TensorStatistics(-2, -1, 4, -2, -1)}
    graph = Graph.build(
        [operator("ADD", ("x", "c"), "y")],
        [activation("x", 1, 4), activation("y", 1, 4), constant("c", [1, 1, 1, 1])],
        ["x"],
        ["y"],
    )
    low, high = as_tensorflow_records(graph, statistics)["x"]
    assert (low, high) == (-2, np.finfo(np.float32).tiny)
