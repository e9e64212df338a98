"""One candidate of the speed benchmark, in a process of its own.

Called as ``speed_candidates.py '{"kind": "qviz", ...}'``. Prints a line of JSON when it is ready,
then one for every line that it reads: the seconds that one call took. At the end of its input it
prints the peak memory of the process.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Call = Callable[[], object]

SAMPLES_OF_REPORT = 20


def qviz_batch(model: str, batch: int, mode: str, threads: int) -> Call:
    """Codes of a batch to codes of its outputs, through the executor."""
    import qviz
    from qviz.execution.io import quantize_input

    graph = qviz.open_model(model)
    codes = quantize_input(graph.tensors[graph.inputs[0]], _images(model, batch))
    executor = qviz.Executor(graph, mode, threads=threads)
    return lambda: executor.run(codes)


def litert_batch(model: str, batch: int, resolver: str, threads: int) -> Call:
    """Codes of a batch to codes of its outputs, through the LiteRT interpreter."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    from qviz.execution.io import quantize_input
    from qviz.formats import open_model

    graph = open_model(model)
    codes = quantize_input(graph.tensors[graph.inputs[0]], _images(model, batch))

    def prepared(samples: int) -> Any:
        interpreter = Interpreter(
            model_path=model,
            num_threads=threads,
            experimental_op_resolver_type=OpResolverType[resolver],
        )
        source = interpreter.get_input_details()[0]["index"]
        interpreter.resize_tensor_input(source, (samples, *codes.shape[1:]))
        interpreter.allocate_tensors()
        return interpreter

    size = batch
    try:
        interpreter = prepared(batch)
    except RuntimeError:
        # A model that was made for one sample and does not let itself be resized.
        size, interpreter = 1, prepared(1)
    source = interpreter.get_input_details()[0]["index"]
    target = interpreter.get_output_details()[0]["index"]

    def call() -> object:
        outputs = []
        for start in range(0, batch, size):
            interpreter.set_tensor(source, codes[start : start + size])
            interpreter.invoke()
            outputs.append(interpreter.get_tensor(target))
        return outputs

    return call


def keras_batch(model: str, batch: int) -> Call:
    """Keras predict on float images."""
    keras = _keras()
    network = keras.saving.load_model(model)
    images = _images(model, batch)
    return lambda: network.predict(images, batch_size=batch, verbose=0)


def qviz_report(model: str, threads: int | None, whole: bool) -> Call:
    """Local and accumulated errors of all layers; `whole` with calibrating and quantizing."""
    import qviz
    from qviz.evaluation.layer_error import layer_error_steps
    from qviz.quantization import SCHEMES

    images = _images(model, SAMPLES_OF_REPORT)
    graph = qviz.open_model(model)
    folded = qviz.quantize(graph, "float32")

    def quantize() -> Any:
        return qviz.quantize(graph, "int8", qviz.calibrate(graph, [images]))

    prepared = None if whole else quantize()

    def call() -> object:
        quantized = prepared or quantize()
        steps = layer_error_steps(
            folded,
            graph,
            quantized,
            SCHEMES["int8"],
            [images],
            reference_executor=qviz.Executor(folded, threads=threads),
            executor=qviz.Executor(quantized, threads=threads),
        )
        return list(steps)

    return call


def debugger_report(model: str) -> Call:
    """TensorFlow's QuantizationDebugger: it converts and calibrates when it is made."""
    keras = _keras()
    import tensorflow as tf

    network = keras.saving.load_model(model)
    images = _images(model, SAMPLES_OF_REPORT)

    def samples() -> Iterator[list[Any]]:
        for i in range(SAMPLES_OF_REPORT):
            yield [images[i : i + 1]]

    def call() -> object:
        converter = tf.lite.TFLiteConverter.from_keras_model(network)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = samples
        debugger = tf.lite.experimental.QuantizationDebugger(
            converter=converter, debug_dataset=samples
        )
        debugger.run()
        return debugger.layer_statistics

    return call


def ai_edge_report(model: str, whole: bool) -> Call:
    """ai-edge-quantizer's validate on all tensors; `whole` with calibrating and quantizing."""
    from ai_edge_litert.interpreter import Interpreter
    from ai_edge_quantizer import quantizer, recipe

    images = _images(model, SAMPLES_OF_REPORT)
    ((signature, names),) = Interpreter(model_path=model).get_signature_list().items()
    name = names["inputs"][0]
    data = {signature: [{name: images[i : i + 1]} for i in range(SAMPLES_OF_REPORT)]}

    def prepare() -> Any:
        made = quantizer.Quantizer(model)
        made.load_quantization_recipe(recipe.static_wi8_ai8())
        made.quantize(made.calibrate(data))
        return made

    prepared = None if whole else prepare()
    return lambda: (prepared or prepare()).validate(data)


CANDIDATES: dict[str, Callable[..., Call]] = {
    "qviz": qviz_batch,
    "litert": litert_batch,
    "keras": keras_batch,
    "qviz-report": qviz_report,
    "debugger-report": debugger_report,
    "ai-edge-report": ai_edge_report,
}


def _images(model: str, count: int) -> Any:
    """Random images of the size that the models of the folder take."""
    import numpy as np

    shape = (28, 28, 1) if Path(model).name.startswith("mnist") else (224, 224, 3)
    return np.random.default_rng(0).uniform(-1, 1, (count, *shape)).astype(np.float32)


def _keras() -> Any:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    return keras


def main() -> None:
    words = json.loads(sys.argv[1])
    # What candidates print goes where nobody reads it.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    kind = words.pop("kind")
    if kind == "ai-edge-report" and importlib.util.find_spec("ai_edge_quantizer") is None:
        answers.write(json.dumps({"missing": "ai-edge-quantizer is not installed"}) + "\n")
        return
    call = CANDIDATES[kind](**words)
    # Libraries ask other programs about the system while they are loaded; those do not count.
    loading = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    call()
    answers.write(json.dumps({"ready": True}) + "\n")
    for line in sys.stdin:
        least = float(line)
        calls, start, cpu = 0, time.perf_counter(), _cpu_seconds()
        while calls == 0 or time.perf_counter() - start < least:
            call()
            calls += 1
        took, used = time.perf_counter() - start, _cpu_seconds() - cpu
        answers.write(json.dumps({"seconds": took / calls, "cpu": used / calls}) + "\n")
    answers.write(json.dumps({"peak_mb": _peak_mb(loading)}) + "\n")


def _cpu_seconds() -> float:
    """Time that this process and its copies, those that are still there too, have computed."""
    times = os.times()
    own = times.user + times.system + times.children_user + times.children_system
    return own + sum(_cpu_seconds_of(process) for process in _copies())


def _copies() -> list[int]:
    """Processes that this one has made and that have not ended."""
    found: list[int] = []
    for children in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(word) for word in children.read_text("ascii").split()]
    return found


def _cpu_seconds_of(process: int) -> float:
    with contextlib.suppress(OSError):
        # The name, in brackets, may hold blanks; what follows does not.
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _peak_mb(loading: int) -> float:
    """Peak memory of this process, and of the largest of its copies if it made any.

    On Linux its own is not from getrusage, which gives a child at least what its parent held when
    it forked. What a copy shares with it is counted twice. `loading` is the peak of children that
    were no copies.
    """
    unit = 1 if sys.platform == "darwin" else 1024
    own = _peak_bytes_of("self") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    ended = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    copies = [ended * unit if ended > loading else 0, *map(_peak_bytes_of, _copies())]
    return (own + max(copies)) / 1e6


def _peak_bytes_of(process: int | str) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text("ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    main()
