"""The real TensorFlow.js computes on qviz's exports what qviz computes, and the other way round."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from keras_files import dense, layer, sequential, write_h5
from node_runtime import NodeJobs, node_folder
from numpy.typing import NDArray
from tfjs_models import graph_of, nested_model, write_by_hand

from qviz.evaluation.artifact import tfjs_files
from qviz.execution import Executor
from qviz.formats import open_model
from qviz.graph import Graph
from qviz.quantization import encode_tfjs, quantize

DIGITS = Path(__file__).parents[3] / "sample_models" / "digits" / "digits.keras"
SCHEMES = ("float32", "tfjs-uint16", "tfjs-uint8", "tfjs-float16")
SOURCES = ("digits", "nested", "keras2")
JAVASCRIPT = {"trained in JavaScript": (6, 6, 2), "functional in JavaScript": (5,)}
TOLERANCE = 1e-5


def keras2_file(path: Path) -> Path:
    """What Keras 2 saves, with layers that the lines of Keras and TensorFlow.js differ in."""
    random = np.random.default_rng(5)

    def drawn(*shape: int) -> NDArray[np.float32]:
        return random.normal(scale=0.4, size=shape).astype(np.float32)

    config = sequential(
        layer("InputLayer", "in", batch_input_shape=[None, 8, 8, 3], dtype="float32"),
        layer("ZeroPadding2D", "pad", padding=[[0, 1], [0, 1]]),
        layer(
            *("DepthwiseConv2D", "depthwise"),
            kernel_size=[3, 3],
            strides=[2, 2],
            padding="valid",
            depth_multiplier=2,
            activation="linear",
            use_bias=False,
        ),
        layer("BatchNormalization", "bn", axis=[3], epsilon=0.001, center=True, scale=True),
        layer("ReLU", "relu", max_value=6.0, negative_slope=0.0, threshold=0.0),
        layer(
            *("SeparableConv2D", "separable"),
            filters=5,
            kernel_size=[2, 2],
            strides=[1, 1],
            padding="same",
            activation="hard_sigmoid",
            use_bias=True,
        ),
        layer("PReLU", "prelu", shared_axes=[1, 2]),
        layer("AveragePooling2D", "pool", pool_size=[2, 2], strides=[2, 2], padding="same"),
        layer("Dropout", "drop", rate=0.5),
        layer("Flatten", "flat"),
        dense("dense", 4),
        layer("LeakyReLU", "leaky", alpha=0.2),
    )
    statistics = (drawn(6), drawn(6), drawn(6), random.uniform(0.5, 2, 6).astype(np.float32))
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    separable = {
        "depthwise_kernel": drawn(2, 2, 6, 1),
        "pointwise_kernel": drawn(1, 1, 6, 5),
        "bias": drawn(5),
    }
    arrays: dict[str, dict[str, NDArray[Any]]] = {
        "depthwise": {"depthwise_kernel": drawn(3, 3, 3, 2)},
        "bn": dict(zip(names, statistics, strict=True)),
        "separable": separable,
        "prelu": {"alpha": drawn(1, 1, 5)},
        "dense": {"kernel": drawn(20, 4), "bias": drawn(4)},
    }
    named = {
        name: [(f"{name}/{weight}:0", array) for weight, array in weights.items()]
        for name, weights in arrays.items()
    }
    return write_h5(path, config, named)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Graph]:
    folder = tmp_path_factory.mktemp("sources")
    return {
        "digits": open_model(DIGITS),
        "nested": graph_of(nested_model()),
        "keras2": open_model(keras2_file(folder / "keras2.h5"), convert=False),
    }


def samples(graph: Graph) -> NDArray[np.float32]:
    shape = graph.tensors[graph.inputs[0]].shape[1:]
    return np.random.default_rng(3).normal(size=(3, *shape)).astype(np.float32)


# Weights at the ends of what the formats hold: all equal, none of the sign of 0, half a float16.
EXTREMES: dict[str, NDArray[np.float32]] = {
    "constant": np.full((3, 2), -0.7, np.float32),
    "zeros": np.zeros((3, 2), np.float32),
    "positive": np.array([[5, 6], [7, 8], [9, 5.5]], np.float32),
    "float16 ends": np.array([[70000, -1e6], [1e-7, 6e-8], [0, 65504]], np.float32),
}
DTYPES = ("uint8", "uint16", "float16")


def extreme_folder(path: Path, kernel: NDArray[np.float32], dtype: str) -> Path:
    codes, params = encode_tfjs(kernel, dtype)
    how: dict[str, Any] = {"dtype": dtype, "original_dtype": "float32"}
    if params is not None:
        how |= {"min": params.minimum, "scale": float(params.scale[0])}
    first = layer("InputLayer", "in", batch_input_shape=[None, 3], dtype="float32")
    spec = {"name": "dense/kernel", "shape": [3, 2], "dtype": "float32", "quantization": how}
    bias = {"name": "dense/bias", "shape": [2], "dtype": "float32"}
    given = [(spec, codes.tobytes()), (bias, np.zeros(2, np.float32).tobytes())]
    return write_by_hand(path, sequential(first, dense()), given)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, sources: dict[str, Graph]) -> NodeJobs:
    """One run of Node for all the tests."""
    node_folder()
    jobs = NodeJobs(tmp_path_factory.mktemp("node"))
    for name, graph in sources.items():
        for scheme in SCHEMES:
            folder = jobs.work / f"{name}-{scheme}-model"
            folder.mkdir()
            for file, data in tfjs_files(graph, scheme.removeprefix("tfjs-")).items():
                (folder / file).write_bytes(data)
            jobs.add_prediction(f"{name}-{scheme}", folder, [samples(graph)])
    for name, kernel in EXTREMES.items():
        for dtype in DTYPES:
            folder = extreme_folder(jobs.work / f"{name}-{dtype}-model", kernel, dtype)
            jobs.add_prediction(f"{name}-{dtype}", folder, [np.eye(3, dtype=np.float32)])
    for name, shape in JAVASCRIPT.items():
        x = np.random.default_rng(4).normal(size=(3, *shape)).astype(np.float32)
        jobs.add_save(name, jobs.work / f"{name}-model", x)
    jobs.run()
    return jobs


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", SOURCES)
def test_exports_predict_what_the_executor_does(
    name: str, scheme: str, node: NodeJobs, sources: dict[str, Graph]
) -> None:
    graph = sources[name]
    quantized = graph if scheme == "float32" else quantize(graph, scheme)
    expected = Executor(quantized).run(samples(graph)).outputs[0]
    assert np.ptp(expected) > 1e-2
    found = node.output(f"{name}-{scheme}").reshape(expected.shape)
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE, atol=TOLERANCE)
    again = open_model(node.work / f"{name}-{scheme}-model", convert=False)
    read = Executor(again).run(samples(graph)).outputs[0]
    np.testing.assert_array_equal(read, expected)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", list(EXTREMES))
def test_weights_at_the_ends_of_the_formats(name: str, dtype: str, node: NodeJobs) -> None:
    graph = open_model(node.work / f"{name}-{dtype}-model", convert=False)
    weights = Executor(graph).run(np.eye(3, dtype=np.float32)).outputs[0]
    assert np.isfinite(weights).all()
    # The unit vectors take the rows of the kernel out: equal to the last bit.
    np.testing.assert_array_equal(node.output(f"{name}-{dtype}").reshape(3, 2), weights)


@pytest.mark.parametrize("name", list(JAVASCRIPT))
def test_models_of_javascript_predict_the_same_here(name: str, node: NodeJobs) -> None:
    graph = open_model(node.work / f"{name}-model", convert=False)
    assert graph.source is not None
    assert "TensorFlow.js" in graph.source.writer
    shape = JAVASCRIPT[name]
    x = np.random.default_rng(4).normal(size=(3, *shape)).astype(np.float32)
    expected = Executor(graph).run(x).outputs[0]
    assert np.ptp(expected) > 1e-2
    found = node.output(name).reshape(expected.shape)
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize(("ci", "outcome"), [("true", "Failed"), ("", "Skipped")])
def test_without_node_ci_fails_and_users_are_told(
    ci: str, outcome: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CI", ci)
    with pytest.raises(BaseException, match="under Node: node is not installed") as caught:
        node_folder()
    assert caught.typename == outcome
