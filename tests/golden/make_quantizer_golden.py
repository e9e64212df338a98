"""Makes the golden files of the quantizer tests with TensorFlow's converter.

Run by hand where TensorFlow is installed::

    python tests/golden/make_quantizer_golden.py [NAME ...]

Each graph becomes ``tests/golden/quantizer/NAME.zip`` with

- ``float.tflite``: the float model, the calibrated range of every activation in its quantization
  table (the converter's ``_experimental_calibrate_only``);
- ``int8.tflite``, ``int8_per_tensor.tflite``, ``int8_io.tflite``, ``uint8_io.tflite``,
  ``int16x8.tflite``, ``int16x8_io.tflite``: the converter's full-integer forms of the same model
  with the same calibration data; one that the converter refuses is left out;
- ``facts.json``: the version, and whether 16x8 succeeds without float operators.

Weights and data come from seeded generators, so the files can be made again.
"""

from __future__ import annotations

import json
import os
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf

FOLDER = Path(__file__).parent / "quantizer"
SAMPLES = 8
GRAPHS: dict[str, tuple[Callable[..., object], tuple[tuple[int, ...], ...], tuple[str, ...]]] = {}


def graph(*shapes, dtypes=()):
    """Register a graph with its input shapes (batch first) and dtypes (float32 by default)."""

    def register(function):
        kinds = dtypes or ("float32",) * len(shapes)
        GRAPHS[function.__name__] = (function, shapes, kinds)
        return function

    return register


class Weights:
    """Seeded constants, one stream per graph."""

    def __init__(self, seed):
        self.generator = np.random.default_rng(seed)

    def normal(self, *shape, scale=0.5):
        return tf.constant(self.array(*shape, scale=scale))

    def array(self, *shape, scale=0.5):
        return self.generator.normal(0, scale, shape).astype(np.float32)


def conv(x, w, channels, size=3, stride=1, padding="SAME", bias=True, dilations=1):
    y = tf.nn.conv2d(
        x, w.normal(size, size, x.shape[-1], channels), stride, padding, None, dilations
    )
    return y + w.normal(channels) if bias else y


def dense(x, w, units):
    return tf.matmul(x, w.normal(x.shape[-1], units)) + w.normal(units)


IMAGE = (1, 6, 6, 3)


@graph(IMAGE)
def conv_relu6(w, x):
    return tf.nn.relu6(conv(tf.nn.relu(conv(x, w, 4)), w, 5, stride=2, padding="VALID"))


@graph(IMAGE)
def conv_without_bias(w, x):
    return conv(x, w, 4, bias=False)


@graph((1, 8, 8, 4))
def conv_grouped_dilated(w, x):
    y = tf.nn.conv2d(x, w.normal(3, 3, 2, 6), 1, "SAME")
    return conv(y, w, 3, dilations=2)


@graph((1, 12, 3))
def conv_1d(w, x):
    return tf.nn.relu(tf.nn.conv1d(x, w.normal(3, 3, 4), 1, "SAME") + w.normal(4))


@graph(IMAGE)
def depthwise(w, x):
    y = tf.nn.depthwise_conv2d(x, w.normal(3, 3, 3, 2), [1, 1, 1, 1], "SAME") + w.normal(6)
    return conv(tf.nn.relu6(y), w, 4, size=1)


@graph((1, 4, 4, 2))
def dense_softmax(w, x):
    y = tf.nn.relu(dense(tf.reshape(x, [-1, 32]), w, 8))
    return tf.nn.softmax(dense(y, w, 5))


@graph((1, 4, 4, 3))
def transposed_conv(w, x):
    y = tf.nn.conv2d_transpose(x, w.normal(3, 3, 4, 3), [1, 8, 8, 4], 2) + w.normal(4)
    return tf.nn.relu(y)


@graph(IMAGE)
def concat_of_convs(w, x):
    parts = [conv(x, w, 2), tf.nn.relu(conv(x, w, 3)), tf.nn.max_pool2d(x, 3, 1, "SAME")]
    return conv(tf.concat(parts, -1), w, 4, size=1)


@graph(IMAGE)
def concat_twice(w, x):
    a, b, c = conv(x, w, 2), 3 * conv(x, w, 2), conv(x, w, 2)
    return tf.concat([a, b], -1), tf.concat([a, c], 1)


@graph(IMAGE)
def concat_of_logistic(w, x):
    y = conv(x, w, 3)
    return tf.concat([tf.sigmoid(y), tf.tanh(y), conv(x, w, 2)], -1)


@graph(IMAGE)
def logistic_in_two_concats(w, x):
    y = tf.sigmoid(conv(x, w, 2))
    return tf.concat([y, 3 * conv(x, w, 2)], -1), tf.concat([y, conv(x, w, 2)], 1)


@graph(IMAGE)
def concat_with_constant(w, x):
    y = tf.concat([conv(x, w, 2), w.normal(1, 6, 6, 2)], -1)
    return tf.maximum(y, 0.1), tf.minimum(conv(x, w, 2), w.normal(2))


@graph((1, 8, 8, 3))
def pools(w, x):
    y = tf.nn.max_pool2d(tf.nn.relu(conv(x, w, 4)), 2, 2, "VALID")
    return conv(tf.nn.avg_pool2d(y, 2, 2, "SAME"), w, 2, size=1)


@graph(IMAGE)
def pads(w, x):
    y = tf.pad(x, [[0, 0], [1, 1], [2, 0], [0, 0]])
    y = tf.pad(conv(y, w, 2), [[0, 0], [1, 0], [1, 1], [0, 0]], constant_values=0.5)
    return tf.pad(y, [[0, 0], [1, 1], [1, 1], [0, 0]], "REFLECT")


@graph(IMAGE)
def residual(w, x):
    y = conv(x, w, 4)
    z = conv(tf.nn.relu(conv(y, w, 4)), w, 4)
    return tf.nn.relu(y + z) - conv(z, w, 4, size=1)


@graph((1, 10))
def heads(w, x):
    y = dense(x, w, 6)
    return tf.nn.softmax(y), tf.sigmoid(y), tf.tanh(y), tf.nn.log_softmax(y)


@graph((1, 4, 4, 6))
def splits(w, x):
    a, b, c = tf.split(conv(x, w, 6), 3, -1)
    d, e = tf.split(b, [1, 3], 1)
    return a + c, tf.concat([d, e], 1)


@graph(IMAGE)
def elu_island(w, x):
    return conv(tf.nn.elu(conv(x, w, 4)), w, 3)


@graph(IMAGE)
def elu_before_concat(w, x):
    y = conv(x, w, 2)
    return tf.concat([tf.nn.elu(y), conv(x, w, 2)], -1), tf.reduce_max(tf.nn.elu(y), [1, 2])


@graph(IMAGE)
def elu_on_input(w, x):
    return tf.nn.elu(x), conv(x, w, 3)


@graph(IMAGE)
def conv_then_elu_on_input(w, x):
    y = conv(x, w, 3)
    return y, y + tf.nn.elu(x)


@graph(IMAGE)
def islands_in_a_row(w, x):
    y = tf.math.square(tf.nn.elu(conv(x, w, 3)))
    return conv(y, w, 2), tf.sin(y) + 1.0


@graph((1, 5))
def only_float(w, x):
    return tf.negative(x)


@graph((1, 4, 4, 2))
def bias_overflow(w, x):
    kernel = w.array(1, 1, 2, 4)
    kernel[..., 0] *= 1e-7
    kernel[..., 1] = 0
    y = tf.nn.conv2d(x, kernel, 1, "SAME") + tf.constant([3e3, -5.0, 0.25, -1e6])
    return tf.nn.relu6(conv(y, w, 2, size=1))


@graph((1, 6))
def dense_bias_overflow(w, x):
    kernel = w.normal(6, 3, scale=2e-5)
    return tf.matmul(x, kernel) + tf.constant([2e4, -1.0, 0.5])


@graph((1, 4, 4, 2))
def shared_filter_overflow(w, x):
    kernel = w.normal(1, 1, 2, 3, scale=1e-6)
    a = tf.nn.conv2d(x, kernel, 1, "SAME") + tf.constant([1e5, 0.1, -0.5])
    b = tf.nn.conv2d(3 * x, kernel, 1, "SAME") + tf.constant([0.1, 0.2, -0.5])
    return a, b


@graph((1, 4, 4, 2))
def shared_layer(w, x):
    kernel, bias = w.normal(3, 3, 2, 2), w.normal(2)
    y = tf.nn.relu(tf.nn.conv2d(x, kernel, 1, "SAME") + bias)
    return tf.nn.relu(tf.nn.conv2d(y, kernel, 1, "SAME") + bias)


@graph(IMAGE)
def norm_after_relu(w, x):
    y = tf.nn.relu(conv(x, w, 4)) * w.normal(4) + w.normal(4)
    return conv(tf.nn.relu(y * 2.0 - w.normal(4)), w, 2)


@graph((1, 5), dtypes=("int32",))
def embedding(w, x):
    return dense(tf.reshape(tf.gather(w.normal(20, 4), x), [-1, 20]), w, 3)


@graph(IMAGE)
def rectifiers(w, x):
    y = conv(x, w, 3)
    a = tf.nn.leaky_relu(y, 0.1)
    b = tf.nn.relu(y) + tf.constant([[[-0.3, -0.1, -0.7]]]) * tf.nn.relu(-y)
    return a, b, tf.nn.relu(a), tf.clip_by_value(a * 2.0, -1.0, 1.0)


@graph(IMAGE)
def hard_swish(w, x):
    y = conv(x, w, 3)
    return conv(y * tf.nn.relu6(y + 3.0) * (1.0 / 6.0), w, 2)


@graph(IMAGE)
def resizes(w, x):
    y = tf.image.resize(conv(x, w, 2), [12, 12], "bilinear")
    return conv(tf.image.resize(y, [6, 6], "nearest"), w, 2)


@graph(IMAGE)
def reductions(w, x):
    y = conv(x, w, 3)
    a, b = tf.reduce_mean(y, [1, 2]), tf.reduce_max(y, [1, 2], keepdims=True)
    return dense(a, w, 2), b, tf.reduce_min(y, [3]), tf.reduce_sum(y, [1, 2])


@graph((1, 6), (1, 3))
def two_inputs(w, x, y):
    return tf.nn.relu(dense(x, w, 3) + y), tf.concat([dense(y, w, 2), x], -1)


@graph(IMAGE)
def output_also_read(w, x):
    y = tf.nn.relu(conv(x, w, 3))
    return y, tf.nn.max_pool2d(y, 2, 2, "VALID"), tf.nn.softmax(y)


@graph((1, 4, 4, 2))
def dead_and_zero(w, x):
    kernel = w.array(1, 1, 2, 3)
    kernel[..., 1] = 0
    y = tf.nn.relu(tf.nn.conv2d(x, kernel, 1, "SAME") + tf.constant([-50.0, -1.0, -60.0]))
    return conv(y, w, 2, size=1)


@graph((1, 4, 6))
def attention(w, x):
    q, k = tf.matmul(x, w.normal(1, 6, 6)), tf.matmul(x, w.normal(1, 6, 6))
    scores = tf.nn.softmax(tf.matmul(q, k, transpose_b=True) * 0.4)
    return tf.matmul(scores, x)


@graph((1, 4, 8))
def layer_norm(w, x):
    mean = tf.reduce_mean(x, -1, keepdims=True)
    variance = tf.reduce_mean(tf.math.squared_difference(x, mean), -1, keepdims=True)
    return (x - mean) * tf.math.rsqrt(variance + 1e-3) * w.normal(8) + w.normal(8)


@graph((1, 10))
def arg_max(w, x):
    y = dense(x, w, 6)
    z = dense(x, w, 4)
    return tf.argmax(y, -1), tf.argmax(z, -1), z, tf.cast(y > 0.1, tf.float32)


@graph((1, 4, 6, 2))
def shapes(w, x):
    y = tf.transpose(conv(x, w, 2), [0, 2, 1, 3])
    y = tf.strided_slice(y, [0, 1, 0, 0], [1, 5, 4, 2], [1, 2, 1, 1])
    return dense(tf.reshape(y, [-1, 16]), w, 3), tf.squeeze(
        tf.slice(y, [0, 0, 0, 0], [1, 1, 4, 2]), 1
    )


@graph((1, 4, 4, 4))
def blocks(w, x):
    y = tf.nn.space_to_depth(conv(x, w, 4), 2)
    return tf.nn.depth_to_space(conv(y, w, 8, size=1), 2)


@graph((1, 6))
def pack_and_unpack(w, x):
    y = tf.stack([dense(x, w, 4), dense(x, w, 4)], 1)
    a, b = tf.unstack(y, axis=1)
    return a * b, tf.tile(y, [1, 2, 1])


@graph((1, 8))
def elementwise(w, x):
    y = dense(x, w, 4)
    z = tf.math.squared_difference(y, w.normal(4))
    return y / (z + 2.0), tf.abs(y), tf.exp(y * 0.25), tf.math.log(z + 1.0), tf.sqrt(z)


@graph((1, 8))
def gelu_and_norm(w, x):
    y = tf.nn.gelu(dense(x, w, 6))
    return tf.math.l2_normalize(y, -1), y * tf.sigmoid(y), tf.reduce_prod(y, -1)


@graph(IMAGE)
def equal_biases(w, x):
    bias = tf.constant([0.5, -0.25, 1.5])
    a = tf.nn.conv2d(x, w.normal(3, 3, 3, 3), 1, "SAME") + bias
    return tf.nn.conv2d(tf.nn.relu(a), w.normal(3, 3, 3, 3), 1, "SAME") + bias


@graph((1, 6))
def selects(w, x):
    y, z = dense(x, w, 4), dense(x, w, 4)
    return tf.where(y > z, y, z), tf.math.top_k(y, 2)[0], tf.reverse(z, [1])


@graph(IMAGE)
def pool_behind_concat(w, x):
    y, z = conv(x, w, 2), conv(x, w, 2)
    both = tf.concat([y, 3 * z], -1)
    return (
        conv(both, w, 2),
        tf.nn.max_pool2d(y, 2, 2, "VALID"),
        tf.sin(tf.slice(z, [0] * 4, [1, 2, 6, 2])),
    )


@graph((1, 4, 4, 2))
def single_channel_overflow(w, x):
    kernel = w.array(1, 1, 2, 1, scale=1e-7)
    return tf.nn.relu6(conv(tf.nn.conv2d(x, kernel, 1, "SAME") + tf.constant([3e3]), w, 1))


@graph((1, 8))
def softmax_returned_and_joined(w, x):
    y = tf.nn.softmax(dense(x, w, 4))
    return y, tf.concat([y, 3 * dense(x, w, 4)], -1)


@graph(IMAGE)
def concat_with_square(w, x):
    y = conv(x, w, 3)
    return tf.concat([y, x], -1), conv(tf.concat([tf.square(y), y, x], -1), w, 2)


@graph((1, 6))
def minimum_with_negative(w, x):
    return dense(tf.minimum(x, -x), w, 3), tf.concat([dense(x, w, 6), x], 0)


@graph((1, 6))
def tanh_of_negative(w, x):
    y = tf.tanh(-dense(x, w, 4))
    z = tf.concat([y, dense(x, w, 4)], -1)
    return z, tf.sin(y), dense(y, w, 2)


def samples(name):
    """Calibration data of a graph: lists of input arrays."""
    _, shapes, dtypes = GRAPHS[name]
    generator = np.random.default_rng(zlib.crc32(name.encode()) + 1)
    return [
        [
            generator.uniform(-1, 1.5, shape).astype(np.float32)
            if dtype == "float32"
            else generator.integers(0, 10, shape).astype(dtype)
            for shape, dtype in zip(shapes, dtypes, strict=True)
        ]
        for _ in range(SAMPLES)
    ]


def convert(name, kind):
    """Bytes of the converter's file of `kind`."""
    function, shapes, dtypes = GRAPHS[name]
    weights = Weights(zlib.crc32(name.encode()))
    signature = [tf.TensorSpec(s, d) for s, d in zip(shapes, dtypes, strict=True)]
    concrete = tf.function(lambda *x: function(weights, *x)).get_concrete_function(*signature)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete])
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: iter(samples(name))
    int16x8 = tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
    if kind == "float":
        converter._experimental_calibrate_only = True
    elif kind == "int8_per_tensor":
        converter._experimental_disable_per_channel = True
    elif kind in ("int8_io", "uint8_io"):
        io = tf.int8 if kind == "int8_io" else tf.uint8
        converter.inference_input_type = converter.inference_output_type = io
    elif kind.startswith("int16x8"):
        converter.target_spec.supported_ops = [int16x8]
        if not kind.endswith("strict"):
            converter.target_spec.supported_ops.append(tf.lite.OpsSet.TFLITE_BUILTINS)
        if kind.endswith("io"):
            converter.inference_input_type = converter.inference_output_type = tf.int16
    return converter.convert()


KINDS = (
    "float",
    "int8",
    "int8_per_tensor",
    "int8_io",
    "uint8_io",
    "int16x8",
    "int16x8_io",
    "int16x8_strict",
)


def make(name):
    """Write the archive of one graph."""
    files, refused = {}, {}
    for kind in KINDS:
        try:
            files[kind] = convert(name, kind)
        except Exception as error:  # the converter raises whatever its parts raise
            refused[kind] = (str(error).strip().splitlines() or [type(error).__name__])[-1][:200]
    facts = {
        "tensorflow": tf.__version__,
        "int16x8_without_float": files.pop("int16x8_strict", None) is not None,
        "refused": refused,
    }
    with zipfile.ZipFile(FOLDER / f"{name}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        entries = {f"{kind}.tflite": data for kind, data in files.items()}
        entries["facts.json"] = json.dumps(facts, indent=1).encode()
        for entry, data in entries.items():
            out.writestr(zipfile.ZipInfo(entry, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    sys.stdout.write(f"{name}: {sorted(files)} {refused or ''}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in sys.argv[1:] or GRAPHS:
        make(each)
