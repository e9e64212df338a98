"""The command ``qviz verify``."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qviz.cli import options as opt
from qviz.cli.progress import Report, progress

if TYPE_CHECKING:
    from qviz.evaluation.verification import VerificationStep
    from qviz.evaluation.verification_results import Verification

VALUES_DIFFER = 3
"""Exit code where qviz and LiteRT do not agree."""


def verify(
    model: opt.Model,
    data: opt.OptionalData = None,
    preprocess: opt.Preprocess = None,
    samples: opt.Samples = 4,
    modes: opt.Modes = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the random inputs.")] = 0,
    json_path: Annotated[
        Path | None, typer.Option("--json", metavar="F", help="Write what was found as JSON.")
    ] = None,
    allow_code: opt.AllowCode = False,
) -> int:
    """Hold every tensor of a run against LiteRT's, bit for bit.

    The exit code is 0 if no value differs, 3 if one does, 1 if a mode could not be run.
    """
    from qviz.cli.printing import print_verification
    from qviz.evaluation import load_dataset
    from qviz.evaluation.verification import tflite_bytes, verification_steps
    from qviz.files import write_text
    from qviz.formats.tflite import read_tflite
    from qviz.report.verification import verification_as_json

    opt.check_target(json_path)
    with progress() as report_step:
        report_step(0, 0, "reading the model")
        content = tflite_bytes(opt.find_model(model), allow_code=allow_code)
        dataset = None
        if data is not None:
            graph = read_tflite(content, model)
            dataset = load_dataset(data, preprocessing=preprocess, limit=samples, model=graph)
        steps = verification_steps(
            content,
            name=Path(model).name,
            modes=None if modes is None else opt.names(modes),
            seed=seed,
            samples=samples,
            data=dataset,
        )
        verification = _finish(steps, report_step)
    if json_path is not None:
        write_text(json_path, verification_as_json(verification))
    print_verification(verification)
    if verification.differs:
        return VALUES_DIFFER
    return 0 if verification.complete else 1


def _finish(
    steps: Generator[VerificationStep, None, Verification], report_step: Report
) -> Verification:
    """Result of a verification, its steps shown."""
    while True:
        try:
            step = next(steps)
        except StopIteration as stop:
            verification: Verification = stop.value
            return verification
        report_step(step.done, step.total, step.message)
