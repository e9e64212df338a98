"""The commands. Each imports what it needs when it runs, so that ``--help`` costs nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from qviz import __version__
from qviz.cli import options as opt
from qviz.cli.advice import advise
from qviz.cli.comparing import (
    open_graph,
    recipes,
    report_files,
    run_comparison,
    write_all,
)
from qviz.cli.demo import demo, train
from qviz.cli.eightbit import eightbit
from qviz.cli.progress import progress, shown
from qviz.cli.tracing import trace
from qviz.cli.verification import verify
from qviz.errors import QvizError
from qviz.progress import finish

if TYPE_CHECKING:
    from qviz.quantization import Scheme


class ModelGroup(TyperGroup):
    """Commands, where a first word that is none of them is a model to open."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put ``open`` before a model's name."""
        if args and args[0][:1] != "-" and args[0] not in self.commands:
            args = ["open", *args]
        return list(super().parse_args(ctx, args))


app = typer.Typer(
    cls=ModelGroup,
    name="qviz",
    add_completion=False,
    no_args_is_help=False,
    rich_markup_mode=None,
    help="See what post-training quantization does to a neural network. "
    "`qviz [MODEL]` opens the window; the commands do the same jobs without one.",
    epilog="Example: `qviz compare model.keras --data test.npz -o report.html`",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"qviz {__version__}\n")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    pass


@app.command("open")
def open_command(
    model: Annotated[str | None, typer.Argument(metavar="MODEL")] = None,
) -> int:
    """Open the window, with a model in it; the same as `qviz [MODEL]`."""
    from qviz.cli.window import open_window

    return open_window(model)


@app.command()
def inspect(
    model: opt.Model,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    allow_code: opt.AllowCode = False,
) -> None:
    """Say what is in a model: layers, weights, ranges."""
    from qviz.cli.inspection import inspection
    from qviz.evaluation import model_info
    from qviz.graph import layers

    graph = open_graph(model, allow_code)
    if as_json:
        text = json.dumps(inspection(graph), indent=2, ensure_ascii=False, allow_nan=False)
        sys.stdout.write(f"{text}\n")
        return
    from qviz.cli.printing import print_model

    print_model(model_info(graph), graph, layers(graph))


@app.command()
def schemes() -> None:
    """List the schemes there are."""
    from qviz.cli.printing import print_schemes

    print_schemes()


@app.command()
def quantize(
    model: opt.Model,
    scheme: Annotated[
        str, typer.Option("--scheme", "-s", metavar="S", help="One of those `qviz schemes` lists.")
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="OUT",
            help="File: .tflite, or .h, .cc, .c for a C array with its header; .zip for eightbit; "
            "folder for tfjs schemes.",
        ),
    ],
    data: opt.OptionalData = None,
    preprocess: opt.Preprocess = None,
    data_folder: opt.DataFolder = None,
    label_column: opt.Target = None,
    calibration_samples: opt.CalibrationSamples = 100,
    seed: opt.Seed = 0,
    range_: opt.Range = None,
    percentile: opt.Percentile = None,
    calibration: opt.Ranges = None,
    keep_float: opt.KeepFloat = None,
    prune: opt.Prune = None,
    prune_scope: opt.PruneScope = None,
    clusters: opt.Clusters = None,
    cluster_start: opt.ClusterStart = None,
    allow_code: opt.AllowCode = False,
) -> None:
    """Quantize a model and write the .tflite or tfjs files."""
    from qviz.cli.printing import say
    from qviz.evaluation.artifact import artifact_targets
    from qviz.jobs.results import DataSpec, RunOptions
    from qviz.jobs.tasks import export_task
    from qviz.quantization import scheme as scheme_named
    from qviz.report.reading import bytes_text

    recipe = scheme_named(scheme)
    recipe = recipe.with_options(
        **opt.scheme_options(range_, percentile, calibration, keep_float),
        **opt.weight_options(prune, prune_scope, clusters, cluster_start),
    )
    target = _artifact_path(out, model, recipe)
    for path in artifact_targets(target, recipe):
        opt.check_target(path, sources=(model, data))
    spec = None
    if recipe.needs_calibration:
        spec = DataSpec(
            opt.need_data(data, recipe.id),
            preprocess or "",
            folder=str(data_folder or ""),
            target=label_column or "",
        )
    task = export_task(
        opt.find_model(model),
        recipe,
        str(target),
        spec,
        RunOptions(calibration_samples=calibration_samples, seed=seed),
        allow_code=allow_code,
    )
    with progress() as report:
        written = finish(task, shown(report))
    sizes = f"{bytes_text(written.size_bytes)}, {bytes_text(written.gzip_bytes)} gzipped"
    say(f"{', '.join(written.paths)}: {recipe.id}, {sizes}")


@app.command()
def compare(
    model: opt.Model,
    data: opt.Data,
    schemes: Annotated[
        str | None,
        typer.Option("--schemes", "-s", metavar="A,B,C", help="All that fit, if not given."),
    ] = None,
    json_path: Annotated[
        Path | None, typer.Option("--json", metavar="F", help="Write the comparison as JSON.")
    ] = None,
    csv_path: Annotated[
        Path | None, typer.Option("--csv", metavar="F", help="Write one row a scheme as CSV.")
    ] = None,
    layers_path: Annotated[
        Path | None,
        typer.Option("--layers-csv", metavar="F", help="Write one row a layer and scheme as CSV."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="F", help="Write a report (.html)."),
    ] = None,
    preprocess: opt.Preprocess = None,
    data_folder: opt.DataFolder = None,
    target: opt.Target = None,
    limit: opt.Limit = None,
    calibration_samples: opt.CalibrationSamples = 100,
    layer_samples: opt.LayerSamples = 20,
    batch_size: opt.BatchSize = 32,
    seed: opt.Seed = 0,
    range_: opt.Range = None,
    percentile: opt.Percentile = None,
    calibration: opt.Ranges = None,
    keep_float: opt.KeepFloat = None,
    prune: opt.Prune = None,
    prune_scope: opt.PruneScope = None,
    clusters: opt.Clusters = None,
    cluster_start: opt.ClusterStart = None,
    latency: opt.Latency = False,
    rounding: opt.Rounding = "reference",
    model_output: opt.ModelOutput = None,
    allow_code: opt.AllowCode = False,
) -> None:
    """Run schemes side by side: accuracy, size, error of every layer."""
    from qviz.cli.comparison_table import print_comparison
    from qviz.report import write_layers_csv, write_report

    opt.check_target(out, (".html", ".htm", ".json", ".csv"), sources=(model, data))
    for path in (json_path, csv_path, layers_path):
        opt.check_target(path, sources=(model, data))
    comparison = run_comparison(
        model,
        data,
        recipes(
            schemes,
            {
                **opt.scheme_options(range_, percentile, calibration, keep_float),
                **opt.weight_options(prune, prune_scope, clusters, cluster_start),
            },
        ),
        allow_code,
        {"preprocessing": preprocess, "limit": limit, "folder": data_folder, "target": target},
        {
            "calibration_samples": calibration_samples,
            "layer_samples": layer_samples,
            "batch_size": batch_size,
            "seed": seed,
            "latency": latency,
            "rounding": opt.rounding_mode(rounding),
            "output": model_output,
        },
    )
    for path, form in ((json_path, "json"), (csv_path, "csv"), (out, None)):
        if path is not None:
            write_report(comparison, path, format=form)
    if layers_path is not None:
        write_layers_csv(comparison, layers_path)
    print_comparison(comparison)


@app.command()
def report(
    model: opt.Model,
    data: opt.Data,
    out: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="F", help="The page; JSON and CSV go beside it."),
    ] = Path("report.html"),
    schemes: Annotated[
        str | None,
        typer.Option("--schemes", "-s", metavar="A,B,C", help="All that fit, if not given."),
    ] = None,
    preprocess: opt.Preprocess = None,
    data_folder: opt.DataFolder = None,
    target: opt.Target = None,
    limit: opt.Limit = None,
    calibration_samples: opt.CalibrationSamples = 100,
    layer_samples: opt.LayerSamples = 20,
    seed: opt.Seed = 0,
    prune: opt.Prune = None,
    prune_scope: opt.PruneScope = None,
    clusters: opt.Clusters = None,
    cluster_start: opt.ClusterStart = None,
    latency: opt.Latency = False,
    rounding: opt.Rounding = "reference",
    model_output: opt.ModelOutput = None,
    allow_code: opt.AllowCode = False,
) -> None:
    """Compare schemes; write HTML, JSON and CSV."""
    opt.check_target(out, (".html", ".htm"))
    for path in report_files(out):
        opt.check_target(path, sources=(model, data))
    comparison = run_comparison(
        model,
        data,
        recipes(schemes, opt.weight_options(prune, prune_scope, clusters, cluster_start)),
        allow_code,
        {"preprocessing": preprocess, "limit": limit, "folder": data_folder, "target": target},
        {
            "calibration_samples": calibration_samples,
            "layer_samples": layer_samples,
            "seed": seed,
            "latency": latency,
            "rounding": opt.rounding_mode(rounding),
            "output": model_output,
        },
    )
    write_all(comparison, out)


app.command()(advise)
app.command()(verify)
app.command()(demo)
app.command()(train)
app.command()(eightbit)
app.command()(trace)


@app.command(hidden=True)
def headless(
    folder: Annotated[Path, typer.Option("--folder", help="Where the results go.")] = Path(),
) -> None:
    """Do the main job where there is no screen: compare the sample, report it, draw the window."""
    from qviz.cli.comparison_table import print_comparison
    from qviz.cli.printing import say
    from qviz.cli.window import save_picture

    target = folder / "qviz-report.html"
    opt.check_target(target)
    comparison = run_comparison("digits", "digits", None, False, {}, {})
    print_comparison(comparison)
    write_all(comparison, target)
    try:
        picture = save_picture(comparison, folder / "qviz-window.png")
    except QvizError as error:
        say(f"no picture of the window: {error}")
    else:
        say(f"{picture}: the window as it would look")
    say(
        "There is no screen here. To get the window, start ./run where DISPLAY or WAYLAND_DISPLAY "
        "is set (a desktop, or ssh -X), or on a virtual screen: xvfb-run -a ./run"
    )


def _artifact_path(out: Path, model: str, recipe: Scheme) -> Path:
    """Where the artifact goes: `out`, or a named file in it if it is a folder."""
    endings = {"tflite": ".tflite", "eightbit": ".zip"}
    if recipe.artifact in endings and out.is_dir():
        # Not every system has colons in names.
        name = f"{Path(model).stem}-{recipe.id.replace(':', '-')}"
        return out / f"{name}{endings[recipe.artifact]}"
    return out
