"""The table of MobileNetV2's demo as CSV."""

from __future__ import annotations

import csv
import io

from qviz import __version__
from qviz.evaluation.demo import DEMOS, PRECISIONS
from qviz.evaluation.image_scores import EXAMPLE_SCALING, ImageDemoResult

_HEADER = (
    *("inputs", "scheme", "images", "top1", "top5", "word_top1", "word_top5", "agreement"),
    *("size_bytes", "packed_bytes", "gzip_ratio"),
    *("published_word_top1", "published_word_top5", "published_gzip_ratio"),
    *("model", "data", "qviz"),
)


def image_demo_as_csv(result: ImageDemoResult, model: str, data: str) -> str:
    """One row a scaling of the input and scheme; what is not known is empty.

    Parameters
    ----------
    result : ImageDemoResult
    model, data : str
        File of the network and folder or table of the images; they stand in every row.
    """
    published = DEMOS["mobilenetv2"].published
    scores = dict(zip(PRECISIONS, published.scores, strict=True))
    ratios = dict(zip(PRECISIONS, published.gzip_ratios, strict=True))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEADER)
    for row in result.rows:
        files = result.files(row.scheme)
        # The example feeds 0..1 and knows nothing of the other scaling.
        stated = scores.get(row.scheme, {}) if row.scaling == EXAMPLE_SCALING else {}
        fields = (
            *(row.scaling, row.scheme, row.samples),
            *(row.top1, row.top5, row.word_top1, row.word_top5, row.agreement),
            *((files.size_bytes, files.packed_bytes, files.ratio) if files else (None,) * 3),
            *(stated.get("top1"), stated.get("top5"), ratios.get(row.scheme)),
            *(model, data, __version__),
        )
        writer.writerow(["" if field is None else field for field in fields])
    return text.getvalue()
