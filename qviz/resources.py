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


def named_model(name: str) -> str:
    """The path of a sample that is called by its name, as ``digits``; any other name as it is.

    A file or folder of that name in the current folder goes before the sample.
    """
    if Path(name).name != name or Path(name).exists():
        return name
    sample = sample_models() / name / f"{name}.keras"
    return str(sample) if sample.is_file() else name


def _root(packaged: str, source: str) -> Path:
    inside = _PACKAGE / packaged
    return inside if inside.is_dir() else _PACKAGE.parent / source
