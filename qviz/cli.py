"""The same jobs from a shell."""

from __future__ import annotations


def main() -> None:
    """To be replaced."""
    raise NotImplementedError
