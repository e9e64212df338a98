"""Kernels: what each operator computes, one operator family a file.

Importing the package imports every module in it, and with that registers every kernel.
"""

from __future__ import annotations

import importlib
import pkgutil

from qviz.execution.kernels.registry import Context, Kernel, has_kernel, kernel, prepare_kernel

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["Context", "Kernel", "has_kernel", "kernel", "prepare_kernel"]
