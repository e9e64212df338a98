from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from comparisons import classification, regression

from qviz.errors import ModelFormatError
from qviz.evaluation import Comparison, Flip, Interval, Latency, PairedTest, WeightSparsity
from qviz.quantization import scheme
from qviz.report import comparison_as_json, comparison_from_json, is_comparison


def full() -> Comparison:
    """A comparison with everything that a row can have."""
    comparison = classification()
    test = PairedTest(
        "McNemar", 0.039, "mid-p", 0.07, 1, 7, -0.3, Interval(-0.5, -0.02, "Newcombe")
    )
    row = replace(
        comparison.rows[-1],
        scheme=scheme("int8:prune=0.5:clusters=16").with_options(float_layers=("dense1",)),
        intervals={"top1": Interval(0.97, 0.99, "Wilson")},
        paired=test,
        flips=(Flip(3, 1, 2, 1), Flip(9, 0, -1, None)),
        sparsity=(WeightSparsity("conv1", "conv1/kernel", 288, 0.5, 0.5, 16, 124, 49),),
        latency=Latency(0.5, 0.75, 300, 5, 1, "a computer", "2.3.0"),
    )
    return replace(comparison, rows=(*comparison.rows, row))


@pytest.mark.parametrize("comparison", [full(), regression(), regression(labels=False)])
def test_what_was_written_is_read_again(comparison: Comparison) -> None:
    assert comparison_from_json(comparison_as_json(comparison)) == comparison


def test_reports_of_before_are_read() -> None:
    content = json.loads(comparison_as_json(full()))
    for row in content["rows"]:
        for key in ("intervals", "paired", "flips", "sparsity", "latency"):
            del row[key]
        for key in ("pruning", "clusters", "pruning_scope", "cluster_start"):
            del row["options"][key]
    del content["recommendation"]
    content["new"] = 1
    content["rows"][0]["options"]["new"] = 2
    old = comparison_from_json(json.dumps(content))
    assert [row.size_bytes for row in old.rows] == [row.size_bytes for row in full().rows]
    assert old.rows[-1].paired is None


def test_lost_numbers_are_nan_again() -> None:
    comparison = classification()
    row = replace(comparison.rows[0], metrics={"top1": math.nan}, agreement=math.nan)
    text = comparison_as_json(replace(comparison, rows=(row,)))
    assert math.isnan(comparison_from_json(text).rows[0].metrics["top1"])


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", '{"model": 1, "rows": [], "data": {}}', "not json", "[" * 5000]
)
def test_other_files_are_said_to_be_others(text: str) -> None:
    with pytest.raises(ModelFormatError, match="not a JSON report of qviz"):
        comparison_from_json(text)


def test_models_are_no_comparisons() -> None:
    assert is_comparison(comparison_as_json(classification()))
    assert not is_comparison('{"format": "layers-model", "modelTopology": {}}')
    assert not is_comparison("")
    assert not is_comparison("[" * 5000)
