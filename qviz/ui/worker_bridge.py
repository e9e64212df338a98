"""Jobs for the worker process, and its answers as signals in the window's thread.

All traffic with the process (start, submit, receive, stop, respawn) happens in one background
thread, so that the window never waits: the thread sleeps on the process's pipe and on a wake-up
pipe of its own. One job is with the worker at a time; later ones wait here, where they can still be
dropped or replaced.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol

from PySide6.QtCore import QObject, QThread, Signal

from qviz.errors import WorkerError
from qviz.jobs.messages import Failed, Finished, Happened
from qviz.jobs.task import Partial
from qviz.ui.wording import tr

# A worker that dies this often in a row, without ever answering, is not started again.
_RESPAWN_LIMIT = 3
_NO_JOB = 0


class Process(Protocol):
    """What the bridge needs of ``qviz.jobs.process.WorkerProcess``."""

    @property
    def connection(self) -> Connection[Any, Any]:
        """Pipe to the running child."""

    @property
    def exit_code(self) -> int | None:
        """Exit code of the child; negative for a signal."""

    def start(self) -> None:
        """Start a fresh child."""

    def submit(self, job_id: int, task: str, arguments: dict[str, Any]) -> None:
        """Send a job."""

    def stop(self) -> None:
        """End the child without waiting."""

    def close(self) -> None:
        """End the child and wait for it."""

    def log_tail(self) -> str:
        """Last lines that the child printed."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job as the bridge knows it."""

    job_id: int
    task: str
    arguments: dict[str, Any] = field(repr=False)


class WorkerBridge(QObject):
    """Runs jobs one after another in a worker process.

    Parameters
    ----------
    make_process : callable
        Returns the process; called in the background thread.

    Signals
    -------
    progressed (job_id, Progress), partially_finished (job_id, value), finished (job_id, result),
    failed (job_id, message, details, error class name), stopped (job_id), replaced (job_id)
        Every job ends with one of the last four, unless the bridge is closed before.
    """

    progressed = Signal(int, object)
    partially_finished = Signal(int, object)
    finished = Signal(int, object)
    failed = Signal(int, str, str, str)
    stopped = Signal(int)
    replaced = Signal(int)

    _numbers = 0

    def __init__(self, make_process: Callable[[], Process], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: deque[Job] = deque()
        self._running: Job | None = None
        self._closed = False
        self._last_words = ("", "")
        self._thread = _Listener(make_process)
        self._thread.received.connect(self._on_received)
        self._thread.died.connect(self._on_died)
        self._thread.finished.connect(self._on_given_up)

    @property
    def busy(self) -> bool:
        """Whether a job runs or waits."""
        return self._running is not None or bool(self._waiting)

    def start(self) -> None:
        """Start the worker now, so that the first job does not wait for it."""
        # A window that was closed at once may still get its first paint.
        if not self._closed and not self._thread.isRunning():
            self._thread.start()

    def submit(self, task: str, arguments: dict[str, Any], *, replace: bool = False) -> int:
        """Queue a job.

        Parameters
        ----------
        task : str
        arguments : dict
        replace : bool
            Drop waiting jobs of the same task first: only the newest matters.

        Returns
        -------
        int
            The id that its signals carry.
        """
        if replace:
            self._drop_waiting(task)
        WorkerBridge._numbers += 1
        job = Job(WorkerBridge._numbers, task, arguments)
        self._waiting.append(job)
        self.start()
        self._advance()
        return job.job_id

    def stop(self) -> None:
        """Drop every job at once; the running one is ended with its process, which respawns."""
        jobs = [*([self._running] if self._running else []), *self._waiting]
        self._waiting.clear()
        if self._running is not None:
            self._running = None
            self._thread.post(_Restart())
        for job in jobs:
            self.stopped.emit(job.job_id)

    def close(self) -> None:
        """End the process and the thread; no signal follows."""
        if self._closed:
            return
        self._closed = True
        self._waiting.clear()
        self._running = None
        if self._thread.isRunning():
            self._thread.post(_Close())
            self._thread.wait(5000)
        self._thread.release()

    def _drop_waiting(self, task: str) -> None:
        dropped = [job for job in self._waiting if job.task == task]
        self._waiting = deque(job for job in self._waiting if job.task != task)
        for job in dropped:
            self.replaced.emit(job.job_id)

    def _advance(self) -> None:
        if self._running is None and self._waiting and not self._closed:
            self._running = self._waiting.popleft()
            self._thread.post(self._running)

    def _is_current(self, job_id: int) -> bool:
        return self._running is not None and self._running.job_id == job_id

    def _on_received(self, message: object) -> None:
        if not isinstance(message, Happened | Finished | Failed):
            return
        if not self._is_current(message.job_id):
            return  # a late answer of a job that was stopped
        match message:
            case Happened(job_id, Partial(value)):
                self.partially_finished.emit(job_id, value)
            case Happened(job_id, event):
                self.progressed.emit(job_id, event)
            case Finished(job_id, result):
                self._running = None
                self.finished.emit(job_id, result)
                self._advance()
            case Failed(job_id, text, details, error):
                self._running = None
                self.failed.emit(job_id, text, details, error)
                self._advance()

    def _on_died(self, reason: str, log: str, job_id: int) -> None:
        self._last_words = reason, log
        if self._is_current(job_id):
            self._running = None
            self.failed.emit(job_id, reason, log, "WorkerError")
        self._advance()

    def _on_given_up(self) -> None:
        """Answer the jobs of a worker that cannot be had; a later job tries again."""
        if self._closed or self._thread.isRunning():
            return
        self._thread.forget()
        jobs = [*([self._running] if self._running else []), *self._waiting]
        self._running = None
        self._waiting.clear()
        for job in jobs:
            self.failed.emit(job.job_id, *self._last_words, "WorkerError")


@dataclass(frozen=True, slots=True)
class _Restart:
    """End the process and start a fresh one."""


@dataclass(frozen=True, slots=True)
class _Close:
    """End the process and the thread."""


class _Listener(QThread):
    """Owns the process. Emits from its own thread; Qt queues the signals to the window's."""

    received = Signal(object)
    died = Signal(str, str, int)

    def __init__(self, make_process: Callable[[], Process]) -> None:
        super().__init__()
        self._make_process = make_process
        self._commands: queue.SimpleQueue[Job | _Restart | _Close] = queue.SimpleQueue()
        self._wake_reader, self._wake_writer = Pipe(duplex=False)
        self._writing = threading.Lock()

    def post(self, command: Job | _Restart | _Close) -> None:
        """Hand a command to the thread; returns at once."""
        self._commands.put(command)
        with self._writing, contextlib.suppress(OSError):
            self._wake_writer.send_bytes(b"!")

    def forget(self) -> None:
        """Drop the commands that the thread, which is over, has not read."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._commands.get_nowait()
        while self._wake_reader.poll():
            self._wake_reader.recv_bytes()

    def release(self) -> None:
        """Close the wake-up pipe, once the thread is over."""
        self._wake_reader.close()
        self._wake_writer.close()

    def run(self) -> None:
        """Body of the thread."""
        process = self._make_process()
        try:
            self._serve(process)
        except WorkerError as error:
            self.died.emit(str(error), process.log_tail(), _NO_JOB)
        finally:
            process.close()

    def _serve(self, process: Process) -> None:
        deaths = 0
        job_id = _NO_JOB
        process.start()
        while True:
            ready = wait([self._wake_reader, process.connection])
            if self._wake_reader in ready:
                self._wake_reader.recv_bytes()
                command = self._commands.get()
                if isinstance(command, _Close):
                    return
                if isinstance(command, _Restart):
                    process.stop()
                    process.start()
                    continue
                job_id = command.job_id
                # A child that is gone shows itself as end-of-file on its pipe, below.
                with contextlib.suppress(WorkerError):
                    process.submit(job_id, command.task, command.arguments)
                continue
            try:
                self.received.emit(process.connection.recv())
                deaths = 0
            except (EOFError, OSError):
                deaths += 1
                reason = _reason(_exit_code(process))
                process.stop()
                log = process.log_tail()
                if deaths >= _RESPAWN_LIMIT:
                    self.died.emit(f"{reason} {self._gave_up()}", log, job_id)
                    return
                process.start()
                self.died.emit(reason, log, job_id)

    @staticmethod
    def _gave_up() -> str:
        return tr("It ended several times in a row, so it was not started again; restart qviz.")


def worker_process() -> Process:
    """The real worker process."""
    from qviz.jobs.process import WorkerProcess

    return WorkerProcess()


def _exit_code(process: Process) -> int | None:
    """Exit code of a child whose pipe has just closed; its end follows within milliseconds."""
    for _ in range(30):
        if process.exit_code is not None:
            break
        time.sleep(0.01)
    return process.exit_code


def _reason(exit_code: int | None) -> str:
    how = ""
    if exit_code is not None:
        how = tr(" (signal {0})") if exit_code < 0 else tr(" (exit code {0})")
    return tr(
        "The worker process ended unexpectedly{0}. Your session is intact; run the step again."
    ).format(how.format(abs(exit_code or 0)))
