"""In which language the window speaks: English or Korean, by the settings or the system."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import QFontDatabase

from qviz.resources import resource

#: Every language by its code, under its own name.
LANGUAGES = {"en": "English", "ko": "한국어"}
SYSTEM = "system"

_SOURCE = "en"
# The translators in use, with what they read; the application takes no ownership of them.
_installed: list[tuple[QTranslator, bytes]] = []


def language_of(setting: str, preferred: Sequence[str]) -> str:
    """Code of the language to speak.

    Parameters
    ----------
    setting : str
        A key of `LANGUAGES`; everything else leaves it to the system.
    preferred : sequence of str
        What the system asks for, most wanted first, such as ``ko-KR``, ``en``.

    Returns
    -------
    str
        A key of `LANGUAGES`; English where the system asks for neither.
    """
    if setting in LANGUAGES:
        return setting
    asked = (tag.replace("_", "-").partition("-")[0].lower() for tag in preferred)
    return next((code for code in asked if code in LANGUAGES), _SOURCE)


def translation_file(code: str) -> Path:
    """Where the translation into a language lies."""
    return resource("translations", f"qviz_{code}.qm")


def use_language(setting: str, *, file: Path | None = None) -> tuple[str, str]:
    """Have all texts that are made from now on in a language.

    Parameters
    ----------
    setting : str
        As `language_of` takes it.
    file : Path, optional
        The translation, by default the one that ships with qviz.

    Returns
    -------
    code : str
        The language that is spoken now.
    complaint : str
        Why it is not the one that was asked for; empty where it is.
    """
    application = QCoreApplication.instance()
    for translator, _ in _installed:
        QCoreApplication.removeTranslator(translator)
    _installed.clear()
    code = language_of(setting, QLocale.system().uiLanguages())
    complaint = ""
    if application is not None and code != _SOURCE:
        complaint = _install(code, file or translation_file(code))
        code = _SOURCE if complaint else code
    # Spin boxes write numbers as the rest of qviz does, with a decimal point, on every system.
    QLocale.setDefault(QLocale(code))
    return code, complaint


def checksum_file(file: Path) -> Path:
    """Where the SHA-256 of a translation stands."""
    return file.with_name(f"{file.name}.sha256")


def whole_content(file: Path) -> bytes | None:
    """A translation as it was written, None for a damaged one: Qt follows offsets anywhere."""
    try:
        content = file.read_bytes()
        wanted = checksum_file(file).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
    return content if hashlib.sha256(content).hexdigest() == wanted else None


def has_letters_of(code: str) -> bool:
    """Whether a font is installed that draws the letters of a language."""
    if code != "ko":
        return True
    return bool(QFontDatabase.families(QFontDatabase.WritingSystem.Korean))


def _install(code: str, file: Path) -> str:
    """Put a translation in use; returns why that is not possible, in English, else nothing."""
    if not has_letters_of(code):
        return (
            "qviz stays in English: no font with Korean letters is installed. On Debian or "
            "Ubuntu: sudo apt-get install fonts-nanum"
        )
    content = whole_content(file)
    own = QTranslator()
    # From memory: of a file Qt would see every change, and be lost when an update cuts it off.
    if content is None or not own.load(content):
        what = "is damaged" if file.exists() else "is missing"
        return f"qviz stays in English: the translation {file.name} {what}. Install qviz anew."
    buttons = QTranslator()
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    # Qt's own words, on the buttons of dialogs; some builds of Qt come without them.
    if buttons.load(f"qtbase_{code}", folder):
        _put_in_use(buttons, b"")
    _put_in_use(own, content)
    return ""


def _put_in_use(translator: QTranslator, content: bytes) -> None:
    QCoreApplication.installTranslator(translator)
    _installed.append((translator, content))
