"""A comparison told on: one self-contained HTML page, JSON for programs, CSV for tables."""

from __future__ import annotations

from qviz.report.html import html_report
from qviz.report.image_demo_table import image_demo_as_csv
from qviz.report.json_form import comparison_as_dict, comparison_as_json
from qviz.report.json_reading import comparison_from_json, is_comparison
from qviz.report.tables import layers_as_csv, schemes_as_csv
from qviz.report.writing import FORMATS, write_layers_csv, write_report

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
