"""What came of a scheme: data, metrics, errors, sizes, comparisons.

Names are imported when first used: the window reads results without loading what makes them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qviz.evaluation.advice import Advice, advise
    from qviz.evaluation.artifact import artifact_files, artifact_size, write_artifact
    from qviz.evaluation.comparison import compare, comparison_steps
    from qviz.evaluation.dataset import Dataset
    from qviz.evaluation.loading import load_dataset
    from qviz.evaluation.preprocessing import Preprocessing
    from qviz.evaluation.provenance import model_info
    from qviz.evaluation.recommendation import Recommendation, recommend
    from qviz.evaluation.results import (
        Comparison,
        DataInfo,
        ErrorMetrics,
        Flip,
        Interval,
        Latency,
        LayerError,
        ModelInfo,
        PairedTest,
        SchemeResult,
        WeightSparsity,
    )
    from qviz.evaluation.verification import verify
    from qviz.evaluation.verification_results import Verification, VerificationReport

_HOMES = {
    "advice": ("Advice", "advise"),
    "recommendation": ("Recommendation", "recommend"),
    "artifact": ("artifact_files", "artifact_size", "write_artifact"),
    "comparison": ("compare", "comparison_steps"),
    "dataset": ("Dataset",),
    "loading": ("load_dataset",),
    "preprocessing": ("Preprocessing",),
    "provenance": ("model_info",),
    "results": (
        "Comparison",
        "DataInfo",
        "ErrorMetrics",
        "Flip",
        "Interval",
        "Latency",
        "LayerError",
        "ModelInfo",
        "PairedTest",
        "SchemeResult",
        "WeightSparsity",
    ),
    "verification": ("verify",),
    "verification_results": ("Verification", "VerificationReport"),
}
_MODULES = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Advice",
    "Comparison",
    "DataInfo",
    "Dataset",
    "ErrorMetrics",
    "Flip",
    "Interval",
    "Latency",
    "LayerError",
    "ModelInfo",
    "PairedTest",
    "Preprocessing",
    "Recommendation",
    "SchemeResult",
    "Verification",
    "VerificationReport",
    "WeightSparsity",
    "advise",
    "artifact_files",
    "artifact_size",
    "compare",
    "comparison_steps",
    "load_dataset",
    "model_info",
    "recommend",
    "verify",
    "write_artifact",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'qviz.evaluation' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"qviz.evaluation.{_MODULES[name]}"), name)
    globals()[name] = value
    return value
