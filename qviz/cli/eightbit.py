"""The command ``qviz eightbit``: the three pictures of TensorFlow 1's quantization as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from qviz.cli import options as opt
from qviz.cli.comparing import load_data, open_graph
from qviz.cli.option_groups import DataOptions, with_groups
from qviz.cli.progress import progress, shown
from qviz.progress import finish

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qviz.evaluation.eightbit_forms import FormResult
    from qviz.quantization.eightbit import Picture


@with_groups
def eightbit(
    model: opt.Model,
    reading: DataOptions,
    layers: Annotated[
        list[str] | None,
        typer.Option("--layer", "-l", metavar="L", help="Show this layer only; may be repeated."),
    ] = None,
    steps: Annotated[
        bool, typer.Option("--steps", help="Every operator wrapped and every pair stripped singly.")
    ] = False,
    data: opt.OptionalData = None,
    limit: opt.Limit = None,
    allow_code: opt.AllowCode = False,
) -> None:
    """Show how TensorFlow 1 took a graph to 8 bits: float, wrapped, stripped.

    With data, also what each form is worth.
    """
    from qviz.cli.printing import say
    from qviz.evaluation.eightbit_forms import form_results
    from qviz.quantization.eightbit import code_table, eightbit_steps

    graph = open_graph(model, allow_code)
    for number, step in enumerate(eightbit_steps(graph, layers or (), every=steps), 1):
        say(f"{number}. {step.title}")
        say(f"   {step.text}")
        for line in picture_lines(step.picture):
            say(f"   {line}")
        say("")
    with progress() as report_step:
        dataset = None
        if data is not None:
            dataset = load_data(data, graph, report_step, **reading.loading(limit))
        results = finish(form_results(graph, dataset), shown(report_step))
    _print_results(results)
    table = code_table()
    say("")
    say(f"Codes between {table.low:g} and {table.high:g}:")
    for row in table.rows:
        said = "" if row.documented is None else f", the document says {row.documented:g}"
        both = f"{row.combined:.4f} (MIN_COMBINED), {row.first:.4f} (MIN_FIRST)"
        say(f"  {row.code:3} is {both}{said}")
    for sentence in table.explanation:
        say(f"  {sentence}")


def picture_lines(picture: Picture) -> Iterator[str]:
    """A line for every operator and end of a picture, numbered, with what goes into it."""
    numbers = {node.id: i for i, node in enumerate(picture.nodes, 1)}
    given: dict[str, dict[str, list[str]]] = {node.id: {} for node in picture.nodes}
    for edge in picture.edges:
        given[edge.target].setdefault(edge.source, []).append(edge.label)
    width = max((len(node.label) for node in picture.nodes), default=0)
    for node in picture.nodes:
        sources = ", ".join(
            f"{numbers[source]} ({', '.join(labels)})" for source, labels in given[node.id].items()
        )
        line = f"{numbers[node.id]:3} {node.label:{width}}  {node.kind:10}"
        yield f"{line}  from {sources}" if sources else line.rstrip()


def _print_results(results: Sequence[FormResult]) -> None:
    from qviz.cli.printing import console, simple_table
    from qviz.quantities import bytes_text

    metrics = list(results[0].metrics)
    table = simple_table(
        *("form", ">operators", ">in 8 bits", ">conversions", ">size", ">gzip"),
        *(f">{name}" for name in metrics),
        *([">as float"] if results[0].agreement is not None else []),
    )
    for row in results:
        table.add_row(
            row.form,
            *(str(n) for n in (row.operators, row.eightbit, row.conversions)),
            *(bytes_text(n) for n in (row.size_bytes, row.gzip_bytes)),
            *(f"{row.metrics[name]:.4f}" for name in metrics),
            *([] if row.agreement is None else [f"{row.agreement:.4f}"]),
        )
    console().print(table)
