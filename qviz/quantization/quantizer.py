"""The quantizer: hands a graph to the family that its scheme names, and checks what goes in."""

from __future__ import annotations

from collections.abc import Mapping

from qviz.errors import CalibrationError, SchemeError
from qviz.graph import Graph, Operator
from qviz.graph.passes import describe_folding, to_inference_form
from qviz.quantization.calibration import TensorStatistics
from qviz.quantization.changed_weights import change_weights
from qviz.quantization.dynamic_range import quantize_dynamic_range
from qviz.quantization.eightbit.forms import operators_in_float, quantize_eightbit
from qviz.quantization.float16 import quantize_float16
from qviz.quantization.int8 import quantize_int8
from qviz.quantization.int16x8 import quantize_int16x8
from qviz.quantization.preconditions import (
    check_constants,
    operator_label,
    refuse_float_operators,
)
from qviz.quantization.rules import profile
from qviz.quantization.scheme import Scheme
from qviz.quantization.scheme import scheme as scheme_named
from qviz.quantization.stored_codes import stored_codes
from qviz.quantization.tensorflow_records import Ranges, as_tensorflow_records, true_ranges
from qviz.quantization.tfjs import overflowing_weights, quantize_tfjs


def quantize(
    graph: Graph,
    scheme: str | Scheme,
    statistics: Mapping[str, TensorStatistics] | None = None,
) -> Graph:
    """The quantized form of `graph` under `scheme`.

    Parameters
    ----------
    graph : Graph
        Float, folded or not: the tfjs schemes quantize the weights as they are, all others fold
        batch norms and fuse activations first.
    scheme : str or Scheme
        Which recipe. What it prunes and clusters is done first of all.
    statistics : Mapping of str to TensorStatistics, optional
        What `calibrate` found; needed where activations become integers. For a scheme that prunes
        or clusters, calibrate what :func:`change_weights` gives.

    Returns
    -------
    Graph
        For ``float32`` the folded graph.

    Raises
    ------
    SchemeError
        If the scheme is unknown, the graph is quantized already, a weight holds NaN or infinity,
        or a layer to keep in float32 does not exist.
    CalibrationError
        If statistics are needed and missing.
    UnsupportedOperatorError
        If everything has to be integer and an operator has no integer form; names it and its layer.
    """
    recipe = scheme_named(scheme)
    _check_float(graph)
    check_constants(graph)
    graph = change_weights(graph, recipe)
    if recipe.float_layers and recipe.family not in ("int8", "dynamic-range"):
        raise SchemeError(f"The scheme {recipe.id} cannot keep single layers in float32.")
    if recipe.family == "tfjs":
        return quantize_tfjs(graph, recipe.weight_dtype)
    folded = to_inference_form(graph)
    _check_float_layers(graph, folded, recipe)
    if recipe.family == "float32":
        return folded
    if recipe.family == "float16":
        return quantize_float16(folded)
    if recipe.family == "dynamic-range":
        return quantize_dynamic_range(folded, recipe)
    if recipe.family == "eightbit":
        return quantize_eightbit(folded)
    return _quantize_integers(folded, recipe, statistics)


def unsupported_operators(graph: Graph, scheme: str | Scheme) -> tuple[str, ...]:
    """Operators that stay in float32 under an integer scheme, each as ``KIND layer``.

    Parameters
    ----------
    graph : Graph
        Float, folded or not.
    scheme : str or Scheme
        Which recipe. A scheme with float activations supports every operator.
    """
    recipe = scheme_named(scheme)
    operators = _unsupported(to_inference_form(graph), recipe)
    return tuple(operator_label(operator) for operator in operators)


def quantization_notes(graph: Graph, scheme: str | Scheme) -> tuple[str, ...]:
    """What a user should know before trusting `graph` under `scheme`, one sentence each."""
    recipe = scheme_named(scheme)
    notes: list[str] = []
    if recipe.weight_dtype == "float16":
        source = graph if recipe.family == "tfjs" else to_inference_form(graph)
        notes += (
            f"{name} has values beyond ±65504, the largest float16, which are clipped there."
            for name in overflowing_weights(source)
        )
    if recipe.family in ("dynamic-range", "int8", "int16x8", "eightbit"):
        notes += (f"The batch norm {folding}" for folding in describe_folding(graph).unfolded)
    notes += (f"{name} stays in float32." for name in unsupported_operators(graph, recipe))
    return tuple(notes)


def _quantize_integers(
    folded: Graph, recipe: Scheme, statistics: Mapping[str, TensorStatistics] | None
) -> Graph:
    if recipe.integer_only:
        # Before anybody calibrates in vain. The quantizers look again: an operator with an integer
        # form can still be left in float by those around it.
        refuse_float_operators(_unsupported(folded, recipe), recipe)
    ranges = _ranges(folded, recipe, statistics)
    if recipe.family == "int8":
        return quantize_int8(folded, recipe, ranges)
    return quantize_int16x8(folded, recipe, ranges)


def _ranges(
    folded: Graph, recipe: Scheme, statistics: Mapping[str, TensorStatistics] | None
) -> Ranges:
    if statistics is None:
        raise CalibrationError(
            f"The scheme {recipe.id} needs the ranges of activations: calibrate with some samples "
            "first."
        )
    made = (name for operator in folded.operators for name in operator.outputs)
    for name in (*folded.inputs, *made):
        if folded.tensors[name].is_float and name not in statistics:
            raise CalibrationError(
                f"The calibration does not belong to this model: it has no range for {name!r}. "
                "Calibrate again."
            )
    if recipe.calibration == "tensorflow":
        return as_tensorflow_records(folded, statistics)
    return true_ranges(statistics)


def _unsupported(folded: Graph, recipe: Scheme) -> list[Operator]:
    if recipe.family == "eightbit":
        return list(operators_in_float(folded))
    if recipe.family not in ("int8", "int16x8"):
        return []
    rules = profile(recipe.profile)
    supported = rules.int8.quantizable if recipe.family == "int8" else rules.int16x8.quantizable
    return [
        operator
        for operator in folded.operators
        if _touches_float(folded, operator)
        and (operator.kind not in supported or operator.layer in recipe.float_layers)
    ]


def _touches_float(graph: Graph, operator: Operator) -> bool:
    return any(graph.tensors[n].is_float for n in (*operator.present_inputs, *operator.outputs))


def _where(operator: Operator) -> str:
    return operator.layer or operator.outputs[0]


def _check_float(graph: Graph) -> None:
    if found := stored_codes(graph):
        raise SchemeError(
            f"The model {graph.name!r} is already quantized: {found}. "
            "Open the float model it was made from."
        )


def _check_float_layers(graph: Graph, folded: Graph, recipe: Scheme) -> None:
    known = {_where(operator) for operator in graph.operators}
    left = {_where(operator) for operator in folded.operators}
    for layer in recipe.float_layers:
        if layer not in known | left:
            raise SchemeError(
                f"The model has no layer {layer!r} to keep in float32. `inspect` lists its layers."
            )
        if layer not in left:
            raise SchemeError(
                f"The layer {layer!r} becomes part of the one before or after it, so it cannot "
                "be kept in float32 alone. Name that layer instead."
            )
