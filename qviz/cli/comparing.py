"""What commands share that compare schemes: reading model and data, running, writing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qviz.cli import options as opt
from qviz.cli.progress import Report, progress, shown
from qviz.errors import SchemeError
from qviz.progress import finish

if TYPE_CHECKING:
    from qviz.evaluation import Comparison, Dataset
    from qviz.graph import Graph
    from qviz.quantization import Scheme


def open_graph(model: str, allow_code: bool) -> Graph:
    """A model, by its file or as a sample."""
    from qviz.formats import open_model

    return open_model(opt.find_model(model), allow_code=allow_code)


def load_data(data: str, graph: Graph, report_step: Report, **loading: Any) -> Dataset:
    """The data set, downloaded first if it is a public one that is missing."""
    from qviz.evaluation import load_dataset
    from qviz.evaluation.loading import download_dataset

    finish(download_dataset(data, loading.get("folder")), shown(report_step))
    report_step(0, 0, "reading the data")
    return load_dataset(data, model=graph, **loading)


def recipes(names: str | None, changes: dict[str, Any]) -> list[Scheme] | None:
    """Schemes that are asked for, with the options, and float32; None for all as they are."""
    from qviz.quantization import SCHEMES
    from qviz.quantization import scheme as scheme_named

    if names is None and not changes:
        return None
    chosen = list(SCHEMES) if names is None else opt.names(names)
    if not chosen:
        raise SchemeError(f"--schemes names none. Schemes: {', '.join(SCHEMES)}.")
    named = [scheme_named(name) for name in dict.fromkeys(chosen)]
    kept = {k: v for k, v in changes.items() if k != "float_layers"}
    # Layers can be kept in float32 only where the others become integers.
    found = [r.with_options(**(changes if r.weight_dtype == "int8" else kept)) for r in named]
    if SCHEMES["float32"] not in found:
        # What the others cost is seen beside the model as it is.
        found.insert(0, SCHEMES["float32"])
    return found


def run_comparison(
    model: str,
    data: str,
    chosen: list[Scheme] | None,
    allow_code: bool,
    loading: dict[str, Any],
    settings: dict[str, Any],
) -> Comparison:
    """Run schemes on a model and data, showing how far it is.

    Parameters
    ----------
    model, data : str
        As they were typed.
    chosen : list of Scheme or None
    allow_code : bool
    loading : dict
        Arguments of `load_dataset`.
    settings : dict
        Arguments of `compare`.
    """
    from qviz.evaluation import compare as compare_schemes
    from qviz.evaluation.lead_output import lead_with

    with progress() as report_step:
        report_step(0, 0, "reading the model")
        graph = open_graph(model, allow_code)
        lead = lead_with(graph, settings.get("output"))
        dataset = load_data(data, lead, report_step, **loading)
        comparison = compare_schemes(
            graph, dataset, chosen, on_progress=shown(report_step), **settings
        )
    _refuse_float_alone(comparison)
    return comparison


def _refuse_float_alone(comparison: Comparison) -> None:
    """Raise SchemeError if nothing that was asked for beside float32 fits the model."""
    if comparison.skipped and all(row.scheme.id == "float32" for row in comparison.rows):
        scheme, reason = comparison.skipped[0]
        raise SchemeError(f"None of the schemes fits this model. {scheme}: {reason}")


def report_files(page: Path) -> tuple[Path, ...]:
    """The page and the files beside it; the errors of layers are the last."""
    beside = (page.with_suffix(ending) for ending in (".json", ".csv"))
    return (page, *beside, page.with_name(f"{page.stem}-layers.csv"))


def write_all(comparison: Comparison, page: Path) -> None:
    """The page, and beside it the same numbers for programs."""
    from qviz.cli.printing import say
    from qviz.report import write_layers_csv, write_report

    *tables, layers = report_files(page)
    written = [
        *(write_report(comparison, path) for path in tables),
        write_layers_csv(comparison, layers),
    ]
    for path in written:
        say(str(path))
