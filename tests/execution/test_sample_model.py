"""The sample model under every integer scheme: each tensor is the interpreter's, in every mode."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from test_random_graphs import assert_every_tensor_is_the_interpreters

from qviz.execution import MODES, quantize_input
from qviz.formats import open_model
from qviz.graph import Graph
from qviz.quantization import TensorStatistics, calibrate, quantize

FOLDER = Path(__file__).parents[2] / "sample_models" / "digits"
SCHEMES = ["int8", "int8-per-tensor", "int8-only", "int8-only-uint8", "int16x8", "int16x8-only"]


@pytest.fixture(scope="module")
def sample() -> tuple[Graph, np.ndarray, dict[str, TensorStatistics]]:
    graph = open_model(str(FOLDER / "digits.keras"))
    with np.load(FOLDER / "digits.npz") as data:
        images = data["x"][:40].astype(np.float32)
    return graph, images, calibrate(graph, [images])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_value_differs(
    scheme: str, mode: str, sample: tuple[Graph, np.ndarray, dict[str, TensorStatistics]]
) -> None:
    graph, images, statistics = sample
    quantized = quantize(graph, scheme, statistics)
    entry = quantized.tensors[quantized.inputs[0]]
    for image in images[:10]:
        x = quantize_input(entry, image[None])
        assert assert_every_tensor_is_the_interpreters(quantized, x, mode) > 0
