"""TensorFlow's converter in its child process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from keras_reference import KerasReference

from qviz.errors import ConversionError, UnsupportedLayerError, UntrustedCodeError
from qviz.execution import Executor
from qviz.formats import open_model, tensorflow
from qviz.formats.tensorflow import convert_to_tflite

_SAVE = """
L = keras.layers
lambda_model = keras.Sequential([keras.Input((3,)), L.Dense(2), L.Lambda(lambda x: x * 2.0)])
lambda_model.save(f"{folder}/lambda.keras")
a = keras.Input((5, 8))
attention = keras.Model(a, L.MultiHeadAttention(2, 4)(a, a))
attention.save(f"{folder}/attention.keras")
plain = keras.Sequential([keras.Input((3,)), L.Dense(2, activation="relu")])
plain.export(f"{folder}/exported")

class Strings(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32)])
    def __call__(self, x):
        return {"y": tf.strings.length(tf.strings.as_string(x))}

strings = Strings()
tf.saved_model.save(strings, f"{folder}/strings", signatures=strings.__call__)
x = np.random.default_rng(0).normal(size=(1, 3)).astype("f4")
z = np.random.default_rng(0).normal(size=(1, 5, 8)).astype("f4")
result = {"lambda.keras": (x, lambda_model(x).numpy()), "exported": (x, plain(x).numpy()),
          "attention.keras": (z, attention(z).numpy())}
"""


@pytest.fixture(scope="module")
def saved(
    keras_reference: KerasReference, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, tuple[np.ndarray, np.ndarray]]]:
    folder = tmp_path_factory.mktemp("converter")
    return folder, keras_reference.run(_SAVE, folder=str(folder))


Saved = tuple[Path, dict[str, tuple[np.ndarray, np.ndarray]]]


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", ["exported", "attention.keras", "lambda.keras"])
def test_what_qviz_cannot_read_is_converted(saved: Saved, name: str) -> None:
    folder, expected = saved
    x, wanted = expected[name]
    graph = open_model(folder / name, allow_code=name == "lambda.keras")
    assert graph.source is not None
    assert graph.source.format == "converted"
    assert "converter made this graph" in graph.source.notes[-1]
    (found,) = Executor(graph).run(x).outputs
    np.testing.assert_allclose(found, wanted, atol=1e-5)


@pytest.mark.tensorflow
def test_failure_is_one_sentence_that_names_the_operator(saved: Saved) -> None:
    with pytest.raises(ConversionError, match=r"no operator for tf\.AsString") as caught:
        open_model(saved[0] / "strings")
    assert "Traceback" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.tensorflow
def test_code_is_run_only_with_consent(saved: Saved) -> None:
    with pytest.raises(UntrustedCodeError):
        open_model(saved[0] / "lambda.keras")
    with pytest.raises(UnsupportedLayerError, match=r"'lambda' .Lambda."):
        open_model(saved[0] / "lambda.keras", allow_code=True, convert=False)


def slow_child(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Replace the converter by a child that writes its number and then does nothing."""
    note = tmp_path / "child"
    monkeypatch.setattr(tensorflow, "COMMAND", (sys.executable, "-c", SLOW, str(note)))
    return note


SLOW = """
import os, sys, threading, time
from pathlib import Path
from qviz.children import end_with_parent
Path(sys.argv[1]).write_text(str(os.getpid()))
end_with_parent()
time.sleep(60)
"""


def is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process_id}/stat")
    return not (status.exists() and status.read_text().rsplit(")", 1)[-1].split()[0] == "Z")


def wait_until(condition: object, seconds: float = 20.0) -> bool:
    assert callable(condition)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_conversion_that_takes_too_long_is_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    note = slow_child(monkeypatch, tmp_path)
    with pytest.raises(ConversionError, match="did not finish within 2 s"):
        convert_to_tflite(tmp_path, timeout=2.0)
    assert wait_until(lambda: not is_running(int(note.read_text())))


PARENT = """
import sys
from qviz.formats import tensorflow
tensorflow.COMMAND = (sys.executable, "-c", sys.argv[1], sys.argv[2])
tensorflow.convert_to_tflite("model", timeout=60.0)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_child_ends_when_the_program_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "child"
    root = Path(tensorflow.__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, "-c", PARENT, SLOW, str(note)]
    with subprocess.Popen(command, env=environment) as parent:
        assert wait_until(lambda: note.is_file() and note.read_text())
        child = int(note.read_text())
        assert is_running(child)
        parent.send_signal(signal.SIGKILL)
        parent.wait(timeout=20)
    assert wait_until(lambda: not is_running(child))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "2026-01-01 10:00:00.1: I tensorflow/core\nTraceback (most recent call last):\n"
            "  File \"x.py\", line 3\nTypeError: Could not locate class 'Foo'. Make sure.\n",
            "failed: Could not locate class 'Foo'. Make sure.",
        ),
        ("", "ended without a message"),
        ("ModuleNotFoundError: No module named 'tensorflow'\n", "TensorFlow is not installed"),
    ],
)
def test_what_is_said_about_a_failure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, words: str
) -> None:
    says_it = (sys.executable, "-c", "import sys; sys.stderr.write(sys.argv[1])", text)
    monkeypatch.setattr(tensorflow, "COMMAND", says_it)
    with pytest.raises(ConversionError) as caught:
        convert_to_tflite(tmp_path)
    assert words in str(caught.value)
    assert str(caught.value).endswith(".")


def test_of_a_child_that_says_much_the_end_is_heard(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = "for _ in range(300): print('x' * 9999)\nraise ValueError('this is it')"
    monkeypatch.setattr(tensorflow, "COMMAND", (sys.executable, "-c", program))
    with pytest.raises(ConversionError, match="failed: this is it"):
        convert_to_tflite(tmp_path)
