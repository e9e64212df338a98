"""One element of one operator, taken apart to its multiply-adds.

The tracer is imported when it is first used: the window draws traces without loading the kernels.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from qviz.evaluation.element.results import (
    MOST_TERMS,
    Contribution,
    ElementChoice,
    ElementTrace,
    Operand,
    OperatorChoice,
    Step,
    Terms,
)

if TYPE_CHECKING:
    from qviz.evaluation.element.tracer import TRACED_KINDS, ElementTracer

__all__ = [
    "MOST_TERMS",
    "TRACED_KINDS",
    "Contribution",
    "ElementChoice",
    "ElementTrace",
    "ElementTracer",
    "Operand",
    "OperatorChoice",
    "Step",
    "Terms",
]


def __getattr__(name: str) -> Any:
    if name not in ("TRACED_KINDS", "ElementTracer"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.tracer"), name)
