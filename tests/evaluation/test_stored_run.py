"""Models that are quantized already, measured as they are."""

import csv
import gzip
import io
import json
import math
from pathlib import Path

import numpy as np
import pytest

from qviz.evaluation import compare, load_dataset
from qviz.evaluation.artifact import write_artifact
from qviz.evaluation.dataset import Dataset
from qviz.formats import open_model
from qviz.graph import Graph
from qviz.quantization import SCHEMES, calibrate, quantize
from qviz.report import comparison_as_json, comparison_from_json, html_report, schemes_as_csv
from qviz.resources import sample_models


@pytest.fixture(scope="module")
def network() -> Graph:
    return open_model(sample_models() / "digits" / "digits.keras")


@pytest.fixture(scope="module")
def digits(network: Graph) -> Dataset:
    return load_dataset("digits", model=network, limit=100)


def written(network: Graph, digits: Dataset, scheme: str, folder: Path) -> Path:
    statistics = calibrate(network, [digits.batch(0, 20)]) if SCHEMES[scheme].is_integer else None
    ending = "zip" if SCHEMES[scheme].artifact == "eightbit" else "tflite"
    quantized = quantize(network, scheme, statistics)
    return write_artifact(network, quantized, scheme, folder / f"model.{ending}")


@pytest.mark.parametrize(
    ("scheme", "family", "types"),
    [
        ("int8", "int8", ("int8", "int8", "float32")),
        ("int8-only-uint8", "int8", ("int8", "int8", "uint8")),
        ("int16x8", "int16x8", ("int8", "int16", "float32")),
        ("dynamic-range", "dynamic-range", ("int8", "float32", "float32")),
        ("float16", "float16", ("float16", "float32", "float32")),
        ("eightbit", "eightbit", ("uint8", "uint8", "float32")),
    ],
)
def test_a_file_measures_as_its_scheme_did(
    network: Graph,
    digits: Dataset,
    tmp_path: Path,
    scheme: str,
    family: str,
    types: tuple[str, str, str],
) -> None:
    path = written(network, digits, scheme, tmp_path)
    statistics = calibrate(network, [digits.batch(0, 20)])
    (before,) = compare(network, digits, [scheme], statistics=statistics, layer_samples=0).rows
    found = compare(path, load_dataset("digits", model=open_model(path), limit=100))
    (row,) = found.rows
    assert dict(row.metrics) == dict(before.metrics)
    assert dict(row.intervals) == dict(before.intervals)
    content = path.read_bytes()
    assert (row.size_bytes, row.gzip_bytes) == (
        len(content),
        len(gzip.compress(content, 6, mtime=0)),
    )
    assert row.scheme.id == "as it is"
    assert row.scheme.family == family
    assert (row.scheme.weight_dtype, row.scheme.activation_dtype, row.scheme.io_dtype) == types
    assert math.isnan(row.agreement)
    assert row.paired is None
    ((skipped, reason),) = found.skipped
    assert skipped == "float32"
    assert "quantized already" in reason


def test_reports_tell_the_one_row(network: Graph, digits: Dataset, tmp_path: Path) -> None:
    path = written(network, digits, "int8", tmp_path)
    found = compare(path, digits, ["int8", "float16"])
    assert [scheme for scheme, _ in found.skipped] == ["float32", "int8", "float16"]
    content = json.loads(comparison_as_json(found))
    assert [row["scheme"] for row in content["rows"]] == ["as it is"]
    assert content["rows"][0]["intervals"]["top1"]["method"] == "Wilson"
    assert content["rows"][0]["agreement"] is None
    assert content["recommendation"]["scheme"] == ""
    assert content["recommendation"]["judgements"] == []
    again = comparison_from_json(json.dumps(content))
    assert again.rows[0].scheme == found.rows[0].scheme
    (line,) = csv.DictReader(io.StringIO(schemes_as_csv(found)))
    assert line["scheme"] == "as it is"
    assert float(line["top1"]) == found.rows[0].metrics["top1"]
    page = html_report(found)
    assert "as it is" in page
    assert "no float model" in page
    assert "flipped</span>" not in page


def test_without_labels_only_the_size_is_told(
    network: Graph, digits: Dataset, tmp_path: Path
) -> None:
    path = written(network, digits, "int8", tmp_path)
    images = digits.batch(0, 8)
    assert isinstance(images, np.ndarray)
    found = compare(path, Dataset("unlabelled", (images,)))
    assert not found.rows[0].metrics
    assert "as it is" in html_report(found)


def test_one_class_for_all_points_to_the_preprocessing(
    network: Graph, digits: Dataset, tmp_path: Path
) -> None:
    path = written(network, digits, "int8", tmp_path)
    images = digits.batch(0, 30)
    assert isinstance(images, np.ndarray)
    blank = Dataset("blank", (images * 0,), np.arange(30) % 3)
    (row,) = compare(path, blank).rows
    assert any("Check the preprocessing" in note for note in row.notes)


def test_the_latency_of_the_file(network: Graph, digits: Dataset, tmp_path: Path) -> None:
    path = written(network, digits, "int8-only", tmp_path)
    (row,) = compare(path, digits.head(4), latency=True).rows
    assert row.latency is not None
    assert row.latency.median_ms > 0
