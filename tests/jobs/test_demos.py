"""Demos and training as tasks: what they need, and scripts in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from keras_reference import KerasReference

from qviz.children import child_environment
from qviz.errors import ConversionError, DatasetError, ModelFormatError
from qviz.formats import open_model
from qviz.jobs import scripts
from qviz.jobs.demos import demo_task, image_demo_task, train_task
from qviz.jobs.results import DataSpec, DemoSetup
from qviz.jobs.scripts import script_task
from qviz.jobs.task import Partial, Progress, run
from qviz.jobs.tasks import TASKS, compare_task
from qviz.resources import sample_models

PATIENCE_S = 60


def test_a_demo_is_what_a_comparison_needs(shared_folder: Path) -> None:
    folder = str(shared_folder / "data")
    setup = run(TASKS["demo"]("housing", folder=folder))
    assert setup == DemoSetup(
        "housing",
        "housing: MLP regressor",
        str(sample_models() / "housing" / "housing.keras"),
        DataSpec("california-housing", folder=folder),
        setup.schemes,
    )
    assert [s.id for s in setup.schemes] == ["float32", "tfjs-uint16", "tfjs-uint8"]
    comparison = run(compare_task(setup.model_path, setup.data, setup.schemes))
    assert comparison.data.samples == 4128
    assert "dollars" in comparison.data.name
    every = run(demo_task("housing", folder=folder, every_scheme=True))
    assert len(every.schemes) > 10


def test_what_a_demo_lacks_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DatasetError, match="no demo 'cats'"):
        run(demo_task("cats"))
    with pytest.raises(DatasetError, match="needs images: name a folder"):
        run(demo_task("mobilenetv2"))
    with pytest.raises(ModelFormatError, match="`qviz train mnist` makes one"):
        run(demo_task("mnist", model=str(tmp_path / "none.keras")))
    with pytest.raises(DatasetError, match="no folder"):
        run(demo_task("mnist", folder=str(tmp_path / "none")))
    with pytest.raises(ConversionError, match="no sample 'cats' to train"):
        run(train_task("cats", str(tmp_path)))


def test_only_of_the_weights_of_keras_it_is_known_what_they_were_trained_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "cache" / "qviz").mkdir(parents=True)
    (tmp_path / "images" / "tench").mkdir(parents=True)
    (tmp_path / "images" / "tench" / "a.jpg").write_bytes(b"read later")
    # Once they were downloaded, the weights lie here.
    cached = tmp_path / "cache" / "qviz" / "mobilenetv2.keras"
    cached.write_bytes(b"read later")
    images = str(tmp_path / "images")
    own = run(demo_task("mobilenetv2", data=images))
    assert (own.model_path, own.trained_range) == (str(cached), (-1.0, 1.0))
    digits = str(sample_models() / "digits" / "digits.keras")
    assert run(demo_task("mobilenetv2", data=images, model=digits)).trained_range is None


def test_weights_that_cannot_be_downloaded_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    script(tmp_path / "mobilenetv2" / "train.py", "raise Exception('URL fetch failure')")
    (tmp_path / "photographs").mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "photographs" / "a.png")
    images = str(tmp_path / "photographs")
    monkeypatch.setattr(scripts, "sample_models", lambda: tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(ConversionError, match=r"URL fetch failure\.\) Give a file .* --model"):
        run(demo_task("mobilenetv2", data=images))
    setup = run(demo_task("mobilenetv2", data=images, model="m.keras"))
    assert (setup.model_path, setup.data) == ("m.keras", DataSpec(images, "-1..1"))
    # No weights are fetched for images that are not there.
    with pytest.raises(DatasetError, match="no folder or table of images"):
        run(demo_task("mobilenetv2", data=str(tmp_path / "none")))
    with pytest.raises(DatasetError, match="has no images"):
        run(demo_task("mobilenetv2", data=str(tmp_path / "cache")))
    with pytest.raises(DatasetError, match="neither a folder of images nor a table"):
        run(demo_task("mobilenetv2", data=str(tmp_path / "mobilenetv2" / "train.py")))


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(scripts, "sample_models", lambda: tmp_path)
    return tmp_path


def test_a_script_tells_its_progress_and_its_last_line(folder: Path) -> None:
    script(folder / "s.py", "import sys\nprint('noise')\nprint('[1/2] half')\nprint(sys.argv[1:])")
    heard: list[Progress | Partial] = []
    told = run(script_task("s.py", ["--a", "b c"]), heard.append)
    assert heard == [Progress(0, 0, "starting TensorFlow"), Progress(1, 2, "half")]
    assert told == "['--a', 'b c']"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("raise ValueError('too deep\\nsecond line')", "s.py failed: too deep"),
        ("import tensorflow_of_nobody", "No module named 'tensorflow_of_nobody'|not installed"),
        ("import sys; print('odd'); sys.exit(2)", "s.py failed: odd"),
        ("import sys; sys.exit(2)", "it gave no reason"),
        (
            "from qviz.errors import DatasetError\nraise DatasetError('Put it there.')",
            r"^Put it there\.$",
        ),
    ],
)
def test_a_script_that_fails_is_one_sentence(folder: Path, text: str, message: str) -> None:
    script(folder / "s.py", text)
    with pytest.raises(ConversionError, match=message) as error:
        run(script_task("s.py", []))
    assert "\n" not in str(error.value)
    with pytest.raises(ConversionError, match="missing from this installation"):
        run(script_task("none.py", []))


def test_a_stopped_task_ends_its_script(folder: Path) -> None:
    text = "import os, time\nprint(f'[0/1] {os.getpid()}')\ntime.sleep(300)"
    script(folder / "s.py", text)
    task = script_task("s.py", [])
    next(task)
    event = next(task)
    assert isinstance(event, Progress)
    task.close()
    with pytest.raises(ProcessLookupError):
        os.kill(int(event.message), 0)


@pytest.mark.parametrize(
    ("name", "argument"), [("train.py", "housing"), ("mobilenetv2/train.py", "m.keras")]
)
def test_a_script_ends_when_its_parent_does(tmp_path: Path, name: str, argument: str) -> None:
    # What takes long in a real run.
    script(tmp_path / "keras.py", "import time\nprint('up', flush=True)\ntime.sleep(300)\n")
    child = subprocess.Popen(
        [sys.executable, str(sample_models() / name), argument],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=tmp_path,
        env={
            **child_environment(QVIZ_CHILD="1"),
            "PYTHONPATH": f"{tmp_path}{os.pathsep}{child_environment()['PYTHONPATH']}",
        },
    )
    try:
        assert child.stdout is not None
        assert child.stdin is not None
        assert child.stdout.readline() == b"up\n"
        time.sleep(0.2)
        assert child.poll() is None
        child.stdin.close()
        assert child.wait(PATIENCE_S) == 3
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


@pytest.mark.tensorflow
def test_a_sample_is_trained_in_a_child(shared_folder: Path, tmp_path: Path) -> None:
    heard: list[Progress | Partial] = []
    task = train_task(
        "housing",
        str(tmp_path),
        folder=str(shared_folder / "data"),
        epochs=2,
        samples=3000,
        threads=1,
    )
    told = run(task, heard.append)
    assert told.startswith("mean_absolute_error on 3000 test samples: 0.")
    assert heard[-1] == Progress(48, 48, heard[-1].message)  # type: ignore[union-attr]
    assert [path.name for path in tmp_path.iterdir()] == ["housing.keras"]
    trained = open_model(tmp_path / "housing.keras")
    shipped = open_model(sample_models() / "housing" / "housing.keras")
    assert [op.kind for op in trained.operators] == [op.kind for op in shipped.operators]
    assert "tensorflow" not in sys.modules
    assert "keras" not in sys.modules


_DOWNLOAD = """
import contextlib, importlib.util, io
from keras.src.utils import file_utils
spec = importlib.util.spec_from_file_location("mobilenetv2_train", script)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
kept, said = file_utils.urlretrieve, io.StringIO()
try:
    with contextlib.redirect_stdout(said):
        module._tell_download()
        got = keras.utils.get_file("weights.h5", url, cache_dir=folder)
finally:
    file_utils.urlretrieve = kept
result = (said.getvalue(), open(got, "rb").read())
"""


@pytest.mark.tensorflow
def test_the_download_of_weights_tells_how_far_it_is(
    keras_reference: KerasReference, tmp_path: Path
) -> None:
    content = np.random.default_rng(0).bytes(1_000_000)
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "w.h5").write_bytes(content)
    url = (tmp_path / "served" / "w.h5").as_uri()
    path = sample_models() / "mobilenetv2" / "train.py"
    said, got = keras_reference.run(_DOWNLOAD, script=str(path), url=url, folder=str(tmp_path))
    assert got == content
    steps = [line for line in said.splitlines() if scripts._PROGRESS.fullmatch(line)]
    assert 50 < len(steps) <= 101
    assert steps[0] == "[0/1000000] downloading MobileNetV2's weights, 0.0 of 1.0 MB"
    assert steps[-1] == "[1000000/1000000] downloading MobileNetV2's weights, 1.0 of 1.0 MB"


@pytest.mark.tensorflow
def test_mobilenetv2_is_judged_on_images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import Image

    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    generator = np.random.default_rng(0)
    for name in ("tench", "tabby"):
        (tmp_path / "images" / name).mkdir(parents=True)
        for i in range(2):
            noise = generator.integers(0, 256, (50, 70, 3), dtype=np.uint8)
            Image.fromarray(noise).save(tmp_path / "images" / name / f"{i}.png")
    model = tmp_path / "m.keras"
    arguments = [str(model), "--weights", "random", "--size", "32", "--classes", "1000"]
    run(script_task("mobilenetv2/train.py", arguments))
    setup = run(demo_task("mobilenetv2", data=str(tmp_path / "images"), model=str(model)))
    result = run(image_demo_task(setup))
    assert result.samples == 4
    assert len(result.rows) == 12
    # Neither the numbers of two classes among 1000 nor their names are known.
    assert all(row.top1 is None and row.word_top1 is None for row in result.rows)
    # What a file of the user was trained on is not known.
    assert result.warnings == ()
    assert any("imagenet_class_index.json" in note for note in result.notes)
    assert any("no accuracy by class number" in note for note in result.notes)
    plain, half, quarter, *others = (row.size_bytes for row in result.gzip)
    assert plain > 1.8 * half > 3.2 * quarter
    assert len(others) == 3
    assert all(size < half for size in others)
