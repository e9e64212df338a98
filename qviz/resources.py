"""Where the files that ship with qviz lie, in a source tree and in an installed wheel alike."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def resource(*parts: str) -> Path:
    """Path of a shipped resource, such as ``resource("templates", "report.html.j2")``."""
    return _root("_resources", "resources").joinpath(*parts)


def sample_models() -> Path:
    """Folder of the shipped sample models."""
    return _root("_sample_models", "sample_models")


def _root(packaged: str, source: str) -> Path:
    inside = _PACKAGE / packaged
    return inside if inside.is_dir() else _PACKAGE.parent / source
