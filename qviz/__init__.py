"""See what post-training quantization does to a neural network, and decide.

The steps are a Python interface::

    import qviz

    model = qviz.open_model("model.keras")
    data = qviz.load_dataset("data.npz")
    statistics = qviz.calibrate(model, data.calibration_batches())
    quantized = qviz.quantize(model, "int8", statistics)
    trace = qviz.Executor(quantized, mode="reference").run(data.batch(0, 8), taps="all")
    comparison = qviz.compare(model, data, ["float32", "int8"])
    qviz.write_report(comparison, "report.html")

Names are imported when first used, so that ``import qviz`` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_LAZY = {
    "open_model": "qviz.formats",
    "Graph": "qviz.graph",
    "Operator": "qviz.graph",
    "Tensor": "qviz.graph",
    "QuantizationParams": "qviz.graph",
    "fold_batch_norm": "qviz.graph.passes",
    "Scheme": "qviz.quantization",
    "calibrate": "qviz.quantization",
    "quantize": "qviz.quantization",
    "Executor": "qviz.execution",
    "Trace": "qviz.execution",
    "load_dataset": "qviz.evaluation",
    "compare": "qviz.evaluation",
    "verify": "qviz.evaluation",
    "write_artifact": "qviz.evaluation",
    "write_report": "qviz.report",
    "QvizError": "qviz.errors",
}

__all__ = ["__version__", *sorted(_LAZY)]


def __getattr__(name: str) -> Any:
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module 'qviz' has no attribute {name!r}")
    return getattr(importlib.import_module(module), name)


def __dir__() -> list[str]:
    return __all__
