"""Where results go that programs read: to the file that is named, or printed for ``-``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from qviz.cli import options as opt
from qviz.errors import ExportError

JsonFile = Annotated[
    Path | None,
    typer.Option("--json", metavar="F", help="Write it as JSON; - prints that instead of text."),
]
CsvFile = Annotated[
    Path | None,
    typer.Option("--csv", metavar="F", help="Write a table as CSV; - prints that instead of text."),
]
LayersFile = Annotated[
    Path | None,
    typer.Option(
        "--layers-csv",
        metavar="F",
        help="Write one row a layer and scheme as CSV; - prints that instead of text.",
    ),
]


def is_printed(path: Path | None) -> bool:
    """Whether `path` asks for printing."""
    return path is not None and str(path) == "-"


def check_outputs(
    *paths: Path | None, suffixes: Sequence[str] = (), sources: Sequence[str | None] = ()
) -> bool:
    """Say before the work begins what could not be written; whether one of `paths` is printed.

    Raises
    ------
    ExportError
        As :func:`qviz.cli.options.check_target`, or if more than one is to be printed, or two go
        to one file.
    """
    printed = [path for path in paths if is_printed(path)]
    if len(printed) > 1:
        raise ExportError("Only one thing can be printed: give names of files for the others.")
    refuse_one_for_two(*(path for path in paths if not is_printed(path)))
    for path in paths:
        if not is_printed(path):
            opt.check_target(path, suffixes, sources=sources)
    return bool(printed)


def refuse_one_for_two(*paths: Path | None) -> None:
    """Refuse to write two results to one file, where the second would take the first one's place.

    Raises
    ------
    ExportError
        If two of `paths` are the same.
    """
    met: set[Path] = set()
    for path in paths:
        if path is None:
            continue
        if path.resolve() in met:
            raise ExportError(f"Two results would be written to {path}: give each its own name.")
        met.add(path.resolve())


def deliver(text: str, path: Path | None) -> None:
    """Write `text` whole or not at all, print it, or for None do nothing."""
    from qviz.files import write_text

    if path is None:
        return
    if is_printed(path):
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    else:
        write_text(path, text)
