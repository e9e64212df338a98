"""The words that are commands and no files."""

from __future__ import annotations

COMMANDS = (
    *("open", "inspect", "schemes", "quantize", "compare", "report", "advise", "verify"),
    *("demo", "train", "eightbit", "trace", "headless"),
)
