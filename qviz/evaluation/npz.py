"""Arrays from ``.npz`` files: numbers only, bounded in size, errors in a sentence."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qviz.errors import DatasetError

Array = NDArray[np.generic]

_LARGEST_BYTES = 8 << 30


def read_npz(path: Path) -> dict[str, Array]:
    """All arrays of a file by name.

    Raises
    ------
    DatasetError
        If it is no ``.npz`` file, damaged, too large, or holds Python objects.
    """
    try:
        if path.stat().st_size == 0:
            raise DatasetError(f"{path.name} is empty.")
        if not zipfile.is_zipfile(path):
            raise DatasetError(
                f"{path.name} is not an .npz file, or it was cut off; write it with "
                f"numpy.savez(file, x=..., y=...)."
            )
        _check_size(path)
        with np.load(path, allow_pickle=False) as file:
            return {key: _member(file, key, path.name) for key in file.files}
    except (zipfile.BadZipFile, EOFError, zlib.error, ValueError, RuntimeError) as error:
        raise DatasetError(f"{path.name} is damaged or cut off ({error}).") from error
    except MemoryError:
        raise DatasetError(f"{path.name} claims more samples than fit into memory.") from None
    except OSError as error:
        raise DatasetError(f"Cannot read {path}: {error.strerror or error}.") from error


def _member(file: Mapping[str, Array], key: str, where: str) -> Array:
    try:
        value = file[key]
    except ValueError as error:
        if "pickle" not in str(error).lower():
            raise
        raise DatasetError(
            f"The array {key} of {where} holds Python objects, which would run code when opened; "
            f"store numbers."
        ) from error
    if not isinstance(value, np.ndarray):
        raise DatasetError(f"{key} of {where} is not an array.")
    return value


def _check_size(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        size = sum(info.file_size for info in archive.infolist())
    if size > _LARGEST_BYTES:
        raise DatasetError(
            f"{path.name} unpacks to {size / 2**30:.0f} GiB, more than the "
            f"{_LARGEST_BYTES >> 30} GiB that are read."
        )
