"""The demos of the start page with the real worker processes and real data."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from keras_reference import KerasReference
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from qviz.evaluation.demo import DEMOS
from qviz.evaluation.image_folder import read_image
from qviz.evaluation.image_scores import ImageDemoResult
from qviz.jobs.results import DataSpec
from qviz.resources import sample_models
from qviz.ui.image_demo_dialog import ImageDemoDialog
from qviz.ui.main_window import MainWindow
from qviz.ui.view_tabs import COMPARE
from qviz.ui.wording import format_metric

SAMPLES = 200
PATIENCE_MS = 90_000
SIZE = 32
IMAGES = 20

pytestmark = pytest.mark.usefixtures("offline")


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No caches of this computer, and a network where nobody answers."""
    monkeypatch.delenv("QVIZ_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")


def finish(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.workbench.busy, timeout=PATIENCE_MS)


def few_samples(source: Path, target: Path) -> None:
    """The first samples of a data set, as keras.datasets lays it out."""
    with np.load(source) as arrays:
        np.savez(target, **{name: arrays[name][:SAMPLES] for name in arrays.files})


# -- the demos with data of their own --------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "file", "least"),
    [("mnist", "mnist.npz", 0.98), ("fashion-mnist", "fashion_mnist.npz", 0.86)],
)
def test_a_card_compares_the_trained_network_on_real_data(
    real_window: MainWindow,
    qtbot: QtBot,
    shared_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    file: str,
    least: float,
):
    window = real_window
    few_samples(shared_folder / "data" / file, tmp_path / file)
    qtbot.mouseClick(window.start_page.demos[name], Qt.MouseButton.LeftButton)
    # Nothing in the caches and no network: the bar asks for the folder.
    qtbot.waitUntil(window.message_bar.isVisible, timeout=PATIENCE_MS)
    assert "Traceback" not in window.message_bar.text.text()
    assert window.message_bar.action.isVisible()
    assert window.session.model is None
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    qtbot.mouseClick(window.message_bar.action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(window.session.runs) == 3, timeout=PATIENCE_MS)
    finish(window, qtbot)
    assert not window.message_bar.isVisible(), window.message_bar.text.text()
    assert Path(window.session.path) == sample_models() / name / f"{name}.keras"
    assert window.session.data == DataSpec(DEMOS[name].data, folder=str(tmp_path))
    scores = {run.result.scheme.id: run.result.metrics["top1"] for run in window.session.runs}
    assert scores["float32"] > least
    assert scores["tfjs-uint16"] == scores["float32"]
    assert abs(scores["tfjs-uint8"] - scores["float32"]) <= 2 / SAMPLES
    comparison = window.session.comparison()
    assert comparison is not None
    assert (comparison.data.name, comparison.data.samples) == (name, SAMPLES)
    window.tabs.setCurrentIndex(COMPARE)
    assert window.tabs.compare is not None
    header, *rows = window.tabs.compare.table.rows()
    stated = [score["top1"] for score in DEMOS[name].published.scores]
    column = header.index("published")
    assert [row[column] for row in rows] == [format_metric("top1", score) for score in stated]
    assert window.tabs.weights is not None
    assert window.tabs.weights.data is not None


def test_a_folder_whose_data_are_damaged_is_one_sentence(
    real_window: MainWindow, qtbot: QtBot, tmp_path: Path
):
    (tmp_path / "mnist.npz").write_bytes(b"PK\x03\x04 cut off")
    real_window.demos.open("mnist", str(tmp_path))
    qtbot.waitUntil(real_window.message_bar.isVisible, timeout=PATIENCE_MS)
    assert "mnist.npz" in real_window.message_bar.text.text()
    assert "Traceback" not in real_window.message_bar.text.text()
    finish(real_window, qtbot)
    assert real_window.session.runs == ()


# -- MobileNetV2 -----------------------------------------------------------------------------


_MAKE = """
model = keras.applications.MobileNetV2(
    input_shape=(32, 32, 3), alpha=0.35, weights=None, classes=1000
)
randomize(model, 3)
# Batch norms that fit these images, and a decided last layer: else all images are of one class.
for layer in model.layers:
    if isinstance(layer, keras.layers.BatchNormalization):
        layer.momentum = 0.0
model(x, training=True)
last = model.layers[-1]
last.kernel.assign(last.kernel * 20)
model.save(path)
result = None
"""


@dataclass(frozen=True)
class Photographs:
    """Images whose labels are what a network says of them scaled to -1..1, and that network."""

    network: Path
    folder: Path
    table: Path


@pytest.fixture(scope="session")
def photographs(
    keras_reference: KerasReference, tmp_path_factory: pytest.TempPathFactory
) -> Photographs:
    """A narrow MobileNetV2 of 1000 classes with random weights, and small images."""
    folder = tmp_path_factory.mktemp("photographs")
    generator = np.random.default_rng(5)
    pixels = []
    for i in range(IMAGES):
        coarse = generator.integers(0, 256, (4, 4, 3), dtype=np.uint8)
        picture = Image.fromarray(coarse).resize((SIZE, SIZE), Image.Resampling.BICUBIC)
        picture.save(folder / f"{i}.png")
        pixels.append(read_image(folder / f"{i}.png"))
    x = np.stack(pixels).astype(np.float32) / 127.5 - 1
    network = tmp_path_factory.mktemp("network") / "mobilenetv2.keras"
    keras_reference.run(_MAKE, path=str(network), x=x)
    classes = keras_reference.predict(network, [x])[0].argmax(axis=1)
    assert len(set(classes)) > IMAGES // 4
    table = folder / "labels.csv"
    lines = ["file,label", *(f"{i}.png,{c}" for i, c in enumerate(classes))]
    table.write_text("\n".join(lines) + "\n")
    names = "\n".join(f"thing {i:03}" for i in range(1000))
    (folder / "class_names.txt").write_text(names + "\n")
    return Photographs(network, folder, table)


def asked(window: MainWindow, qtbot: QtBot, model: Path | None, images: Path) -> ImageDemoDialog:
    """The dialog, filled in by its card."""
    qtbot.mouseClick(window.start_page.demos["mobilenetv2"], Qt.MouseButton.LeftButton)
    dialog = window.demos.photographs.dialog
    assert dialog is not None
    qtbot.waitExposed(dialog)
    if model is not None:
        dialog.form.from_file.setChecked(True)
        dialog.form.file.setText(str(model))
    dialog.form.images.setText(str(images))
    return dialog


def ran(window: MainWindow, qtbot: QtBot, dialog: ImageDemoDialog) -> None:
    qtbot.mouseClick(dialog.run, Qt.MouseButton.LeftButton)
    assert dialog.stop.isVisible()
    finish(window, qtbot)
    qtbot.waitUntil(lambda: not dialog.stop.isVisible(), timeout=5000)


def only(dialog: ImageDemoDialog, *schemes: str) -> None:
    for name, box in dialog.form.boxes.items():
        box.setChecked(name in schemes)


@pytest.mark.tensorflow
def test_both_scalings_stand_side_by_side(
    real_window: MainWindow, qtbot: QtBot, photographs: Photographs, tmp_path: Path
):
    window = real_window
    dialog = asked(window, qtbot, photographs.network, photographs.table)
    ran(window, qtbot, dialog)
    assert not window.message_bar.isVisible(), window.message_bar.text.text()
    result = dialog.result_shown
    assert isinstance(result, ImageDemoResult)
    assert result.samples == IMAGES
    header, *rows = dialog.table.rows()
    assert [row[0] for row in rows] == list(dialog.form.schemes)
    # Labels are what float32 says of -1..1, so there it is always right, and 0..1 does not fit.
    fed, trained = (result.row(s, "float32") for s in ("0..1", "-1..1"))
    assert fed is not None
    assert trained is not None
    assert (trained.top1, trained.word_top1, trained.agreement) == (1.0, 1.0, 1.0)
    assert fed.top1 is not None
    assert fed.top1 < 1
    assert fed.top1 == result.same_class
    half, quarter = (result.row("-1..1", scheme) for scheme in ("tfjs-uint16", "tfjs-uint8"))
    assert half is not None
    assert quarter is not None
    assert half.top1 == half.agreement
    assert half.agreement >= 1 - 2 / IMAGES
    assert quarter.agreement <= half.agreement
    assert rows[0][header.index("[−1, 1]\ntop-1")] == "100.0%"
    assert rows[0][header.index("[0, 1]\ntop-1")] == f"{100 * fed.top1:.1f}%"
    assert [row[header.index("published\nby word")] for row in rows[:3]] == [
        *("61.8%", "62.4%", "28.0%")
    ]
    # What a file was trained on is not known; which scaling does better was measured.
    assert not dialog.warning.isVisible()
    told = dialog.findings.toPlainText()
    assert "Inputs -1..1 do better on these images" in told
    assert f"Input range: float32 has {100 * fed.top1:.1f}% top-1 with inputs 0..1" in told
    assert "16 bits per tensor over the weights as written" in told
    assert "Traceback" not in told
    # Four, two and one byte a weight, and a gzip ratio for every scheme.
    sizes = {row.scheme: row.size_bytes for row in result.gzip}
    assert set(sizes) == set(dialog.form.schemes)
    assert sizes["float32"] > 1.8 * sizes["tfjs-uint16"] > 3.2 * sizes["tfjs-uint8"]
    assert "–" not in {row[header.index("Files\ngzip ratio")] for row in rows}


@pytest.mark.tensorflow
def test_from_the_table_to_a_file_and_to_the_views(
    real_window: MainWindow,
    qtbot: QtBot,
    photographs: Photographs,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    window = real_window
    dialog = asked(window, qtbot, photographs.network, photographs.table)
    only(dialog, "float32", "tfjs-uint8", "int8")
    dialog.form.samples.setValue(12)
    ran(window, qtbot, dialog)
    result = dialog.result_shown
    assert result is not None
    target = tmp_path / "table.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    with target.open(newline="", encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    assert [(row["inputs"], row["scheme"]) for row in written] == [
        (scaling, scheme)
        for scaling in ("0..1", "-1..1")
        for scheme in ("float32", "tfjs-uint8", "int8")
    ]
    assert [float(row["top1"]) for row in written] == [row.top1 for row in result.rows]
    assert {row["images"] for row in written} == {"12"}
    # The table of labels itself is not to be overwritten.
    target = photographs.table
    before = target.read_text()
    qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    assert target.read_text() == before
    assert "labels.csv" in dialog.stage.text()
    qtbot.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
    assert "Input range" in QApplication.clipboard().text()
    qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()
    qtbot.waitUntil(lambda: len(window.session.runs) == 3, timeout=PATIENCE_MS)
    finish(window, qtbot)
    assert not window.message_bar.isVisible(), window.message_bar.text.text()
    # The views compute what the dialog showed of -1..1, on the same images.
    for run in window.session.runs:
        row = result.row("-1..1", run.result.scheme.id)
        assert row is not None
        assert run.result.metrics["top1"] == pytest.approx(row.top1)
        assert run.result.metrics["top5"] == pytest.approx(row.top5)
        assert run.result.agreement == pytest.approx(row.agreement)
    assert window.session.data == DataSpec(str(photographs.table), "-1..1", 12)
    assert window.tabs.weights is not None
    assert window.tabs.weights.data is not None


@pytest.mark.tensorflow
def test_stop_keeps_what_was_run_and_the_demo_runs_again(
    real_window: MainWindow, qtbot: QtBot, photographs: Photographs
):
    window = real_window
    dialog = asked(window, qtbot, photographs.network, photographs.table)
    only(dialog, "float32", "tfjs-uint8")
    qtbot.mouseClick(dialog.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: dialog.result_shown is not None and dialog.result_shown.rows != (),
        timeout=PATIENCE_MS,
    )
    qtbot.mouseClick(dialog.stop, Qt.MouseButton.LeftButton)
    assert not window.workbench.running
    assert dialog.run.isEnabled()
    assert "Stopped" in dialog.stage.text()
    kept = dialog.result_shown
    assert kept is not None
    assert kept.row("0..1", "float32") is not None
    assert f"of {IMAGES} images with inputs 0..1" in dialog.findings.toPlainText()
    assert dialog.export_button.isEnabled()
    assert dialog.open_button.isEnabled()
    ran(window, qtbot, dialog)
    again = dialog.result_shown
    assert again is not None
    assert len(again.rows) == 4
    assert {row.samples for row in again.rows} == {IMAGES}
    # Closing gives up what runs.
    qtbot.mouseClick(dialog.run, Qt.MouseButton.LeftButton)
    dialog.close()
    assert not window.workbench.running
    finish(window, qtbot)
    assert not window.message_bar.isVisible()


@pytest.mark.tensorflow
def test_classes_that_are_not_the_networks_leave_agreement(
    real_window: MainWindow, qtbot: QtBot, photographs: Photographs, tmp_path: Path
):
    dialog = asked(real_window, qtbot, photographs.network, tmp_path / "labels.csv")
    for i, label in enumerate(("thing 001", "unicorn")):
        (tmp_path / f"{i}.png").write_bytes((photographs.folder / f"{i}.png").read_bytes())
        with (tmp_path / "labels.csv").open("a") as file:
            file.write(("file,label\n" if i == 0 else "") + f"{i}.png,{label}\n")
    names = (photographs.folder / "class_names.txt").read_text()
    (tmp_path / "class_names.txt").write_text(names)
    only(dialog, "float32", "int8")
    ran(real_window, qtbot, dialog)
    told = dialog.findings.toPlainText()
    assert "no accuracy by class number: The class 'unicorn' is not among the 1000 names" in told
    header, first, *_ = dialog.table.rows()
    assert first[header.index("[−1, 1]\ntop-1")] == "–"
    assert first[header.index("[−1, 1]\nby word")] != "–"
    assert first[header.index("[−1, 1]\nas float")] == "100.0%"


@pytest.mark.tensorflow
def test_a_network_of_other_classes_is_run_and_named(
    real_window: MainWindow, qtbot: QtBot, photographs: Photographs
):
    model = sample_models() / "digits" / "digits.keras"
    dialog = asked(real_window, qtbot, model, photographs.table)
    only(dialog, "float32", "int8")
    ran(real_window, qtbot, dialog)
    told = dialog.findings.toPlainText()
    assert "10 classes apart, not the 1,000 of ImageNet" in told
    assert "no accuracy by class number" in told
    assert dialog.result_shown is not None
    assert len(dialog.result_shown.rows) == 4


def _empty(folder: Path) -> Path:
    (folder / "empty").mkdir()
    return folder / "empty"


def _broken(folder: Path) -> Path:
    images = folder / "broken" / "tench"
    images.mkdir(parents=True)
    noise = np.random.default_rng(0).integers(0, 256, (60, 60, 3), dtype=np.uint8)
    Image.fromarray(noise).save(images / "a.jpg")
    (images / "b.jpg").write_bytes((images / "a.jpg").read_bytes()[:900])
    return folder / "broken"


def _numbers(folder: Path) -> Path:
    (folder / "numbers.csv").write_text("a,b\n1,2\n")
    return folder / "numbers.csv"


def test_what_cannot_be_run_is_one_sentence(real_window: MainWindow, qtbot: QtBot, tmp_path: Path):
    samples, broken = sample_models(), _broken(tmp_path)
    digits = samples / "digits" / "digits.keras"
    for images, model, message in (
        (tmp_path / "nowhere", digits, "no folder or table of images"),
        (_empty(tmp_path), digits, "has no images"),
        (broken, digits, "b.jpg is damaged or cut off"),
        (_numbers(tmp_path), digits, "no column of image files"),
        (broken, samples / "housing" / "housing.keras", "tells classes of images apart"),
        (broken, samples / "README.md", "README.md"),
        (broken, tmp_path / "none.keras", "none.keras"),
    ):
        dialog = asked(real_window, qtbot, model, images)
        ran(real_window, qtbot, dialog)
        assert message in dialog.stage.text()
        assert "did not expect" not in dialog.stage.text()
        assert "\n" not in dialog.stage.text()
        assert dialog.run.isEnabled()
        assert dialog.result_shown is None
        assert not dialog.export_button.isEnabled()
        # The details are a click away in the window.
        assert message in real_window.message_bar.text.text()


_OFFLINE_KERAS = """
from types import SimpleNamespace

utils = SimpleNamespace(set_random_seed=lambda seed: None)


def _fail(**_):
    raise Exception("URL fetch failure on https://storage: None -- [Errno -2] no such host")


applications = SimpleNamespace(MobileNetV2=_fail)
"""


def test_without_a_network_the_weights_are_asked_for(
    real_window: MainWindow,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    # Keras itself would take as long to start as all other tests of this file.
    (tmp_path / "keras.py").write_text(_OFFLINE_KERAS)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    broken = _broken(tmp_path)
    dialog = asked(real_window, qtbot, None, broken)
    ran(real_window, qtbot, dialog)
    told = dialog.stage.text()
    assert "weights cannot be had from keras.applications" in told
    assert "no such host" in told
    assert "Give a file that has them: in the window as the network" in told
    assert not dialog.open_button.isEnabled()
    assert dialog.run.isEnabled()
