"""Writes a plot as PNG, SVG or CSV: the same numbers as on screen."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QWidget

from qviz.errors import ExportError
from qviz.files import write_bytes, write_text
from qviz.ui.plots import Rows

ENDINGS = (".png", ".svg", ".csv")


class Picture(Protocol):
    """What can be exported: a ``Plot``, or a drawing of boxes and arrows."""

    @property
    def widget(self) -> QWidget:
        """What has the focus while the picture is looked at."""

    def rows(self) -> Rows:
        """What is shown, as a table with a header row."""

    def save_png(self, path: str, scale: int = 2) -> bool:
        """Write a PNG file; whether it worked."""

    def save_svg(self, path: str) -> bool:
        """Write an SVG file; whether it worked."""


def export_plot(plot: Picture, path: str) -> Path:
    """Write `plot` as the ending of `path` says.

    Raises
    ------
    ExportError
        If the ending is none of .png, .svg and .csv, or the file cannot be written.
    """
    target = Path(path)
    ending = target.suffix.lower()
    if ending not in ENDINGS:
        given = ending or "a file without ending"
        raise ExportError(f"A plot can be written as {', '.join(ENDINGS)}, not as {given}.")
    if ending == ".csv":
        return write_text(target, as_csv(plot.rows()))
    # Tried first, so that a folder that cannot be written gives the same sentence for all three.
    write_bytes(target, b"")
    done = plot.save_png(str(target)) if ending == ".png" else plot.save_svg(str(target))
    if not done:
        target.unlink(missing_ok=True)
        raise ExportError(f"Cannot write the picture {target}. Choose another folder.")
    return target


def as_csv(rows: Rows) -> str:
    """Rows as comma-separated text with a header."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
