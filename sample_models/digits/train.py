"""Train the digits sample: ``python sample_models/digits/train.py``.

Needs TensorFlow and scikit-learn. Writes ``digits.keras`` (float32, no optimizer state) and
``digits.npz`` (held-out test samples and calibration samples) beside this script and prints the
accuracy that the README states.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

SEED = 2026
TEST_SAMPLES = 450
CALIBRATION_SAMPLES = 200
EPOCHS = 30


def main() -> None:
    """Train, evaluate on the held-out samples and write both files."""
    import keras
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    keras.utils.set_random_seed(SEED)
    digits = load_digits()
    # Grey levels are 0..16; sixteenths are exact in float32.
    images = (digits.images / 16.0).astype(np.float32)[..., None]
    x_train, x_test, y_train, y_test = train_test_split(
        images, digits.target, test_size=TEST_SAMPLES, stratify=digits.target, random_state=SEED
    )
    model = build(keras)
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, 106 * EPOCHS)),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    x_shifted, y_shifted = with_shifts(x_train, y_train)
    model.fit(x_shifted, y_shifted, batch_size=64, epochs=EPOCHS, verbose=2)
    _, accuracy = model.evaluate(x_test, y_test, verbose=0)

    folder = Path(__file__).parent
    # An uncompiled copy carries no optimizer state.
    plain = build(keras)
    plain.set_weights(model.get_weights())
    plain.save(folder / "digits.keras")
    np.savez_compressed(
        folder / "digits.npz",
        x=x_test,
        y=y_test.astype(np.int64),
        x_calibration=x_train[:CALIBRATION_SAMPLES],
        y_calibration=y_train[:CALIBRATION_SAMPLES].astype(np.int64),
        class_names=np.array([str(digit) for digit in range(10)]),
    )
    print(f"top-1 on {len(y_test)} held-out samples: {accuracy:.4f}")


def with_shifts(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Add four copies moved by one pixel each: (n, 8, 8, 1) becomes (5n, 8, 8, 1)."""
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    starts = ((1, 1), (0, 1), (2, 1), (1, 0), (1, 2))
    moved = [padded[:, row : row + 8, column : column + 8] for row, column in starts]
    return np.concatenate(moved), np.tile(y, len(starts))


def build(keras):  # type: ignore[no-untyped-def]
    """Make the untrained network: four convolutions, one depthwise, and two dense layers."""
    layers = keras.layers

    def block(convolution, name):  # type: ignore[no-untyped-def]
        return [
            convolution,
            layers.BatchNormalization(name=f"{name}_bn"),
            layers.ReLU(name=f"{name}_relu"),
        ]

    def conv(filters, size, name):  # type: ignore[no-untyped-def]
        return layers.Conv2D(filters, size, padding="same", use_bias=False, name=name)

    return keras.Sequential(
        [
            keras.Input((8, 8, 1), name="image"),
            *block(conv(32, 3, "conv1"), "conv1"),
            *block(
                layers.DepthwiseConv2D(3, padding="same", use_bias=False, name="depthwise"),
                "depthwise",
            ),
            *block(conv(64, 1, "pointwise"), "pointwise"),
            layers.MaxPooling2D(name="pool"),
            *block(conv(64, 3, "conv2"), "conv2"),
            layers.Flatten(name="flatten"),
            layers.Dense(96, activation="relu", name="dense1"),
            layers.Dropout(0.4, name="dropout"),
            layers.Dense(10, activation="softmax", name="dense2"),
        ],
        name="digits",
    )


if __name__ == "__main__":
    main()
