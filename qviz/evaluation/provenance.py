"""Where numbers come from: the model, the data and the programs, for manifests and footers."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Mapping
from pathlib import Path

from qviz import __version__
from qviz.evaluation.dataset import Dataset
from qviz.evaluation.float_quality import baseline
from qviz.evaluation.results import DataInfo, ModelInfo
from qviz.graph import Graph, Source, layers
from qviz.graph.subgraphs import weights_inside


def model_info(graph: Graph) -> ModelInfo:
    """Describe an opened model."""
    source = graph.source or Source(path="", format="graph")
    return ModelInfo(
        name=Path(source.path).name or graph.name,
        path=source.path,
        format=source.format,
        writer=source.writer,
        sha256=source.sha256,
        size_bytes=source.size_bytes,
        parameters=count_parameters(graph),
        operators=len(graph.operators),
        inputs=_described(graph, graph.inputs),
        outputs=_described(graph, graph.outputs),
        notes=source.notes,
    )


def count_parameters(graph: Graph) -> int:
    """Number of weights, those that several layers share counted once.

    Those in bodies of loops and in branches count as well.
    """
    names = {name for layer in layers(graph) for name in layer.weights}
    inner = weights_inside(graph, *graph.operators)
    own = sum(graph.tensors[name].size for name in names)
    return own + sum(tensor.size for _, tensor in inner.values())


def data_info(
    dataset: Dataset,
    *,
    calibration_samples: int = 0,
    calibration: str = "",
    input_ranges: Mapping[str, tuple[float, float]] | None = None,
    notes: tuple[str, ...] = (),
) -> DataInfo:
    """Describe a data set, what calibration used of it, and what range the inputs had."""
    return DataInfo(
        name=dataset.name,
        path=dataset.path,
        task=dataset.task,
        samples=len(dataset),
        preprocessing=dataset.describe_preprocessing(),
        calibration_samples=calibration_samples,
        calibration=calibration,
        sha256=dataset.sha256,
        input_ranges=tuple((name, *ends) for name, ends in (input_ranges or {}).items()),
        notes=notes,
        baseline=baseline(dataset),
    )


def versions() -> dict[str, str]:
    """Versions of the programs whose numbers are reported."""
    found = {"qviz": __version__, "Python": platform.python_version()}
    for package in ("numpy", "ai-edge-litert"):
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    found["platform"] = f"{platform.system()} {platform.machine()}"
    return found


def _described(
    graph: Graph, names: tuple[str, ...]
) -> tuple[tuple[str, tuple[int, ...], str], ...]:
    tensors = (graph.tensors[name] for name in names)
    return tuple((t.name, t.shape, str(t.dtype)) for t in tensors)
