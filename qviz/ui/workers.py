"""The workers of the window and the jobs that they have, one of which the status bar shows."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

from qviz.jobs.task import Progress
from qviz.ui.estimate import Estimate
from qviz.ui.worker_bridge import Process, WorkerBridge, worker_process


@dataclass(frozen=True, slots=True)
class Stage:
    """What the long job does now.

    Attributes
    ----------
    message : str
    done, total : int
        total 0 where it is unknown.
    elapsed : float
        Seconds since the job began.
    left : float or None
        Seconds left, once they can be guessed.
    """

    message: str
    done: int
    total: int
    elapsed: float
    left: float | None


@dataclass(frozen=True, slots=True, eq=False)
class _Request:
    """A job that runs, with what to do with its result."""

    task: str
    on_finished: Callable[[Any], None]
    on_partial: Callable[[Any], None] | None = None
    on_failed: Callable[[str, str], None] | None = None
    on_stopped: Callable[[], None] | None = None
    on_progressed: Callable[[Progress], None] | None = None


class Workers(QObject):
    """Hands jobs to three workers and their results to whoever asked.

    One answers quick questions (open a file, draw a weight tensor), so that looking around stays
    quick while the second compares, exports or writes a report. The third answers what is looked at
    too, but may have to calibrate or to download first (trace an element); it starts when it is
    asked for the first time.

    Parameters
    ----------
    make_process : callable, optional
        Makes a worker process; tests hand in their own.

    Signals
    -------
    began (title), progressed (Stage), ended (one sentence)
        Of the job that the status bar shows.
    complained (message, details)
        Something failed; the message is one sentence for the user.
    """

    began = Signal(str)
    progressed = Signal(object)
    ended = Signal(str)
    complained = Signal(str, str)

    def __init__(
        self,
        make_process: Callable[[], Process] = worker_process,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._quick = WorkerBridge(make_process, self)
        self._long = WorkerBridge(make_process, self)
        self._thorough = WorkerBridge(make_process, self)
        self._requests: dict[int, _Request] = {}
        self._shown_job = 0
        self._shown_bridge = self._long
        self._began_at = 0.0
        self._estimate = Estimate()
        for bridge in self._bridges:
            bridge.progressed.connect(self._on_progressed)
            bridge.partially_finished.connect(self._on_partially_finished)
            bridge.finished.connect(self._on_finished)
            bridge.failed.connect(self._on_failed)
            bridge.stopped.connect(self._on_stopped)
            bridge.replaced.connect(self._on_replaced)

    @property
    def running(self) -> bool:
        """Whether a job is shown in the status bar."""
        return self._shown_job != 0

    @property
    def busy(self) -> bool:
        """Whether any worker has something to do."""
        return any(bridge.busy for bridge in self._bridges)

    @property
    def elapsed(self) -> float:
        """Seconds since the shown job began."""
        return time.monotonic() - self._began_at if self.running else 0.0

    def start(self) -> None:
        """Start the quick worker before it is needed."""
        self._quick.start()

    def close(self) -> None:
        """End the workers; nothing is emitted afterwards."""
        self._requests.clear()
        self._shown_job = 0
        for bridge in self._bridges:
            bridge.close()

    def start_job(
        self,
        task: str,
        arguments: dict[str, Any],
        title: str,
        on_finished: Callable[[Any], None],
        on_failed: Callable[[str, str], None] | None = None,
        on_partial: Callable[[Any], None] | None = None,
    ) -> None:
        """Have a task of ``qviz.jobs`` done that the status bar shows and that can be stopped.

        Parameters
        ----------
        task, arguments
            As in ``qviz.jobs.tasks.TASKS``.
        title : str
        on_finished : callable
            Gets the result.
        on_failed : callable, optional
            Gets message and details, which otherwise are complained about.
        on_partial : callable, optional
            Gets the parts of the result that come before the whole.
        """
        job = self._submit(
            self._long, task, arguments, on_finished, on_partial=on_partial, on_failed=on_failed
        )
        self._show(job, title)

    def ask(
        self,
        task: str,
        arguments: dict[str, Any],
        on_finished: Callable[[Any], None],
        on_failed: Callable[[str, str], None],
        on_stopped: Callable[[], None] | None = None,
        on_progressed: Callable[[Progress], None] | None = None,
    ) -> None:
        """Have a task done beside what the status bar shows; whoever asks shows its progress.

        Nothing else waits for it, and of several that wait only the newest matters. Parameters as
        `start_job`; `on_stopped` is called where :meth:`withdraw` gives it up.
        """
        self._submit(
            *(self._thorough, task, arguments, on_finished),
            on_failed=on_failed,
            on_stopped=on_stopped,
            on_progressed=on_progressed,
            replace=True,
        )

    def withdraw(self) -> None:
        """Give up what :meth:`ask` was asked for."""
        self._thorough.stop()

    def stop(self) -> None:
        """Stop what runs; finished schemes are kept."""
        if not self.running:
            return
        self._shown_bridge.stop()
        self._hide(self.tr("Stopped. What was finished is kept."))

    # -- inside ------------------------------------------------------------------------------

    @property
    def _bridges(self) -> tuple[WorkerBridge, ...]:
        return self._quick, self._long, self._thorough

    def _submit(
        self,
        bridge: WorkerBridge,
        task: str,
        arguments: dict[str, Any],
        on_finished: Callable[[Any], None],
        on_partial: Callable[[Any], None] | None = None,
        on_failed: Callable[[str, str], None] | None = None,
        on_stopped: Callable[[], None] | None = None,
        on_progressed: Callable[[Progress], None] | None = None,
        *,
        replace: bool = False,
    ) -> int:
        job_id = bridge.submit(task, arguments, replace=replace)
        self._requests[job_id] = _Request(
            task, on_finished, on_partial, on_failed, on_stopped, on_progressed
        )
        return job_id

    def _show(self, job_id: int, title: str, bridge: WorkerBridge | None = None) -> None:
        self._shown_job = job_id
        self._shown_bridge = bridge or self._long
        self._began_at = time.monotonic()
        self._estimate = Estimate()
        self.began.emit(title)

    def _hide(self, sentence: str) -> None:
        if self.running:
            self._shown_job = 0
            self.ended.emit(sentence)

    def _on_progressed(self, job_id: int, progress: Progress) -> None:
        if job_id == self._shown_job:
            left = self._estimate.seconds_left(progress, time.monotonic())
            self.progressed.emit(
                Stage(progress.message, progress.done, progress.total, self.elapsed, left)
            )
        request = self._requests.get(job_id)
        if request is not None and request.on_progressed is not None:
            request.on_progressed(progress)

    def _on_partially_finished(self, job_id: int, value: object) -> None:
        request = self._requests.get(job_id)
        if request is not None and request.on_partial is not None:
            request.on_partial(value)

    def _on_finished(self, job_id: int, result: object) -> None:
        request = self._requests.pop(job_id, None)
        if request is None:
            return
        if job_id == self._shown_job:
            self._hide(self.tr("Done in {0} s.").format(f"{self.elapsed:.1f}"))
        request.on_finished(result)

    def _on_failed(self, job_id: int, message: str, details: str, error: str) -> None:
        request = self._requests.pop(job_id, None)
        if job_id == self._shown_job:
            self._hide("")
        if request is not None and self._answers_itself(request.task, error):
            return
        complain = (request and request.on_failed) or self.complained.emit
        complain(message, details)

    def _answers_itself(self, task: str, error: str) -> bool:
        """Whether a failure, by its class, is answered by something else than a complaint."""
        return False

    def _on_stopped(self, job_id: int) -> None:
        request = self._requests.pop(job_id, None)
        if request is not None and request.on_stopped is not None:
            request.on_stopped()

    def _on_replaced(self, job_id: int) -> None:
        # Nobody waits for it, and what its callbacks hold is to be let go.
        self._requests.pop(job_id, None)
