from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders import activation, operator

from qviz.errors import DatasetError
from qviz.evaluation import Dataset, load_dataset
from qviz.graph import Graph


def model(input_shape: tuple[int, ...], output_shape: tuple[int, ...], **more: Any) -> Graph:
    dtype = more.get("dtype", np.float32)
    tensors = [activation("x", 1, *input_shape, dtype=dtype), activation("y", 1, *output_shape)]
    return Graph.build([operator("RELU", ("x",), "y")], tensors, ["x"], ["y"])


def save(path: Path, **arrays: Any) -> Path:
    np.savez(path, **arrays)
    return path


X = np.arange(6 * 4 * 4, dtype=np.uint8).reshape(6, 4, 4)
Y = np.array([0, 1, 2, 0, 1, 2])


def test_samples_are_fitted_to_the_input(tmp_path: Path) -> None:
    path = save(tmp_path / "d.npz", x=X, y=Y)
    data = load_dataset(path, preprocessing="scale=1/2", model=model((4, 4, 1), (3,)))
    assert (len(data), data.task, data.name) == (6, "classification", "d.npz")
    batch = data.batch(1, 3)
    assert isinstance(batch, np.ndarray)
    assert batch.dtype == np.float32
    assert np.array_equal(batch[..., 0], X[1:3] / np.float32(2))
    assert [len(b) for b in data.batches(4)] == [4, 2]
    assert len(data.sha256) == 64


def test_test_samples_come_first_and_training_samples_calibrate(tmp_path: Path) -> None:
    path = save(
        tmp_path / "d.npz", x_train=X[3:], y_train=Y[3:], x_test=X[:3], y_test=Y[:3], z=np.ones(2)
    )
    data = load_dataset(path)
    assert np.array_equal(data.x, X[:3])
    (calibration,) = data.calibration_batches(10)
    assert np.array_equal(calibration, X[3:].astype(np.float32))
    assert data.describe_calibration(10, 7) == "3 of the calibration samples of the file, seed 7"


def test_calibration_is_repeatable_and_without_repetition(tmp_path: Path) -> None:
    x = np.arange(50, dtype=np.float32)[:, None]
    data = load_dataset(save(tmp_path / "d.npz", x=x))
    first = np.concatenate(list(data.calibration_batches(20, 8, seed=1)))
    again = np.concatenate(list(data.calibration_batches(20, 3, seed=1)))
    other = np.concatenate(list(data.calibration_batches(20, 8, seed=2)))
    assert np.array_equal(first, again)
    assert len(np.unique(first)) == 20
    assert not np.array_equal(first, other)


def test_no_labels_is_fine(tmp_path: Path) -> None:
    data = load_dataset(save(tmp_path / "d.npz", x=X), model=model((4, 4), (3,)))
    assert (data.y, data.task) == (None, "none")


def test_one_hot_labels_become_classes(tmp_path: Path) -> None:
    data = load_dataset(save(tmp_path / "d.npz", x=X, y=np.eye(3)[Y]), model=model((4, 4), (3,)))
    assert data.y is not None
    assert data.y.tolist() == Y.tolist()


@pytest.mark.parametrize(
    ("y", "output", "task"),
    [
        (np.linspace(0, 1, 6), (1,), "regression"),
        (np.linspace(0, 1, 6)[:, None], (1,), "regression"),
        (np.linspace(0, 1, 12).reshape(6, 2), (2,), "regression"),
        (np.array([0, 1, 1, 0, 1, 0]), (1,), "classification"),
        (np.array([0, 1, 1, 0, 1, 0], bool), (1,), "classification"),
        (np.array([3, 1, 1, 0, 1, 0]), (1,), "regression"),
        (Y.astype(np.float64), (3,), "classification"),
        (Y, (1, 1, 3), "classification"),
    ],
)
def test_task_follows_from_labels_and_output(
    tmp_path: Path, y: np.ndarray, output: tuple[int, ...], task: str
) -> None:
    data = load_dataset(save(tmp_path / "d.npz", x=X, y=y), model=model((4, 4), output))
    assert data.task == task


def test_several_inputs_by_number_or_name(tmp_path: Path) -> None:
    tensors = [activation("a", 1, 4), activation("b", 1, 2), activation("y", 1, 3)]
    operators = [operator("CONCATENATION", ("a", "b"), "y")]
    graph = Graph.build(operators, tensors, ["a", "b"], ["y"])
    a, b = np.ones((6, 4), np.float32), np.zeros((6, 2), np.float32)
    for arrays in ({"x0": a, "x1": b}, {"a": a, "b": b}):
        data = load_dataset(save(tmp_path / "d.npz", **arrays), model=graph)
        batch = data.batch(0, 5)
        assert isinstance(batch, tuple)
        assert [part.shape for part in batch] == [(5, 4), (5, 2)]
    with pytest.raises(DatasetError, match=r"2 inputs \(a, b\), the data have 1"):
        load_dataset(save(tmp_path / "d.npz", x=a), model=graph)


def test_indices_are_not_preprocessed(tmp_path: Path) -> None:
    path = save(tmp_path / "d.npz", x=X)
    data = load_dataset(path, preprocessing="0..1", model=model((4, 4), (3,), dtype=np.int32))
    batch = data.batch(0, 2)
    assert isinstance(batch, np.ndarray)
    assert batch.dtype == np.uint8
    path = save(tmp_path / "f.npz", x=X.astype(np.float32))
    with pytest.raises(DatasetError, match="takes integers"):
        load_dataset(path, model=model((4, 4), (3,), dtype=np.int32))


def test_limit_keeps_the_first_samples(tmp_path: Path) -> None:
    data = load_dataset(save(tmp_path / "d.npz", x=X, y=Y), limit=2)
    assert len(data) == 2
    assert isinstance(data, Dataset)
    with pytest.raises(DatasetError, match="At least one"):
        load_dataset(tmp_path / "d.npz", limit=0)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"y": Y}, "no array named x"),
    ({"x": X, "y": Y[:4]}, "6 samples but 4 labels"),
    ({"x": X, "y": Y + 1}, "reach from 1 to 3, the model tells 3 classes apart"),
    ({"x": X, "y": Y - 1}, "reach from -1 to 1"),
    ({"x": X, "y": Y + 0.5}, "not whole numbers"),
    ({"x": X, "y": Y.astype(str)}, "numbers are needed"),
    ({"x": X, "y": np.full(6, np.nan)}, "NaN"),
    ({"x": X.astype(str)}, "numbers are needed"),
    ({"x": np.where(X == 50, np.nan, X)}, "NaN or infinity, first in sample 3 "),
    ({"x": X[:0]}, "no samples"),
    ({"x": np.float32(3)}, "no samples"),
    ({"x": X.reshape(6, 2, 8)}, r"expects samples of shape \(4, 4, 1\), .* have \(2, 8\)"),
    ({"x": np.stack([X] * 3, -1)}, "channels=grey would fit"),
    ({"x": np.array([{}, {}], object)}, "Python objects"),
]


@pytest.mark.parametrize(("arrays", "message"), BAD)
def test_bad_data_are_refused_in_a_sentence(
    tmp_path: Path, arrays: dict[str, Any], message: str
) -> None:
    path = save(tmp_path / "bad.npz", **arrays)
    with pytest.raises(DatasetError, match=message) as error:
        load_dataset(path, model=model((4, 4, 1), (3,)))
    assert "\n" not in str(error.value)


def test_damaged_files_are_refused_in_a_sentence(tmp_path: Path) -> None:
    whole = save(tmp_path / "whole.npz", x=X, y=Y).read_bytes()
    for name, data in {
        "empty.npz": b"",
        "text.npz": b"x,y\n1,2\n",
        "cut.npz": whole[: len(whole) // 2],
        "flipped.npz": whole[:200] + b"\xff" * 8 + whole[208:],
        "array.npz": b"\x93NUMPY" + whole,
    }.items():
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(DatasetError) as error:
            load_dataset(path)
        assert name in str(error.value)
    for missing in (tmp_path / "missing.npz", tmp_path):
        with pytest.raises(DatasetError, match="npz"):
            load_dataset(missing)


def test_resize_is_proposed_where_it_would_help(tmp_path: Path) -> None:
    path = save(tmp_path / "d.npz", x=X)
    with pytest.raises(DatasetError, match="resize=8x8,channels=rgb would fit"):
        load_dataset(path, model=model((8, 8, 3), (3,)))
    data = load_dataset(path, preprocessing="resize=8x8,channels=rgb", model=model((8, 8, 3), (3,)))
    assert np.shape(data.batch(0, 2)) == (2, 8, 8, 3)


def test_what_is_proposed_keeps_what_is_in_force(tmp_path: Path) -> None:
    path = save(tmp_path / "d.npz", x=X)
    with pytest.raises(DatasetError) as error:
        load_dataset(path, preprocessing="crop=2x2,0..1", model=model((8, 8, 3), (3,)))
    proposed = str(error.value).split("the preprocessing ")[-1].split(" would fit")[0]
    assert proposed == "resize=8x8,channels=rgb,scale=1/255"
    assert len(load_dataset(path, preprocessing=proposed, model=model((8, 8, 3), (3,)))) == len(X)
    with pytest.raises(DatasetError, match="the preprocessing resize=8x8,scale=1/255 would fit"):
        load_dataset(path, preprocessing="channels=rgb,0..1", model=model((8, 8, 1), (3,)))


@pytest.mark.parametrize("shape", [(16, 16, 3), (16, 12, 3), (32, 32, 3), (-1, -1, 3)])
def test_channels_first_is_named_and_not_resized(shape: tuple[int, int, int]) -> None:
    height, width = (16, 12) if shape[1] == 12 else (16, 16)
    x = np.zeros((2, 3, height, width), np.float32)
    graph = model(shape, (3,))
    with pytest.raises(DatasetError, match="look channels-first") as error:
        Dataset.of(x).fitted(graph)
    assert "resize" not in str(error.value)
    if shape != (32, 32, 3):
        Dataset.of(np.moveaxis(x, 1, -1)).fitted(graph)


def test_digits_are_built_in() -> None:
    data = load_dataset("digits")
    assert data.x.shape[1:] == (8, 8, 1)
    assert data.task == "classification"
    assert len(data.class_names) == 10
    assert data.calibration


def test_shared_data_sets_open(shared_folder: Path) -> None:
    housing = load_dataset(shared_folder / "data" / "california_housing.npz", limit=50)
    assert (housing.task, housing.x.shape) == ("regression", (50, 8))
    mnist = load_dataset(
        shared_folder / "data" / "mnist.npz",
        preprocessing="0..1",
        limit=20,
        model=model((28, 28, 1), (10,)),
    )
    assert np.shape(mnist.batch(0, 20)) == (20, 28, 28, 1)
    assert mnist.task == "classification"


def test_models_that_do_not_take_single_samples_are_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "d.npz", x=X)
    for shape in ((), (8,), (8, 4, 4)):
        tensors = [activation("x", *shape), activation("y", *shape)]
        graph = Graph.build([operator("RELU", ("x",), "y")], tensors, ["x"], ["y"])
        with pytest.raises(DatasetError, match="input x has the fixed shape"):
            load_dataset(path, model=graph)


def test_damage_anywhere_is_a_sentence(tmp_path: Path) -> None:
    whole = save(tmp_path / "whole.npz", x=X, y=Y).read_bytes()
    random = np.random.default_rng(5)
    path = tmp_path / "damaged.npz"
    refused = 0
    for _ in range(200):
        data = bytearray(whole)
        for place in random.integers(0, len(data), 2):
            data[place] ^= int(random.integers(1, 256))
        path.write_bytes(data[: random.integers(1, len(data))] if random.random() < 0.2 else data)
        try:
            load_dataset(path)
        except DatasetError:
            refused += 1
    assert refused > 100


def test_data_from_arrays() -> None:
    data = Dataset.of(X, np.eye(3)[Y], preprocessing="0..1").fitted(model((4, 4, 1), (3,)))
    assert data.y is not None
    assert data.y.tolist() == Y.tolist()
    assert np.asarray(data.batch(0, 6)).max() == np.float32(95 / 255)
    with pytest.raises(DatasetError, match="needs samples"):
        Dataset.of(X[:0])
    with pytest.raises(DatasetError, match="6 samples but 5 labels"):
        Dataset.of(X, Y[:5])


def test_values_in_a_row_are_laid_out_as_the_model_takes_them(tmp_path: Path) -> None:
    images = np.arange(5 * 64, dtype=np.float32).reshape(5, 8, 8)
    flat = save(tmp_path / "flat.npz", x=images.reshape(5, 64))
    data = load_dataset(flat, preprocessing="scale=1/16", model=model((8, 8, 1), (3,)))
    assert np.array_equal(data.batch(0, 5), images[..., None] / 16)
    assert data.describe_preprocessing() == "× 1/16, 64 values laid out as 8×8×1, row by row"
    square = save(tmp_path / "square.npz", x=images)
    data = load_dataset(square, model=model((64,), (3,)))
    assert np.array_equal(data.batch(1, 3), images[1:3].reshape(2, 64))
    assert data.describe_preprocessing() == "8 × 8 values laid out as 64, row by row"
    fits = load_dataset(square, model=model((8, 8, 1), (3,)))
    assert fits.describe_preprocessing() == "none (values as stored)"
    for shape in ((8, 9, 1), (16, 4), (-1, -1, 1)):
        with pytest.raises(DatasetError, match="expects samples of shape"):
            load_dataset(square if shape == (16, 4) else flat, model=model(shape, (3,)))


def test_the_column_of_the_labels_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pixels.csv"
    header = ",".join([*(f"p{i}" for i in range(64)), "digit"])
    rows = [",".join([*map(str, range(64)), str(label)]) for label in (0, 2, 1)]
    path.write_text("\n".join([header, *rows]))
    data = load_dataset(path, model=model((8, 8, 1), (3,)))
    assert data.notes == ("The labels are the column 'digit', the samples all other columns.",)
    assert np.shape(data.batch(0, 3)) == (3, 8, 8, 1)
    assert data.head(2).notes == data.notes
    assert load_dataset(path, target="p0", model=model((8, 8, 1), (3,))).target == "p0"
    assert load_dataset(save(tmp_path / "d.npz", x=X), model=None).notes == ()
