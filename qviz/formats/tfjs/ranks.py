"""Number of dimensions of a layer's input, as far as the topology tells it."""

from __future__ import annotations

from qviz.formats.keras.model import KerasLayer, KerasModel

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
Multiply PReLU Permute ReLU Rescaling Softmax SpatialDropout1D SpatialDropout2D ThresholdedReLU
"""
_MOST_STEPS = 10_000


def rank_of(layer: KerasLayer, model: KerasModel) -> int | None:
    """Dimensions of what goes into `layer`, batch included; None if it cannot be told."""
    local = {part.name: part for part in model.layers}
    current = layer
    for _ in range(_MOST_STEPS):
        if not current.calls or not current.calls[0].inputs:
            return None
        current = local[current.calls[0].inputs[0].layer]
        if current.class_name == "InputLayer":
            shape = current.config.get("batch_shape", current.config.get("batch_input_shape"))
            return None if shape is None else len(shape)
        if current.class_name == "Reshape":
            return 1 + len(current.config.get("target_shape", ()))
        if current.class_name in _RANKS and not current.config.get("keepdims"):
            return _RANKS[current.class_name]
        if current.class_name not in _KEEPS.split():
            return None
    return None
