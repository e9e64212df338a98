"""The LiteRT interpreter, held at arm's length: every tensor of a run, or one sentence why not."""

from __future__ import annotations

import contextlib
import json
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from qviz.children import child_environment
from qviz.errors import InterpreterError
from qviz.evaluation.litert_child import KERNELS

Array = NDArray[Any]

_TIMEOUT_S = 900.0
_LAST_WORDS = 200
_KERNEL_NAMES = {"reference": "reference kernels", "xnnpack": "default kernels"}
_NO_OPERATOR = re.compile(r"Didn't find op for builtin opcode '(\w+)' version '(\d+)'")
_NO_CUSTOM_OPERATOR = re.compile(r"unresolved custom op: (\w+)")
_FAILED_NODE = re.compile(r"Node number (\d+) \((\w+)\) failed to (prepare|invoke)")


class KeptTensors(Mapping[int, Array]):
    """Tensors of one run by their index in the file, each read from disk when asked for.

    Attributes
    ----------
    missing : Mapping of int to str
        Why a tensor that was asked for is not here.
    """

    def __init__(self, stored: Mapping[str, Array], missing: Mapping[int, str]) -> None:
        self._stored = stored
        self.missing = missing

    def __getitem__(self, index: int) -> Array:
        return self._stored[str(index)]

    def __iter__(self) -> Iterator[int]:
        return (int(name) for name in self._stored)

    def __len__(self) -> int:
        return len(self._stored)


class LitertProcess:
    """A child process that runs models in the LiteRT interpreter.

    Used as a context manager. The child is started by the first run, and again after one that it
    did not survive; it ends with this process, however that ends.

    Parameters
    ----------
    timeout_s : float
        A run that takes longer is ended.
    """

    def __init__(self, timeout_s: float = _TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._process: subprocess.Popen[str] | None = None
        self._answers: queue.Queue[str | None] = queue.Queue()
        self._listener: threading.Thread | None = None
        self._runs = 0
        self._folder = tempfile.TemporaryDirectory(prefix="qviz-")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child and remove what was written for it."""
        self._end()
        self._folder.cleanup()

    def load(self, model: bytes) -> None:
        """Take a model, the bytes of a ``.tflite`` file, for the runs that follow."""
        self._file("model.tflite").write_bytes(model)

    @contextlib.contextmanager
    def run(
        self, mode: str, inputs: Mapping[int, Array], tensors: Iterable[int]
    ) -> Iterator[KeptTensors]:
        """Run the model once and hold its tensors while the context lasts.

        Parameters
        ----------
        mode : str
            ``reference``: the reference kernels (BUILTIN_REF). ``xnnpack``: what the interpreter
            does by default.
        inputs : Mapping of int to ndarray
            By tensor index, of the shapes that the file has.
        tensors : iterable of int
            Indices of the tensors to keep.

        Raises
        ------
        InterpreterError
            If LiteRT refuses the model, fails, takes too long, or ends its process.
        """
        self._runs += 1
        outputs = self._file(f"outputs-{self._runs}.npz")
        try:
            answer = self._ask(mode, inputs, outputs, tensors=list(tensors))
            missing = {int(index): reason for index, reason in answer["missing"].items()}
            with np.load(outputs, allow_pickle=False) as stored:
                yield KeptTensors(stored, missing)
        finally:
            outputs.unlink(missing_ok=True)

    def ranges(
        self, mode: str, inputs: Mapping[int, Array], tensors: Iterable[int]
    ) -> dict[int, tuple[float, float]]:
        """Run the model once; smallest and largest finite value of tensors, 0 included.

        Arguments and errors are those of :meth:`run`. Of complex numbers, the magnitudes count.
        """
        answer = self._ask(mode, inputs, self._file("nothing.npz"), measured=list(tensors))
        return {int(index): (low, high) for index, (low, high) in answer["ranges"].items()}

    def _file(self, name: str) -> Path:
        return Path(self._folder.name) / name

    def _ask(
        self, mode: str, inputs: Mapping[int, Array], outputs: Path, **wanted: list[int]
    ) -> dict[str, Any]:
        source = self._file("inputs.npz")
        np.savez(source, **{str(i): a for i, a in inputs.items()})  # type: ignore[arg-type]
        request = {
            "model": str(self._file("model.tflite")),
            "kernels": mode,
            "inputs": str(source),
            "outputs": str(outputs),
            "filler": 1 + self._runs % 255,
            "tensors": [],
            "measured": [],
            **wanted,
        }
        process = self._started()
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            # A child that is gone already is met below, as the end of its answers.
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
        return self._answer(mode)

    def _answer(self, mode: str) -> dict[str, Any]:
        stage = "starting"
        while True:
            try:
                line = self._answers.get(timeout=self._timeout_s)
            except queue.Empty:
                self._end()
                raise InterpreterError(
                    f"LiteRT did not finish {stage} within {self._timeout_s:g} s and was ended."
                ) from None
            if line is None:
                raise InterpreterError(self._obituary(stage))
            answer: dict[str, Any] = json.loads(line)
            stage = answer.get("stage", stage)
            if "error" in answer:
                raise InterpreterError(_refusal(answer["error"], mode, stage))
            if "missing" in answer:
                return answer

    def _started(self) -> subprocess.Popen[str]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        with self._file("errors.txt").open("w") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "qviz.evaluation.litert_child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=child_environment(),
            )
        self._process, self._answers = process, queue.Queue()
        self._listener = threading.Thread(
            target=_forward, args=(process, self._answers), daemon=True
        )
        self._listener.start()
        return process

    def _end(self) -> None:
        if self._process is None or self._listener is None:
            return
        self._process.kill()
        self._process.wait()
        # Its end closes the pipe that the listener reads.
        self._listener.join()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with contextlib.suppress(OSError):
                pipe.close()
        self._process = self._listener = None

    def _obituary(self, stage: str) -> str:
        """One sentence about a child that ended by itself."""
        assert self._process is not None
        code = self._process.wait()
        told = self._file("errors.txt").read_text(errors="replace").strip().splitlines()
        last = [line.strip() for line in told if line.strip() and not line.startswith("INFO")]
        words = f": {last[-1][:_LAST_WORDS].rstrip('.')}" if last else ""
        how = f"code {code}"
        if code < 0:
            known = -code in set(signal.Signals)
            how = f"signal {-code}" + (f" ({signal.Signals(-code).name})" if known else "")
        return f"LiteRT ended with {how} while {stage}{words}."


def _forward(process: subprocess.Popen[str], answers: queue.Queue[str | None]) -> None:
    """Hand on the child's lines as they come, and None after the last."""
    assert process.stdout is not None
    with contextlib.suppress(OSError, ValueError):
        for line in process.stdout:
            answers.put(line)
    answers.put(None)


def _refusal(error: str, mode: str, stage: str) -> str:
    """One sentence about an exception of the interpreter."""
    kernels = f"LiteRT's {_KERNEL_NAMES[mode]}"
    absent = _NO_OPERATOR.search(error)
    if absent:
        return f"{kernels} have no {absent[1]} of version {absent[2]}, so this mode cannot run."
    custom = _NO_CUSTOM_OPERATOR.search(error)
    if custom:
        return f"{kernels} have no operator {custom[1]}, which is not TFLite's own."
    words = " ".join(_FAILED_NODE.sub("", error).split())[:_LAST_WORDS].rstrip(" .")
    node = _FAILED_NODE.search(error)
    where = f" at operator {node[1]} ({node[2]})" if node else ""
    return f"{kernels} failed while {stage}{where}: {words}."


__all__ = ["KERNELS", "KeptTensors", "LitertProcess"]
