"""Train a sample: ``python sample_models/train.py NAME``; ``--help`` has the names.

The networks have the layers of TensorFlow.js' quantization example (tensorflow/tfjs-examples);
MobileNetV2 is that of keras.applications, narrow, and trained on small images of clothes.
Needs TensorFlow. Writes ``<name>/<name>.keras`` (float32, no optimizer state) and prints its score
on the test samples, which no choice was made on: epochs, rates and seed are fixed beforehand.

``qviz train NAME`` runs this script in a process of its own (QVIZ_CHILD is set) and reads its lines
``[done/total] message``.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

SEED = 2026
BATCH = 128
# Batches between two lines of progress.
_REPORT_EVERY = 20


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one sample is trained.

    Attributes
    ----------
    data : str
        Name of the data set.
    layers : function of (keras, input shape)
        Makes the layers after the input, or one whole model.
    epochs : int
    learning_rate : float
        Of Adam at the start; it falls along a cosine to zero.
    loss, metric : str
        As Keras names them.
    augment : function of (generator, batch)
        Changes a batch of training samples in every epoch anew.
    preprocessing : str
        Instead of the data set's own, and done batch by batch, because it makes images larger.
    """

    data: str
    layers: Callable[[Any, tuple[int, ...]], list[Any]]
    epochs: int
    learning_rate: float
    loss: str
    metric: str
    augment: Callable[[np.random.Generator, np.ndarray], np.ndarray] | None = None
    preprocessing: str = ""


def main() -> None:
    """Train the sample that the command line names, write it and print its score."""
    arguments = _arguments()
    if os.environ.get("QVIZ_CHILD"):
        from qviz.children import end_with_parent

        end_with_parent()
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras
    import tensorflow as tf

    from qviz.evaluation.named_data import NAMED, read_arrays
    from qviz.evaluation.preprocessing import Preprocessing

    tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(SEED)
    recipe = RECIPES[arguments.name]
    data, _ = read_arrays(NAMED[recipe.data], arguments.data_folder)
    steps = Preprocessing.parse(recipe.preprocessing)
    if not steps.does_nothing:
        data = replace(data, preprocessing=Preprocessing())
    x_train, y_train = data.prepared("train", arguments.samples)
    x_test, y_test = data.prepared("test", arguments.samples)
    x_test = steps.apply(x_test)

    epochs = recipe.epochs if arguments.epochs is None else arguments.epochs
    batches = _batches(keras, x_train, y_train, steps.apply, recipe.augment)
    schedule = keras.optimizers.schedules.CosineDecay(recipe.learning_rate, len(batches) * epochs)
    model = build(keras, arguments.name, x_test.shape[1:])
    model.compile(keras.optimizers.Adam(schedule), recipe.loss, metrics=[recipe.metric])
    model.fit(batches, epochs=epochs, verbose=0, callbacks=[_progress(keras, batches, epochs)])
    _, score = model.evaluate(x_test, y_test, batch_size=500, verbose=0)

    arguments.output.mkdir(parents=True, exist_ok=True)
    path = arguments.output / f"{arguments.name}.keras"
    # An uncompiled copy carries no optimizer state.
    plain = build(keras, arguments.name, x_test.shape[1:])
    plain.set_weights(model.get_weights())
    part = path.with_name(f".{path.stem}.part.keras")
    try:
        plain.save(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    print(f"{recipe.metric} on {len(y_test)} test samples: {score:.6f}", flush=True)


def housing(keras: Any, input_shape: tuple[int, ...]) -> list[Any]:
    """Layers of the regression: 80-120-20-10-1 with dropout."""
    layers = keras.layers
    return [
        layers.Dense(80, activation="relu", name="dense1"),
        layers.Dropout(0.2, name="dropout1"),
        layers.Dense(120, activation="relu", name="dense2"),
        layers.Dropout(0.1, name="dropout2"),
        layers.Dense(20, activation="relu", name="dense3"),
        layers.Dropout(0.1, name="dropout3"),
        layers.Dense(10, activation="relu", name="dense4"),
        layers.Dropout(0.1, name="dropout4"),
        layers.Dense(1, name="dense5"),
    ]


def mnist(keras: Any, input_shape: tuple[int, ...]) -> list[Any]:
    """Layers for digits: conv 32-32, pool, conv 64-64, pool, dense 512-10."""
    layers = keras.layers
    return [
        layers.Conv2D(32, 3, activation="relu", name="conv1"),
        layers.Conv2D(32, 3, activation="relu", name="conv2"),
        layers.MaxPooling2D(2, name="pool1"),
        layers.Conv2D(64, 3, activation="relu", name="conv3"),
        layers.Conv2D(64, 3, activation="relu", name="conv4"),
        layers.MaxPooling2D(2, name="pool2"),
        layers.Flatten(name="flatten"),
        layers.Dropout(0.25, name="dropout1"),
        layers.Dense(512, activation="relu", name="dense1"),
        layers.Dropout(0.5, name="dropout2"),
        layers.Dense(10, activation="softmax", name="dense2"),
    ]


def fashion_mnist(keras: Any, input_shape: tuple[int, ...]) -> list[Any]:
    """Layers for clothes: batch norm, conv 64-pool-conv 64-pool, dense 256-64, batch norm, 10."""
    layers = keras.layers
    return [
        layers.BatchNormalization(name="batch_norm1"),
        layers.Conv2D(64, 4, padding="same", activation="relu", name="conv1"),
        layers.MaxPooling2D(2, name="pool1"),
        layers.Dropout(0.1, name="dropout1"),
        layers.Conv2D(64, 4, activation="relu", name="conv2"),
        layers.MaxPooling2D(2, name="pool2"),
        layers.Dropout(0.3, name="dropout2"),
        layers.Flatten(name="flatten"),
        layers.Dense(256, activation="relu", name="dense1"),
        layers.Dropout(0.5, name="dropout3"),
        layers.Dense(64, activation="relu", name="dense2"),
        layers.BatchNormalization(name="batch_norm2"),
        layers.Dense(10, activation="softmax", name="dense3"),
    ]


def mobilenetv2(keras: Any, input_shape: tuple[int, ...]) -> list[Any]:
    """MobileNetV2 of keras.applications, 0.35 times as wide, for 10 classes, untrained."""
    network = keras.applications.MobileNetV2(
        input_shape=input_shape, alpha=0.35, weights=None, classes=10
    )
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            # 0.999, for millions of batches, would still remember the start after some thousands.
            layer.momentum = 0.99
    return [network]


def shifted(generator: np.random.Generator, x: np.ndarray) -> np.ndarray:
    """Move a batch of images by up to two pixels, all by the same."""
    down, right = generator.integers(-2, 3, 2)
    return np.roll(x, (down, right), axis=(1, 2))


def mirrored(generator: np.random.Generator, x: np.ndarray) -> np.ndarray:
    """Mirror each image of a batch left to right, or not, as a coin falls."""
    flips = generator.random(len(x)) < 0.5
    return np.where(flips[:, None, None, None], x[:, :, ::-1], x)


RECIPES = {
    "housing": Recipe(
        "california-housing", housing, 200, 1e-3, "mean_absolute_error", "mean_absolute_error"
    ),
    "mnist": Recipe(
        "mnist", mnist, 10, 1e-3, "sparse_categorical_crossentropy", "accuracy", shifted
    ),
    "fashion-mnist": Recipe(
        "fashion-mnist",
        fashion_mnist,
        14,
        1e-3,
        "sparse_categorical_crossentropy",
        "accuracy",
        mirrored,
    ),
    "mobilenetv2-fashion": Recipe(
        "fashion-mnist",
        mobilenetv2,
        10,
        2e-3,
        "sparse_categorical_crossentropy",
        "accuracy",
        mirrored,
        "channels=rgb,resize=56x56,-1..1",
    ),
}


def build(keras: Any, name: str, input_shape: tuple[int, ...]) -> Any:
    """Make the untrained network of a sample."""
    layers = RECIPES[name].layers(keras, input_shape)
    if len(layers) == 1:
        return layers[0]
    inputs = keras.Input(input_shape, name="features" if len(input_shape) == 1 else "image")
    model_name = name.replace("-", "_")
    return keras.Sequential([inputs, *layers], name=model_name)


def _batches(keras: Any, x: np.ndarray, y: np.ndarray, prepare: Any, augment: Any) -> Any:
    """Batches in an order drawn anew for every epoch, from the seed."""

    class Batches(keras.utils.PyDataset):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(workers=1, use_multiprocessing=False, max_queue_size=1)
            self.generator = np.random.default_rng(SEED)
            self.order = self.generator.permutation(len(x))

        def __len__(self) -> int:
            return -(-len(x) // BATCH)

        def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
            rows = self.order[index * BATCH : (index + 1) * BATCH]
            # A generator of its own for each batch: the result does not hang on who asks first.
            generator = np.random.default_rng((SEED, int(self.order[0]), index))
            values = prepare(x[rows])
            return values if augment is None else augment(generator, values), y[rows]

        def on_epoch_end(self) -> None:
            self.order = self.generator.permutation(len(x))

    return Batches()


def _progress(keras: Any, batches: Any, epochs: int) -> Any:
    total = len(batches) * epochs

    class Lines(keras.callbacks.Callback):  # type: ignore[misc]
        epoch = 0

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.epoch = epoch

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            done = self.epoch * len(batches) + batch + 1
            if done % _REPORT_EVERY and done != total:
                return
            loss = (logs or {}).get("loss", float("nan"))
            print(
                f"[{done}/{total}] epoch {self.epoch + 1} of {epochs}, loss {loss:.4f}", flush=True
            )

    return Lines()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("name", choices=sorted(RECIPES))
    parser.add_argument("--data-folder", help="folder with the data set's files")
    parser.add_argument("--output", type=Path, help="folder of the .keras file")
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument("--samples", type=int, help="only the first training and test samples")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    if arguments.output is None:
        arguments.output = Path(__file__).parent / arguments.name
    return arguments


if __name__ == "__main__":
    main()
