"""Whether samples look unscaled: the commonest reason why a good model measures badly."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from qviz.evaluation.dataset import Dataset
from qviz.graph import Graph

# Networks learn on values of about -1 to 1; standardized ones seldom spread over more than this.
_WIDEST = 16.0
_BRIGHTEST = 255.0

_MOVES = frozenset(
    {"RESHAPE", "TRANSPOSE", "PAD", "PADV2", "MIRROR_PAD", "EXPAND_DIMS", "SQUEEZE", "CAST"}
    | {"STRIDED_SLICE", "SLICE", "SPLIT", "UNPACK", "CONCATENATION", "REVERSE_V2"}
    | {"RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR", "QUANTIZE", "DEQUANTIZE"}
)
# What scales values itself, or takes them for indices.
_SCALES = frozenset({"MUL", "DIV", "ADD", "SUB", "BATCH_NORMALIZATION", "LOG", "L2_NORMALIZATION"})
_INDEXES = frozenset({"GATHER", "EMBEDDING_LOOKUP", "ONE_HOT", "EQUAL", "NOT_EQUAL"})


def scale_notes(
    graph: Graph, data: Dataset, input_ranges: Mapping[str, tuple[float, float]]
) -> tuple[str, ...]:
    """A sentence on samples that are used as stored although they have the look of pixels.

    Parameters
    ----------
    graph : Graph
        The model as it was opened.
    data : Dataset
    input_ranges : Mapping
        Least and greatest value of the preprocessed data, by input.
    """
    steps = data.preprocessing
    if steps.scale != 1.0 or steps.offset != 0.0 or steps.mean or steps.std:
        return ()
    sentences = []
    for name, stored in zip(graph.inputs, data.inputs, strict=False):
        low, high = input_ranges.get(name, (0.0, 0.0))
        if not high - low > _WIDEST or not graph.tensors[name].is_float:
            continue
        if _takes_any_scale(graph, name):
            continue
        told = f"The samples are {low:.4g} to {high:.4g} as stored. If the model learned on"
        images = stored.dtype == np.uint8 or len(graph.tensors[name].shape) == 4
        if images and low >= 0 and high <= _BRIGHTEST:
            sentences.append(f"{told} 0..1, preprocess with 0..1.")
        else:
            sentences.append(
                f"{told} scaled values, preprocess with the same scale or mean and std."
            )
    return tuple(dict.fromkeys(sentences))


def _takes_any_scale(graph: Graph, name: str) -> bool:
    """Whether the model scales the input itself, or looks it up, before it computes with it."""
    consumers = graph.consumers()
    waiting, seen = [name], {name}
    while waiting:
        for index in consumers.get(waiting.pop(), ()):
            operator = graph.operators[index]
            if operator.kind in _SCALES | _INDEXES:
                return True
            if operator.kind in _MOVES:
                fresh = [n for n in operator.outputs if n not in seen]
                seen.update(fresh)
                waiting.extend(fresh)
    return False
