"""CSV tables of numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from builders import activation, operator

from qviz.errors import DatasetError
from qviz.evaluation import load_dataset
from qviz.graph import Graph


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_the_last_column_is_the_target(tmp_path: Path) -> None:
    path = write(tmp_path / "d.csv", "a,b,price\n1,2.5,10.5\n\n-3,4e1,20\n")
    data = load_dataset(path)
    assert np.array_equal(data.x, np.array([[1, 2.5], [-3, 40]], np.float32))
    assert data.y is not None
    assert data.y.tolist() == [10.5, 20]
    assert (data.task, data.name, len(data.sha256)) == ("regression", "d.csv", 64)


def test_a_named_column_is_the_target(tmp_path: Path) -> None:
    path = write(tmp_path / "d.csv", "kind;a;b\n1;5;6\n0;7;8\n")
    data = load_dataset(path, target="kind")
    assert np.array_equal(data.x, np.array([[5, 6], [7, 8]], np.float32))
    assert data.y is not None
    assert (data.y.dtype, data.y.tolist(), data.task) == (np.int64, [1, 0], "classification")
    with pytest.raises(DatasetError, match="no column 'sort'; it has kind, a, b"):
        load_dataset(path, target="sort")


def test_text_targets_are_classes_in_the_order_of_names(tmp_path: Path) -> None:
    path = write(tmp_path / "d.tsv", "\ufeffa\tkind\n1\tsetosa\n2\tiris\n3\tsetosa\n")
    data = load_dataset(path)
    assert data.y is not None
    assert data.y.tolist() == [1, 0, 1]
    assert data.class_names == ("iris", "setosa")


def test_a_table_is_fitted_to_a_model(tmp_path: Path) -> None:
    tensors = [activation("x", 1, 2), activation("y", 1, 1)]
    model = Graph.build([operator("RELU", ("x",), "y")], tensors, ["x"], ["y"])
    path = write(tmp_path / "d.csv", "a,b,y\n1,2,3\n4,5,6\n")
    data = load_dataset(path, model=model, preprocessing="mean=1:2,std=2:4")
    assert data.y is not None
    assert (data.y.tolist(), data.task) == ([[3], [6]], "regression")
    assert np.array_equal(data.batch(1, 2), np.array([[1.5, 0.75]], np.float32))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "needs a line of column names"),
        ("a,b\n", "needs a line of column names"),
        ("1,2\n3,4\n", "no line of column names"),
        ("a,b\n1,2\n3\n", "Line 3 of d.csv has 1 cells, the header 2"),
        ("a,b\n1,2\nx,4\n", "'x' in the column 'a' of line 3"),
        ("a,b\n,2\n", "'' in the column 'a' of line 2"),
        ("a,b\nnan,2\n", "'nan' in the column 'a'"),
        ("a,b\n1e999,2\n", "in the column 'a'"),
        ("b\n1\n", "one column only"),
    ],
)
def test_bad_tables_are_refused_with_the_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        load_dataset(write(tmp_path / "d.csv", text))


def test_a_table_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(b"a,b\n\xff\xfe\x00,1\n")
    with pytest.raises(DatasetError, match="not text in UTF-8"):
        load_dataset(path)
