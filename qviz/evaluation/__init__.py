"""What came of a scheme: data, metrics, errors, sizes, comparisons."""

from __future__ import annotations

from qviz.evaluation.artifact import artifact_files, artifact_size, write_artifact
from qviz.evaluation.comparison import Step, compare, comparison_steps
from qviz.evaluation.dataset import Dataset
from qviz.evaluation.loading import load_dataset
from qviz.evaluation.preprocessing import Preprocessing
from qviz.evaluation.provenance import model_info
from qviz.evaluation.results import (
    Comparison,
    DataInfo,
    ErrorMetrics,
    LayerError,
    ModelInfo,
    SchemeResult,
)

__all__ = [
    "Comparison",
    "DataInfo",
    "Dataset",
    "ErrorMetrics",
    "LayerError",
    "ModelInfo",
    "Preprocessing",
    "SchemeResult",
    "Step",
    "artifact_files",
    "artifact_size",
    "compare",
    "comparison_steps",
    "load_dataset",
    "model_info",
    "write_artifact",
]
