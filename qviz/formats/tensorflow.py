"""TensorFlow's converter, in a child process: for SavedModels and layers that qviz cannot read.

The only module that imports TensorFlow, and only when it runs as the child. The route is the one
that keeps batch size 1 and freezes the weights first: concrete function, frozen graph, converter.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from qviz.children import end_with_parent, read_last, tensorflow_environment
from qviz.errors import ConversionError

_DEFAULT_TIMEOUT_S = 600.0
COMMAND: tuple[str, ...] = (sys.executable, "-m", "qviz.formats.tensorflow")
"""What is started to convert; the source, the file to write and ``--allow-code`` are added."""

# Of what it prints, the end, where the reason of a failure is.
_KEPT_OUTPUT = 1 << 20
# What open sizes of images and of other inputs are set to.
_IMAGE_SIZE = 224
_STEPS = 100
# Lines of a traceback or of TensorFlow's log that tell the user nothing.
_NOISE = re.compile(
    r"^(\s|Traceback|\*\*\*|WARNING|INFO|[IWE]\d{4} |\d{4}-\d\d-\d\d |Please|See |To |Details|$)"
)
_EXCEPTION = re.compile(r"^[\w.]*(?:Error|Exception|Interrupt)(?::\s*|$)")
_MISSING_OPERATOR = re.compile(r"'(tf\.\w+)' op is neither a custom op nor a flex op")
_MAX_SENTENCE = 300


def convert_to_tflite(
    path: str | os.PathLike[str], *, allow_code: bool = False, timeout: float = _DEFAULT_TIMEOUT_S
) -> bytes:
    """Convert a Keras file or SavedModel to a float32 ``.tflite`` with batch size 1.

    Parameters
    ----------
    path : str or path
        Keras file or SavedModel folder.
    allow_code : bool
        Let Keras run code that the file holds.
    timeout : float
        Seconds after which the child is ended.

    Returns
    -------
    bytes
        A TFLite flatbuffer.

    Raises
    ------
    ConversionError
        If TensorFlow is missing, fails, or takes too long.
    """
    with tempfile.TemporaryDirectory(prefix="qviz-") as folder:
        output = Path(folder) / "model.tflite"
        command = [*COMMAND, str(path), str(output)]
        if allow_code:
            command.append("--allow-code")
        text = _run(command, timeout)
        if not output.is_file():
            raise ConversionError(_explain(text))
        return output.read_bytes()


def _run(command: list[str], timeout: float) -> str:
    """Run the child; the end of what it printed. It ends with this process, whatever happens."""
    # The child reads its standard input and ends when this process does, killed or not.
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=tensorflow_environment(),
    ) as process:
        assert process.stdin is not None
        try:
            return _collect(process, timeout)
        finally:
            # Also when the caller is stopped by an exception.
            process.kill()


def _collect(process: subprocess.Popen[bytes], timeout: float) -> str:
    output = process.stdout
    assert output is not None
    kept: list[bytes] = []

    def read() -> None:
        kept.append(read_last(output, _KEPT_OUTPUT))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        raise ConversionError(
            f"TensorFlow's converter did not finish within {timeout:.0f} s and was ended."
        ) from None
    reader.join(timeout=5)
    return b"".join(kept).decode("utf-8", "replace")


def _explain(text: str) -> str:
    """One sentence about a failed conversion: the operators or the first useful line."""
    missing = sorted(set(_MISSING_OPERATOR.findall(text)))
    if missing:
        return f"TensorFlow's converter failed: TFLite has no operator for {', '.join(missing)}."
    lines = [line.strip() for line in text.splitlines() if not _NOISE.match(line)]
    errors = [line for line in lines if _EXCEPTION.match(line)]
    useful = (errors or lines or ["it ended without a message"])[-1 if errors else 0]
    if "ModuleNotFoundError" in useful and "tensorflow" in useful:
        return "This needs TensorFlow's converter, and TensorFlow is not installed."
    useful = _EXCEPTION.sub("", useful)[:_MAX_SENTENCE].rstrip(". ")
    return f"TensorFlow's converter failed: {useful or 'it gave no reason'}."


def _main(arguments: list[str]) -> None:
    """The child: convert the first argument into the file named by the second."""
    end_with_parent()
    source, target = Path(arguments[0]), Path(arguments[1])
    allow_code = "--allow-code" in arguments[2:]
    data = _convert(source, allow_code)
    part = target.with_suffix(".part")
    part.write_bytes(data)
    part.replace(target)


def _convert(source: Path, allow_code: bool) -> bytes:
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    function = _saved_model(source) if source.is_dir() else _keras_model(source, allow_code)
    frozen = convert_variables_to_constants_v2(function)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    data: bytes = converter.convert()
    return data


def _keras_model(source: Path, allow_code: bool) -> Any:
    import keras
    import tensorflow as tf

    # Keras goes by the extension, which may be any.
    with source.open("rb") as file:
        extension = ".keras" if file.read(4) == b"PK\x03\x04" else ".h5"
    with tempfile.TemporaryDirectory(prefix="qviz-") as folder:
        named = source
        if source.suffix != extension:
            named = Path(folder) / f"model{extension}"
            named.write_bytes(source.read_bytes())
        model = keras.models.load_model(named, compile=False, safe_mode=not allow_code)
    specs = [_one_sample(tf, tensor) for tensor in model.inputs]

    def call(*tensors: Any) -> Any:
        return model(list(tensors) if len(tensors) > 1 else tensors[0], training=False)

    return tf.function(call).get_concrete_function(*specs)


def _saved_model(source: Path) -> Any:
    import tensorflow as tf

    loaded = tf.saved_model.load(str(source))
    signatures = dict(loaded.signatures)
    if not signatures:
        raise ValueError("the SavedModel has no signature that says what goes in and comes out")
    signature = signatures.get("serving_default") or next(iter(signatures.values()))
    named = signature.structured_input_signature[1]
    specs = {name: _one_sample(tf, spec) for name, spec in named.items()}

    def call(**tensors: Any) -> Any:
        return signature(**tensors)

    function = tf.function(call).get_concrete_function(**specs)
    # Kept alive by the function, which only refers to the variables weakly.
    function._qviz_model = loaded
    return function


def _one_sample(tf: Any, tensor: Any) -> Any:
    """Shape of `tensor` for one sample, open sizes set to a usual one."""
    usual = _IMAGE_SIZE if len(tensor.shape) == 4 else _STEPS
    sizes = [1, *(usual if n is None else int(n) for n in tuple(tensor.shape)[1:])]
    return tf.TensorSpec(sizes[: len(tensor.shape)], tensor.dtype, name=tensor.name.split(":")[0])


if __name__ == "__main__":
    _main(sys.argv[1:])
