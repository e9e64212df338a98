"""The parent's side of the worker process. Knows neither Qt nor what the tasks do."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import tempfile
import threading
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from qviz.errors import WorkerError
from qviz.jobs.messages import Message, Request
from qviz.jobs.worker import serve

# A task unwinds in milliseconds; one that sits in a long C call is killed.
_PATIENCE_S = 1.5
_LOG_TAIL_BYTES = 8_000


class WorkerProcess:
    """One persistent child process that runs tasks, started anew after a stop.

    Reading happens on `connection`, in a thread of the caller's: ``recv`` blocks without holding
    the interpreter lock and raises EOFError as soon as the child is gone.
    """

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._process: BaseProcess | None = None
        self._connection: Connection[Request, Message] | None = None
        handle, name = tempfile.mkstemp(prefix="qviz-worker-", suffix=".log")
        os.close(handle)
        self.log_path = Path(name)

    @property
    def alive(self) -> bool:
        """Whether the child runs."""
        return self._process is not None and self._process.is_alive()

    @property
    def connection(self) -> Connection[Request, Message]:
        """The parent's end of the pipe to the current child.

        Raises
        ------
        WorkerError
            If no child was started.
        """
        if self._connection is None:
            raise WorkerError("The worker process is not running. Start it again.")
        return self._connection

    @property
    def exit_code(self) -> int | None:
        """Exit code of the child, negative for a signal; None while it runs."""
        return None if self._process is None else self._process.exitcode

    @property
    def process_id(self) -> int | None:
        """Process id of the child; None before the first start."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start a fresh child; a running one is left as it is.

        Raises
        ------
        WorkerError
            If the system gives no process, or the main script does not guard its own start.
        """
        if self.alive:
            return
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=serve, args=(theirs, str(self.log_path)), name="qviz-worker", daemon=True
        )
        try:
            process.start()
        except (OSError, RuntimeError) as error:
            ours.close()
            reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
            raise WorkerError(f"The worker process could not be started: {reason}") from error
        finally:
            theirs.close()
        self._process, self._connection = process, ours

    def submit(self, job_id: int, task: str, arguments: dict[str, Any]) -> None:
        """Send a job; its answers arrive on `connection` with `job_id`.

        Raises
        ------
        WorkerError
            If the child is gone.
        """
        try:
            self.connection.send(Request(job_id, task, arguments))
        except (BrokenPipeError, OSError) as error:
            raise WorkerError("The worker process has ended. Run the step again.") from error

    def stop(self) -> None:
        """End the child at once, without waiting; whoever reads `connection` meets EOFError."""
        process = self._process
        if process is None:
            return
        process.terminate()
        threading.Thread(target=_reap, args=(process,), name="reaper", daemon=True).start()
        self._process = None

    def close(self) -> None:
        """End the child, wait for it, and remove its log."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            _reap(process)
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        with contextlib.suppress(OSError):
            self.log_path.unlink()

    def log_tail(self) -> str:
        """The last lines that the child and its libraries printed."""
        with contextlib.suppress(OSError):
            return self.log_path.read_bytes()[-_LOG_TAIL_BYTES:].decode("utf-8", "replace")
        return ""


def _reap(process: BaseProcess) -> None:
    process.join(_PATIENCE_S)
    if process.is_alive():
        process.kill()
        process.join(_PATIENCE_S)
