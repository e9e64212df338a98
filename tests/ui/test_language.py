"""The window in Korean: chosen, by the system, and where that is not possible."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import FakeProcess
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QApplication,
    QDialogButtonBox,
    QDoubleSpinBox,
    QLabel,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from qviz.jobs.results import DataSpec
from qviz.ui import dialogs
from qviz.ui.command_palette import CommandPalette
from qviz.ui.language import checksum_file, language_of, translation_file, use_language
from qviz.ui.language_menu import LanguageMenu
from qviz.ui.main_window import MainWindow
from qviz.ui.settings import Settings
from qviz.ui.verify_dialog import VerifyDialog
from qviz.ui.wording import tr

DEJAVU = Path("/usr/share/fonts/truetype/dejavu")


@pytest.fixture(autouse=True)
def _english_afterwards() -> Iterator[None]:
    yield
    use_language("en")


def make_window(qtbot: QtBot, settings: Settings) -> MainWindow:
    window = MainWindow(settings, FakeProcess)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    qtbot.waitExposed(window)
    window.tabs.build()
    return window


@pytest.fixture
def korean(qtbot: QtBot, settings: Settings) -> Iterator[MainWindow]:
    """The window in Korean, with the fake model compared and every tab drawn."""
    settings.language = "ko"
    window = make_window(qtbot, settings)
    window.session.choose_data(DataSpec("digits"))
    with qtbot.waitSignal(window.session.model_opened, timeout=5000):
        window.files.open_model("/models/fake.keras")
    qtbot.waitUntil(lambda: window.tabs.weights.data is not None, timeout=5000)
    window.workbench.compare_all()
    qtbot.waitUntil(lambda: not window.workbench.running, timeout=5000)
    for at in (*range(window.tabs.count()), 0):
        window.tabs.setCurrentIndex(at)
        window.tabs.refresh()
    yield window
    window.close()


def has_hangul(text: str) -> bool:
    return any("가" <= letter <= "힣" for letter in text)


# -- which language ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "preferred", "code"),
    [
        ("system", ["ko-Kore-KR", "ko-KR", "ko"], "ko"),
        ("system", ["ko_KR"], "ko"),
        ("system", ["en-US", "ko-KR"], "en"),
        ("system", ["de-DE", "ko"], "ko"),
        ("system", ["de-DE", "fr"], "en"),
        ("system", ["C"], "en"),
        ("system", [], "en"),
        ("system", ["kok-IN"], "en"),
        ("en", ["ko-KR"], "en"),
        ("ko", ["en-US"], "ko"),
        ("xx", ["ko-KR"], "ko"),
        ("", ["de"], "en"),
    ],
)
def test_language_by_setting_and_system(setting: str, preferred: list[str], code: str):
    assert language_of(setting, preferred) == code


_SHOW = """
import sys
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QApplication
from qviz.ui.language import use_language
from qviz.ui.wording import tr

application = QApplication(sys.argv[:1])
code, complaint = use_language("system")
print(code, tr("&File"), QLocale().decimalPoint(), complaint, sep="|")
"""


def in_a_process(**environment: str) -> tuple[str, str, str, str]:
    """Language, a text, the decimal point and the complaint of a fresh process."""
    kept = {k: v for k, v in os.environ.items() if k not in ("LANGUAGE", "LC_ALL", "LC_MESSAGES")}
    done = subprocess.run(
        [sys.executable, "-c", _SHOW],
        env={**kept, **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    code, text, point, complaint = done.stdout.strip().split("|")
    return code, text, point, complaint


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("ko_KR.UTF-8", ("ko", "파일(&F)", ".", "")),
        ("en_US.UTF-8", ("en", "&File", ".", "")),
        # Of a language that qviz does not speak; its decimal comma is not taken either.
        ("de_DE.UTF-8", ("en", "&File", ".", "")),
        ("xx_YY.UTF-8", ("en", "&File", ".", "")),
        ("C", ("en", "&File", ".", "")),
    ],
)
def test_language_of_the_system(locale: str, said: tuple[str, ...]):
    assert in_a_process(LANG=locale, PYTHONIOENCODING="utf-8") == said


# -- the window in Korean --------------------------------------------------------------------


def test_menus_tabs_and_panels_are_korean(korean: MainWindow):
    assert korean.language == "ko"
    titles = [action.text() for action in korean.menuBar().actions()]
    assert titles == ["파일(&F)", "편집(&E)", "보기(&V)", "실행(&R)", "도움말(&H)"]
    assert [korean.tabs.tabText(i) for i in range(korean.tabs.count())] == [
        "가중치",
        "사인",
        "층 오차",
        "비교",
        "보고서",
        "추천",
        "8비트",
        "추적",
    ]
    assert [dock.windowTitle() for dock in korean.docks] == ["층", "방식"]
    # The toolbar has no access keys to show.
    assert korean.commands["open"].iconText() == "열기…"
    assert korean.commands["stop"].toolTip() == "즉시 멈춥니다 (Esc)"
    assert korean.panels.scheme.about.text().startswith("채널별 int8 가중치")
    assert korean.strip.message.text().endswith("초 만에 끝났습니다.")


def test_every_command_has_a_korean_title(korean: MainWindow):
    english = [a.text() for a in korean.commands.all() if not has_hangul(a.text())]
    assert english == []
    assert all(has_hangul(a.toolTip()) for a in korean.commands.all())


def test_no_label_of_the_window_is_left_in_english(korean: MainWindow):
    """Words of the window only: names of layers, schemes and files are what they are."""
    from translation_files import texts

    english = {t.source for t in texts() if t.source != t.translation}
    shown: set[str] = set()
    for label in korean.findChildren(QLabel):
        shown.add(label.text())
    for table in korean.findChildren(QTableView):
        model = table.model()
        for column in range(model.columnCount()):
            shown.add(str(model.headerData(column, Qt.Orientation.Horizontal)))
    for widget in korean.findChildren(QWidget):
        shown |= {widget.toolTip(), widget.accessibleName(), widget.windowTitle()}
    assert any(has_hangul(text) for text in shown)
    assert shown & english == set()


def test_sentences_from_below_are_korean_where_they_are_fixed(korean: MainWindow):
    advice = korean.tabs.advice
    assert advice is not None
    assert advice.documents.reason.text().startswith("크기가 4분의 1이고 CPU에서 가장 빠르며")
    assert advice.questions["hardware"].currentText() == "컴퓨터나 휴대전화의 CPU"
    sizes = {advice.guide.source.cell(row, 2).text for row in range(advice.guide.source.rowCount())}
    assert sizes == {"1/2 크기(16비트)", "1/4 크기(8비트)"}


def test_counts_are_filled_into_korean_texts(korean: MainWindow):
    assert korean.tabs.eightbit is not None
    assert korean.tabs.eightbit.tr("%n operators", "", 3) == "연산자 3개"


def test_dialogs_and_their_buttons_are_korean(korean: MainWindow):
    sheet = dialogs.show_shortcuts(korean, korean.commands.shortcut_rows())
    assert sheet.windowTitle() == "단축키"
    assert "층 필터" in sheet.text()
    assert "(F)" not in sheet.text()
    # Qt's own word, from its own translation.
    assert [button.text() for button in sheet.buttons()] == ["확인"]
    sheet.close()
    korean.verification.ask()
    verify = korean.findChild(VerifyDialog)
    assert verify is not None
    assert verify.windowTitle() == "LiteRT와 대조 검증"
    verify.close()
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    assert box.button(QDialogButtonBox.StandardButton.Cancel).text() == "취소"


def test_the_palette_finds_commands_by_korean_and_languages_by_english_words(korean: MainWindow):
    korean.commands["palette"].trigger()
    palette = korean.findChild(CommandPalette)
    assert palette is not None
    palette.search.setText("모두 비교")
    assert palette.list.topLevelItem(0).text(0) == "모두 비교"
    palette.search.setText("language en")
    assert [
        palette.list.topLevelItem(i).text(0) for i in range(palette.list.topLevelItemCount())
    ] == ["English"]
    palette.close()


def test_numbers_keep_the_point(korean: MainWindow):
    box = QDoubleSpinBox()
    box.setValue(1.5)
    assert box.text() == "1.50"
    assert QLocale().decimalPoint() == "."


# -- from one language to the other ----------------------------------------------------------


def test_the_choice_is_remembered_and_counts_from_the_next_start(qtbot: QtBot, settings: Settings):
    first = make_window(qtbot, settings)
    assert first.commands["open"].text() == "&Open…"
    ticked = {a.objectName() for a in first.languages.actions() if a.isChecked()}
    assert ticked == {"language_en"}
    action(first.languages, "ko").trigger()
    assert settings.language == "ko"
    assert first.message_bar.text.text() == "The window is in 한국어 from the next start on."
    first.close()
    second = make_window(qtbot, settings)
    assert second.commands["open"].text() == "열기(&O)…"
    assert second.message_bar.isHidden()
    action(second.languages, "en").trigger()
    assert "English" in second.message_bar.text.text()
    assert has_hangul(second.message_bar.text.text())
    second.close()
    third = make_window(qtbot, settings)
    assert third.commands["open"].text() == "&Open…"
    assert third.language == "en"
    third.close()


def test_choosing_the_language_in_use_says_nothing(qtbot: QtBot, settings: Settings):
    window = make_window(qtbot, settings)
    action(window.languages, "ko").trigger()
    action(window.languages, "en").trigger()
    assert settings.language == "en"
    assert window.message_bar.isHidden()
    window.close()


def test_resetting_the_settings_leaves_the_language_to_the_system(qtbot: QtBot, settings: Settings):
    window = make_window(qtbot, settings)
    window.commands["reset_settings"].trigger()
    assert settings.language == "system"
    assert action(window.languages, "system").isChecked()
    window.close()


def action(menu: LanguageMenu, setting: str) -> QAction:
    return next(a for a in menu.actions() if a.objectName() == f"language_{setting}")


# -- where it is not possible ----------------------------------------------------------------


def damaged(folder: Path, content: bytes) -> Path:
    """A translation of that content beside the checksum of the right one."""
    whole = translation_file("ko")
    file = folder / whole.name
    file.write_bytes(content)
    shutil.copy(checksum_file(whole), checksum_file(file))
    return file


def flipped(content: bytes) -> bytes:
    """One bit in the middle: such files bring Qt to read beyond their end."""
    at = len(content) // 2
    return content[:at] + bytes([content[at] ^ 0x80]) + content[at + 1 :]


@pytest.mark.parametrize(
    "spoil",
    [lambda c: b"", lambda c: b"no translation", lambda c: c[:-7], lambda c: c[:99], flipped],
    ids=["empty", "text", "cut", "cut short", "bit"],
)
def test_a_damaged_translation_leaves_the_window_english(
    qapp: QApplication, tmp_path: Path, spoil: Callable[[bytes], bytes]
):
    content = translation_file("ko").read_bytes()
    assert use_language("ko", file=damaged(tmp_path, content)) == ("ko", "")
    code, complaint = use_language("ko", file=damaged(tmp_path, spoil(content)))
    assert code == "en"
    assert complaint == (
        "qviz stays in English: the translation qviz_ko.qm is damaged. Install qviz anew."
    )
    assert tr("&File") == "&File"
    # Nor are Qt's buttons Korean in an English window.
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    assert box.button(QDialogButtonBox.StandardButton.Cancel).text() == "Cancel"


def test_a_translation_that_is_missing_says_so(qapp: QApplication, tmp_path: Path):
    code, complaint = use_language("ko", file=tmp_path / "qviz_ko.qm")
    assert code == "en"
    assert "is missing" in complaint


def test_a_translation_that_changes_while_it_is_used_stays(qapp: QApplication, tmp_path: Path):
    file = damaged(tmp_path, translation_file("ko").read_bytes())
    assert use_language("ko", file=file) == ("ko", "")
    file.write_bytes(b"")
    assert tr("&File") == "파일(&F)"


def test_the_window_opens_in_english_and_says_why(
    qtbot: QtBot, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("qviz.ui.language.resource", lambda *parts: tmp_path / parts[-1])
    settings.language = "ko"
    window = make_window(qtbot, settings)
    assert window.language == "en"
    assert window.commands["open"].text() == "&Open…"
    assert "is missing" in window.message_bar.text.text()
    assert "is missing" in window.log.text()
    # It stays while the model that the program was started with is opened.
    with qtbot.waitSignal(window.session.model_opened, timeout=5000):
        window.files.open_model("/models/fake.keras")
    assert not window.message_bar.isHidden()
    window.message_bar.close_button.click()
    assert window.message_bar.isHidden()
    window.close()


def test_without_a_font_with_hangul_it_stays_english(tmp_path: Path):
    """With no fonts at all, or with those only that have no Hangul, as fontconfig is told."""
    (tmp_path / "fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
        f"<fontconfig><dir>{DEJAVU}</dir><cachedir>{tmp_path}</cachedir></fontconfig>",
        encoding="utf-8",
    )
    code, text, _, complaint = in_a_process(
        LANG="ko_KR.UTF-8",
        FONTCONFIG_FILE=str(tmp_path / "fonts.conf"),
        PYTHONIOENCODING="utf-8",
        QT_QPA_PLATFORM="offscreen",
    )
    assert (code, text) == ("en", "&File")
    assert complaint.startswith("qviz stays in English: no font with Korean letters")
    assert "fonts-nanum" in complaint
