"""The command ``qviz quantize``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qviz.cli import options as opt
from qviz.cli.option_groups import DataOptions, SchemeOptions, with_groups
from qviz.cli.progress import progress, shown
from qviz.progress import finish

if TYPE_CHECKING:
    from qviz.quantization import Scheme


@with_groups
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
    reading: DataOptions,
    changing: SchemeOptions,
    data: opt.OptionalData = None,
    calibration_samples: opt.CalibrationSamples = 100,
    seed: opt.Seed = 0,
    allow_code: opt.AllowCode = False,
) -> None:
    """Quantize a model and write the .tflite or tfjs files."""
    from qviz.cli.printing import say
    from qviz.evaluation.artifact import artifact_targets
    from qviz.jobs.results import RunOptions
    from qviz.jobs.tasks import export_task
    from qviz.quantities import bytes_text
    from qviz.quantization import scheme as scheme_named

    recipe = scheme_named(scheme).with_options(**changing.changes())
    target = _artifact_path(out, model, recipe)
    opt.check_target(target, sources=(model, data))
    for path in artifact_targets(target, recipe):
        opt.check_target(path, sources=(model, data))
    task = export_task(
        opt.find_model(model),
        recipe,
        str(target),
        reading.spec(opt.need_data(data, recipe.id)) if recipe.needs_calibration else None,
        RunOptions(calibration_samples=calibration_samples, seed=seed),
        allow_code=allow_code,
    )
    with progress() as report:
        written = finish(task, shown(report))
    sizes = f"{bytes_text(written.size_bytes)}, {bytes_text(written.gzip_bytes)} gzipped"
    say(f"{', '.join(written.paths)}: {recipe.id}, {sizes}")


def _artifact_path(out: Path, model: str, recipe: Scheme) -> Path:
    """Where the artifact goes: `out`, or a named file in it if it is a folder."""
    endings = {"tflite": ".tflite", "eightbit": ".zip"}
    if recipe.artifact in endings and out.is_dir():
        # Not every system has colons in names.
        name = f"{Path(model).stem}-{recipe.id.replace(':', '-')}"
        return out / f"{name}{endings[recipe.artifact]}"
    return out
