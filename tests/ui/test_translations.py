"""The translation files: complete, up to date, and keeping what a text stands on."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import translation_files
from PySide6.QtCore import QTranslator
from translation_files import COMMAND, QM, ROOT, TS, Text, placeholders, texts

from qviz.ui.actions import plain
from qviz.ui.language import whole_content
from qviz.ui.told_below import told_below

_REFRESH = f"run `{COMMAND}`, translate what it lists in {TS.relative_to(ROOT)}, run it again"


@pytest.fixture(scope="module")
def translated() -> tuple[Text, ...]:
    return texts()


def listed(wrong: list[Text]) -> str:
    return "\n".join(f"{t.context}: {t.source!r} -> {t.translation!r}" for t in wrong)


def access_key(text: str) -> str:
    """The letter after the ampersand, upper case."""
    at = text.find("&")
    return text[at + 1].upper() if at >= 0 else ""


def calls_of_tr() -> Iterator[tuple[str, str, str]]:
    """Place, context and text of every ``tr`` of the source, and of those without a plain text."""
    for path in sorted((ROOT / "qviz" / "ui").rglob("*.py")):

        def walk(node: ast.AST, inside: str, path: Path = path) -> Iterator[tuple[str, str, str]]:
            for child in ast.iter_child_nodes(node):
                name = child.name if isinstance(child, ast.ClassDef) else inside
                if isinstance(child, ast.Call):
                    place = f"{path.relative_to(ROOT)}:{child.lineno}"
                    function, text = child.func, child.args[0] if child.args else None
                    if isinstance(function, ast.Name) and function.id == "tr":
                        yield place, "", said(text)
                    elif isinstance(function, ast.Attribute) and function.attr == "tr":
                        yield place, name, said(text)
                yield from walk(child, name)

        yield from walk(ast.parse(path.read_text(encoding="utf-8")), "")


def said(node: ast.expr | None) -> str:
    """The text, nothing where a name stands for one, and a brace where it is put together."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    return "" if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) else "{}"


def test_the_ts_file_holds_every_text_of_the_window_and_no_other(tmp_path: Path):
    fresh = tmp_path / TS.name
    shutil.copy(TS, fresh)
    translation_files.refresh_ts(fresh)
    now, then = {t.key for t in texts(fresh)}, {t.key for t in texts()}
    assert now == then, f"new texts: {sorted(now - then)}, gone: {sorted(then - now)}; {_REFRESH}"


def test_every_call_of_tr_is_found_by_lupdate(translated: tuple[Text, ...]):
    """Not found are texts in f-strings, and those put together before they are translated."""
    known = {t.key for t in translated}
    calls = list(calls_of_tr())
    assert len(calls) > 500
    lost = [
        (place, text) for place, context, text in calls if text and (context, text) not in known
    ]
    assert lost == [], f"take them out of f-strings, or {_REFRESH}"


def test_sentences_of_the_folders_below_are_translated(translated: tuple[Text, ...]):
    known = {t.source for t in translated if not t.context}
    assert set(told_below()) <= known
    assert len(told_below()) > 60


def test_nothing_is_unfinished(translated: tuple[Text, ...]):
    wrong = [t for t in translated if not t.is_finished]
    assert not wrong, f"{listed(wrong)}\n{_REFRESH}"


def test_placeholders_tags_and_lines_are_kept(translated: tuple[Text, ...]):
    wrong = [
        t
        for t in translated
        if placeholders(t.source) != placeholders(t.translation)
        or t.source.count("\n") != t.translation.count("\n")
        or t.source.endswith("…") != t.translation.endswith("…")
    ]
    assert not wrong, listed(wrong)


def test_every_translation_can_be_filled_in(translated: tuple[Text, ...]):
    """What str.format is given for the English text suffices for the Korean one."""
    for text in translated:
        if "{0}" in text.source:
            filled = text.translation.format(*"abcdefgh")
            assert "{" not in filled
            assert "a" in filled


def test_access_keys_stay_the_same_letters(translated: tuple[Text, ...]):
    wrong = [t for t in translated if access_key(t.source) != access_key(t.translation)]
    assert not wrong, listed(wrong)
    assert sum(bool(access_key(t.source)) for t in translated) > 40


def test_file_filters_keep_their_patterns(translated: tuple[Text, ...]):
    filters = [t for t in translated if "(*" in t.source]
    assert len(filters) >= 8
    for text in filters:
        for source, target in zip(
            text.source.split(";;"), text.translation.split(";;"), strict=True
        ):
            assert source[source.index("(*") :] == target[target.index("(*") :]


def test_the_same_text_is_translated_alike_everywhere(translated: tuple[Text, ...]):
    meanings: dict[str, set[str]] = {}
    for text in translated:
        meanings.setdefault(text.source, set()).add(text.translation)
    assert {s: m for s, m in meanings.items() if len(m) > 1} == {}


def test_the_qm_file_says_what_the_ts_file_says(translated: tuple[Text, ...]):
    translator = QTranslator()
    assert translator.load(str(QM))
    wrong = []
    for text in translated:
        count = 3 if text.is_plural else -1
        found = translator.translate(text.context, text.source, None, count)
        # The number itself is put in by tr, not by the file.
        if found != text.translation:
            wrong.append(text)
    assert not wrong, f"{listed(wrong)}\nrun `{COMMAND}`"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("&Open…", "Open…"),
        ("열기(&O)…", "열기…"),
        ("Lo&g counts", "Log counts"),
        ("언어(La&nguage)", "언어(Language)"),
    ],
)
def test_titles_without_access_keys(title: str, text: str):
    assert plain(title) == text


def test_the_command_lists_what_is_to_translate(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    copy = tmp_path / TS.name
    text = TS.read_text(encoding="utf-8")
    old = "<source>All commands</source>"
    assert text.count(old) == 1
    copy.write_text(text.replace(old, "<source>Nothing of this window</source>"), encoding="utf-8")
    assert translation_files.refresh(copy) == 1
    told = capsys.readouterr().out
    assert "to translate, no class: All commands" in told
    assert "1 to translate" in told
    assert "Nothing of this window" not in copy.read_text(encoding="utf-8")
    assert whole_content(copy.with_suffix(".qm"))


def test_the_checksum_is_that_of_the_qm_file():
    assert whole_content(QM), f"run `{COMMAND}`"
