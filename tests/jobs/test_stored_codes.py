"""Files that hold codes already, as the window gets them from its worker."""

from pathlib import Path

import numpy as np
import pytest

from qviz.errors import SchemeError
from qviz.evaluation.artifact import write_artifact
from qviz.evaluation.random_inputs import random_inputs
from qviz.formats import open_model
from qviz.jobs.tasks import eightbit_task, open_task, weights_task
from qviz.progress import finish
from qviz.quantization import SCHEMES, calibrate, quantize
from qviz.resources import sample_models


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The digits network under some schemes, as files."""
    folder = tmp_path_factory.mktemp("files")
    graph = open_model(sample_models() / "digits" / "digits.keras")
    statistics = calibrate(graph, [random_inputs(graph, 0, i) for i in range(2)])
    found = {}
    for name in ("int8", "int8-per-tensor", "float16", "dynamic-range", "eightbit"):
        ending = "zip" if name == "eightbit" else "tflite"
        quantized = quantize(graph, name, statistics if SCHEMES[name].is_integer else None)
        found[name] = write_artifact(graph, quantized, name, folder / f"{name}.{ending}")
    return found


def test_the_first_picture_is_of_codes(files: dict[str, Path]) -> None:
    view = finish(open_task(str(files["int8"])), None).first_weights
    kernel = open_model(files["int8"]).tensors["conv1/kernel"]
    assert view is not None
    assert kernel.data is not None
    assert kernel.quantization is not None
    assert view.stored_as == view.scheme_id == "int8"
    codes, counts = np.unique(kernel.data, return_counts=True)
    assert np.array_equal(view.codes, codes)
    assert np.array_equal(view.level_counts, counts)
    assert not view.float_counts.any()
    assert not view.error_counts.any()
    assert view.metrics is None
    assert (view.smallest_scale, view.scale) == (
        kernel.quantization.scale.min(),
        kernel.quantization.scale.max(),
    )
    assert np.isnan(view.first_level)


@pytest.mark.parametrize("scheme", ["int8", "tfjs-uint8", "float32"])
def test_one_channel_has_the_values_of_its_scale(files: dict[str, Path], scheme: str) -> None:
    kernel = open_model(files["int8"]).tensors["conv1/kernel"]
    steps = weights_task(str(files["int8"]), "conv1", "conv1/kernel", SCHEMES[scheme], 3)
    view = finish(steps, None)
    assert view.count == kernel.real()[3].size
    values = view.codes * view.scale + view.first_level
    assert values == pytest.approx(np.unique(kernel.real()[3]).astype(np.float64))


@pytest.mark.parametrize("scheme", ["int8", "float16", "eightbit"])
def test_there_are_no_eightbit_steps_of_codes(files: dict[str, Path], scheme: str) -> None:
    with pytest.raises(SchemeError, match="is quantized already"):
        finish(eightbit_task(str(files[scheme]), "conv2"), None)


def test_halves_and_the_float_biases_of_dynamic_range(files: dict[str, Path]) -> None:
    view = finish(open_task(str(files["float16"])), None).first_weights
    assert view is not None
    assert (view.stored_as, view.are_codes, view.scale) == ("float16", False, 0.0)
    assert view.level_counts.sum() == view.count
    path = str(files["dynamic-range"])
    bias = finish(weights_task(path, "dense1", "dense1/bias", SCHEMES["int8"]), None)
    assert (bias.stored_as, bias.scheme_id) == ("", "float32")
    assert bias.float_counts.sum() == bias.count
