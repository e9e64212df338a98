"""Histograms of weights: what is counted, what is on the grid, what is refused."""

import numpy as np
import pytest

from qviz.errors import QvizError
from qviz.evaluation.weights import weight_view
from qviz.formats import open_model
from qviz.graph import Graph, Operator, QuantizationParams, Tensor
from qviz.graph.passes import to_inference_form
from qviz.quantization import quantize
from qviz.resources import sample_models


def dense(weights: np.ndarray, quantization: QuantizationParams | None = None) -> Graph:
    return Graph.build(
        [Operator("FULLY_CONNECTED", ("x", "w", None), ("y",), layer="dense")],
        [
            Tensor("x", (1, weights.shape[1]), np.dtype("f4")),
            Tensor("w", weights.shape, weights.dtype, weights, quantization, "w"),
            Tensor("y", (1, weights.shape[0]), np.dtype("f4")),
        ],
        ["x"],
        ["y"],
    )


def test_codes_levels_and_errors_of_one_scale() -> None:
    values = np.array([[-1.0, 0.26, 0.0], [0.5, 0.49, 1.0]], np.float32)
    codes = np.array([[-2, 1, 0], [1, 1, 2]], np.int8)
    view = weight_view(
        dense(values),
        "dense",
        "w",
        quantized=dense(codes, QuantizationParams.per_tensor(0.5)),
        scheme_id="int8",
    )
    assert view.codes.tolist() == [-2, 0, 1, 2]
    assert view.level_counts.tolist() == [1, 1, 3, 1]
    assert view.levels.tolist() == [-1.0, 0.0, 0.5, 1.0]
    assert (view.grid_minimum, view.grid_maximum) == (-63.5, 63.5)
    assert (view.occupied_codes, view.available_codes) == (4, 255)
    assert view.error_counts.sum() == view.float_counts.sum() == 6
    assert view.metrics is not None
    assert view.metrics.max_abs == pytest.approx(0.24)
    assert view.channel_minimum.tolist() == [-1.0, 0.49000000953674316]


def test_a_constant_tensor_has_a_histogram() -> None:
    view = weight_view(dense(np.zeros((2, 2), np.float32)), "dense", "w")
    assert view.float_counts.sum() == 4
    assert view.levels.size == 0
    assert view.scheme_id == "float32"


@pytest.mark.parametrize("scheme", ["float16", "tfjs-uint16", "dynamic-range"])
def test_every_value_is_counted(scheme: str) -> None:
    graph = open_model(sample_models() / "digits" / "digits.keras")
    shown = graph if scheme.startswith("tfjs") else to_inference_form(graph)
    view = weight_view(
        shown, "conv2", "conv2/kernel", quantized=quantize(graph, scheme), scheme_id=scheme
    )
    assert view.level_counts.sum() == view.count == 36_864


@pytest.mark.parametrize(("name", "channel"), [("nothing", None), ("x", None), ("w", 7)])
def test_what_is_not_there_is_a_sentence(name: str, channel: int | None) -> None:
    graph = dense(np.ones((2, 2), np.float32))
    with pytest.raises(QvizError, match=r"has (no weights|channels)"):
        weight_view(graph, "dense", name, channel=channel)


def test_a_tensor_without_values_is_a_sentence() -> None:
    with pytest.raises(QvizError, match="no weights"):
        weight_view(dense(np.ones((0, 3), np.float32)), "dense", "w")
