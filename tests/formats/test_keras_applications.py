"""Networks of keras.applications with random weights and statistics, in both formats.

These three stand for the rest, which take too long for every run: inverted residuals with
depthwise convolutions, ``keras.ops`` nodes with hard-swish, and a network with concatenations.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from keras_reference import KerasReference
from numpy.typing import NDArray

from qviz.execution import Executor
from qviz.formats import open_model
from qviz.graph.passes import fold_batch_norm

pytestmark = pytest.mark.tensorflow

_SAVE = """
model = getattr(keras.applications, name)(weights=None, input_shape=(96, 96, 3), classes=20)
randomize(model, 3)
for extension in ("keras", "h5"):
    model.save(f"{folder}/{name}.{extension}")
x = np.random.default_rng(0).uniform(-1, 1, (1, 96, 96, 3)).astype("f4")
result = x, model(x, training=False).numpy()
"""


@pytest.mark.parametrize("name", ["MobileNetV2", "MobileNetV3Small", "DenseNet121"])
def test_computes_what_keras_computes(
    keras_reference: KerasReference, tmp_path: Path, name: str
) -> None:
    x: NDArray[Any]
    wanted: NDArray[Any]
    x, wanted = keras_reference.run(_SAVE, name=name, folder=str(tmp_path))
    span = float(np.ptp(wanted))
    assert span > 0
    for extension in ("keras", "h5"):
        graph = open_model(tmp_path / f"{name}.{extension}", convert=False)
        assert graph.source is not None
        assert graph.source.notes == ()
        folded = fold_batch_norm(graph)
        assert any(o.kind == "BATCH_NORMALIZATION" for o in graph.operators)
        assert all(o.kind != "BATCH_NORMALIZATION" for o in folded.operators)
        for form in (graph, folded):
            (found,) = Executor(form).run(x).outputs
            assert float(np.abs(found - wanted).max()) <= 1e-5 * span
