"""Schemes side by side on one model and one data set."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Generator, Iterable

from qviz.errors import (
    CalibrationError,
    ConversionError,
    ExecutionError,
    ExportError,
    SchemeError,
    UnsupportedLayerError,
    UnsupportedOperatorError,
)
from qviz.evaluation.calibration import Statistics
from qviz.evaluation.dataset import Dataset
from qviz.evaluation.lead_output import lead_with
from qviz.evaluation.loading import load_dataset
from qviz.evaluation.provenance import model_info, versions
from qviz.evaluation.results import Comparison, SchemeResult
from qviz.evaluation.scheme_run import Event, RunSettings, SchemeRun
from qviz.evaluation.stored_run import stored_comparison_steps
from qviz.graph import Graph
from qviz.progress import finish
from qviz.quantization import SCHEMES
from qviz.quantization.scheme import Scheme
from qviz.quantization.scheme import scheme as scheme_named
from qviz.quantization.stored_codes import stored_codes

# What a scheme may say when it does not fit the model; anything else is a failure of the run.
_MISFITS = (
    SchemeError,
    UnsupportedOperatorError,
    UnsupportedLayerError,
    CalibrationError,
    ConversionError,
    ExecutionError,
    ExportError,
)


def compare(
    model: Graph | str | os.PathLike[str],
    data: Dataset | str | os.PathLike[str],
    schemes: Iterable[str | Scheme] | None = None,
    *,
    calibration_samples: int = 100,
    layer_samples: int = 20,
    batch_size: int = 32,
    seed: int = 0,
    statistics: Statistics | None = None,
    latency: bool = False,
    rounding: str = "reference",
    output: str | int | None = None,
    on_progress: Callable[[Event], None] | None = None,
) -> Comparison:
    """Quantize a model by several schemes and measure what each costs.

    A model that is quantized already is measured as it is, in one row.

    Parameters
    ----------
    model : Graph or path
    data : Dataset, path or built-in name
    schemes : iterable of str or Scheme, optional
        All that fit the model if not given.
    calibration_samples : int
        Samples that ranges of activations are taken from.
    layer_samples : int
        Samples that the errors of the layers are measured on; 0 leaves out the errors of outputs.
    batch_size : int
        Samples run at once, which bounds the memory.
    seed : int
        Of the choice of calibration samples.
    statistics : mapping, optional
        From :func:`qviz.calibrate`, used for all schemes instead of calibrating.
    latency : bool
        Time each ``.tflite`` artifact in the LiteRT interpreter on this computer.
    rounding : str
        Rounding mode of the executor, one of ``qviz.execution.MODES``.
    output : str or int, optional
        Name or position of the model's output that labels and metrics are about; the first if not
        given.
    on_progress : callable, optional
        Called with every :class:`~qviz.progress.Progress`, with a :class:`ModelPart` if the model
        cannot be run as a whole, and with every :class:`SchemeResult` as it is finished.

    Returns
    -------
    Comparison
        Schemes that do not fit the model stand in ``skipped`` with the reason. Where an operator
        cannot be run, what does not depend on it is, and ``part`` says which.

    Raises
    ------
    SchemeError
        If a scheme is unknown, none of those asked for fits the model, or there is no such output.
    UnsupportedOperatorError
        If an operator cannot be run and everything depends on it.
    DatasetError
        If the data do not fit the model.
    """
    graph = model if isinstance(model, Graph) else _open(model)
    lead = lead_with(graph, output)
    steps = comparison_steps(
        graph,
        data if isinstance(data, Dataset) else load_dataset(data, model=lead),
        schemes,
        calibration_samples=calibration_samples,
        layer_samples=layer_samples,
        batch_size=batch_size,
        seed=seed,
        statistics=statistics,
        latency=latency,
        rounding=rounding,
        output=output,
    )
    return finish(steps, on_progress)


def comparison_steps(
    model: Graph,
    data: Dataset,
    schemes: Iterable[str | Scheme] | None = None,
    *,
    calibration_samples: int = 100,
    layer_samples: int = 20,
    batch_size: int = 32,
    seed: int = 0,
    statistics: Statistics | None = None,
    latency: bool = False,
    rounding: str = "reference",
    output: str | int | None = None,
) -> Generator[Event, None, Comparison]:
    """:func:`compare` as a generator of steps and of results as they are finished."""
    recipes = [scheme_named(s) for s in (SCHEMES if schemes is None else schemes)]
    recipes.sort(key=lambda recipe: (recipe.id != "float32", recipe.family != "float32"))
    lead = lead_with(model, output)
    # Labels that were fitted to another output are fitted again.
    fitted = data if data.shapes and lead is model else data.fitted(lead)
    if stored_codes(model):
        asked = () if schemes is None else recipes
        steps = stored_comparison_steps(
            *(model, lead, fitted, asked),
            batch_size=batch_size,
            rounding=rounding,
            latency=latency,
        )
        return (yield from steps)
    settings = RunSettings(
        calibration_samples, layer_samples, batch_size, seed, statistics, latency, rounding
    )
    run = SchemeRun(lead, fitted, settings, len(recipes))
    if run.part is not None:
        yield run.part
    yield from run.float_steps()
    rows: list[SchemeResult] = []
    skipped: list[tuple[str, str]] = []
    for recipe in recipes:
        try:
            row = yield from run.scheme_steps(recipe)
        except _MISFITS as error:
            skipped.append((recipe.id, str(error)))
            run.skip_scheme()
            continue
        rows.append(row)
        yield row
    if not rows and skipped:
        raise SchemeError(f"None of the schemes fits this model. {skipped[0][0]}: {skipped[0][1]}")
    calibrated = any(row.scheme.needs_calibration for row in rows)
    return Comparison(
        model=model_info(model),
        data=run.data_info(calibrated),
        rows=tuple(rows),
        skipped=tuple(skipped),
        versions=versions(),
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        part=run.part,
    )


def _open(path: str | os.PathLike[str]) -> Graph:
    from qviz.formats import open_model

    return open_model(path)
