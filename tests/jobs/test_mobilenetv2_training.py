"""The recipe of the MobileNetV2 sample makes the network that ships."""

from __future__ import annotations

from pathlib import Path

import pytest

from qviz.formats import open_model
from qviz.jobs.demos import train_task
from qviz.jobs.task import Partial, Progress, run
from qviz.resources import sample_models


@pytest.mark.tensorflow
def test_mobilenetv2_is_trained_in_a_child(shared_folder: Path, tmp_path: Path) -> None:
    heard: list[Progress | Partial] = []
    task = train_task(
        "mobilenetv2-fashion",
        str(tmp_path),
        folder=str(shared_folder / "data"),
        epochs=1,
        samples=130,
        threads=1,
    )
    told = run(task, heard.append)
    assert told.startswith("accuracy on 130 test samples: 0.")
    # Two batches, the second of two images.
    assert heard[-1] == Progress(2, 2, heard[-1].message)  # type: ignore[union-attr]
    name = "mobilenetv2-fashion.keras"
    assert [path.name for path in tmp_path.iterdir()] == [name]
    trained, shipped = open_model(tmp_path / name), open_model(sample_models() / name[:-6] / name)
    assert [(op.kind, op.layer) for op in trained.operators] == [
        (op.kind, op.layer) for op in shipped.operators
    ]
    for tensor in shipped.tensors.values():
        assert trained.tensors[tensor.name].shape == tensor.shape
