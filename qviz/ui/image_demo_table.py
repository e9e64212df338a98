"""The columns of MobileNetV2's demo: both scalings side by side, sizes, and what was published."""

from __future__ import annotations

import math

from qviz.evaluation.demo import DEMOS, PRECISIONS
from qviz.evaluation.image_scores import EXAMPLE_SCALING, SCALINGS, ImageDemoResult, ImageScores
from qviz.quantities import bytes_text, percent_text
from qviz.quantization.scheme import scheme as scheme_named
from qviz.ui.tables import Cell
from qviz.ui.wording import tr

_SHARES = ("top1", "top5", "word_top1", "word_top5", "agreement")


def image_demo_header() -> tuple[list[str], list[str]]:
    """Titles of the columns, in two lines, and what they mean."""
    titles, tips = [tr("Scheme")], [""]
    shares = {
        "top1": (tr("top-1"), tr("Images whose highest score is the right class, by class number")),
        "top5": (tr("top-5"), tr("Images whose right class is among the five highest scores")),
        "word_top1": (
            tr("by word"),
            tr("Top-1 by the example's rule: the label is contained in the name of the class"),
        ),
        "word_top5": (tr("word, 5"), tr("Top-5 by the example's rule")),
        "agreement": (
            tr("as float"),
            tr("Images with the class that float32 gives them under the same scaling"),
        ),
    }
    for scaling in SCALINGS:
        for name in _SHARES:
            title, tip = shares[name]
            titles.append(f"{_range(scaling)}\n{title}")
            tips.append(tr("{0}. Inputs scaled to {1}.").format(tip, scaling))
        if scaling == EXAMPLE_SCALING:
            stated = tr("What the example states for these inputs and its rule, 1,000 images")
            titles += [tr("published\nby word"), tr("published\nword, 5")]
            tips += [stated, stated]
    titles += [tr("Files\nsize"), tr("Files\ngzip ratio"), tr("published\ngzip ratio")]
    tips += [
        tr("TensorFlow.js folder for float32, 16 and 8 bit; the artifact of the other schemes"),
        tr("Size over the size as one .tar.gz, as the example computes it"),
        tr("gzip ratio that the example states"),
    ]
    return titles, tips


def image_demo_cells(result: ImageDemoResult, scheme: str) -> list[Cell]:
    """The fields of one scheme, in the order of :func:`image_demo_header`."""
    published = DEMOS["mobilenetv2"].published
    stated = dict(zip(PRECISIONS, published.scores, strict=True)).get(scheme, {})
    ratio = dict(zip(PRECISIONS, published.gzip_ratios, strict=True)).get(scheme)
    cells = [Cell(scheme, scheme, tr(scheme_named(scheme).title))]
    for scaling in SCALINGS:
        row = result.row(scaling, scheme)
        cells += [_share(_value(row, name), row) for name in _SHARES]
        if scaling == EXAMPLE_SCALING:
            cells += [_share(stated.get(name)) for name in ("top1", "top5")]
    files = result.files(scheme)
    if files is None:
        cells += [_nothing(), _nothing()]
    else:
        size = files.size_bytes
        cells.append(Cell(bytes_text(size), float(size), f"{size} B"))
        packed = tr("{0} B as .tar.gz").format(files.packed_bytes)
        cells.append(Cell(f"{files.ratio:.3f}", files.ratio, packed))
    cells.append(_nothing() if ratio is None else Cell(f"{ratio:.3f}", ratio))
    return cells


def _range(scaling: str) -> str:
    low, high = scaling.split("..")
    return f"[{low}, {high}]".replace("-", "−")


def _value(row: ImageScores | None, name: str) -> float | None:
    return None if row is None else getattr(row, name)


def _share(value: float | None, row: ImageScores | None = None) -> Cell:
    if value is None:
        return _nothing()
    tip = "" if row is None else tr("of {0} images").format(row.samples)
    return Cell(percent_text(value, 1), value, tip)


def _nothing() -> Cell:
    return Cell("–", math.nan)
