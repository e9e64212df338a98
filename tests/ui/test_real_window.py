"""The real program on a real (virtual) screen, driven by keys and clicks as a user would."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from qviz.quantization.scheme import SCHEMES

pytestmark = pytest.mark.window

ROOT = Path(__file__).parents[2]
_MISSING = [tool for tool in ("Xvfb", "xdotool") if shutil.which(tool) is None]
_PROGRAM = """
import sys
from qviz.ui import app
from qviz.ui.main_window import MainWindow

# The test reads what the window shows from a file, written whenever something ends.
import json, os
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

def watch(window):
    def write(*_):
        compare = window.tabs.compare
        state = {
            "model": window.session.model.info.name if window.session.model else "",
            "title": window.windowTitle(),
            "tab": window.tabs.currentIndex(),
            "running": window.workbench.running,
            "message": window.strip.message.text(),
            "complaint": window.message_bar.text.text() if window.message_bar.isVisible() else "",
            "table": compare.table.rows() if compare and window.session.run else [],
            "tensorflow": "tensorflow" in sys.modules,
            "last_run": max((r.number for r in window.session.runs), default=0),
            "popup": type(QApplication.activePopupWidget()).__name__,
            "dialog": type(QApplication.activeModalWidget()).__name__,
        }
        with open(sys.argv[1] + ".part", "w") as file:
            json.dump(state, file)
        os.replace(sys.argv[1] + ".part", sys.argv[1])
    timer = QTimer(window)
    timer.timeout.connect(write)
    timer.start(100)

class Watched(MainWindow):
    def __init__(self):
        super().__init__()
        watch(self)

if __name__ == "__main__":
    import qviz.ui.main_window
    qviz.ui.main_window.MainWindow = Watched
    sys.exit(app.main())
"""


# Pictures that are taken at most while something is waited for; each takes a tenth of a second.
_LOOKS = 100
_FIELDS = ("model", "title", "tab", "message", "running", "popup", "dialog", "last_run")


class Screen:
    """A virtual screen with the program on it."""

    def __init__(self, folder: Path, display: str) -> None:
        self.folder = folder
        self.state_path = folder / "state.json"
        self.environment = {
            **os.environ,
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "XDG_CONFIG_HOME": str(folder),
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
        }
        program = folder / "program.py"
        program.write_text(_PROGRAM, encoding="utf-8")
        self.log = (folder / "log.txt").open("w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [sys.executable, str(program), str(self.state_path)],
            env=self.environment,
            stdout=self.log,
            stderr=self.log,
            cwd=folder,
        )
        self.window = self.xdotool("search", "--sync", "--onlyvisible", "--name", "qviz").split()[
            -1
        ]
        self.until(lambda s: s["title"] == "qviz", "the window")
        # There is no window manager that would hand out the focus.
        self.xdotool("windowfocus", "--sync", self.window)

    def xdotool(self, *arguments: str) -> str:
        done = subprocess.run(
            ["xdotool", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout

    def key(self, *keys: str) -> None:
        self.xdotool("key", *keys)

    def click(self, x: int, y: int) -> None:
        self.xdotool("mousemove", "--window", self.window, str(x), str(y), "click", "1")

    def state(self) -> dict[str, object]:
        try:
            loaded: dict[str, object] = json.loads(self.state_path.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return dict.fromkeys(_FIELDS, "")
        return loaded

    def until(self, condition: object, what: str, seconds: float = 60) -> dict[str, object]:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            state = self.state()
            if condition(state):  # type: ignore[operator]
                return state
            assert self.process.poll() is None, self.output()
            time.sleep(0.05)
        raise AssertionError(f"waited in vain for {what}; the window says {self.state()}")

    def output(self) -> str:
        self.log.seek(0)
        return self.log.read()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(10)
        self.log.close()


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    if _MISSING:
        pytest.skip(f"needs {' and '.join(_MISSING)} (apt-get install xvfb xdotool)")
    # Xvfb chooses a free display and tells its number.
    reader, writer = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=(writer,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    with os.fdopen(reader) as pipe:
        number = pipe.readline().strip()
    opened: Screen | None = None
    try:
        assert number, "Xvfb did not start"
        opened = Screen(tmp_path, f":{number}")
        yield opened
    finally:
        if opened is not None:
            opened.close()
        server.terminate()
        server.wait(10)


def test_open_the_sample_run_int8_read_the_comparison_and_export_the_report(
    screen: Screen, tmp_path: Path
):
    # The sample by the command palette: it opens and compares everything.
    screen.key("ctrl+k")
    screen.until(lambda s: s["popup"] == "CommandPalette", "the command palette")
    screen.xdotool("type", "--delay", "20", "digits sample")
    screen.key("Return")
    screen.until(lambda s: s["model"] == "digits.keras", "the model")
    compared = screen.until(lambda s: "Done" in s["message"], "the comparison", 120)
    assert compared["complaint"] == ""

    # int8 once more, by its shortcut.
    screen.key("ctrl+r")
    state = screen.until(
        lambda s: s["last_run"] == len(SCHEMES) + 1 and not s["running"], "the run", 120
    )
    assert state["title"] == "digits.keras · int8 – qviz"

    # The comparison.
    screen.key("ctrl+4")
    state = screen.until(lambda s: s["tab"] == 3, "the Compare tab")
    table = state["table"]
    assert isinstance(table, list)
    header, *rows = table
    top1 = {row[0]: float(row[header.index("Top-1")].rstrip("%")) for row in rows}
    sizes = {row[0]: row[header.index("of float")] for row in rows}
    assert top1["float32"] > 95
    assert abs(top1["int8"] - top1["float32"]) <= 1
    assert int(sizes["int8"].rstrip("%")) < 35
    assert int(sizes["float16"].rstrip("%")) < 60

    # The report, by the file dialog.
    target = tmp_path / "report.html"
    screen.key("ctrl+shift+e")
    screen.until(lambda s: s["dialog"] == "QFileDialog", "the file dialog")
    dialog = screen.xdotool("search", "--sync", "--onlyvisible", "--name", "Write report").split()
    screen.xdotool("windowfocus", "--sync", dialog[-1])
    screen.key("ctrl+a")
    screen.xdotool("type", "--delay", "10", str(target))
    screen.key("Return")
    screen.until(lambda s: "Written" in s["message"], "the report")
    html = target.read_text(encoding="utf-8")
    assert "digits.keras" in html
    assert "int8" in html
    assert screen.state()["tensorflow"] is False

    # And the way out.
    screen.xdotool("windowfocus", screen.window)
    screen.key("ctrl+q")
    assert screen.process.wait(20) == 0, screen.output()
    assert "Traceback" not in screen.output()


def test_wheel_zooms_the_sine_and_keys_change_tabs(screen: Screen, tmp_path: Path):
    screen.key("ctrl+2")
    screen.until(lambda s: s["tab"] == 1, "the Sine tab")
    before = _settled(screen, tmp_path)
    for _ in range(3):
        screen.xdotool(
            "mousemove", "--window", screen.window, "480", "400", "click", "5", "click", "5"
        )
    after = _changed(screen, tmp_path, before)
    screen.key("ctrl+t")
    _changed(screen, tmp_path, after)
    screen.key("ctrl+5")
    screen.until(lambda s: s["tab"] == 4, "the Report tab")
    assert "Traceback" not in screen.output()


def _settled(screen: Screen, folder: Path) -> bytes:
    """The screen once it has stopped changing: two pictures in a row are the same."""
    last = b""
    for _ in range(_LOOKS):
        found = _picture(screen, folder / "screen.png")
        if found == last:
            return found
        last = found
    raise AssertionError("the screen never stood still")


def _changed(screen: Screen, folder: Path, before: bytes) -> bytes:
    """The screen once it shows something else than `before`, and has settled."""
    for _ in range(_LOOKS):
        if _picture(screen, folder / "screen.png") != before:
            return _settled(screen, folder)
    raise AssertionError("the screen did not change")


def _picture(screen: Screen, path: Path) -> bytes:
    """Pixels of the screen; compared only with each other."""
    if shutil.which("import") is None:
        pytest.skip("needs ImageMagick to look at the screen (apt-get install imagemagick)")
    subprocess.run(
        ["import", "-window", "root", str(path)], env=screen.environment, check=True, timeout=30
    )
    from PySide6.QtGui import QImage

    image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)
    assert image.width() == 1280
    return bytes(image.constBits())
