"""Which names the window proposes for exports, and where notes on the data stand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fakes import comparison
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from qviz.evaluation.artifact import artifact_targets
from qviz.quantization.scheme import SCHEMES
from qviz.ui import dialogs
from qviz.ui.settings import Settings
from qviz.ui.views.compare_text import data_text


@pytest.mark.parametrize("scheme", [s for s in SCHEMES if s != "float32"])
def test_proposed_name_is_one_that_the_scheme_takes(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scheme: str
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    settings = Settings(QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda _p, _t, name, kind: (name, kind))
    chosen = dialogs.ask_artifact_target(parent, settings, "m", SCHEMES[scheme])
    assert artifact_targets(chosen, SCHEMES[scheme]) == (Path(chosen),)
    ending = {"tflite": ".tflite", "eightbit": ".zip", "tfjs": ""}[SCHEMES[scheme].artifact]
    assert Path(chosen).suffix == ending


def test_notes_on_the_data_stand_beside_the_preprocessing() -> None:
    data = replace(comparison().data, notes=("0 < 255 as stored.",))
    assert data_text(data).endswith("0 &lt; 255 as stored.")
