"""CSV tables: numbers with a target column, or files of images with their labels."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qviz.errors import DatasetError
from qviz.evaluation.image_folder import SUFFIXES, LabelledFiles

Array = NDArray[np.generic]

_FILE_COLUMNS = ("file", "filename", "file_name", "image", "path")
_LABEL_COLUMNS = ("label", "class", "target", "y")
_LARGEST_BYTES = 1 << 30
_SNIFFED = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Numbers of a table.

    Attributes
    ----------
    x : float32 ndarray of shape (n, columns)
    y : ndarray of shape (n,)
        int64 where all are whole numbers or names of classes, else float32.
    columns : tuple of str
        Names of the columns of `x`.
    target : str
        Name of the column of `y`.
    class_names : tuple of str
        Where the target is text.
    """

    x: NDArray[np.float32]
    y: Array
    columns: tuple[str, ...]
    target: str
    class_names: tuple[str, ...] = ()


def read_table(path: Path, target: str | None = None) -> Table | LabelledFiles:
    """Read a CSV file with a header.

    Parameters
    ----------
    path : Path
        Separated by commas, semicolons or tabs.
    target : str or None
        Column of the labels; the last one if not given. Not for tables of files.

    Returns
    -------
    Table, or LabelledFiles where a column is called file, filename, image or path
        Names of files are relative to the table's folder.

    Raises
    ------
    DatasetError
        If a cell is missing or no number; the message names line and column.
    """
    header, rows = _rows(path)
    names = [name.lower() for name in header]
    files = next((names.index(name) for name in _FILE_COLUMNS if name in names), None)
    if files is not None:
        return _labelled(path, header, rows, files, target)
    column = _target_column(path, header, target)
    kept = [i for i in range(len(header)) if i != column]
    if not kept:
        raise DatasetError(f"{path.name} has one column only; samples need others than the target.")
    x = np.empty((len(rows), len(kept)), np.float32)
    for line, row in enumerate(rows):
        for place, i in enumerate(kept):
            x[line, place] = _number(row[i], path, line, header[i])
    y, class_names = _labels([row[column] for row in rows])
    return Table(x, y, tuple(header[i] for i in kept), header[column], class_names)


def _rows(path: Path) -> tuple[list[str], list[list[str]]]:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise DatasetError(f"{path.name} is larger than the 1 GiB that are read; use .npz.")
        with path.open(newline="", encoding="utf-8-sig") as file:
            dialect = _dialect(file.read(_SNIFFED))
            file.seek(0)
            lines = [row for row in csv.reader(file, delimiter=dialect) if any(row)]
    except UnicodeDecodeError:
        raise DatasetError(f"{path.name} is not text in UTF-8.") from None
    except csv.Error as error:
        raise DatasetError(f"{path.name} is not a table ({error}).") from error
    except OSError as error:
        raise DatasetError(f"Cannot read {path}: {error.strerror or error}.") from error
    if len(lines) < 2:
        raise DatasetError(f"{path.name} needs a line of column names and lines of samples.")
    header = [name.strip() for name in lines[0]]
    for number, row in enumerate(lines[1:], start=2):
        if len(row) != len(header):
            raise DatasetError(
                f"Line {number} of {path.name} has {len(row)} cells, the header {len(header)}."
            )
    return header, lines[1:]


def _dialect(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _target_column(path: Path, header: list[str], target: str | None) -> int:
    if all(_is_number(name) for name in header):
        raise DatasetError(f"{path.name} has no line of column names; put one on top.")
    if target is None:
        return len(header) - 1
    if target not in header:
        raise DatasetError(f"{path.name} has no column {target!r}; it has {', '.join(header)}.")
    return header.index(target)


def _labelled(
    path: Path, header: list[str], rows: list[list[str]], files: int, target: str | None
) -> LabelledFiles:
    names = [name.lower() for name in header]
    if target is not None:
        label: int | None = _target_column(path, header, target)
    else:
        label = next((names.index(name) for name in _LABEL_COLUMNS if name in names), None)
        if label is None and len(header) == 2:
            label = 1 - files
    paths = tuple(path.parent / row[files].strip() for row in rows)
    odd = next((p for p in paths if p.suffix.lower() not in SUFFIXES), None)
    if odd is not None:
        raise DatasetError(f"{path.name} names {odd.name!r}, which is no image.")
    missing = next((p for p in paths if not p.is_file()), None)
    if missing is not None:
        raise DatasetError(f"{path.name} names {missing}, which does not exist.")
    return LabelledFiles(paths, None if label is None else tuple(r[label].strip() for r in rows))


def _labels(cells: list[str]) -> tuple[Array, tuple[str, ...]]:
    texts = [cell.strip() for cell in cells]
    if all(_is_number(text) for text in texts):
        values = np.array([float(text) for text in texts])
        if np.isfinite(values).all() and np.array_equal(values, np.floor(values)):
            return values.astype(np.int64), ()
        return values.astype(np.float32), ()
    names = sorted(set(texts))
    number = {name: i for i, name in enumerate(names)}
    return np.array([number[text] for text in texts], np.int64), tuple(names)


def _number(cell: str, path: Path, line: int, column: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = float("nan")
    if not np.isfinite(np.float32(value)):
        raise DatasetError(
            f"{path.name} has {cell!r} in the column {column!r} of line {line + 2}, where a number "
            f"is needed."
        )
    return value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
