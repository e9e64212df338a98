"""The ``.keras`` archive: a zip with a configuration, metadata and an HDF5 file of weights.

Nothing is extracted to disk, and a member is checked by its declared size before it is read.
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from qviz.errors import ModelFormatError

_CONFIG = "config.json"
_METADATA = "metadata.json"
_WEIGHTS = "model.weights.h5"
_MAX_JSON_BYTES = 64 << 20
# Keras stores its members uncompressed; a member that unpacks to more than this is an attack.
_MAX_UNPACKED_BYTES = 256 << 20
_MAX_RATIO = 100
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class KerasArchive:
    """Members of a ``.keras`` file.

    Attributes
    ----------
    config : bytes
        The model's configuration, JSON.
    metadata : bytes
        Version and date of the writer, JSON; empty if the archive has none.
    weights : bytes
        An HDF5 file.
    """

    config: bytes
    metadata: bytes
    weights: bytes


def read_archive(path: Path) -> KerasArchive:
    """Read and check a ``.keras`` archive.

    Raises
    ------
    ModelFormatError
        If it is damaged, is no Keras archive, or declares sizes that no model has.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = _checked_members(archive, path)
            if _CONFIG not in members:
                raise ModelFormatError(
                    f"{path.name} is a zip archive without config.json, so not a Keras model."
                )
            if _WEIGHTS not in members:
                raise ModelFormatError(
                    f"{path.name} has no {_WEIGHTS}, so the model has no weights to read; "
                    "save it again with model.save()."
                )
            metadata = archive.read(_METADATA) if _METADATA in members else b""
            return KerasArchive(archive.read(_CONFIG), metadata, archive.read(_WEIGHTS))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ModelFormatError(
            f"{path.name} is damaged or was not copied whole ({error}); fetch it again."
        ) from error


def _checked_members(archive: zipfile.ZipFile, path: Path) -> set[str]:
    names: set[str] = set()
    for member in archive.infolist():
        if member.filename in names:
            raise ModelFormatError(
                f"{path.name} holds {member.filename!r} twice, which Keras never writes."
            )
        names.add(member.filename)
        if member.flag_bits & _ENCRYPTED:
            raise ModelFormatError(f"{path.name} is encrypted; decrypt it before opening it.")
        limit = max(_MAX_UNPACKED_BYTES, _MAX_RATIO * max(1, member.compress_size))
        if member.compress_type == zipfile.ZIP_STORED:
            limit = max(member.compress_size, 1)
        if member.filename in (_CONFIG, _METADATA):
            limit = min(limit, _MAX_JSON_BYTES)
        if member.file_size > limit:
            raise ModelFormatError(
                f"{member.filename!r} in {path.name} would unpack to "
                f"{member.file_size / 2**20:,.0f} MiB, which no Keras model does; "
                "the file is not safe to open."
            )
    return names
