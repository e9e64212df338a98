"""Advice: the documents' answer, the measured one, and the tables behind them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import comparison
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qviz.evaluation.advice import QUESTIONS
from qviz.evaluation.guide import TECHNIQUES
from qviz.evaluation.recommendation import recommend
from qviz.evaluation.results import Interval, PairedTest
from qviz.quantization.scheme import SCHEMES
from qviz.ui.main_window import MainWindow
from qviz.ui.view_tabs import ADVICE, COMPARE
from qviz.ui.views.advice import AdviceView


@pytest.fixture
def view(qtbot: QtBot) -> AdviceView:
    result = AdviceView()
    qtbot.addWidget(result)
    return result


def choose(view: AdviceView, key: str, answer: str) -> None:
    box = view.questions[key]
    box.setCurrentIndex(box.findData(answer))


def test_every_question_is_asked(view: AdviceView):
    assert {*view.questions, "loss"} == set(QUESTIONS)


def test_answers_lead_to_the_documents_scheme(view: AdviceView):
    choose(view, "hardware", "microcontroller")
    assert view.documents.name.text() == "int8-only"
    choose(view, "hardware", "cpu")
    choose(view, "samples", "no")
    assert view.documents.name.text() == "dynamic-range"
    choose(view, "samples", "yes")
    view.tolerance.setValue(0.1)
    assert view.documents.name.text() == "int16x8"
    assert "16 bits" in view.documents.reason.text()
    assert view.documents.source.text()


def test_without_a_run_nothing_is_measured(view: AdviceView):
    assert not view.measured.button.isEnabled()
    assert "Compare all" in view.measured.reason.text()
    assert view.verdicts.source.rowCount() == 0


def test_measured_answer_is_the_smallest_that_fits(view: AdviceView, qtbot: QtBot):
    data = comparison()
    data = replace(
        data,
        rows=tuple(
            replace(
                row,
                paired=PairedTest("McNemar", 0.5, "mid-p", 0.5, 1, 2, loss, interval),
            )
            if row.scheme.id != "float32"
            else row
            for row in data.rows
            for loss in (row.metrics["top1"] - 0.975,)
            for interval in (Interval(loss - 0.002, loss + 0.002, "Newcombe"),)
        ),
    )
    view.set_data(data)
    expected = recommend(data, 0.01, "cpu")
    assert expected.scheme
    assert view.measured.name.text() == expected.scheme
    assert view.measured.reason.text() == expected.sentence
    assert view.verdicts.source.rowCount() == len(data.rows) - 1
    assert view.tables.currentIndex() == 1
    with qtbot.waitSignal(view.scheme_chosen, timeout=1000) as heard:
        qtbot.mouseClick(view.measured.button, Qt.MouseButton.LeftButton)
    assert heard.args == [SCHEMES[expected.scheme]]
    view.tolerance.setValue(0.0)
    assert view.measured.name.text() == "none"
    assert not view.measured.button.isEnabled()
    verdicts = {view.verdicts.source.cell(r, 1).text for r in range(len(data.rows) - 1)}
    assert verdicts == {"loses too much", "does not run there"}


def test_unlabelled_data_answer_the_question(view: AdviceView):
    data = comparison()
    view.set_data(replace(data, rows=tuple(replace(r, metrics={}) for r in data.rows)))
    assert view.questions["labels"].currentData() == "no"


def test_table_of_the_documents_is_there_and_copied(view: AdviceView):
    assert view.guide.source.rowCount() == len(TECHNIQUES)
    view.copy()
    text = QApplication.clipboard().text()
    assert "The documents recommend: int8." in text
    assert "Quantization-aware training" in text


def test_tab_is_never_empty_and_follows_the_runs(compared: MainWindow, qtbot: QtBot):
    tabs = compared.tabs
    compared.panels.scheme.advice.click()
    assert tabs.currentIndex() == ADVICE
    assert tabs.advice is not None
    assert tabs.advice.verdicts.source.rowCount() == len(SCHEMES) - 1
    choose(tabs.advice, "hardware", "microcontroller")
    qtbot.mouseClick(tabs.advice.documents.button, Qt.MouseButton.LeftButton)
    assert compared.session.scheme == SCHEMES["int8-only"]
    tabs.setCurrentIndex(COMPARE)
    with qtbot.waitSignal(compared.session.model_opened, timeout=5000):
        compared.files.open_model("/models/other.keras")
    tabs.setCurrentIndex(ADVICE)
    assert tabs.advice.verdicts.source.rowCount() == 0
