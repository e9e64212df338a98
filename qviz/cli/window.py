"""Opening the window, or saying how to get one."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qviz.cli.command_names import COMMANDS
from qviz.errors import QvizError

if TYPE_CHECKING:
    from qviz.evaluation import Comparison


def open_window(model: str | None) -> int:
    """Show the window, with `model` in it if one is named; returns the exit code.

    Raises
    ------
    QvizError
        If there is no screen, no such file, or Qt cannot start.
    """
    from qviz.resources import named_model

    path = None if model is None else named_model(model)
    if path is not None and not Path(path).exists():
        raise unknown_word(path)
    if not has_screen():
        example = model or "MODEL"
        raise QvizError(
            f"There is no screen for a window (DISPLAY and WAYLAND_DISPLAY are unset). Without "
            f"one: qviz compare {example} --data DATA.npz -o report.html. To see the window, log "
            f"in with ssh -X, or start it on a virtual screen: xvfb-run -a qviz {example}."
        )
    code = _ui("app").main(path)
    return code if isinstance(code, int) else 0


def unknown_word(word: str) -> QvizError:
    """The error that says which commands there are, and which of them was perhaps meant."""
    import difflib

    names = [name for name in COMMANDS if name != "headless"]
    near = difflib.get_close_matches(word, names, 1)
    guess = f" Did you mean {near[0]}?" if near else ""
    return QvizError(
        f"{word!r} is neither a file nor a command.{guess} Commands: {', '.join(names)}; see "
        f"qviz --help."
    )


def save_picture(comparison: Comparison, target: Path) -> Path:
    """Draw the window with a comparison where there is no screen, and save it as PNG.

    Raises
    ------
    QvizError
        If Qt cannot start or the file cannot be written.
    """
    # Qt's offscreen platform remarks on every window that it cannot set size hints.
    os.environ.setdefault("QT_LOGGING_RULES", "default.warning=false")
    written: Path = _ui("app").offscreen_picture(comparison, target)
    return written


def has_screen() -> bool:
    """Whether Qt would find something to draw on."""
    names = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in names)


def _ui(module: str) -> Any:
    # By name, because the command line must not depend on Qt: it runs where Qt cannot.
    try:
        return importlib.import_module(f"qviz.ui.{module}")
    except ImportError as error:
        if (error.name or "").startswith("qviz"):
            raise
        raise QvizError(
            f"Qt cannot start ({error}). ./run installs the libraries it needs; the commands "
            f"inspect, quantize and compare work without."
        ) from error
