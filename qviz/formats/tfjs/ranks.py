"""Number of dimensions of a tensor, as far as the topology tells it."""

from __future__ import annotations

from qviz.formats.keras.model import KerasLayer, KerasModel, TensorRef

_RANKS = {
    **dict.fromkeys(("Flatten",), 2),
    **dict.fromkeys((f"Global{kind}Pooling{n}D" for kind in ("Average", "Max") for n in (1, 2)), 2),
    **dict.fromkeys(("Conv1D", "MaxPooling1D", "AveragePooling1D"), 3),
    **dict.fromkeys(
        ("Conv2D", "Conv2DTranspose", "DepthwiseConv2D", "SeparableConv2D", "ZeroPadding2D"), 4
    ),
    **dict.fromkeys(("MaxPooling2D", "AveragePooling2D", "UpSampling2D", "Cropping2D"), 4),
    "Conv3D": 5,
}
# Layers whose output has as many dimensions as their (first) input.
_KEEPS = """
Activation ActivityRegularization Add AlphaDropout Average BatchNormalization Concatenate Dense
Dropout ELU GaussianDropout GaussianNoise Identity LayerNormalization LeakyReLU Maximum Minimum
Multiply PReLU Permute ReLU Relu Relu6 Rescaling Sigmoid Silu Softmax Softplus Softsign
SpatialDropout1D SpatialDropout2D Tanh ThresholdedReLU
"""
_MOST_STEPS = 10_000


def rank_of_input(layer: KerasLayer, model: KerasModel) -> int | None:
    """Dimensions of what goes into `layer` first, batch included; None if it cannot be told."""
    inputs = layer.calls[0].inputs if layer.calls else ()
    return rank_of(inputs[0], model) if inputs else None


def rank_of(ref: TensorRef, model: KerasModel) -> int | None:
    """Dimensions of a tensor of `model`, batch included; None if it cannot be told."""
    local = {part.name: part for part in model.layers}
    for _ in range(_MOST_STEPS):
        layer = local[ref.layer]
        if layer.class_name == "InputLayer":
            shape = layer.config.get("batch_shape", layer.config.get("batch_input_shape"))
            return None if shape is None else len(shape)
        if layer.class_name == "Reshape":
            return 1 + len(layer.config.get("target_shape", ()))
        if layer.class_name in _RANKS and not layer.config.get("keepdims"):
            return _RANKS[layer.class_name]
        if layer.class_name not in _KEEPS.split() or not layer.calls or not layer.calls[0].inputs:
            return None
        ref = layer.calls[0].inputs[0]
    return None
