"""Arrays from ``.npz`` files: numbers only, bounded in size, errors in a sentence."""

from __future__ import annotations

import math
import tokenize
import zipfile
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qviz.errors import DatasetError

Array = NDArray[np.generic]

# Unpacked, of what is read whole. Nobody stores more samples than that compressed.
_LARGEST_BYTES = 8 << 30
MAPPED_BYTES = 256 << 20
"""From here on an array that is stored as it is stays in its file.

Smaller ones are read: they are checked against their sum, and do not change when the file does.
"""

# Of the memory that is free, what samples may take; the model needs some too.
_SHARE = 0.8
_LOCAL_HEADER = 30

# What zipfile and numpy raise of bytes that are not as they expect; numpy takes the text of an
# array's header for Python, to which the last three belong.
_DAMAGED = (
    *(zipfile.BadZipFile, EOFError, zlib.error, ValueError, RuntimeError),
    *(TypeError, SyntaxError, tokenize.TokenError),
)


def read_npz(path: Path) -> dict[str, Array]:
    """All arrays of a file by name.

    Large arrays that are stored uncompressed, as ``numpy.savez`` does, are mapped: their rows come
    from the file when they are used.

    Raises
    ------
    DatasetError
        If it is no ``.npz`` file, damaged, too large, or holds Python objects.
    """
    try:
        if path.stat().st_size == 0:
            raise DatasetError(f"{path.name} is empty.")
        with path.open("rb") as file:
            begins_well = file.read(2) == b"PK"
        if not begins_well or not zipfile.is_zipfile(path):
            raise DatasetError(
                f"{path.name} is not an .npz file, or it was cut off; write it with "
                f"numpy.savez(file, x=..., y=...)."
            )
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            mapped = {
                m.filename: a for m in members if (a := _mapped(path, archive, m)) is not None
            }
            _check_size(path, sum(m.file_size for m in members if m.filename not in mapped))
            return {
                m.filename.removesuffix(".npy"): (
                    mapped[m.filename] if m.filename in mapped else _read(archive, m, path.name)
                )
                for m in members
            }
    except _DAMAGED as error:
        # Of a header that is no header numpy tells what Python objects it was taken for.
        why = f" ({error})" if str(error) and "<" not in str(error) else ""
        raise DatasetError(f"{path.name} is damaged or cut off{why}.") from error
    except MemoryError:
        raise DatasetError(f"{path.name} claims more samples than fit into memory.") from None
    except OSError as error:
        raise DatasetError(f"Cannot read {path}: {error.strerror or error}.") from error


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, where: str) -> Array:
    key = member.filename.removesuffix(".npy")
    with archive.open(member) as file:
        if file.read(len(np.lib.format.MAGIC_PREFIX)) != np.lib.format.MAGIC_PREFIX:
            raise DatasetError(f"{key} of {where} is not an array.")
    with archive.open(member) as file:
        try:
            value: Array = np.lib.format.read_array(file, allow_pickle=False)
        except ValueError as error:
            # "Object arrays cannot be loaded when allow_pickle=False", not the objects that a
            # damaged header is taken for.
            if "pickle" not in str(error):
                raise
            raise DatasetError(
                f"The array {key} of {where} holds Python objects, which would run code when "
                f"opened; store numbers."
            ) from error
    return value


def _mapped(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Array | None:
    """The rows of a large member that is stored as it is, left in the file; None for others.

    They are there as long as the file is: one that is made shorter meanwhile ends the process that
    reads them, as it does with any mapped file.
    """
    if member.compress_type != zipfile.ZIP_STORED or member.file_size < MAPPED_BYTES:
        return None
    if member.flag_bits & 1:
        return None
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        read_header = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }.get(version)
        if read_header is None:
            return None
        shape, fortran_order, dtype = read_header(file)
        header = file.tell()
    if dtype.hasobject or 0 in shape:
        return None
    if header + math.prod(shape) * dtype.itemsize != member.file_size:
        raise DatasetError(
            f"{member.filename} of {path.name} states the shape {shape}, which is not its size."
        )
    with path.open("rb") as raw:
        raw.seek(member.header_offset)
        local = raw.read(_LOCAL_HEADER)
        # Name and extra field of the local header; the latter may differ from the directory's.
        ahead = sum(int.from_bytes(local[i : i + 2], "little") for i in (26, 28))
        offset = member.header_offset + _LOCAL_HEADER + ahead + header
        if offset + member.file_size - header > path.stat().st_size:
            raise DatasetError(f"{path.name} is cut off.")
    order = "F" if fortran_order else "C"
    values: Array = np.memmap(path, dtype, "r", offset, shape, order)  # type: ignore[call-overload]
    # As any other array: what is computed from it is not mapped.
    return values.view(np.ndarray)


def _check_size(path: Path, size: int) -> None:
    if size > _LARGEST_BYTES:
        raise DatasetError(
            f"{path.name} unpacks to {size / 2**30:.0f} GiB, more than the "
            f"{_LARGEST_BYTES >> 30} GiB that are read; numpy.savez stores samples so that they "
            f"are read row by row."
        )
    free = free_memory()
    if free is not None and size > _SHARE * free:
        raise DatasetError(
            f"{path.name} takes {size / 2**30:.1f} GiB of memory, of which {free / 2**30:.1f} GiB "
            f"are free; numpy.savez stores samples so that they are read row by row."
        )


def free_memory() -> int | None:
    """Bytes that programs can get without swapping; None where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    found = (line.split()[1] for line in lines if line.startswith("MemAvailable:"))
    return next((1024 * int(kib) for kib in found), None)
