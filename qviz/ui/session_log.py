"""What happened in this session, for the log sheet."""

from __future__ import annotations

from datetime import datetime

_MOST = 500


class SessionLog:
    """Lines with the time of day; the oldest are dropped."""

    def __init__(self) -> None:
        self._entries: list[str] = []

    def add(self, message: str, details: str = "") -> None:
        """Add a sentence, and what stands behind it, indented."""
        now = datetime.now().astimezone().strftime("%H:%M:%S")
        lines = [f"{now}  {message}", *(f"          {line}" for line in details.splitlines())]
        self._entries = [*self._entries, "\n".join(lines)][-_MOST:]

    def text(self) -> str:
        """Everything, the newest last."""
        return "\n".join(self._entries)
