"""Verify against LiteRT: what is asked of the worker, and how the answer is shown."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from fakes import FakeProcess, answer
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qviz.evaluation.verification_results import (
    Difference,
    Place,
    TensorCheck,
    Verification,
    VerificationReport,
)
from qviz.jobs.results import DataSpec
from qviz.jobs.task import Progress
from qviz.quantization.scheme import SCHEMES
from qviz.ui.main_window import MainWindow
from qviz.ui.verify_dialog import VerifyDialog


def verification() -> Verification:
    same = TensorCheck("a", "int8", Place(0, "CONV_2D", "conv"), Difference(1000, 0))
    other = TensorCheck("b", "int8", Place(1, "ADD", "add"), Difference(500, 3, 1))
    return Verification(
        model="net.tflite",
        sha256="0" * 64,
        seed=5,
        random_samples=4,
        data_samples=0,
        data="",
        modes=(
            VerificationReport("reference", 4, (same,)),
            VerificationReport("xnnpack", 4, (same, other)),
        ),
        versions={"qviz": "0.1", "litert": "2.3"},
    )


def script(task: str, arguments: dict[str, Any]) -> Any:
    if task == "verify":
        return _verify()
    return answer(task, arguments)


def _verify() -> Iterator[Progress]:
    yield Progress(1, 8, "reference: sample 2")
    return verification()


@pytest.fixture
def dialog(opened: MainWindow, qtbot: QtBot, processes: list[FakeProcess]) -> VerifyDialog:
    opened.workbench._long.start()
    qtbot.waitUntil(lambda: len(processes) == 2, timeout=5000)
    for process in processes:
        process.script = script
    opened.commands["verify"].trigger()
    assert opened.verification.dialog is not None
    return opened.verification.dialog


def wait_for_result(qtbot: QtBot, dialog: VerifyDialog) -> None:
    qtbot.waitUntil(lambda: bool(dialog.table.source.keys), timeout=5000)


def requests(processes: list[FakeProcess], task: str) -> list[dict[str, Any]]:
    return [a for p in processes for name, a in p.requests if name == task]


def test_model_as_it_is(
    opened: MainWindow, dialog: VerifyDialog, qtbot: QtBot, processes: list[FakeProcess]
):
    dialog.seed.setValue(5)
    dialog.samples.setValue(2)
    qtbot.mouseClick(dialog.verify, Qt.MouseButton.LeftButton)
    assert dialog.stop.isVisible()
    wait_for_result(qtbot, dialog)
    assert requests(processes, "verify") == [
        {"path": "/models/fake.keras", "data": None, "seed": 5, "samples": 2, "allow_code": False}
    ]
    assert not dialog.stop.isVisible()
    header, first, second = dialog.table.rows()
    assert header[3:5] == ["Compared", "Differ"]
    assert first == ["reference", "4", "1", "1,000", "0", "none", "none"]
    assert second[4:] == ["3", "1 code", "1 ADD (add)"]
    assert "qviz and LiteRT differ" in dialog.stage.text()
    assert "no value of 1,000 differs" in dialog.findings.toPlainText()
    dialog.copy()
    assert "xnnpack\t4\t2\t1,500\t3" in QApplication.clipboard().text()
    assert not opened.workbench.running


def test_artifact_of_the_scheme_with_real_samples(
    opened: MainWindow, dialog: VerifyDialog, qtbot: QtBot, processes: list[FakeProcess]
):
    dialog.subject.setCurrentIndex(1)
    dialog.real.setChecked(True)
    qtbot.mouseClick(dialog.verify, Qt.MouseButton.LeftButton)
    wait_for_result(qtbot, dialog)
    (written,) = requests(processes, "export")
    (verified,) = requests(processes, "verify")
    assert written["scheme"] == opened.session.scheme
    assert verified["path"] == written["target"]
    assert verified["path"].endswith("fake-int8.tflite")
    assert verified["data"] == DataSpec("digits")


def test_what_was_run_is_offered_first(opened: MainWindow, qtbot: QtBot):
    opened.commands["verify"].trigger()
    subject = opened.verification.dialog.subject
    assert subject.currentData() == "model"
    with qtbot.waitSignal(opened.workbench.ran, timeout=10_000):
        opened.commands["run"].trigger()
    opened.commands["verify"].trigger()
    assert subject.currentData() == "scheme"
    # Another choice is kept.
    subject.setCurrentIndex(0)
    opened.commands["verify"].trigger()
    assert subject.currentData() == "model"


def test_scheme_without_a_tflite_file_is_not_offered(opened: MainWindow, dialog: VerifyDialog):
    assert [dialog.subject.itemData(i) for i in range(2)] == ["model", "scheme"]
    for name in ("tfjs-uint8", "float32"):
        opened.session.choose_scheme(SCHEMES[name])
        opened.commands["verify"].trigger()
        assert dialog.subject.count() == 1


def test_failure_is_told_in_the_dialog(
    opened: MainWindow, dialog: VerifyDialog, qtbot: QtBot, processes: list[FakeProcess]
):

    def fail(task: str, arguments: dict[str, Any]) -> Any:
        raise ValueError("LiteRT refuses this file.")

    processes[1].script = fail
    qtbot.mouseClick(dialog.verify, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "refuses" in dialog.stage.text(), timeout=5000)
    assert dialog.verify.isEnabled()
    assert not opened.message_bar.isVisible()


def test_stop_ends_it(
    opened: MainWindow, dialog: VerifyDialog, qtbot: QtBot, processes: list[FakeProcess]
):
    release = threading.Event()

    def hang(task: str, arguments: dict[str, Any]) -> Any:
        release.wait(5)
        return verification()

    processes[1].script = hang
    try:
        qtbot.mouseClick(dialog.verify, Qt.MouseButton.LeftButton)
        assert opened.workbench.running
        qtbot.mouseClick(dialog.stop, Qt.MouseButton.LeftButton)
        assert not opened.workbench.running
        assert not dialog.stop.isVisible()
        assert "Stopped" in dialog.stage.text()
        assert dialog.table.source.keys == ()
    finally:
        release.set()


def test_escape_gives_up_what_runs_and_closes_what_does_not(
    opened: MainWindow, dialog: VerifyDialog, qtbot: QtBot, processes: list[FakeProcess]
):
    release = threading.Event()

    def hang(task: str, arguments: dict[str, Any]) -> Any:
        release.wait(5)
        return verification()

    processes[1].script = hang
    try:
        qtbot.mouseClick(dialog.verify, Qt.MouseButton.LeftButton)
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        assert not opened.workbench.running
        assert dialog.isVisible()
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        assert not dialog.isVisible()
    finally:
        release.set()


def test_the_job_of_another_is_not_the_dialogs(
    opened: MainWindow, dialog: VerifyDialog, qtbot: QtBot
):
    opened.workbench.compare_all()
    dialog.stop_asked.emit()
    assert opened.workbench.running
    qtbot.waitUntil(lambda: not opened.workbench.running, timeout=5000)
    assert not dialog.stop.isVisible()
    assert dialog.stage.text() == ""
