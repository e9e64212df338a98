"""What goes through the pipe between the window and its worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from qviz.jobs.task import Partial, Progress


@dataclass(frozen=True, slots=True)
class Request:
    """A job for the worker.

    Attributes
    ----------
    job_id : int
        Chosen by the sender; every answer carries it.
    task : str
        A key of ``qviz.jobs.tasks.TASKS``.
    arguments : dict
        Keyword arguments of the task; picklable.
    """

    job_id: int
    task: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Happened:
    """Progress of a job, or a part of its result."""

    job_id: int
    event: Progress | Partial


@dataclass(frozen=True, slots=True)
class Finished:
    """A job is done."""

    job_id: int
    result: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """A job ended with an error.

    Attributes
    ----------
    job_id : int
    message : str
        One sentence for the user.
    details : str
        Traceback, shown only on request.
    error : str
        Class name of the error, e.g. ``UntrustedCodeError``.
    """

    job_id: int
    message: str
    details: str
    error: str = ""


Message = Happened | Finished | Failed
