"""How a network is run."""

from __future__ import annotations

from qviz.execution.delegation import MODES
from qviz.execution.executor import Executor
from qviz.execution.io import quantize_input, real_outputs
from qviz.execution.runnable import RunnablePart, runnable_part
from qviz.execution.trace import Trace

__all__ = [
    "MODES",
    "Executor",
    "RunnablePart",
    "Trace",
    "quantize_input",
    "real_outputs",
    "runnable_part",
]
