"""Layer by layer: what qviz reads from a file computes what Keras computes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from keras_reference import KerasReference
from numpy.typing import NDArray

from qviz.execution import Executor
from qviz.formats import open_model
from qviz.graph import Graph
from qviz.graph.passes import fold_batch_norm

pytestmark = pytest.mark.tensorflow

IMAGE = "(8, 9, 6)"
STEPS = "(12, 5)"
VECTOR = "(7,)"

# Name, input shape, layers in a row. Options that change what a layer computes each stand once.
CHAINS: dict[str, tuple[str, str]] = {
    "dense": (VECTOR, "L.Dense(4, activation='relu'), L.Dense(3, use_bias=False)"),
    "dense_rank_3": (STEPS, "L.Dense(4), L.Dense(3, activation='tanh')"),
    "dense_rank_4": (IMAGE, "L.Dense(4, activation='softmax')"),
    "einsum_dense": (
        STEPS,
        "L.EinsumDense('abc,cd->abd', (None, 4), bias_axes='d', activation='relu')",
    ),
    "conv1d": (
        STEPS,
        "L.Conv1D(4, 3), L.Conv1D(6, 3, padding='causal', dilation_rate=2, activation='relu'),"
        "L.Conv1D(6, 4, padding='same', strides=2, groups=2)",
    ),
    "conv2d": (
        IMAGE,
        "L.Conv2D(4, 3, padding='same', activation='relu'), L.Conv2D(5, (2, 3), strides=(2, 1)),"
        "L.Conv2D(3, 4, strides=2, padding='same', use_bias=False)",
    ),
    "conv2d_groups": (IMAGE, "L.Conv2D(8, 3, groups=2), L.Conv2D(8, 1, groups=8)"),
    "conv2d_dilated": (
        IMAGE,
        "L.Conv2D(4, 3, dilation_rate=2, padding='same'), L.Conv2D(4, 3, dilation_rate=(3, 2))",
    ),
    "depthwise2d": (
        IMAGE,
        "L.DepthwiseConv2D(3, padding='same', depth_multiplier=2, activation='relu6'),"
        "L.DepthwiseConv2D(3, strides=2, padding='same', use_bias=False)",
    ),
    "depthwise2d_dilated": (IMAGE, "L.DepthwiseConv2D((3, 2), dilation_rate=2)"),
    "depthwise1d": (STEPS, "L.DepthwiseConv1D(3, strides=2, padding='same', depth_multiplier=2)"),
    "separable2d": (
        IMAGE,
        "L.SeparableConv2D(5, 3, depth_multiplier=2, activation='relu'),"
        "L.SeparableConv2D(4, 3, strides=2, padding='same', use_bias=False)",
    ),
    "separable1d": (STEPS, "L.SeparableConv1D(5, 3, padding='same'), L.SeparableConv1D(4, 2)"),
    "transpose2d_same": (IMAGE, "L.Conv2DTranspose(4, 3, strides=2, padding='same')"),
    "transpose2d_valid": (IMAGE, "L.Conv2DTranspose(4, (2, 5), strides=(3, 2), use_bias=False)"),
    "transpose2d_stride_1": (IMAGE, "L.Conv2DTranspose(4, 4, padding='same', activation='relu')"),
    "transpose2d_output_padding": (
        IMAGE,
        "L.Conv2DTranspose(4, 3, strides=2, padding='same', output_padding=1),"
        "L.Conv2DTranspose(2, 3, strides=2, padding='same', output_padding=0)",
    ),
    "transpose2d_valid_output_padding": (
        IMAGE,
        "L.Conv2DTranspose(4, 3, strides=2, padding='valid', output_padding=1)",
    ),
    "transpose1d": (
        STEPS,
        "L.Conv1DTranspose(4, 3, strides=2, padding='same'), L.Conv1DTranspose(3, 3, strides=2)",
    ),
    "batch_norm": (
        IMAGE,
        "L.Conv2D(4, 3), L.BatchNormalization(), L.ReLU(), L.Conv2D(4, 1, use_bias=False),"
        "L.BatchNormalization(scale=False, epsilon=1e-5),"
        "L.BatchNormalization(center=False), L.DepthwiseConv2D(3), L.BatchNormalization(),"
        "L.Flatten(), L.Dense(4), L.BatchNormalization(center=False, scale=False)",
    ),
    "batch_norm_axis": (IMAGE, "L.BatchNormalization(axis=1), L.BatchNormalization(axis=3)"),
    "layer_norm": (IMAGE, "L.LayerNormalization(), L.LayerNormalization(scale=False)"),
    "layer_norm_axes": (IMAGE, "L.LayerNormalization(axis=[1, 2], epsilon=1e-2)"),
    "group_norm": (IMAGE, "L.GroupNormalization(groups=3), L.GroupNormalization(groups=-1)"),
    "group_norm_axis": (IMAGE, "L.GroupNormalization(groups=2, axis=1, center=False)"),
    "rms_norm": (IMAGE, "L.RMSNormalization(), L.RMSNormalization(epsilon=1e-2)"),
    "unit_norm": (IMAGE, "L.UnitNormalization(), L.UnitNormalization(axis=[1, 2])"),
    "normalization_config": (
        VECTOR,
        "L.Normalization(mean=[1., 2, 3, 4, 5, 6, 7], variance=[2.] * 7),"
        "L.Normalization(axis=None, mean=0.5, variance=4., invert=True)",
    ),
    "rescaling": (IMAGE, "L.Rescaling(1 / 127.5, offset=-1), L.Rescaling([1., 2, 3, 4, 5, 6])"),
    "max_pooling": (
        IMAGE,
        "L.MaxPooling2D(2, strides=1, padding='same'), L.MaxPooling2D((3, 2), strides=2)",
    ),
    "average_pooling": (
        IMAGE,
        "L.AveragePooling2D(3, strides=2, padding='same'), L.AveragePooling2D((2, 1))",
    ),
    "pooling_1d": (
        STEPS,
        "L.MaxPooling1D(2, strides=1, padding='same'), L.AveragePooling1D(3, padding='same')",
    ),
    "global_average": (IMAGE, "L.GlobalAveragePooling2D(keepdims=True), L.Flatten()"),
    "global_average_1d": (STEPS, "L.GlobalAveragePooling1D()"),
    "global_max": (IMAGE, "L.GlobalMaxPooling2D()"),
    "global_max_1d": (STEPS, "L.GlobalMaxPooling1D(keepdims=True)"),
    "flatten_reshape": (IMAGE, "L.Reshape((-1, 12)), L.Permute((2, 1)), L.Flatten()"),
    "repeat": (VECTOR, "L.RepeatVector(3), L.Permute((2, 1))"),
    "zero_padding": (IMAGE, "L.ZeroPadding2D(1), L.ZeroPadding2D(((0, 1), (2, 3)))"),
    "zero_padding_1d": (STEPS, "L.ZeroPadding1D((1, 2)), L.ZeroPadding1D(1)"),
    "cropping": (IMAGE, "L.Cropping2D(1), L.Cropping2D(((0, 1), (2, 0)))"),
    "cropping_1d": (STEPS, "L.Cropping1D((1, 2)), L.Cropping1D(1)"),
    "upsampling": (IMAGE, "L.UpSampling2D((2, 3)), L.UpSampling2D(2, interpolation='bilinear')"),
    "upsampling_1d": (STEPS, "L.UpSampling1D(3)"),
    "resizing": (IMAGE, "L.Resizing(5, 14), L.Resizing(11, 6, interpolation='nearest')"),
    "center_crop": (IMAGE, "L.CenterCrop(5, 4)"),
    "prelu": (IMAGE, "L.PReLU(shared_axes=[1, 2]), L.PReLU()"),
    "leaky_relu": (VECTOR, "L.LeakyReLU(), L.LeakyReLU(negative_slope=0.1)"),
    "elu": (VECTOR, "L.ELU(), L.ELU(alpha=0.4)"),
    "relu_max": (VECTOR, "L.ReLU(max_value=0.7)"),
    "relu_6": (VECTOR, "L.ReLU(max_value=6.0)"),
    "relu_slope": (VECTOR, "L.ReLU(negative_slope=0.2, max_value=0.9)"),
    "relu_threshold": (VECTOR, "L.ReLU(negative_slope=0.2, threshold=0.5, max_value=1.2)"),
    "softmax": (IMAGE, "L.Softmax(), L.Softmax(axis=1)"),
    "softmax_axes": (IMAGE, "L.Softmax(axis=[1, 2])"),
    "activation_object": (VECTOR, "L.Dense(4, activation=L.LeakyReLU(negative_slope=0.3))"),
    "nothing": (
        IMAGE,
        "L.Conv2D(3, 1), L.Dropout(0.5), L.SpatialDropout2D(0.1), L.GaussianNoise(1.0),"
        "L.RandomFlip(), L.RandomRotation(0.2), L.ActivityRegularization(l2=0.1), L.Identity()",
    ),
    "time_distributed_dense": (STEPS, "L.TimeDistributed(L.Dense(3, activation='relu'))"),
    "time_distributed_conv": ("(3, 8, 8, 2)", "L.TimeDistributed(L.Conv2D(4, 3)), L.Flatten()"),
    "spectral": (IMAGE, "L.SpectralNormalization(L.Conv2D(4, 3))"),
    "one_dimension": (STEPS, "L.BatchNormalization(), L.Conv1D(4, 1), L.BatchNormalization()"),
    "adaptive": (IMAGE, "L.AdaptiveAveragePooling2D((4, 3))"),
}

ACTIVATIONS = (
    "celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu "
    "log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus "
    "softsign sparse_plus squareplus tanh tanh_shrink"
)

# Name and a snippet that makes `model`.
MODELS: dict[str, str] = {
    "merges": """
a, b, c = K.Input((4, 5, 3)), K.Input((4, 5, 3)), K.Input((3,))
x = L.Add()([a, b, c]); y = L.Multiply()([x, b]); z = L.Average()([x, y, a])
u = L.Maximum()([z, a]); v = L.Minimum()([u, y]); w = L.Subtract()([v, a])
model = K.Model([a, b, c], [L.Concatenate()([w, z]), L.Concatenate(axis=1)([u, v, a])])
""",
    "dots": """
a, b, c = K.Input((4,)), K.Input((4,)), K.Input((3, 4))
model = K.Model([a, b, c], [L.Dot(axes=1)([a, b]), L.Dot(axes=1, normalize=True)([a, b]),
    L.Dot(axes=(2, 1))([c, b]), L.Dot(axes=(2, 2))([c, c]), L.Dot(axes=1)([c, c])])
""",
    "shared": """
a, b = K.Input((6, 6, 3), name="left"), K.Input((6, 6, 3), name="right")
conv, norm = L.Conv2D(3, 3, padding="same", name="conv"), L.BatchNormalization(name="norm")
x, y = norm(conv(a)), norm(conv(b))
model = K.Model([a, b], L.Add()([conv(x), y]))
""",
    "nested": """
inner = K.Sequential([K.Input((8, 8, 3)), L.Conv2D(4, 3, name="conv"), L.BatchNormalization(),
    K.Sequential([L.ReLU(), L.DepthwiseConv2D(3)], name="deep")], name="inner")
i = K.Input((6, 6, 4)); c2 = L.Conv2D(4, 1, name="c2")
side = K.Model(i, [c2(i), L.GlobalMaxPooling2D()(i)], name="side")
a = K.Input((8, 8, 3)); x = inner(a); y = inner(L.ReLU()(a))
h = L.UpSampling2D(2)(L.MaxPooling2D(2)(L.ZeroPadding2D(1)(L.Add()([x, y]))))
p, q = side(h)
model = K.Model(a, [L.Flatten()(p), q])
""",
    "nested_frozen": """
base = K.Sequential([K.Input((8, 8, 3)), L.Conv2D(4, 3, name="c1"), L.BatchNormalization(name="b1"),
    L.Conv2D(4, 3, name="c2"), L.BatchNormalization(name="b2")], name="base")
base.get_layer("c1").trainable = False; base.get_layer("b1").trainable = False
model = K.Sequential([K.Input((8, 8, 3)), base, L.GlobalAveragePooling2D(), L.Dense(3)])
""",
    "sequential_without_input": """
model = K.Sequential([L.Conv2D(4, 3), L.Flatten(), L.Dense(3)]); model.build((None, 7, 7, 2))
""",
    "channels_first_free": """
a = K.Input((3, 8, 8))
x = L.BatchNormalization(axis=1)(a); x = L.ZeroPadding2D(1, data_format="channels_first")(x)
x = L.Cropping2D(1, data_format="channels_first")(x)
x = L.UpSampling2D(2, data_format="channels_first")(x)
x = L.AveragePooling2D(2, data_format="channels_first")(x)
model = K.Model(a, [L.GlobalAveragePooling2D(data_format="channels_first")(x),
    L.Flatten(data_format="channels_first")(x)])
""",
    "operations": """
ops = K.ops
a, b = K.Input((6, 6, 4)), K.Input((6, 6, 4))
x = ops.relu(a + b) * 2.0 - b / 3.0
y = ops.concatenate([x, ops.sigmoid(a)], axis=-1)[:, 1:5, ::2, 2:]
z = ops.reshape(ops.clip(y, 0.0, 6.0), (-1, 4 * 3 * 6))
w = ops.mean(x, axis=[1, 2]) + ops.max(b, axis=(1, 2)) - ops.sum(a, axis=[1, 2])
v = ops.softmax(ops.transpose(ops.maximum(a, 0.5) ** 2, (0, 3, 1, 2)), axis=1)
u = ops.sqrt(ops.abs(a)) + ops.exp(-ops.square(b)) + ops.leaky_relu(a) + ops.gelu(b)
t = ops.squeeze(ops.expand_dims(w, 1), 1)
s = ops.pad(a, ((0, 0), (1, 2), (0, 0), (0, 0)))[:, 0]
r = ops.stack([w, t], axis=1); q = ops.matmul(r, ops.transpose(r, (0, 2, 1)))
m = ops.minimum(1.0 - a, b); n = 1.0 / (2.0 + ops.square(a)); o = a[..., -1]
model = K.Model([a, b], [z, w, v, u, t, s, r, q, m, n, o])
""",
    "embedding": """
a = K.Input((5,)); model = K.Model(a, L.Dense(3)(L.Flatten()(L.Embedding(4, 6)(a))))
""",
    "embedding_int": """
a = K.Input((5,), dtype="int32"); model = K.Model(a, L.Embedding(4, 6)(a))
""",
    "uint8_image": """
a = K.Input((6, 6, 3), dtype="uint8"); model = K.Model(a, L.Conv2D(2, 3)(L.Rescaling(1 / 255)(a)))
""",
    "adapted_normalization": """
n = L.Normalization(); n.adapt(np.random.default_rng(1).normal(3, 2, (50, 4)).astype("f4"))
model = K.Sequential([K.Input((4,)), n, L.Dense(2)])
""",
    "dictionary_inputs": """
a, b = K.Input((3,), name="zeta"), K.Input((4,), name="alpha")
y = L.Concatenate()([L.Dense(2)(a), b])
model = K.Model({"zeta": a, "alpha": b}, {"two": L.Dense(2)(y), "one": L.Dense(1)(y)})
""",
    "mixed_names": """
a = K.Input((4,)); x = L.Dense(4, name="b")(a); y = L.Dense(4, name="a")(x)
z = L.Dense(4, name="c")(L.PReLU(name="p")(y)); model = K.Model(a, L.Add()([x, z]))
""",
}

_BUILD = """
import numpy as np, keras as K
L = K.layers
result = {}
def save(name, code):
    space = {"K": K, "L": L, "np": np}
    exec(code, space)
    model = space["model"]
    if "adapted" not in name:
        randomize(model, 1)
    inputs = []
    rng = np.random.default_rng(2)
    for t in model.inputs:
        shape = (2, *t.shape[1:])
        whole = "int" in str(t.dtype) or "embedding" in name
        inputs.append(rng.integers(0, 4, shape).astype(t.dtype) if whole
                      else rng.normal(0, 1.5, shape).astype("f4"))
    given = inputs if len(inputs) > 1 else inputs[0]
    if "dictionary" in name:
        given = {t.name: x for t, x in zip(model.inputs, inputs)}
    outputs = [np.asarray(y) for y in tf.nest.flatten(model(given, training=False))]
    for extension in ("keras", "h5"):
        model.save(f"{folder}/{name}.{extension}")
    return inputs, outputs
for name, code in models.items():
    try:
        result[name] = save(name, code)
    except Exception as error:
        result[name] = f"{type(error).__name__}: {error}"
"""


def _sources() -> dict[str, str]:
    models = {
        name: f"model = K.Sequential([K.Input({shape}), {layers}])"
        for name, (shape, layers) in CHAINS.items()
    }
    for name in ACTIVATIONS.split():
        models[f"activation_{name}"] = (
            f"model = K.Sequential([K.Input((3, 8)), L.Activation('{name}')])"
        )
    return models | MODELS


# Inputs and outputs, or what Keras said when it failed.
Saved = tuple[list[NDArray[Any]], list[NDArray[Any]]] | str


@pytest.fixture(scope="module")
def saved_models(
    keras_reference: KerasReference, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Saved]]:
    """Every model in both formats, with random inputs and Keras' outputs."""
    folder = tmp_path_factory.mktemp("keras")
    return folder, keras_reference.run(_BUILD, models=_sources(), folder=str(folder))


def assert_close(found: NDArray[Any], wanted: NDArray[Any], tolerance: float = 1e-5) -> None:
    """Assert agreement relative to the range of what is wanted."""
    assert found.shape == wanted.shape
    span = float(wanted.max() - wanted.min()) or 1.0
    assert float(np.abs(found - wanted).max()) <= tolerance * span


def assert_computes(graph: Graph, inputs: list[NDArray[Any]], outputs: list[NDArray[Any]]) -> None:
    """Assert that `graph` computes `outputs`, with batch normalization unfolded and folded."""
    for form in (graph, fold_batch_norm(graph)):
        found = Executor(form).run(inputs).outputs
        assert len(found) == len(outputs)
        for a, b in zip(found, outputs, strict=True):
            assert_close(a, b)


@pytest.mark.parametrize("extension", ["keras", "h5"])
@pytest.mark.parametrize("name", sorted(_sources()))
def test_computes_what_keras_computes(
    saved_models: tuple[Path, dict[str, Saved]], name: str, extension: str
) -> None:
    folder, models = saved_models
    saved = models[name]
    assert not isinstance(saved, str), saved
    inputs, outputs = saved
    graph = open_model(folder / f"{name}.{extension}", convert=False)
    assert graph.source is not None
    assert graph.source.notes == ()
    assert_computes(graph, inputs, outputs)
