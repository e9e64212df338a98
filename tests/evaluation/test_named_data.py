"""Public data sets by name: where they are found, how they are downloaded, what is made of them."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import pickle
import struct
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qviz.errors import DatasetError
from qviz.evaluation import load_dataset
from qviz.evaluation.data_files import RemoteFile, cache_folder, download_steps
from qviz.evaluation.housing import prepare_housing
from qviz.evaluation.named_data import NAMED, fetch_steps, read_arrays

X = np.arange(5 * 28 * 28).astype(np.uint8).reshape(5, 28, 28)
Y = np.array([0, 1, 9, 3, 4], np.uint8)


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keras' cache, with nothing in it."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("QVIZ_DATA", raising=False)
    return cache_folder()


class Server:
    """Serves contents by path on loopback; `lie` is added to the announced length."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.lie = 0
        self.asked: list[str] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                content = outer.contents.get(self.path)
                if content is None:
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(content) + outer.lie))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *ignored: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = Server()
    yield server
    server.close()


def remote(server: Server, content: bytes, path: str = "sub/file.bin") -> RemoteFile:
    server.contents["/file"] = content
    digest = hashlib.sha256(content).hexdigest()
    return RemoteFile(path, f"{server.url}/file", f"sha256:{digest}", 1 << 20)


def test_a_download_is_checked_and_appears_whole(server: Server, tmp_path: Path) -> None:
    content = bytes(range(256)) * 3000
    file = remote(server, content)
    steps = list(download_steps([file], tmp_path, "A set"))
    assert (tmp_path / "sub/file.bin").read_bytes() == content
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert (steps[-1].done, steps[-1].total) == (len(content), len(content))
    assert steps[-1].message == "downloading sub/file.bin for A set"
    assert list(download_steps([file], tmp_path, "A set")) == []
    assert len(server.asked) == 1
    assert [p.name for p in (tmp_path / "sub").iterdir()] == ["file.bin"]


def test_an_md5_is_a_checksum_too(server: Server, tmp_path: Path) -> None:
    file = replace(remote(server, b"abc"), digest="md5:" + hashlib.md5(b"abc").hexdigest())
    list(download_steps([file], tmp_path, "A set"))
    assert (tmp_path / "sub/file.bin").read_bytes() == b"abc"


def test_what_is_not_the_published_file_is_not_kept(server: Server, tmp_path: Path) -> None:
    good = remote(server, b"abc" * 1000)
    for file, content, lie, message in (
        (good, b"abd" * 1000, 0, "checksum differs"),
        (good, b"abc" * 1000, 5, "sent 3000 of 3005 bytes|cannot be had"),
        (replace(good, largest_bytes=100), b"abc" * 1000, 0, "more than the file should have"),
        (replace(good, url=f"{server.url}/none"), b"", 0, "Not Found"),
        (replace(good, url="http://127.0.0.1:9/file"), b"", 0, "cannot be had"),
    ):
        server.contents["/file"], server.lie = content, lie
        with pytest.raises(DatasetError, match=message):
            list(download_steps([file], tmp_path, "A set"))
        assert list((tmp_path / "sub").iterdir()) == []


def test_a_stopped_download_leaves_nothing(server: Server, tmp_path: Path) -> None:
    steps = download_steps([remote(server, b"x" * 900_000)], tmp_path, "A set")
    next(steps)
    assert next(steps).done > 0
    assert len(list((tmp_path / "sub").iterdir())) == 1
    steps.close()
    assert list((tmp_path / "sub").iterdir()) == []


def test_without_a_network_the_error_says_where_to_put_the_file(empty_cache: Path) -> None:
    offline = replace(
        NAMED["mnist"],
        remote=(replace(NAMED["mnist"].remote[0], url="http://127.0.0.1:9/mnist.npz"),),
    )
    with pytest.raises(DatasetError) as error:
        list(fetch_steps(offline))
    assert str(error.value) == (
        "MNIST is not on this computer and http://127.0.0.1:9/mnist.npz cannot be had (Connection "
        f"refused): put mnist.npz into {empty_cache}, or name the folder that has it with "
        "--data-folder or QVIZ_DATA."
    )


def test_a_missing_set_is_downloaded_into_the_cache(server: Server, empty_cache: Path) -> None:
    source = empty_cache.parent.parent / "source.npz"
    np.savez(source, x_train=X, y_train=Y, x_test=X[:2], y_test=Y[:2])
    file = replace(remote(server, source.read_bytes()), path="mnist.npz")
    splits, paths = read_arrays(replace(NAMED["mnist"], remote=(file,)))
    assert paths == (empty_cache / "mnist.npz",)
    assert np.array_equal(splits.x_train, X)


def test_a_named_folder_comes_before_the_environment_and_the_cache(
    tmp_path: Path, empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = {"named": 2, "environment": 3, "cache": 4}
    folders = {name: tmp_path / name for name in counts} | {"cache": empty_cache}
    for name, folder in folders.items():
        folder.mkdir(parents=True)
        n = counts[name]
        np.savez(folder / "mnist.npz", x_train=X, y_train=Y, x_test=X[:n], y_test=Y[:n])
    assert len(load_dataset("mnist")) == 4
    monkeypatch.setenv("QVIZ_DATA", str(folders["environment"]))
    assert len(load_dataset("mnist")) == 3
    assert len(load_dataset("mnist", folder=folders["named"])) == 2
    with pytest.raises(DatasetError, match="no folder"):
        load_dataset("mnist", folder=tmp_path / "none")


def test_mnist_comes_with_the_preprocessing_of_its_sample(empty_cache: Path) -> None:
    empty_cache.mkdir(parents=True)
    np.savez(empty_cache / "mnist.npz", x_train=X, y_train=Y, x_test=X[:2], y_test=Y[:2])
    data = load_dataset("mnist")
    assert data.preprocessing.describe() == "× 1/255"
    assert (data.task, data.class_names[9], len(data.sha256)) == ("classification", "9", 64)
    batch = data.batch(0, 2)
    assert isinstance(batch, np.ndarray)
    assert np.array_equal(batch, X[:2] / np.float32(255))
    assert data.calibration_count(100) == 5
    assert load_dataset("mnist", preprocessing="-1..1").preprocessing.offset == -1


def test_fashion_mnist_is_read_from_keras_idx_files(empty_cache: Path) -> None:
    folder = empty_cache / "fashion-mnist"
    folder.mkdir(parents=True)
    for name, values in (
        ("train-images-idx3-ubyte.gz", X),
        ("train-labels-idx1-ubyte.gz", Y),
        ("t10k-images-idx3-ubyte.gz", X[:3]),
        ("t10k-labels-idx1-ubyte.gz", Y[:3]),
    ):
        head = struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape)
        (folder / name).write_bytes(gzip.compress(head + values.tobytes()))
    data = load_dataset("fashion-mnist")
    assert np.array_equal(data.x, X[:3])
    assert data.y is not None
    assert data.y.tolist() == [0, 1, 9]
    assert data.class_names[9] == "Ankle boot"


def test_cifar10_is_read_from_the_folder_that_keras_unpacks(empty_cache: Path) -> None:
    folder = empty_cache / "cifar-10-batches-py-target" / "cifar-10-batches-py"
    folder.mkdir(parents=True)
    for i, name in enumerate((*(f"data_batch_{n}" for n in range(1, 6)), "test_batch")):
        rows = np.full((2, 3072), i, np.uint8)
        content = {b"data": rows, b"labels": [i, i]}
        (folder / name).write_bytes(pickle.dumps(content, protocol=2))
    data = load_dataset("cifar10")
    assert data.x.shape == (2, 32, 32, 3)
    assert data.y is not None
    assert data.y.tolist() == [5, 5]
    assert len(data.calibration[0]) == 10
    assert data.class_names[5] == "dog"


def test_a_file_of_another_layout_is_refused(empty_cache: Path) -> None:
    empty_cache.mkdir(parents=True)
    for arrays, message in (
        ({"x_test": X, "y_test": Y}, "has no x_train, y_train"),
        ({"x_train": X, "y_train": Y, "x_test": X, "y_test": Y[:2]}, "not laid out"),
        ({"x_train": X, "y_train": Y, "x_test": X * 0.5, "y_test": Y}, "not laid out"),
    ):
        np.savez(empty_cache / "mnist.npz", **arrays)
        with pytest.raises(DatasetError, match=message):
            load_dataset("mnist")


def census(rows: int = 50) -> tuple[Any, Any]:
    generator = np.random.default_rng(1)
    greatest = np.array([-114.31, 41.95, 52, 39320, 6445, 35682, 6082, 15.0001])
    x = greatest - np.abs(greatest) * generator.random((rows, 8)) * 0.1
    x[0] = greatest
    return x, generator.integers(15000, 500001, rows).astype(np.float64)


def test_housing_is_split_alike_whatever_the_order_of_rows_and_columns() -> None:
    x, y = census()
    one = prepare_housing(x, y, "here")
    order = np.random.default_rng(2).permutation(len(x))
    other = prepare_housing(x[order][:, ::-1], y[order], "here")
    assert np.array_equal(one.test[0], other.test[0])
    assert np.array_equal(one.train[1], other.train[1])
    assert (len(one.train[0]), len(one.test[0])) == (40, 10)
    assert abs(float(one.train[1].mean())) < 1e-6
    assert abs(float(one.train[1].std()) - 1) < 1e-5
    assert np.allclose(one.means, one.train[0].mean(axis=0))
    assert "dollars" in one.target


def test_other_columns_than_the_census_are_refused() -> None:
    x, y = census()
    for bad in (x[:, :7], np.concatenate([x[:, :7], x[:, :1]], axis=1), np.full_like(x, np.nan)):
        with pytest.raises(DatasetError, match=r"columns longitude.*census"):
            prepare_housing(bad, y, "here")
    with pytest.raises(DatasetError, match="50 rows but 3 house values"):
        prepare_housing(x, y[:3], "here")


@pytest.mark.parametrize(
    ("name", "samples", "shape"),
    [
        ("mnist", 10000, (28, 28)),
        ("fashion-mnist", 10000, (28, 28)),
        ("california-housing", 4128, (8,)),
    ],
)
def test_the_real_sets_are_read(
    shared_folder: Path, name: str, samples: int, shape: tuple[int, ...]
) -> None:
    data = load_dataset(name, folder=shared_folder / "data")
    assert data.x.shape == (samples, *shape)
    batch = data.batch(0, samples)
    assert isinstance(batch, np.ndarray)
    if name == "california-housing":
        assert np.abs(batch.mean(axis=0)).max() < 0.1
        assert np.abs(batch.std(axis=0) - 1).max() < 0.3
    else:
        assert (batch.min(), batch.max()) == (0, 1)
        assert data.y is not None
        assert np.bincount(data.y).min() > 800
