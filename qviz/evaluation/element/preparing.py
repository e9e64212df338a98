"""What has to be there before an element can be traced: the quantized network and a sample."""

from __future__ import annotations

from collections.abc import Generator

from qviz.errors import CalibrationError, DatasetError, SchemeError
from qviz.evaluation.calibration import calibration_steps
from qviz.evaluation.dataset import Dataset
from qviz.evaluation.element.tracer import ElementTracer, Sample
from qviz.evaluation.partial_model import part_of
from qviz.evaluation.random_inputs import random_inputs
from qviz.graph import Graph, layers
from qviz.progress import Progress
from qviz.quantization import Scheme, change_weights, quantize

_SEED = 0


def holds_codes(graph: Graph) -> bool:
    """Whether the model holds codes already, so that it is traced as it is."""
    return any(t.quantization is not None for t in graph.tensors.values())


def tracer_steps(
    graph: Graph,
    scheme: Scheme,
    data: Dataset | None,
    *,
    rounding: str = "reference",
    calibration_samples: int = 100,
    seed: int = 0,
) -> Generator[Progress, None, ElementTracer]:
    """Quantize a model as a comparison does, and make it ready for tracing.

    Of a model that cannot be run as a whole, the part that can be run is traced.

    Parameters
    ----------
    graph : Graph
        Float, or quantized already; then `scheme` and the calibration do not matter.
    scheme : Scheme
    data : Dataset or None
        For calibration, where the scheme needs it.
    rounding : str
        Rounding mode.
    calibration_samples, seed : int
        As for a comparison: the same give the same codes.

    Raises
    ------
    SchemeError
        If the scheme keeps all activations in float, so that there are no steps.
    CalibrationError
        If samples are needed and there are none.
    UnsupportedOperatorError
        If nothing of the model can be run.
    """
    is_as_stored, known = holds_codes(graph), {operator.layer for operator in graph.operators}
    graph, not_run = _runnable(graph, rounding)
    if is_as_stored:
        yield Progress(0, 0, "preparing the kernels")
        return ElementTracer(graph, None, rounding, not_run=not_run)
    if scheme.family == "eightbit":
        raise SchemeError(
            "The operators of eightbit find their ranges while the model runs; the trace does not "
            "take them apart, but the eightbit view shows their steps. Choose int8, int16x8 or "
            "dynamic-range."
        )
    if not (scheme.is_integer or scheme.family == "dynamic-range"):
        raise SchemeError(
            f"Under {scheme.id} the operators compute in float32, so that there are no integer "
            f"steps to trace. Choose int8, int16x8 or dynamic-range."
        )
    statistics = None
    if scheme.needs_calibration:
        if data is None:
            raise CalibrationError(
                f"{scheme.id} needs samples to find the ranges of activations. Choose data first."
            )
        statistics = yield from calibration_steps(
            change_weights(graph, scheme), data, scheme, samples=calibration_samples, seed=seed
        )
    yield Progress(0, 0, f"quantizing to {scheme.id}")
    quantized = quantize(graph, scheme, statistics)
    return ElementTracer(quantized, quantize(graph, "float32"), rounding, known, not_run)


def _runnable(graph: Graph, rounding: str) -> tuple[Graph, dict[str, str]]:
    """What can be run of `graph`, and the layers of which nothing is left, each with the reason."""
    found = part_of(graph, rounding)
    if found is None:
        return graph, {}
    kept, part = found
    left = {layer.name for layer in layers(kept)}
    return kept, {x.name: part.text for x in layers(graph) if x.name not in left}


def sample_of(tracer: ElementTracer, data: Dataset | None, number: int) -> Sample:
    """One sample: of the data, or random values where there are none.

    Raises
    ------
    DatasetError
        If the data do not have that many.
    """
    if number < 0:
        raise DatasetError(f"Samples are counted from 0; there is no sample {number}.")
    if data is not None:
        if number >= len(data):
            raise DatasetError(
                f"There is no sample {number}: {data.name} has {len(data)}, the first is 0."
            )
        return data.batch(number, number + 1)
    codes = random_inputs(tracer.quantized, _SEED, number)
    if tracer.reference is None:
        return codes
    # Real values, which the float network takes too.
    return tuple(codes[name] for name in tracer.quantized.inputs)
