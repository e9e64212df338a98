"""Where one scale for a whole tensor is too coarse, found in the weights that a scheme made.

Two causes, both of batch norms. Stored apart from the weights that they scale, their variances and
their means have to share one scale each, so that a channel of small variance is scaled by another
factor and shifted by many of its own standard deviations. Folded into the weights, their factors
pull the ranges of the channels apart, and a narrow channel is left with few codes if all share one
scale.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from qviz.errors import QvizError
from qviz.evaluation.weights import channel_dimension
from qviz.graph import Graph, Operator, Tensor
from qviz.graph.passes import to_inference_form
from qviz.graph.passes.affine_form import AffineForm
from qviz.graph.passes.batch_norm import batch_norm_form
from qviz.quantization.scheme import Scheme

_OFF = 0.1
_STILL = 1e-3
_FEW_BITS = 4
_FEW_CODES = 2**_FEW_BITS
_MEAN, _VARIANCE = 3, 4
# Operands of a batch norm that its scale and mean hang on.
_PARTS = {_MEAN: "the mean", _VARIANCE: "the variance"}


def coarse_weight_notes(graph: Graph, quantized: Graph, scheme: Scheme) -> tuple[str, ...]:
    """Sentences on channels that a scale of a whole tensor does not fit.

    Parameters
    ----------
    graph : Graph
        The float model as it was opened.
    quantized : Graph
        What `scheme` made of it.

    Returns
    -------
    tuple of str
        In how many channels the output of a batch norm is off by more than a tenth of its standard
        deviation, and how many have weights that span less than 16 of 256 codes, each with the
        worst place; none where there are no such channels.
    """
    if scheme.family == "tfjs":
        return (*_batch_norms(graph, quantized, scheme), *_narrow_channels(graph, quantized))
    if scheme.weight_dtype == "int8":
        return _narrow_channels(to_inference_form(graph), quantized)
    return ()


def _batch_norms(graph: Graph, quantized: Graph, scheme: Scheme) -> tuple[str, ...]:
    """On batch norms that are stored as they are and do something else now."""
    stored = _by_origin(quantized)
    found = [
        change
        for operator in graph.operators
        if operator.kind == "BATCH_NORMALIZATION"
        and (change := _change(operator, graph, stored)) is not None
    ]
    channels = sum(change.strength.size for change in found)
    off = sum(int((change.strength > _OFF).sum()) for change in found)
    if not off:
        return ()
    how = "in half precision" if scheme.weight_dtype == "float16" else "each part with one scale"
    worst = max(found, key=lambda change: float(change.strength.max()))
    return (
        f"Batch norms are stored apart from the weights that they scale, {how}: "
        f"in {off} of {channels} channels their output is off by more than {_OFF:.0%} of its "
        f"standard deviation. {worst.told(graph, stored)}",
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Change:
    """What became of one batch norm.

    Attributes
    ----------
    operator : Operator
    strength : float64 ndarray of shape (channels,)
        Root mean square of the change of the output over its standard deviation, for an input that
        has the moving mean and variance of the channel.
    gain : float64 ndarray of shape (channels,)
        Factor that is computed with over the true one.
    shift : float64 ndarray of shape (channels,)
        How far the mean of the output moved, in its standard deviations.
    """

    operator: Operator
    strength: NDArray[np.float64]
    gain: NDArray[np.float64]
    shift: NDArray[np.float64]

    def told(self, graph: Graph, stored: Mapping[str, Tensor]) -> str:
        """A sentence on the channel that changed most."""
        channel = int(self.strength.argmax())
        parts = []
        for index, what in _PARTS.items():
            name = self.operator.inputs[index]
            if name is None or name not in stored:
                continue
            before = graph.tensors[name].real().reshape(-1)
            after = stored[name].real().reshape(-1)
            parts.append(
                f"{what} {before[channel]:.3g} as {after[channel]:.3g} (the layer's reach from "
                f"{before.min():.3g} to {before.max():.3g})"
            )
        return (
            f"Most: {self.operator.layer}, channel {channel}, factor × {self.gain[channel]:.3g}, "
            f"mean moved by {self.shift[channel]:+.3g} standard deviations; stored are "
            f"{', '.join(parts)}."
        )


def _change(operator: Operator, graph: Graph, stored: Mapping[str, Tensor]) -> _Change | None:
    """How a batch norm changed; None where it has no finite parameters, which is told elsewhere."""
    try:
        exact = batch_norm_form(operator, graph.tensors)
        coded = batch_norm_form(operator, _decoded(operator, graph, stored))
    except QvizError:
        return None
    names = (operator.inputs[_MEAN], operator.inputs[_VARIANCE])
    mean, variance = (graph.tensors[n].real().reshape(-1).astype(float) for n in names if n)
    factor, offset = _wide(exact)
    coded_factor, coded_offset = _wide(coded)
    spread = np.abs(factor) * np.sqrt(variance)
    # What hardly varies beside the other channels says little, whatever becomes of it.
    varies = spread > _STILL * spread.max(initial=0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = np.where(varies, coded_factor / factor, 1.0)
        moved = (coded_factor - factor) * mean + coded_offset - offset
        shift = np.where(varies, moved / spread, 0.0)
    return _Change(operator, np.hypot(gain - 1, shift), gain, shift)


def _wide(form: AffineForm) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    assert form.factor is not None
    assert form.offset is not None
    return form.factor.astype(np.float64), form.offset.astype(np.float64)


def _narrow_channels(graph: Graph, quantized: Graph) -> tuple[str, ...]:
    """On weights with one 8-bit scale for all channels."""
    channels = narrow = 0
    most, where = 0.0, ""
    for name, tensor, dimension in _per_tensor(graph, quantized):
        values = np.moveaxis(graph.tensors[name].real(), dimension, 0)
        rows = values.reshape(len(values), -1).astype(np.float64)
        assert tensor.quantization is not None
        # Channels of zeros lose nothing.
        rows = rows[np.abs(rows).max(axis=1) > 0]
        reach = np.maximum(rows.max(axis=1), 0) - np.minimum(rows.min(axis=1), 0)
        few = int((reach / float(tensor.quantization.scale[0]) < _FEW_CODES).sum())
        channels, narrow = channels + len(rows), narrow + few
        if few / max(1, len(rows)) > most:
            most, where = few / len(rows), f"{_layer(graph, name)} ({few} of {len(rows)})"
    if not narrow:
        return ()
    return (
        f"One scale for all channels of a layer: in {narrow} of {channels} channels the weights "
        f"span fewer than {_FEW_CODES} of 256 codes, {_FEW_BITS} bits instead of 8. Most: {where}.",
    )


def _per_tensor(graph: Graph, quantized: Graph) -> Iterator[tuple[str, Tensor, int]]:
    """Weights of several channels that share one 8-bit scale: name, stored form, dimension."""
    stored = _by_origin(quantized)
    for name in graph.constants():
        tensor = stored.get(name)
        if tensor is None or tensor.quantization is None or tensor.dtype.itemsize != 1:
            continue
        dimension = channel_dimension(graph, name)
        if dimension is not None and len(tensor.quantization.scale) == 1:
            yield name, tensor, dimension


def _layer(graph: Graph, name: str) -> str:
    return next((op.layer for op in graph.operators if name in op.inputs), name)


def _by_origin(quantized: Graph) -> dict[str, Tensor]:
    """Stored constants by the float tensor that each stands for."""
    return {t.origin or t.name: t for t in quantized.tensors.values() if t.is_constant}


def _decoded(operator: Operator, graph: Graph, stored: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Parameters of a batch norm as the quantized graph has them."""
    names = operator.inputs[1:]
    return {
        name: replace(graph.tensors[name], data=stored[name].real().astype(np.float32))
        if name in stored
        else graph.tensors[name]
        for name in names
        if name is not None
    }
