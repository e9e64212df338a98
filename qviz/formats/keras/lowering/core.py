"""Layers that do nothing at inference, scaling, embedding, and wrappers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qviz.formats.keras.lowering.builder import Value
from qviz.formats.keras.lowering.registry import LAYERS, layer
from qviz.formats.keras.lowering.scope import Scope

_NOTHING_AT_INFERENCE = """
Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D AlphaDropout GaussianDropout
GaussianNoise ActivityRegularization Identity StochasticDepth RandomFlip RandomRotation RandomZoom
RandomTranslation RandomContrast RandomBrightness RandomHue RandomSaturation RandomSharpness
RandomShear RandomErasing RandomPosterization RandomGrayscale RandomInvert RandomPerspective
RandomElasticTransform RandomGaussianBlur RandomColorDegeneration RandomColorJitter AugMix CutMix
MixUp RandAugment Solarization Equalization
"""
_MAX_STEPS = 256


@layer(*_NOTHING_AT_INFERENCE.split(), integers=True)
def _identity(_: Scope, inputs: Sequence[Value]) -> Value:
    return inputs[0]


@layer("Masking")
def _masking(scope: Scope, inputs: Sequence[Value]) -> Value:
    if scope.number("mask_value", 0.0) != 0.0:
        raise scope.unsupported("sets steps of a value other than 0 to 0, which no operator does")
    # Steps that are all 0 are masked by setting them to 0; what remains is the mask.
    scope.builder.masked.add(inputs[0])
    return inputs[0]


@layer("Embedding", integers=True)
def _embedding(scope: Scope, inputs: Sequence[Value]) -> Value:
    x = inputs[0]
    if x.dtype.name not in ("int32", "int64"):
        x = scope.cast(x, np.int32)
    table = scope.required_weight("embeddings")
    y = scope.op("GATHER", (table, x), (*x.shape, table.shape[1]), axis=0, batch_dims=0)
    if scope.get("mask_zero", False):
        scope.builder.masked.add(y)
    return y


@layer("Rescaling")
def _rescaling(scope: Scope, inputs: Sequence[Value]) -> Value:
    y = inputs[0]
    for key, kind, neutral in (("scale", "MUL", 1.0), ("offset", "ADD", 0.0)):
        values = np.asarray(scope.get(key, neutral), np.float32)
        if not np.isfinite(values).all() or values.ndim > y.rank:
            raise scope.malformed(f"{key!r} is {scope.get(key)!r}")
        if np.any(values != neutral):
            y = scope.binary(kind, y, scope.constant(key, values), key)
    return y


@layer("Discretization")
def _discretization(scope: Scope, inputs: Sequence[Value]) -> Value:
    raise scope.unsupported("sorts numbers into bins, which no operator does")


@layer("SpectralNormalization")
def _spectral_normalization(scope: Scope, inputs: Sequence[Value]) -> Value:
    # At inference the wrapped layer runs with its weights as they are stored.
    inner = scope.layer.children.get("layer")
    if inner is None or inner.class_name not in LAYERS:
        raise scope.unsupported("wraps a layer that qviz does not know")
    return LAYERS[inner.class_name](scope.within(inner), inputs)


@layer("TimeDistributed")
def _time_distributed(scope: Scope, inputs: Sequence[Value]) -> Value:
    x = inputs[0]
    inner = scope.layer.children.get("layer")
    if inner is None or inner.class_name not in LAYERS or x.rank < 3:
        name = inner.class_name if inner is not None else "something"
        raise scope.unsupported(f"repeats {name} over time, which qviz does not lower")
    lowering = LAYERS[inner.class_name]
    if inner.class_name in _STEP_BY_STEP_IS_ALL_AT_ONCE:
        return lowering(scope.within(inner), inputs)
    steps = x.shape[1]
    if steps > _MAX_STEPS:
        raise scope.unsupported(f"repeats {inner.class_name} over {steps} steps")
    # Time must not be folded into the batch, which is the caller's: one copy for each step.
    results = []
    for i in range(steps):
        whole = [slice(None)] * (x.rank - 2)
        part = scope.slice(x, [slice(None), slice(i, i + 1), *whole], f"step_{i}")
        step = scope.reshape(part, (1, *x.shape[2:]), f"input_{i}")
        y = lowering(scope.within(inner), [step])
        results.append(scope.reshape(y, (1, 1, *y.shape[1:]), f"output_{i}"))
    return scope.concatenate(results, 1)


_STEP_BY_STEP_IS_ALL_AT_ONCE = frozenset(
    {"Dense", "Activation", "ReLU", "LeakyReLU", "ELU", "Rescaling", "Dropout"}
)
