"""The table of MobileNetV2's demo as CSV."""

from __future__ import annotations

import csv
import io

from qviz.evaluation.demo import GzipRow
from qviz.evaluation.image_scores import ImageDemoResult, ImageScores
from qviz.report import image_demo_as_csv


def test_every_row_has_its_numbers_and_what_was_published_of_them() -> None:
    rows = (
        ImageScores("0..1", "tfjs-uint8", 8, 0.25, 0.5, None, None, 0.125),
        ImageScores("0..1", "int8", 8, 0.25, 0.5, None, None, 1.0),
        ImageScores("-1..1", "tfjs-uint8", 8, 1 / 3, None, 0.5, 0.625, 1.0),
    )
    result = ImageDemoResult(rows, (GzipRow("tfjs-uint8", 300, 200),), 8)
    text = image_demo_as_csv(result, "a, b/mobilenetv2.keras", "photographs")
    first, second, third = csv.DictReader(io.StringIO(text))
    assert (first["inputs"], first["scheme"], first["images"]) == ("0..1", "tfjs-uint8", "8")
    assert (first["size_bytes"], first["packed_bytes"], first["gzip_ratio"]) == (
        "300",
        "200",
        "1.5",
    )
    assert (first["published_word_top1"], first["published_word_top5"]) == ("0.28", "0.49")
    assert first["published_gzip_ratio"] == "1.271"
    assert first["word_top1"] == ""
    # Nothing was published of int8, nor of the other scaling.
    assert (second["published_word_top1"], second["size_bytes"]) == ("", "")
    assert (third["published_word_top1"], third["published_gzip_ratio"]) == ("", "1.271")
    assert float(third["top1"]) == 1 / 3
    assert third["top5"] == ""
    assert {row["model"] for row in (first, second, third)} == {"a, b/mobilenetv2.keras"}
