"""The command ``qviz verify``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qviz.cli import options as opt
from qviz.cli.comparing import load_data
from qviz.cli.option_groups import DataOptions, with_groups
from qviz.cli.outputs import JsonFile, check_outputs, deliver
from qviz.cli.progress import progress, shown
from qviz.progress import finish

VALUES_DIFFER = 3
"""Exit code where qviz and LiteRT do not agree."""


@with_groups
def verify(
    model: opt.Model,
    reading: DataOptions,
    data: opt.OptionalData = None,
    samples: opt.Samples = 4,
    modes: opt.Modes = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the random inputs.")] = 0,
    json_path: JsonFile = None,
    allow_code: opt.AllowCode = False,
) -> int:
    """Hold every tensor of a run against LiteRT's, bit for bit.

    The exit code is 0 if no value differs, 3 if one does, 1 if a mode or a part of the model could
    not be run.
    """
    from qviz.cli.printing import print_verification
    from qviz.evaluation.verification import tflite_bytes, verification_steps
    from qviz.formats.tflite import read_tflite
    from qviz.report.verification import verification_as_json

    printed = check_outputs(json_path, sources=(model, data))
    with progress() as report_step:
        report_step(0, 0, "reading the model")
        content = tflite_bytes(opt.find_model(model), allow_code=allow_code)
        dataset = None
        if data is not None:
            graph = read_tflite(content, model)
            dataset = load_data(data, graph, report_step, **reading.loading(samples))
        steps = verification_steps(
            content,
            name=Path(model).name,
            modes=None if modes is None else opt.names(modes),
            seed=seed,
            samples=samples,
            data=dataset,
        )
        verification = finish(steps, shown(report_step))
    deliver(verification_as_json(verification), json_path)
    if not printed:
        print_verification(verification)
    if verification.differs:
        return VALUES_DIFFER
    return 0 if verification.complete else 1
