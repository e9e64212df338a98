"""Published archives: idx files and CIFAR-10's pickles, which must never run code."""

from __future__ import annotations

import gzip
import io
import pickle
import struct
import tarfile
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qviz.errors import DatasetError
from qviz.evaluation.archives import read_cifar_folder, read_cifar_tar, read_idx

IMAGES = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)


def idx(values: np.ndarray[Any, Any], kind: int = 8) -> bytes:
    head = struct.pack(f">BBBB{values.ndim}I", 0, 0, kind, values.ndim, *values.shape)
    return head + values.tobytes()


def test_idx_files_have_the_shape_they_state(tmp_path: Path) -> None:
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(idx(IMAGES)))
    assert np.array_equal(read_idx(path), IMAGES)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (gzip.compress(idx(IMAGES))[:-20], "cut off"),
        (gzip.compress(idx(IMAGES)[:-1]), "23 of 24 values"),
        (gzip.compress(idx(IMAGES, kind=0x0D)), "not an idx file of bytes"),
        (gzip.compress(b"\0\0\x08\x03" + b"\xff" * 12), "cannot be"),
        (gzip.compress(b""), "not an idx file"),
        (b"plain", "damaged"),
    ],
)
def test_damaged_idx_files_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "images.gz"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=message) as error:
        read_idx(path)
    assert "images.gz" in str(error.value)


def batch(first: int, count: int = 2) -> dict[bytes, Any]:
    rows = (np.arange(count * 3072) + first).astype(np.uint8).reshape(count, 3072)
    return {
        b"data": rows,
        b"labels": [(first + i) % 10 for i in range(count)],
        b"batch_label": b"testing",
    }


def write(folder: Path, name: str, content: Any, protocol: int = 2) -> Path:
    path = folder / name
    path.write_bytes(pickle.dumps(content, protocol=protocol))
    return path


@pytest.mark.parametrize("protocol", [2, 4])
def test_cifar_batches_become_images(tmp_path: Path, protocol: int) -> None:
    paths = [write(tmp_path, f"b{i}", batch(i), protocol) for i in (3, 7)]
    images, labels = read_cifar_folder(paths)
    assert images.shape == (4, 32, 32, 3)
    assert labels.tolist() == [3, 4, 7, 8]
    # A row holds all red values, then green, then blue.
    row = batch(7)[b"data"][0]
    assert np.array_equal(images[2, ..., 1].ravel(), row[1024:2048])


def test_cifar_is_read_from_the_archive_without_unpacking(tmp_path: Path) -> None:
    path = tmp_path / "cifar.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name in ("readme.html", "b2", "b1"):
            data = pickle.dumps(batch(int(name[1])), protocol=2) if name[0] == "b" else b"x"
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    _, labels = read_cifar_tar(path, ["b1", "b2"])
    assert labels.tolist() == [1, 2, 2, 3]
    with pytest.raises(DatasetError, match="has no b3"):
        read_cifar_tar(path, ["b1", "b3"])
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(DatasetError, match="damaged or cut off"):
        read_cifar_tar(path, ["b1"])


class Bomb:
    """Would create a file if it were unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.target,)


def test_no_code_of_a_batch_is_run(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    path = write(tmp_path, "b", {b"data": Bomb(trap), b"labels": [1]})
    with pytest.raises(DatasetError, match="could run code"):
        read_cifar_folder([path])
    assert not trap.exists()
    pickle.loads(path.read_bytes())
    assert trap.exists(), "the trap itself has to work"


@pytest.mark.parametrize(
    "content",
    [
        {b"labels": [1]},
        {b"data": [1, 2], b"labels": [1]},
        {b"data": np.zeros((1, 3072), np.float32), b"labels": [1]},
        {b"data": np.zeros((1, 5), np.uint8), b"labels": [1]},
        {b"data": np.zeros((1, 3072), np.uint8), b"labels": [10]},
        {b"data": np.zeros((1, 3072), np.uint8), b"labels": [b"1"]},
        {b"data": np.zeros((2, 3072), np.uint8), b"labels": [1]},
        [1, 2],
    ],
)
def test_other_pickles_are_refused(tmp_path: Path, content: Any) -> None:
    with pytest.raises(DatasetError, match=r"^b "):
        read_cifar_folder([write(tmp_path, "b", content)])


def test_a_memo_with_holes_takes_no_memory(tmp_path: Path) -> None:
    # PROTO 2, the integer 1, LONG_BINPUT of place 2**31, STOP: sixteen gigabytes of empty places.
    path = tmp_path / "b"
    path.write_bytes(b"\x80\x02K\x01r" + (1 << 31).to_bytes(4, "little") + b".")

    tracemalloc.start()
    try:
        with pytest.raises(DatasetError, match="numbers 2147483648 objects in 4 instructions"):
            read_cifar_folder([path])
        # The buffer that the file is read into is the largest part.
        assert tracemalloc.get_traced_memory()[1] < 1 << 29
    finally:
        tracemalloc.stop()


def test_damaged_pickles_are_refused(tmp_path: Path) -> None:
    whole = pickle.dumps(batch(1), protocol=2)
    generator = np.random.default_rng(0)
    for _ in range(200):
        damaged = bytearray(whole[: int(generator.integers(1, 300))])
        damaged[int(generator.integers(len(damaged)))] = int(generator.integers(256))
        path = tmp_path / "b"
        path.write_bytes(bytes(damaged))
        with pytest.raises(DatasetError):
            read_cifar_folder([path])
