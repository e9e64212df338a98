"""Files are written whole or not at all: to a temporary name beside the target, then renamed."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from qviz.errors import ExportError

_SPECIAL = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


def special_file(path: str | os.PathLike[str]) -> str:
    """What `path` is if it is neither file nor folder, e.g. ``a named pipe``; else empty.

    To open one of those may wait for ever, and to read one may never end.
    """
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError):
        # That there is no such file is said by who opens it.
        return ""
    return _SPECIAL.get(stat.S_IFMT(mode), "")


def write_bytes(path: str | os.PathLike[str], data: bytes) -> Path:
    """Write `data` to `path`, replacing it only when every byte is on disk.

    Returns
    -------
    pathlib.Path
        The path written.

    Raises
    ------
    ExportError
        If the folder is missing, read-only or full; nothing is left behind.
    """
    target = Path(path)
    write_together({target: data})
    return target


def write_together(files: Mapping[Path, bytes]) -> None:
    """Write several files that are of use only together; none is replaced before all are on disk.

    Raises
    ------
    ExportError
        As :func:`write_bytes`.
    """
    names: list[str] = []
    target = Path()
    try:
        for target, data in files.items():
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            with tempfile.NamedTemporaryFile(
                dir=target.parent, prefix=f".{target.name}.", suffix=".part", delete=False
            ) as file:
                names.append(file.name)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            # NamedTemporaryFile makes private files; a written artifact is an ordinary one.
            Path(names[-1]).chmod(0o666 & ~_umask())
        for name, target in zip(names, files, strict=True):
            Path(name).replace(target)
    except OSError as error:
        _remove(names)
        raise ExportError(_reason(target, error)) from error
    except BaseException:
        _remove(names)
        raise


def refuse_overwriting(path: str | os.PathLike[str], *sources: str | os.PathLike[str]) -> None:
    """Refuse a target that is a source itself, or a folder that would be replaced with one in it.

    Links and other spellings of a name count as the file they lead to. Sources that are empty or
    missing (names of public data sets) are passed over.

    Raises
    ------
    ExportError
        If writing to `path` would destroy a source.
    """
    target = Path(path)
    for name in sources:
        if not os.fspath(name):
            continue
        source = Path(name)
        try:
            met = target.exists() and source.exists()
            lost = met and any(target.samefile(p) for p in (source, *source.resolve().parents[:1]))
        except OSError:
            continue
        if lost:
            raise ExportError(
                f"Writing {target} would overwrite {source}, which is read; choose another name."
            )


def write_text(path: str | os.PathLike[str], text: str) -> Path:
    """Write `text` as UTF-8, as :func:`write_bytes` does."""
    return write_bytes(path, text.encode("utf-8"))


@contextlib.contextmanager
def whole_directory(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield an empty folder that becomes `path` when the block ends without an error.

    An existing folder at `path` is replaced only if it is empty or holds a ``model.json`` that an
    earlier export wrote; other folders are left alone.

    Raises
    ------
    ExportError
        If the folder cannot be made or the target holds something else.
    """
    target = Path(path)
    replaceable = not target.exists() or (
        target.is_dir() and (not any(target.iterdir()) or (target / "model.json").is_file())
    )
    if not replaceable:
        raise ExportError(f"{target} exists and is not an exported model; choose another name.")
    try:
        work = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part"))
    except OSError as error:
        raise ExportError(_reason(target, error)) from error
    try:
        yield work
        work.chmod(0o777 & ~_umask())
        old = None
        if target.exists():
            old = Path(
                tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.", suffix=".old")
            )
            target.replace(old / target.name)
        try:
            work.replace(target)
        except OSError:
            if old is not None:
                (old / target.name).replace(target)
            raise
        if old is not None:
            shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        shutil.rmtree(work, ignore_errors=True)
        raise ExportError(_reason(target, error)) from error
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise


def _reason(target: Path, error: OSError) -> str:
    why = error.strerror or str(error)
    return f"Cannot write {target}: {why}. Choose another folder or free some space."


def _remove(names: Iterable[str]) -> None:
    for name in names:
        with contextlib.suppress(OSError):
            Path(name).unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
