"""Save MobileNetV2 of keras.applications: ``python sample_models/mobilenetv2/train.py FILE``.

Nothing is trained: the weights are downloaded (14 MB, ImageNet), or drawn at random with
``--weights random``, which shows the architecture only. ``qviz demo mobilenetv2`` runs this script
where the user gives no file.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

SEED = 2026


def main() -> None:
    """Make the network and write it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", type=Path, help="the .keras file to write")
    parser.add_argument("--weights", choices=("imagenet", "random"), default="imagenet")
    parser.add_argument("--size", type=int, default=224, help="height and width of the input")
    parser.add_argument("--classes", type=int, default=1000, help="only with random weights")
    arguments = parser.parse_args()
    if os.environ.get("QVIZ_CHILD"):
        from qviz.children import end_with_parent

        end_with_parent()
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras

    keras.utils.set_random_seed(SEED)
    print("[0/0] getting MobileNetV2's weights", flush=True)
    _tell_download()
    model = keras.applications.MobileNetV2(
        input_shape=(arguments.size, arguments.size, 3),
        weights="imagenet" if arguments.weights == "imagenet" else None,
        classes=arguments.classes,
    )
    print("[0/0] writing the model", flush=True)
    part = arguments.file.with_name(f".{arguments.file.stem}.part.keras")
    try:
        model.save(part)
        part.replace(arguments.file)
    finally:
        part.unlink(missing_ok=True)
    print(f"MobileNetV2 with {arguments.weights} weights", flush=True)


def _tell_download() -> None:
    """Have Keras' download tell how far it is in lines that qviz reads.

    Keras draws a bar for terminals. Where its function is not where Keras 3 has it, the download
    works all the same and tells nothing.
    """
    try:
        from keras.src.utils import file_utils

        retrieve = file_utils.urlretrieve
    except (ImportError, AttributeError):
        return
    told = -1

    def tell(block: int, block_bytes: int, total_bytes: int) -> None:
        nonlocal told
        done = min(block * block_bytes, total_bytes)
        if total_bytes > 0 and 100 * done // total_bytes != told:
            told = 100 * done // total_bytes
            size = f"{done / 1e6:.1f} of {total_bytes / 1e6:.1f} MB"
            print(f"[{done}/{total_bytes}] downloading MobileNetV2's weights, {size}", flush=True)

    file_utils.urlretrieve = lambda url, path, _bar=None: retrieve(url, path, tell)


if __name__ == "__main__":
    main()
