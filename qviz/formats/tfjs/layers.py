"""What each layer class is in TensorFlow.js: the settings it takes, and where it differs.

A class that is not listed here is unknown to TensorFlow.js 4.22, or was not found to compute what
Keras computes. Settings that are not listed (initializers, regularizers, quantization, ...) have
no meaning for a trained model, and some of them make the JavaScript side refuse it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from qviz.errors import SchemeError
from qviz.formats.keras.model import KerasLayer

Config = Mapping[str, Any]

_CONV = "filters kernel_size strides padding data_format dilation_rate activation use_bias"
_POOL = "pool_size strides padding data_format"
_RECURRENT = (
    "units activation recurrent_activation use_bias return_sequences return_state go_backwards "
    "stateful unroll unit_forget_bias implementation"
)

# The settings that are passed on, by class.
_SETTINGS: dict[str, tuple[str, ...]] = {
    name: tuple(settings.split())
    for name, settings in {
        "Activation": "activation",
        "Add": "",
        "AlphaDropout": "rate",
        "Average": "",
        "AveragePooling1D": _POOL,
        "AveragePooling2D": _POOL,
        "BatchNormalization": "axis momentum epsilon center scale",
        "Concatenate": "axis",
        "Conv1D": _CONV,
        "Conv2D": _CONV,
        "Conv2DTranspose": "filters kernel_size strides padding data_format activation use_bias",
        "Conv3D": _CONV,
        "Cropping2D": "cropping data_format",
        "Dense": "units activation use_bias",
        "DepthwiseConv2D": (
            "kernel_size strides padding data_format depth_multiplier activation use_bias"
        ),
        "Dropout": "rate",
        "ELU": "alpha",
        "Embedding": "input_dim output_dim mask_zero input_length",
        "Flatten": "data_format",
        "GRU": _RECURRENT,
        "GaussianDropout": "rate",
        "GaussianNoise": "stddev",
        "GlobalAveragePooling1D": "keepdims data_format",
        "GlobalAveragePooling2D": "keepdims data_format",
        "GlobalMaxPooling1D": "keepdims data_format",
        "GlobalMaxPooling2D": "keepdims data_format",
        "LSTM": _RECURRENT,
        "LayerNormalization": "axis epsilon center scale",
        "LeakyReLU": "alpha",
        "Masking": "mask_value",
        "MaxPooling1D": _POOL,
        "MaxPooling2D": _POOL,
        "Maximum": "",
        "Minimum": "",
        "Multiply": "",
        "PReLU": "shared_axes",
        "Permute": "dims",
        "ReLU": "max_value",
        "RepeatVector": "n",
        "Rescaling": "scale offset",
        "Reshape": "target_shape",
        "SeparableConv2D": f"{_CONV} depth_multiplier",
        "SimpleRNN": _RECURRENT,
        "Softmax": "axis",
        "SpatialDropout1D": "rate",
        "ThresholdedReLU": "theta",
        "UpSampling2D": "size data_format interpolation",
        "ZeroPadding2D": "padding data_format",
    }.items()
}

# Layers that pass their input on at inference and that TensorFlow.js does not have.
_IDENTITIES = frozenset(
    {
        "ActivityRegularization",
        "Identity",
        "SpatialDropout2D",
        "SpatialDropout3D",
        "StochasticDepth",
    }
)

_ACTIVATIONS = {
    name: name
    for name in (
        *("linear", "relu", "relu6", "sigmoid", "softmax", "tanh", "elu", "selu", "softplus"),
        *("softsign", "gelu", "mish", "swish", "log_softmax"),
    )
} | {"silu": "swish"}


# Operations of Keras 3 (`x + y`, `keras.ops.relu`) that a layer stands for.
_MERGING_OPERATIONS = frozenset({"Add", "Multiply", "Maximum", "Minimum"})
_ACTIVATION_OPERATIONS = {
    name.capitalize(): name
    for name in ("relu", "relu6", "sigmoid", "tanh", "silu", "softplus", "softsign")
}


def operation_class_and_settings(
    layer: KerasLayer, ranks: Sequence[int | None]
) -> tuple[str, dict[str, Any]]:
    """Layer class and settings that compute what an operation of Keras 3 computes.

    Parameters
    ----------
    layer : KerasLayer
        Of kind ``operation`` or ``function``.
    ranks : sequence of int or None
        Dimensions of the tensors that it is given, as far as they are known.

    Raises
    ------
    SchemeError
        If no layer of TensorFlow.js does the same.
    """
    name = layer.class_name
    only_tensors = all(
        len(call.arguments) == len(call.inputs) and not any(map(_matters, call.keywords.values()))
        for call in layer.calls
    )
    if layer.kind == "operation" and only_tensors:
        # The layer aligns tensors of other ranks at the batch, the operation at the last dimension.
        if name in _MERGING_OPERATIONS and len(set(ranks)) == 1 and None not in ranks:
            return name, {}
        if name in _ACTIVATION_OPERATIONS:
            return "Activation", {"activation": _ACTIVATIONS[_ACTIVATION_OPERATIONS[name]]}
    raise refused(layer, f"it does not have the operation {name}")


def layer_class_and_settings(layer: KerasLayer, keras_major: int) -> tuple[str, dict[str, Any]]:
    """Class and settings with which TensorFlow.js computes what the layer computes.

    Parameters
    ----------
    layer : KerasLayer
        Neither a model, an input layer nor an operation.
    keras_major : int
        Major version of the Keras that wrote the file; it decides what ``hard_sigmoid`` means.

    Raises
    ------
    SchemeError
        If TensorFlow.js does not have the layer or would compute something else.
    """
    if layer.class_name in _IDENTITIES:
        return "Activation", {"activation": "linear"}
    if layer.class_name not in _SETTINGS or layer.children:
        raise refused(layer, f"it does not have the layer class {layer.class_name}")
    config = layer.config
    for holds, reason in _DIFFERENCES.get(layer.class_name, ()):
        if holds(config):
            raise refused(layer, reason)
    settings = {
        key: config[key]
        for key in _SETTINGS[layer.class_name]
        if key in config and config[key] is not None
    }
    for key in ("activation", "recurrent_activation"):
        if key in settings:
            settings[key] = _activation(layer, settings[key], keras_major)
    return _adapted(layer.class_name, settings, config)


def _matters(value: Any) -> bool:
    return value is not None and value is not False


def refused(layer: KerasLayer, reason: str) -> SchemeError:
    """The error for a layer that cannot be written."""
    return SchemeError(
        f"TensorFlow.js cannot run the layer {layer.path!r} as Keras does: {reason}. "
        "Choose a TFLite scheme for this model."
    )


def _activation(layer: KerasLayer, value: Any, keras_major: int) -> str:
    if isinstance(value, Mapping):
        is_function = value.get("class_name") in ("function", "Function")
        value = value.get("config") if is_function else value.get("class_name")
    name = str(value).lower()
    if name == "hard_sigmoid" and keras_major < 3:
        return name
    if name not in _ACTIVATIONS:
        has = "computes another" if name == "hard_sigmoid" else "does not have the"
        raise refused(layer, f"it {has} activation {name}")
    return _ACTIVATIONS[name]


def _adapted(name: str, settings: dict[str, Any], config: Config) -> tuple[str, dict[str, Any]]:
    """Settings under the names and in the forms of TensorFlow.js."""
    if name == "LeakyReLU" or (name == "ReLU" and config.get("negative_slope")):
        slope = config.get("negative_slope", config.get("alpha", 0.3))
        return "LeakyReLU", {"alpha": _first(slope)}
    if name in ("BatchNormalization", "Softmax") and "axis" in settings:
        settings["axis"] = _first(settings["axis"])
    if name == "Rescaling":
        settings = {"scale": _first(settings["scale"]), "offset": _first(settings.get("offset", 0))}
    return name, settings


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list | tuple) and len(value) == 1 else value


def _is_set(key: str, *harmless: Any) -> Callable[[Config], bool]:
    """Whether a setting has a value that matters: none of `harmless`, nor absent."""

    def holds(config: Config) -> bool:
        value = config.get(key)
        values = value if isinstance(value, list | tuple) else [value]
        return any(v is not None and v not in harmless for v in values)

    return holds


def _is_several(key: str) -> Callable[[Config], bool]:
    return lambda config: isinstance(config.get(key), list | tuple) and len(config[key]) > 1


def _clips_and_leaks(config: Config) -> bool:
    return bool(config.get("negative_slope")) and config.get("max_value") is not None


_GROUPS = (_is_set("groups", 1), "it has no convolution in groups")
_CAUSAL = (_is_set("padding", "same", "valid"), "it pads with 'same' or 'valid' only")
_DILATION = (_is_set("dilation_rate", 1), "it ignores the dilation of this layer")
_CHANNELS_FIRST = (
    _is_set("data_format", "channels_last"),
    "it takes channels for the last dimension",
)
_RESET_AFTER = (
    lambda config: config.get("reset_after", True),
    "it has the GRU with reset_after=False only",
)

# Where TensorFlow.js refuses the layer or, worse, silently computes something else.
_DIFFERENCES: dict[str, tuple[tuple[Callable[[Config], bool], str], ...]] = {
    **dict.fromkeys(
        (
            "AveragePooling1D",
            "MaxPooling1D",
            "GlobalAveragePooling1D",
            "GlobalMaxPooling1D",
        ),
        (_CHANNELS_FIRST,),
    ),
    "BatchNormalization": (
        (_is_several("axis"), "it normalizes along one axis only"),
        (_is_set("renorm", False), "it has no batch renormalization"),
    ),
    "Conv1D": (_GROUPS, _CAUSAL),
    "Conv2D": (_GROUPS, _CAUSAL),
    "Conv3D": (_GROUPS, _CAUSAL),
    "Conv2DTranspose": (
        _GROUPS,
        _CAUSAL,
        _DILATION,
        (_is_set("output_padding"), "it ignores the output padding"),
    ),
    "DepthwiseConv2D": (_CAUSAL, _DILATION),
    "SeparableConv2D": (_GROUPS, _CAUSAL, _CHANNELS_FIRST),
    "ELU": ((_is_set("alpha", 1), "it has the ELU with alpha 1 only"),),
    "GRU": (_RESET_AFTER,),
    "ReLU": (
        (_is_set("threshold", 0), "it ignores the threshold"),
        (_clips_and_leaks, "it ignores the slope below 0 where there is a largest value"),
    ),
    "Rescaling": (
        (_is_several("scale"), "it takes one scale for all channels"),
        (_is_several("offset"), "it takes one offset for all channels"),
    ),
    "Softmax": ((_is_set("axis", -1), "its softmax is over the last axis only"),),
    "UpSampling2D": (
        (_is_set("interpolation", "nearest"), "it interpolates with other sampling points"),
    ),
}
