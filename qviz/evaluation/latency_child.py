"""The stopwatch as a program of its own: ``python -m qviz.evaluation.latency_child``.

A process of its own has neither the executor's threads nor its memory, and a model that ends the
interpreter ends nothing else. The request is one JSON object on standard input: ``model`` and
``inputs`` (paths; an ``.npz`` with arrays named ``0``, ``1``, ... in the order of the model's
inputs), ``threads``, ``warm_up``, ``least``, ``most`` (numbers of runs) and ``seconds``. The answer
is one line on standard output: ``times_ms``, or ``error``.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

import numpy as np


def main() -> None:
    """Answer one request."""
    answers = os.fdopen(os.dup(1), "w")
    # Libraries print to standard output at will; the answer has it for itself.
    os.dup2(2, 1)
    answer: dict[str, Any]
    try:
        answer = {"times_ms": _times(json.load(sys.stdin))}
    except Exception as error:
        answer = {"error": str(error) or type(error).__name__}
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


def _times(request: dict[str, Any]) -> list[float]:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=request["model"], num_threads=request["threads"])
    details = interpreter.get_input_details()
    with np.load(request["inputs"], allow_pickle=False) as stored:
        inputs = [stored[str(i)] for i in range(len(details))]
    for detail, values in zip(details, inputs, strict=True):
        if tuple(detail["shape"]) != values.shape:
            interpreter.resize_tensor_input(detail["index"], values.shape)
    interpreter.allocate_tensors()
    times: list[float] = []
    for number in range(-request["warm_up"], request["most"]):
        for detail, values in zip(details, inputs, strict=True):
            interpreter.set_tensor(detail["index"], values)
        began = time.perf_counter()
        interpreter.invoke()
        if number >= 0:
            times.append((time.perf_counter() - began) * 1e3)
        if len(times) >= request["least"] and sum(times) > request["seconds"] * 1e3:
            break
    return times


if __name__ == "__main__":
    main()
