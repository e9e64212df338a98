"""How long an artifact takes on this computer, in the LiteRT interpreter as it runs by default."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.children import child_environment
from qviz.errors import InterpreterError
from qviz.evaluation.results import Latency

_WARM_UP = 5
_LEAST_RUNS = 10
_MOST_RUNS = 300
_SECONDS = 0.5
_TIMEOUT_S = 300.0

WHY_INT8_MAY_BE_SLOWER = (
    "Latency is that of this computer and of no other. On a PC integers need not be faster: "
    "float32 runs on wide vector units, 8-bit products only where the processor has instructions "
    "for them, and small layers spend their time on quantizing and requantizing. 16x8 runs on "
    "plain reference kernels. On phones, microcontrollers and accelerators it is another matter: "
    "measure there."
)


def measure_latency(model: bytes, inputs: Sequence[NDArray[Any]], *, threads: int = 1) -> Latency:
    """Time single runs of a ``.tflite`` model in a child process.

    Parameters
    ----------
    model : bytes
        Of the file.
    inputs : sequence of ndarray
        One sample, with the batch dimension, in the types that the model takes.
    threads : int
        Of the interpreter.

    Returns
    -------
    Latency
        After 5 runs that do not count: 10 to 300 runs, as many as fit into half a second.

    Raises
    ------
    InterpreterError
        If LiteRT refuses the model, fails, or takes too long.
    """
    with tempfile.TemporaryDirectory(prefix="qviz-") as name:
        folder = Path(name)
        (folder / "model.tflite").write_bytes(model)
        stored = {str(i): values for i, values in enumerate(inputs)}
        np.savez(folder / "inputs.npz", **stored)  # type: ignore[arg-type]
        request = {
            "model": str(folder / "model.tflite"),
            "inputs": str(folder / "inputs.npz"),
            "threads": threads,
            "warm_up": _WARM_UP,
            "least": _LEAST_RUNS,
            "most": _MOST_RUNS,
            "seconds": _SECONDS,
        }
        times = _ask(request)
    return Latency(
        median_ms=float(np.median(times)),
        p90_ms=float(np.percentile(times, 90)),
        runs=len(times),
        warm_up=_WARM_UP,
        threads=threads,
        computer=this_computer(),
        litert=metadata.version("ai-edge-litert"),
    )


@cache
def this_computer() -> str:
    """Processor and system that latencies are of, e.g. ``Intel(R) Core(TM) ..., Linux``."""
    name = platform.processor() or platform.machine()
    described = Path("/proc/cpuinfo")
    if described.is_file():
        lines = described.read_text(errors="replace").splitlines()
        models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        name = models[0] if models else name
    return f"{name}, {os.cpu_count() or 1} processors, {platform.system()}"


def _ask(request: dict[str, Any]) -> list[float]:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "qviz.evaluation.latency_child"],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            env=child_environment(),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InterpreterError(
            f"LiteRT did not finish within {_TIMEOUT_S:g} s and was ended."
        ) from None
    if not done.stdout.strip():
        raise InterpreterError(f"LiteRT ended with code {done.returncode} while being timed.")
    answer = json.loads(done.stdout.splitlines()[-1])
    if "error" in answer:
        words = " ".join(str(answer["error"]).split())[:200].rstrip(" .")
        raise InterpreterError(f"LiteRT does not run it: {words}.")
    times: list[float] = answer["times_ms"]
    return times
