"""The files that public image sets are published as: idx (MNIST, Fashion-MNIST), CIFAR-10 batches.

CIFAR-10 is published as Python pickles, which may run any code. Here nothing of them is run: the
reader knows dictionaries, lists, bytes and arrays of bytes, and refuses the rest.
"""

from __future__ import annotations

import gzip
import io
import pickle
import pickletools
import tarfile
import warnings
import zlib
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from qviz.errors import DatasetError

Bytes = NDArray[np.uint8]

_IDX_UINT8 = 0x08
_LARGEST_BYTES = 1 << 30
_ROW = 3 * 32 * 32
# Ten thousand images take 31 MB.
_LARGEST_BATCH_BYTES = 256 << 20
_MEMO_WRITERS = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})


def read_idx(path: Path) -> Bytes:
    """Read a gzipped idx file of bytes, such as ``t10k-images-idx3-ubyte.gz``.

    Returns
    -------
    uint8 ndarray
        Of the shape that the file states.

    Raises
    ------
    DatasetError
        If it is no such file, or cut off.

    References
    ----------
    The format is described on the page of the MNIST database: two zero bytes, type, number of
    dimensions, each dimension as a big-endian int32, then the values.
    """
    try:
        with gzip.open(path) as file:
            head = file.read(4)
            if len(head) < 4 or head[:2] != b"\0\0" or head[2] != _IDX_UINT8:
                raise DatasetError(f"{path.name} is not an idx file of bytes.")
            sizes = file.read(4 * head[3])
            shape = tuple(int(n) for n in np.frombuffer(sizes, ">u4"))
            count = int(np.prod(shape, dtype=np.float64)) if len(shape) == head[3] else 0
            if not 0 < count <= _LARGEST_BYTES:
                raise DatasetError(f"{path.name} states a size of {shape}, which cannot be.")
            values = np.frombuffer(file.read(count), np.uint8)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DatasetError(f"{path.name} is damaged or cut off ({error}).") from error
    except OSError as error:
        raise DatasetError(f"Cannot read {path}: {error.strerror or error}.") from error
    if len(values) != count:
        raise DatasetError(f"{path.name} is cut off: {len(values)} of {count} values are there.")
    return values.reshape(shape)


def read_cifar_folder(paths: Iterable[Path]) -> tuple[Bytes, NDArray[np.int64]]:
    """Images (n, 32, 32, 3) and labels (n,) of unpacked CIFAR-10 batches, in the order given."""
    parts = []
    for path in paths:
        with _readable(path), path.open("rb") as file:
            parts.append(_cifar_batch(file, path.name))
    return _joined(parts)


def read_cifar_tar(path: Path, batches: Iterable[str]) -> tuple[Bytes, NDArray[np.int64]]:
    """The same from ``cifar-10-python.tar.gz``; nothing is unpacked to disk.

    Raises
    ------
    DatasetError
        If the archive is damaged, or a batch is missing or holds anything but bytes and lists.
    """
    found: dict[str, tuple[Bytes, NDArray[np.int64]]] = {}
    wanted = list(batches)
    with _readable(path), tarfile.open(path, "r|gz") as archive:
        for member in archive:
            name = member.name.rsplit("/", 1)[-1]
            stream = archive.extractfile(member) if name in wanted else None
            if stream is not None:
                found[name] = _cifar_batch(stream, f"{path.name}/{name}")
    missing = [name for name in wanted if name not in found]
    if missing:
        raise DatasetError(f"{path.name} has no {', '.join(missing)}.")
    return _joined([found[name] for name in wanted])


@contextmanager
def _readable(path: Path) -> Any:
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile, tarfile.TarError) as error:
        raise DatasetError(f"{path.name} is damaged or cut off ({error}).") from error
    except OSError as error:
        raise DatasetError(f"Cannot read {path}: {error.strerror or error}.") from error


def _joined(
    parts: list[tuple[Bytes, NDArray[np.int64]]],
) -> tuple[Bytes, NDArray[np.int64]]:
    return np.concatenate([x for x, _ in parts]), np.concatenate([y for _, y in parts])


def _cifar_batch(file: BinaryIO | Any, where: str) -> tuple[Bytes, NDArray[np.int64]]:
    try:
        stored = file.read(_LARGEST_BATCH_BYTES + 1)
        if len(stored) > _LARGEST_BATCH_BYTES:
            raise DatasetError(f"{where} is larger than a CIFAR-10 batch.")
        _check_memo(stored)
        content = _BatchReader(io.BytesIO(stored), encoding="bytes").load()
    except DatasetError:
        raise
    except (pickle.UnpicklingError, EOFError, ValueError, TypeError, KeyError, IndexError) as error:
        raise DatasetError(f"{where} is not a CIFAR-10 batch ({error}).") from error
    except (AttributeError, OverflowError, MemoryError, RecursionError) as error:
        raise DatasetError(f"{where} is not a CIFAR-10 batch ({error}).") from error
    if not isinstance(content, Mapping):
        raise DatasetError(f"{where} is not a CIFAR-10 batch.")
    data, labels = content.get(b"data"), content.get(b"labels")
    if not isinstance(data, _Array) or not isinstance(labels, list):
        raise DatasetError(f"{where} is not a CIFAR-10 batch: it lacks data or labels.")
    rows = data.values
    if rows.ndim != 2 or rows.shape[1] != _ROW or len(labels) != len(rows):
        raise DatasetError(
            f"{where} is not a CIFAR-10 batch: data {rows.shape}, {len(labels)} labels."
        )
    if not all(type(label) is int and 0 <= label < 10 for label in labels):
        raise DatasetError(f"{where} has labels that are not 0 to 9.")
    images = rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), np.array(labels, np.int64)


def _check_memo(stored: bytes) -> None:
    """Refuse a memo with holes: the reader takes memory for as many places as the highest number.

    Writers number the places from 0 on, so none is beyond the number of instructions.
    """
    highest = count = 0
    with warnings.catch_warnings():
        # Python warns of odd escapes in damaged text; what matters is checked later.
        warnings.simplefilter("ignore")
        for opcode, argument, _ in pickletools.genops(stored):
            count += 1
            if opcode.name in _MEMO_WRITERS and argument is not None:
                highest = max(highest, int(argument))
    if highest > count:
        raise pickle.UnpicklingError(f"it numbers {highest} objects in {count} instructions")


class _Array:
    """Stands in for an array of bytes while a batch is read."""

    def __init__(self) -> None:
        self.values: Bytes = np.zeros((0,), np.uint8)

    def __setstate__(self, state: object) -> None:
        if not isinstance(state, tuple) or len(state) != 5:
            raise pickle.UnpicklingError("an array that is none")
        _, shape, dtype, column_major, data = state
        if not isinstance(dtype, _Dtype) or dtype.code not in ("u1", b"u1"):
            raise pickle.UnpicklingError("an array of something else than bytes")
        if not isinstance(data, bytes) or not isinstance(shape, tuple) or column_major:
            raise pickle.UnpicklingError("an array that is none")
        self.values = np.frombuffer(data, np.uint8).reshape(shape)


class _Dtype:
    """Stands in for the type of an array while a batch is read."""

    def __init__(self, code: object, *ignored: object) -> None:
        self.code = code

    def __setstate__(self, state: object) -> None:
        """Byte order and the like, which bytes do not have."""


def _array(*ignored: object) -> _Array:
    return _Array()


def _encode(text: object, encoding: object) -> bytes:
    """How Python 3 pickles bytes for Python 2."""
    if not isinstance(text, str):
        raise pickle.UnpicklingError("text that is none")
    return text.encode("latin-1")


_KNOWN = {
    ("numpy.core.multiarray", "_reconstruct"): _array,
    ("numpy._core.multiarray", "_reconstruct"): _array,
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Dtype,
    ("_codecs", "encode"): _encode,
}


class _BatchReader(pickle.Unpickler):
    """Reads dictionaries, lists, bytes, and the stand-ins for arrays."""

    def find_class(self, module: str, name: str) -> Any:
        """The stand-in; anything else would be code to run."""
        try:
            return _KNOWN[module, name]
        except KeyError:
            raise DatasetError(
                f"The batch asks for {module}.{name}, which a CIFAR-10 batch does not need; it "
                f"is not opened, because it could run code."
            ) from None

    def persistent_load(self, pid: object) -> Any:
        """Not part of the format."""
        raise pickle.UnpicklingError("a reference to something outside the file")
