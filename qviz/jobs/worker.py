"""The worker process: runs one task after another and never imports Qt.

It is a child of its own because quantizing and running a model holds the interpreter lock long
enough to freeze a window. A stop is a SIGTERM: it unwinds the task as an exception, so that a file
being written is removed. A watchdog ends the process when its parent dies, however that dies.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from multiprocessing.connection import Connection
from types import FrameType
from typing import Any

from qviz.errors import QvizError
from qviz.jobs.messages import Failed, Finished, Happened, Message, Request
from qviz.jobs.task import Partial, Progress, Task, run

# More than this a person cannot see, and every message costs the window a wake-up.
_PROGRESS_INTERVAL_S = 0.05


def serve(connection: Connection[Message, Request], log_path: str) -> None:
    """Answer requests from `connection` until it is closed.

    Parameters
    ----------
    connection : multiprocessing.connection.Connection
        Receives ``Request``, sends ``Happened``, ``Finished`` and ``Failed``.
    log_path : str
        File that standard output and error go to; libraries print there at will.
    """
    _redirect_output(log_path)
    _become_background()
    threading.Thread(target=_end_with_parent, args=(log_path,), daemon=True).start()
    from qviz.jobs.tasks import TASKS  # numpy and the readers; after the watchdog stands

    while True:
        try:
            request = connection.recv()
        except (EOFError, OSError):
            return
        try:
            task = TASKS[request.task](**request.arguments)
            answer: Message = Finished(request.job_id, _run(task, request.job_id, connection))
        except MemoryError:
            answer = Failed(
                request.job_id,
                "There is not enough memory for this. Close other programs or use fewer samples.",
                traceback.format_exc(),
                "MemoryError",
            )
        except QvizError as error:
            details = traceback.format_exc()
            answer = Failed(request.job_id, str(error), details, type(error).__name__)
        except Exception as error:
            message = (
                f"qviz met something it did not expect ({type(error).__name__}: {error}). "
                "Your session is intact; the details help to mend it."
            )
            answer = Failed(request.job_id, message, traceback.format_exc(), type(error).__name__)
        try:
            connection.send(answer)
        except (BrokenPipeError, OSError):
            return


def _run(task: Task[Any], job_id: int, connection: Connection[Message, Request]) -> Any:
    """Drive a task; send every part, and progress no oftener than the window can show."""
    last = 0.0

    def send(event: Progress | Partial) -> None:
        nonlocal last
        now = time.monotonic()
        if isinstance(event, Progress):
            if now - last < _PROGRESS_INTERVAL_S:
                return
            last = now
        connection.send(Happened(job_id, event))

    return run(task, send)


def _redirect_output(log_path: str) -> None:
    with contextlib.suppress(OSError):
        log = os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)
        sys.stdout = os.fdopen(1, "w", buffering=1, closefd=False)
        sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)


def _become_background() -> None:
    with contextlib.suppress(OSError, AttributeError):
        os.nice(10)
    # Ctrl+C in a terminal reaches the whole group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _unwind)


def _unwind(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _end_with_parent(log_path: str) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        # Nobody is left to read it.
        with contextlib.suppress(OSError):
            os.unlink(log_path)  # noqa: PTH108 (as short as can be: the process ends here)
        os._exit(1)
