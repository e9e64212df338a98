"""The LiteRT interpreter as a program of its own: ``python -m qviz.evaluation.litert_child``.

The interpreter ends its whole process on some files. Here that costs a child only. Requests come
as lines of JSON on standard input, answers go as lines of JSON to standard output, and arrays
through files without pickled objects, since what comes back from a process that has run somebody
else's model is not to be trusted with code.

A request has ``model`` (path), ``kernels`` (a key of `KERNELS`), ``inputs`` (path of an ``.npz`` of
arrays by tensor index), ``tensors`` (indices to hand back), ``measured`` (indices whose range is
asked for), ``outputs`` (path of an ``.npz`` to write) and ``filler`` (what fresh memory holds, see
`_fill_fresh_memory`). Lines with ``stage`` say what is being done; the last line of an answer has
``missing`` (reasons by index) and ``ranges`` (smallest and largest finite value by index, 0
included; of complex numbers, the magnitudes), or ``error``.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import queue
import sys
import threading
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

KERNELS = {"reference": "BUILTIN_REF", "xnnpack": "AUTO"}
"""Name of the interpreter's operator resolver for each rounding mode."""

# mallopt's name for it in malloc.h.
_M_PERTURB = -6

Array = NDArray[Any]
Tell = Callable[[dict[str, Any]], None]


def main() -> None:
    """Answer requests until standard input is closed."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    # Libraries print to standard output at will; answers have it for themselves.
    os.dup2(2, 1)
    requests: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_receive, args=(requests,), daemon=True).start()

    def tell(answer: dict[str, Any]) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    while True:
        request = json.loads(requests.get())
        try:
            tell(_run(request, tell))
        except MemoryError:
            tell({"error": "there is not enough memory"})
        except Exception as error:
            tell({"error": str(error) or type(error).__name__})


def _receive(requests: queue.Queue[str]) -> None:
    """Pass lines on; a closed input means that the parent is gone, whatever runs right now."""
    for line in sys.stdin:
        requests.put(line)
    os._exit(3)


def _run(request: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """One run in an interpreter of its own, so that no state of an earlier one reaches it."""
    _fill_fresh_memory(request["filler"])
    interpreter = _prepared(request, tell)
    with np.load(request["inputs"]) as inputs:
        for index in inputs.files:
            interpreter.set_tensor(int(index), inputs[index])
    tell({"stage": "running the model"})
    interpreter.invoke()
    tell({"stage": "reading the tensors"})
    kept: dict[str, Array] = {}
    missing: dict[str, str] = {}
    for index in request["tensors"]:
        try:
            kept[str(index)] = _tensor(interpreter, index)
        except (ValueError, RuntimeError) as error:
            missing[str(index)] = str(error)
    ranges: dict[str, tuple[float, float]] = {}
    for index in request["measured"]:
        with contextlib.suppress(ValueError, RuntimeError):
            ranges[str(index)] = _range(_tensor(interpreter, index))
    np.savez(request["outputs"], **kept)  # type: ignore[arg-type]
    return {"missing": missing, "ranges": ranges}


def _fill_fresh_memory(byte: int) -> None:
    """Let memory that is handed out hold `byte`, where the C library is GNU's.

    A kernel that reads what nobody wrote then gives something else when the byte is another one,
    instead of what happens to lie there, which is often the same twice.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_M_PERTURB, byte)


def _prepared(request: dict[str, Any], tell: Tell) -> Any:
    tell({"stage": "reading the model"})
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    with warnings.catch_warnings():
        # Keeping all tensors is what is asked for here; the interpreter warns of its cost.
        warnings.simplefilter("ignore")
        interpreter = Interpreter(
            model_path=request["model"],
            experimental_op_resolver_type=OpResolverType[KERNELS[request["kernels"]]],
            experimental_preserve_all_tensors=True,
            num_threads=1,
        )
    tell({"stage": "preparing the operators"})
    interpreter.allocate_tensors()
    return interpreter


def _tensor(interpreter: Any, index: int) -> Array:
    """Value of a tensor; ValueError if the interpreter does not have it."""
    try:
        array = np.asarray(interpreter.get_tensor(index))
    except ValueError:
        # One without elements has no data either.
        details = (d for d in interpreter.get_tensor_details() if d["index"] == index)
        detail = next(details, None)
        if detail is None or 0 not in detail["shape"]:
            raise
        return np.empty(detail["shape"], detail["dtype"])
    if array.dtype.hasobject or array.dtype.kind in "SU":
        raise ValueError("it holds text")
    return array


def _range(array: Array) -> tuple[float, float]:
    values = np.abs(array) if array.dtype.kind == "c" else array
    finite = values[np.isfinite(values)]
    return float(finite.min(initial=0.0)), float(finite.max(initial=0.0))


if __name__ == "__main__":
    main()
