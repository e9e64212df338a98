"""Which class is right for an image, and how often a scheme found it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.evaluation.data_files import cache_folder
from qviz.evaluation.dataset import Dataset
from qviz.evaluation.image_folder import ImageFiles, listed_names, read_class_index
from qviz.evaluation.image_scores import ImageScores
from qviz.evaluation.label_rule import accepted, label_words
from qviz.evaluation.metrics import ClassificationAccumulator

_TOP = 5


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """What is right for each image.

    Attributes
    ----------
    numbers : int64 ndarray of shape (images,) or None
        Class numbers.
    accepted : bool ndarray of shape (images, classes) or None
        Classes that the word rule accepts.
    notes : tuple of str
        Why something cannot be judged.
    """

    numbers: NDArray[np.int64] | None
    accepted: NDArray[np.bool_] | None
    notes: tuple[str, ...]

    @classmethod
    def of(cls, data: Dataset, files: ImageFiles, classes: int) -> Judge:
        """The judge of `data`, whose first input is `files`, for a network of so many classes."""
        names = data.class_names
        if len(names) != classes and files.folder is not None:
            names = listed_names(files.folder)[0]
        if len(names) != classes:
            names = read_class_index(cache_folder().parent / "models")[0]
        numbers = None if data.y is None else data.y.astype(np.int64)
        notes = []
        words = None
        if len(names) == classes:
            found = label_words(files.labels, files.paths, numbers, names)
            missing = sum(word is None for word in found)
            if missing < len(found):
                words = accepted(found, names)
            if missing:
                notes.append(f"{missing} of {len(found)} images have no word to look for.")
        else:
            notes.append(
                f"The names of the {classes} classes are not known, so the word rule cannot be "
                f"applied: put imagenet_class_index.json (as Keras keeps it) or class_names.txt "
                f"beside the images."
            )
        return cls(numbers, words, tuple(notes))

    def right(self, classes: NDArray[np.int64]) -> NDArray[np.bool_] | None:
        """Whether each of the first images was given a right class, by number where it is known."""
        if self.numbers is not None:
            return np.equal(self.numbers[: len(classes)], classes)
        if self.accepted is not None:
            return self.accepted[np.arange(len(classes)), classes]
        return None


class Tally:
    """Counts of one scheme under one scaling."""

    def __init__(self) -> None:
        self._by_number = ClassificationAccumulator()
        self._count = self._word1 = self._word5 = self._same = 0

    def update(
        self, outputs: NDArray[Any], reference: NDArray[Any], judge: Judge, start: int
    ) -> None:
        """Add a batch of images from `start` on.

        Parameters
        ----------
        outputs, reference : float ndarray of shape (images, classes)
            Scores of the scheme and of the float model.
        """
        stop = start + len(outputs)
        best = np.argsort(-outputs, axis=1, kind="stable")[:, :_TOP]
        self._count += len(outputs)
        self._same += int((best[:, 0] == reference.argmax(axis=1)).sum())
        if judge.numbers is not None:
            self._by_number.update(outputs, judge.numbers[start:stop])
        if judge.accepted is not None:
            right = np.take_along_axis(judge.accepted[start:stop], best, axis=1)
            self._word1 += int(right[:, 0].sum())
            self._word5 += int(right.any(axis=1).sum())

    def scores(self, scaling: str, scheme: str, judge: Judge) -> ImageScores:
        """The shares of what was counted so far."""
        by_number = self._by_number.result() if judge.numbers is not None else {}
        worded = judge.accepted is not None
        return ImageScores(
            scaling,
            scheme,
            self._count,
            by_number.get("top1"),
            by_number.get("top5"),
            self._word1 / self._count if worded else None,
            self._word5 / self._count if worded else None,
            self._same / self._count,
        )
