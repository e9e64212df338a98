"""The demos and the training of their models as tasks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import platformdirs

from qviz.errors import ConversionError, DatasetError, ModelFormatError
from qviz.evaluation.demo import demo_named
from qviz.evaluation.image_demo import TRAINED_RANGE, check_network, image_demo_steps
from qviz.evaluation.image_scores import SCHEMES as IMAGE_SCHEMES
from qviz.evaluation.image_scores import TRAINED_SCALING, ImageDemoResult
from qviz.evaluation.loading import labelled_images, load_images
from qviz.evaluation.preprocessing import Preprocessing
from qviz.formats import open_model
from qviz.jobs.downloads import download_task
from qviz.jobs.results import DataSpec, DemoSetup
from qviz.jobs.scripts import script_task
from qviz.jobs.task import Partial, Progress, Task
from qviz.progress import mapped
from qviz.quantization.scheme import SCHEMES
from qviz.resources import named_model, sample_models

TRAINED = {
    "housing": "california-housing",
    "mnist": "mnist",
    "fashion-mnist": "fashion-mnist",
    "mobilenetv2-fashion": "fashion-mnist",
}
"""Data set of each sample that `train_task` trains."""

_SHOWN = ("float32", "tfjs-uint16", "tfjs-uint8")
_CACHED_MODEL = "mobilenetv2.keras"


def demo_task(
    name: str, *, folder: str = "", model: str = "", data: str = "", every_scheme: bool = False
) -> Task[DemoSetup]:
    """Get a demo ready: find its model, download its data; returns what to open and compare.

    Parameters
    ----------
    name : {"housing", "mnist", "fashion-mnist", "mobilenetv2"}
    folder : str
        Where the files of the data set lie; empty to search QVIZ_DATA and Keras' cache.
    model : str
        Another model than the shipped one, a file or a sample by its name; for MobileNetV2 a file
        with its weights.
    data : str
        Folder or table of images, for MobileNetV2 only; the other demos have their own data.
    every_scheme : bool
        All schemes instead of float, 16 bit and 8 bit.

    Raises
    ------
    DatasetError, ModelFormatError, ConversionError
        If data or model cannot be had; the message says what to do.
    """
    demo = demo_named(name)
    model = named_model(model) if model else ""
    trained_range: tuple[float, float] | None = None
    if demo.data and data:
        raise DatasetError(
            f"The demo {name} has its own data, {demo.data}: if their files lie in {data}, name it "
            f"with --data-folder; for other data there is `qviz compare {name} --data D`."
        )
    if demo.data:
        spec = DataSpec(demo.data, folder=folder)
        path = model or str(sample_models() / name / f"{name}.keras")
        if not Path(path).exists():
            raise ModelFormatError(f"There is no file {path}; `qviz train {name}` makes one.")
        yield from download_task(spec)
    else:
        if not data:
            raise DatasetError(
                f"{demo.title} needs images: name a folder of them, one folder a class, with "
                f"--data. (The published numbers are of 1,000 images of ImageNet, which qviz may "
                f"not ship.)"
            )
        # Before weights are downloaded for images that are not there.
        labelled_images(data)
        # As keras.applications scales; the demo runs the other scaling beside it.
        spec = DataSpec(data, TRAINED_SCALING)
        # What a file of the user was trained on stands nowhere in it.
        trained_range = None if model else TRAINED_RANGE
        path = model or (yield from _mobilenet_task())
    schemes = tuple(SCHEMES.values() if every_scheme else (SCHEMES[s] for s in _SHOWN))
    return DemoSetup(name, demo.title, path, spec, schemes, trained_range=trained_range)


def image_demo_task(
    setup: DemoSetup,
    limit: int | None = None,
    *,
    schemes: Sequence[str] = IMAGE_SCHEMES,
    calibration_samples: int = 100,
) -> Task[ImageDemoResult]:
    """Run MobileNetV2's demo: both scalings, by class number and by the word rule.

    A ``Partial(ImageDemoResult)`` after every batch, with what has come of it so far.
    """
    yield Progress(0, 0, "reading the model")
    graph = open_model(setup.model_path)
    check_network(graph)
    images, unlabelled = load_images(setup.data.name_or_path, Preprocessing(), graph)
    notes = (f"There is no accuracy by class number: {unlabelled}",) if unlabelled else ()
    steps = image_demo_steps(
        graph,
        images.limited(limit),
        schemes=schemes,
        calibration_samples=calibration_samples,
        notes=notes,
        trained_range=setup.trained_range,
    )
    return (yield from mapped(steps, lambda e: e if isinstance(e, Progress) else Partial(e)))


def mobilenet_task(
    data: str,
    model: str = "",
    *,
    limit: int | None = None,
    schemes: Sequence[str] = IMAGE_SCHEMES,
    calibration_samples: int = 100,
) -> Task[ImageDemoResult]:
    """Get MobileNetV2's demo ready and run it.

    Parts are a ``DemoSetup`` as soon as network and images are there, then as
    :func:`image_demo_task` has them.
    """
    setup = yield from demo_task("mobilenetv2", model=model, data=data)
    yield Partial(setup)
    steps = image_demo_task(setup, limit, schemes=schemes, calibration_samples=calibration_samples)
    return (yield from steps)


def train_task(
    name: str,
    target: str,
    *,
    folder: str = "",
    epochs: int | None = None,
    samples: int | None = None,
    threads: int = 2,
) -> Task[str]:
    """Train a sample model in a process of its own; returns a sentence with its score.

    Parameters
    ----------
    name : str
        One of `TRAINED`.
    target : str
        Folder that ``<name>.keras`` is written into.
    folder : str
        Where the files of the data set lie.
    epochs, samples : int or None
        Fewer than the recipe's, to try it out.
    threads : int

    Raises
    ------
    ConversionError
        If there is no such sample, TensorFlow is missing, or training fails.
    DatasetError
        If the data cannot be had.
    """
    if name not in TRAINED:
        raise ConversionError(
            f"There is no sample {name!r} to train; there are {', '.join(TRAINED)}."
        )
    yield from download_task(DataSpec(TRAINED[name], folder=folder))
    arguments = [name, "--output", target, "--threads", str(threads)]
    for option, value in (("--data-folder", folder), ("--epochs", epochs), ("--samples", samples)):
        if value:
            arguments += [option, str(value)]
    return (yield from script_task("train.py", arguments))


def _mobilenet_task() -> Task[str]:
    """MobileNetV2 with ImageNet weights in qviz's cache, made there once by TensorFlow."""
    path = Path(platformdirs.user_cache_dir("qviz", appauthor=False)) / _CACHED_MODEL
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield from script_task("mobilenetv2/train.py", [str(path)])
        except ConversionError as error:
            raise ConversionError(
                f"MobileNetV2's weights cannot be had from keras.applications ({error}) Give a "
                f"file that has them: in the window as the network, on the command line with "
                f"--model."
            ) from error
    return str(path)
