"""The models of the speed benchmark, made once and kept in a temporary folder."""

from __future__ import annotations

import getpass
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

# In a process of its own, so that no other holds TensorFlow.
MAKE = """
import sys
import keras
import numpy as np

keras.utils.set_random_seed(1)
random = np.random.default_rng(0)
layers = keras.layers
mobilenet = keras.applications.MobileNetV2(weights=None)
for layer in mobilenet.layers:
    if isinstance(layer, layers.BatchNormalization):
        shape = layer.gamma.shape
        layer.set_weights([
            random.uniform(0.5, 1.5, shape), random.normal(0, 0.3, shape),
            random.normal(0, 0.3, shape), random.uniform(0.5, 1.5, shape),
        ])
mobilenet.save(sys.argv[1] + "/mobilenet_v2.keras")
mnist = keras.Sequential([
    layers.Input((28, 28, 1)),
    layers.Conv2D(32, 3, activation="relu"), layers.Conv2D(32, 3, activation="relu"),
    layers.MaxPooling2D(),
    layers.Conv2D(64, 3, activation="relu"), layers.Conv2D(64, 3, activation="relu"),
    layers.MaxPooling2D(), layers.Flatten(),
    layers.Dense(512, activation="relu"), layers.Dense(10, activation="softmax"),
])
mnist.save(sys.argv[1] + "/mnist_cnn.keras")
"""
SIZES = {"mobilenet_v2": (224, 224, 3), "mnist_cnn": (28, 28, 1)}
SCHEMES = {"float32": "float32", "int8": "int8-only", "int16x8": "int16x8-only"}


def prepare_models(folder: Path | None = None) -> Path:
    """Folder with ``NAME.keras`` and ``NAME-SCHEME.tflite``; what is missing is made.

    Calibrated on random images; the TFLite files are written by qviz.
    """
    if folder is None:
        folder = Path(tempfile.gettempdir()) / f"qviz-benchmark-models-{getpass.getuser()}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not all((folder / f"{name}.keras").exists() for name in SIZES):
        command = [sys.executable, "-c", MAKE, str(folder)]
        subprocess.run(command, check=True, capture_output=True, timeout=600)
    for name, shape in SIZES.items():
        _write_quantized(folder, name, shape)
    return folder


def _write_quantized(folder: Path, name: str, shape: tuple[int, ...]) -> None:
    import qviz
    from qviz.formats.tflite import write_tflite

    missing = [s for s in SCHEMES if not (folder / f"{name}-{s}.tflite").exists()]
    if not missing:
        return
    graph = qviz.open_model(folder / f"{name}.keras")
    images = np.random.default_rng(1).uniform(-1, 1, (20, *shape)).astype(np.float32)
    statistics = qviz.calibrate(graph, [images])
    for scheme in missing:
        data = write_tflite(qviz.quantize(graph, SCHEMES[scheme], statistics))
        (folder / f"{name}-{scheme}.tflite").write_bytes(data)
