"""Layouts of old and odd writers, written by hand and compared with a model of today's layout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from keras_files import dense, input_layer, layer, sequential, write_h5, write_keras
from numpy.typing import NDArray

from qviz.errors import ModelFormatError, UnsupportedLayerError
from qviz.execution import Executor
from qviz.formats import open_model
from qviz.graph import Graph

Array = NDArray[np.float32]


def random(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng([seed, *shape]).normal(size=shape).astype(np.float32)


def outputs(graph: Graph, seed: int = 1) -> list[Array]:
    inputs = [
        np.random.default_rng(seed + i)
        .normal(size=(2, *graph.tensors[name].shape[1:]))
        .astype(np.float32)
        for i, name in enumerate(graph.inputs)
    ]
    return [np.asarray(y, np.float32) for y in Executor(graph).run(inputs).outputs]


def opened(path: Path) -> Graph:
    return open_model(path, convert=False)


def conv_model(path: Path, kernel: Array, bias: Array, **config: Any) -> Graph:
    """A Conv2D of Keras 2 as the reference for other layouts."""
    height, width, _, filters = kernel.shape
    conv = layer("Conv2D", "conv", filters=filters, kernel_size=[height, width], **config)
    start = layer("InputLayer", "in", batch_input_shape=[None, 7, 6, kernel.shape[2]])
    weights = {"conv": [("conv/kernel:0", kernel), ("conv/bias:0", bias)]}
    return opened(write_h5(path, sequential(start, conv), weights))


def test_keras_1_in_tensorflow_order(tmp_path: Path) -> None:
    kernel, bias, head, head_bias = random(3, 2, 3, 4), random(4), random(8, 5), random(5)
    mean, variance = random(4), np.abs(random(4)) + 1
    gamma, beta = random(4, seed=2), random(4, seed=3)
    old = [
        {
            "class_name": "Convolution2D",
            "config": {
                "name": "c",
                "batch_input_shape": [None, 7, 6, 3],
                "nb_filter": 4,
                "nb_row": 3,
                "nb_col": 2,
                "border_mode": "same",
                "subsample": [2, 2],
                "dim_ordering": "tf",
                "activation": "linear",
                "bias": True,
                "input_dtype": "float32",
            },
        },
        layer("BatchNormalization", "b", mode=0, axis=-1, epsilon=1e-3),
        layer("MaxPooling2D", "p", pool_size=[2, 2], strides=[2, 2], border_mode="valid"),
        layer("Flatten", "f"),
        layer("Dropout", "d", p=0.5),
        layer("Dense", "h", output_dim=5, activation="hard_sigmoid", bias=True),
    ]
    config = {"class_name": "Sequential", "config": old}
    weights = {
        "c": [("c_W", kernel), ("c_b", bias)],
        "b": [("g", gamma), ("be", beta), ("b_running_mean", mean), ("b_running_std", variance)],
        **{name: [] for name in "pfd"},
        "h": [("h_W", head), ("h_b", head_bias)],
    }
    graph = opened(write_h5(tmp_path / "k1.h5", config, weights, version=None, backend=None))

    new = sequential(
        layer("InputLayer", "in", batch_input_shape=[None, 7, 6, 3]),
        layer("Conv2D", "c", filters=4, kernel_size=[3, 2], padding="same", strides=[2, 2]),
        layer("BatchNormalization", "b", axis=[3]),
        layer("MaxPooling2D", "p", pool_size=[2, 2]),
        layer("Flatten", "f"),
        layer("Dense", "h", units=5, activation="hard_sigmoid"),
    )
    reference = opened(write_h5(tmp_path / "k2.h5", new, weights, version="2.3.1"))
    assert graph.source is not None
    assert graph.source.writer == "Keras 1"
    np.testing.assert_array_equal(outputs(graph)[0], outputs(reference)[0])


def test_keras_1_in_theano_order(tmp_path: Path) -> None:
    kernel, bias = random(3, 2, 3, 4), random(4)
    conv = layer(
        "Convolution2D",
        "c",
        batch_input_shape=[None, 3, 7, 6],
        nb_filter=4,
        nb_row=3,
        nb_col=2,
        border_mode="valid",
        dim_ordering="th",
        bias=True,
    )
    stored = {"c": [("c_W", kernel.transpose(3, 2, 0, 1)), ("c_b", bias)]}
    config = {"class_name": "Sequential", "config": [conv]}
    graph = opened(write_h5(tmp_path / "th.h5", config, stored, version=None, backend=None))
    reference = conv_model(tmp_path / "tf.h5", kernel, bias)
    x = random(2, 7, 6, 3)
    found = Executor(graph).run(x.transpose(0, 3, 1, 2)).outputs[0]
    wanted = Executor(reference).run(x).outputs[0]
    np.testing.assert_array_equal(found, wanted.transpose(0, 3, 1, 2))


def test_keras_2_trained_on_theano_mirrors_kernels(tmp_path: Path) -> None:
    kernel, bias = random(3, 2, 3, 4), random(4)
    conv = layer("Conv2D", "conv", filters=4, kernel_size=[3, 2])
    start = layer("InputLayer", "in", batch_input_shape=[None, 7, 6, 3])
    weights = {"conv": [("kernel:0", kernel[::-1, ::-1]), ("bias:0", bias)]}
    path = write_h5(
        tmp_path / "theano.h5", sequential(start, conv), weights, version="2.1.3", backend="theano"
    )
    reference = conv_model(tmp_path / "tf.h5", kernel, bias)
    np.testing.assert_array_equal(outputs(opened(path))[0], outputs(reference)[0])


@pytest.mark.parametrize(
    ("version", "wanted"),
    [("2.15.0", [0.0, 0.3, 0.5, 0.9, 1.0]), ("3.4.1", [0.0, 1 / 3, 0.5, 5 / 6, 1.0])],
)
def test_hard_sigmoid_means_what_the_writer_meant(
    tmp_path: Path, version: str, wanted: list[float]
) -> None:
    config = sequential(input_layer(5), layer("Activation", "a", activation="hard_sigmoid"))
    graph = opened(write_h5(tmp_path / "m.h5", config, {}, version=version))
    x = np.array([[-4, -1, 0, 2, 4]], np.float32)
    np.testing.assert_allclose(Executor(graph).run(x).outputs[0][0], wanted, atol=1e-6)


@pytest.mark.parametrize("data_format", ["channels_first", "channels_last"])
@pytest.mark.parametrize(
    ("class_name", "config", "arrays"),
    [
        ("Conv2D", {"filters": 4, "kernel_size": [3, 2], "padding": "same"}, [(3, 2, 3, 4), (4,)]),
        ("Conv2D", {"filters": 3, "kernel_size": 2, "groups": 3}, [(2, 2, 1, 3), (3,)]),
        ("DepthwiseConv2D", {"kernel_size": [2, 2]}, [(2, 2, 3, 1), (3,)]),
        ("SeparableConv2D", {"filters": 5, "kernel_size": 2}, [(2, 2, 3, 1), (1, 1, 3, 5), (5,)]),
        (
            "Conv2DTranspose",
            {"filters": 2, "kernel_size": 3, "strides": [2, 2]},
            [(3, 3, 2, 3), (2,)],
        ),
        ("MaxPooling2D", {"pool_size": [2, 2]}, []),
        ("UpSampling2D", {"size": [2, 2]}, []),
        ("Resizing", {"height": 5, "width": 9}, []),
        ("CenterCrop", {"height": 3, "width": 4}, []),
    ],
)
def test_channels_first_is_the_same_transposed(
    tmp_path: Path,
    class_name: str,
    config: dict[str, Any],
    arrays: list[tuple[int, ...]],
    data_format: str,
) -> None:
    weights = {"x": [(f"w{i}", random(*shape)) for i, shape in enumerate(arrays)]}
    x = random(2, 7, 6, 3)
    results = []
    for order, shape in (("channels_last", [7, 6, 3]), (data_format, [3, 7, 6])):
        shape = shape if order == "channels_first" else [7, 6, 3]
        start = layer("InputLayer", "in", batch_input_shape=[None, *shape])
        one = layer(class_name, "x", data_format=order, **config)
        graph = opened(write_h5(tmp_path / f"{order}.h5", sequential(start, one), weights))
        first = order == "channels_first"
        y = Executor(graph).run(x.transpose(0, 3, 1, 2) if first else x).outputs[0]
        assert graph.outputs == ("x",)
        results.append(y.transpose(0, 2, 3, 1) if first else y)
    np.testing.assert_array_equal(results[0], results[1])


def test_transpositions_between_channels_first_layers_cancel(tmp_path: Path) -> None:
    def conv(name: str) -> dict[str, Any]:
        first = "channels_first"
        return layer("Conv2D", name, filters=3, kernel_size=[2, 2], data_format=first)

    start = layer("InputLayer", "in", batch_input_shape=[None, 3, 7, 6])
    norm = layer("BatchNormalization", "bn", axis=1)
    kernel = [("kernel:0", random(2, 2, 3, 3)), ("bias:0", random(3))]
    weights = {
        "a": kernel,
        "bn": [(n, np.ones(3, np.float32)) for n in ("gamma", "beta", "mean", "variance")],
        "b": kernel,
    }
    path = write_h5(tmp_path / "m.h5", sequential(start, conv("a"), norm, conv("b")), weights)
    graph = opened(path)
    assert [(o.kind, o.outputs[0]) for o in graph.operators] == [
        ("TRANSPOSE", "a/channels_last"),
        ("CONV_2D", "a"),
        ("BATCH_NORMALIZATION", "bn"),
        ("CONV_2D", "b/conv_2d"),
        ("TRANSPOSE", "b"),
    ]


def test_sequences_stay_images_between_one_dimensional_layers(tmp_path: Path) -> None:
    def conv(name: str) -> dict[str, Any]:
        return layer("Conv1D", name, filters=3, kernel_size=[2], activation="relu")

    start = layer("InputLayer", "in", batch_input_shape=[None, 9, 3])
    pool = layer("MaxPooling1D", "pool", pool_size=[2])
    kernel = [("kernel:0", random(2, 3, 3)), ("bias:0", random(3))]
    config = sequential(start, conv("a"), pool, conv("b"))
    graph = opened(write_h5(tmp_path / "m.h5", config, {"a": kernel, "b": kernel}))
    assert [(o.kind, o.outputs[0]) for o in graph.operators] == [
        ("RESHAPE", "a/expand"),
        ("CONV_2D", "a/conv_2d"),
        ("RELU", "a"),
        ("MAX_POOL_2D", "pool"),
        ("CONV_2D", "b/conv_2d"),
        ("RELU", "b/relu"),
        ("RESHAPE", "b"),
    ]


def test_layer_names_with_slashes(tmp_path: Path) -> None:
    start = layer("InputLayer", "in", batch_input_shape=[None, 4, 4, 2])
    conv = layer("Conv2D", "block/conv", filters=3, kernel_size=[1, 1], use_bias=False)
    norm = layer("BatchNormalization", "block/conv/bn", scale=False)
    inner = sequential(start, conv, norm, name="model_2")
    inner["config"]["name"] = "model_2"
    arrays = [
        ("block/conv/kernel:0", random(1, 1, 2, 3)),
        ("block/conv/bn/beta:0", random(3)),
        ("block/conv/bn/moving_mean:0", random(3, seed=1)),
        ("block/conv/bn/moving_variance:0", np.ones(3, np.float32)),
    ]
    flat = {"block/conv": arrays[:1], "block/conv/bn": arrays[1:]}
    plain = opened(write_h5(tmp_path / "flat.h5", inner, flat))
    nested = sequential(layer("InputLayer", "i", batch_input_shape=[None, 4, 4, 2]), inner)
    # As Keras 2 stores a nested model: trainable weights first.
    graph = opened(write_h5(tmp_path / "nested.h5", nested, {"model_2": arrays}))
    assert plain.outputs == ("block/conv/bn",)
    assert graph.outputs == ("model_2/block/conv/bn",)
    assert "model_2/block/conv/kernel" in graph.tensors
    np.testing.assert_array_equal(outputs(plain)[0], outputs(graph)[0])


def test_nested_model_whose_weights_have_no_telling_names(tmp_path: Path) -> None:
    start = layer("InputLayer", "i", batch_input_shape=[None, 3])
    norm = layer("BatchNormalization", "bn")
    frozen = layer("BatchNormalization", "frozen") | {}
    frozen["config"]["trainable"] = False
    inner = sequential(frozen, norm, dense("d", 3), name="inner")
    gamma, beta, mean, var = random(3), random(3, seed=1), random(3, seed=2), random(3, seed=3) ** 2
    kernel, bias = random(3, 3), random(3, seed=4)
    # Trainable weights of all layers, then the others; those of a frozen layer all come late.
    order = [gamma, beta, kernel, bias, gamma, beta, mean, var, mean, var]
    stored = {"inner": [(f"w{i}", a) for i, a in enumerate(order)]}
    graph = opened(write_h5(tmp_path / "m.h5", sequential(start, inner), stored))
    for name in ("inner/frozen", "inner/bn"):
        for weight, value in (("gamma", gamma), ("moving_mean", mean), ("moving_variance", var)):
            np.testing.assert_array_equal(graph.tensors[f"{name}/{weight}"].data, value)
    np.testing.assert_array_equal(graph.tensors["inner/d/kernel"].data, kernel.T)


def test_names_that_were_split_over_several_attributes(tmp_path: Path) -> None:
    config = sequential(layer("InputLayer", "in", batch_input_shape=[None, 3]), dense())
    weights = {"dense": [("kernel:0", random(3, 2)), ("bias:0", random(2))]}
    path = write_h5(tmp_path / "m.h5", config, weights)
    before = outputs(opened(path))[0]
    with h5py.File(path, "r+") as file:
        group = file["model_weights/dense"]
        del group.attrs["weight_names"]
        group.attrs["weight_names0"] = np.array([b"kernel:0"])
        group.attrs["weight_names1"] = np.array([b"bias:0"])
    np.testing.assert_array_equal(outputs(opened(path))[0], before)


def test_keras_3_0_lost_the_weights_of_nested_models(tmp_path: Path) -> None:
    config = sequential(layer("InputLayer", "in", batch_input_shape=[None, 3]), dense())
    path = write_h5(tmp_path / "m.h5", config, {"dense": [("kernel", random(3, 2))]})
    with h5py.File(path, "r+") as file:
        file["model_weights/dense"].attrs["weight_names"] = np.array([b"kernel", b"kernel"])
    with pytest.raises(ModelFormatError, match=r"Keras 3\.0 wrote nested models so"):
        opened(path)


def test_configuration_that_is_json_in_json(tmp_path: Path) -> None:
    config = sequential(layer("InputLayer", "in", batch_input_shape=[None, 3]), dense())
    path = write_h5(tmp_path / "m.h5", config, {"dense": [("k", random(3, 2)), ("b", random(2))]})
    with h5py.File(path, "r+") as file:
        file.attrs["model_config"] = json.dumps(json.dumps(config))
    assert opened(path).outputs == ("dense",)


@pytest.mark.parametrize("container", ["layers", "_layer_checkpoint_dependencies"])
@pytest.mark.parametrize("suffixes", [("", "_1", "_2"), ("", "_2", "_4")])
def test_groups_are_paired_by_order_within_a_class(
    tmp_path: Path, container: str, suffixes: tuple[str, ...]
) -> None:
    names = ("z", "a", "m")
    config = sequential(input_layer(3), *(dense(n, 3) for n in names))
    groups = {
        f"{container}/dense{suffix}": [random(3, 3, seed=i), random(3, seed=i)]
        for i, suffix in enumerate(suffixes)
    }
    graph = opened(write_keras(tmp_path / "m.keras", config, groups, version="2.12.0"))
    for i, name in enumerate(names):
        kernel = graph.tensors[f"{name}/kernel"].data
        np.testing.assert_array_equal(kernel, random(3, 3, seed=i).T)


def node(name: str, entry: list[Any], **config: Any) -> dict[str, Any]:
    class_name = config.pop("class_name")
    return layer(class_name, name, **config) | {"name": name, "inbound_nodes": entry}


def functional2(layers: list[dict[str, Any]], output: list[Any]) -> dict[str, Any]:
    start = layer("InputLayer", "in", batch_input_shape=[None, 4, 4, 2])
    start |= {"name": "in", "inbound_nodes": []}
    config = {"name": "m", "layers": [start, *layers], "input_layers": [["in", 0, 0]]}
    return {"class_name": "Functional", "config": {**config, "output_layers": output}}


def test_calls_of_nested_models_count_from_1_in_keras_2(tmp_path: Path) -> None:
    inner = sequential(layer("InputLayer", "i", batch_input_shape=[None, 4, 4, 2]), name="inner")
    inner["config"]["layers"].append(layer("ReLU", "r"))
    inner |= {"name": "inner", "inbound_nodes": [[["in", 0, 0, {}]], [["neg", 0, 0, {}]]]}
    negative = {"class_name": "TFOpLambda", "name": "neg", "config": {"function": "math.negative"}}
    negative |= {"inbound_nodes": [["in", 0, 0, {"name": None}]]}
    both = node(
        "both", [[["inner", 1, 0, {}], ["inner", 2, 0, {}]]], class_name="Concatenate", axis=-1
    )
    config = functional2([negative, inner, both], [["both", 0, 0]])
    graph = opened(write_h5(tmp_path / "m.h5", config, {}))
    x = random(1, 4, 4, 2)
    wanted = np.concatenate([np.maximum(x, 0), np.maximum(-x, 0)], -1)
    np.testing.assert_array_equal(Executor(graph).run(x).outputs[0], wanted)
    assert {o.layer for o in graph.operators} == {"neg", "inner/r", "inner (2)/r", "both"}


def function(name: str, function_name: str, entry: list[Any]) -> dict[str, Any]:
    slicing = function_name.endswith("getitem")
    return {
        "class_name": "SlicingOpLambda" if slicing else "TFOpLambda",
        "name": name,
        "config": {"name": name, "trainable": True, "function": function_name},
        "inbound_nodes": [entry],
    }


def test_recorded_tensorflow_functions(tmp_path: Path) -> None:
    part = [{"start": None, "stop": None, "step": None}, {"start": 1, "stop": 3, "step": None}, 0]
    layers = [
        function("scaled", "math.multiply", ["in", 0, 0, {"y": 2.0, "name": None}]),
        function("sum", "__operators__.add", ["scaled", 0, 0, {"y": ["in", 0, 0]}]),
        function("from_1", "math.subtract", ["_CONSTANT_VALUE", -1, 1.0, {"y": ["sum", 0, 0]}]),
        function(
            "clip", "clip_by_value", ["from_1", 0, 0, {"clip_value_min": -1.0, "clip_value_max": 2}]
        ),
        function("mean", "math.reduce_mean", ["clip", 0, 0, {"axis": [1, 2], "keepdims": True}]),
        function("both", "concat", [["clip", 0, 0, {"axis": -1}], ["in", 0, 0, {"axis": -1}]]),
        function("part", "__operators__.getitem", ["both", 0, 0, {"slice_spec": part}]),
        function("flat", "reshape", ["mean", 0, 0, {"shape": [-1, 2]}]),
        function("soft", "nn.softmax", ["flat", 0, 0, {"axis": -1}]),
    ]
    config = functional2(layers, [["part", 0, 0], ["soft", 0, 0]])
    graph = opened(write_h5(tmp_path / "m.h5", config, {}))
    x = random(2, 4, 4, 2)
    clip = np.clip(1 - (2 * x + x), -1, 2)
    mean = np.exp(clip.mean((1, 2)))
    found = Executor(graph).run(x).outputs
    np.testing.assert_allclose(found[0], np.concatenate([clip, x], -1)[:, 1:3, 0], rtol=1e-6)
    np.testing.assert_allclose(found[1], mean / mean.sum(-1, keepdims=True), rtol=1e-5)


def test_functions_outside_the_list_are_refused(tmp_path: Path) -> None:
    layers = [function("f", "io.read_file", ["in", 0, 0, {}])]
    path = write_h5(tmp_path / "m.h5", functional2(layers, [["f", 0, 0]]), {})
    with pytest.raises(UnsupportedLayerError, match=r"'f' .* calls 'io\.read_file'"):
        opened(path)


def test_numpy_scalars_in_configurations(tmp_path: Path) -> None:
    """Keras 2.12 wraps the limits of a ReLU so."""
    six = {"class_name": "__numpy__", "config": {"value": 6.0, "dtype": "float64"}}
    config = sequential(input_layer(3), layer("ReLU", "r", max_value=six, negative_slope=0.0))
    graph = opened(write_keras(tmp_path / "m.keras", config, {}, version="2.12.0"))
    assert [o.kind for o in graph.operators] == ["RELU6"]


def test_bfloat16_and_float16_weights(tmp_path: Path) -> None:
    kernel = np.array([[1.5, -2.0], [0.25, 3.0], [8.0, 1.0]], np.float32)
    bits = (kernel.view(np.uint32) >> 16).astype(np.uint16).view("V2")
    config = sequential(input_layer(3), dense())
    groups = {"layers/dense": [bits, np.array([0.5, 1], np.float16)]}
    graph = opened(write_keras(tmp_path / "m.keras", config, groups))
    np.testing.assert_array_equal(graph.tensors["dense/kernel"].data, kernel.T)
    assert graph.tensors["dense/bias"].dtype == np.float32


def test_reduced_precision_and_custom_model_classes_are_noted(tmp_path: Path) -> None:
    config = sequential(input_layer(3), dense(dtype="mixed_float16"))
    groups = {"layers/dense": [random(3, 2), random(2)]}
    source = opened(write_keras(tmp_path / "m.keras", config, groups)).source
    assert source is not None
    assert "computes in mixed_float16 in Keras" in source.notes[0]
    config = functional2([], [["in", 0, 0]])
    config["config"]["layers"].append(node("r", [[["in", 0, 0, {}]]], class_name="ReLU"))
    config["config"]["output_layers"] = [["r", 0, 0]]
    config["class_name"] = "package>Mine"
    source = opened(write_h5(tmp_path / "m.h5", config, {})).source
    assert source is not None
    assert "custom class 'Mine'" in source.notes[0]


def test_old_forms_of_paddings(tmp_path: Path) -> None:
    start = layer("InputLayer", "in", batch_input_shape=[None, 4, 4, 1])
    shapes = []
    for padding in (1, [1, 2], [[0, 1], [2, 3]], [[1, 2], 1]):
        pad = layer("ZeroPadding2D", "pad", padding=padding)
        graph = opened(write_h5(tmp_path / "m.h5", sequential(start, pad), {}))
        shapes.append(graph.tensors["pad"].shape[1:3])
    assert shapes == [(6, 6), (6, 8), (5, 9), (7, 6)]


def test_spectral_normalization_of_keras_2_lists_its_own_vector_last(tmp_path: Path) -> None:
    start = layer("InputLayer", "in", batch_input_shape=[None, 3])
    wrapper = layer("SpectralNormalization", "sn", layer=dense("inner"), power_iterations=1)
    kernel, bias = random(3, 2), random(2)
    stored = [("sn/kernel:0", kernel), ("sn/bias:0", bias), ("sn/vector_u:0", random(1, 2))]
    graph = opened(write_h5(tmp_path / "m.h5", sequential(start, wrapper), {"sn": stored}))
    x = random(2, 3)
    np.testing.assert_allclose(Executor(graph).run(x).outputs[0], x @ kernel + bias, rtol=1e-5)
