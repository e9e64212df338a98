"""The command ``qviz trace``: one number of a quantized network, down to its multiply-adds."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from qviz.cli import options as opt
from qviz.cli.comparing import load_data, open_graph
from qviz.cli.option_groups import DataOptions, with_groups
from qviz.cli.outputs import CsvFile, JsonFile, check_outputs, deliver
from qviz.cli.progress import progress, shown
from qviz.errors import ExecutionError
from qviz.progress import finish


@with_groups
def trace(
    model: opt.Model,
    reading: DataOptions,
    layer: Annotated[str, typer.Option("--layer", "-l", metavar="L", help="Layer to trace.")],
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="N,H,W,C",
            help="Element of its output, N may be left out; the one with the largest error if "
            "not given.",
        ),
    ] = None,
    rank: Annotated[
        int, typer.Option("--rank", min=0, help="The element with the next error, and so on.")
    ] = 0,
    sample: Annotated[
        int, typer.Option("--sample", metavar="K", min=0, help="Which sample of the data.")
    ] = 0,
    scheme: Annotated[
        str, typer.Option("--scheme", "-s", metavar="S", help="For a float model.")
    ] = "int8",
    operator: Annotated[
        int | None,
        typer.Option(
            "--operator", metavar="I", help="Index of the operator, where a layer has several."
        ),
    ] = None,
    data: opt.OptionalData = None,
    rounding: opt.Rounding = "reference",
    calibration_samples: opt.CalibrationSamples = 100,
    seed: opt.Seed = 0,
    products: Annotated[
        int, typer.Option("--products", min=0, help="How many products to list.")
    ] = 32,
    json_path: JsonFile = None,
    csv_path: CsvFile = None,
    allow_code: opt.AllowCode = False,
) -> None:
    """Take one number apart: codes, products, accumulator, scaling and rounding to its code.

    The last step has to give the executor's code, else it is an error. Without data the sample has
    random values, where the scheme does not have to be calibrated.
    """
    from qviz.cli.printing import say
    from qviz.evaluation.element import ElementChoice
    from qviz.evaluation.element.preparing import holds_codes, sample_of, tracer_steps
    from qviz.evaluation.element.text import as_csv, lines
    from qviz.evaluation.element.text import as_json as json_form
    from qviz.quantization import scheme as scheme_named

    mode = opt.rounding_mode(rounding)
    recipe = scheme_named(scheme)
    choice = ElementChoice(layer, coordinates(at), rank, operator)
    printed = check_outputs(json_path, csv_path, sources=(model, data))
    with progress() as report_step:
        report_step(0, 0, "reading the model")
        graph = open_graph(model, allow_code)
        if not holds_codes(graph) and recipe.needs_calibration:
            opt.need_data(data, recipe.id)
        dataset = None
        if data is not None:
            dataset = load_data(data, graph, report_step, **reading.loading())
        steps = tracer_steps(
            *(graph, recipe, dataset),
            rounding=mode,
            calibration_samples=calibration_samples,
            seed=seed,
        )
        tracer = finish(steps, shown(report_step))
        found = tracer.trace(sample_of(tracer, dataset, sample), choice)
    deliver(as_csv(found), csv_path)
    if json_path is not None:
        deliver(json.dumps(json_form(found), ensure_ascii=False), json_path)
    if printed:
        return
    for line in lines(found, products):
        say(line)


def coordinates(text: str | None) -> tuple[int, ...] | None:
    """Integers between commas; None for no text.

    Raises
    ------
    ExecutionError
        If they are none.
    """
    if text is None:
        return None
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise ExecutionError(
            f"--at takes whole numbers between commas, e.g. 0,3,5,2, not {text!r}."
        ) from None
