"""Images whose label is a word: right is any class whose name contains it.

The rule of TensorFlow.js' MobileNetV2 demo. It is kinder than comparing class numbers: the word
``dog`` accepts "Eskimo dog, husky" and every other class of that kind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_WORDNET = re.compile(r"n\d{8}")


def word_of_file(path: Path) -> str | None:
    """The word in ``<id>_<number>_<word>.jpg``, as the demo's images are named; None elsewhere."""
    parts = path.name.split(".", 1)[0].split("_")
    return parts[2] if len(parts) > 2 and parts[2] else None


def label_words(
    labels: Sequence[str] | None,
    paths: Sequence[Path],
    numbers: NDArray[np.int64] | None,
    class_names: Sequence[str],
) -> tuple[str | None, ...]:
    """The word that stands for what each image shows.

    Parameters
    ----------
    labels : sequence of str or None
        Folder or table entry of each image; None where there are none.
    paths : sequence of Path
        Their names are read where there are no labels.
    numbers : ndarray or None
        Class of each image; its name is the word where the label is a number or a WordNet id.
    class_names : sequence of str
    """
    if labels is None:
        return tuple(word_of_file(path) for path in paths)
    words: list[str | None] = []
    for i, label in enumerate(labels):
        if not label.isdecimal() and not _WORDNET.fullmatch(label):
            words.append(label)
        elif numbers is not None and 0 <= numbers[i] < len(class_names):
            words.append(class_names[int(numbers[i])])
        else:
            words.append(None)
    return tuple(words)


def accepted(words: Sequence[str | None], class_names: Sequence[str]) -> NDArray[np.bool_]:
    """Which classes count as right for each image.

    Returns
    -------
    bool ndarray of shape (images, classes)
        Underscores and spaces are the same, as is the case of letters; no class is right for an
        image without a word.
    """
    names = [_plain(name) for name in class_names]
    rows: dict[str | None, list[bool]] = {None: [False] * len(names)}
    for word in words:
        if word not in rows and word is not None:
            rows[word] = [_plain(word) in name for name in names]
    return np.array([rows[word] for word in words], bool).reshape(len(words), len(names))


def _plain(text: str) -> str:
    return text.replace("_", " ").casefold()
