"""An opened model as the window lists it: its layers, their weights, and what cannot be run."""

from __future__ import annotations

import math
from dataclasses import replace

from qviz.evaluation.partial_model import described, states_of_layers
from qviz.evaluation.provenance import model_info
from qviz.evaluation.weights import WeightView, channel_dimension, weight_view
from qviz.execution import runnable_part
from qviz.graph import Graph, Layer, layers
from qviz.graph.passes import describe_folding
from qviz.graph.subgraphs import weights_inside
from qviz.jobs.results import LayerSummary, ModelSummary, TensorSummary
from qviz.quantization.stored_codes import stored_codes


def model_summary(graph: Graph, folded: Graph) -> ModelSummary:
    """What the window knows of a model, with the histogram of its first weights.

    Parameters
    ----------
    graph : Graph
        As the author wrote it.
    folded : Graph
        With batch norms folded and activations fused.
    """
    found = runnable_part(graph)
    states = states_of_layers(graph, found)
    folding = describe_folding(graph)
    summaries = tuple(
        replace(
            _layer_summary(folded, layer, states),
            taken_in=tuple(f.layer for f in folding.folded if layer.name in f.into),
        )
        for layer in layers(folded)
    )
    names = {summary.name for summary in summaries}
    unfolded = tuple(
        replace(_layer_summary(graph, layer, states), in_folded=layer.name in names)
        for layer in layers(graph)
    )
    source_notes = graph.source.notes if graph.source is not None else ()
    return ModelSummary(
        info=model_info(graph),
        layers=summaries,
        unfolded_layers=unfolded,
        notes=(*source_notes, *folding.sentences),
        first_weights=_first_weights(folded, summaries),
        part=described(graph, found) if found.problems else None,
        stored=stored_codes(graph),
    )


def inner_weight_view(
    graph: Graph, layer: str, name: str, scheme_id: str, channel: int | None
) -> WeightView | None:
    """Histogram of a weight in a subgraph that `graph` runs; None if it has no such weight.

    No scheme quantizes what is in a subgraph.
    """
    inside = weights_inside(graph, *graph.operators).get(name)
    if inside is None:
        return None
    subgraph, tensor = inside
    view = weight_view(subgraph, layer, tensor.name, scheme_id=scheme_id, channel=channel)
    return replace(view, tensor=name)


def _layer_summary(graph: Graph, layer: Layer, states: dict[str, str]) -> LayerSummary:
    inside = weights_inside(graph, *(graph.operators[i] for i in layer.operators))
    weights = [_tensor_summary(graph, name, name) for name in layer.weights]
    weights += [_tensor_summary(sub, t.name, label) for label, (sub, t) in inside.items()]
    weights.sort(key=lambda summary: -math.prod(summary.shape))
    shape = graph.tensors[layer.output].shape if layer.output else ()
    return LayerSummary(
        layer.name,
        layer.kind,
        layer.parameters,
        shape,
        tuple(weights),
        state=states.get(layer.name, ""),
    )


def _tensor_summary(graph: Graph, name: str, label: str) -> TensorSummary:
    tensor = graph.tensors[name]
    values = tensor.real()
    dimension = channel_dimension(graph, name)
    return TensorSummary(
        label,
        tensor.shape,
        str(tensor.dtype),
        1 if dimension is None else tensor.shape[dimension],
        float(values.min()) if values.size else 0.0,
        float(values.max()) if values.size else 0.0,
    )


def _first_weights(graph: Graph, summaries: tuple[LayerSummary, ...]) -> WeightView | None:
    """Histogram of the first layer with a weight of two or more dimensions, else of any."""
    having = [s for s in summaries if s.parameters and s.weights[0].shape]
    first = next((s for s in having if len(s.weights[0].shape) > 1), having[0] if having else None)
    if first is None:
        return None
    name = first.weights[0].name
    inner = inner_weight_view(graph, first.name, name, "float32", None)
    return inner or weight_view(graph, first.name, name)
