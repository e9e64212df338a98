"""Keras and TensorFlow as a reference, in a child process that serves a whole test session.

The test process never imports TensorFlow. A request is a piece of Python that sets ``result``; it
runs in the child with ``keras``, ``tf``, ``np`` and the values that are sent along.

Example::

    y = keras_reference.run("result = keras.ops.gelu(x).numpy()", x=x)
"""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np

_TIMEOUT_S = 240

_PREDICT = """
import inspect
model = keras.models.load_model(path, compile=False)
given = [tf.constant(x) for x in inputs]
outputs = model(given if len(given) > 1 else given[0], training=False)
result = [np.asarray(y) for y in tf.nest.flatten(outputs)]
"""


class KerasReference:
    """A child process with Keras, started when it is first asked."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[Any] = queue.Queue()

    def __enter__(self) -> KerasReference:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, code: str, **values: Any) -> Any:
        """Run `code` with `values` as globals; return what it assigns to ``result``."""
        process = self._process or self._start()
        assert process.stdin is not None
        pickle.dump((code, values), process.stdin)
        process.stdin.flush()
        try:
            answer = self._answers.get(timeout=_TIMEOUT_S)
        except queue.Empty:
            self.close()
            raise TimeoutError(f"Keras did not answer within {_TIMEOUT_S} s") from None
        kind, value = answer
        if kind == "error":
            raise RuntimeError(f"Keras failed:\n{value}")
        return value

    def predict(
        self, path: str | os.PathLike[str], inputs: Sequence[np.ndarray]
    ) -> list[np.ndarray]:
        """Outputs of a saved Keras model at inference, in the order of its outputs."""
        result: list[np.ndarray] = self.run(_PREDICT, path=str(path), inputs=list(inputs))
        return result

    def save(self, code: str, *paths: str | os.PathLike[str], seed: int = 0) -> None:
        """Save the model that `code` assigns to ``model``, to one or more paths.

        Every weight is drawn anew from `seed`, moving variances positive, so that no statistic of
        a BatchNormalization is left at 0 or 1.
        """
        self.run(
            f"{code}\nrandomize(model, seed)\nfor p in paths: model.save(p)\nresult = None",
            paths=[str(p) for p in paths],
            seed=seed,
        )

    def close(self) -> None:
        """End the child process."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        process.kill()
        process.wait(timeout=30)
        process.stdin.close()
        process.stdout.close()

    def _start(self) -> subprocess.Popen[bytes]:
        environment = dict(os.environ)
        environment.update(
            CUDA_VISIBLE_DEVICES="-1", TF_CPP_MIN_LOG_LEVEL="3", KERAS_BACKEND="tensorflow"
        )
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).resolve())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        assert self._process.stdout is not None
        threading.Thread(
            target=_collect, args=(self._process.stdout, self._answers), daemon=True
        ).start()
        return self._process


def _collect(stream: IO[bytes], answers: queue.Queue[Any]) -> None:
    """Move answers from the pipe to the queue until the child ends."""
    try:
        while True:
            answers.put(pickle.load(stream))
    except (EOFError, OSError, ValueError, pickle.UnpicklingError):
        answers.put(("error", "the child process ended"))


def randomize(model: Any, seed: int) -> None:
    """Give every weight of `model` a random value that keeps activations of ordinary size."""
    generator = np.random.default_rng(seed)
    for variable in model.weights:
        shape, name = tuple(variable.shape), variable.path.rsplit("/", 1)[-1]
        if not np.issubdtype(np.dtype(str(variable.dtype)), np.floating):
            continue
        if "variance" in name:
            value = generator.uniform(0.5, 2.0, shape)
        elif name in ("gamma", "scale"):
            value = generator.uniform(0.5, 1.5, shape)
        elif len(shape) > 1:
            fan_in = int(np.prod(shape[:-1]))
            value = generator.normal(0.0, (2.0 / fan_in) ** 0.5, shape)
        else:
            value = generator.normal(0.0, 0.3, shape)
        variable.assign(value.astype(np.float32))


def _serve() -> None:
    # Whatever Keras prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    import linecache
    import traceback

    import keras
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    while True:
        try:
            code, values = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        space = {"keras": keras, "tf": tf, "np": np, "randomize": randomize, **values}
        try:
            # Keras looks for the source of a Lambda layer.
            linecache.cache["<request>"] = (len(code), None, code.splitlines(True), "<request>")
            exec(compile(code, "<request>", "exec"), space)
            answer = ("value", space["result"])
        except BaseException:
            answer = ("error", traceback.format_exc())
        keras.backend.clear_session()
        pickle.dump(answer, answers)
        answers.flush()


if __name__ == "__main__":
    _serve()
