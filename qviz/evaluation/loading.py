"""Data sets from ``.npz`` files and by name."""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qviz.errors import DatasetError
from qviz.evaluation.dataset import Dataset
from qviz.evaluation.labels import clean_labels, guess_task
from qviz.evaluation.preprocessing import Preprocessing
from qviz.graph import Graph
from qviz.resources import sample_models

Array = NDArray[np.generic]

BUILT_IN = ("digits",)
# Arrays beside these are ignored, so that files with more in them open.
_SAMPLES, _LABELS = ("x_test", "x"), ("y_test", "y")
_CALIBRATION = ("x_calibration", "x_train")
_LARGEST_BYTES = 8 << 30


def load_dataset(
    name_or_path: str | os.PathLike[str],
    *,
    preprocessing: Preprocessing | str | None = None,
    limit: int | None = None,
    model: Graph | None = None,
) -> Dataset:
    """Open a data set.

    Parameters
    ----------
    name_or_path : str or path
        ``digits``, or an ``.npz`` file with ``x`` and ``y`` or ``x_test`` and ``y_test``; labels
        may be missing. A model of several inputs takes ``x0``, ``x1``, ... or arrays named as its
        inputs. ``x_calibration`` or ``x_train`` serve for calibration where present, and
        ``class_names`` (text) names the classes.
    preprocessing : Preprocessing, str or None
        What is done to samples; None leaves them as stored, or as the file itself says in a text
        array ``preprocessing``.
    limit : int or None
        Use only the first samples.
    model : Graph or None
        The data are fitted to its inputs and its first output.

    Raises
    ------
    DatasetError
        If there is no such data set, or it cannot be read, or it does not fit the model.
    """
    name = os.fspath(name_or_path)
    if name in BUILT_IN and not Path(name).is_file():
        path = sample_models() / name / f"{name}.npz"
    else:
        path = Path(name)
        name = path.name
    arrays = _read_npz(path)
    inputs, calibration = _find_inputs(arrays, model, name)
    labels = next((arrays[key] for key in _LABELS if key in arrays), None)
    y = None if labels is None else clean_labels(labels, len(inputs[0]), name)
    if isinstance(preprocessing, str):
        preprocessing = Preprocessing.parse(preprocessing)
    dataset = Dataset(
        name=name,
        inputs=inputs,
        y=y,
        task=guess_task(y),
        preprocessing=preprocessing or Preprocessing.parse(_text(arrays.get("preprocessing"))),
        class_names=tuple(str(n) for n in np.ravel(arrays.get("class_names", np.array([], str)))),
        path=str(path),
        sha256=_sha256(path),
        calibration=calibration,
    ).head(limit)
    return dataset if model is None else dataset.fitted(model)


def _find_inputs(
    arrays: Mapping[str, Array], model: Graph | None, where: str
) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """Samples and calibration samples, one array for each input of the model."""
    names = tuple(model.inputs) if model is not None else ()
    calibration: tuple[Array, ...] = ()
    if len(names) > 1 and all(name in arrays for name in names):
        inputs = tuple(arrays[name] for name in names)
    elif "x0" in arrays:
        keys = [f"x{i}" for i in range(len(arrays)) if f"x{i}" in arrays]
        inputs = tuple(arrays[key] for key in keys)
    else:
        key = next((key for key in _SAMPLES if key in arrays), None)
        if key is None:
            found = ", ".join(arrays) or "none"
            raise DatasetError(
                f"{where} has no array named x or x_test (found: {found}); store the samples "
                f"as x and their labels as y."
            )
        inputs = (arrays[key],)
        calibration = tuple(arrays[c] for c in _CALIBRATION if c in arrays)[:1]
    for x in inputs:
        if x.ndim < 1 or len(x) == 0:
            raise DatasetError(f"{where} holds no samples.")
        if len(x) != len(inputs[0]):
            raise DatasetError(f"The inputs of {where} have {len(inputs[0])} and {len(x)} samples.")
    for x in (*inputs, *calibration):
        _check_numbers(x, where)
    if calibration and len(calibration[0]) == 0:
        calibration = ()
    return inputs, calibration


def _check_numbers(x: Array, where: str) -> None:
    if x.dtype.kind not in "fiub":
        raise DatasetError(f"The samples of {where} are {x.dtype}, numbers are needed.")
    if x.dtype.kind != "f":
        return
    for start in range(0, len(x), 256):
        finite = np.isfinite(x[start : start + 256])
        if not finite.all():
            first = start + int(np.argwhere(~finite)[0][0])
            raise DatasetError(f"The samples of {where} hold NaN or infinity, first in {first}.")


def _read_npz(path: Path) -> dict[str, Array]:
    if not path.exists():
        names = ", ".join(BUILT_IN)
        raise DatasetError(
            f"There is no data set {str(path)!r}: give an .npz file or one of: {names}."
        )
    if path.is_dir():
        raise DatasetError(f"{path} is a folder; give an .npz file with x and y.")
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


def _text(array: Array | None) -> str:
    return "" if array is None or array.dtype.kind != "U" or array.size != 1 else str(array.item())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
