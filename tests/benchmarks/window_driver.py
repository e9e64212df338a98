"""The real window in a process of its own, driven and timed for the benchmarks.

Called as ``window_driver.py start START MODEL`` or ``window_driver.py run MODEL DATA``; prints one
line of JSON. START is ``time.time()`` of the caller just before it made this process.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from qviz.ui.main_window import MainWindow

PATIENCE_S = 300.0
BEAT_MS = 10


def open_window() -> tuple[QApplication, MainWindow]:
    """Do what ``qviz`` does, with settings of its own."""
    from qviz.ui.app import qt_application

    application = qt_application()
    from PySide6.QtCore import QSettings

    from qviz.ui.main_window import MainWindow
    from qviz.ui.settings import Settings

    folder = tempfile.mkdtemp(prefix="qviz-benchmark-")
    window = MainWindow(Settings(QSettings(f"{folder}/qviz.ini", QSettings.Format.IniFormat)))
    return application, window


def wait(application: QApplication, done: Callable[[], bool]) -> None:
    """Run the event loop until `done`; bounded."""
    end = time.monotonic() + PATIENCE_S
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("the window did not get there")
        application.processEvents()
        time.sleep(0.0005)


def time_start(start: float, model: str) -> dict[str, float]:
    """Seconds from process start to the first paint, and from a drop to the painted histogram."""
    application, window = open_window()
    from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, Qt, QUrl
    from PySide6.QtGui import QDragEnterEvent, QDropEvent
    from PySide6.QtWidgets import QApplication, QWidget

    painted: list[float] = []
    histogram: list[float] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
            if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget):
                painted.append(time.time())
                view = window.tabs.weights
                if view is not None and view.data is not None and view.isAncestorOf(watched):
                    histogram.append(time.time())
            return False

    watch = Watch()
    application.installEventFilter(watch)
    window.show()
    wait(application, lambda: bool(painted))
    first = painted[0] - start
    wait(application, lambda: window.tabs.weights is not None)

    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(model)])
    how = (
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(400, 400), *how))
    dropped = time.time()
    QApplication.sendEvent(window, QDropEvent(QPointF(400, 400), *how))
    wait(application, lambda: bool(histogram))
    result = {"first_window_s": first, "first_histogram_s": histogram[0] - dropped}
    window.close()
    return result


def time_gaps(model: str, data: str) -> dict[str, Any]:
    """Longest gap of the event loop in ms while a model is opened and every scheme is run."""
    application, window = open_window()
    from PySide6.QtCore import Qt, QTimer

    from qviz.jobs.results import DataSpec, RunOptions

    window.show()
    wait(application, lambda: window.tabs.weights is not None)
    gaps: list[float] = []
    last = time.perf_counter()

    def beat() -> None:
        nonlocal last
        now = time.perf_counter()
        gaps.append((now - last) * 1e3)
        last = now

    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(beat)
    timer.start(BEAT_MS)
    window.session.choose_data(DataSpec(data))
    window.session.choose_options(RunOptions(calibration_samples=4, layer_samples=2))
    window.files.open_model(model)
    wait(application, lambda: window.session.model is not None and not window.workbench.busy)
    opening, gaps = gaps, []
    window.workbench.compare_all()
    wait(application, lambda: not window.workbench.running)
    comparison = window.session.comparison()
    rows = [] if comparison is None else [row.scheme.id for row in comparison.rows]
    window.close()
    return {
        "schemes": rows,
        "beats": len(gaps),
        "opening_longest_ms": max(opening),
        "longest_ms": max(gaps),
        "over_50_ms": sum(gap > 50 for gap in gaps),
        "p99_ms": sorted(gaps)[int(0.99 * len(gaps))],
    }


def main() -> None:
    if sys.argv[1] == "start":
        result: dict[str, Any] = time_start(float(sys.argv[2]), sys.argv[3])
    else:
        result = time_gaps(sys.argv[2], sys.argv[3])
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
