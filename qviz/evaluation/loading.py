"""Data sets from files and folders and by name."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Generator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from qviz.errors import DatasetError
from qviz.evaluation.dataset import Dataset, input_shapes
from qviz.evaluation.image_folder import ImageFiles, LabelledFiles, class_indices, find_images
from qviz.evaluation.labels import clean_labels, guess_task
from qviz.evaluation.named_data import NAMED, fetch_steps, named_dataset
from qviz.evaluation.npz import read_npz
from qviz.evaluation.preprocessing import Preprocessing
from qviz.evaluation.table import read_table
from qviz.files import special_file
from qviz.graph import Graph
from qviz.progress import Progress
from qviz.resources import sample_models

Array = NDArray[np.generic]

BUILT_IN = ("digits", *NAMED)
_TABLES = (".csv", ".tsv")
# Arrays beside these are ignored, so that files with more in them open.
_SAMPLES, _LABELS = ("x_test", "x"), ("y_test", "y")
_CALIBRATION = ("x_calibration", "x_train")


def load_dataset(
    name_or_path: str | os.PathLike[str],
    *,
    preprocessing: Preprocessing | str | None = None,
    limit: int | None = None,
    model: Graph | None = None,
    folder: str | os.PathLike[str] | None = None,
    target: str | None = None,
) -> Dataset:
    """Open a data set.

    Parameters
    ----------
    name_or_path : str or path
        - ``digits``, ``mnist``, ``fashion-mnist``, ``cifar10`` or ``california-housing``; the last
          four are downloaded where they are missing.
        - An ``.npz`` file with ``x`` and ``y`` or ``x_test`` and ``y_test``; labels may be missing.
          A model of several inputs takes ``x0``, ``x1``, ... or arrays named as its inputs.
          ``x_calibration`` or ``x_train`` serve for calibration where present, and
          ``class_names`` (text) names the classes.
        - A folder of images, one folder a class.
        - A ``.csv`` table of numbers with a target column, or of image files and labels.
    preprocessing : Preprocessing, str or None
        What is done to samples; None leaves them as stored, or as the file itself says in a text
        array ``preprocessing``, or as the sample models of a named set were trained. Images are
        resized to the model's input if it does not say how.
    limit : int or None
        Use only the first samples; of image files evenly spread ones, as they stand class by class.
    model : Graph or None
        The data are fitted to its inputs and its first output.
    folder : str or path or None
        Where the files of a named set lie, before QVIZ_DATA and Keras' cache are searched.
    target : str or None
        Column of the labels in a table; the last if not given.

    Raises
    ------
    DatasetError
        If there is no such data set, or it cannot be read, or it does not fit the model.
    """
    name = os.fspath(name_or_path)
    if isinstance(preprocessing, str):
        preprocessing = Preprocessing.parse(preprocessing)
    path = Path(name)
    if kind := special_file(path):
        raise DatasetError(f"{path} is {kind}; store the data in a file and give that.")
    # A folder of that name is meant by ./mnist.
    if name in NAMED:
        dataset = named_dataset(NAMED[name], folder, preprocessing)
    elif path.is_dir():
        dataset = _of_images(find_images(path), path, path, preprocessing, model)
    elif path.suffix.lower() in _TABLES and path.is_file():
        dataset = _of_table(path, preprocessing, model, target)
    else:
        if name in BUILT_IN and not path.is_file():
            path = sample_models() / name / f"{name}.npz"
        dataset = _of_arrays(path, name if name in BUILT_IN else path.name, preprocessing, model)
    dataset = dataset.limited(limit)
    return dataset if model is None else dataset.fitted(model)


def download_dataset(
    name_or_path: str | os.PathLike[str], folder: str | os.PathLike[str] | None = None
) -> Generator[Progress, None, None]:
    """Download a named set that is missing, step by step; nothing for anything else."""
    name = os.fspath(name_or_path)
    if name in NAMED:
        yield from fetch_steps(NAMED[name], folder)


def _of_arrays(
    path: Path, name: str, preprocessing: Preprocessing | None, model: Graph | None
) -> Dataset:
    if not path.exists():
        names = ", ".join(BUILT_IN)
        raise DatasetError(
            f"There is no data set {str(path)!r}: give an .npz or .csv file, a folder of images, "
            f"or one of: {names}."
        )
    arrays = read_npz(path)
    inputs, calibration = _find_inputs(arrays, model, name)
    labels = next((arrays[key] for key in _LABELS if key in arrays), None)
    y = None if labels is None else clean_labels(labels, len(inputs[0]), name)
    return Dataset(
        name=name,
        inputs=inputs,
        y=y,
        task=guess_task(y),
        preprocessing=preprocessing or Preprocessing.parse(_text(arrays.get("preprocessing"))),
        class_names=tuple(str(n) for n in np.ravel(arrays.get("class_names", np.array([], str)))),
        path=str(path),
        sha256=_sha256(path),
        calibration=calibration,
    )


def _of_table(
    path: Path, preprocessing: Preprocessing | None, model: Graph | None, target: str | None
) -> Dataset:
    table = read_table(path, target)
    if isinstance(table, LabelledFiles):
        found = _of_images(table, path, path.parent, preprocessing, model)
        return replace(found, sha256=_sha256(path))
    return Dataset(
        name=path.name,
        inputs=(table.x,),
        y=table.y,
        task=guess_task(table.y),
        preprocessing=preprocessing or Preprocessing(),
        class_names=table.class_names,
        path=str(path),
        sha256=_sha256(path),
        target=table.target,
    )


def labelled_images(path: str | os.PathLike[str]) -> LabelledFiles:
    """The image files of a folder or a table, unread.

    Raises
    ------
    DatasetError
        If there are none.
    """
    where = Path(path)
    if not where.exists():
        raise DatasetError(f"There is no folder or table of images {str(where)!r}.")
    if not where.is_dir() and where.suffix.lower() not in _TABLES:
        raise DatasetError(
            f"{where.name} is neither a folder of images nor a table (.csv, .tsv) of image files "
            f"and labels."
        )
    files = find_images(where) if where.is_dir() else read_table(where)
    if not isinstance(files, LabelledFiles):
        raise DatasetError(f"{where.name} has no column of image files.")
    return files


def load_images(
    path: str | os.PathLike[str], preprocessing: Preprocessing, model: Graph
) -> tuple[Dataset, str]:
    """A folder or table of images whose classes need not be the model's.

    Returns
    -------
    Dataset
        Its labels are None where the classes cannot be numbered; the words are in
        ``ImageFiles.labels``.
    str
        Why there are no labels although the images have words; empty otherwise.

    Raises
    ------
    DatasetError
        If there are no images, or they do not fit the model's input.
    """
    where = Path(path)
    files = labelled_images(where)
    folder = where if where.is_dir() else where.parent
    try:
        return _of_images(files, where, folder, preprocessing, model).fitted(model), ""
    except DatasetError as error:
        unlabelled = _of_images(replace(files, labels=None), where, folder, preprocessing, model)
        images = ImageFiles(files.paths, unlabelled.preprocessing, files.labels, folder)
        return replace(unlabelled, inputs=(cast(Any, images),)).fitted(model), str(error)


def _of_images(
    files: LabelledFiles,
    path: Path,
    folder: Path,
    preprocessing: Preprocessing | None,
    model: Graph | None,
) -> Dataset:
    steps = _with_size(preprocessing or Preprocessing(), model)
    y: Array | None = None
    class_names: tuple[str, ...] = ()
    if files.labels is not None:
        classes = None if model is None else model.tensors[model.outputs[0]].size
        y, class_names = class_indices(files.labels, folder, classes)
    return Dataset(
        name=path.name,
        # Read when a batch is asked for; see ImageFiles.
        inputs=(cast(Any, ImageFiles(files.paths, steps, files.labels, folder)),),
        y=y,
        task=guess_task(y),
        preprocessing=steps,
        class_names=class_names,
        path=str(path),
    )


def _with_size(steps: Preprocessing, model: Graph | None) -> Preprocessing:
    """Steps that lead to the model's input where they do not say how images become equal."""
    if model is None:
        return steps
    shape = input_shapes(model)[0].shape
    if len(shape) != 3 or -1 in shape:
        return steps
    if steps.image_size() is None:
        steps = replace(steps, resize=(shape[0], shape[1]))
    if shape[2] == 1 and steps.channels == "as stored":
        steps = replace(steps, channels="grey")
    return steps


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
            raise DatasetError(
                f"The samples of {where} hold NaN or infinity, first in sample {first} "
                "(counted from 0)."
            )


def _text(array: Array | None) -> str:
    return "" if array is None or array.dtype.kind != "U" or array.size != 1 else str(array.item())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
