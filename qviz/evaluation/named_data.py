"""Public data sets by name: MNIST, Fashion-MNIST, CIFAR-10, California housing.

They are read as ``keras.datasets`` stores them, without TensorFlow: from a folder that the user
names, from QVIZ_DATA, or from Keras' own cache, where they are put if they have to be downloaded.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from qviz.errors import DatasetError
from qviz.evaluation.archives import read_cifar_folder, read_cifar_tar, read_idx
from qviz.evaluation.data_files import RemoteFile, data_folders, download_steps
from qviz.evaluation.dataset import Dataset
from qviz.evaluation.housing import prepare_housing
from qviz.evaluation.labels import clean_labels, guess_task
from qviz.evaluation.npz import read_npz
from qviz.evaluation.preprocessing import Preprocessing
from qviz.progress import Progress

Array = NDArray[np.generic]
Folder = str | os.PathLike[str] | None

_KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_PIXELS = "scale=1/255"
_FASHION_FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)
# Published by Zalando beside the files.
_FASHION_MD5 = (
    "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "25c81989df183df01b3e8a0aad5dffbe",
    "bef4ecab320f06d8554ea6380940ec79",
    "bb300cfdad3c16e7a12a480ee83cd310",
)
_CIFAR_BATCHES = (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch")


@dataclass(frozen=True, slots=True, eq=False)
class Splits:
    """Training and test samples as published, and what the sample models are fed.

    Attributes
    ----------
    x_train, y_train, x_test, y_test : ndarray
    preprocessing : Preprocessing
        That the sample models were trained with.
    target : str
        Unit of the labels where they are numbers.
    """

    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array
    preprocessing: Preprocessing
    target: str = ""

    def prepared(
        self, part: Literal["train", "test"], samples: int | None = None
    ) -> tuple[NDArray[np.float32], Array]:
        """Samples as a network is fed with them, images with a channel, and their labels."""
        train = part == "train"
        x, y = (self.x_train, self.y_train) if train else (self.x_test, self.y_test)
        values = self.preprocessing.apply(x[:samples])
        labels = y[:samples]
        if values.ndim == 3:
            values = values[..., None]
        return values, labels[:, None] if labels.dtype.kind == "f" else labels


Reader = Callable[[Sequence[Path]], Splits]


@dataclass(frozen=True, slots=True)
class NamedData:
    """A public data set.

    Attributes
    ----------
    name, title : str
    layouts : tuple of (tuple of str, function)
        Files below a folder that together are the set, and what reads them; the first that is
        there is taken.
    remote : tuple of RemoteFile
        What is downloaded where none is there.
    class_names : tuple of str
    licence : str
    """

    name: str
    title: str
    layouts: tuple[tuple[tuple[str, ...], Reader], ...]
    remote: tuple[RemoteFile, ...]
    class_names: tuple[str, ...] = ()
    licence: str = ""


def fetch_steps(data: NamedData, folder: Folder = None) -> Generator[Progress, None, None]:
    """Download the set if no folder has it, into the named folder, else into Keras' cache.

    Raises
    ------
    DatasetError
        If it cannot be had; the message says where to put the files.
    """
    folders = data_folders(folder)
    if _find(data, folders) is None:
        yield from download_steps(data.remote, folders[0], data.title)


def is_at_hand(data: NamedData, folder: Folder = None) -> bool:
    """Whether the set can be read without a download."""
    return _find(data, data_folders(folder)) is not None


def read_arrays(data: NamedData, folder: Folder = None) -> tuple[Splits, tuple[Path, ...]]:
    """Read the set, downloading it where it is missing; also the files that it came from.

    Raises
    ------
    DatasetError
        If it cannot be had, or its files are damaged.
    """
    for _ in fetch_steps(data, folder):
        pass
    found = _find(data, data_folders(folder))
    if found is None:
        raise DatasetError(f"{data.title} was downloaded, but its files are not where they belong.")
    paths, read = found
    return read(paths), paths


def named_dataset(
    data: NamedData, folder: Folder = None, preprocessing: Preprocessing | None = None
) -> Dataset:
    """The test samples; the training samples serve for calibration."""
    splits, paths = read_arrays(data, folder)
    labels = clean_labels(splits.y_test, len(splits.x_test), data.name)
    return Dataset(
        name=f"{data.name} ({splits.target})" if splits.target else data.name,
        inputs=(splits.x_test,),
        y=labels,
        task=guess_task(labels),
        preprocessing=splits.preprocessing if preprocessing is None else preprocessing,
        class_names=data.class_names,
        path=str(paths[0]),
        sha256=_sha256(paths),
        calibration=(splits.x_train,),
    )


def _find(data: NamedData, folders: Sequence[Path]) -> tuple[tuple[Path, ...], Reader] | None:
    for folder in folders:
        for names, read in data.layouts:
            paths = tuple(folder / name for name in names)
            if all(path.is_file() for path in paths):
                return paths, read
    return None


def _sha256(paths: Sequence[Path]) -> str:
    """Checksum of the file; of several the checksum of their contents one after another."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()


def _images(arrays: Iterable[Array], where: str) -> Splits:
    x_train, y_train, x_test, y_test = arrays
    shape = x_test.shape[1:]
    fits = (
        all(x.dtype == np.uint8 and x.ndim in (3, 4) and len(x) for x in (x_train, x_test))
        and x_train.shape[1:] == shape
        and (len(y_train), len(y_test)) == (len(x_train), len(x_test))
    )
    if not fits:
        raise DatasetError(
            f"{where} is not laid out as keras.datasets does: images {x_train.dtype} "
            f"{x_train.shape} and {x_test.shape}, {len(y_train)} and {len(y_test)} labels."
        )
    labels = (clean_labels(y, len(y), where).astype(np.int64) for y in (y_train, y_test))
    return Splits(x_train, next(labels), x_test, next(labels), Preprocessing.parse(_PIXELS))


def _npz_images(paths: Sequence[Path]) -> Splits:
    arrays = read_npz(paths[0])
    names = ("x_train", "y_train", "x_test", "y_test")
    missing = [name for name in names if name not in arrays]
    if missing:
        raise DatasetError(f"{paths[0].name} has no {', '.join(missing)}.")
    return _images([arrays[name] for name in names], paths[0].name)


def _idx_images(paths: Sequence[Path]) -> Splits:
    return _images([read_idx(path) for path in paths], paths[0].parent.name)


def _cifar_batches(paths: Sequence[Path]) -> Splits:
    train, test = read_cifar_folder(paths[:5]), read_cifar_folder(paths[5:])
    return _images([*train, *test], paths[0].parent.name)


def _cifar_tar(paths: Sequence[Path]) -> Splits:
    x, y = read_cifar_tar(paths[0], _CIFAR_BATCHES)
    # The test batch is the last of six equal ones.
    first = len(x) - len(x) // len(_CIFAR_BATCHES)
    return _images([x[:first], y[:first], x[first:], y[first:]], paths[0].name)


def _housing(paths: Sequence[Path]) -> Splits:
    arrays = read_npz(paths[0])
    if "x" not in arrays or "y" not in arrays:
        raise DatasetError(f"{paths[0].name} has no arrays x and y.")
    table = prepare_housing(arrays["x"], arrays["y"], paths[0].name)
    preprocessing = Preprocessing(mean=table.means, std=table.deviations)
    return Splits(*table.train, *table.test, preprocessing, table.target)


def _below(folder: str, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{folder}/{name}" for name in names)


NAMED: dict[str, NamedData] = {
    data.name: data
    for data in (
        NamedData(
            "mnist",
            "MNIST",
            ((("mnist.npz",), _npz_images),),
            (
                RemoteFile(
                    "mnist.npz",
                    f"{_KERAS}mnist.npz",
                    "sha256:731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
                ),
            ),
            tuple(str(digit) for digit in range(10)),
            "CC BY-SA 3.0",
        ),
        NamedData(
            "fashion-mnist",
            "Fashion-MNIST",
            (
                (_below("fashion-mnist", _FASHION_FILES), _idx_images),
                (("fashion_mnist.npz",), _npz_images),
                (("fashion-mnist.npz",), _npz_images),
            ),
            tuple(
                RemoteFile(f"fashion-mnist/{name}", f"{_KERAS}{name}", f"md5:{digest}")
                for name, digest in zip(_FASHION_FILES, _FASHION_MD5, strict=True)
            ),
            (
                *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
                *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
            ),
            "MIT",
        ),
        NamedData(
            "cifar10",
            "CIFAR-10",
            (
                # Keras 3 unpacks into a folder of its own, Keras 2 beside the archive.
                (
                    _below("cifar-10-batches-py-target/cifar-10-batches-py", _CIFAR_BATCHES),
                    _cifar_batches,
                ),
                (_below("cifar-10-batches-py", _CIFAR_BATCHES), _cifar_batches),
                (("cifar-10-python.tar.gz",), _cifar_tar),
                (("cifar-10-batches-py.tar.gz",), _cifar_tar),
                (("cifar10.npz",), _npz_images),
            ),
            (
                RemoteFile(
                    "cifar-10-python.tar.gz",
                    "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
                    "sha256:6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
                ),
            ),
            (
                *("airplane", "automobile", "bird", "cat", "deer"),
                *("dog", "frog", "horse", "ship", "truck"),
            ),
            "not stated; cite A. Krizhevsky (2009)",
        ),
        NamedData(
            "california-housing",
            "California housing",
            ((("california_housing.npz",), _housing),),
            (
                RemoteFile(
                    "california_housing.npz",
                    f"{_KERAS}california_housing.npz",
                    "sha256:1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
                ),
            ),
            licence="public (StatLib)",
        ),
    )
}
