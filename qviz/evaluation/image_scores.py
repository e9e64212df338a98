"""What came of MobileNetV2's demo: shares of images by scaling of the input and scheme."""

from __future__ import annotations

from dataclasses import dataclass

from qviz.evaluation.demo import GzipRow

SCALINGS = {"0..1": "as the example feeds it", "-1..1": "as it was trained"}
"""Presets of the preprocessing, each with what it stands for."""

TRAINED_SCALING = "-1..1"
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
        What does not fit, in sentences.
    skipped : tuple of (str, str)
        Schemes that the network cannot be run under, with the reason.
    same_class : float or None
        Images to which float32 gives one class under both scalings; None before both were run.
    """

    rows: tuple[ImageScores, ...]
    gzip: tuple[GzipRow, ...]
    samples: int
    notes: tuple[str, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    same_class: float | None = None

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
