"""Boxes: NON_MAX_SUPPRESSION and the detectors' postprocessing against the interpreter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flatbuffers import flexbuffers
from hypothesis import given
from hypothesis import strategies as st
from litert_reference import run_reference, single_operator
from numpy.typing import NDArray
from random_operators import FIXED, SEEDS

from qviz.errors import UnsupportedOperatorError
from qviz.execution import Executor
from qviz.graph import Graph, QuantizationParams, Tensor

F32 = np.dtype(np.float32)


def constant(name: str, value: Any, dtype: Any = np.float32) -> Tensor:
    data = np.asarray(value, dtype)
    return Tensor(name, data.shape, data.dtype, data)


def outputs_of(graph: Graph, *inputs: NDArray[Any]) -> tuple[Any, Any]:
    named = dict(zip(graph.inputs, inputs, strict=True))
    ours = Executor(graph)._run_fresh(named, graph.outputs).outputs
    return ours, run_reference(graph, list(inputs))


@FIXED
@given(
    count=st.integers(1, 40),
    most=st.integers(0, 12),
    soft=st.booleans(),
    levels=st.sampled_from([3, 10, 1000]),
    fills_up=st.booleans(),
    seed=SEEDS,
)
def test_non_max_suppression(
    count: int, most: int, soft: bool, levels: int, fills_up: bool, seed: int
) -> None:
    """Few levels make many equal scores, whose order is the library's."""
    rng = np.random.default_rng(seed)
    boxes = rng.integers(0, 8, (count, 4)).astype(np.float32)
    scores = (rng.integers(0, levels, count) / levels).astype(np.float32)
    sigma = [constant("g", rng.uniform(0, 1))] if soft else []
    limit = constant("m", most, np.int32) if fills_up else Tensor("m", (), np.dtype(np.int32))
    size = most if fills_up else -1
    results = [Tensor("i", (size,), np.dtype(np.int32))]
    results += [Tensor("s", (size,), F32)] if soft else []
    graph = single_operator(
        "NON_MAX_SUPPRESSION_V5" if soft else "NON_MAX_SUPPRESSION_V4",
        [
            Tensor("b", (count, 4), F32),
            Tensor("p", (count,), F32),
            limit,
            constant("o", rng.uniform(0.1, 0.9)),
            constant("t", rng.uniform(0, 0.5)),
            *sigma,
        ],
        [*results, Tensor("n", (), np.dtype(np.int32))],
    )
    inputs = [boxes, scores] + ([] if fills_up else [np.array(most, np.int32)])
    if most == 0:
        # The interpreter's Python interface cannot hand over empty results.
        ours = Executor(graph)._run_fresh(
            dict(zip(graph.inputs, inputs, strict=True)), graph.outputs
        )
        assert int(ours.outputs[-1]) == 0
        return
    ours, theirs = outputs_of(graph, *inputs)
    np.testing.assert_array_equal(ours[-1], theirs[-1])
    assert [a.shape for a in ours] == [a.shape for a in theirs]
    # Memory behind the chosen ones is set only where the number of boxes is constant.
    used = most if fills_up else int(ours[-1])
    np.testing.assert_array_equal(ours[0][:used], theirs[0][:used])
    if soft:
        np.testing.assert_allclose(ours[1][:used], theirs[1][:used], rtol=1e-6)


def detector(
    rng: np.random.Generator, regular: bool, quantized: bool, background: bool, **options: Any
) -> tuple[Graph, list[NDArray[Any]]]:
    count, classes = 30, 4
    settings = {
        "max_detections": 8,
        "max_classes_per_detection": 1,
        "detections_per_class": 5,
        "use_regular_nms": regular,
        "nms_score_threshold": 0.3,
        "nms_iou_threshold": 0.5,
        "num_classes": classes,
        "y_scale": 10.0,
        "x_scale": 10.0,
        "h_scale": 5.0,
        "w_scale": 5.0,
        **options,
    }
    dtype = np.dtype(np.uint8 if quantized else np.float32)

    def params(scale: float, zero_point: int) -> QuantizationParams | None:
        return QuantizationParams.per_tensor(scale, zero_point) if quantized else None

    def values(low: float, high: float, *shape: int) -> NDArray[Any]:
        if quantized:
            return rng.integers(0, 256, shape).astype(np.uint8)
        return rng.uniform(low, high, shape).astype(np.float32)

    # Anchors have to be larger than nothing, or boxes are inside out.
    anchors = rng.integers(20, 256, (count, 4)) if quantized else rng.uniform(0.1, 1, (count, 4))
    columns = classes + background
    slots = settings["max_detections"] * (1 if regular else settings["max_classes_per_detection"])
    graph = single_operator(
        "CUSTOM:TFLite_Detection_PostProcess",
        [
            Tensor("b", (1, count, 4), dtype, None, params(0.05, 128)),
            Tensor("c", (1, count, columns), dtype, None, params(1 / 256, 0)),
            Tensor("a", (count, 4), dtype, anchors.astype(dtype), params(0.004, 3)),
        ],
        [
            Tensor("boxes", (1, slots, 4), F32),
            Tensor("classes", (1, slots), F32),
            Tensor("scores", (1, slots), F32),
            Tensor("count", (1,), F32),
        ],
        custom_options=bytes(flexbuffers.Dumps(settings)),
    )
    return graph, [values(-5, 5, 1, count, 4), values(0, 1, 1, count, columns)]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("regular", [False, True])
@pytest.mark.parametrize("quantized", [False, True])
@pytest.mark.parametrize("background", [False, True])
def test_detections(seed: int, regular: bool, quantized: bool, background: bool) -> None:
    rng = np.random.default_rng(seed)
    per_detection = 2 if seed % 2 and not quantized else 1
    graph, inputs = detector(
        rng, regular, quantized, background, max_classes_per_detection=per_detection
    )
    ours, theirs = outputs_of(graph, *inputs)
    np.testing.assert_array_equal(ours[3], theirs[3])
    # What lies behind the detections is not defined.
    used = int(ours[3][0]) * (1 if regular else per_detection)
    assert used > 0
    np.testing.assert_allclose(ours[0][:, :used], theirs[0][:, :used], rtol=0, atol=1e-6)
    np.testing.assert_array_equal(ours[1][:, :used], theirs[1][:, :used])
    np.testing.assert_allclose(ours[2][:, :used], theirs[2][:, :used], rtol=0, atol=1e-7)


def test_a_detector_without_its_options_is_refused() -> None:
    graph, _ = detector(np.random.default_rng(0), False, False, True)
    operator = graph.operators[0]
    bare = type(operator)(operator.kind, operator.inputs, operator.outputs, layer="detect")
    with pytest.raises(UnsupportedOperatorError, match="options cannot be read"):
        Executor(graph.rebuild([bare]))
