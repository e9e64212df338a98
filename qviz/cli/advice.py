"""The command ``qviz advise``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qviz.cli import options as opt
from qviz.cli.option_groups import DataOptions, with_groups
from qviz.cli.outputs import JsonFile, check_outputs, deliver
from qviz.errors import DatasetError, SchemeError

if TYPE_CHECKING:
    from qviz.evaluation import Comparison
    from qviz.evaluation.advice import Advice
    from qviz.evaluation.recommendation import Recommendation

# Below half a point, or half a percent, the documents' "next to nothing" is meant.
_NEXT_TO_NOTHING = 0.005


@with_groups
def advise(
    reading: DataOptions,
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[COMPARISON.json | MODEL]",
            help="What `compare --json` wrote, or a"
            " model to measure; without one, only the documents' advice is given.",
        ),
    ] = None,
    data: opt.OptionalData = None,
    limit: opt.Limit = None,
    hardware: Annotated[
        str,
        typer.Option(
            "--hardware",
            metavar="cpu|gpu|edge-tpu|microcontroller|browser",
            help="Where the model will run.",
        ),
    ] = "cpu",
    tolerance: Annotated[
        float,
        typer.Option(
            "--tolerance",
            min=0.0,
            max=1.0,
            help="Loss that is fine: 0.01 is a point of accuracy, or 1% of the error.",
        ),
    ] = 0.01,
    size: Annotated[
        str, typer.Option("--size", metavar="4x|2x", help="How much smaller it has to be.")
    ] = "4x",
    samples: Annotated[
        bool, typer.Option("--samples/--no-samples", help="Whether there are samples to calibrate.")
    ] = True,
    labels: Annotated[
        bool, typer.Option("--labels/--no-labels", help="Whether there are labelled samples.")
    ] = True,
    json_path: JsonFile = None,
    allow_code: opt.AllowCode = False,
) -> None:
    """Say which scheme to take: by the documents' decision tree, and by what was measured."""
    from qviz.evaluation.advice import advise as ask
    from qviz.evaluation.guide import HARDWARE
    from qviz.evaluation.recommendation import recommend

    place = next((key for key in HARDWARE if key == hardware), None)
    if place is None:
        raise SchemeError(f"--hardware is one of {', '.join(HARDWARE)}, not {hardware!r}.")
    answers = {
        "hardware": hardware,
        "size": size,
        "samples": "yes" if samples else "no",
        "labels": "yes" if labels else "no",
        "loss": "none" if tolerance < _NEXT_TO_NOTHING else "some",
    }
    # A wrong answer is said before anything is measured.
    ask(answers)
    printed = check_outputs(json_path, sources=(source, data))
    comparison = None
    if source is not None:
        comparison = _comparison(source, data, reading.loading(limit), allow_code)
        answers["labels"] = "no" if comparison.data.task == "none" else "yes"
    advice = ask(answers)
    measured = None
    if comparison is not None:
        measured = recommend(comparison, tolerance, place)
    if json_path is not None:
        deliver(_as_json(advice, measured), json_path)
    if not printed:
        _print(advice, measured, comparison)


def _comparison(
    source: str, data: str | None, loading: dict[str, Any], allow_code: bool
) -> Comparison:
    from qviz.cli.comparing import run_comparison
    from qviz.report import comparison_from_json, is_comparison
    from qviz.report.reading import is_as_it_is

    path = Path(source)
    if path.suffix.lower() == ".json" and path.is_file():
        text = path.read_text(encoding="utf-8", errors="replace")
        if is_comparison(text) or data is None:
            return comparison_from_json(text)
    if data is None:
        raise DatasetError("To measure a model, give data too: --data FILE.npz.")
    comparison = run_comparison(source, data, None, allow_code, loading, {"layer_samples": 0})
    if is_as_it_is(comparison):
        raise SchemeError(
            f"{comparison.model.name} is already quantized, so that no scheme can be advised for "
            f"it. Give the float model it was made from; `qviz compare` measures it as it is."
        )
    return comparison


def _as_json(advice: Advice, measured: Recommendation | None) -> str:
    import dataclasses

    from qviz.report.json_form import plain

    content = {
        "documents": dataclasses.asdict(advice),
        "measured": None if measured is None else dataclasses.asdict(measured),
    }
    return json.dumps(plain(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _print(advice: Advice, measured: Recommendation | None, comparison: Comparison | None) -> None:
    from qviz.cli.comparison_table import print_judgements
    from qviz.cli.printing import say

    for question, answer in advice.path:
        say(f"{question} {answer}")
    say(f"The documents advise {advice.scheme}. {advice.reason} ({advice.source})")
    for remark in advice.remarks:
        say(remark)
    if measured is None or comparison is None:
        say("On average, that is: measure it with `qviz advise MODEL --data D`.")
        return
    print_judgements(comparison, measured)
    if measured.sentence:
        say(f"Measured: {measured.sentence}")
