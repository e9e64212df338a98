"""Which weights each layer has: names, order and shapes, known from class and configuration.

Order and names are those of ``Layer.weights`` in Keras 2; Keras 3 stores the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qviz.errors import ModelFormatError
from qviz.formats.keras.model import KerasLayer, Weight
from qviz.formats.keras.values import integer

Shape = tuple[int | None, ...] | None


class WeightSpec(NamedTuple):
    """What one weight should be.

    `shape` has None for sizes that the configuration leaves open and is None where even the rank
    is open; `trainable` says in which half of a nested model's list Keras puts it.
    """

    name: str
    shape: Shape = None
    trainable: bool = True


def expected_weights(layer: KerasLayer) -> list[WeightSpec] | None:
    """Weights that `layer` should have, or None if qviz does not know its class."""
    if layer.kind in ("operation", "function"):
        return []
    specs = _SPECS.get(layer.class_name)
    return None if specs is None else specs(layer.config)


def named_weights(
    layer: KerasLayer, arrays: Sequence[NDArray[Any]], stored_names: Sequence[str]
) -> tuple[Weight, ...]:
    """Give stored arrays the names of their layer's weights, after checking count and shapes.

    Raises
    ------
    ModelFormatError
        If count or a shape is not what the configuration asks for.
    """
    arrays = [_float32(a) for a in arrays]
    specs = expected_weights(layer)
    if specs is None:
        names = _unique(stored_names)
        return tuple(Weight(n, a) for n, a in zip(names, arrays, strict=True))
    fits = len(specs) == len(arrays) and all(
        _matches(a.shape, spec.shape) for a, spec in zip(arrays, specs, strict=True)
    )
    if not fits:
        wanted = ", ".join(f"{s.name} {_shape_text(s.shape)}" for s in specs) or "no weights"
        found = ", ".join(_shape_text(a.shape) for a in arrays) or "none"
        raise ModelFormatError(
            f"Layer {layer.path!r} ({layer.class_name}) should have {wanted}; the file holds "
            f"{found}. It may be damaged or made by a program that is not Keras."
        )
    return tuple(Weight(s.name, a) for s, a in zip(specs, arrays, strict=True))


def _float32(array: NDArray[Any]) -> NDArray[Any]:
    if array.dtype.kind == "f" and array.dtype != np.float32:
        return array.astype(np.float32)
    return array


def _unique(names: Sequence[str]) -> list[str]:
    """Last parts of stored names, with a number where they repeat."""
    result: list[str] = []
    for stored in names:
        short = stored.rsplit("/", 1)[-1].removesuffix(":0")
        name, count = short, 1
        while name in result:
            count += 1
            name = f"{short}_{count}"
        result.append(name)
    return result


def _matches(shape: tuple[int, ...], wanted: Shape) -> bool:
    if wanted is None:
        return True
    return len(shape) == len(wanted) and all(
        w is None or w == n for n, w in zip(shape, wanted, strict=True)
    )


def _shape_text(shape: Shape) -> str:
    if shape is None:
        return "of some shape"
    return "×".join("?" if n is None else str(n) for n in shape) or "one number"


def _size(config: Mapping[str, Any], key: str) -> int:
    return integer(config.get(key), f"{key!r} of layer {config.get('name')!r}")


def _kernel_size(config: Mapping[str, Any], rank: int) -> tuple[int, ...]:
    value = config.get("kernel_size")
    sizes = value if isinstance(value, list | tuple) else [value] * rank
    what = f"'kernel_size' of layer {config.get('name')!r}"
    return tuple(integer(n, what) for n in sizes)


def _bias(config: Mapping[str, Any], size: int | None) -> list[WeightSpec]:
    return [] if config.get("use_bias", True) is False else [WeightSpec("bias", (size,))]


def _dense(config: Mapping[str, Any]) -> list[WeightSpec]:
    units = _size(config, "units")
    return [WeightSpec("kernel", (None, units)), *_bias(config, units)]


def _einsum_dense(config: Mapping[str, Any]) -> list[WeightSpec]:
    has_bias = config.get("bias_axes") is not None
    return [WeightSpec("kernel"), *([WeightSpec("bias")] if has_bias else [])]


def _convolution(rank: int) -> Callable[[Mapping[str, Any]], list[WeightSpec]]:
    def specs(config: Mapping[str, Any]) -> list[WeightSpec]:
        filters = _size(config, "filters")
        kernel = (*_kernel_size(config, rank), None, filters)
        return [WeightSpec("kernel", kernel), *_bias(config, filters)]

    return specs


def _transposed(rank: int) -> Callable[[Mapping[str, Any]], list[WeightSpec]]:
    def specs(config: Mapping[str, Any]) -> list[WeightSpec]:
        filters = _size(config, "filters")
        kernel = (*_kernel_size(config, rank), filters, None)
        return [WeightSpec("kernel", kernel), *_bias(config, filters)]

    return specs


def _depthwise(rank: int) -> Callable[[Mapping[str, Any]], list[WeightSpec]]:
    def specs(config: Mapping[str, Any]) -> list[WeightSpec]:
        multiplier = integer(config.get("depth_multiplier", 1), "'depth_multiplier'")
        kernel = (*_kernel_size(config, rank), None, multiplier)
        return [WeightSpec("depthwise_kernel", kernel), *_bias(config, None)]

    return specs


def _separable(rank: int) -> Callable[[Mapping[str, Any]], list[WeightSpec]]:
    def specs(config: Mapping[str, Any]) -> list[WeightSpec]:
        filters = _size(config, "filters")
        return [
            _depthwise(rank)(config)[0],
            WeightSpec("pointwise_kernel", (*([1] * rank), None, filters)),
            *_bias(config, filters),
        ]

    return specs


def _scale_and_center(config: Mapping[str, Any], shape: Shape) -> list[WeightSpec]:
    specs = []
    if config.get("scale", True):
        specs.append(WeightSpec("gamma", shape))
    if config.get("center", True):
        specs.append(WeightSpec("beta", shape))
    return specs


def _batch_normalization(config: Mapping[str, Any]) -> list[WeightSpec]:
    names = ["moving_mean", "moving_variance"]
    if config.get("renorm"):
        names += ["moving_stddev", "renorm_mean", "renorm_stddev"]
    # The statistics of renormalisation are scalars or vectors, by version.
    statistics = [WeightSpec(n, (None,) if i < 2 else None, False) for i, n in enumerate(names)]
    return [*_scale_and_center(config, (None,)), *statistics]


def _normalization(config: Mapping[str, Any]) -> list[WeightSpec]:
    if config.get("mean") is not None:
        return []
    return [
        WeightSpec("mean", None, False),
        WeightSpec("variance", None, False),
        WeightSpec("count", (), False),
    ]


def _recurrent(config: Mapping[str, Any]) -> list[WeightSpec]:
    bias = [] if config.get("use_bias", True) is False else [WeightSpec("bias")]
    return [WeightSpec("kernel"), WeightSpec("recurrent_kernel"), *bias]


def _embedding(config: Mapping[str, Any]) -> list[WeightSpec]:
    return [WeightSpec("embeddings", (_size(config, "input_dim"), _size(config, "output_dim")))]


def _one(name: str) -> Callable[[Mapping[str, Any]], list[WeightSpec]]:
    return lambda _: [WeightSpec(name)]


def _none(_: Mapping[str, Any]) -> list[WeightSpec]:
    return []


_WITHOUT_WEIGHTS = """
InputLayer Activation ReLU LeakyReLU ELU ThresholdedReLU Softmax Dropout SpatialDropout1D
SpatialDropout2D SpatialDropout3D AlphaDropout GaussianDropout GaussianNoise ActivityRegularization
Identity Masking StochasticDepth MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D
AveragePooling2D AveragePooling3D GlobalAveragePooling1D GlobalAveragePooling2D
GlobalAveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D ZeroPadding1D
ZeroPadding2D ZeroPadding3D Cropping1D Cropping2D Cropping3D UpSampling1D UpSampling2D UpSampling3D
Reshape Flatten Permute RepeatVector Add Subtract Multiply Average Maximum Minimum Concatenate Dot
Rescaling Resizing CenterCrop UnitNormalization TimeDistributed
"""

_SPECS: dict[str, Callable[[Mapping[str, Any]], list[WeightSpec]]] = {
    **dict.fromkeys(_WITHOUT_WEIGHTS.split(), _none),
    "Dense": _dense,
    "EinsumDense": _einsum_dense,
    "Conv1D": _convolution(1),
    "Conv2D": _convolution(2),
    "Conv3D": _convolution(3),
    "Conv1DTranspose": _transposed(1),
    "Conv2DTranspose": _transposed(2),
    "Conv3DTranspose": _transposed(3),
    "DepthwiseConv1D": _depthwise(1),
    "DepthwiseConv2D": _depthwise(2),
    "SeparableConv1D": _separable(1),
    "SeparableConv2D": _separable(2),
    "BatchNormalization": _batch_normalization,
    "LayerNormalization": lambda config: _scale_and_center(config, None),
    "GroupNormalization": lambda config: _scale_and_center(config, (None,)),
    "RMSNormalization": _one("scale"),
    "Normalization": _normalization,
    "PReLU": _one("alpha"),
    "Embedding": _embedding,
    "LayerScale": _one("gamma"),
    "LSTM": _recurrent,
    "GRU": _recurrent,
    "SimpleRNN": _recurrent,
}
