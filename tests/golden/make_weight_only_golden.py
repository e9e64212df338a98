"""Makes the golden files of the dynamic-range and float16 tests with TensorFlow's converter.

Run by hand where TensorFlow is installed::

    python tests/golden/make_weight_only_golden.py [NAME ...]

Each graph becomes ``tests/golden/weight_only/NAME.zip`` with the converter's ``float.tflite``,
``dynamic_range.tflite``, ``dynamic_range_per_tensor.tflite`` and ``float16.tflite`` of one model.
Weights come from seeded generators, so the files can be made again.
"""

from __future__ import annotations

import os
import sys
import zipfile
import zlib
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf

FOLDER = Path(__file__).parent / "weight_only"
GRAPHS = {}


def graph(*shape, dtype="float32"):
    """Register a graph with its input shape, batch first."""

    def register(function):
        GRAPHS[function.__name__] = (function, shape, dtype)
        return function

    return register


def normal(random, *shape):
    # Channels of very different size, some of nothing but zeros.
    scale = 10.0 ** random.uniform(-4, 2, shape[-1])
    scale[random.random(shape[-1]) < 0.05] = 0
    return tf.constant((random.normal(0, 1, shape) * scale).astype(np.float32))


@graph(1, 8, 8, 12)
def convolutions(random, x):
    y = tf.nn.relu(tf.nn.conv2d(x, normal(random, 3, 3, 12, 10), 1, "SAME") + normal(random, 10))
    y = tf.nn.conv2d(y, normal(random, 2, 2, 10, 5), 1, "VALID")
    return tf.nn.depthwise_conv2d(y, normal(random, 5, 5, 5, 9), [1, 1, 1, 1], "SAME")


@graph(1, 5, 5, 8)
def transposed_convolution(random, x):
    y = tf.nn.conv2d_transpose(x, normal(random, 4, 4, 10, 8), [1, 10, 10, 10], 2)
    return y + normal(random, 10)


@graph(1, 51)
def dense_around_the_threshold(random, x):
    y = tf.matmul(x, normal(random, 51, 20)) + normal(random, 20)  # 1020 elements stay float
    y = tf.matmul(tf.nn.relu(y), normal(random, 20, 64)) + normal(random, 64)
    return tf.matmul(y, normal(random, 64, 16))  # 1024 elements do not


@graph(1, 6, 32)
def batched_product(random, x):
    return tf.matmul(x, normal(random, 1, 32, 40)) * 2.0


@graph(1, 7, dtype="int32")
def embedding(random, x):
    table = normal(random, 50, 24)
    return tf.nn.relu(tf.gather(table, x)) + tf.gather(table, x[:, ::-1])


@graph(1, 32)
def shared_weights(random, x):
    w = normal(random, 32, 32)
    return tf.matmul(tf.nn.relu(tf.matmul(x, w)), w)


@graph(1, 6)
def extreme_values(random, x):
    w = np.array([1e-8, -6e-8, 1e5, -7e4, 65519.0, 65504.0, 5.9e-8, 3.3e-5, 1.0, 2.0, 3.0, -0.0])
    w = tf.constant(np.concatenate([w, random.normal(0, 1, 24)]).astype(np.float32).reshape(6, 6))
    return tf.matmul(x, w) + tf.constant([1e30, 1e-30, 0, 1, 2, 3], tf.float32)


def convert(name, kind):
    """Bytes of the converter's file of `kind`."""
    function, shape, dtype = GRAPHS[name]
    random = np.random.default_rng(zlib.crc32(name.encode()))
    concrete = tf.function(lambda x: function(random, x)).get_concrete_function(
        tf.TensorSpec(shape, dtype)
    )
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete])
    if kind != "float":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if kind == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if kind == "dynamic_range_per_tensor":
        converter._experimental_disable_per_channel = True
    return converter.convert()


def make(name):
    """Write the archive of one graph."""
    kinds = ("float", "dynamic_range", "dynamic_range_per_tensor", "float16")
    with zipfile.ZipFile(FOLDER / f"{name}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for kind in kinds:
            entry = zipfile.ZipInfo(f"{kind}.tflite", (2026, 1, 1, 0, 0, 0))
            out.writestr(entry, convert(name, kind), zipfile.ZIP_DEFLATED)
    sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in sys.argv[1:] or GRAPHS:
        make(each)
