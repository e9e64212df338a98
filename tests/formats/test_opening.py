"""Bad input: each a clear sentence, whatever is wrong with it."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from keras_files import dense, dense_file, input_layer, layer, sequential, write_h5, write_keras

from qviz.errors import ModelFormatError, QvizError, UnsupportedLayerError, UntrustedCodeError
from qviz.execution import Executor
from qviz.formats import open_model
from qviz.formats.tflite.writer import write_tflite


def open_without_converter(path: Path, **options: Any) -> Any:
    return open_model(path, convert=False, **options)


def zeros(*shape: int) -> np.ndarray:
    return np.zeros(shape, np.float32)


def test_source_says_where_the_graph_comes_from(tmp_path: Path) -> None:
    path = dense_file(tmp_path / "model.keras")
    source = open_without_converter(path).source
    data = path.read_bytes()
    assert source.format == "keras"
    assert source.writer == "Keras 3.8.0"
    assert source.sha256 == hashlib.sha256(data).hexdigest()
    assert source.size_bytes == len(data)
    assert [x.name for x in source.model.layers] == ["in", "dense"]


def test_format_shows_in_the_first_bytes_not_in_the_name(tmp_path: Path) -> None:
    path = dense_file(tmp_path / "model.h5")
    assert open_without_converter(path).source.format == "keras"


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ModelFormatError, match="There is no file"):
        open_without_converter(tmp_path / "none.keras")


def test_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    path.touch()
    with pytest.raises(ModelFormatError, match="is empty"):
        open_without_converter(path)


def test_folder_without_model(tmp_path: Path) -> None:
    with pytest.raises(ModelFormatError, match=r"folder without a SavedModel or a model\.json"):
        open_without_converter(tmp_path)


def test_saved_model_is_opened_by_its_folder_or_its_file(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(b"\x08\x01")
    for path in (tmp_path, tmp_path / "saved_model.pb"):
        with pytest.raises(ModelFormatError, match="is a SavedModel, which only the converter"):
            open_without_converter(path)


def test_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = dense_file(tmp_path / "model.keras")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ModelFormatError, match="permission denied"):
        open_without_converter(path)


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n" + bytes(100), b"hello", b"\x00" * 5000])
def test_file_of_another_type(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.keras"
    path.write_bytes(content)
    with pytest.raises(ModelFormatError, match=r"model\.keras is no model"):
        open_without_converter(path)


@pytest.mark.parametrize("kept", [0.02, 0.3, 0.6, 0.9, 0.99])
@pytest.mark.parametrize("extension", ["keras", "h5"])
def test_truncated_file(tmp_path: Path, extension: str, kept: float) -> None:
    path = tmp_path / f"model.{extension}"
    if extension == "keras":
        dense_file(path)
    else:
        weights = [("kernel:0", zeros(3, 2)), ("bias:0", zeros(2))]
        write_h5(path, sequential(input_layer(3), dense()), {"dense": weights})
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(ModelFormatError):
        open_without_converter(path)


def test_every_damaged_byte_gives_a_sentence_or_a_graph(tmp_path: Path) -> None:
    data = bytearray(dense_file(tmp_path / "good.keras").read_bytes())
    path = tmp_path / "bad.keras"
    random = np.random.default_rng(0)
    sentences = []
    for position in random.integers(0, len(data), 200):
        damaged = bytearray(data)
        damaged[position] ^= 0xFF
        path.write_bytes(damaged)
        try:
            open_without_converter(path)
        except QvizError as error:
            sentences.append(str(error))
    assert len(sentences) > 100
    assert [s for s in sentences if not s.endswith(".")] == []


@pytest.mark.parametrize(("value", "word"), [(np.nan, "NaN"), (np.inf, "infinite")])
def test_weights_that_are_not_finite(tmp_path: Path, value: float, word: str) -> None:
    bias = np.array([1.0, value], np.float32)
    config = sequential(input_layer(3), dense("head"))
    path = write_keras(tmp_path / "m.keras", config, {"layers/dense": [zeros(3, 2), bias]})
    with pytest.raises(ModelFormatError, match=f"'bias' of layer 'head' has {word} values"):
        open_without_converter(path)


def test_nan_in_a_tflite_file(tmp_path: Path) -> None:
    graph = open_without_converter(dense_file(tmp_path / "m.keras"))
    path = tmp_path / "m.tflite"
    path.write_bytes(write_tflite(graph))
    assert open_without_converter(path).source.format == "tflite"
    broken = [
        replace(t, data=np.full(t.shape, np.nan, np.float32)) if n == "dense/bias" else t
        for n, t in graph.tensors.items()
    ]
    path.write_bytes(write_tflite(graph.rebuild(tensors=broken)))
    with pytest.raises(ModelFormatError, match=r"dense/bias.* has NaN"):
        open_without_converter(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"modelTopology": {}, "weightsManifest": []}, "TensorFlow.js"),
        ({"class_name": "Sequential", "config": {}}, "without their weights"),
        ({"a": 1}, "no model"),
    ],
)
def test_json_files(tmp_path: Path, content: dict[str, Any], words: str) -> None:
    path = tmp_path / "model.json"
    path.write_text(json.dumps(content))
    for target in (path, tmp_path):
        with pytest.raises(ModelFormatError, match=words):
            open_without_converter(target)


def test_weights_without_layers(tmp_path: Path) -> None:
    weights = [("kernel:0", zeros(3, 2)), ("bias:0", zeros(2))]
    path = write_h5(tmp_path / "model_weights.h5", None, {"dense": weights})
    with pytest.raises(ModelFormatError, match="holds weights but not the layers"):
        open_without_converter(path)
    beside = tmp_path / "model.json"
    beside.write_text(json.dumps(sequential(input_layer(3), dense())))
    assert open_without_converter(path).outputs == ("dense",)


def test_hdf5_without_model(tmp_path: Path) -> None:
    path = tmp_path / "data.h5"
    with h5py.File(path, "w") as file:
        file["x"] = zeros(3)
    with pytest.raises(ModelFormatError, match="holds no Keras model"):
        open_without_converter(path)


def test_real_files_that_cannot_be_opened(shared_folder: Path) -> None:
    zoo = shared_folder / "zoo" / "keras"
    with pytest.raises(ModelFormatError, match="holds weights but not the layers"):
        open_without_converter(zoo / "weights_only_magic_wand.h5")
    with pytest.raises(ModelFormatError, match="custom class 'NestedDenseModel'"):
        open_without_converter(zoo / "pre_pr22362_nested_container.keras")


def test_custom_layer_is_named_and_not_sent_to_the_converter(tmp_path: Path) -> None:
    config = sequential(input_layer(3), layer("QDense", "q"))
    path = write_keras(tmp_path / "m.keras", config, {"layers/q_dense": [zeros(3, 2)]})
    with pytest.raises(UnsupportedLayerError, match=r"'q' .QDense. is of a custom class") as caught:
        open_model(path)
    assert caught.value.layer == "q"
    assert caught.value.layer_class == "QDense"


CODE = "4wEAAAAAAAAA"


@pytest.mark.parametrize(
    "suspect",
    [
        layer("Lambda", "f", function=[CODE, None, None], function_type="lambda"),
        layer("Lambda", "f", function={"class_name": "__lambda__", "config": {"code": CODE}}),
        layer("Activation", "f", activation={"value": [CODE, None, None]}),
        dense("f", kernel_regularizer={"class_name": "__lambda__", "config": {"code": CODE}}),
    ],
)
def test_code_in_a_file_is_never_run(tmp_path: Path, suspect: dict[str, Any]) -> None:
    groups = {"layers/dense": [zeros(3, 2), zeros(2)]} if suspect["class_name"] == "Dense" else {}
    path = write_keras(tmp_path / "m.keras", sequential(input_layer(3), suspect), groups)
    with pytest.raises(UntrustedCodeError, match=r"'f' .* holds Python code"):
        open_model(path)


def test_unknown_activation_is_never_the_identity(tmp_path: Path) -> None:
    config = sequential(input_layer(3), layer("Activation", "act", activation="binary_tanh"))
    path = write_keras(tmp_path / "m.keras", config, {})
    with pytest.raises(UnsupportedLayerError, match="activation 'binary_tanh'"):
        open_without_converter(path)


def test_model_that_keras_quantized(tmp_path: Path) -> None:
    policy = {"class_name": "QuantizedDTypePolicy", "config": {"name": "int8_from_float32"}}
    config = sequential(input_layer(3), dense(dtype=policy))
    path = write_keras(tmp_path / "m.keras", config, {"layers/dense": [zeros(3, 2), zeros(2)]})
    with pytest.raises(ModelFormatError, match="already quantized by Keras"):
        open_without_converter(path)


def test_weights_of_another_shape(tmp_path: Path) -> None:
    config = sequential(input_layer(3), dense("head", units=5))
    path = write_keras(tmp_path / "m.keras", config, {"layers/dense": [zeros(3, 2), zeros(2)]})
    with pytest.raises(ModelFormatError, match=r"'head' .* should have kernel \?×5, bias 5"):
        open_without_converter(path)


def test_array_that_no_layer_uses_is_noted(tmp_path: Path) -> None:
    groups = {"layers/dense": [zeros(3, 2), zeros(2)], "layers/ghost": [zeros(4)]}
    path = write_keras(tmp_path / "m.keras", sequential(input_layer(3), dense()), groups)
    assert open_without_converter(path).source.notes == (
        "The file also stores ghost/vars/0, which no layer uses.",
    )


def functional(*layers: dict[str, Any], output: list[Any]) -> dict[str, Any]:
    config = {"name": "m", "layers": list(layers), "input_layers": [["in", 0, 0]]}
    return {"class_name": "Functional", "config": {**config, "output_layers": output}}


def test_training_mode_and_masks_are_refused(tmp_path: Path) -> None:
    start = {**input_layer(3, name="in"), "name": "in", "inbound_nodes": []}
    for call, words in (({"training": True}, "training mode"),):
        drop = layer("Dropout", "drop", rate=0.5)
        drop |= {"name": "drop", "inbound_nodes": [[["in", 0, 0, call]]]}
        config = functional(start, drop, output=[["drop", 0, 0]])
        path = write_h5(tmp_path / "m.h5", config, {})
        with pytest.raises(UnsupportedLayerError, match=words):
            open_without_converter(path)
    config = sequential(
        layer(
            "Embedding", "e", input_dim=4, output_dim=2, mask_zero=True, batch_input_shape=[1, 5]
        ),
        layer("GlobalAveragePooling1D", "pool"),
    )
    path = write_h5(tmp_path / "m.h5", config, {"e": [("embeddings:0", zeros(4, 2))]})
    with pytest.raises(UnsupportedLayerError, match="masked steps"):
        open_without_converter(path)


def test_cycle_and_unknown_reference(tmp_path: Path) -> None:
    start = {**input_layer(3, name="in"), "name": "in", "inbound_nodes": []}

    def node(name: str, before: str) -> dict[str, Any]:
        return layer("ReLU", name) | {"name": name, "inbound_nodes": [[[before, 0, 0, {}]]]}

    loop = functional(start, node("a", "b"), node("b", "a"), output=[["b", 0, 0]])
    with pytest.raises(ModelFormatError, match="its own result"):
        open_without_converter(write_h5(tmp_path / "loop.h5", loop, {}))
    lost = functional(start, node("a", "nowhere"), output=[["a", 0, 0]])
    with pytest.raises(ModelFormatError, match="nowhere"):
        open_without_converter(write_h5(tmp_path / "lost.h5", lost, {}))


def test_open_sizes_are_assumed_and_said(tmp_path: Path) -> None:
    conv = layer("Conv2D", "conv", filters=2, kernel_size=[1, 1], activation="relu")
    config = sequential(input_layer(None, None, 4), conv)
    groups = {"layers/conv2d": [zeros(1, 1, 4, 2), zeros(2)]}
    path = write_keras(tmp_path / "m.keras", config, groups)
    graph = open_without_converter(path)
    assert graph.tensors["in"].shape == (1, 224, 224, 4)
    assert "opened for 224×224×4" in graph.source.notes[0]
    graph = open_without_converter(path, input_shape=(8, 6, 4))
    assert graph.tensors["conv"].shape == (1, 8, 6, 2)
    assert graph.source.notes == ()
    graph = open_without_converter(path, input_shape={"in": (1, 5, 5, 4)})
    assert graph.tensors["conv"].shape == (1, 5, 5, 2)
    with pytest.raises(ModelFormatError, match="takes the shape"):
        open_without_converter(path, input_shape=(8, 8, 3))


def test_shape_that_only_weights_tell(tmp_path: Path) -> None:
    groups = {"layers/dense": [zeros(3, 2), zeros(2)]}
    path = write_keras(tmp_path / "m.keras", sequential(dense()), groups)
    graph = open_without_converter(path)
    assert graph.tensors[graph.inputs[0]].shape == (1, 3)


def test_names_of_layers_tensors_and_weights(tmp_path: Path) -> None:
    config = sequential(
        input_layer(4, 4, 3, name="image"),
        layer("Conv2D", "conv", filters=2, kernel_size=[3, 3], activation="relu"),
        layer("Flatten", "flat"),
        dense("head"),
    )
    groups = {
        "layers/conv2d": [np.ones((3, 3, 3, 2), np.float32), zeros(2)],
        "layers/dense": [np.ones((8, 2), np.float32), zeros(2)],
    }
    graph = open_without_converter(write_keras(tmp_path / "m.keras", config, groups))
    assert [(o.kind, o.layer, o.outputs) for o in graph.operators] == [
        ("CONV_2D", "conv", ("conv/conv_2d",)),
        ("RELU", "conv", ("conv",)),
        ("RESHAPE", "flat", ("flat",)),
        ("FULLY_CONNECTED", "head", ("head",)),
    ]
    weights = {n: t.shape for n, t in graph.constants().items() if t.is_float}
    assert weights == {
        "conv/kernel": (2, 3, 3, 3),
        "conv/bias": (2,),
        "head/kernel": (2, 8),
        "head/bias": (2,),
    }
    assert Executor(graph).run(np.ones((1, 4, 4, 3), np.float32)).outputs[0].tolist() == [
        [216, 216]
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "m.keras"
    os.mkfifo(pipe)
    for path, kind in ((pipe, "a named pipe"), (Path(os.devnull), "a device")):
        with pytest.raises(ModelFormatError, match=f"{path} is {kind}; store the model in a file"):
            open_model(path)


def test_a_sample_opens_by_its_name_unless_a_file_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sample = open_model("digits")
    assert sample.source is not None
    assert Path(sample.source.path).name == "digits.keras"
    for name in ("no-such-sample", "./digits", "../digits"):
        with pytest.raises(ModelFormatError, match="There is no file"):
            open_model(name)
    (tmp_path / "digits").write_bytes(b"no model")
    with pytest.raises(ModelFormatError):
        open_model("digits")
