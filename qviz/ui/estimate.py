"""Time left of a job, from the pace of its progress."""

from __future__ import annotations

from qviz.jobs.task import Progress

# A guess from less than this much work and time says more about the start than about the rest.
_LEAST_SECONDS = 1.0
_LEAST_STEPS = 2


class Estimate:
    """Feeds on progress and tells how many seconds are left.

    Steps of different stages take different times, so the pace is measured anew whenever the total
    changes or the count falls back.
    """

    def __init__(self) -> None:
        self._total = -1
        self._last_done = 0
        self._start_done = 0
        self._start_time = 0.0

    def seconds_left(self, progress: Progress, now: float) -> float | None:
        """Seconds left, or None while it is too early to say.

        Parameters
        ----------
        progress : Progress
        now : float
            A monotonic clock, in seconds.
        """
        if progress.total != self._total or progress.done < self._last_done:
            self._total = progress.total
            self._start_done = progress.done
            self._start_time = now
        self._last_done = progress.done
        steps = progress.done - self._start_done
        elapsed = now - self._start_time
        if progress.total <= 0 or steps < _LEAST_STEPS or elapsed < _LEAST_SECONDS:
            return None
        return elapsed / steps * max(0, progress.total - progress.done)
