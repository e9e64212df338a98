from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tfjs_models import input_layer, layer, model, one_layer, read_weights, weights

from qviz.errors import ExportError, SchemeError
from qviz.formats.keras.model import Call, KerasLayer, KerasModel, TensorRef, Weight
from qviz.formats.keras.reader import read_keras_hdf5
from qviz.formats.tfjs import write_layers_model
from qviz.formats.tfjs.writer import SHARD_BYTES
from qviz.quantization import encode_tfjs

OPENABLE = (
    "fer2013_mini_XCEPTION.119-0.65.hdf5",
    "miniresnet_1_stacks_backbone.h5",
    "miniresnetv2_1_stacks_backbone.h5",
    "pretrainedResnet.h5",
    "str_ww_ref_model.h5",
    "yamnet_256_f32.h5",
)


def topology(folder: Path) -> dict[str, Any]:
    written = json.loads((folder / "model.json").read_text())
    assert written["format"] == "layers-model"
    return written["modelTopology"]["model_config"]


def written_layer(net: KerasModel, folder: Path) -> dict[str, Any]:
    """The last layer as it is written."""
    write_layers_model(net, {}, folder)
    return topology(folder)["config"]["layers"][-1]


def dense(name: str, *before: str, path: str = "") -> KerasLayer:
    stored = weights(kernel=(4, 4), bias=(4,))
    return layer("Dense", name, *before, path=path, units=4, activation="silu", weights=stored)


def test_a_sequential_is_written_as_one(tmp_path: Path) -> None:
    net = model(input_layer("in", 4), dense("dense", "in"))
    write_layers_model(net, {}, tmp_path / "out")
    config = topology(tmp_path / "out")
    assert config["class_name"] == "Sequential"
    first, second = config["config"]["layers"]
    assert first["config"]["batch_input_shape"] == [None, 4]
    assert "inbound_nodes" not in second
    assert second["config"] == {
        "name": "dense",
        "trainable": True,
        "units": 4,
        "activation": "swish",
    }


def test_settings_without_meaning_are_dropped(tmp_path: Path) -> None:
    net = one_layer(
        "Dropout",
        rate=0.5,
        seed=None,
        noise_shape=None,
        kernel_initializer={"module": "keras.initializers"},
        dtype={"class_name": "DTypePolicy"},
    )
    settings = written_layer(net, tmp_path / "out")["config"]
    assert settings == {"name": "it", "trainable": True, "rate": 0.5}


def test_nested_models_are_counted_from_one_and_leaves_have_one_name(tmp_path: Path) -> None:
    inner = model(
        input_layer("in", 4, path="inner/in"),
        dense("dense", "in", path="inner/dense"),
        sequential=False,
    )
    calls = (Call((TensorRef("in", 0, 0),)), Call((TensorRef("inner", 0, 0),)))
    nested = KerasLayer("inner", "inner", "Functional", "model", {}, calls, (), inner)
    last = KerasLayer(
        "dense",
        "dense",
        "Dense",
        "layer",
        {"units": 4},
        (Call((TensorRef("inner", 1, 0),)),),
        weights(kernel=(4, 4), bias=(4,)),
    )
    net = model(input_layer("in", 4), nested, last, sequential=False)
    write_layers_model(net, {}, tmp_path / "out")
    config = topology(tmp_path / "out")["config"]
    first, middle, end = config["layers"]
    assert [first["name"], middle["name"], end["name"]] == ["in", "inner", "dense_2"]
    assert middle["class_name"] == "Functional"
    assert middle["inbound_nodes"] == [[["in", 0, 0, {}]], [["inner", 1, 0, {}]]]
    assert end["inbound_nodes"] == [[["inner", 2, 0, {}]]]
    assert [entry["name"] for entry in middle["config"]["layers"]] == ["in_2", "dense"]
    assert config["input_layers"] == [["in", 0, 0]]
    assert config["output_layers"] == [["dense_2", 0, 0]]
    stored = read_weights(tmp_path / "out")
    assert sorted(stored) == ["dense/bias", "dense/kernel", "dense_2/bias", "dense_2/kernel"]
    np.testing.assert_array_equal(stored["dense_2/kernel"], last.weight("kernel"))


def test_names_are_ones_that_javascript_takes(tmp_path: Path) -> None:
    net = model(input_layer("_in put", 4), dense("컨볼루션", "_in put"))
    write_layers_model(net, {}, tmp_path / "out")
    first, second = topology(tmp_path / "out")["config"]["layers"]
    assert first["name"] == "layer_in_put"
    assert second["name"].isascii()
    assert f"{second['name']}/kernel" in read_weights(tmp_path / "out")


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float16"])
def test_codes_come_back_as_the_values_they_stand_for(dtype: str, tmp_path: Path) -> None:
    net = model(input_layer("in", 4), dense("dense", "in"))
    encoded = {
        f"{part.path}/{weight.name}": encode_tfjs(weight.value, dtype)
        for part in net.leaves()
        for weight in part.weights
    }
    write_layers_model(net, encoded, tmp_path / "out")
    stored = read_weights(tmp_path / "out")
    tolerance = {"uint8": 0.02, "uint16": 1e-4, "float16": 2e-3}[dtype]
    for name, (codes, params) in encoded.items():
        expected = codes.astype(np.float32) if params is None else params.dequantize(codes)
        np.testing.assert_array_equal(stored[name], expected)
        kernel = net.layers[1].weight(name.split("/")[1])
        np.testing.assert_allclose(stored[name], kernel, atol=tolerance)
    (group,) = json.loads((tmp_path / "out" / "model.json").read_text())["weightsManifest"]
    entry = group["weights"][0]
    assert entry["dtype"] == "float32"
    assert entry["quantization"]["dtype"] == dtype
    assert entry["quantization"]["original_dtype"] == "float32"


def test_weights_are_cut_into_shards(tmp_path: Path) -> None:
    value = np.arange(2_500_000, dtype=np.float32).reshape(1000, 2500)
    wide = layer("Dense", "d", "in", units=2500, use_bias=False, weights=(Weight("kernel", value),))
    write_layers_model(model(input_layer("in", 1000), wide), {}, tmp_path / "out")
    sizes = {f.name: f.stat().st_size for f in (tmp_path / "out").glob("*.bin")}
    assert sizes == {
        "group1-shard1of3.bin": SHARD_BYTES,
        "group1-shard2of3.bin": SHARD_BYTES,
        "group1-shard3of3.bin": value.nbytes - 2 * SHARD_BYTES,
    }
    np.testing.assert_array_equal(read_weights(tmp_path / "out")["d/kernel"], value)


def test_a_model_without_weights_has_no_shards(tmp_path: Path) -> None:
    write_layers_model(one_layer("Flatten"), {}, tmp_path / "out")
    assert [f.name for f in (tmp_path / "out").iterdir()] == ["model.json"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (one_layer("LeakyReLU", negative_slope=0.2), ("LeakyReLU", {"alpha": 0.2})),
        (one_layer("LeakyReLU", alpha=[0.1]), ("LeakyReLU", {"alpha": 0.1})),
        (one_layer("ReLU", negative_slope=0.1), ("LeakyReLU", {"alpha": 0.1})),
        (one_layer("ReLU", max_value=6, negative_slope=0.0), ("ReLU", {"max_value": 6})),
        (one_layer("SpatialDropout2D", rate=0.1), ("Activation", {"activation": "linear"})),
        (one_layer("Softmax", axis=[-1]), ("Softmax", {"axis": -1})),
        (one_layer("BatchNormalization", axis=[3]), ("BatchNormalization", {"axis": -1})),
        (one_layer("BatchNormalization", 5, axis=1), ("BatchNormalization", {"axis": -1})),
        (one_layer("Relu6", kind="operation"), ("Activation", {"activation": "relu6"})),
        (one_layer("Silu", kind="operation"), ("Activation", {"activation": "swish"})),
        (one_layer("Rescaling", scale=0.5), ("Rescaling", {"scale": 0.5, "offset": 0})),
        (
            one_layer("Activation", keras="2.15.0", activation="hard_sigmoid"),
            ("Activation", {"activation": "hard_sigmoid"}),
        ),
        (
            one_layer("Activation", activation={"class_name": "function", "config": "relu6"}),
            ("Activation", {"activation": "relu6"}),
        ),
    ],
)
def test_layers_are_adapted(
    given: KerasModel, expected: tuple[str, dict[str, Any]], tmp_path: Path
) -> None:
    written = written_layer(given, tmp_path / "out")
    class_name, settings = expected
    assert written["class_name"] == class_name
    assert written["config"] == {"name": "it", "trainable": True, **settings}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (one_layer("Subtract"), "does not have the layer class Subtract"),
        (one_layer("Cumsum", kind="operation"), "does not have the operation Cumsum"),
        (one_layer("TFOpLambda", kind="function"), "does not have the operation TFOpLambda"),
        (one_layer("Lambda"), "does not have the layer class Lambda"),
        (one_layer("Conv2D", groups=2), "no convolution in groups"),
        (one_layer("Conv1D", padding="causal"), "'same' or 'valid' only"),
        (one_layer("DepthwiseConv2D", dilation_rate=[2, 2]), "ignores the dilation"),
        (one_layer("Conv2DTranspose", output_padding=[1, 1]), "ignores the output padding"),
        (one_layer("ELU", alpha=0.5), "alpha 1 only"),
        (one_layer("ReLU", threshold=1.0), "ignores the threshold"),
        (one_layer("Softmax", axis=1), "last axis only"),
        (one_layer("GRU", units=3), "reset_after=False only"),
        (one_layer("UpSampling2D", interpolation="bilinear"), "other sampling points"),
        (one_layer("BatchNormalization", axis=1), "along the last axis, not 1"),
        (one_layer("BatchNormalization", 3, 3, 3, 2), "no batch norm of 5 dimensions"),
        (one_layer("MaxPooling1D", 8, 4, data_format="channels_first"), "the last dimension"),
        (one_layer("Activation", activation="hard_sigmoid"), "another activation hard_sigmoid"),
        (one_layer("Dense", units=1, activation="exponential"), "activation exponential"),
        (one_layer("Rescaling", scale=[1.0, 2.0]), "one scale for all channels"),
    ],
)
def test_what_javascript_would_do_otherwise_is_refused(
    given: KerasModel, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(SchemeError, match=f"the layer 'it' as Keras does: .*{reason}"):
        write_layers_model(given, {}, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def sum_of(first: KerasLayer, second: KerasLayer, *more: Any) -> KerasModel:
    """The operation ``first + second`` of Keras 3."""
    refs = (TensorRef(first.name, 0, 0), TensorRef(second.name, 0, 0))
    call = Call((*refs, *more))
    add = KerasLayer("add", "add", "Add", "operation", {}, (call,))
    return KerasModel(
        "net", False, (first, second, add), refs, (TensorRef("add", 0, 0),), "3.8.0", "tensorflow"
    )


def test_operations_on_tensors_of_one_rank_are_layers(tmp_path: Path) -> None:
    net = sum_of(input_layer("a", 4, 4, 3), input_layer("b", 1, 1, 3))
    written = written_layer(net, tmp_path / "out")
    assert written["class_name"] == "Add"
    assert written["inbound_nodes"] == [[["a", 0, 0, {}], ["b", 0, 0, {}]]]


def test_operations_that_layers_do_otherwise_are_refused(tmp_path: Path) -> None:
    other_rank = sum_of(input_layer("a", 4, 4, 3), input_layer("b", 3))
    constant = sum_of(input_layer("a", 4), input_layer("b", 4), 2.0)
    for net in (other_rank, constant):
        with pytest.raises(SchemeError, match="does not have the operation Add"):
            write_layers_model(net, {}, tmp_path / "out")


def test_calls_that_cannot_be_written_are_refused(tmp_path: Path) -> None:
    refs = (TensorRef("in", 0, 0),)
    trained = KerasLayer("d", "d", "Dropout", "layer", {}, (Call(refs, {"training": True}),))
    with pytest.raises(SchemeError, match="training mode"):
        write_layers_model(model(input_layer("in", 4), trained), {}, tmp_path / "out")
    keyed = KerasLayer("d", "d", "Add", "layer", {}, (Call(refs, {"mask": refs[0]}),))
    with pytest.raises(SchemeError, match="tensors by keyword"):
        write_layers_model(model(input_layer("in", 4), keyed), {}, tmp_path / "out")


def test_an_input_without_shape_is_refused(tmp_path: Path) -> None:
    net = model(layer("InputLayer", "in", batch_shape=None), dense("dense", "in"))
    with pytest.raises(SchemeError, match="does not say the shape of the input 'in'"):
        write_layers_model(net, {}, tmp_path / "out")


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ExportError, match="not an exported model"):
        write_layers_model(one_layer("Flatten"), {}, tmp_path)
    assert [f.name for f in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("name", OPENABLE)
def test_files_that_others_made(name: str, shared_folder: Path, tmp_path: Path) -> None:
    net, _ = read_keras_hdf5(shared_folder / "zoo" / "keras" / name)
    stored = {f"{p.path}/{w.name}": w.value for p in net.leaves() for w in p.weights}
    encoded = {key: encode_tfjs(value, "uint8") for key, value in stored.items()}
    write_layers_model(net, encoded, tmp_path / "out")
    bytes_written = sum(f.stat().st_size for f in (tmp_path / "out").glob("*.bin"))
    assert bytes_written == sum(value.size for value in stored.values()) > 10_000
    read = read_weights(tmp_path / "out")
    assert len(read) == len(stored)
    for value, again in zip(stored.values(), read.values(), strict=True):
        step = np.ptp(value) / 255
        np.testing.assert_allclose(again, value, atol=0.51 * step + 1e-7)
    for entry in topology(tmp_path / "out")["config"]["layers"]:
        assert entry["name"] == entry["config"]["name"]
