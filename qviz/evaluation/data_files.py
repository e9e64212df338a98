"""Where the files of public data sets lie, and how they come there."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import tempfile
import urllib.error
import urllib.request
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from pathlib import Path

from qviz.errors import DatasetError
from qviz.progress import Progress

_CHUNK = 1 << 18
_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A published file.

    Attributes
    ----------
    path : str
        Below the folder of data sets, as ``keras.datasets`` names it.
    url : str
    digest : str
        ``sha256:...`` or ``md5:...`` (where only that one is published), of the whole file.
    largest_bytes : int
        No more than this is read.
    """

    path: str
    url: str
    digest: str
    largest_bytes: int = 256 << 20


def cache_folder() -> Path:
    """Folder in which ``keras.datasets`` keeps its files."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else Path.home() / ".keras") / "datasets"


def data_folders(named: str | os.PathLike[str] | None = None) -> tuple[Path, ...]:
    """Folders that are searched, in order: the one the user names, QVIZ_DATA, Keras' cache.

    Raises
    ------
    DatasetError
        If the named folder does not exist.
    """
    folders = []
    for chosen in (named, os.environ.get("QVIZ_DATA")):
        if chosen:
            folder = Path(chosen).expanduser()
            if not folder.is_dir():
                raise DatasetError(f"There is no folder {folder} to look for data sets in.")
            folders.append(folder)
    return (*folders, cache_folder())


def download_steps(
    files: Iterable[RemoteFile], folder: Path, what: str
) -> Generator[Progress, None, None]:
    """Download files into `folder`; each appears there whole and checked, or not at all.

    Raises
    ------
    DatasetError
        If a file cannot be had or is not the published one. The message says where to put it.
    """
    for file in files:
        if not (folder / file.path).is_file():
            yield from _one(file, folder, what)


def _one(file: RemoteFile, folder: Path, what: str) -> Generator[Progress, None, None]:
    target = folder / file.path
    name = ""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            dir=target.parent, prefix=f".{target.name}.", suffix=".part", delete=False
        ) as part:
            name = part.name
            yield from _stream(file, part, what)
            part.flush()
            os.fsync(part.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(target)
        name = ""
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, OSError) as error:
        raise DatasetError(_refused(file, folder, what, error)) from error
    finally:
        # Also where the download is stopped.
        if name:
            with contextlib.suppress(OSError):
                Path(name).unlink()


def _stream(
    file: RemoteFile, part: tempfile._TemporaryFileWrapper[bytes], what: str
) -> Generator[Progress, None, None]:
    algorithm, _, wanted = file.digest.partition(":")
    # An md5 says that the file is the published one where it was not tampered with on purpose.
    digest = hashlib.new(algorithm, usedforsecurity=False)
    message = f"downloading {file.path} for {what}"
    yield Progress(0, 0, message)
    with urllib.request.urlopen(file.url, timeout=_TIMEOUT_S) as answer:
        total = _announced(answer.headers.get("Content-Length"))
        done = 0
        while chunk := answer.read(_CHUNK):
            done += len(chunk)
            if done > file.largest_bytes:
                raise DatasetError(f"{file.url} sends more than the file should have; stopped.")
            part.write(chunk)
            digest.update(chunk)
            yield Progress(done, max(total, done), message)
    if done < total:
        raise DatasetError(f"{file.url} sent {done} of {total} bytes; try again.")
    if digest.hexdigest() != wanted:
        raise DatasetError(
            f"What {file.url} sends is not the published file (its checksum differs); nothing was "
            f"kept."
        )


def _announced(length: str | None) -> int:
    return int(length) if length is not None and length.isdigit() else 0


def _refused(file: RemoteFile, folder: Path, what: str, error: OSError | Exception) -> str:
    reason = getattr(error, "reason", None) or error
    text = getattr(reason, "strerror", None) or str(reason) or type(error).__name__
    if isinstance(error, OSError) and not isinstance(error, (urllib.error.URLError, TimeoutError)):
        text = error.strerror or str(error)
    return (
        f"{what} is not on this computer and {file.url} cannot be had ({text}): put "
        f"{Path(file.path).name} into {(folder / file.path).parent}, or name the folder that has "
        f"it with --data-folder or QVIZ_DATA."
    )
