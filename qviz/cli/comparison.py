"""The commands ``qviz compare`` and ``qviz report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qviz.cli import options as opt
from qviz.cli.comparing import recipes, report_files, run_comparison, write_all
from qviz.cli.option_groups import DataOptions, RunningOptions, SchemeOptions, with_groups
from qviz.cli.outputs import (
    CsvFile,
    JsonFile,
    LayersFile,
    check_outputs,
    deliver,
    refuse_one_for_two,
)

_PAGES = (".html", ".htm")


@with_groups
def compare(
    model: opt.Model,
    data: opt.Data,
    reading: DataOptions,
    running: RunningOptions,
    changing: SchemeOptions,
    schemes: opt.Schemes = None,
    json_path: JsonFile = None,
    csv_path: CsvFile = None,
    layers_path: LayersFile = None,
    out: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="F", help="Write a report (.html)."),
    ] = None,
    allow_code: opt.AllowCode = False,
) -> None:
    """Run schemes side by side: accuracy, size, error of every layer."""
    from qviz.cli.comparison_table import print_comparison
    from qviz.files import refuse_overwriting
    from qviz.report import comparison_as_json, layers_as_csv, schemes_as_csv, write_report

    opt.check_target(out, (*_PAGES, ".json", ".csv"), sources=(model, data))
    printed = check_outputs(json_path, csv_path, layers_path, sources=(model, data))
    refuse_one_for_two(out, json_path, csv_path, layers_path)
    comparison = run_comparison(
        *(model, data, recipes(schemes, changing.changes()), allow_code),
        *(reading.loading(running.limit), running.settings()),
    )
    for path, text_of in (
        (json_path, comparison_as_json),
        (csv_path, schemes_as_csv),
        (layers_path, layers_as_csv),
    ):
        if path is not None:
            # A sample's files are named by the comparison only.
            refuse_overwriting(path, comparison.model.path, comparison.data.path)
            deliver(text_of(comparison), path)
    if out is not None:
        write_report(comparison, out)
    if not printed:
        print_comparison(comparison)


@with_groups
def report(
    model: opt.Model,
    data: opt.Data,
    reading: DataOptions,
    running: RunningOptions,
    changing: SchemeOptions,
    out: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="F", help="The page; JSON and CSV go beside it."),
    ] = Path("report.html"),
    schemes: opt.Schemes = None,
    allow_code: opt.AllowCode = False,
) -> None:
    """Compare schemes; write HTML, JSON and CSV."""
    opt.check_target(out, _PAGES)
    for path in report_files(out):
        opt.check_target(path, sources=(model, data))
    comparison = run_comparison(
        *(model, data, recipes(schemes, changing.changes()), allow_code),
        *(reading.loading(running.limit), running.settings()),
    )
    write_all(comparison, out)
