from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from keras_files import dense, input_layer, layer, sequential
from tfjs_models import graph_of, nested_model, write_by_hand

from qviz.errors import ModelFormatError, UntrustedCodeError
from qviz.evaluation.artifact import tfjs_files, write_artifact
from qviz.execution import Executor
from qviz.formats import open_model
from qviz.formats.tfjs import read_layers_model, write_layers_model
from qviz.graph import Graph
from qviz.quantization import quantize

SCHEMES = ("tfjs-float16", "tfjs-uint16", "tfjs-uint8")
KERNEL = np.array([[1, 2], [3, 4], [5, 6]], np.float32)
BIAS = np.array([0.5, -0.5], np.float32)

DIGITS = Path(__file__).parents[3] / "sample_models" / "digits" / "digits.keras"


def opened(folder: Path) -> Graph:
    return open_model(folder, convert=False)


def dense_model(**config: Any) -> dict[str, Any]:
    first = layer("InputLayer", "in", batch_input_shape=[None, 3], dtype="float32")
    return sequential(first, dense(**config))


def entry(name: str, data: np.ndarray, **quantization: Any) -> tuple[dict[str, Any], bytes]:
    spec: dict[str, Any] = {"name": name, "shape": list(data.shape), "dtype": "float32"}
    if quantization:
        spec["quantization"] = {"dtype": data.dtype.name, **quantization}
    return spec, data.tobytes()


def dense_folder(folder: Path, **changes: Any) -> Path:
    """One Dense layer as the converter writes it, with parts of ``model.json`` changed."""
    given = [entry("dense/kernel", KERNEL), entry("dense/bias", BIAS)]
    return write_by_hand(folder, dense_model(), given, **changes)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("which", ["digits", "nested"])
def test_exports_come_back_with_the_values_of_their_codes(
    scheme: str, which: str, tmp_path: Path
) -> None:
    graph = open_model(DIGITS) if which == "digits" else graph_of(nested_model())
    quantized = quantize(graph, scheme)
    write_artifact(graph, quantized, scheme, tmp_path / "web")
    again = opened(tmp_path / "web")
    assert again.source is not None
    assert again.source.format == "tfjs"
    stored = scheme.removeprefix("tfjs-")
    assert any(f"stored as {stored}" in note for note in again.source.notes)
    codes = [t for t in quantized.tensors.values() if t.is_constant and t.dtype.name == stored]
    values = [t.data for t in again.tensors.values() if t.is_constant and t.is_float]
    assert len(codes) >= 4
    for tensor in codes:
        real = tensor.real()
        assert any(v.shape == real.shape and np.array_equal(v, real) for v in values), tensor.name
    x = np.random.default_rng(1).normal(size=(5, *graph.tensors[graph.inputs[0]].shape[1:]))
    expected = Executor(quantized).run(x.astype(np.float32)).outputs
    found = Executor(again).run(x.astype(np.float32)).outputs
    for one, other in zip(expected, found, strict=True):
        np.testing.assert_array_equal(one, other)
        assert np.ptp(one) > 1e-3


def test_a_model_that_was_read_is_exported_as_it_was(tmp_path: Path) -> None:
    write_layers_model(nested_model(), {}, tmp_path / "first")
    files = tfjs_files(opened(tmp_path / "first"), "float32")
    for name, data in files.items():
        assert (tmp_path / "first" / name).read_bytes() == data


def test_the_file_itself_may_be_given_under_any_name(tmp_path: Path) -> None:
    folder = dense_folder(tmp_path / "web")
    (folder / "model.json").rename(folder / "small")
    graph = open_model(folder / "small")
    (y,) = Executor(graph).run(np.ones((1, 3), np.float32)).outputs
    np.testing.assert_array_equal(y, [KERNEL.sum(0) + BIAS])
    assert graph.source is not None
    assert graph.source.size_bytes == sum(f.stat().st_size for f in folder.iterdir())


@pytest.mark.parametrize(
    "form",
    [
        lambda config: (
            config | {"keras_version": "tfjs-layers 4.22.0", "backend": "tensor_flow.js"}
        ),
        lambda config: {"keras_version": "2.4.0", "model_config": config},
        lambda config: {"keras_version": "2.4.0", "model_config": json.dumps(config)},
    ],
    ids=["saved by JavaScript", "converter", "old converter"],
)
def test_forms_of_the_topology(form: Callable[[Any], Any], tmp_path: Path) -> None:
    folder = dense_folder(tmp_path / "web", modelTopology=form(dense_model()), format=None)
    (y,) = Executor(opened(folder)).run(np.ones((1, 3), np.float32)).outputs
    np.testing.assert_array_equal(y, [KERNEL.sum(0) + BIAS])


def test_weights_are_found_by_name_in_any_order_and_over_many_shards(tmp_path: Path) -> None:
    given = [entry("model/dense/bias:0", BIAS), entry("model/dense/kernel:0", KERNEL)]
    folder = write_by_hand(tmp_path / "web", dense_model(), given, shard_bytes=5)
    assert len(list(folder.glob("*.bin"))) == 7
    (y,) = Executor(opened(folder)).run(np.eye(3, dtype=np.float32)).outputs
    np.testing.assert_array_equal(y, KERNEL + BIAS)


def test_groups_of_their_own_shards(tmp_path: Path) -> None:
    folder = dense_folder(tmp_path / "web")
    (folder / "kernel").write_bytes(KERNEL.tobytes())
    (folder / "bias").write_bytes(BIAS.tobytes())
    groups = [
        {"paths": ["bias"], "weights": [entry("dense/bias", BIAS)[0]]},
        {"paths": ["kernel"], "weights": [entry("dense/kernel", KERNEL)[0]]},
    ]
    model = read_layers_model(dense_folder(folder, weightsManifest=groups)).model
    np.testing.assert_array_equal(model.layers[1].weight("kernel"), KERNEL)


def test_quantized_weights_are_code_times_scale_plus_minimum(tmp_path: Path) -> None:
    codes = np.array([[0, 1], [2, 3], [254, 255]], np.uint8)
    half = np.array([0.1, -65504], np.float16)
    given = [
        entry("dense/kernel", codes, scale=0.1, min=-10),
        entry("dense/bias", half, original_dtype="float32"),
    ]
    model = read_layers_model(write_by_hand(tmp_path / "web", dense_model(), given)).model
    expected = np.array([[-10, -9.9], [-9.8, -9.7], [15.4, 15.5]]).astype(np.float32)
    np.testing.assert_array_equal(model.layers[1].weight("kernel"), expected)
    np.testing.assert_array_equal(model.layers[1].weight("bias"), half.astype(np.float32))


def test_constant_and_empty_weights(tmp_path: Path) -> None:
    constant = np.zeros((3, 2), np.uint16)
    given = [entry("dense/kernel", constant, scale=1, min=0.25), entry("dense/bias", BIAS)]
    empty = entry("gone/kernel", np.zeros((0, 4), np.float32))
    read = read_layers_model(write_by_hand(tmp_path / "web", dense_model(), [*given, empty]))
    np.testing.assert_array_equal(read.model.layers[1].weight("kernel"), np.full((3, 2), 0.25))
    assert any("gone/kernel, which no layer uses" in note for note in read.notes)


@pytest.mark.parametrize(
    ("bias", "how", "words"),
    [
        (np.array([1, np.nan], np.float32), {}, "has NaN values.*diverged"),
        (np.array([1, np.inf], np.float32), {}, "has infinite values.*diverged"),
        (np.array([1, np.inf], np.float16), {"original_dtype": "float32"}, "float16 ends at"),
        (np.array([1, np.nan], np.float16), {"original_dtype": "float32"}, "has NaN values"),
        (np.array([1, 2], np.uint8), {"scale": 1e39, "min": 0}, "has infinite values"),
        (np.array([1, 2], np.uint8), {"scale": float("nan"), "min": 0}, "scale .*should be a num"),
        (np.array([1, 2], np.uint8), {"scale": 1, "min": None}, "minimum .* should be a number"),
    ],
)
def test_values_that_are_no_numbers_are_reported(
    bias: np.ndarray, how: dict[str, Any], words: str, tmp_path: Path
) -> None:
    given = [entry("dense/kernel", KERNEL), entry("dense/bias", bias, **how)]
    folder = write_by_hand(tmp_path / "web", dense_model(), given)
    with pytest.raises(ModelFormatError, match=words) as caught:
        opened(folder)
    assert "dense/bias" in str(caught.value)


SPEC = entry("dense/kernel", KERNEL)[0]


@pytest.mark.parametrize(
    ("paths", "spec", "words"),
    [
        (["../w.bin"], {}, "not the plain name"),
        (["/etc/passwd"], {}, "not the plain name"),
        (["C:w.bin"], {}, "not the plain name"),
        (["a\\w.bin"], {}, "not the plain name"),
        (["https://host/w.bin"], {}, "not the plain name"),
        ([".."], {}, "not the plain name"),
        ([""], {}, "not the plain name"),
        ([3], {}, "not the plain name"),
        (["gone.bin"], {}, "gone.bin of the weights is not beside"),
        (["w.bin", "w.bin"], {}, "need 24 bytes and w.bin ... has 48"),
        ([], {}, "need 24 bytes and no file has 0"),
        (["w.bin"], {"shape": [10**9, 10**9]}, "need 4,000,000,000,000,000,000 bytes"),
        (["w.bin"], {"shape": [-3, -2]}, r"the shape \[-3, -2\], which is none"),
        (["w.bin"], {"shape": [1.5]}, "whole number"),
        (["w.bin"], {"shape": "wide"}, "which is none"),
        (["w.bin"], {"dtype": "string"}, "of type 'string'; qviz reads"),
        (["w.bin"], {"dtype": "complex64"}, "of type 'complex64'"),
        (["w.bin"], {"quantization": {"dtype": "int8"}}, "of type 'int8'"),
        (["w.bin"], {"quantization": "half"}, "not written as one"),
        (["w.bin"], {"name": ""}, "has no name"),
    ],
)
def test_manifests_that_are_not_sound(
    paths: list[Any], spec: dict[str, Any], words: str, tmp_path: Path
) -> None:
    (tmp_path / "w.bin").write_bytes(KERNEL.tobytes())
    manifest = [{"paths": paths, "weights": [SPEC | spec]}]
    folder = dense_folder(tmp_path, weightsManifest=manifest)
    with pytest.raises(ModelFormatError, match=words):
        opened(folder)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": "graph-model"}, "graph model, which has TensorFlow's operators"),
        ({"modelTopology": {"node": [], "versions": {}}}, "graph model"),
        ({"modelTopology": None}, "holds weights but not the layers"),
        ({"modelTopology": {"class_name": "MyModel", "config": {}}}, "custom class 'MyModel'"),
        ({"modelTopology": {"model_config": "[" * 100_000}}, "not safe|not valid JSON"),
        ({"modelTopology": {"model_config": 3}}, "without layers"),
        ({"weightsManifest": {"paths": []}}, "no list of weights"),
        ({"weightsManifest": [3]}, "not written as one"),
        ({"weightsManifest": [{"paths": []}]}, "lacks its paths or its weights"),
        ({"weightsManifest": []}, "should have kernel .* holds none"),
    ],
)
def test_models_that_cannot_be_read(changes: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(ModelFormatError, match=words):
        opened(dense_folder(tmp_path / "web", **changes))


def test_weights_that_do_not_fit_their_layer(tmp_path: Path) -> None:
    kernel, bias = entry("dense/kernel", KERNEL), entry("dense/bias", BIAS)
    for given, words in (
        ([kernel], "should have the weights kernel, bias; the manifest gives it kernel"),
        ([kernel, bias, entry("dense/gamma", BIAS)], "gives it kernel, bias, gamma"),
        ([kernel, bias, bias], "lists 2 weights under the name 'dense/bias'"),
        ([kernel, bias, entry("m/dense/bias", BIAS)], "have one name"),
        ([entry("dense/kernel", KERNEL[:, :1]), bias], "should have kernel"),
    ):
        folder = write_by_hand(tmp_path / "web", dense_model(), given)
        with pytest.raises(ModelFormatError, match=words):
            opened(folder)


def test_two_layers_of_one_name_are_refused(tmp_path: Path) -> None:
    inner = sequential(input_layer(2, name="in2"), dense(units=2), name="inner")
    topology = sequential(*dense_model()["config"]["layers"], inner)
    given = [entry("dense/kernel", KERNEL), entry("dense/bias", BIAS)]
    with pytest.raises(ModelFormatError, match="Two layers with weights are named 'dense'"):
        opened(write_by_hand(tmp_path / "web", topology, given))


def test_code_is_refused(tmp_path: Path) -> None:
    first = layer("InputLayer", "in", batch_input_shape=[None, 3], dtype="float32")
    code = {"value": ["4wEAAAAA", None, None]}
    topology = sequential(first, layer("Activation", "a", activation=code))
    with pytest.raises(UntrustedCodeError, match="'a'"):
        opened(write_by_hand(tmp_path / "web", topology, []))


X = np.array([[-4.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 8.0]], np.float32)


@pytest.mark.parametrize(
    ("given", "expected", "says"),
    [
        (
            layer("Activation", "a", activation="hard_sigmoid"),
            np.clip(0.2 * X + 0.5, 0, 1),
            None,
        ),
        (layer("ReLU", "a", negative_slope=0.5), np.maximum(X, 0), "ignores negative_slope"),
        (layer("ReLU", "a", threshold=1.0, max_value=6), np.clip(X, 0, 6), "ignores threshold"),
        (layer("ReLU", "a", threshold=0.0, negative_slope=0.0), np.maximum(X, 0), None),
        (
            layer("LeakyReLU", "a", negative_slope=0.5),
            np.where(X < 0, np.float32(0.3) * X, X),
            "'alpha' alone, which is 0.3",
        ),
        (layer("LeakyReLU", "a", alpha=0.5), np.where(X < 0, np.float32(0.5) * X, X), None),
    ],
)
def test_layers_mean_what_javascript_computes(
    given: dict[str, Any], expected: np.ndarray, says: str | None, tmp_path: Path
) -> None:
    first = layer("InputLayer", "in", batch_input_shape=[None, 8], dtype="float32")
    graph = opened(write_by_hand(tmp_path / "web", sequential(first, given), []))
    (y,) = Executor(graph).run(X).outputs
    np.testing.assert_allclose(y, expected, atol=1e-6)
    assert graph.source is not None
    notes = " ".join(graph.source.notes)
    assert says in notes if says else notes == ""


def test_a_hard_sigmoid_from_keras_3_is_that_of_javascript_too(tmp_path: Path) -> None:
    topology = sequential(input_layer(8), layer("Activation", "a", activation="hard_sigmoid"))
    folder = write_by_hand(tmp_path / "web", topology, [], keras_version="3.8.0")
    graph = opened(folder)
    (y,) = Executor(graph).run(X).outputs
    np.testing.assert_allclose(y, np.clip(0.2 * X + 0.5, 0, 1), atol=1e-6)
    assert graph.source is not None
    assert "refuses to load" in graph.source.notes[-1]


def test_bilinear_upsampling_takes_corners(tmp_path: Path) -> None:
    first = layer("InputLayer", "in", batch_input_shape=[None, 1, 2, 1], dtype="float32")
    up = layer("UpSampling2D", "up", size=[1, 2], interpolation="bilinear")
    graph = opened(write_by_hand(tmp_path / "web", sequential(first, up), []))
    (y,) = Executor(graph).run(np.array([[[[0.0], [1.0]]]], np.float32)).outputs
    # Sampled at 0, 0.5, 1 and 1.5, the last of which lies behind the last pixel.
    np.testing.assert_array_equal(y.ravel(), [0, 0.5, 1, 1])
