"""How a network is run.

Names are imported when first used: the window draws codes without loading the kernels.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qviz.execution.delegation import MODES
    from qviz.execution.executor import Executor
    from qviz.execution.io import quantize_input, real_outputs
    from qviz.execution.runnable import RunnablePart, runnable_part
    from qviz.execution.trace import Trace

_HOMES = {
    "MODES": "delegation",
    "Executor": "executor",
    "quantize_input": "io",
    "real_outputs": "io",
    "RunnablePart": "runnable",
    "runnable_part": "runnable",
    "Trace": "trace",
}


__all__ = [
    "MODES",
    "Executor",
    "RunnablePart",
    "Trace",
    "quantize_input",
    "real_outputs",
    "runnable_part",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return __all__
