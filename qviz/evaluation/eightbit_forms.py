"""What each of the three forms of an eightbit graph costs and brings."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass

from qviz.evaluation.accuracy import Outcome, run_steps
from qviz.evaluation.artifact import artifact_size
from qviz.evaluation.dataset import Dataset
from qviz.execution import Executor
from qviz.formats.graph_archive import write_graph_archive
from qviz.graph import Graph
from qviz.progress import Progress
from qviz.quantization.eightbit import eightbit_forms
from qviz.quantization.eightbit.kinds import DEQUANTIZE, PREFIX, QUANTIZE

_BATCH = 32


@dataclass(frozen=True, slots=True)
class FormResult:
    """One form of a graph, measured.

    Attributes
    ----------
    form : str
        ``before``, ``wrapped`` or ``stripped``.
    operators, eightbit, conversions : int
        Operators in all; those that are 8-bit, ranges and conversions counted; quantize and
        dequantize operators.
    size_bytes, gzip_bytes : int
        Of the archive of the graph (`qviz.formats.graph_archive`), for all forms alike.
    metrics : Mapping of str to float
        Accuracy or errors; empty without data.
    agreement : float or None
        With the float form; None without data.
    """

    form: str
    operators: int
    eightbit: int
    conversions: int
    size_bytes: int
    gzip_bytes: int
    metrics: Mapping[str, float]
    agreement: float | None


def form_results(
    graph: Graph, data: Dataset | None = None
) -> Generator[Progress, None, tuple[FormResult, ...]]:
    """Weigh the three forms of a float graph and, with data, run them.

    Parameters
    ----------
    graph : Graph
        Float, folded or not.
    data : Dataset, optional
        All of its samples are run through each form.

    Yields
    ------
    Progress
        In samples.
    """
    forms = eightbit_forms(graph)
    named = {"before": forms.before, "wrapped": forms.wrapped, "stripped": forms.stripped}
    results: list[FormResult] = []
    reference: Outcome | None = None
    for i, (name, form) in enumerate(named.items()):
        outcome: Outcome | None = None
        if data is not None:
            fitted = data if data.shapes else data.fitted(graph)
            steps = run_steps(Executor(form), form, fitted, _BATCH, reference)
            while outcome is None:
                try:
                    done = next(steps) + i * len(fitted)
                    yield Progress(done, len(named) * len(fitted), f"{name}: accuracy")
                except StopIteration as stop:
                    outcome = stop.value
            reference = reference or outcome
        results.append(_result(name, form, outcome))
    return tuple(results)


def _result(name: str, form: Graph, outcome: Outcome | None) -> FormResult:
    size, packed = artifact_size({"model.zip": write_graph_archive(form)})
    kinds = [operator.kind for operator in form.operators]
    return FormResult(
        form=name,
        operators=len(kinds),
        eightbit=sum(kind.startswith(PREFIX) for kind in kinds),
        conversions=sum(kind in (QUANTIZE, DEQUANTIZE) for kind in kinds),
        size_bytes=size,
        gzip_bytes=packed,
        metrics={} if outcome is None else dict(outcome.metrics),
        agreement=None if outcome is None else outcome.agreement,
    )
