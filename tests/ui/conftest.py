"""A window with a fake worker and settings of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import FakeProcess
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qviz.jobs.results import DataSpec
from qviz.ui.main_window import MainWindow
from qviz.ui.settings import Settings


@pytest.fixture(autouse=True)
def _settings_stay_in_tmp(tmp_path: Path) -> None:
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    result = Settings(QSettings(str(tmp_path / "qviz.ini"), QSettings.Format.IniFormat))
    result.theme = "light"
    # Whatever the system speaks: tests look for English words.
    result.language = "en"
    result.folder = str(tmp_path)
    return result


@pytest.fixture
def processes() -> list[FakeProcess]:
    """The fake workers of the window, the quick one first."""
    return []


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, processes: list[FakeProcess]) -> Iterator[MainWindow]:
    def make() -> FakeProcess:
        processes.append(FakeProcess())
        return processes[-1]

    result = MainWindow(settings, make)
    qtbot.addWidget(result)
    result.resize(1280, 800)
    result.show()
    qtbot.waitExposed(result)
    result.tabs.build()
    yield result
    result.close()
    QApplication.clipboard().clear()


@pytest.fixture
def real_window(qtbot: QtBot, settings: Settings) -> Iterator[MainWindow]:
    """The window with the real worker processes."""
    result = MainWindow(settings)
    qtbot.addWidget(result)
    result.show()
    result.tabs.build()
    yield result
    result.close()
    QApplication.clipboard().clear()


@pytest.fixture
def opened(qtbot: QtBot, window: MainWindow) -> MainWindow:
    """The window with the fake model and data."""
    window.session.choose_data(DataSpec("digits"))
    with qtbot.waitSignal(window.session.model_opened, timeout=5000):
        window.files.open_model("/models/fake.keras")
    assert window.tabs.weights is not None
    qtbot.waitUntil(lambda: window.tabs.weights.data is not None, timeout=5000)
    return window


@pytest.fixture
def compared(qtbot: QtBot, opened: MainWindow) -> MainWindow:
    """The window after a comparison of all schemes."""
    opened.workbench.compare_all()
    qtbot.waitUntil(lambda: not opened.workbench.running, timeout=5000)
    show_every_tab(opened)
    return opened


def show_every_tab(window: MainWindow) -> None:
    """Views are drawn when they are looked at."""
    for at in (*range(window.tabs.count()), 0):
        window.tabs.setCurrentIndex(at)
        window.tabs.refresh()
