"""Files made to do harm: refused before anything large, foreign or endless is touched."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from keras_files import dense, dense_file, input_layer, layer, sequential, write_h5, write_keras

from qviz.errors import ModelFormatError, QvizError
from qviz.formats import open_model

CONFIG = sequential(input_layer(3), dense())
KERNEL = np.ones((3, 2), np.float32)
BIAS = np.ones(2, np.float32)


def refused(path: Path, words: str) -> None:
    with pytest.raises(ModelFormatError, match=words):
        open_model(path, convert=False)


def write_with(path: Path, fill: Callable[[h5py.Group], None]) -> Path:
    """A `.keras` file whose kernel `fill` puts into the group of arrays."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        group = file.create_group("layers/dense/vars")
        fill(group)
        group["1"] = BIAS
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(CONFIG))
        archive.writestr("model.weights.h5", buffer.getvalue())
    return path


def secret(folder: Path) -> Path:
    path = folder / "secret.h5"
    with h5py.File(path, "w") as file:
        file["data"] = KERNEL
    return path


def test_the_same_file_without_harm_opens(tmp_path: Path) -> None:
    def kernel(group: h5py.Group) -> None:
        group.create_dataset("0", data=KERNEL, compression="gzip", shuffle=True, fletcher32=True)

    assert open_model(write_with(tmp_path / "m.keras", kernel)).outputs == ("dense",)


def test_link_into_another_file(tmp_path: Path) -> None:
    target = secret(tmp_path)

    def kernel(group: h5py.Group) -> None:
        group["0"] = h5py.ExternalLink(str(target), "/data")

    refused(write_with(tmp_path / "m.keras", kernel), "refers to data elsewhere")


def test_soft_link(tmp_path: Path) -> None:
    def kernel(group: h5py.Group) -> None:
        group["0"] = h5py.SoftLink("/layers/dense/vars/1")

    refused(write_with(tmp_path / "m.keras", kernel), "refers to data elsewhere")


def test_link_in_a_layer_group_of_an_h5_file(tmp_path: Path) -> None:
    path = write_h5(tmp_path / "m.h5", CONFIG, {"dense": [("kernel:0", KERNEL), ("bias:0", BIAS)]})
    with h5py.File(path, "r+") as file:
        del file["model_weights/dense"]
        file["model_weights/dense"] = h5py.ExternalLink(str(secret(tmp_path)), "/")
    refused(path, "refers to data elsewhere")


def test_virtual_dataset(tmp_path: Path) -> None:
    target = secret(tmp_path)

    def kernel(group: h5py.Group) -> None:
        layout = h5py.VirtualLayout((3, 2), np.float32)
        layout[:] = h5py.VirtualSource(str(target), "data", shape=(3, 2))
        group.create_virtual_dataset("0", layout)

    refused(write_with(tmp_path / "m.keras", kernel), "from another file")


def test_raw_storage_outside(tmp_path: Path) -> None:
    target = tmp_path / "raw"
    target.write_bytes(KERNEL.tobytes())

    def kernel(group: h5py.Group) -> None:
        group.create_dataset("0", (3, 2), np.float32, external=[(str(target), 0, 24)])

    refused(write_with(tmp_path / "m.keras", kernel), "from another file")


@pytest.mark.parametrize("shape", [(1 << 18, 1 << 18), (1 << 14, 1 << 12)])
def test_shape_bomb(tmp_path: Path, shape: tuple[int, int]) -> None:
    def kernel(group: h5py.Group) -> None:
        group.create_dataset("0", shape, np.float32, compression="gzip", chunks=(1024, 1024))

    refused(write_with(tmp_path / "m.keras", kernel), "declares .* but stores")


def test_dtypes_that_are_no_numbers(tmp_path: Path) -> None:
    def kernel(group: h5py.Group) -> None:
        group["0"] = np.array([b"code"])

    refused(write_with(tmp_path / "m.keras", kernel), "not numbers")


def test_filter_that_could_load_a_plugin(tmp_path: Path) -> None:
    def kernel(group: h5py.Group) -> None:
        group.create_dataset("0", data=KERNEL, compression="lzf")

    refused(write_with(tmp_path / "m.keras", kernel), "never uses")


def test_group_in_place_of_an_array(tmp_path: Path) -> None:
    refused(write_with(tmp_path / "m.keras", lambda group: group.create_group("0")), "no array at")


def test_groups_that_contain_themselves(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        group = file.create_group("layers/dense")
        group["vars/0"], group["vars/1"] = KERNEL, BIAS
        for i in range(30):
            group[f"loop_{i}"] = group
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(CONFIG))
        archive.writestr("model.weights.h5", buffer.getvalue())
    graph = open_model(path, convert=False)
    assert graph.outputs == ("dense",)


def zip_with(path: Path, members: list[tuple[str, bytes]], method: int) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def test_zip_bomb(tmp_path: Path) -> None:
    members = [("config.json", b"{}" + b" " * (80 << 20)), ("model.weights.h5", b"")]
    refused(zip_with(tmp_path / "m.keras", members, zipfile.ZIP_DEFLATED), "would unpack to 80 MiB")


def test_zip_that_lies_about_sizes(tmp_path: Path) -> None:
    data = bytearray(dense_file(tmp_path / "good.keras").read_bytes())
    # Central directory entry of config.json: both sizes 4 GiB, more than is there.
    start = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", start + 4)
    data[second + 20 : second + 28] = struct.pack("<II", 0xFFFFFFF0, 0xFFFFFFF0)
    path = tmp_path / "m.keras"
    path.write_bytes(data)
    refused(path, "would unpack to")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_twice(tmp_path: Path) -> None:
    path = dense_file(tmp_path / "m.keras")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("config.json", "{}")
    refused(path, "twice")


def test_encrypted_member(tmp_path: Path) -> None:
    data = bytearray(dense_file(tmp_path / "good.keras").read_bytes())
    start = data.index(b"PK\x01\x02")
    data[start + 8] |= 1
    path = tmp_path / "m.keras"
    path.write_bytes(data)
    refused(path, "encrypted")


def test_zip_that_is_no_model(tmp_path: Path) -> None:
    refused(zip_with(tmp_path / "m.keras", [("a.txt", b"a")], 0), "without config.json")
    refused(zip_with(tmp_path / "n.keras", [("config.json", b"{}")], 0), "no weights to read")


@pytest.mark.parametrize("depth", [500, 100_000])
def test_deep_json(tmp_path: Path, depth: int) -> None:
    text = '{"class_name": "Sequential", "config": {"layers": ' + "[" * depth + "]" * depth + "}}"
    path = write_keras(tmp_path / "m.keras", text, {})
    refused(path, r"not safe to open|not written as")


def test_deeply_nested_configuration_of_a_layer(tmp_path: Path) -> None:
    value: Any = 1
    for _ in range(400):
        value = {"a": [value]}
    config = sequential(input_layer(3), layer("ReLU", "r", extra=value))
    path = write_keras(tmp_path / "m.keras", config, {})
    # Harmless, if odd: it may open, but must not end in a traceback.
    try:
        graph = open_model(path, convert=False)
    except ModelFormatError:
        return
    assert graph.outputs == ("r",)


@pytest.mark.parametrize("content", [b"null", b"[]", b'"abc"', b"{", b"\xff\xfe", b'{"config": 1}'])
def test_json_that_is_no_model(tmp_path: Path, content: bytes) -> None:
    members = [("config.json", content), ("model.weights.h5", b"")]
    refused(zip_with(tmp_path / "m.keras", members, 0), r"configuration|custom class")


def test_models_in_models_without_end(tmp_path: Path) -> None:
    config = sequential(input_layer(3), dense())
    for i in range(50):
        config = sequential(config, name=f"m{i}")
        config["config"]["layers"][0]["name"] = f"inner{i}"
    refused(write_keras(tmp_path / "m.keras", config, {}), "nests models deeper")


def test_too_many_layers(tmp_path: Path) -> None:
    layers = [layer("ReLU", f"r{i}") for i in range(25_000)]
    path = write_keras(tmp_path / "m.keras", sequential(input_layer(3), *layers), {})
    refused(path, "more than 20,000 layers")


def test_calls_that_double_at_every_level(tmp_path: Path) -> None:
    """Each model calls the one inside it twice: 2**30 operators from a few kilobytes."""
    inner: dict[str, Any] = sequential(input_layer(3), layer("ReLU", "r"), name="level0")
    inner["name"] = "level0"
    for i in range(1, 31):
        name = f"level{i}"
        start = {**input_layer(3, name="in"), "name": "in", "inbound_nodes": []}
        below = inner["name"]
        inner["inbound_nodes"] = [[["in", 0, 0, {}]], [[below, 0, 0, {}]]]
        config = {
            "name": name,
            "layers": [start, inner],
            "input_layers": [["in", 0, 0]],
            "output_layers": [[below, 1, 0]],
        }
        inner = {"class_name": "Functional", "name": name, "config": config}
    refused(write_h5(tmp_path / "m.h5", inner, {}), "more than 8,000 operators")


@pytest.mark.parametrize(
    "suspect",
    [
        layer("RepeatVector", "big", n=1 << 40),
        layer("Reshape", "big", target_shape=[-1, -1]),
        layer("Reshape", "big", target_shape=["a"]),
        layer("Dropout", "big") | {"config": []},
        layer("ReLU", "big", max_value="x"),
        layer("ReLU", "big", threshold=float("nan")),
        layer("Permute", "big", dims=[1, 7]),
        layer("Rescaling", "big", scale="x", offset=None),
        layer("BatchNormalization", "big", axis=9),
        layer("Softmax", "big", axis={"a": 1}),
    ],
)
def test_configurations_that_make_no_sense(tmp_path: Path, suspect: dict[str, Any]) -> None:
    path = write_h5(tmp_path / "m.h5", sequential(input_layer(3), suspect), {})
    refused(path, "big|dropout")


def test_window_larger_than_any_memory(tmp_path: Path) -> None:
    pad = layer("ZeroPadding2D", "pad", padding=1 << 30)
    path = write_h5(tmp_path / "m.h5", sequential(input_layer(4, 4, 1), pad), {})
    refused(path, "would make a tensor")


MUTANTS = [None, -1, 0, 2.5, 1e30, float("nan"), "x", [], {}, [[1, 2], [3]], True, 10**12]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    found = [path] if path else []
    for key, item in items if isinstance(value, dict | list) else ():
        found += places(item, (*path, key)) if isinstance(item, dict | list) else [(*path, key)]
    return found


def test_any_change_to_a_configuration_ends_in_a_sentence_or_a_graph(tmp_path: Path) -> None:
    config = sequential(
        input_layer(6, 6, 2),
        layer("Conv2D", "conv", filters=3, kernel_size=[2, 2], strides=[1, 1], padding="same"),
        layer("BatchNormalization", "norm", axis=-1, epsilon=1e-3, center=False, scale=False),
        layer("ZeroPadding2D", "pad", padding=[[1, 1], [0, 2]], data_format="channels_last"),
        layer("MaxPooling2D", "pool", pool_size=[2, 2], strides=None, padding="valid"),
        layer("Reshape", "reshape", target_shape=[-1, 3]),
        layer("ReLU", "relu", max_value=6.0, negative_slope=0.0, threshold=0.0),
    )
    groups = {
        "layers/conv2d": [np.ones((2, 2, 2, 3), np.float32), np.ones(3, np.float32)],
        "layers/batch_normalization": [np.ones(3, np.float32)] * 2,
    }
    path = tmp_path / "m.keras"
    write_keras(path, config, groups)
    assert open_model(path, convert=False).outputs == ("relu",)
    random = np.random.default_rng(0)
    everywhere = places(config)
    refusals = 0
    for _ in range(300):
        changed = json.loads(json.dumps(config))
        where = everywhere[int(random.integers(len(everywhere)))]
        holder = changed
        for key in where[:-1]:
            holder = holder[key]
        holder[where[-1]] = MUTANTS[int(random.integers(len(MUTANTS)))]
        write_keras(path, changed, groups)
        try:
            open_model(path, convert=False)
        except QvizError:
            refusals += 1
    assert 100 < refusals < 290
