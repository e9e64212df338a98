"""The commands ``qviz demo`` and ``qviz train``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from qviz.cli import options as opt
from qviz.cli.progress import progress, shown
from qviz.progress import finish

if TYPE_CHECKING:
    from qviz.evaluation import Comparison
    from qviz.evaluation.demo import DemoResult
    from qviz.jobs.results import DemoSetup
    from qviz.jobs.task import Task

R = TypeVar("R")

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="housing, mnist, fashion-mnist or mobilenetv2.")
]
Trained = Annotated[
    str,
    typer.Argument(metavar="NAME", help="housing, mnist, fashion-mnist or mobilenetv2-fashion."),
]


def demo(
    name: Name,
    every_scheme: Annotated[
        bool, typer.Option("--all", help="Every scheme of qviz, not float, 16 and 8 bit only.")
    ] = False,
    data_folder: opt.DataFolder = None,
    model: Annotated[
        Path | None,
        typer.Option("--model", "-m", metavar="M", help="Another model than the shipped one."),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", "-d", metavar="D", help="Folder of images, for mobilenetv2."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="F", help="Write a report (.html, .json, .csv)."),
    ] = None,
    limit: opt.Limit = None,
) -> None:
    """Repeat a demo of TensorFlow.js: accuracy and gzip ratio of float, 16 bit and 8 bit.

    The published numbers stand beside those that are measured here, on the whole test set.
    """
    from qviz.cli.demo_tables import print_demo, print_image_demo
    from qviz.jobs.demos import demo_task, image_demo_task
    from qviz.report import write_report

    opt.check_target(out, (".html", ".htm", ".json", ".csv"))
    setup = _run(
        demo_task(
            name,
            folder=str(data_folder or ""),
            model=str(model or ""),
            data=str(data or ""),
            every_scheme=every_scheme,
        )
    )
    if setup.data.preprocessing:
        print_image_demo(setup.title, _run(image_demo_task(setup, limit)))
        comparison = _compare(setup, limit) if every_scheme or out is not None else None
    else:
        comparison = _compare(setup, limit)
        print_demo(_result(setup, comparison))
    if comparison is not None and every_scheme:
        from qviz.cli.comparison_table import print_comparison

        print_comparison(comparison)
    if comparison is not None and out is not None:
        write_report(comparison, out)


def train(
    name: Trained,
    out: Annotated[
        Path, typer.Option("--output", "-o", metavar="F", help="Folder of the .keras file.")
    ] = Path(),
    data_folder: opt.DataFolder = None,
    epochs: Annotated[
        int | None, typer.Option("--epochs", min=1, help="Instead of the sample's own number.")
    ] = None,
    samples: Annotated[
        int | None, typer.Option("--samples", min=1, help="Only the first so many, to try it.")
    ] = None,
    threads: Annotated[int, typer.Option("--threads", min=1, help="Of TensorFlow.")] = 2,
) -> None:
    """Train a sample model again, by TensorFlow, with a fixed seed."""
    from qviz.cli.printing import say
    from qviz.jobs.demos import train_task

    task = train_task(
        name,
        str(out),
        folder=str(data_folder or ""),
        epochs=epochs,
        samples=samples,
        threads=threads,
    )
    told = _run(task)
    say(f"{out / f'{name}.keras'}: {told}")


def _compare(setup: DemoSetup, limit: int | None) -> Comparison:
    from dataclasses import replace

    from qviz.jobs.tasks import compare_task

    data = replace(setup.data, limit=limit)
    return _run(compare_task(setup.model_path, data, setup.schemes))


def _result(setup: DemoSetup, comparison: Comparison) -> DemoResult:
    from qviz.evaluation.demo import DemoResult, demo_named, gzip_rows
    from qviz.formats import open_model

    return DemoResult(demo_named(setup.name), comparison, gzip_rows(open_model(setup.model_path)))


def _run(task: Task[R]) -> R:
    """Run a task to its end, its progress shown."""
    with progress() as report_step:
        return finish(task, shown(report_step))
