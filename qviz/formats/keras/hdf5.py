"""Careful access to HDF5: only data that lie in the file itself, of the size the file has.

A plain ``file[path]`` follows links into other files, virtual datasets and raw storage outside,
and believes any declared shape. Here every step of a path must be a hard link, and every array is
checked before it is read.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from qviz.errors import ModelFormatError

_MAX_RANK = 8
_MAX_ARRAY_BYTES = 16 << 30
# A dataset that declares much more than it stores unpacks to fill values: a shape bomb.
_SMALL_BYTES = 1 << 20
_MAX_RATIO = 1000
# Deflate, shuffle, fletcher32. Others may load plug-ins.
_ALLOWED_FILTERS = frozenset({1, 2, 3})
_MAX_ATTRIBUTE_CHUNKS = 4096
_MAX_ATTRIBUTE_BYTES = 64 << 20


@contextmanager
def open_hdf5(source: Path | bytes, name: str) -> Iterator[h5py.File]:
    """Open a file or its bytes for reading.

    Raises
    ------
    ModelFormatError
        If it is no HDF5 file or is damaged; `name` is named in the message.
    """
    try:
        file = h5py.File(io.BytesIO(source) if isinstance(source, bytes) else source, "r")
    except OSError as error:
        raise ModelFormatError(
            f"{name} is damaged or was not copied whole (HDF5 cannot read it); fetch it again."
        ) from error
    with file:
        try:
            yield file
        except (OSError, RuntimeError) as error:
            raise ModelFormatError(
                f"{name} is damaged: HDF5 reports {_first_line(error)!r}; fetch it again."
            ) from error


def child(group: h5py.Group, path: str) -> Any:
    """Object at `path` below `group`, or None if nothing is there.

    Raises
    ------
    ModelFormatError
        If a step of the path is a soft or external link, or leads upwards.
    """
    found: Any = group
    for part in path.split("/"):
        if not part:
            continue
        if part in (".", "..") or not isinstance(found, h5py.Group):
            return None
        link = found.get(part, getlink=True)
        if link is None:
            return None
        if not isinstance(link, h5py.HardLink):
            raise ModelFormatError(
                f"The file refers to data elsewhere ({path!r} is a {type(link).__name__}), which "
                "Keras never writes; it is not safe to open."
            )
        found = found[part]
    return found


def read_array(dataset: Any, path: str) -> NDArray[Any]:
    """The whole of a dataset, bfloat16 as float32.

    Raises
    ------
    ModelFormatError
        If `dataset` is no plain array of numbers stored in this file, or declares more than it
        holds.
    """
    if not isinstance(dataset, h5py.Dataset):
        raise ModelFormatError(f"The file has no array at {path!r} although it lists one.")
    _check(dataset, path)
    # A scalar comes as a numpy scalar, which asarray makes an array again.
    values = np.asarray(dataset[()])
    if values.dtype.kind == "V":
        return (values.view(np.uint16).astype(np.uint32) << np.uint32(16)).view(np.float32)
    return values


def attribute(holder: h5py.Group, name: str) -> str | None:
    """A text attribute, whether stored as bytes or str; None if there is none.

    Raises
    ------
    ModelFormatError
        If it is no text.
    """
    values = _strings(holder, name)
    if values is None:
        return None
    if len(values) != 1:
        raise ModelFormatError(f"The attribute {name!r} of the file is no text.")
    return values[0]


def attribute_names(holder: h5py.Group, name: str) -> list[str] | None:
    """A list of names in an attribute, joined from chunks where Keras had to split it; or None.

    Attributes over 64 KiB are stored as ``name0``, ``name1``, ...
    """
    whole = _strings(holder, name)
    if whole is not None:
        return whole
    names: list[str] = []
    for i in range(_MAX_ATTRIBUTE_CHUNKS):
        chunk = _strings(holder, f"{name}{i}")
        if chunk is None:
            return names if i else None
        names += chunk
    return names


def _strings(holder: h5py.Group, name: str) -> list[str] | None:
    """Strings of an attribute, after checking that it declares strings and stores them.

    Reading a damaged attribute of another type can end the process inside the HDF5 library.
    """
    if name not in holder.attrs:
        return None
    stored = holder.attrs.get_id(name)
    kind, shape = stored.get_type(), stored.shape
    count = math.prod(shape)
    # Keras stores an empty list of names as an empty array of floats.
    if count == 0 or stored.get_space().get_simple_extent_type() == h5py.h5s.NULL:
        return []
    size = stored.get_storage_size()
    if (
        not isinstance(kind, h5py.h5t.TypeStringID)
        or len(shape) > 1
        or count * kind.get_size() > max(size, 1)
        or size > _MAX_ATTRIBUTE_BYTES
    ):
        raise ModelFormatError(f"The attribute {name!r} of the file is no list of names.")
    return [_text(item) for item in np.ravel(holder.attrs[name])]


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _check(dataset: h5py.Dataset, path: str) -> None:
    if dataset.is_virtual or dataset.external:
        raise ModelFormatError(
            f"{path!r} takes its numbers from another file, which Keras never does; "
            "it is not safe to open."
        )
    if dataset.shape is None or len(dataset.shape) > _MAX_RANK:
        raise ModelFormatError(f"{path!r} is no array of weights.")
    dtype = dataset.dtype
    is_bfloat16 = dtype.kind == "V" and dtype.itemsize == 2 and dtype.names is None
    if dtype.kind not in "fiub" and not is_bfloat16:
        raise ModelFormatError(f"{path!r} holds {dtype}, not numbers.")
    plist = dataset.id.get_create_plist()
    for i in range(plist.get_nfilters()):
        if plist.get_filter(i)[0] not in _ALLOWED_FILTERS:
            raise ModelFormatError(f"{path!r} is compressed in a way that Keras never uses.")
    declared = math.prod(dataset.shape) * dtype.itemsize
    stored = dataset.id.get_storage_size()
    if declared > _MAX_ARRAY_BYTES or declared > max(_SMALL_BYTES, _MAX_RATIO * stored):
        raise ModelFormatError(
            f"{path!r} declares {declared / 2**20:,.0f} MiB but stores {stored / 2**20:.2f} MiB; "
            "the file is not safe to open."
        )


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
