"""A comparison told on: one self-contained HTML page, JSON for programs, CSV for tables.

What writes pages is imported when it is asked for: the window, which only wants to know how numbers
are written and where labels go, does not wait for it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qviz.report.html import html_report
    from qviz.report.image_demo_table import image_demo_as_csv
    from qviz.report.json_form import comparison_as_dict, comparison_as_json
    from qviz.report.json_reading import comparison_from_json, is_comparison
    from qviz.report.tables import layers_as_csv, schemes_as_csv
    from qviz.report.writing import FORMATS, write_layers_csv, write_report

_HOMES = {
    "html": ("html_report",),
    "image_demo_table": ("image_demo_as_csv",),
    "json_form": ("comparison_as_dict", "comparison_as_json"),
    "json_reading": ("comparison_from_json", "is_comparison"),
    "tables": ("layers_as_csv", "schemes_as_csv"),
    "writing": ("FORMATS", "write_layers_csv", "write_report"),
}
_MODULES = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "FORMATS",
    "comparison_as_dict",
    "comparison_as_json",
    "comparison_from_json",
    "html_report",
    "image_demo_as_csv",
    "is_comparison",
    "layers_as_csv",
    "schemes_as_csv",
    "write_layers_csv",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'qviz.report' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"qviz.report.{_MODULES[name]}"), name)
    globals()[name] = value
    return value
