"""Folders and tables of images as samples; each image is read when its batch is."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qviz.errors import DatasetError
from qviz.evaluation.data_files import cache_folder
from qviz.evaluation.preprocessing import Preprocessing
from qviz.quantities import counted

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff"})

# By content, whatever the name says: some others that Pillow knows start programs.
_FORMATS = ("JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF")

# Pixels of one image; a file of a few kilobytes can claim billions.
_LARGEST_PIXELS = 64_000_000
_LONGEST_NUMBER = 9
_CLASS_INDEX = "imagenet_class_index.json"
_NAME_FILES = ("class_names.txt", "classes.txt", "labels.txt")


class ImageFiles:
    """Images as an array of shape (n, height, width, 3) that is read piece by piece.

    Indexing with a slice or an array of rows decodes those images, so that memory is bounded by
    the batch. Values are 0 to 255, float32, resized and cropped but not scaled.

    Parameters
    ----------
    paths : sequence of Path
    geometry : Preprocessing
        Its resizing and cropping are done here, image by image; the rest is done later.
    labels : sequence of str or None
        Text of the class of each image.
    folder : Path or None
        Where lists of classes are looked for.
    """

    ndim = 4
    dtype = np.dtype(np.float32)

    def __init__(
        self,
        paths: Sequence[Path],
        geometry: Preprocessing,
        labels: Sequence[str] | None = None,
        folder: Path | None = None,
    ) -> None:
        self._paths = tuple(paths)
        self.labels = None if labels is None else tuple(labels)
        self.folder = folder
        self._geometry = geometry.size_only()
        self._size = self._geometry.image_size()
        if self._size is None:
            raise DatasetError(
                "Images have different sizes: say how they become equal, e.g. resize=224x224 or "
                "shorter=256,crop=224x224."
            )

    def __len__(self) -> int:
        return len(self._paths)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(n, height, width, 3)."""
        assert self._size is not None
        return (len(self._paths), *self._size, 3)

    @property
    def paths(self) -> tuple[Path, ...]:
        """Files in the order of the samples."""
        return self._paths

    def head(self, limit: int) -> ImageFiles:
        """The first images, still unread."""
        labels = None if self.labels is None else self.labels[:limit]
        return ImageFiles(self._paths[:limit], self._geometry, labels, self.folder)

    def at(self, rows: NDArray[np.integer]) -> ImageFiles:
        """The images of those rows, still unread."""
        labels = None if self.labels is None else [self.labels[int(i)] for i in rows]
        return ImageFiles([self._paths[int(i)] for i in rows], self._geometry, labels, self.folder)

    def __getitem__(self, rows: slice | NDArray[np.integer]) -> NDArray[np.float32]:
        picked = (
            self._paths[rows] if isinstance(rows, slice) else [self._paths[int(i)] for i in rows]
        )
        out = np.empty((len(picked), *self.shape[1:]), np.float32)
        for i, path in enumerate(picked):
            out[i] = self._geometry.apply(read_image(path)[None])[0]
        return out


def read_image(path: Path) -> NDArray[np.uint8]:
    """Decode one image to (height, width, 3) bytes, turned upright.

    Raises
    ------
    DatasetError
        If it is no image, damaged, larger than 64 megapixels, or of more than 8 bits.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            # Pillow warns of large images and of odd metadata; the size is checked below.
            warnings.simplefilter("ignore")
            with Image.open(path, formats=_FORMATS) as image:
                if image.width * image.height > _LARGEST_PIXELS:
                    raise DatasetError(
                        f"{path.name} claims {image.width}×{image.height} pixels, more than the "
                        f"{_LARGEST_PIXELS // 1_000_000} megapixels that are read."
                    )
                if image.mode in ("I", "F") or image.mode.startswith("I;"):
                    raise DatasetError(f"{path.name} has more than 8 bits a channel; convert it.")
                upright = ImageOps.exif_transpose(image)
                pixels = np.asarray(upright.convert("RGB"))
    except UnidentifiedImageError:
        raise DatasetError(f"{path.name} is not an image that can be read.") from None
    except Image.DecompressionBombError as error:
        raise DatasetError(f"{path.name} claims more pixels than are read.") from error
    except OSError as error:
        if not path.is_file():
            raise DatasetError(f"There is no image {path}.") from None
        raise DatasetError(f"{path.name} is damaged or cut off ({error}).") from error
    except (ValueError, SyntaxError, TypeError, EOFError, MemoryError) as error:
        raise DatasetError(f"{path.name} is not an image that can be read ({error}).") from error
    return pixels


@dataclass(frozen=True, slots=True)
class LabelledFiles:
    """Images and what they show.

    Attributes
    ----------
    paths : tuple of Path
    labels : tuple of str or None
        Text of the class of each image, as the folder or the table has it.
    """

    paths: tuple[Path, ...]
    labels: tuple[str, ...] | None


def find_images(folder: Path) -> LabelledFiles:
    """Images of a folder: one folder a class, or all in it without labels.

    Raises
    ------
    DatasetError
        If there is no image.
    """
    try:
        children = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise DatasetError(f"Cannot read {folder}: {error.strerror or error}.") from error
    classes = [Path(c.path) for c in children if c.is_dir() and not c.name.startswith(".")]
    pairs = [(path, one.name) for one in classes for path in _images_below(one)]
    if pairs:
        return LabelledFiles(tuple(p for p, _ in pairs), tuple(label for _, label in pairs))
    flat = tuple(Path(c.path) for c in children if c.is_file() and _is_image(Path(c.path)))
    if not flat:
        raise DatasetError(
            f"{folder} has no images ({', '.join(sorted(SUFFIXES))}): give an .npz or .csv file, "
            f"or put the images of each class into a folder of its own."
        )
    return LabelledFiles(flat, None)


def _images_below(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.rglob("*") if _is_image(path) and path.is_file())
    except OSError as error:
        raise DatasetError(f"Cannot read {folder}: {error.strerror or error}.") from error


def _is_image(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".")


def class_indices(
    labels: Sequence[str], folder: Path, classes: int | None = None
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Number of the class of each label, and the names of all classes.

    In this order of preference: labels that are all numbers are the numbers; a list of names in
    `folder` (``class_names.txt``, one a line, or ``imagenet_class_index.json``) numbers them as it
    lists them; WordNet ids (``n01440764``) and names of ImageNet are numbered by Keras' copy of
    that index where there is one; else classes are numbered as their names sort.

    Parameters
    ----------
    labels : sequence of str
    folder : Path
    classes : int or None
        How many the model tells apart, if it is known.

    Raises
    ------
    DatasetError
        If a label is not in the list, or classes can only be sorted and are not as many as the
        model's.
    """
    names, ids = listed_names(folder)
    if all(label.isdecimal() and len(label) <= _LONGEST_NUMBER for label in labels):
        return np.array([int(label) for label in labels], np.int64), names
    if not names:
        names, ids = read_class_index(cache_folder().parent / "models")
        if not set(labels) <= {*names, *ids}:
            names, ids = tuple(sorted(set(labels))), ()
            if classes is not None and len(names) != classes:
                raise DatasetError(
                    f"The images have {counted(len(names), 'class', 'classes')}, the model tells "
                    f"{classes} apart: list the model's classes in {folder / _NAME_FILES[0]}, one "
                    f"a line, or name the folders by class number."
                )
    number = {name: i for i, name in enumerate(names)}
    number.update((one, i) for i, one in enumerate(ids))
    missing = next((label for label in labels if label not in number), None)
    if missing is not None:
        raise DatasetError(
            f"The class {missing!r} is not among the {len(names)} names listed for {folder}."
        )
    return np.array([number[label] for label in labels], np.int64), names


def listed_names(folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the classes that a file in `folder` lists, and their WordNet ids where it has them.

    Empty where there is no such file.
    """
    for name in _NAME_FILES:
        path = folder / name
        if path.is_file():
            text = path.read_text("utf-8", errors="replace")
            return tuple(line.strip() for line in text.splitlines() if line.strip()), ()
    return read_class_index(folder)


def read_class_index(folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names and WordNet ids of ``imagenet_class_index.json`` in `folder`; empty without it.

    Keras writes it as ``{"0": ["n01440764", "tench"], ...}``.

    Raises
    ------
    DatasetError
        If the file is written in another way.
    """
    path = folder / _CLASS_INDEX
    if not path.is_file():
        return (), ()
    try:
        content = json.loads(path.read_text("utf-8"))
        rows = [content[str(i)] for i in range(len(content))]
        return tuple(str(row[1]) for row in rows), tuple(str(row[0]) for row in rows)
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise DatasetError(
            f"{path} does not list classes as Keras does: {{'0': ['n01440764', 'tench'], ...}}."
        ) from error
