"""Images in folders and tables: found, numbered, decoded batch by batch, and refused safely."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders import activation, operator
from PIL import Image

from qviz.errors import DatasetError
from qviz.evaluation import Preprocessing, image_folder, load_dataset
from qviz.evaluation.image_folder import ImageFiles, class_indices, find_images, read_image
from qviz.evaluation.label_rule import accepted, label_words, word_of_file
from qviz.evaluation.loading import load_images
from qviz.graph import Graph


def classifier(size: tuple[int, int, int], classes: int) -> Graph:
    tensors = [activation("x", 1, *size), activation("y", 1, classes)]
    return Graph.build([operator("RELU", ("x",), "y")], tensors, ["x"], ["y"])


def picture(path: Path, height: int, width: int, value: int, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = np.arange(height)[:, None, None] + np.arange(width)[:, None] * 2 + [value, 0, 7]
    Image.fromarray((rows % 256).astype(np.uint8)).save(path, **options)
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two images of cats, one of a dog, and things that are none."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    root = tmp_path / "pets"
    picture(root / "cat" / "b.png", 20, 30, 10)
    picture(root / "cat" / "a.JPG", 40, 24, 20, format="JPEG")
    picture(root / "dog" / "deep" / "c.png", 24, 24, 30)
    (root / "cat" / "notes.txt").write_text("no image")
    (root / ".hidden").mkdir()
    return root


def test_each_folder_is_a_class_in_the_order_of_names(folder: Path) -> None:
    data = load_dataset(folder, preprocessing="resize=16x16,0..1")
    assert data.y is not None
    assert data.y.tolist() == [0, 0, 1]
    assert data.class_names == ("cat", "dog")
    assert data.preprocessing.describe() == "resize to 16×16 (bilinear), × 1/255"
    batch = data.batch(0, 3)
    assert isinstance(batch, np.ndarray)
    assert (batch.shape, batch.dtype) == ((3, 16, 16, 3), np.float32)
    assert 0 <= batch.min() < batch.max() <= 1


def test_images_are_resized_to_the_model_and_made_grey_for_one_channel(folder: Path) -> None:
    data = load_dataset(folder, model=classifier((12, 10, 1), 2), preprocessing="-1..1")
    assert "resize to 12×10" in data.preprocessing.describe()
    assert "RGB to grey" in data.preprocessing.describe()
    batch = data.batch(0, 2)
    assert isinstance(batch, np.ndarray)
    assert batch.shape == (2, 12, 10, 1)
    pixels = read_image(folder / "cat" / "b.png")[None]
    steps = Preprocessing.parse("channels=grey,resize=12x10,-1..1")
    assert np.allclose(batch[1:], steps.apply(pixels), atol=1e-5)


def test_the_shorter_side_is_resized_and_the_middle_kept(folder: Path) -> None:
    data = load_dataset(folder, preprocessing="shorter=20,crop=16x16")
    batch = data.batch(1, 2)
    assert isinstance(batch, np.ndarray)
    # b.png is 20 by 30: not resized, 2 rows and 7 columns cut off on each side.
    pixels = read_image(folder / "cat" / "b.png")
    assert np.array_equal(batch[0], pixels[2:18, 7:23].astype(np.float32))
    assert "crop the middle 16×16" in data.preprocessing.describe()


def test_mean_and_std_are_applied_by_channel_after_the_size(folder: Path) -> None:
    text = "resize=8x8,scale=1/255,mean=0.5:0.4:0.3,std=0.2:0.2:0.1"
    plain = load_dataset(folder, preprocessing="resize=8x8").batch(0, 3)
    scaled = load_dataset(folder, preprocessing=text).batch(0, 3)
    assert isinstance(plain, np.ndarray)
    expected = (plain / 255 - np.array([0.5, 0.4, 0.3])) / np.array([0.2, 0.2, 0.1])
    assert np.allclose(scaled, expected, atol=1e-5)


def test_only_the_images_of_a_batch_are_decoded(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def spy(path: Path) -> Any:
        read.append(path.name)
        return read_image(path)

    monkeypatch.setattr(image_folder, "read_image", spy)
    data = load_dataset(folder, preprocessing="resize=8x8").head(2)
    assert (len(data), read) == (2, [])
    data.batch(1, 2)
    assert read == ["b.png"]
    list(data.calibration_batches(2, 1))
    assert read == ["b.png", "a.JPG", "b.png"]


def test_a_limit_takes_images_of_all_classes(folder: Path) -> None:
    whole = load_dataset(folder, preprocessing="resize=8x8")
    assert whole.y is not None
    assert whole.y.tolist() == [0, 0, 1]
    data = load_dataset(folder, preprocessing="resize=8x8", limit=2)
    assert data.y is not None
    assert data.y.tolist() == [0, 0]
    for i in range(3):
        picture(folder / "dog" / f"more{i}.png", 8, 8, i)
    data = load_dataset(folder, preprocessing="resize=8x8", limit=2)
    assert data.y is not None
    assert data.y.tolist() == [0, 1]
    (files,) = data.inputs
    assert isinstance(files, ImageFiles)
    assert files.labels == ("cat", "dog")
    with pytest.raises(DatasetError, match="At least one sample"):
        load_dataset(folder, preprocessing="resize=8x8", limit=0)


def test_sizes_have_to_be_said_where_no_model_does(folder: Path) -> None:
    with pytest.raises(DatasetError, match="different sizes"):
        load_dataset(folder)
    with pytest.raises(DatasetError, match="no middle of 64×64"):
        load_dataset(folder, preprocessing="crop=64x64").batch(0, 1)
    with pytest.raises(DatasetError, match="resize or shorter, not both"):
        load_dataset(folder, preprocessing="resize=8x8,shorter=8")


def test_classes_are_numbered_as_the_list_beside_them_says(folder: Path) -> None:
    (folder / "class_names.txt").write_text("bird\ndog\ncat\n")
    data = load_dataset(folder, model=classifier((8, 8, 3), 3))
    assert data.y is not None
    assert data.y.tolist() == [2, 2, 1]
    assert data.class_names == ("bird", "dog", "cat")
    (folder / "class_names.txt").write_text("bird\ndog\n")
    with pytest.raises(DatasetError, match="'cat' is not among the 2 names"):
        load_dataset(folder, preprocessing="resize=8x8")


def test_classes_that_cannot_be_the_models_are_refused(folder: Path) -> None:
    with pytest.raises(DatasetError, match="2 classes, the model tells 10 apart"):
        load_dataset(folder, model=classifier((8, 8, 3), 10))
    # The word rule needs no numbers.
    images, unlabelled = load_images(folder, Preprocessing(), classifier((8, 8, 3), 10))
    assert images.y is None
    assert "2 classes, the model tells 10 apart" in unlabelled
    (files,) = images.inputs
    assert isinstance(files, ImageFiles)
    assert files.labels == ("cat", "cat", "dog")


def test_numbers_and_wordnet_ids_are_classes(tmp_path: Path) -> None:
    assert class_indices(["7", "12"], tmp_path, 1000)[0].tolist() == [7, 12]
    index = {"0": ["n01440764", "tench"], "1": ["n01443537", "goldfish"]}
    (tmp_path / "imagenet_class_index.json").write_text(json.dumps(index))
    for labels in (["n01443537", "n01440764"], ["goldfish", "tench"]):
        numbers, names = class_indices(labels, tmp_path)
        assert (numbers.tolist(), names) == ([1, 0], ("tench", "goldfish"))
    (tmp_path / "imagenet_class_index.json").write_text("[1]")
    with pytest.raises(DatasetError, match="does not list classes"):
        class_indices(["a"], tmp_path)


def test_a_folder_of_images_without_classes_has_no_labels(tmp_path: Path) -> None:
    picture(tmp_path / "one.png", 8, 8, 1)
    data = load_dataset(tmp_path, preprocessing="resize=8x8")
    assert (data.y, data.task, len(data)) == (None, "none", 1)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetError, match="has no images"):
        find_images(tmp_path / "empty")


def test_a_table_names_files_and_labels(folder: Path) -> None:
    table = folder / "table.csv"
    table.write_text("label,file\ndog,dog/deep/c.png\ncat,cat/b.png\n")
    data = load_dataset(table, preprocessing="resize=8x8")
    assert data.y is not None
    assert data.y.tolist() == [1, 0]
    batch = data.batch(0, 1)
    assert isinstance(batch, np.ndarray)
    assert batch[0, 0, 0, 0] == pytest.approx(read_image(folder / "dog/deep/c.png")[1, 1, 0], abs=3)
    table.write_text("file,label\ncat/none.png,cat\n")
    with pytest.raises(DatasetError, match="does not exist"):
        load_dataset(table, preprocessing="resize=8x8")
    table.write_text("file,label\ncat/notes.txt,cat\n")
    with pytest.raises(DatasetError, match="no image"):
        load_dataset(table, preprocessing="resize=8x8")


def bomb(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 999))
        + chunk(b"IEND", b"")
    )


def test_images_that_claim_too_much_or_are_damaged_are_refused(tmp_path: Path) -> None:
    whole = picture(tmp_path / "whole.png", 30, 30, 1).read_bytes()
    for name, content, message in (
        ("bomb.png", bomb(60000, 60000), "pixels"),
        ("large.png", bomb(9000, 9000), "81 megapixels|9000×9000 pixels"),
        ("cut.png", whole[: len(whole) // 2], "damaged or cut off|cannot be read"),
        ("text.jpg", b"no image at all", "not an image"),
        ("empty.png", b"", "not an image"),
        # PostScript under another name would start an interpreter.
        ("script.png", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not an image"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DatasetError, match=message) as error:
            read_image(tmp_path / name)
        assert name in str(error.value)
    deep = Image.fromarray(np.full((4, 4), 1000, np.uint16))
    deep.save(tmp_path / "deep.png")
    with pytest.raises(DatasetError, match="more than 8 bits"):
        read_image(tmp_path / "deep.png")


def test_images_are_turned_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = picture(tmp_path / "turned.jpg", 10, 30, 1, exif=exif)
    assert read_image(turned).shape == (30, 10, 3)


def test_the_word_rule_accepts_every_class_whose_name_contains_the_word() -> None:
    names = ["tench", "Eskimo dog, husky", "golden_retriever", "prairie dog"]
    right = accepted(["dog", "golden retriever", None, "cat"], names)
    assert right.tolist() == [
        [False, True, False, True],
        [False, False, True, False],
        [False] * 4,
        [False] * 4,
    ]


def test_words_come_from_labels_class_names_or_file_names() -> None:
    paths = [Path("n01440764_10026_tench.JPEG"), Path("plain.png")]
    assert word_of_file(paths[0]) == "tench"
    assert label_words(None, paths, None, ()) == ("tench", None)
    names = ("tench", "goldfish")
    numbers = np.array([1, 0])
    assert label_words(["1", "n01440764"], paths, numbers, names) == ("goldfish", "tench")
    assert label_words(["dog", "7"], paths, None, names) == ("dog", None)
