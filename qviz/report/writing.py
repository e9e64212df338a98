"""Writing a comparison to a file, in the form that its name asks for."""

from __future__ import annotations

import os
from pathlib import Path

from qviz.errors import ExportError
from qviz.evaluation.results import Comparison
from qviz.files import refuse_overwriting, write_text
from qviz.report.html import html_report
from qviz.report.json_form import comparison_as_json
from qviz.report.tables import layers_as_csv, schemes_as_csv

FORMATS = ("html", "json", "csv")

_WRITERS = {"html": html_report, "json": comparison_as_json, "csv": schemes_as_csv}


def write_report(
    comparison: Comparison, path: str | os.PathLike[str], *, format: str | None = None
) -> Path:
    """Write a comparison, whole or not at all.

    Parameters
    ----------
    comparison : Comparison
    path : str or path
    format : {"html", "json", "csv"}, optional
        From the extension of `path` if not given. CSV has one row a scheme; see
        :func:`write_layers_csv` for the layers.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    ExportError
        If the form is unknown, the file cannot be written, or it is that of the model or the data.
    """
    target = Path(path)
    form = (format or target.suffix.lstrip(".")).lower()
    form = "html" if form == "htm" else form
    if form not in _WRITERS:
        named = f"{form!r}" if form else "without an extension"
        raise ExportError(
            f"A report cannot be written as {named}; name it .html, .json or .csv: {target}."
        )
    refuse_overwriting(target, comparison.model.path, comparison.data.path)
    return write_text(target, _WRITERS[form](comparison))


def write_layers_csv(comparison: Comparison, path: str | os.PathLike[str]) -> Path:
    """Write the errors of all layers under all schemes as CSV, one row a layer and scheme.

    Raises
    ------
    ExportError
        If the file cannot be written, or it is that of the model or the data.
    """
    refuse_overwriting(path, comparison.model.path, comparison.data.path)
    return write_text(path, layers_as_csv(comparison))
