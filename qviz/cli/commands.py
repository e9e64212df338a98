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
    run_comparison,
    write_all,
)
from qviz.cli.comparison import compare, report
from qviz.cli.demo import demo, train
from qviz.cli.eightbit import eightbit
from qviz.cli.outputs import JsonFile, check_outputs, deliver
from qviz.cli.quantizing import quantize
from qviz.cli.tracing import trace
from qviz.cli.verification import verify
from qviz.cli.window import unknown_word
from qviz.errors import QvizError
from qviz.resources import named_model

if TYPE_CHECKING:
    pass


class ModelGroup(TyperGroup):
    """Commands, where a first word that is none of them is a model to open."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put ``open`` before a model's name."""
        if args and args[0][:1] != "-" and args[0] not in self.commands:
            if len(args) > 1 and "--help" not in args and not Path(named_model(args[0])).exists():
                # Told by its own name, not by the options that a model does not take.
                raise unknown_word(args[0])
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
    json_path: JsonFile = None,
    allow_code: opt.AllowCode = False,
) -> None:
    """Say what is in a model: layers, weights, ranges."""
    from qviz.cli.inspection import inspection
    from qviz.evaluation import model_info
    from qviz.graph import layers

    printed = check_outputs(json_path, sources=(model,))
    graph = open_graph(model, allow_code)
    if json_path is not None:
        content = json.dumps(inspection(graph), indent=2, ensure_ascii=False, allow_nan=False)
        deliver(content, json_path)
    if printed:
        return
    from qviz.cli.printing import print_model

    print_model(model_info(graph), graph, layers(graph))


@app.command()
def schemes() -> None:
    """List the schemes there are."""
    from qviz.cli.printing import print_schemes

    print_schemes()


app.command()(quantize)
app.command()(compare)
app.command()(report)
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
