"""What came of MobileNetV2's demo: shares of images by scaling of the input and scheme."""

from __future__ import annotations

from dataclasses import dataclass

from qviz.evaluation.demo import GzipRow
from qviz.evaluation.statistics import paired_share_interval

SCALINGS = {"0..1": "as the example feeds it", "-1..1": "as keras.applications scales"}
"""Presets of the preprocessing, each with what it stands for."""

TRAINED_SCALING = "-1..1"
"""Of keras.applications' MobileNetV2; another network may have been trained on other inputs."""

EXAMPLE_SCALING = "0..1"

SCHEMES = ("float32", "tfjs-uint16", "tfjs-uint8", "dynamic-range", "int8-per-tensor", "int8")
"""What the demo runs unless it is told otherwise."""

IMAGENET_CLASSES = 1000


@dataclass(frozen=True, slots=True)
class ImageScores:
    """Shares of images for which one scheme was right; None where it cannot be said.

    Attributes
    ----------
    samples : int
        Images that were run so far.
    top1, top5 : float or None
        By class number.
    word_top1, word_top5 : float or None
        By :mod:`qviz.evaluation.label_rule`.
    agreement : float
        Images with the class that the float model gives them under the same scaling.
    """

    scaling: str
    scheme: str
    samples: int
    top1: float | None
    top5: float | None
    word_top1: float | None
    word_top5: float | None
    agreement: float


@dataclass(frozen=True, slots=True)
class RightUnder:
    """Images that float32 gets right under both scalings, under one only, and under neither.

    By class number, or by the word rule where there are no numbers.
    """

    both: int
    only_example: int
    only_trained: int
    neither: int

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the share under the example's scaling less that under the other."""
        return paired_share_interval(self.both, self.only_trained, self.only_example, self.neither)

    @property
    def better(self) -> str | None:
        """The scaling that does better; None where so many images cannot tell."""
        low, high = self.interval
        if low <= 0 <= high:
            return None
        return EXAMPLE_SCALING if low > 0 else TRAINED_SCALING


@dataclass(frozen=True, slots=True)
class ImageDemoResult:
    """What came of the demo, or what has come of it so far.

    Attributes
    ----------
    rows : tuple of ImageScores
    gzip : tuple of GzipRow
        The folders of TensorFlow.js for no quantization, 16 and 8 bits, and the artifact of every
        other scheme, each packed as the example packs its folders.
    samples : int
        Images there are to run.
    notes : tuple of str
        What cannot be judged or compared, in sentences.
    skipped : tuple of (str, str)
        Schemes that the network cannot be run under, with the reason.
    same_class : float or None
        Images to which float32 gives one class under both scalings; None before both were run.
    warnings : tuple of str
        Scalings that do not fit what the network is known to be trained on, in sentences.
    right : RightUnder or None
        What the scalings are held against each other by; None without labels, or before both ran.
    """

    rows: tuple[ImageScores, ...]
    gzip: tuple[GzipRow, ...]
    samples: int
    notes: tuple[str, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    same_class: float | None = None
    warnings: tuple[str, ...] = ()
    right: RightUnder | None = None

    def row(self, scaling: str, scheme: str) -> ImageScores | None:
        """One scheme under one scaling, if it was run."""
        wanted = (scaling, scheme)
        return next((row for row in self.rows if (row.scaling, row.scheme) == wanted), None)

    def files(self, scheme: str) -> GzipRow | None:
        """Size of the artifact of a scheme, once it is known."""
        return next((row for row in self.gzip if row.scheme == scheme), None)

    @property
    def schemes(self) -> tuple[str, ...]:
        """Schemes that were run, in order."""
        return tuple(dict.fromkeys(row.scheme for row in self.rows))
