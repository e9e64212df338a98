"""Starts the window, or draws it without a screen."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from qviz.errors import QvizError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from qviz.evaluation.results import Comparison
    from qviz.ui.main_window import MainWindow

# A picture of a window that is not finished by then shows what there is.
_PATIENCE_S = 300.0
# Layouts and the labels of plots are placed a few events later.
_SETTLE_S = 0.25


class WindowError(QvizError):
    """The window cannot be shown on this computer."""


def main(model_path: str | None = None, *, screenshot: str | os.PathLike[str] | None = None) -> int:
    """Show the window and return when it is closed.

    Parameters
    ----------
    model_path : str, optional
        Model to open at once.
    screenshot : path, optional
        Save a picture of the window as soon as it has drawn, with the model's weights if one was
        given, and close.

    Returns
    -------
    int
        Exit status for the shell.

    Raises
    ------
    WindowError
        If Qt or one of its system libraries is missing.
    """
    application = qt_application()
    from qviz.ui.main_window import MainWindow

    window = MainWindow()
    window.show()
    if model_path:
        window.files.open_model(model_path)
    if screenshot is not None:
        _wait_for_views(application, window, bool(model_path))
        window.grab().save(os.fspath(screenshot))
        window.close()
        return 0
    return application.exec()


def offscreen_picture(
    source: Comparison | str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    theme: str = "light",
    size: tuple[int, int] = (1440, 900),
) -> Path:
    """Draw the window with a finished comparison where there is no screen.

    Parameters
    ----------
    source : Comparison, or path of a model
        A comparison is shown in the Compare tab; a model is opened first if its file is still
        there. A path alone shows the model's weights.
    target : path
        PNG file to write.
    theme : {"light", "dark"}
    size : (int, int)
        Width and height in pixels.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    WindowError
        If Qt or one of its system libraries is missing.
    ExportError
        If the file cannot be written.
    """
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = qt_application()
    from PySide6.QtCore import QSettings

    from qviz.files import write_bytes
    from qviz.ui.main_window import MainWindow
    from qviz.ui.settings import Settings

    comparison = None if isinstance(source, str | os.PathLike) else source
    path = os.fspath(source) if isinstance(source, str | os.PathLike) else source.model.path
    with tempfile.TemporaryDirectory(prefix="qviz-") as folder:
        settings = Settings(QSettings(f"{folder}/qviz.ini", QSettings.Format.IniFormat))
        settings.theme = theme
        window = MainWindow(settings)
        window.resize(*size)
        window.show()
        try:
            _show_source(application, window, path, comparison)
            picture = f"{folder}/window.png"
            window.grab().save(picture)
            return write_bytes(target, Path(picture).read_bytes())
        finally:
            window.close()
            application.processEvents()


def _show_source(
    application: QApplication, window: MainWindow, path: str, comparison: Comparison | None
) -> None:
    from qviz.jobs.results import DataSpec, ModelSummary
    from qviz.ui.view_tabs import COMPARE

    there = bool(path) and Path(path).exists()
    if there:
        window.files.open_model(path)
    _wait_for_views(application, window, there)
    if comparison is None:
        return
    if window.session.model is None:
        window.session.open_model(path, ModelSummary(comparison.model, (), ()))
    data = DataSpec(comparison.data.path or comparison.data.name)
    window.session.choose_data(data)
    window.session.add_comparison(comparison, data, window.session.options)
    window.tabs.setCurrentIndex(COMPARE)
    _settle(application)


def qt_application() -> QApplication:
    """The application, with the style that qviz's palettes are made for.

    PySide6 is imported before anything else of the window: pyqtgraph would hide why it fails.
    """
    try:
        from PySide6.QtWidgets import QApplication
    except ImportError as error:
        raise WindowError(
            f"The window cannot start: {error}. On Debian and Ubuntu, run: apt-get install "
            "--no-install-recommends libgl1 libegl1 libglib2.0-0 libdbus-1-3 libfontconfig1 "
            "libxkbcommon0 libxcb-cursor0 libxkbcommon-x11-0 libxcb-icccm4 libxcb-keysyms1 "
            "libxcb-shape0"
        ) from error
    running = QApplication.instance()
    if isinstance(running, QApplication):
        running.setStyle("Fusion")
        return running
    application = QApplication(sys.argv[:1])
    application.setApplicationName("qviz")
    application.setApplicationDisplayName("qviz")
    application.setStyle("Fusion")
    return application


def _wait_for_views(application: QApplication, window: MainWindow, with_model: bool) -> None:
    """Let the plots be made and, with a model, its weights be drawn; bounded."""
    import time

    from PySide6.QtCore import QEventLoop

    window.tabs.build()
    deadline = time.monotonic() + _PATIENCE_S
    waiting = with_model
    while waiting and time.monotonic() < deadline:
        application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        view = window.tabs.weights
        drawn = view is not None and view.data is not None
        complaint = window.message_bar.isVisible() and not window.message_bar.lasting
        failed = complaint or not (window.workbench.running or drawn)
        waiting = not failed and not (drawn and not window.workbench.busy)
    _settle(application)


def _settle(application: QApplication) -> None:
    """Let layouts and deferred drawing happen."""
    import time

    end = time.monotonic() + _SETTLE_S
    while time.monotonic() < end:
        application.processEvents()
        time.sleep(0.01)
