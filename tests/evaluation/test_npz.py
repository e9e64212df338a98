"""Arrays of .npz files that are read, and those that stay in the file."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from qviz.errors import DatasetError
from qviz.evaluation import load_dataset, npz
from qviz.evaluation.npz import free_memory, read_npz

X = np.random.default_rng(0).normal(size=(50, 4, 3)).astype(np.float32)
ARRAYS = {
    "x": X,
    "y": np.arange(50),
    "turned": np.asfortranarray(X),
    "big_endian": X.astype(">f4"),
    "class_names": np.array(["a", "bb"]),
    "scalar": np.array(3.0),
    "none": np.zeros((0, 7)),
}


def is_mapped(array: np.ndarray) -> bool:
    return isinstance(array.base, np.memmap)


@pytest.fixture
def everything_mapped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npz, "MAPPED_BYTES", 0)


def test_mapped_arrays_are_those_that_were_stored(everything_mapped: None, tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", **ARRAYS)
    found = read_npz(tmp_path / "d.npz")
    assert list(found) == list(ARRAYS)
    assert [name for name in found if not is_mapped(found[name])] == ["none"]
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)
        assert type(found[name]) is np.ndarray
        assert not is_mapped(found[name]) or not found[name].flags.writeable


def test_what_is_small_or_compressed_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    np.savez(tmp_path / "d.npz", **ARRAYS)
    np.savez_compressed(tmp_path / "c.npz", **ARRAYS)
    assert not any(map(is_mapped, read_npz(tmp_path / "d.npz").values()))
    monkeypatch.setattr(npz, "MAPPED_BYTES", 0)
    found = read_npz(tmp_path / "c.npz")
    assert not any(map(is_mapped, found.values()))
    np.testing.assert_array_equal(found["x"], X)


def test_a_data_set_reads_rows_of_what_is_mapped(everything_mapped: None, tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", x=X, y=ARRAYS["y"])
    data = load_dataset(tmp_path / "d.npz", preprocessing="scale=2", limit=20)
    assert is_mapped(read_npz(tmp_path / "d.npz")["x"])
    np.testing.assert_array_equal(data.batch(5, 9), X[5:9] * 2)
    picked = np.concatenate(list(data.calibration_batches(6, 4)))
    assert picked.shape == (6, 4, 3)


def test_a_file_with_something_before_each_array_is_mapped(
    everything_mapped: None, tmp_path: Path
) -> None:
    np.save(tmp_path / "x.npy", X)
    info = zipfile.ZipInfo("x.npy")
    # Some programs align arrays by an extra field, in the local header alone or in both.
    info.extra = b"\xfe\xca\x06\x00aaaaaa"
    with zipfile.ZipFile(tmp_path / "d.npz", "w") as archive:
        archive.writestr(info, (tmp_path / "x.npy").read_bytes())
    found = read_npz(tmp_path / "d.npz")["x"]
    assert is_mapped(found)
    np.testing.assert_array_equal(found, X)


def test_a_shape_that_is_not_that_of_the_file_is_refused(
    everything_mapped: None, tmp_path: Path
) -> None:
    np.save(tmp_path / "x.npy", X)
    stored = (tmp_path / "x.npy").read_bytes().replace(b"(50, 4, 3)", b"(90, 4, 3)")
    with zipfile.ZipFile(tmp_path / "d.npz", "w") as archive:
        archive.writestr("x.npy", stored)
    with pytest.raises(DatasetError, match=r"states the shape \(90, 4, 3\), which is not its size"):
        read_npz(tmp_path / "d.npz")


@pytest.mark.parametrize("mapped_from", [0, 1 << 30])
@pytest.mark.parametrize(
    ("shape", "damaged"),
    [
        # An open bracket; a dimension that is no number; one that is negative; one without an end.
        (b"(50, 4, 3)", b"(50, 4, 3 "),
        (b"(50, 4, 3)", b"(True,600)"),
        (b"(50, 4, 3)", b"(-50,-4,3)"),
        (b"(50, 4, 3)", b'(50, 4, "3'),
        (b"(50, 4, 3)", b"(50, x, 3)"),
    ],
)
def test_a_header_that_cannot_be_read_is_refused(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    shape: bytes,
    damaged: bytes,
    mapped_from: int,
) -> None:
    monkeypatch.setattr(npz, "MAPPED_BYTES", mapped_from)
    np.save(tmp_path / "x.npy", X)
    stored = (tmp_path / "x.npy").read_bytes()
    assert shape in stored
    with zipfile.ZipFile(tmp_path / "d.npz", "w") as archive:
        archive.writestr("x.npy", stored.replace(shape, damaged))
    with pytest.raises(DatasetError, match=r"^d\.npz is damaged or cut off|not its size") as caught:
        read_npz(tmp_path / "d.npz")
    assert "object at" not in str(caught.value)


def test_more_than_the_memory_that_is_free_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    np.savez_compressed(tmp_path / "d.npz", x=np.zeros((1000, 1000)))
    monkeypatch.setattr(npz, "free_memory", lambda: 9 << 20)
    with pytest.raises(DatasetError, match=r"takes 0\.0 GiB of memory") as caught:
        read_npz(tmp_path / "d.npz")
    assert "row by row" in str(caught.value)
    # What is mapped takes none.
    np.savez(tmp_path / "s.npz", x=np.zeros((1000, 1000)))
    monkeypatch.setattr(npz, "MAPPED_BYTES", 1 << 20)
    assert read_npz(tmp_path / "s.npz")["x"].shape == (1000, 1000)


@pytest.mark.skipif(not Path("/proc/meminfo").exists(), reason="only Linux says it there")
def test_free_memory_is_some_of_what_there_is() -> None:
    there_is = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    free = free_memory()
    assert free is not None
    assert 0 < free <= there_is


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("d.npz", "d.csv"):
        (tmp_path / name).symlink_to(tmp_path / "pipe")
        with pytest.raises(DatasetError, match=f"{name} is a named pipe; store the data in a file"):
            load_dataset(tmp_path / name)
