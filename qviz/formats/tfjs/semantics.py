"""What a layers model means to TensorFlow.js, where that is not what it means to Keras.

TensorFlow.js loads these layers without a word and computes something else. A file of its format
means what it computes, so the layers are rewritten to say that to everybody who reads on.

References
----------
tfjs-layers 4.22: src/activations.ts (hardSigmoid), src/layers/advanced_activations.ts (ReLU,
LeakyReLU), src/layers/convolutional.ts (UpSampling2D, Conv2DTranspose),
src/layers/convolutional_depthwise.ts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from qviz.formats.keras.model import KerasLayer, KerasModel

_Config = dict[str, Any]

_DEFAULT_SLOPE = 0.3
# Keras until version 2 has the hard sigmoid of TensorFlow.js, 0.2 x + 0.5.
_VERSION_OF_THE_SAME_MEANING = "2"


def as_javascript_computes(model: KerasModel) -> tuple[KerasModel, list[str]]:
    """The model as TensorFlow.js runs it, and a sentence for each layer that Keras runs otherwise.

    Parameters
    ----------
    model : KerasModel
        As the file says it.
    """
    notes: list[str] = []
    changed = _model(model, notes)
    if changed.major_version > 2:
        notes.append(
            f"The file was made from Keras {model.keras_version}, whose models TensorFlow.js "
            "itself refuses to load unless they are written in the form of Keras 2."
        )
        changed = replace(changed, keras_version=_VERSION_OF_THE_SAME_MEANING)
    return changed, notes


def _model(model: KerasModel, notes: list[str]) -> KerasModel:
    return replace(model, layers=tuple(_layer(layer, notes) for layer in model.layers))


def _layer(layer: KerasLayer, notes: list[str]) -> KerasLayer:
    if layer.model is not None:
        return replace(layer, model=_model(layer.model, notes))
    children = {key: _layer(child, notes) for key, child in layer.children.items()}
    change = _CHANGES.get(layer.class_name)
    config = dict(layer.config)
    said = change(config) if change is not None else None
    if said:
        notes.append(f"{layer.class_name} {layer.path!r}: TensorFlow.js {said}; so does qviz here.")
    return replace(layer, config=config, children=children)


def _relu(config: _Config) -> str | None:
    ignored = [key for key in ("negative_slope", "threshold") if config.pop(key, None)]
    return f"ignores {' and '.join(ignored)}" if ignored else None


def _leaky_relu(config: _Config) -> str | None:
    slope = config.pop("negative_slope", None)
    alpha = config.get("alpha")
    config["alpha"] = _DEFAULT_SLOPE if alpha is None else alpha
    if slope is None or slope == config["alpha"]:
        return None
    return f"takes its slope from 'alpha' alone, which is {config['alpha']:g} here"


def _without(key: str, *harmless: Any) -> Callable[[_Config], str | None]:
    def change(config: _Config) -> str | None:
        value = config.pop(key, None)
        values = value if isinstance(value, list | tuple) else [value]
        if all(v is None or v in harmless for v in values):
            return None
        return f"ignores {key}"

    return change


def _upsampling(config: _Config) -> str | None:
    if config.get("interpolation") != "bilinear":
        return None
    config["half_pixel_centers"] = False
    return "interpolates from the corners of pixels instead of their centres"


_CHANGES: Mapping[str, Callable[[_Config], str | None]] = {
    "Conv2DTranspose": _without("output_padding"),
    "DepthwiseConv2D": _without("dilation_rate", 1),
    "LeakyReLU": _leaky_relu,
    "ReLU": _relu,
    "UpSampling2D": _upsampling,
}
