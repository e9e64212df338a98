"""The four demos of TensorFlow.js' quantization example: what was published, what qviz measures.

The example quantizes the weights of layers models to 16 and 8 bits and looks at accuracy and at how
well the files compress.
"""

from __future__ import annotations

import io
import tarfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qviz.errors import DatasetError
from qviz.evaluation.results import Comparison

if TYPE_CHECKING:
    from qviz.graph import Graph

_GZIP_LEVEL = 6

PRECISIONS = {"float32": "float32", "tfjs-uint16": "uint16", "tfjs-uint8": "uint8"}
"""Type of the weights in the example's folders, by the scheme that computes with them."""


@dataclass(frozen=True, slots=True)
class Published:
    """What the example's README states, for no quantization, 16 bit and 8 bit.

    Attributes
    ----------
    scores : tuple of Mapping
        ``mae``, or ``top1`` and perhaps ``top5``.
    gzip_ratios : tuple of float
    """

    scores: tuple[Mapping[str, float], ...]
    gzip_ratios: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Demo:
    """One demo.

    Attributes
    ----------
    name, title : str
    data : str
        Name of the data set; empty where the user has to name images.
    published : Published
    """

    name: str
    title: str
    data: str
    published: Published

    @property
    def metric(self) -> str:
        """The number that the example looks at."""
        return next(iter(self.published.scores[0]))


DEMOS: dict[str, Demo] = {
    demo.name: demo
    for demo in (
        Demo(
            "housing",
            "housing: MLP regressor",
            "california-housing",
            Published(
                ({"mae": 0.311984}, {"mae": 0.311983}, {"mae": 0.312780}), (1.121, 1.161, 1.388)
            ),
        ),
        Demo(
            "mnist",
            "MNIST: convnet",
            "mnist",
            Published(
                ({"top1": 0.9952}, {"top1": 0.9952}, {"top1": 0.9952}), (1.082, 1.037, 1.184)
            ),
        ),
        Demo(
            "fashion-mnist",
            "Fashion-MNIST: convnet",
            "fashion-mnist",
            Published(({"top1": 0.922}, {"top1": 0.922}, {"top1": 0.9211}), (1.078, 1.048, 1.229)),
        ),
        Demo(
            "mobilenetv2",
            "MobileNetV2",
            "",
            Published(
                (
                    {"top1": 0.618, "top5": 0.788},
                    {"top1": 0.624, "top5": 0.789},
                    {"top1": 0.280, "top5": 0.490},
                ),
                (1.085, 1.063, 1.271),
            ),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class GzipRow:
    """How well one folder compresses.

    Attributes
    ----------
    scheme : str
        Id, one of :data:`PRECISIONS`.
    size_bytes : int
        All files of the folder.
    packed_bytes : int
        The gzipped tar archive of the folder.
    """

    scheme: str
    size_bytes: int
    packed_bytes: int

    @property
    def ratio(self) -> float:
        """Size over packed size, as the example defines it."""
        return self.size_bytes / self.packed_bytes


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What came of a demo: the comparison, and the compression of the TensorFlow.js folders."""

    demo: Demo
    comparison: Comparison
    gzip: tuple[GzipRow, ...]


def demo_named(name: str) -> Demo:
    """The demo of that name.

    Raises
    ------
    DatasetError
        If there is none.
    """
    try:
        return DEMOS[name]
    except KeyError:
        raise DatasetError(f"There is no demo {name!r}; there are {', '.join(DEMOS)}.") from None


def gzip_rows(graph: Graph, schemes: Iterable[str] = tuple(PRECISIONS)) -> tuple[GzipRow, ...]:
    """Sizes of the model's TensorFlow.js folders: as it is, with 16 bits and with 8 bits.

    Raises
    ------
    SchemeError
        If the model has no layers that TensorFlow.js could load.
    """
    # Formats take long to import, and the window reads only what was published.
    from qviz.evaluation.artifact import tfjs_files

    rows = []
    for scheme in schemes:
        files = tfjs_files(graph, PRECISIONS[scheme])
        size = sum(len(data) for data in files.values())
        rows.append(GzipRow(scheme, size, tar_gzip_bytes(files)))
    return tuple(rows)


def tar_gzip_bytes(files: Mapping[str, bytes]) -> int:
    """Bytes of a gzipped tar archive of `files`, as ``tar czf`` makes it.

    References
    ----------
    tensorflow/tfjs-examples, quantization/quantize_evaluate.sh, calc_gzip_ratio.
    """
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        for name, data in sorted(files.items()):
            member = tarfile.TarInfo(f"model/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    packer = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return len(packer.compress(plain.getvalue())) + len(packer.flush())


def demo_findings(result: DemoResult) -> tuple[str, ...]:
    """Whether the example's observations hold here, a sentence each with its numbers."""
    rows = [result.comparison.row(scheme) for scheme in PRECISIONS]
    sentences = []
    metric = result.demo.metric
    if all(row is not None and metric in row.metrics for row in rows):
        scores = [row.metrics[metric] for row in rows if row is not None]
        unit = "MAE" if metric == "mae" else "accuracy"
        for bits, score in ((16, scores[1]), (8, scores[2])):
            change = score - scores[0]
            sentences.append(f"{bits} bit changes the {unit} by {change:+.6f}.")
    plain, half, quarter = (row.ratio for row in result.gzip)
    sentences.append(
        f"With 8 bits the files compress {'better' if quarter > half else 'no better'} than with "
        f"16 ({quarter:.3f} and {half:.3f}); with 16 bits "
        f"{'worse' if half < plain else 'not worse'} than without quantization ({plain:.3f})."
    )
    return tuple(sentences)
